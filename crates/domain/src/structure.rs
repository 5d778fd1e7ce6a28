//! The Missions Locales of France with their I-MILO code: `donnees/structures.csv`, embedded.
//! Source: the public repository SocialGouv/pass-emploi-api.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use crate::normalise;

/// One Mission Locale of the built-in list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Structure {
    /// I-MILO code, such as `69382S00`.
    pub structure_id: &'static str,
    /// Official short name.
    pub nom: &'static str,
    /// Usual name; may be that of its seat, or empty.
    pub nom_usuel: &'static str,
    /// Code of the département.
    pub departement: &'static str,
    /// Code of the région (INSEE), such as `84`.
    pub region: &'static str,
}

static STRUCTURES: LazyLock<BTreeMap<&'static str, Structure>> = LazyLock::new(|| {
    include_str!("../../../donnees/structures.csv")
        .lines()
        .skip(1)
        .filter_map(|line| {
            // Only the third column, the usual name, may be quoted and hold commas.
            let mut first = line.splitn(3, ',');
            let (structure_id, nom, rest) = (first.next()?, first.next()?, first.next()?);
            let mut last = rest.rsplitn(6, ',');
            let region = last.nth(2)?;
            let departement = last.nth(1)?;
            let nom_usuel = last.next()?.trim_matches('"');
            Some((structure_id, Structure { structure_id, nom, nom_usuel, departement, region }))
        })
        .collect()
});

/// The centre of that code in the built-in list.
#[must_use]
pub fn find(structure_id: &str) -> Option<&'static Structure> {
    STRUCTURES.get(structure_id)
}

/// Every centre of the built-in list, by code.
pub fn all() -> impl Iterator<Item = &'static Structure> {
    STRUCTURES.values()
}

/// What a text that should tell a centre means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reconnaissance {
    /// That centre of the built-in list, and no other.
    Une(&'static Structure),
    /// Several centres bear this name, by code: only the code can tell.
    Plusieurs(Vec<&'static Structure>),
    /// None of the built-in list.
    Aucune,
}

/// Words that every name of centre may have: they tell none apart.
const EMPTY_WORDS: [&str; 22] = [
    "ml", "mlj", "mli", "mission", "missions", "locale", "locales", "jeune", "jeunes", "siege",
    "de", "du", "des", "d", "la", "le", "les", "l", "et", "pour", "en", "sur",
];

static NAMES: LazyLock<BTreeMap<String, Vec<&'static Structure>>> = LazyLock::new(|| {
    let mut names: BTreeMap<String, Vec<&'static Structure>> = BTreeMap::new();
    for structure in all() {
        for name in [structure.nom, structure.nom_usuel] {
            let words = words(name);
            let words = match words.split_first() {
                Some((first, rest)) if is_departement(first, structure) => rest,
                _ => &words,
            };
            let Some(name) = name_key(words) else { continue };
            let known = names.entry(name).or_default();
            if !known.contains(&structure) {
                known.push(structure);
            }
        }
    }
    names
});

/// The centre of the built-in list that `text` tells: by its code in either case, alone or among
/// other words; else by its official or usual name, whatever the case, accents, punctuation and
/// the words « Mission locale de », within its département when a number at either end gives one.
#[must_use]
pub fn recognise(text: &str) -> Reconnaissance {
    let coded = distinct(
        text.split(|letter: char| !letter.is_ascii_alphanumeric())
            .filter_map(|word| find(&word.to_ascii_uppercase())),
    );
    if !coded.is_empty() {
        return told(coded);
    }
    let words = words(text);
    // « 69-ML LYON », then « Mission locale de Paris 19 », then « Saint-Denis (93) ».
    if let Some((first, rest)) = words.split_first() {
        let found = named(rest, Some(first));
        if !found.is_empty() {
            return told(found);
        }
    }
    let found = named(&words, None);
    if !found.is_empty() {
        return told(found);
    }
    match words.split_last() {
        Some((last, rest)) => told(named(rest, Some(last))),
        None => Reconnaissance::Aucune,
    }
}

fn told(found: Vec<&'static Structure>) -> Reconnaissance {
    match found.as_slice() {
        [] => Reconnaissance::Aucune,
        [one] => Reconnaissance::Une(one),
        _ => Reconnaissance::Plusieurs(found),
    }
}

