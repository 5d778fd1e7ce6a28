//! A count that several indicators tell, centre by centre.

use mallette_catalogue::{Communs, Dit, Indicateur, Ou};
use mallette_domain::periode::Periode;
use mallette_stats::secret::{Audience, Donnees};

use super::Places;
use super::comptes::{Comptes, centre};
use super::marges::{head, measured};
use crate::etat::{Centre, Etat};
use crate::lecture::indicateurs::chiffre::Chiffre;

/// A count that several indicators tell, as it is read in a snapshot.
pub(super) struct Commun<'a> {
    etat: &'a Etat,
    places: &'a Places,
    /// The indicators that tell it, where they do.
    par: Vec<(&'a Indicateur, Lieu<'a>)>,
}

/// Where an indicator tells it.
enum Lieu<'a> {
    Haut,
    Bas,
    Reste,
    Autour(&'a Indicateur),
}

impl<'a> Commun<'a> {
    pub(super) fn new(etat: &'a Etat, places: &'a Places, communs: &Communs, dit: &Dit) -> Self {
        let find = |code: &str| etat.catalogue.indicateurs.iter().find(|own| own.code == code);
        let par = communs.told_by(dit).iter().filter_map(|(code, ou)| {
            let own = find(code)?;
            match ou {
                Ou::Haut => Some((own, Lieu::Haut)),
                Ou::Bas => Some((own, Lieu::Bas)),
                Ou::Reste => Some((own, Lieu::Reste)),
                Ou::Autour(other) => Some((own, Lieu::Autour(find(other)?))),
                // The part tells it itself.
                Ou::Cote(part) => Some((find(part)?, Lieu::Haut)),
            }
        });
        Self { etat, places, par: par.collect() }
    }

    fn count(&self, centre: &Centre, periode: Periode) -> Option<u64> {
        let told = self.par.iter().filter_map(|(own, lieu)| {
            let chiffre = || Some(Chiffre::new(own.calcul, measured(centre, own, periode)?));
            match lieu {
                Lieu::Haut => head(centre, own, periode),
                Lieu::Bas => chiffre()?.lignes,
                Lieu::Reste => {
                    let chiffre = chiffre()?;
                    Some(chiffre.lignes?.saturating_sub(chiffre.lignes_numerateur?))
                }
                Lieu::Autour(other) => {
                    Some(head(centre, other, periode)?.abs_diff(head(centre, own, periode)?))
                }
            }
        });
        // They say the same, but for rows without the measure that one of them needs.
        told.max()
    }
}

