//! What who reads the network may know of the cohort of one centre, beside those of the network and of every
//! other centre: the tables of centres by values are protected whole, their totals being taken as read.
//!
//! A cohort of fewer than [`EFFECTIF`] members is not read at all. The centres that are not read stand together
//! as one more row, which the reader knows by subtraction. A table so sparse that its totals tell what it should
//! hide is hidden whole, its zeros included, of every centre: without them, the totals tell no more. The others
//! are read. When even so its totals would tell somebody, no centre is read.

mod moments;
mod tableau;

use std::collections::BTreeMap;

use mallette_domain::cohorte::{Cohorte, Etat};
use mallette_stats::secret::{Audience, Masque, PLANCHER, Plan, Transparente, protect};

use super::secrets::{Passages, Secrets, Zeros, names};
use crate::port::Suivie;
use crate::secret::Lecteur;
use tableau::Tableau;

/// Fewest members of a cohort that the network reads of one centre: the floor of rates, since most of what a
/// cohort says is shares.
pub const EFFECTIF: u64 = PLANCHER;

/// The centres side by side.
struct Rangees<'a> {
    reseau: &'a Cohorte,
    /// Those that are read: code, counts, whether the reader owns them.
    lues: Vec<(&'a str, &'a Cohorte, bool)>,
    /// Whether other centres are left, as one more row.
    reste: bool,
}

/// Rows that are protected side by side: centres of a network or of a région, régions of a network.
pub(super) struct Cote<'a> {
    /// Code, counts, whether the reader owns them.
    pub(super) rangees: Vec<(&'a str, &'a Cohorte, bool)>,
    /// All of them, those that are not read included.
    pub(super) ensemble: &'a Cohorte,
    /// Whether some of `ensemble` are in none of these rows.
    pub(super) reste: bool,
}

/// What stays secret of each centre that is not the reader's own; everything of those that are not there.
pub(super) fn hidden(
    suivie: &Suivie,
    lecteur: &Lecteur,
    regions: &BTreeMap<String, Secrets>,
) -> BTreeMap<String, Secrets> {
    if suivie.regions.is_empty() {
        let cote = Cote {
            rangees: suivie
                .centres
                .iter()
                .map(|(id, own)| (id.as_str(), own, lecteur.owns(id)))
                .collect(),
            ensemble: &suivie.reseau,
            reste: suivie.comptes > suivie.centres.len(),
        };
        return beside(cote, &Secrets::of_network(suivie, lecteur));
    }
    let mut all = BTreeMap::new();
    for (nom, region) in &suivie.regions {
        let Some(secrets) = regions.get(nom) else { continue };
        let open = region.centres.iter().filter_map(|id| suivie.centres.get_key_value(id));
        let rangees: Vec<_> = open.map(|(id, own)| (id.as_str(), own, lecteur.owns(id))).collect();
        let reste = region.centres.len() > rangees.len();
        let mut found = beside(Cote { rangees, ensemble: &region.cohorte, reste }, secrets);
        // What is hidden of a région for the good of another one is not told by the sum of its centres.
        let etapes = secrets.etats.iter().map(|(etape, _)| *etape).collect();
        let zeros = Zeros { etapes, pendant: true };
        found
            .values_mut()
            .for_each(|own| own.join(Secrets { zeros: zeros.clone(), ..secrets.clone() }));
        all.extend(found);
    }
    all
}

/// What stays secret of each of these rows, `ensemble` being read less its own secrets.
pub(super) fn beside(cote: Cote<'_>, ensemble: &Secrets) -> BTreeMap<String, Secrets> {
    if ensemble.tout {
        return BTreeMap::new();
    }
    // When the totals of one table tell what it should hide, whatever is hidden of it, none is read.
    Rangees::of(cote)
        .and_then(|rangees| rangees.secrets(ensemble))
        .unwrap_or_else(|Transparente| BTreeMap::new())
}

fn of<K: Ord>(keys: &[&K], counts: &BTreeMap<K, u64>) -> Vec<u64> {
    keys.iter().map(|key| counts.get(key).copied().unwrap_or_default()).collect()
}

impl<'a> Rangees<'a> {
    fn of(cote: Cote<'a>) -> Result<Self, Transparente> {
        let mut rangees = Self { reseau: cote.ensemble, lues: cote.rangees, reste: cote.reste };
        let short = |count: u64| count > 0 && count < EFFECTIF;
        let hidden = rangees.mask_sizes(short)?;
        let before = rangees.lues.len();
        let mut rank = 0;
        rangees.lues.retain(|(_, cohorte, own)| {
            rank += 1;
            *own || !(hidden.hides(rank - 1) || short(cohorte.effectif))
        });
        rangees.reste |= rangees.lues.len() < before;
        Ok(rangees)
    }

