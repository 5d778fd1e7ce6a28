//! What stands for a person outside the vault: a pseudonym for the dossier number, a fingerprint
//! for the name. Both are keyed with the centre's key, so that nobody without it can go back, and
//! two centres' values cannot be joined.

use mallette_catalogue::normalise;

const PSEUDONYME: &str = "mallette 2026 pseudonyme de dossier";
const EMPREINTE: &str = "mallette 2026 empreinte d'identite";

/// Sixteen hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pseudonyme([u8; 16]);

impl Pseudonyme {
    /// The digits as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        // Hexadecimal digits are always text.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

/// The two derived keys of a centre.
pub struct Identites {
    pseudonyme: [u8; 32],
    empreinte: [u8; 32],
}

impl std::fmt::Debug for Identites {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Keys are never printed.
        f.write_str("Identites")
    }
}

impl Identites {
    /// Those of the centre of that key.
    #[must_use]
    pub fn new(key: &[u8; 32]) -> Self {
        Self {
            pseudonyme: blake3::derive_key(PSEUDONYME, key),
            empreinte: blake3::derive_key(EMPREINTE, key),
        }
    }

    /// Sixteen hexadecimal digits that stand for a dossier number: within a centre of a million
    /// dossiers, two numbers share one with a probability under 1 in 30 million.
    #[must_use]
    pub fn pseudonym(&self, numero: &str) -> Pseudonyme {
        short_hash(&self.pseudonyme, numero)
    }

    /// Sixteen hexadecimal digits, equal for names that differ only by accents, case or
    /// punctuation; none when a name is missing (DOS-08).
    #[must_use]
    pub fn fingerprint(&self, nom: &str, prenom: &str) -> Option<String> {
        let (nom, prenom) = (letters(nom), letters(prenom));
        if nom.is_empty() || prenom.is_empty() {
            return None;
        }
        Some(short_hash(&self.empreinte, &format!("{nom}|{prenom}")).as_str().to_owned())
    }
}

fn letters(name: &str) -> String {
    normalise(name).chars().filter(char::is_ascii_lowercase).collect()
}

fn short_hash(key: &[u8; 32], text: &str) -> Pseudonyme {
    let hash = blake3::keyed_hash(key, text.as_bytes()).to_hex();
    let digits = hash.as_bytes().first_chunk::<16>();
    Pseudonyme(digits.copied().unwrap_or([b'0'; 16]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_differ_by_accents_share_a_fingerprint_and_centres_share_nothing() {
        let lyon = Identites::new(&[1; 32]);
        let valence = Identites::new(&[2; 32]);
        let same = lyon.fingerprint("Lefèvre-Dupont", "Éloïse");
        assert!(same.is_some());
        assert_eq!(lyon.fingerprint("LEFEVRE DUPONT", "Eloise"), same);
        assert_ne!(lyon.fingerprint("LEFEVRE", "DUPONT ELOISE"), same);
        assert_ne!(valence.fingerprint("LEFEVRE DUPONT", "Eloise"), same);
        assert_eq!(lyon.fingerprint("LEFEVRE", " - "), None);
        assert_ne!(lyon.pseudonym("D1"), valence.pseudonym("D1"));
        assert_eq!(lyon.pseudonym("D1"), lyon.pseudonym("D1"));
        assert_eq!(lyon.pseudonym("D1").as_str().len(), 16);
    }
}