impl Comptes for Commun<'_> {
    fn places(&self) -> &Places {
        self.places
    }

    fn read(&self, periode: Periode) -> Donnees {
        let counts = self.places.ids().iter().map(|id| {
            let known = centre(self.etat, id).and_then(|centre| self.count(centre, periode));
            known.unwrap_or_default()
        });
        Donnees::from(vec![counts.collect()])
    }

    fn width(&self) -> usize {
        1
    }

    fn counts(&self, centre: &Centre, periode: Periode) -> Option<Vec<u64>> {
        Some(vec![self.count(centre, periode)?])
    }

    fn is_sensitive(&self, counts: &[u64]) -> bool {
        counts.iter().any(|count| Audience::Reseau.is_small(*count))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use jiff::civil::date;
    use mallette_domain::resultat::Niveau;
    use proptest::prelude::*;

    use super::super::Lecteur;
    use super::*;
    use crate::lecture::indicateurs::essai::{empty, indicateur, measure, receive};
    use crate::lecture::indicateurs::releve::Releve;

    /// Exits of a centre: in lasting employment, in another job, in training, without any of these.
    type Sorties = [u64; 4];

    const CODES: [&str; 4] = ["PAC-F", "PAC-P", "SOR-P", "PAC-D"];
    /// What is found of one count, centre by centre: all exits, positive ones, in employment, in lasting one.
    const COMPTES: [fn(&Sorties) -> u64; 4] =
        [|of| of.iter().sum(), |of| of[0] + of[1] + of[2], |of| of[0] + of[1], |of| of[0]];

    fn region(exits: &[Sorties], propres: &[&str]) -> Etat {
        let mut etat = empty();
        let number = |count: u64| f64::from(u32::try_from(count).unwrap());
        for (rank, exits) in exits.iter().enumerate() {
            let id = format!("C{rank}");
            receive(&mut etat, &id, "", date(2022, 1, 5));
            let counts = COMPTES.map(|of| number(of(exits)));
            for (rank, code) in CODES.iter().enumerate() {
                let figure = if rank == 0 { (counts[0], 0.0) } else { (counts[rank], counts[0]) };
                measure(&mut etat, (id.as_str(), Niveau::Structure, ""), "2021", code, figure);
            }
        }
        etat.lecteur = Lecteur::of(propres.iter().map(|id| (*id).to_owned()).collect());
        etat
    }

    /// What of a count may be told of one cell: of a centre by its rank, or of all of them.
    type Connus = BTreeMap<usize, u64>;

    /// What the figures of all indicators tell of each count.
    fn told(etat: &Etat) -> [Connus; 4] {
        let releve = Releve::new(etat, "2021".parse().unwrap());
        let ids: Vec<&str> = etat.centres.keys().map(String::as_str).collect();
        let mut known: [Connus; 4] = std::array::from_fn(|_| Connus::new());
        for (rank, code) in CODES.iter().enumerate() {
            let own = indicateur(etat, code);
            let mut figures: Vec<_> = ids.iter().map(|id| releve.chiffre(own, id)).collect();
            figures.push(releve.total(own, ids.iter().copied()).chiffre);
            for (cell, figure) in figures.iter().enumerate() {
                let Some(figure) = figure else { continue };
                // SOR-P leaves two reasons of the end out: its rows are not all the exits.
                let rows = figure.lignes.filter(|_| *code != "SOR-P");
                known[0].extend(rows.map(|count| (cell, count)));
                known[rank].extend(figure.lignes_numerateur.map(|count| (cell, count)));
            }
        }
        known
    }

    /// Whether who knows so much of a count, its total and which centres count nothing finds a small one.
    fn is_found(counts: &[u64], known: &Connus, own: Option<usize>) -> bool {
        let unknown =
            |cell: &usize| counts[*cell] > 0 && !known.contains_key(cell) && own != Some(*cell);
        let unknown: Vec<usize> = (0..counts.len()).filter(unknown).collect();
        let left: u64 = unknown.iter().map(|cell| counts[*cell]).sum();
        let values = (left + 1).saturating_sub(u64::try_from(unknown.len()).unwrap());
        let small = unknown.iter().any(|cell| Audience::Reseau.is_small(counts[*cell]));
        known.contains_key(&counts.len()) && small && values < Audience::Reseau.seuil()
    }

    fn hidden(exits: &[Sorties], code: &str) -> BTreeSet<usize> {
        let etat = region(exits, &[]);
        let releve = Releve::new(&etat, "2021".parse().unwrap());
        let own = indicateur(&etat, code);
        let each = etat.centres.keys().map(|id| releve.chiffre(own, id)).enumerate();
        each.filter(|(_, read)| read.is_some_and(|read| read.secret))
            .map(|(cell, _)| cell)
            .collect()
    }

    #[test]
    fn what_is_hidden_as_a_figure_is_not_read_below_a_bar() {
        // Three exits of the first: another keeps them in the count; it may not be told below the bars.
        let exits = [[1, 0, 1, 1], [7, 8, 5, 5], [40, 30, 20, 60], [30, 20, 10, 30]];
        let count = hidden(&exits, "PAC-F");
        assert_eq!(count, BTreeSet::from([0, 1]));
        for code in ["PAC-P", "PAC-D"] {
            assert!(hidden(&exits, code).is_superset(&count), "{code}");
        }
        // A rate that is secret for itself does not hide the count of its rows.
        let few = [[3, 20, 20, 20], [20, 20, 20, 20], [40, 50, 60, 60], [30, 30, 30, 30]];
        assert!(hidden(&few, "PAC-F").is_empty() && !hidden(&few, "PAC-D").is_empty());
        // Three in training: the figure of the State's frame is read, the one with training is not.
        let training = [[20, 20, 3, 20], [20, 20, 20, 20], [40, 50, 60, 60], [30, 30, 30, 30]];
        assert!(hidden(&training, "SOR-P").is_empty());
        assert!(hidden(&training, "PAC-P").contains(&0));
    }

    fn count() -> impl Strategy<Value = u64> {
        prop_oneof![Just(0u64), 1..6u64, 5..40u64]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(400))]
        /// Who reads every figure of four indicators over the same rows, their totals, and takes them away from
        /// one another, is left with as many values as the threshold for each small count.
        #[test]
        fn figures_over_the_same_rows_do_not_tell_one_another(
            exits in prop::collection::vec([count(), count(), count(), count()], 2..6),
            own in prop::option::of(0usize..2),
        ) {
            let mine = own.map(|rank| format!("C{rank}"));
            let etat = region(&exits, &mine.iter().map(String::as_str).collect::<Vec<_>>());
            let known = told(&etat);
            for (rank, of) in COMPTES.iter().enumerate() {
                let counts: Vec<u64> = exits.iter().map(of).collect();
                prop_assert!(!is_found(&counts, &known[rank], own), "{} {exits:?}", CODES[rank]);
                for (cell, count) in known[rank].iter().filter(|(cell, _)| **cell < exits.len()) {
                    prop_assert!(own == Some(*cell) || !Audience::Reseau.is_small(*count));
                    prop_assert_eq!(*count, counts[*cell]);
                }
                // Less each of those that it holds. Neither SOR-P nor PAC-D holds the other, for the same reason.
                let held = COMPTES.iter().enumerate().skip(rank + 1);
                for (beside, less) in held.filter(|_| CODES[rank] != "SOR-P") {
                    let left: Vec<u64> = exits.iter().map(|own| of(own) - less(own)).collect();
                    let found = known[rank].iter().filter_map(|(cell, all)| {
                        Some((*cell, all - known[beside].get(cell)?))
                    });
                    let found: Connus = found.collect();
                    let both = format!("{} {} {exits:?}", CODES[rank], CODES[beside]);
                    prop_assert!(!is_found(&left, &found, own), "{}", both);
                    let mine = own.map(|own| left[own]).unwrap_or_default();
                    let small = |(cell, count): (&usize, &u64)| {
                        let mine = if *cell == exits.len() { mine } else { 0 };
                        own != Some(*cell) && Audience::Reseau.is_small(*count - mine)
                    };
                    prop_assert!(!found.iter().any(small), "{}", both);
                }
            }
        }
    }
}
