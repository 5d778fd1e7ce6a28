//! The values in force of the rules of a list, where they are not those of the catalogue: said once beside the list,
//! not on each of its lines.

use std::collections::BTreeSet;

use mallette_app::lecture::parametres::notice;
use mallette_catalogue::{Catalogue, Origine, Regle};

/// Codes of rules and the values that they judge with, in words: those of one centre, or of the network.
pub(super) fn changed<'a>(
    catalogue: &Catalogue,
    centre: Option<&str>,
    codes: impl IntoIterator<Item = &'a str>,
) -> Vec<(String, String)> {
    let codes: BTreeSet<&str> = codes.into_iter().collect();
    let shown = catalogue.regles.iter().filter(|regle| codes.contains(regle.code.as_str()));
    let told = shown.filter(|regle| is_changed(regle)).filter_map(|regle| {
        let told = match centre {
            // As the centre is judged by it: its own values are in force.
            Some(centre) => notice(&regle.at(centre).parametres),
            None => notice(&regle.parametres),
        };
        Some((regle.code.clone(), told?))
    });
    told.collect()
}

/// Whether somebody gave a value to it: most rules are as they come, and are not read again.
fn is_changed(regle: &Regle) -> bool {
    let mut parametres = regle.parametres.values();
    parametres.any(|own| own.origine() != Origine::Catalogue || !own.centres.is_empty())
}

#[cfg(test)]
mod tests {
    use mallette_catalogue::Posee;

    use super::*;

    #[test]
    fn only_the_rules_of_the_list_whose_value_was_given_are_told() {
        let mut catalogue = Catalogue::builtin().unwrap();
        let le = "2026-11-05T12:00:00Z".parse().unwrap();
        for regle in &mut catalogue.regles {
            match regle.code.as_str() {
                "DIA-02" => {
                    *regle = regle.with_value("jours", None, Some(Posee { valeur: 40, le }))
                }
                "DIA-06" => {
                    *regle = regle.with_value("jours", Some("A"), Some(Posee { valeur: 100, le }));
                }
                _ => {}
            }
        }
        let codes = ["DIA-02", "DIA-06", "PAC-07"];
        let network = changed(&catalogue, None, codes);
        assert_eq!(
            network.iter().map(|(code, _)| code.as_str()).collect::<Vec<_>>(),
            ["DIA-02", "DIA-06"]
        );
        assert!(network[0].1.contains("40\u{a0}jours, valeur du réseau depuis le 05/11/2026"));
        assert!(network[1].1.contains("1 centre a la sienne"), "{network:?}");
        let own = changed(&catalogue, Some("A"), codes);
        assert!(
            own[1].1.contains("100\u{a0}jours, valeur du centre depuis le 05/11/2026"),
            "{own:?}"
        );
        // Another centre is judged by the catalogue's.
        let other = changed(&catalogue, Some("B"), codes);
        assert_eq!(other.len(), 1);
        assert_eq!(changed(&catalogue, None, ["PAC-07"]), []);
    }
}