fn distinct(found: impl Iterator<Item = &'static Structure>) -> Vec<&'static Structure> {
    let by_code: BTreeMap<&str, &'static Structure> =
        found.map(|structure| (structure.structure_id, structure)).collect();
    by_code.into_values().collect()
}

/// The centres of that name, in that département when it is given.
fn named(words: &[String], departement: Option<&str>) -> Vec<&'static Structure> {
    let known = name_key(words).and_then(|name| NAMES.get(&name));
    let known = known.into_iter().flatten().copied();
    distinct(known.filter(|structure| {
        departement.is_none_or(|departement| is_departement(departement, structure))
    }))
}

fn is_departement(word: &str, structure: &Structure) -> bool {
    word.eq_ignore_ascii_case(structure.departement)
}

fn words(text: &str) -> Vec<String> {
    let words = text.split(|letter: char| !letter.is_alphanumeric()).map(normalise);
    words.filter(|word| !word.is_empty()).collect()
}

/// What is left of a name without its empty words; none when nothing is.
fn name_key(words: &[String]) -> Option<String> {
    let telling = words.iter().map(String::as_str).filter(|word| !EMPTY_WORDS.contains(word));
    let key: String = telling
        .map(|word| match word {
            "st" => "saint",
            "ste" => "sainte",
            other => other,
        })
        .collect();
    (!key.is_empty()).then_some(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_read_whole() {
        assert_eq!(all().count(), 449);
        assert_eq!(all().filter(|s| s.region == "84").count(), 61);
        let lyon = find("69382S00").map(|s| (s.nom, s.departement));
        assert_eq!(lyon, Some(("69-ML LYON", "69")));
        let quoted = find("91377S00").map(|s| (s.departement, s.region));
        assert_eq!(quoted, Some(("91", "11")));
    }

    fn id(text: &str) -> Option<&'static str> {
        match recognise(text) {
            Reconnaissance::Une(structure) => Some(structure.structure_id),
            _ => None,
        }
    }

    #[test]
    fn a_centre_is_known_by_its_code_wherever_it_stands() {
        for structure in all() {
            let code = structure.structure_id;
            for text in [
                code.to_owned(),
                code.to_lowercase(),
                format!(" {code}\u{a0}"),
                format!("{code} - Mission locale"),
                format!("Mission locale ({})", code.to_lowercase()),
            ] {
                assert_eq!(id(&text), Some(code), "{text}");
            }
        }
        let both = recognise("69382S00, 26362S00");
        assert!(matches!(&both, Reconnaissance::Plusieurs(both) if both.len() == 2), "{both:?}");
    }

    #[test]
    fn every_official_name_tells_its_centre_whatever_its_dress() {
        let mut told = 0;
        for structure in all() {
            let bare = structure.nom.trim_start_matches(structure.departement);
            for text in [
                structure.nom.to_owned(),
                structure.nom.to_lowercase(),
                structure.nom.replace(['-', ' '], "  "),
                format!("{} {}", structure.departement, bare.replace("ML ", "Mission Locale de ")),
                format!("{bare} ({})", structure.departement),
            ] {
                match recognise(&text) {
                    Reconnaissance::Une(found) => {
                        assert_eq!(found, structure, "{text}");
                        told += 1;
                    }
                    Reconnaissance::Plusieurs(found) => {
                        assert!(found.contains(&structure), "{text}")
                    }
                    // Two names of the list are nothing but « Mission locale jeunes », or nothing.
                    Reconnaissance::Aucune => {
                        let nameless = ["18033S00", "99994S00"];
                        assert!(nameless.contains(&structure.structure_id), "{text}");
                    }
                }
            }
        }
        assert!(told > 440 * 5, "{told}");
    }

    #[test]
    fn the_names_of_the_field_are_read_and_what_is_unsure_is_not_guessed() {
        assert_eq!(id("69-ML LYON"), Some("69382S00"));
        assert_eq!(id("Mission Locale de Lyon"), Some("69382S00"));
        assert_eq!(id("M.L. Lyon"), None);
        assert_eq!(id("Mission locale de Saint-Martin"), Some("97801S00"));
        assert_eq!(id("75-ML PARIS 19"), Some("75119S00"));
        assert_eq!(id("Mission locale Paris 19"), Some("75119S00"));
        assert_eq!(id("2a-ml ajaccio"), id("ML Ajaccio"));
        assert_eq!(id("93-ML Saint-Denis"), Some("93066S00"));
        assert_eq!(id("Mission locale de Saint-Denis (974)"), Some("97411S00"));
        assert!(matches!(recognise("Mission locale de St Denis"), Reconnaissance::Plusieurs(_)));
        for text in ["", "Mission locale", "42-ML LYON", "Lyon Valence", "DUPONT", "99999X99", "69"]
        {
            assert_eq!(recognise(text), Reconnaissance::Aucune, "{text}");
        }
    }
}
