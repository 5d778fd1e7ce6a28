//! A small secret sealed under another: XChaCha20-Poly1305, with a key derived for one purpose and
//! one centre. Written as text: the nonce then what was sealed, in hexadecimal.

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use zeroize::Zeroizing;

use super::erreur::CleError;
use super::secret::{LEN, bytes_of_hex, to_hex};

const NONCE_LEN: usize = 24;

/// Under what, and for what: nothing sealed for one purpose, centre or person opens as another.
pub(super) struct Enveloppe<'a> {
    /// Separates the purposes.
    pub(super) contexte: &'static str,
    /// The key that wraps.
    pub(super) cle: &'a [u8; LEN],
    /// Whose secret, and what else is authenticated with it; no part holds a NUL.
    pub(super) parties: &'a [&'a str],
}

impl Enveloppe<'_> {
    /// Those bytes, sealed.
    pub(super) fn seal(&self, plain: &[u8]) -> Result<String, CleError> {
        let mut nonce = [0; NONCE_LEN];
        getrandom::fill(&mut nonce).map_err(|error| CleError::Alea(error.to_string()))?;
        let payload = Payload { msg: plain, aad: &self.associated() };
        let sealed = self.cipher().encrypt(&XNonce::from(nonce), payload);
        let sealed = sealed.map_err(|_| CleError::Alea("scellement refusé".to_owned()))?;
        Ok(to_hex(&nonce) + &to_hex(&sealed))
    }

    /// The bytes sealed; none when the key, the purpose or what is authenticated is another.
    pub(super) fn open(&self, text: &str) -> Option<Zeroizing<Vec<u8>>> {
        let bytes = bytes_of_hex(text)?;
        let (nonce, msg) = bytes.split_first_chunk::<NONCE_LEN>()?;
        let payload = Payload { msg, aad: &self.associated() };
        self.cipher().decrypt(&XNonce::from(*nonce), payload).ok().map(Zeroizing::new)
    }

    fn associated(&self) -> Vec<u8> {
        self.parties.join("\0").into_bytes()
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        let mut hasher = blake3::Hasher::new_derive_key(self.contexte);
        // The key has a fixed length: what follows cannot be taken for a part of it.
        hasher.update(self.cle).update(&self.associated());
        let derived = Zeroizing::new(*hasher.finalize().as_bytes());
        XChaCha20Poly1305::new(&Key::from(*derived))
    }
}
