//! What of the data entered moves an indicator, for the guide: the rules whose correction is proved to.

use std::collections::BTreeMap;

use mallette_catalogue::{Calcul, Catalogue, Indicateur};

use crate::chemin;

/// Rules named of one indicator; the rest is counted.
const NOMMEES: usize = 6;

/// A rule whose correction moves an indicator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Levier {
    pub(super) titre: String,
    pub(super) code: String,
    pub(super) lien: String,
}

/// The rules that move one indicator.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Leviers {
    /// The first of them, in the order of the catalogue.
    pub(super) nommes: Vec<Levier>,
    /// How many others.
    pub(super) autres: usize,
    /// What is said when there are none.
    pub(super) sinon: &'static str,
}

/// Every effect of the catalogue, read once: the rules by code of the indicator that they move.
pub(super) fn by_indicateur(catalogue: &Catalogue) -> BTreeMap<String, Leviers> {
    let mut all: BTreeMap<String, Leviers> = BTreeMap::new();
    for regle in &catalogue.regles {
        for effet in catalogue.effets(regle) {
            let own = all.entry(effet.indicateur).or_default();
            if own.nommes.len() == NOMMEES {
                own.autres += 1;
                continue;
            }
            own.nommes.push(Levier {
                titre: regle.titre.clone(),
                code: regle.code.clone(),
                lien: chemin::regle(&regle.code),
            });
        }
    }
    all
}

/// Those of one indicator; why there are none, when there are none.
pub(super) fn of(all: &BTreeMap<String, Leviers>, indicateur: &Indicateur) -> Leviers {
    let sinon = match indicateur.calcul {
        Calcul::Mediane | Calcul::Moyenne => {
            "Dans la saisie, une seule correction n'y change presque rien\u{a0}: c'est l'ensemble des délais ou des \
             montants qui compte."
        }
        Calcul::Couverture(_) | Calcul::ParUnite(_) => {
            "Il ne bouge qu'avec ce qui est compté au-dessus de la série, et avec la série elle-même."
        }
        _ => {
            "Aucune règle n'est démontrée le déplacer à elle seule\u{a0}: il suit ce qui est fait, puis saisi."
        }
    };
    all.get(&indicateur.code).cloned().unwrap_or(Leviers { sinon, ..Leviers::default() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rules_that_move_an_indicator_are_named_and_the_rest_is_counted() {
        let catalogue = Catalogue::builtin().unwrap();
        let all = by_indicateur(&catalogue);
        let of = |code: &str| {
            of(&all, catalogue.indicateurs.iter().find(|own| own.code == code).unwrap())
        };
        let codes = |own: &Leviers| -> Vec<String> {
            own.nommes.iter().map(|levier| levier.code.clone()).collect()
        };
        assert!(codes(&of("LEV-P")).contains(&"PRO-01".to_owned()));
        assert!(codes(&of("SOR-P")).contains(&"MARGE-06".to_owned()));
        // Every major rule moves quality: a few are named.
        let quality = of("QUA-H");
        assert_eq!(quality.nommes.len(), NOMMEES);
        assert!(quality.autres > 10, "{}", quality.autres);
        assert!(of("DIA-D").nommes.is_empty() && of("DIA-D").sinon.contains("délais"));
        assert!(of("RAT-2").sinon.contains("série"));
        assert!(codes(&of("RAT-1")).contains(&"CONT-05".to_owned()));
    }
}
