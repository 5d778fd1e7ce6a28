//! The examples of a rule as a table that a person reads.

use std::collections::BTreeSet;

use jiff::civil::Date;
use mallette_catalogue::{Exemple, Regle};

use crate::format::{jour, nombre};
use crate::mots;

/// The examples of a rule: one row per value, one column per example.
pub(super) struct Exemples {
    /// Verdict of each example: those caught first.
    pub(super) attendus: Vec<bool>,
    /// Name of the value, then the value in each example.
    pub(super) lignes: Vec<(String, Vec<String>)>,
}

impl Exemples {
    pub(super) fn of(regle: &Regle) -> Self {
        let mut exemples: Vec<&Exemple> = regle.exemples.iter().collect();
        exemples.sort_by_key(|exemple| !exemple.attendu);
        let names: BTreeSet<&str> = exemples
            .iter()
            .flat_map(|exemple| exemple.valeurs.keys())
            .map(String::as_str)
            .collect();
        let lignes = names.into_iter().map(|name| {
            let values = exemples.iter().map(|exemple| {
                exemple.valeurs.get(name).map_or_else(
                    || "vide".to_owned(),
                    |value| {
                        let number = value.as_integer().map(|number| nombre(as_float(number), 0));
                        let decimal = || value.as_float().map(|number| nombre(number, 2));
                        let truth = || value.as_bool().map(|yes| yes_no(yes).to_owned());
                        let text = || value.as_str().map(text);
                        number
                            .or_else(decimal)
                            .or_else(truth)
                            .or_else(text)
                            .unwrap_or_else(|| value.to_string())
                    },
                )
            });
            (label(name), values.collect())
        });
        Self {
            attendus: exemples.iter().map(|exemple| exemple.attendu).collect(),
            lignes: lignes.collect(),
        }
    }
}

fn label(name: &str) -> String {
    match name {
        "ref" => "date d'extraction".to_owned(),
        name => mots::words(name),
    }
}

fn yes_no(yes: bool) -> &'static str {
    if yes { "oui" } else { "non" }
}

/// A day as people write it; any other text as it is.
fn text(text: &str) -> String {
    text.parse::<Date>().map_or_else(|_| text.to_owned(), jour)
}

#[expect(clippy::cast_precision_loss, reason = "an example is written by hand, and is small")]
fn as_float(number: i64) -> f64 {
    number as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use mallette_catalogue::Catalogue;

    #[test]
    fn the_example_caught_comes_first_and_days_are_french() {
        let catalogue = Catalogue::builtin().unwrap();
        let regle = catalogue.regles.iter().find(|regle| regle.code == "PAC-07").unwrap();
        let exemples = Exemples::of(regle);
        assert_eq!(exemples.attendus, [true, false]);
        let of = |name: &str| exemples.lignes.iter().find(|(label, _)| label == name).unwrap();
        assert_eq!(of("date d'extraction").1, ["04/11/2019", "04/11/2019"]);
        assert_eq!(of("situation sortie").1, ["non", "oui"]);
        assert_eq!(of("dispositif").1, ["PACEA", "PACEA"]);
    }

    #[test]
    fn every_example_of_the_catalogue_is_a_whole_table() {
        for regle in Catalogue::builtin().unwrap().regles {
            let exemples = Exemples::of(&regle);
            assert!(!exemples.lignes.is_empty(), "{}", regle.code);
            for (name, values) in &exemples.lignes {
                assert_eq!(values.len(), exemples.attendus.len(), "{} {name}", regle.code);
            }
        }
    }
}
