//! The recovery phrase: twelve French words that a person writes down, and that give back what the
//! forgotten password gave (the personal key, and by it the names of the centre).
//!
//! Words and check are those of BIP-39, whose French list has no two words that share their first
//! four letters nor differ by an accent only.

use std::fmt;
use std::sync::LazyLock;

use bip39::{Language, Mnemonic};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;
use zeroize::Zeroizing;

use crate::hasard::{self, AleaIndisponible};

/// How many words a phrase has.
pub const MOTS: usize = 12;
const ENTROPY: usize = 16;
/// How many letters a person may have got wrong for a word to be suggested.
const NEAR: usize = 3;

/// The words of the list, folded, in its order.
static PLIES: LazyLock<Vec<String>> =
    LazyLock::new(|| Language::French.word_list().iter().map(|word| fold(word)).collect());

/// Twelve words: 128 random bits and 4 bits of check. Wiped when dropped; `Debug` never shows it.
#[derive(Clone)]
pub struct Phrase(Zeroizing<[u8; ENTROPY]>);

/// Why what was typed is not a recovery phrase.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refus {
    /// Not twelve words.
    #[error(
        "La phrase de secours se compose de 12 mots, et {nombre} sont saisis. Recopier les 12 mots, \
         dans l'ordre, séparés par des espaces."
    )]
    Nombre {
        /// How many words were typed.
        nombre: usize,
    },
    /// A word that is not of the list.
    #[error("Le mot n° {rang} (« {mot} ») n'est pas de la liste.{}", hint(.proche.as_deref()))]
    MotInconnu {
        /// Its rank, from 1.
        rang: usize,
        /// The word typed.
        mot: String,
        /// The nearest word of the list, when one is near.
        proche: Option<&'static str>,
    },
    /// Twelve words of the list that do not check.
    #[error(
        "Les 12 mots sont de la liste, mais ils ne vont pas ensemble : l'un est sans doute mis pour \
         un autre, ou deux sont intervertis. Comparer avec la feuille, mot à mot."
    )]
    Controle,
}

fn hint(proche: Option<&str>) -> String {
    proche.map_or_else(
        || " Le comparer avec la feuille.".to_owned(),
        |proche| format!(" Est-ce « {proche} » ? Le comparer avec la feuille."),
    )
}

impl Phrase {
    /// A new phrase.
    ///
    /// # Errors
    /// When the system gives no randomness.
    pub fn generate() -> Result<Self, AleaIndisponible> {
        hasard::octets().map(Self)
    }

    /// Its twelve words, in order, in composed accents: what the person writes down.
    #[must_use]
    pub fn mots(&self) -> Vec<String> {
        // 128 bits are always a phrase: the error cannot be.
        Mnemonic::from_entropy_in(Language::French, self.0.as_slice())
            .map(|mnemonic| mnemonic.words().map(|word| word.nfc().collect()).collect())
            .unwrap_or_default()
    }

    /// The phrase that a person typed, whatever its case, its accents, its spaces and the numbers or
    /// commas between the words.
    ///
    /// # Errors
    /// When words are missing or too many, when one is unknown (said with its rank and the nearest
    /// one), and when the words do not check.
    pub fn parse(typed: &str) -> Result<Self, Refus> {
        let typed: Vec<&str> = typed
            .split(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '.' | ':' | ')' | '-'))
            .filter(|word| word.chars().any(|c| !c.is_ascii_digit()))
            .collect();
        if typed.len() != MOTS {
            return Err(Refus::Nombre { nombre: typed.len() });
        }
        let list = Language::French.word_list();
        let mut words = Vec::with_capacity(MOTS);
        for (rank, word) in typed.iter().enumerate() {
            let key = fold(word);
            let found = PLIES.iter().zip(list).find(|(folded, _)| **folded == key);
            words.push(*found.map(|(_, listed)| listed).ok_or_else(|| Refus::MotInconnu {
                rang: rank + 1,
                mot: word.chars().take(20).collect(),
                proche: nearest(&key),
            })?);
        }
        let text = Zeroizing::new(words.join(" "));
        let mnemonic =
            Mnemonic::parse_in_normalized(Language::French, &text).map_err(|_| Refus::Controle)?;
        let entropy = Zeroizing::new(mnemonic.to_entropy());
        let bytes: [u8; ENTROPY] = entropy.as_slice().try_into().map_err(|_| Refus::Controle)?;
        Ok(Self(Zeroizing::new(bytes)))
    }

    /// Its random bits: what a personal key is derived from, whatever the writing of the words.
    #[must_use]
    pub fn octets(&self) -> &[u8] {
        self.0.as_slice()
    }
}

impl fmt::Debug for Phrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Phrase(…)")
    }
}

/// A word without case nor accents, whether these are composed or not. Words of the list are ASCII
/// letters once folded: what else was typed cannot match, and is shown as it is.
fn fold(word: &str) -> String {
    word.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase).collect()
}

