//! What a person opens names with: a pair of keys. The secret one is stored sealed under a key that
//! the person's password gives, so that nobody else opens it; the public one lets those who hold the
//! second half of a centre's key hand it on, without that person being there.

use std::fmt;
use std::io::{Read as _, Write as _};

use age::secrecy::ExposeSecret as _;
use age::{Decryptor, Encryptor, x25519};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use zeroize::Zeroizing;

use super::enveloppe::Enveloppe;
use super::erreur::CleError;
use super::secret::{LEN, SecondeMoitie};

const CONTEXTE: &str = "mallette 2026-11 cle secrete d'une personne, sous son mot de passe";
const FORMAT: &str = "personne1";
const FORMAT_PART: &str = "part2";
/// A share is far below.
const LIMITE: u64 = 4096;

/// The pair of keys of a person. The secret one is wiped from memory when dropped.
pub struct ClesPersonne(x25519::Identity);

impl fmt::Debug for ClesPersonne {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClesPersonne(…)")
    }
}

impl ClesPersonne {
    /// A new pair, at random.
    #[must_use]
    pub fn generate() -> Self {
        Self(x25519::Identity::generate())
    }

    /// Both keys as text to store: the public one in clear, the secret one sealed for that person
    /// under that key, which must be as hard to guess as a key.
    ///
    /// # Errors
    /// When the system gives no randomness.
    pub fn seal(&self, key: &[u8; LEN], personne_id: &str) -> Result<String, CleError> {
        let public = self.0.to_public().to_string();
        let parties = [FORMAT, personne_id, &public];
        let enveloppe = Enveloppe { contexte: CONTEXTE, cle: key, parties: &parties };
        let secret = self.0.to_string();
        let sealed = enveloppe.seal(secret.expose_secret().as_bytes())?;
        Ok(format!("{FORMAT}.{public}.{sealed}"))
    }

    /// The pair out of what was stored.
    ///
    /// # Errors
    /// When the key or the person is another, or the text was altered.
    pub fn open(key: &[u8; LEN], personne_id: &str, stored: &str) -> Result<Self, CleError> {
        let refused = || CleError::Personne;
        let (public, sealed) = split(stored).ok_or_else(refused)?;
        let parties = [FORMAT, personne_id, public];
        let enveloppe = Enveloppe { contexte: CONTEXTE, cle: key, parties: &parties };
        let secret = enveloppe.open(sealed).ok_or_else(refused)?;
        let text = std::str::from_utf8(&secret).map_err(|_| refused())?;
        let identity: x25519::Identity = text.parse().map_err(|_| refused())?;
        // The public key is authenticated with the secret one; it must also be its own.
        (identity.to_public().to_string() == public).then_some(Self(identity)).ok_or_else(refused)
    }

    /// The half out of a share that was handed on to this person.
    ///
    /// # Errors
    /// When the share is of another centre or person, or was altered.
    pub fn open_part(
        &self,
        structure_id: &str,
        personne_id: &str,
        part: &str,
    ) -> Result<SecondeMoitie, CleError> {
        let refused = || CleError::Part(structure_id.to_owned());
        let (format, sealed) = part.split_once('.').ok_or_else(refused)?;
        let sealed = STANDARD_NO_PAD.decode(sealed).map_err(|_| refused())?;
        let opened = Decryptor::new(sealed.as_slice()).map_err(|_| refused())?;
        let mut reader = opened
            .decrypt(std::iter::once(&self.0 as &dyn age::Identity))
            .map_err(|_| refused())?
            .take(LIMITE);
        let mut plain = Zeroizing::new(Vec::new());
        reader.read_to_end(&mut plain).map_err(|_| refused())?;
        let head = head(structure_id, personne_id);
        let half = plain.strip_prefix(head.as_slice()).filter(|_| format == FORMAT_PART);
        let half = half.and_then(|bytes| <[u8; LEN]>::try_from(bytes).ok());
        half.map(SecondeMoitie::from_bytes).ok_or_else(refused)
    }
}

