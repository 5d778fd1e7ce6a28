//! The recovery phrase: 160 random bits as nine groups of four signs on paper, the last one a check.
//! Nobody chooses it, so that it needs no slow function to stand against guessing.

use std::fmt;

use zeroize::Zeroizing;

use super::erreur::CleError;
use super::secret::LEN;

const CONTEXTE: &str = "mallette 2026-11 phrase de secours, cle personnelle";
const CONTROLE: &str = "mallette 2026-11 phrase de secours, controle";

/// Without I, L, O and U: what is read aloud or from a bad print is not taken for another.
const SIGNES: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

const GROUPE: usize = 4;
/// Random signs, of 5 bits each.
const ALEA: usize = 32;

/// A recovery phrase.
#[derive(Clone)]
pub struct PhraseSecours(Zeroizing<String>);

impl PhraseSecours {
    /// A new one, at random.
    ///
    /// # Errors
    /// When the system gives no randomness.
    pub fn generate() -> Result<Self, CleError> {
        let mut bytes = Zeroizing::new([0; ALEA]);
        getrandom::fill(&mut *bytes).map_err(|error| CleError::Alea(error.to_string()))?;
        let mut signs = Zeroizing::new(String::with_capacity(ALEA + GROUPE));
        signs.extend(bytes.iter().map(|byte| sign(*byte)));
        let check = check(&signs);
        signs.push_str(&check);
        Ok(Self(signs))
    }

    /// Reads one as a person types it: case, spaces and dashes do not count, O is 0, I and L are 1.
    ///
    /// # Errors
    /// [`CleError::Phrase`] when a sign is missing or wrong.
    pub fn parse(text: &str) -> Result<Self, CleError> {
        let mut signs = Zeroizing::new(String::with_capacity(ALEA + GROUPE));
        for letter in text.chars().filter(|letter| !letter.is_whitespace() && *letter != '-') {
            let letter = match letter.to_ascii_uppercase() {
                'O' => '0',
                'I' | 'L' => '1',
                other => other,
            };
            let known = u8::try_from(letter).is_ok_and(|byte| SIGNES.contains(&byte));
            if !known || signs.len() == ALEA + GROUPE {
                return Err(CleError::Phrase);
            }
            signs.push(letter);
        }
        match signs.split_at_checked(ALEA) {
            Some((random, given)) if check(random) == given => Ok(Self(signs)),
            _ => Err(CleError::Phrase),
        }
    }

    /// The personal key that it stands for, for [`super::seal_part`].
    #[must_use]
    pub fn key(&self) -> Zeroizing<[u8; LEN]> {
        Zeroizing::new(blake3::derive_key(CONTEXTE, self.0.as_bytes()))
    }

    /// As it is shown once, to be written down.
    #[must_use]
    pub fn to_text(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::with_capacity(self.0.len() * 2));
        for (rank, letter) in self.0.chars().enumerate() {
            if rank > 0 && rank % GROUPE == 0 {
                text.push('-');
            }
            text.push(letter);
        }
        text
    }
}

impl fmt::Debug for PhraseSecours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PhraseSecours").finish_non_exhaustive()
    }
}

fn sign(byte: u8) -> char {
    char::from(SIGNES.get(usize::from(byte % 32)).copied().unwrap_or(b'0'))
}

fn check(signs: &str) -> String {
    blake3::derive_key(CONTROLE, signs.as_bytes()).iter().take(GROUPE).map(|b| sign(*b)).collect()
}
