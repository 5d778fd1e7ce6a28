//! The personal key: 32 bytes that only the person's password or recovery phrase gives back. It
//! unwraps that person's shares of the keys of centres; it is never stored.

use std::fmt;
use std::str::FromStr;

use argon2::{Algorithm, Argon2, AssociatedData, ParamsBuilder, Version};
use data_encoding::BASE64URL_NOPAD;
use zeroize::Zeroizing;

use crate::hasard::{self, AleaIndisponible};
use crate::mot_de_passe::{Cout, ErreurHachage};
use crate::phrase::Phrase;

const KEY: usize = 32;
const SALT: usize = 16;
/// Goes into the hash, so that a key is never the stored hash of the password, whatever the salts.
const MOT_DE_PASSE: &[u8] = b"mallette/cle/mot-de-passe/1";
const PHRASE: &[u8] = b"mallette/cle/phrase/1";

/// How a key was derived: its own salt and cost, stored beside what the key wraps. The cost stays
/// that of the day it was made, so that a later change of setting never loses a key.
///
/// `Display` gives the text to store, which [`FromStr`] reads back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Derivation {
    salt: [u8; SALT],
    cout: Cout,
}

/// A personal key. Wiped when dropped; `Debug` never shows it.
#[derive(Clone)]
pub struct ClePersonnelle(Zeroizing<[u8; KEY]>);

/// A stored derivation that is not one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "Ce qui permet de retrouver votre clé personnelle est illisible. Restaurer la dernière \
     sauvegarde du registre ; à défaut, un directeur peut vous redonner accès aux noms."
)]
pub struct DerivationIllisible;

impl Derivation {
    /// A new salt, at that cost.
    ///
    /// # Errors
    /// When the system gives no randomness.
    pub fn generate(cout: Cout) -> Result<Self, AleaIndisponible> {
        Ok(Self { salt: *hasard::octets()?, cout })
    }

    /// The key of that password. Costs as much as a hash: see
    /// [`HacheurBorne::run`](crate::mot_de_passe::HacheurBorne::run).
    ///
    /// # Errors
    /// When the machine has no memory left.
    pub fn derive(&self, mot_de_passe: &str) -> Result<ClePersonnelle, ErreurHachage> {
        self.derive_from(mot_de_passe.as_bytes(), MOT_DE_PASSE)
    }

    /// The key of that recovery phrase, whatever the writing of its words.
    ///
    /// # Errors
    /// When the machine has no memory left.
    pub fn derive_from_phrase(&self, phrase: &Phrase) -> Result<ClePersonnelle, ErreurHachage> {
        self.derive_from(phrase.octets(), PHRASE)
    }

    fn derive_from(&self, secret: &[u8], usage: &[u8]) -> Result<ClePersonnelle, ErreurHachage> {
        let params = ParamsBuilder::new()
            .m_cost(self.cout.memoire())
            .t_cost(self.cout.passes())
            .p_cost(self.cout.voies())
            .output_len(KEY)
            .data(AssociatedData::new(usage).map_err(|_| ErreurHachage::Cout)?)
            .build()
            .map_err(|_| ErreurHachage::Cout)?;
        let mut key = Zeroizing::new([0; KEY]);
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into(secret, &self.salt, key.as_mut_slice())
            .map_err(|_| ErreurHachage::Memoire)?;
        Ok(ClePersonnelle(key))
    }
}

impl fmt::Display for Derivation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (memoire, passes, voies) = (self.cout.memoire(), self.cout.passes(), self.cout.voies());
        let salt = BASE64URL_NOPAD.encode(&self.salt);
        write!(f, "argon2id-1:{memoire}:{passes}:{voies}:{salt}")
    }
}

impl FromStr for Derivation {
    type Err = DerivationIllisible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parts: Vec<&str> = text.split(':').collect();
        let ["argon2id-1", memoire, passes, voies, salt] = parts.as_slice() else {
            return Err(DerivationIllisible);
        };
        let number = |text: &str| text.parse::<u32>().map_err(|_| DerivationIllisible);
        let cout = Cout::new(number(memoire)?, number(passes)?, number(voies)?)
            .map_err(|_| DerivationIllisible)?;
        let salt = BASE64URL_NOPAD.decode(salt.as_bytes()).map_err(|_| DerivationIllisible)?;
        Ok(Self { salt: salt.try_into().map_err(|_| DerivationIllisible)?, cout })
    }
}

