//! Storing a password: argon2id, and what a verification may tell.

use std::fmt;

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};

use super::politique::OCTETS_MAX;
use crate::hasard::{self, AleaIndisponible};

/// What one computation of argon2id costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cout {
    memoire: u32,
    passes: u32,
    voies: u32,
}

impl Cout {
    /// What OWASP asks at least: 19 MiB, two passes, one lane. Nothing below is accepted.
    pub const PLANCHER: Self = Self { memoire: 19 * 1024, passes: 2, voies: 1 };

    /// 64 MiB and three passes, the memory and passes of RFC 9106 for machines without memory to
    /// spare, in one lane: about a tenth of a second of one core. A network signs in a few hundred
    /// persons a day, a thief of the database tries millions of passwords: five times the floor is
    /// nothing to the first and five times the bill to the second. More would let a few parallel
    /// sign-ins exhaust a small server.
    pub const RECOMMANDE: Self = Self { memoire: 64 * 1024, passes: 3, voies: 1 };

    /// A cost of `memoire` KiB, `passes` passes and `voies` lanes.
    ///
    /// # Errors
    /// Below the floor, above what a server can give (1 GiB, 64 passes, 16 lanes).
    pub fn new(memoire: u32, passes: u32, voies: u32) -> Result<Self, ErreurHachage> {
        let floor = Self::PLANCHER;
        let accepted = (floor.memoire..=1024 * 1024).contains(&memoire)
            && (floor.passes..=64).contains(&passes)
            && (floor.voies..=16).contains(&voies);
        if accepted { Ok(Self { memoire, passes, voies }) } else { Err(ErreurHachage::Cout) }
    }

    /// Memory, in KiB.
    #[must_use]
    pub const fn memoire(self) -> u32 {
        self.memoire
    }

    /// Number of passes.
    #[must_use]
    pub const fn passes(self) -> u32 {
        self.passes
    }

    /// Number of lanes.
    #[must_use]
    pub const fn voies(self) -> u32 {
        self.voies
    }

    pub(crate) fn params(self, len: usize) -> Result<Params, ErreurHachage> {
        Params::new(self.memoire, self.passes, self.voies, Some(len))
            .map_err(|_| ErreurHachage::Cout)
    }
}

/// Why a password could not be hashed or checked. Says nothing of the password.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ErreurHachage {
    /// A cost that is too low to protect or too high to be paid.
    #[error(
        "Le coût du hachage est hors des bornes : entre 19 Mio et 1 Gio de mémoire, entre 2 et \
         64 passes, entre 1 et 16 voies. Corriger le réglage."
    )]
    Cout,
    /// Longer than what is ever accepted.
    #[error("Ce mot de passe est trop long : 128 caractères au plus. En choisir un plus court.")]
    TropLong,
    /// A stored hash that is not one of argon2id.
    #[error(
        "Le mot de passe enregistré pour ce compte est illisible. Demander un lien pour en choisir \
         un nouveau."
    )]
    Illisible,
    /// No memory left.
    #[error("La machine n'a plus assez de mémoire. Recommencer dans un instant.")]
    Memoire,
    /// No randomness for the salt.
    #[error(transparent)]
    Alea(#[from] AleaIndisponible),
}

/// Hashes and checks passwords, on the thread of the caller: an asynchronous caller uses
/// [`HacheurBorne`](super::HacheurBorne).
#[derive(Clone)]
pub struct Hacheur {
    cout: Cout,
    argon2: Argon2<'static>,
    /// The hash of a password that nobody knows, for accounts that do not exist.
    personne: String,
}

impl fmt::Debug for Hacheur {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hacheur").field("cout", &self.cout).finish_non_exhaustive()
    }
}

