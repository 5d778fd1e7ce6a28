//! The keys of those who make packs: Ed25519, one pair per network. The public one is short enough to be
//! read aloud by its fingerprint.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};

use super::PackError;

/// How a public key is written, before its signs.
const PUBLIQUE: &str = "mallette-signataire:";
/// How a secret key is written.
const SECRETE: &str = "mallette-cle-de-signature:";
/// What is signed begins so: a signature made for anything else proves nothing here.
const DOMAINE: &[u8] = b"mallette pack v1\0";

/// A public key.
#[derive(Clone, PartialEq, Eq)]
pub struct ClePublique(VerifyingKey);

impl ClePublique {
    /// Reads the text of a public key; none when it is not one, or one that signs for anybody.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = decode::<32>(text.trim().strip_prefix(PUBLIQUE)?)?;
        VerifyingKey::from_bytes(&bytes).ok().filter(|key| !key.is_weak()).map(Self)
    }

    /// What two people compare by telephone: eight groups of four signs, the first 128 bits of the
    /// BLAKE3 of the key.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let mut hasher = blake3::Hasher::new();
        hasher.update(DOMAINE).update(self.0.as_bytes());
        let hex = hasher.finalize().to_hex();
        let groups = hex.as_bytes().chunks(4).take(8);
        groups.map(|group| String::from_utf8_lossy(group)).collect::<Vec<_>>().join("-")
    }

    pub(super) fn verify(&self, body: &[u8], signature: &[u8; 64]) -> Result<(), PackError> {
        let signature = Signature::from_bytes(signature);
        let verified = self.0.verify_strict(&signed(&self.0, body), &signature);
        verified.map_err(|_| PackError::Signature)
    }
}

impl fmt::Display for ClePublique {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{PUBLIQUE}{}", encode(self.0.as_bytes()))
    }
}

impl fmt::Debug for ClePublique {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

/// A secret key; wiped from memory when it is dropped, and never shown.
pub struct CleSecrete(SigningKey);

impl CleSecrete {
    /// The key of 32 random bytes.
    #[must_use]
    pub fn from_random(bytes: &[u8; 32]) -> Self {
        Self(SigningKey::from_bytes(bytes))
    }

    /// Reads the text of a key file: the one line that is not a comment.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut lines =
            text.lines().map(str::trim).filter(|l| !l.is_empty() && !l.starts_with('#'));
        let line = lines.next()?;
        if lines.next().is_some() {
            return None;
        }
        decode::<32>(line.strip_prefix(SECRETE)?).map(|bytes| Self::from_random(&bytes))
    }

    /// The text of a key file. It is the secret: to be written for its owner only.
    #[must_use]
    pub fn text(&self) -> String {
        format!(
            "# Clé secrète de signature des packs de Mallette. Qui l'a peut signer au nom du réseau : la garder\n\
             # à part, et n'en donner que la clé publique.\n# Clé publique : {}\n# Empreinte : {}\n{SECRETE}{}\n",
            self.public(),
            self.public().fingerprint(),
            encode(&self.0.to_bytes())
        )
    }

    /// Its public key.
    #[must_use]
    pub fn public(&self) -> ClePublique {
        ClePublique(self.0.verifying_key())
    }

    pub(super) fn sign(&self, body: &[u8]) -> [u8; 64] {
        self.0.sign(&signed(&self.0.verifying_key(), body)).to_bytes()
    }
}

impl fmt::Debug for CleSecrete {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CleSecrete(…)")
    }
}

/// What is signed: what it is for, who signs, and the bytes themselves.
fn signed(key: &VerifyingKey, body: &[u8]) -> Vec<u8> {
    [DOMAINE, key.as_bytes(), body].concat()
}

pub(super) fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The bytes of a text that has one way to be written; none otherwise.
pub(super) fn decode<const N: usize>(text: &str) -> Option<[u8; N]> {
    URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()
}
