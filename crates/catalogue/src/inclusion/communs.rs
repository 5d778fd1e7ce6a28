//! The counts that several indicators tell: the exits from PACEA below the bar of a rate, and as a figure of their
//! own; those of them that are left when the positive ones are taken away.
//!
//! Whoever hides such a count in one place and tells it in another hides nothing, and where each hides it with
//! other centres, what one hides the other tells by subtraction: disclosure hides it of the same centres everywhere.

use std::collections::BTreeMap;

use mallette_domain::periode::Periode;

use super::Ensemble;
use crate::{Calcul, Catalogue, Indicateur};

/// A count that figures tell.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Dit {
    /// How many are counted.
    Lignes(Ensemble),
    /// How many of the first are not among the second.
    Reste(Ensemble, Ensemble),
}

/// Where the figures of an indicator tell a count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ou {
    /// Above the bar of a rate; the figure itself of a count.
    Haut,
    /// Below the bar, or how many rows are behind a sum, a mean or a median.
    Bas,
    /// What is below the bar and not above it.
    Reste,
    /// What it counts more than the indicator of this code, or less.
    Autour(String),
    /// On a side of an indicator made of two, of which one has this code and tells it.
    Cote(String),
}

/// The counts that several indicators tell over a period, with where each of them does.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Communs(BTreeMap<Dit, Vec<(String, Ou)>>);

impl Communs {
    /// Those that an indicator tells with others.
    pub fn of<'a>(&'a self, code: &'a str) -> impl Iterator<Item = &'a Dit> + 'a {
        let told = self.0.iter();
        told.filter(move |(_, by)| by.iter().any(|(own, _)| own == code)).map(|(dit, _)| dit)
    }

    /// The indicators that tell a count, and where.
    #[must_use]
    pub fn told_by(&self, dit: &Dit) -> &[(String, Ou)] {
        self.0.get(dit).map(Vec::as_slice).unwrap_or_default()
    }
}

impl Catalogue {
    /// The counts that two indicators at least tell over a period.
    #[must_use]
    pub fn communs(&self, periode: Periode) -> Communs {
        let mut told: BTreeMap<Dit, Vec<(String, Ou)>> = BTreeMap::new();
        let mut note = |dit: Dit, code: &str, ou: Ou| {
            let by = told.entry(dit).or_default();
            if by.iter().all(|(known, _)| known != code) {
                by.push((code.to_owned(), ou));
            }
        };
        for own in &self.indicateurs {
            let code = own.code.as_str();
            for (dit, ou) in told_alone(own, periode) {
                note(dit, code, ou);
            }
            if let Some(head) = Ensemble::of(own, periode) {
                for spared in self.spared(own, periode) {
                    let Some(other) = Ensemble::of(spared, periode) else { continue };
                    let dit = match head.is_within(&other, &self.inclusions) {
                        true => Dit::Reste(other, head.clone()),
                        false => Dit::Reste(head.clone(), other),
                    };
                    note(dit, code, Ou::Autour(spared.code.clone()));
                }
            }
            for (other, left_out) in self.left_out_by(own, periode) {
                note(Dit::Lignes(left_out), code, Ou::Cote(other.code.clone()));
                note(Dit::Lignes(Ensemble::below(own, periode)), &other.code, Ou::Reste);
            }
            let parts = own.rapport.iter().flat_map(|made| [&made.numerateur, &made.denominateur]);
            for part in parts.filter_map(|part| self.indicateurs.iter().find(|i| i.code == *part)) {
                if let Some(head) = Ensemble::of(part, periode) {
                    note(Dit::Lignes(head), code, Ou::Cote(part.code.clone()));
                }
            }
        }
        told.retain(|_, by| by.len() > 1);
        Communs(told)
    }

    /// The rates that count above their bar the very rows that an indicator leaves out of its own, with those rows: the
    /// PACEA with a Garantie jeunes, of one that counts those without. All of them less what it counts tell how many
    /// they are.
    fn left_out_by<'a>(
        &'a self,
        own: &Indicateur,
        periode: Periode,
    ) -> Vec<(&'a Indicateur, Ensemble)> {
        let below = Ensemble::below(own, periode);
        let denied = |fact: &str| below.conditions.contains(&format!("NOT {fact}"));
        // A row without its dossier is in nobody's list.
        let mut negations = below.conditions.iter().filter(|own| own.starts_with("NOT "));
        if negations.all(|own| own == "NOT orphelin") {
            return Vec::new();
        }
        let near = self.near(own, periode).filter(|(other, head)| {
            let rows = Ensemble::below(other, periode);
            let mut facts = head.conditions.difference(&rows.conditions);
            let only = facts.next().filter(|_| facts.next().is_none());
            // What is left out for want of a cell says how data is entered, not who.
            let among = |wanted: &String| {
                below.conditions.contains(wanted) || wanted.ends_with(" IS NOT NULL")
            };
            only.is_some_and(|fact| denied(fact)) && rows.conditions.iter().all(among)
        });
        near.collect()
    }
}