impl Hacheur {
    /// A hasher of that cost. Computes one hash.
    ///
    /// # Errors
    /// When the system gives no randomness or no memory.
    pub fn new(cout: Cout) -> Result<Self, ErreurHachage> {
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, cout.params(32)?);
        let mut hacheur = Self { cout, argon2, personne: String::new() };
        let unknown = hasard::octets::<32>()?;
        hacheur.personne = hacheur.hash_octets(unknown.as_slice())?;
        Ok(hacheur)
    }

    /// The text to store for that password: a PHC string with its own 16-byte salt.
    ///
    /// # Errors
    /// When it is longer than any accepted password, or when the system lacks randomness or memory.
    pub fn hash(&self, mot_de_passe: &str) -> Result<String, ErreurHachage> {
        if mot_de_passe.len() > OCTETS_MAX {
            return Err(ErreurHachage::TropLong);
        }
        self.hash_octets(mot_de_passe.as_bytes())
    }

    fn hash_octets(&self, octets: &[u8]) -> Result<String, ErreurHachage> {
        let salt = hasard::octets::<16>()?;
        let hash: PasswordHash = self
            .argon2
            .hash_password_with_salt(octets, salt.as_slice())
            .map_err(|_| ErreurHachage::Memoire)?;
        Ok(hash.to_string())
    }

    /// Whether it is the password of that stored text; the two hashes are compared in constant time.
    /// The cost is that of the stored text.
    ///
    /// # Errors
    /// When the stored text is not a hash of argon2id, or when memory lacks.
    pub fn verify(&self, mot_de_passe: &str, stored: &str) -> Result<bool, ErreurHachage> {
        let hash = PasswordHash::new(stored).map_err(|_| ErreurHachage::Illisible)?;
        if hash.algorithm != argon2::ARGON2ID_IDENT {
            return Err(ErreurHachage::Illisible);
        }
        // No accepted password is that long: as slow as a wrong one, and as wrong.
        let too_long = mot_de_passe.len() > OCTETS_MAX;
        let tried: &[u8] = if too_long { &[] } else { mot_de_passe.as_bytes() };
        let verified = self.argon2.verify_password(tried, &hash);
        match verified {
            Ok(()) => Ok(!too_long),
            Err(argon2::password_hash::Error::PasswordInvalid) => Ok(false),
            Err(argon2::password_hash::Error::OutOfMemory) => Err(ErreurHachage::Memoire),
            Err(_) => Err(ErreurHachage::Illisible),
        }
    }

    /// Takes the time of a verification, for an account that does not exist: the time of an answer
    /// must not tell which addresses have an account (ASVS 5.0, 6.3.8).
    pub fn dummy_verify(&self, mot_de_passe: &str) {
        // The answer is « no » whatever happens: nobody knows that password.
        let _ = self.verify(mot_de_passe, &self.personne);
    }

    /// Whether that stored text was made under another cost: the caller hashes the password anew at
    /// the next sign-in, when it has it. Otherwise old accounts would also answer in another time than
    /// unknown ones.
    #[must_use]
    pub fn needs_rehash(&self, stored: &str) -> bool {
        let Ok(hash) = PasswordHash::new(stored) else { return true };
        let Ok(params) = Params::try_from(&hash) else { return true };
        let same = (params.m_cost(), params.t_cost(), params.p_cost())
            == (self.cout.memoire, self.cout.passes, self.cout.voies);
        hash.algorithm != argon2::ARGON2ID_IDENT
            || hash.version != Some(Version::V0x13 as u32)
            || !same
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hacheur() -> Hacheur {
        Hacheur::new(Cout::PLANCHER).unwrap()
    }

    #[test]
    fn a_password_is_stored_as_argon2id_with_its_own_salt() {
        let hacheur = hacheur();
        let (one, other) = (hacheur.hash("bleu nuit").unwrap(), hacheur.hash("bleu nuit").unwrap());
        assert!(one.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{one}");
        assert_ne!(one, other);
        assert!(hacheur.verify("bleu nuit", &one).unwrap());
        assert!(hacheur.verify("bleu nuit", &other).unwrap());
        for wrong in ["bleu nui", "bleu nuit ", "Bleu nuit", ""] {
            assert!(!hacheur.verify(wrong, &one).unwrap(), "{wrong}");
        }
        assert!(!format!("{hacheur:?}").contains("argon2id$"));
    }

    #[test]
    fn a_hash_made_by_another_program_is_checked() {
        // From the tests of the reference implementation in C (test.c, argon2id, version 0x13).
        let stored = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";
        assert!(hacheur().verify("password", stored).unwrap());
        assert!(!hacheur().verify("passwore", stored).unwrap());
    }

    #[test]
    fn nothing_is_cut_and_what_is_too_long_is_wrong() {
        let hacheur = hacheur();
        let longest = "é".repeat(256);
        let stored = hacheur.hash(&longest).unwrap();
        assert!(hacheur.verify(&longest, &stored).unwrap());
        // The cut at the longest length would make this one right.
        assert!(!hacheur.verify(&format!("{longest}x"), &stored).unwrap());
        assert!(!hacheur.verify(&longest[..510], &stored).unwrap());
        assert_eq!(hacheur.hash(&format!("{longest}x")), Err(ErreurHachage::TropLong));
    }

    #[test]
    fn composed_and_decomposed_accents_are_two_passwords() {
        let hacheur = hacheur();
        let stored = hacheur.hash("caf\u{e9} cr\u{e8}me glac\u{e9}e").unwrap();
        assert!(!hacheur.verify("cafe\u{301} cr\u{e8}me glac\u{e9}e", &stored).unwrap());
    }

    #[test]
    fn a_changed_cost_asks_for_a_new_hash() {
        let hacheur = hacheur();
        let stored = hacheur.hash("bleu nuit").unwrap();
        assert!(!hacheur.needs_rehash(&stored));
        for other in [
            stored.replace("t=2", "t=3"),
            stored.replace("m=19456", "m=65536"),
            stored.replace("argon2id", "argon2i"),
            stored.replace("v=19", "v=16"),
            "bleu nuit".to_owned(),
        ] {
            assert!(hacheur.needs_rehash(&other), "{other}");
        }
        let dearer = Hacheur::new(Cout::new(20 * 1024, 2, 1).unwrap()).unwrap();
        assert!(dearer.needs_rehash(&stored));
        // What was stored under the old cost still opens.
        assert!(dearer.verify("bleu nuit", &stored).unwrap());
    }

    #[test]
    fn what_is_not_a_hash_is_said() {
        for stored in
            ["", "bleu nuit", "$argon2i$v=19$m=19456,t=2,p=1$c29tZXNhbHQ$AAAAAAAAAAAAAAAA"]
        {
            assert_eq!(hacheur().verify("x", stored), Err(ErreurHachage::Illisible), "{stored}");
        }
    }

    #[test]
    fn the_floor_and_the_ceiling_of_the_cost_hold() {
        for (memoire, passes, voies) in [
            (19 * 1024 - 1, 2, 1),
            (19 * 1024, 1, 1),
            (19 * 1024, 2, 0),
            (1 << 21, 2, 1),
            (1 << 16, 65, 1),
        ] {
            assert_eq!(Cout::new(memoire, passes, voies), Err(ErreurHachage::Cout));
        }
        assert_eq!(Cout::new(64 * 1024, 3, 1), Ok(Cout::RECOMMANDE));
    }

    #[test]
    fn an_unknown_account_takes_the_time_of_a_known_one() {
        // By the work asked for, not by a clock: a machine under load tells nothing.
        let hacheur = hacheur();
        let stored = hacheur.hash("bleu nuit").unwrap();
        let work = |text: &str| {
            let hash = PasswordHash::new(text).unwrap();
            let params = Params::try_from(&hash).unwrap();
            let costs = (params.m_cost(), params.t_cost(), params.p_cost());
            let lengths = (hash.salt.map(|salt| salt.len()), hash.hash.map(|hash| hash.len()));
            (hash.algorithm.to_string(), hash.version, costs, lengths)
        };
        assert_eq!(work(&hacheur.personne), work(&stored));
        assert!(!hacheur.needs_rehash(&hacheur.personne));
        // One that is too long is computed too, as the empty one, and refused even where that is right.
        let of_empty = hacheur.hash("").unwrap();
        assert!(hacheur.verify("", &of_empty).unwrap());
        assert!(!hacheur.verify(&"x".repeat(100_000), &of_empty).unwrap());
    }
}