fn split(stored: &str) -> Option<(&str, &str)> {
    let mut parts = stored.split('.');
    match (parts.next(), parts.next(), parts.next(), parts.next()) {
        (Some(FORMAT), Some(public), Some(sealed), None) => Some((public, sealed)),
        _ => None,
    }
}

/// For which centre and whom a share is: no part holds a NUL.
fn head(structure_id: &str, personne_id: &str) -> Vec<u8> {
    format!("{FORMAT_PART}\0{structure_id}\0{personne_id}\0").into_bytes()
}

/// The half of that centre, for the person whose keys are stored as `stored`: only that person's
/// secret key opens it.
///
/// # Errors
/// When `stored` holds no public key, or the system gives no randomness.
pub fn hand_on_part(
    stored: &str,
    structure_id: &str,
    personne_id: &str,
    moitie: &SecondeMoitie,
) -> Result<String, CleError> {
    let (public, _) = split(stored).ok_or(CleError::Personne)?;
    let recipient: x25519::Recipient = public.parse().map_err(|_| CleError::Personne)?;
    let failed = |error: std::io::Error| CleError::Alea(error.to_string());
    let encryptor = Encryptor::with_recipients(std::iter::once(&recipient as &dyn age::Recipient))
        .map_err(|error| CleError::Alea(error.to_string()))?;
    let mut sealed = Vec::new();
    let mut writer = encryptor.wrap_output(&mut sealed).map_err(failed)?;
    writer.write_all(&head(structure_id, personne_id)).map_err(failed)?;
    writer.write_all(moitie.bytes()).map_err(failed)?;
    writer.finish().map_err(failed)?;
    Ok(format!("{FORMAT_PART}.{}", STANDARD_NO_PAD.encode(sealed)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LYON: &str = "69382S00";

    #[test]
    fn only_the_password_of_the_person_opens_the_secret_key() {
        let keys = ClesPersonne::generate();
        let stored = keys.seal(&[1; LEN], "p1").unwrap();
        assert!(!stored.contains("SECRET"), "{stored}");
        assert!(ClesPersonne::open(&[1; LEN], "p1", &stored).is_ok());
        assert!(ClesPersonne::open(&[2; LEN], "p1", &stored).is_err());
        assert!(ClesPersonne::open(&[1; LEN], "p2", &stored).is_err());
        // Another's public key put in place of the own one would receive the shares.
        let other = ClesPersonne::generate().seal(&[1; LEN], "p1").unwrap();
        let (public, _) = split(&other).unwrap();
        let (own, sealed) = split(&stored).unwrap();
        assert_ne!(public, own);
        assert!(
            ClesPersonne::open(&[1; LEN], "p1", &format!("{FORMAT}.{public}.{sealed}")).is_err()
        );
        for text in ["", "personne1", "personne1..", "autre.a.b", "personne1.a.b.c"] {
            assert!(ClesPersonne::open(&[1; LEN], "p1", text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_share_is_for_one_person_and_one_centre() {
        let (keys, other) = (ClesPersonne::generate(), ClesPersonne::generate());
        let stored = keys.seal(&[1; LEN], "p1").unwrap();
        let half = SecondeMoitie::generate().unwrap();
        let part = hand_on_part(&stored, LYON, "p1", &half).unwrap();
        assert_eq!(keys.open_part(LYON, "p1", &part).unwrap().id(), half.id());
        assert!(other.open_part(LYON, "p1", &part).is_err());
        assert!(keys.open_part("38185S00", "p1", &part).is_err());
        assert!(keys.open_part(LYON, "p2", &part).is_err());
        assert!(keys.open_part(LYON, "p1", &part[..part.len() - 8]).is_err());
        assert!(keys.open_part(LYON, "p1", "part2.!!").is_err());
        assert!(hand_on_part("n'importe quoi", LYON, "p1", &half).is_err());
    }
}