    /// What stays secret of each row that is read.
    fn secrets(&self, reseau: &Secrets) -> Result<BTreeMap<String, Secrets>, Transparente> {
        // The flows of one centre would be those of the network less the others: none is read.
        let none = Secrets { passages: Passages::all(), ..Secrets::default() };
        let mut all = vec![none; self.lues.len()];
        self.hide_traits(reseau, &mut all)?;
        self.hide_moments(reseau, &mut all)?;
        self.hide_met(reseau, &mut all)?;
        let pmsmp = self.table(1, |cohorte| vec![cohorte.pmsmp], |_| reseau.pmsmp);
        let masque = pmsmp.protect().or_else(|Transparente| pmsmp.conceal())?;
        for (row, own) in all.iter_mut().enumerate() {
            own.pmsmp = masque.hides(row);
        }
        let ids = self.lues.iter().map(|(id, ..)| (*id).to_owned());
        Ok(ids.zip(all).collect())
    }

    fn hide_traits(&self, reseau: &Secrets, all: &mut [Secrets]) -> Result<(), Transparente> {
        for name in names(self.reseau) {
            let keys: Vec<_> = self.reseau.traits.keys().filter(|(own, _)| own == name).collect();
            let secret = |rank: usize| keys.get(rank).is_some_and(|k| reseau.traits.contains(*k));
            let table = self.table(keys.len(), |c| of(&keys, &c.traits), secret);
            let masque = table.protect().or_else(|Transparente| table.conceal())?;
            for (row, own) in all.iter_mut().enumerate() {
                let hidden = table.hidden(&masque, row);
                own.traits.extend(hidden.filter_map(|rank| keys.get(rank).copied().cloned()));
            }
        }
        Ok(())
    }

    /// Situations met on the way. One may be among those of another (any employment): together.
    fn hide_met(&self, reseau: &Secrets, all: &mut [Secrets]) -> Result<(), Transparente> {
        let met = |cohorte: &Cohorte, etat: &Etat| {
            let met = cohorte.pendant.get(etat).copied().unwrap_or_default();
            vec![met, cohorte.effectif.saturating_sub(met)]
        };
        let etats: Vec<&Etat> = self.reseau.pendant.keys().collect();
        let tables = etats.iter().map(|etat| {
            self.table(2, |cohorte| met(cohorte, etat), |_| reseau.pendant.contains(*etat))
        });
        let tables: Vec<Tableau> = tables.collect();
        let masques = Tableau::mask(&tables.iter().collect::<Vec<_>>(), false)?;
        for ((etat, table), masque) in etats.iter().zip(&tables).zip(masques) {
            for (row, own) in all.iter_mut().enumerate() {
                own.pendant.extend(table.hidden(&masque, row).next().map(|_| **etat));
                own.zeros.pendant |= masque.hides_zeros();
            }
        }
        Ok(())
    }

    /// Counts of each row: those of the centres that are read, then what is left of the network.
    fn counts(&self, width: usize, counts: impl Fn(&Cohorte) -> Vec<u64>) -> Vec<Vec<u64>> {
        let mut rows: Vec<Vec<u64>> =
            self.lues.iter().map(|(_, cohorte, _)| counts(cohorte)).collect();
        if self.reste {
            let whole = counts(self.reseau);
            let left = (0..width).map(|at| {
                let taken: u64 = rows.iter().filter_map(|row| row.get(at)).sum();
                whole.get(at).copied().unwrap_or_default().saturating_sub(taken)
            });
            rows.push(left.collect());
        }
        rows
    }

    /// The rows by `width` values. `secret` says which totals of the network are not read. The only value of a
    /// table of one has no total but that of the network.
    fn table(
        &self,
        width: usize,
        counts: impl Fn(&Cohorte) -> Vec<u64>,
        secret: impl Fn(usize) -> bool,
    ) -> Tableau {
        let rows = self.counts(width, counts);
        let plan = match width {
            1 => Plan::flat(rows.len()),
            _ => {
                let places: Vec<[Option<usize>; 2]> = (0..rows.len())
                    .flat_map(|row| (0..width).map(move |value| [Some(row), Some(value)]))
                    .collect();
                Plan::new([&vec![None; rows.len()], &vec![None; width]], &places)
            }
        };
        let mut connues = vec![false; plan.cells()];
        let mut know = |cell: usize, is: bool| {
            if let Some(place) = connues.get_mut(cell) {
                *place = is;
            }
        };
        for at in 0..rows.len() {
            let own = self.lues.get(at).is_some_and(|(.., own)| *own);
            (0..width).for_each(|value| know(at * width + value, own));
        }
        if width == 1 {
            know(plan.general(), !secret(0));
        } else {
            know(plan.general(), true);
            (0..rows.len()).for_each(|at| know(plan.total(0, at), true));
            (0..width).for_each(|value| know(plan.total(1, value), !secret(value)));
        }
        Tableau { plan, donnees: vec![rows.concat()].into(), connues, largeur: width }
    }