/// The counts that the figures of an indicator tell by themselves.
fn told_alone(indicateur: &Indicateur, periode: Periode) -> Vec<(Dit, Ou)> {
    let below = Ensemble::below(indicateur, periode);
    match indicateur.at(periode).calcul {
        Calcul::Effectif | Calcul::Distinct => vec![(Dit::Lignes(below), Ou::Haut)],
        Calcul::Taux => {
            let Some(above) = Ensemble::of(indicateur, periode) else { return Vec::new() };
            vec![
                (Dit::Lignes(above.clone()), Ou::Haut),
                (Dit::Reste(below.clone(), above), Ou::Reste),
                (Dit::Lignes(below), Ou::Bas),
            ]
        }
        Calcul::Mediane | Calcul::Moyenne | Calcul::Somme | Calcul::PourCentDossiers => {
            vec![(Dit::Lignes(below), Ou::Bas)]
        }
        Calcul::Ratio | Calcul::Rapport | Calcul::Couverture(_) | Calcul::ParUnite(_) => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// The indicators that tell together some count of this one, by where it tells it.
    fn together(code: &str, year: &str) -> Vec<(Ou, Vec<String>)> {
        let catalogue = Catalogue::builtin().unwrap();
        let communs = catalogue.communs(year.parse().unwrap());
        let found = communs.of(code).map(|dit| {
            let by = communs.told_by(dit);
            let own = by.iter().find(|(known, _)| known == code).unwrap();
            let others = by.iter().filter(|(known, _)| known != code);
            (own.1.clone(), others.map(|(known, _)| known.clone()).collect())
        });
        found.collect()
    }

    fn beside(code: &str, year: &str, ou: &Ou) -> Vec<String> {
        let all = together(code, year).into_iter();
        all.filter(|(known, _)| known == ou).flat_map(|(_, others)| others).collect()
    }

    #[test]
    fn who_tells_the_same_count_is_found_wherever_it_is_told() {
        let exits = beside("PAC-F", "2019", &Ou::Haut);
        for code in ["PAC-P", "PAC-D", "PAC-M"] {
            assert!(exits.contains(&code.to_owned()), "{code}: {exits:?}");
        }
        assert!(!exits.contains(&"SOR-P".to_owned()), "which leaves some of them out");
        // What is not positive of the exits: below the bar less above it.
        assert!(beside("PAC-P", "2019", &Ou::Bas).contains(&"PAC-F".to_owned()));
        // Two definitions that say the same.
        assert!(beside("GJ-P", "2020", &Ou::Haut).contains(&"SOR-G".to_owned()));
        assert!(!beside("GJ-P", "2019", &Ou::Haut).contains(&"SOR-G".to_owned()));
        // Entries tell nothing of exits.
        assert!(!exits.contains(&"PAC-E".to_owned()));
    }

    #[test]
    fn who_counts_the_others_tells_who_is_left_out() {
        let with = beside("DAR-G", "2019", &Ou::Haut);
        for code in ["DAR-S", "DAU-O", "DAU-N", "DAU-D"] {
            assert!(with.contains(&code.to_owned()), "{code}: {with:?}");
            assert!(!beside(code, "2019", &Ou::Cote("DAR-G".to_owned())).is_empty(), "{code}");
        }
        // All of them are no part of them.
        assert!(!with.contains(&"DAR-L".to_owned()), "{with:?}");
        // Those without, below the bar of one and left over by the other.
        assert!(beside("DAR-S", "2019", &Ou::Bas).contains(&"DAR-G".to_owned()));
    }

    #[test]
    fn every_count_told_is_told_by_two_and_one_alone_is_not_there() {
        let catalogue = Catalogue::builtin().unwrap();
        let communs = catalogue.communs("2023".parse().unwrap());
        assert!(!communs.0.is_empty());
        for (dit, by) in &communs.0 {
            let codes: BTreeSet<&String> = by.iter().map(|(code, _)| code).collect();
            assert!(codes.len() > 1 && codes.len() == by.len(), "{dit:?}");
        }
    }
}
