//! The fingerprint under which a random secret is stored: it proves the secret, and cannot give it
//! back.

use std::fmt;
use std::str::FromStr;

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// SHA-256 of a random secret of at least 112 bits, bound to what the secret is for. Enough for such
/// secrets (ASVS 5.0, 6.5.2); a password goes through argon2id instead.
///
/// Two fingerprints are compared in constant time. `Display` gives the text to store, which
/// [`FromStr`] reads back.
#[derive(Clone, Copy)]
pub struct Empreinte([u8; 32]);

impl Empreinte {
    /// The fingerprint of a secret. Each part is preceded by its length, so that no two lists of
    /// parts can run into one another.
    pub(crate) fn of(usage: &str, parts: &[&[u8]]) -> Self {
        let mut hasher = Sha256::new();
        for part in [b"mallette-acces".as_slice(), usage.as_bytes()].iter().chain(parts) {
            hasher.update((part.len() as u64).to_be_bytes());
            hasher.update(part);
        }
        Self(hasher.finalize().into())
    }
}

impl ConstantTimeEq for Empreinte {
    fn ct_eq(&self, other: &Self) -> subtle::Choice {
        self.0.ct_eq(&other.0)
    }
}

impl PartialEq for Empreinte {
    fn eq(&self, other: &Self) -> bool {
        self.ct_eq(other).into()
    }
}

impl Eq for Empreinte {}

impl fmt::Display for Empreinte {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&HEXLOWER.encode(&self.0))
    }
}

impl fmt::Debug for Empreinte {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Empreinte(…)")
    }
}

/// A stored fingerprint that is not one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "Une empreinte enregistrée est illisible. Restaurer la dernière sauvegarde du registre, ou \
     demander un nouveau lien ou de nouveaux codes."
)]
pub struct EmpreinteIllisible;

impl FromStr for Empreinte {
    type Err = EmpreinteIllisible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bytes = HEXLOWER.decode(text.as_bytes()).map_err(|_| EmpreinteIllisible)?;
        bytes.try_into().map(Self).map_err(|_| EmpreinteIllisible)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_the_sha256_of_its_parts_with_their_lengths() {
        let mut bytes = Vec::new();
        for part in [b"mallette-acces".as_slice(), b"essai", b"abc"] {
            bytes.extend((part.len() as u64).to_be_bytes());
            bytes.extend(part);
        }
        let expected: [u8; 32] = Sha256::digest(&bytes).into();
        assert_eq!(Empreinte::of("essai", &[b"abc"]).0, expected);
        assert_ne!(Empreinte::of("essai", &[b"ab", b"c"]), Empreinte::of("essai", &[b"a", b"bc"]));
        assert_ne!(Empreinte::of("essai", &[b"abc"]), Empreinte::of("autre", &[b"abc"]));
    }

    #[test]
    fn its_text_is_read_back_and_nothing_else_is() {
        let empreinte = Empreinte::of("essai", &[b"abc"]);
        let text = empreinte.to_string();
        assert_eq!(text.len(), 64);
        assert_eq!(text.parse(), Ok(empreinte));
        for wrong in ["", "00", &text[1..], &text.to_uppercase(), &format!("{text}00")] {
            assert_eq!(wrong.parse::<Empreinte>(), Err(EmpreinteIllisible), "{wrong}");
        }
        assert!(!format!("{empreinte:?}").contains(&text[..8]));
    }
}