/// The word of the list that differs by the fewest letters, when few do; a word whose first four
/// letters are those typed comes first, since they are enough to tell it.
fn nearest(key: &str) -> Option<&'static str> {
    let start: String = key.chars().take(4).collect();
    // A text of any length is not compared letter by letter.
    if key.chars().count() > 20 {
        return None;
    }
    let distance = |folded: &str| {
        let same_start = start.chars().count() == 4 && folded.starts_with(&start);
        (!same_start, strsim::damerau_levenshtein(folded, key))
    };
    let ((other_start, letters), best) = PLIES
        .iter()
        .zip(Language::French.word_list())
        .map(|(folded, listed)| (distance(folded), *listed))
        .min_by_key(|(distance, _)| *distance)?;
    let allowed = NEAR.min(key.chars().count() / 2);
    (!other_start || letters <= allowed).then_some(best)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    /// BIP-39's own check: the last 4 bits of the last word are the first of SHA-256 of the
    /// entropy. For 16 zero bytes that digest begins with 0x37, hence word 3 last, eleven words 0 before.
    fn zeros() -> Phrase {
        Phrase(Zeroizing::new([0; ENTROPY]))
    }

    fn written(phrase: &Phrase) -> String {
        phrase.mots().join(" ")
    }

    #[test]
    fn known_bits_give_known_words() {
        let list = Language::French.word_list();
        let expected = format!("{}{}", "abaisser ".repeat(11), list[3].nfc().collect::<String>());
        assert_eq!(written(&zeros()), expected);
        assert_eq!(list[0], "abaisser");
    }

    #[test]
    fn the_list_has_no_two_words_alike_once_folded() {
        let list = Language::French.word_list();
        let folded: BTreeSet<String> = list.iter().map(|word| fold(word)).collect();
        assert_eq!(folded.len(), 2048);
        assert!(folded.iter().all(|word| word.bytes().all(|b| b.is_ascii_lowercase())));
        let starts: BTreeSet<&str> = folded.iter().map(|word| &word[..word.len().min(4)]).collect();
        assert_eq!(starts.len(), 2048);
    }

    #[test]
    fn the_way_of_writing_does_not_matter() {
        let phrase = Phrase(Zeroizing::new(*b"accents partout!"));
        let text = written(&phrase);
        let numbered: String = phrase
            .mots()
            .iter()
            .enumerate()
            .map(|(i, mot)| format!("{}. {mot},\n", i + 1))
            .collect();
        for typed in [
            text.clone(),
            text.to_uppercase(),
            text.nfd().collect(),
            fold(&text),
            format!("  {}  ", text.replace(' ', "\u{a0} \t")),
            numbered,
            text.replace(' ', "-"),
        ] {
            assert_eq!(Phrase::parse(&typed).unwrap().octets(), phrase.octets(), "{typed}");
        }
    }

    #[test]
    fn a_wrong_word_is_named_and_the_nearest_suggested() {
        let cases = [
            ("abaiser", Some("abaisser")),
            ("abaissre", Some("abaisser")),
            // Same first four letters, another ending.
            ("abaissement", Some("abaisser")),
            ("xyzzyxyzzy", None),
            ("ab", None),
            ("a".repeat(500).as_str(), None),
        ]
        .map(|(typed, proche)| (typed.to_owned(), proche));
        for (typed, expected) in cases {
            let mut mots = zeros().mots();
            mots[4].clone_from(&typed);
            let Err(Refus::MotInconnu { rang, mot, proche }) = Phrase::parse(&mots.join(" "))
            else {
                panic!("{typed}");
            };
            assert_eq!((rang, mot.as_str()), (5, &typed[..typed.len().min(20)]));
            assert_eq!(proche, expected, "{typed}");
        }
        let refus = Refus::MotInconnu { rang: 5, mot: "abaiser".into(), proche: Some("abaisser") };
        assert_eq!(
            refus.to_string(),
            "Le mot n° 5 (« abaiser ») n'est pas de la liste. Est-ce « abaisser » ? Le comparer \
             avec la feuille."
        );
    }

    #[test]
    fn missing_words_and_words_in_another_order_are_said() {
        let mots = zeros().mots();
        assert_eq!(Phrase::parse(&mots[1..].join(" ")).unwrap_err(), Refus::Nombre { nombre: 11 });
        assert_eq!(Phrase::parse("").unwrap_err(), Refus::Nombre { nombre: 0 });
        let all_alike = "abaisser ".repeat(12);
        assert_eq!(Phrase::parse(&all_alike).unwrap_err(), Refus::Controle);
        let mut swapped = mots;
        swapped.swap(0, 11);
        assert_eq!(Phrase::parse(&swapped.join(" ")).unwrap_err(), Refus::Controle);
    }

    #[test]
    fn a_phrase_never_shows_itself() {
        let (one, other) = (Phrase::generate().unwrap(), Phrase::generate().unwrap());
        assert_ne!(one.octets(), other.octets());
        assert_eq!(format!("{one:?}"), "Phrase(…)");
    }

    proptest! {
        #[test]
        fn what_is_written_down_is_read_back(octets: [u8; ENTROPY]) {
            let phrase = Phrase(Zeroizing::new(octets));
            let mots = phrase.mots();
            prop_assert_eq!(mots.len(), MOTS);
            let back = Phrase::parse(&mots.join(" ")).unwrap();
            prop_assert_eq!(back.octets(), octets.as_slice());
        }

        #[test]
        fn any_typing_is_read_without_panic(typed in "\\PC{0,200}") {
            let _ = Phrase::parse(&typed);
        }
    }
}