    /// Which rows keep their number of members secret; that of the network is read.
    fn mask_sizes(&self, short: impl Fn(u64) -> bool) -> Result<Masque, Transparente> {
        let table = self.table(1, |cohorte| vec![cohorte.effectif], |_| false);
        let sensitive = |counts: &[u64]| counts.iter().any(|count| short(*count));
        protect(&table.plan, &table.donnees, Audience::Reseau, &table.connues, sensitive)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use mallette_domain::cohorte::{Etape, Membre};
    use proptest::prelude::*;

    use super::super::Lue;
    use super::*;

    const CODES: [&str; 4] = ["A", "B", "C", "D"];

    /// A cohort whose members have these values of one trait, and are employed when the value says so.
    fn cohorte(counts: &[u64]) -> Cohorte {
        let mut cohorte = Cohorte::default();
        for (value, count) in counts.iter().enumerate() {
            for rank in 0..*count {
                let membre = Membre {
                    traits: vec![Some(value.to_string())],
                    entree: jiff::civil::date(2019, 1, 1),
                    sortie: (rank % 2 == 0).then_some(jiff::civil::date(2019, 6, 1)),
                    situations: Vec::new(),
                };
                cohorte.count(&membre, jiff::civil::date(2021, 1, 1));
            }
        }
        cohorte
    }

    fn followed(centres: &[Vec<u64>]) -> Suivie {
        let mut suivie = Suivie { comptes: centres.len(), ..Suivie::default() };
        for (id, counts) in CODES.iter().zip(centres) {
            let own = cohorte(counts);
            suivie.reseau.merge(&own);
            suivie.centres.insert((*id).to_owned(), own);
        }
        suivie
    }

    fn network() -> Lecteur {
        Lecteur::of(BTreeSet::new())
    }

    #[test]
    fn a_small_count_takes_one_of_its_row_and_one_of_its_column_with_it() {
        let suivie = followed(&[vec![3, 40, 30], vec![30, 40, 30], vec![30, 40, 30]]);
        let told = |id: &str| Lue::of_one(&suivie, id, &network()).unwrap();
        let a = told("A").traits("age_entree");
        assert_eq!(a[&Some("0".to_owned())], None);
        assert!(a.values().filter(|count| count.is_none()).count() >= 2, "{a:?}");
        let others = ["B", "C"].map(|id| told(id).traits("age_entree")[&Some("0".to_owned())]);
        assert!(others.iter().any(Option::is_none), "the network less the others would tell it");
        assert_eq!(told("A").effectif(), Some(73));
        // Nobody's flows, and the exit is told.
        assert!(told("A").passages(Etape::Sortie).is_empty() && told("A").hides_passages());
        assert_eq!(told("A").etat(Etape::Sortie, Etat::NonSorti), Some(36));
    }

    #[test]
    fn a_cohorte_too_small_is_not_read_nor_found_by_subtraction() {
        let suivie = followed(&[vec![6, 5], vec![40, 40], vec![60, 50], vec![70, 80]]);
        let told = |id: &str| Lue::of_one(&suivie, id, &network()).unwrap().effectif();
        assert_eq!(told("A"), None);
        let shown = CODES.iter().filter(|id| told(id).is_some()).count();
        assert_eq!(
            shown, 2,
            "one more is kept back, or the network less the others would tell eleven"
        );
        assert_eq!(Lue::of_one(&suivie, "A", &Lecteur::Machine).unwrap().effectif(), Some(11));
        let own = Lecteur::of(BTreeSet::from(["A".to_owned()]));
        assert_eq!(Lue::of_one(&suivie, "A", &own).unwrap().effectif(), Some(11));
        assert!(Lue::of_one(&suivie, "Z", &network()).is_none());
    }

    #[test]
    fn a_table_whose_totals_tell_everything_is_hidden_with_its_zeros_and_the_others_are_read() {
        // 9 and 19 are alone in their columns: with the totals, they leave 11, then 1.
        let suivie = followed(&[vec![0, 0, 20], vec![0, 9, 11], vec![19, 0, 1]]);
        for id in ["A", "B", "C"] {
            let told = Lue::of_one(&suivie, id, &network()).unwrap();
            assert_eq!(told.effectif(), Some(20), "{id}");
            let traits = told.traits("age_entree");
            assert_eq!(traits.len(), 3, "{id}: a value that is not there would be a zero");
            assert!(traits.values().all(Option::is_none), "{id}");
            assert!(told.etat(Etape::Sortie, Etat::NonSorti).is_some(), "{id}");
        }
        // Who holds A is left with two centres, that its own tells nothing about.
        let own = Lecteur::of(BTreeSet::from(["A".to_owned()]));
        let told = Lue::of_one(&suivie, "C", &own).unwrap();
        assert_eq!(told.effectif(), Some(20));
        assert!(told.traits("age_entree").values().all(Option::is_none));
    }

    #[test]
    fn what_centres_closed_to_the_reader_hold_is_known_by_subtraction_and_kept() {
        let mut suivie = followed(&[vec![40, 40], vec![50, 50]]);
        // A third one, that the reader does not open, of whom two are of the first kind.
        suivie.reseau.merge(&cohorte(&[2, 60]));
        suivie.comptes = 3;
        let told = |id: &str| {
            Lue::of_one(&suivie, id, &network()).unwrap().traits("age_entree")
                [&Some("0".to_owned())]
        };
        assert!(told("A").is_none() || told("B").is_none(), "{:?} {:?}", told("A"), told("B"));
    }

    proptest! {
        /// Every centre is read: a hidden cell never stands alone in its row, nor in a column whose total is
        /// read; and what is small is hidden.
        #[test]
        fn no_hidden_count_is_a_total_less_the_others(
            centres in prop::collection::vec(prop::collection::vec(0_u64..30, 3), 3..=4),
        ) {
            let big = |row: &Vec<u64>| row.iter().sum::<u64>() >= EFFECTIF;
            prop_assume!(centres.iter().all(big));
            let suivie = followed(&centres);
            let lues = CODES.iter().take(centres.len());
            let effectifs: Vec<_> = lues
                .map(|id| Lue::of_one(&suivie, id, &network()).unwrap().effectif())
                .collect();
            if effectifs.iter().any(Option::is_none) {
                // Too sparse for that: then nothing of any centre is told.
                prop_assert!(effectifs.iter().all(Option::is_none));
                return Ok(());
            }
            let all: u64 = centres.iter().flatten().sum();
            let column = |value: usize| centres.iter().map(|row| row[value]).sum::<u64>();
            let met = (0..3).filter(|value| column(*value) > 0).count();
            let reseau = Lue::of_network(&suivie, &network()).traits("age_entree");
            let read: Vec<_> = CODES
                .iter()
                .take(centres.len())
                .map(|id| Lue::of_one(&suivie, id, &network()).unwrap().traits("age_entree"))
                .collect();
            if read.iter().all(|told| told.len() == met && told.values().all(Option::is_none)) {
                // Nothing is told but the totals: each small count has as many values as the threshold.
                for (row, value) in (0..centres.len()).flat_map(|r| (0..3).map(move |v| (r, v))) {
                    let (line, stack) = (centres[row].iter().sum::<u64>(), column(value));
                    let values = line.min(stack) - (line + stack).saturating_sub(all) + 1;
                    let secret = Audience::Reseau.is_small(centres[row][value]);
                    prop_assert!(!secret || values >= Audience::Reseau.seuil());
                }
                return Ok(());
            }
            let mut columns: BTreeMap<String, usize> = BTreeMap::new();
            for (counts, told) in centres.iter().zip(&read) {
                let mut hidden = 0;
                for (value, count) in counts.iter().enumerate().filter(|(_, count)| **count > 0) {
                    let shown = told[&Some(value.to_string())];
                    prop_assert!(!(Audience::Reseau.is_small(*count) && shown.is_some()));
                    prop_assert!(shown.is_none_or(|shown| shown == *count));
                    if shown.is_none() {
                        hidden += 1;
                        *columns.entry(value.to_string()).or_default() += 1;
                    }
                }
                prop_assert_ne!(hidden, 1);
            }
            for (value, hidden) in columns {
                prop_assert!(hidden > 1 || reseau[&Some(value)].is_none());
            }
        }
    }
}