impl ClePersonnelle {
    /// The bytes to seal and unseal with.
    #[must_use]
    pub fn octets(&self) -> &[u8; KEY] {
        &self.0
    }
}

impl fmt::Debug for ClePersonnelle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClePersonnelle(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mot_de_passe::Hacheur;

    fn fixed() -> Derivation {
        Derivation { salt: *b"sel de seize oct", cout: Cout::PLANCHER }
    }

    #[test]
    fn the_same_secret_gives_the_same_key_after_storing() {
        let derivation = Derivation::generate(Cout::PLANCHER).unwrap();
        let key = derivation.derive("bleu nuit").unwrap();
        let stored: Derivation = derivation.to_string().parse().unwrap();
        assert_eq!(stored, derivation);
        assert_eq!(stored.derive("bleu nuit").unwrap().octets(), key.octets());
        assert_ne!(stored.derive("bleu nuit ").unwrap().octets(), key.octets());
        let other = Derivation::generate(Cout::PLANCHER).unwrap();
        assert_ne!(other.derive("bleu nuit").unwrap().octets(), key.octets());
        assert_eq!(format!("{key:?}"), "ClePersonnelle(…)");
    }

    #[test]
    fn a_stored_derivation_keeps_its_meaning() {
        // A change here would lose the keys of every person: the format is read in all its versions.
        let text = "argon2id-1:19456:2:1:c2VsIGRlIHNlaXplIG9jdA";
        assert_eq!(fixed().to_string(), text);
        assert_eq!(text.parse(), Ok(fixed()));
        // Computed apart, by OpenSSL's argon2id with the same associated data.
        let key = data_encoding::HEXLOWER.encode(fixed().derive("bleu nuit").unwrap().octets());
        assert_eq!(key, "83b094b2699fb5c2cfdd828e260316719f22a9aabd1a1d77894ac8cc6a13935e");
        for wrong in [
            "",
            "argon2id-2:19456:2:1:c2VsIGRlIHNlaXplIG9jdA",
            "argon2id-1:19456:2:1:c2VsIGRlIHNlaXplIG9j",
            "argon2id-1:8:1:1:c2VsIGRlIHNlaXplIG9jdA",
            "argon2id-1:19456:2:1:c2VsIGRlIHNlaXplIG9jdA:",
        ] {
            assert_eq!(wrong.parse::<Derivation>(), Err(DerivationIllisible), "{wrong}");
        }
    }

    #[test]
    fn the_key_is_not_what_is_stored_of_the_password() {
        // Same password, same salt, same cost: the hash that a thief finds must not be the key.
        let key = fixed().derive("bleu nuit").unwrap();
        let mut plain = [0; KEY];
        Argon2::new(Algorithm::Argon2id, Version::V0x13, Cout::PLANCHER.params(KEY).unwrap())
            .hash_password_into(b"bleu nuit", &fixed().salt, &mut plain)
            .unwrap();
        assert_ne!(key.octets(), &plain);
        let stored = Hacheur::new(Cout::PLANCHER).unwrap().hash("bleu nuit").unwrap();
        assert!(!stored.contains(&data_encoding::BASE64_NOPAD.encode(key.octets())));
    }

    #[test]
    fn a_phrase_gives_its_key_however_it_is_written() {
        let phrase = Phrase::generate().unwrap();
        let key = fixed().derive_from_phrase(&phrase).unwrap();
        let typed = phrase.mots().join("  ").to_uppercase();
        let read = Phrase::parse(&typed).unwrap();
        assert_eq!(fixed().derive_from_phrase(&read).unwrap().octets(), key.octets());
        let other = Phrase::generate().unwrap();
        assert_ne!(fixed().derive_from_phrase(&other).unwrap().octets(), key.octets());
    }
}
