//! Recovery codes: what a person printed, for the day when the phone is lost. Each works once.

use std::fmt;
use std::sync::LazyLock;

use data_encoding::{Encoding, Specification};
use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};
use zeroize::Zeroizing;

use crate::empreinte::Empreinte;
use crate::hasard::{self, AleaIndisponible};

/// How many codes a person receives at once.
pub const NOMBRE: usize = 10;

/// 120 bits: beyond the 112 under which ASVS 5.0 (6.5.2) wants a slow hash for each code.
const LEN: usize = 15;
const CHARACTERS: usize = LEN * 8 / 5;
const GROUP: usize = 4;

/// Crockford's base 32: no I, L, O nor U, and what is typed for them is read as the digit that they
/// look like.
static ALPHABET: LazyLock<Option<Encoding>> = LazyLock::new(|| {
    let mut specification = Specification::new();
    specification.symbols.push_str("0123456789ABCDEFGHJKMNPQRSTVWXYZ");
    specification.translate.from.push_str("abcdefghjkmnpqrstvwxyzOoIiLl");
    specification.translate.to.push_str("ABCDEFGHJKMNPQRSTVWXYZ001111");
    specification.encoding().ok()
});

/// One recovery code. Wiped when dropped; `Debug` never shows it.
#[derive(Clone)]
pub struct Code(Zeroizing<[u8; LEN]>);

/// What was typed is not a recovery code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "Ce n'est pas un code de secours : il se compose de 24 lettres et chiffres, en 6 groupes de 4. \
     Recopier le code en entier, avec ou sans les tirets."
)]
pub struct CodeIllisible;

/// Ten new codes, to show once.
///
/// # Errors
/// When the system gives no randomness.
pub fn generate() -> Result<Vec<Code>, AleaIndisponible> {
    (0..NOMBRE).map(|_| hasard::octets().map(Code)).collect()
}

impl Code {
    /// What the person prints: six groups of four characters.
    #[must_use]
    pub fn text(&self) -> Zeroizing<String> {
        let plain = ALPHABET.as_ref().map(|alphabet| alphabet.encode(self.0.as_slice()));
        let plain = Zeroizing::new(plain.unwrap_or_default());
        let mut text = Zeroizing::new(String::with_capacity(CHARACTERS + CHARACTERS / GROUP));
        for (rank, character) in plain.chars().enumerate() {
            if rank > 0 && rank % GROUP == 0 {
                text.push('-');
            }
            text.push(character);
        }
        text
    }

    /// The code that a person typed, whatever its case, its spaces and its dashes.
    ///
    /// # Errors
    /// When it is not the whole of a code.
    pub fn parse(typed: &str) -> Result<Self, CodeIllisible> {
        let skipped =
            |c: &char| c.is_whitespace() || matches!(c, '-' | '‐'..='―' | '−' | '_' | '.');
        // More characters than a code has is refused without reading on.
        let plain: String = typed.chars().filter(|c| !skipped(c)).take(CHARACTERS + 1).collect();
        let plain = Zeroizing::new(plain);
        let alphabet = ALPHABET.as_ref().ok_or(CodeIllisible)?;
        let bytes = Zeroizing::new(alphabet.decode(plain.as_bytes()).map_err(|_| CodeIllisible)?);
        let bytes: [u8; LEN] = bytes.as_slice().try_into().map_err(|_| CodeIllisible)?;
        Ok(Self(Zeroizing::new(bytes)))
    }

    /// What is stored. It depends on the account: equal fingerprints of two accounts would tell
    /// nothing, and a fingerprint moved to another account opens nothing.
    #[must_use]
    pub fn empreinte(&self, compte: &str) -> Empreinte {
        Empreinte::of("secours", &[compte.as_bytes(), self.0.as_slice()])
    }

    /// Which of the stored fingerprints of an account is this code's, in constant time. The caller
    /// erases that one, in the same transaction as the sign-in: a code works once.
    #[must_use]
    pub fn find(&self, compte: &str, stored: &[Empreinte]) -> Option<usize> {
        let mine = self.empreinte(compte);
        let mut rank = u64::MAX;
        let mut found = Choice::from(0);
        for (i, empreinte) in stored.iter().enumerate() {
            let same = mine.ct_eq(empreinte);
            rank.conditional_assign(&(i as u64), same);
            found |= same;
        }
        if found.into() { usize::try_from(rank).ok() } else { None }
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Code(…)")
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn ten_distinct_codes_in_six_groups_without_ambiguous_letters() {
        let codes = generate().unwrap();
        let texts: BTreeSet<String> = codes.iter().map(|code| code.text().to_string()).collect();
        assert_eq!(texts.len(), NOMBRE);
        for text in &texts {
            let groups: Vec<&str> = text.split('-').collect();
            assert_eq!(groups.len(), 6);
            assert!(groups.iter().all(|group| group.len() == 4), "{text}");
            assert!(!text.contains(['I', 'L', 'O', 'U']), "{text}");
        }
        assert_eq!(format!("{:?}", codes[0]), "Code(…)");
    }

    #[test]
    fn known_bits_have_a_known_text() {
        // 120 zero bits, then 120 one bits: worked out by hand from the alphabet.
        let zeros = Code(Zeroizing::new([0; LEN]));
        assert_eq!(zeros.text().as_str(), "0000-0000-0000-0000-0000-0000");
        let ones = Code(Zeroizing::new([0xff; LEN]));
        assert_eq!(ones.text().as_str(), "ZZZZ-ZZZZ-ZZZZ-ZZZZ-ZZZZ-ZZZZ");
        let typed = "oO0o-iIlL 1111–0000\u{a0}0000 0000";
        let mut expected = [0; LEN];
        // 4 × 00000 then 8 × 00001: bits 24, 29, 34, 39, 44, 49, 54 and 59 are set.
        for bit in (24..60).step_by(5) {
            expected[bit / 8] |= 0x80 >> (bit % 8);
        }
        assert_eq!(*Code::parse(typed).unwrap().0, expected);
    }

    #[test]
    fn is_found_among_those_of_its_account_only() {
        let codes = generate().unwrap();
        let stored: Vec<Empreinte> = codes.iter().map(|code| code.empreinte("alice")).collect();
        for (rank, code) in codes.iter().enumerate() {
            let typed = code.text().to_lowercase().replace('-', " ");
            assert_eq!(Code::parse(&typed).unwrap().find("alice", &stored), Some(rank));
            assert_eq!(code.find("bob", &stored), None);
        }
        let spent: Vec<Empreinte> = stored[1..].to_vec();
        assert_eq!(codes[0].find("alice", &spent), None);
        assert_eq!(codes[0].find("alice", &[]), None);
    }

    #[test]
    fn anything_else_is_refused() {
        let zeros = "0".repeat(24);
        let wrong =
            ["", "0000", &zeros[1..], &format!("{zeros}0"), &zeros.replacen('0', "U", 1), "é"];
        for typed in wrong {
            assert_eq!(Code::parse(typed).unwrap_err(), CodeIllisible, "{typed}");
        }
    }

    proptest! {
        #[test]
        fn what_is_printed_is_read_back(bytes: [u8; LEN]) {
            let code = Code(Zeroizing::new(bytes));
            prop_assert_eq!(*Code::parse(&code.text()).unwrap().0, bytes);
        }

        #[test]
        fn any_typing_is_read_without_panic(typed in "\\PC{0,60}") {
            let _ = Code::parse(&typed);
        }
    }
}
