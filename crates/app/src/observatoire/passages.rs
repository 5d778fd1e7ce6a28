//! Who of the network went from which situation to which between a moment and the next, less what would tell
//! somebody. From the exit, that is twice: to the months counted from it, and to those counted from the entry.
//!
//! The situations that are secret at a moment are gathered as one: how many they are together is what the others
//! leave, so every margin of the table is read, and no table tells anything of another one. Each is then protected
//! as any crossed table is; one so sparse that its margins tell it is not told at all.

use std::collections::{BTreeMap, BTreeSet};

use mallette_domain::cohorte::{Cohorte, Etape, Tenue};
use mallette_stats::secret::{Audience, Plan, Transparente, protect};

use super::lue::Classe;
use super::secrets::{Passages, Secrets, count, few};

/// What stays secret of the passages of several centres, `left` being what of them is not of the own ones.
pub(super) fn hidden(whole: &Cohorte, left: &Cohorte, secrets: &Secrets) -> Passages {
    let mut passages = Passages::default();
    for etape in Etape::ALL {
        match to(etape, whole, left, secrets) {
            Ok(caches) => passages.caches.extend(caches),
            Err(Transparente) => {
                passages.etapes.insert(etape);
            }
        }
    }
    passages
}

/// What stays secret of the passages to a moment from the one before.
fn to(
    etape: Etape,
    whole: &Cohorte,
    left: &Cohorte,
    secrets: &Secrets,
) -> Result<Vec<(Etape, Classe, Classe)>, Transparente> {
    let mut cells: BTreeMap<(Classe, Classe), [u64; 2]> = BTreeMap::new();
    for (passage, members) in whole.flux.iter().filter(|((_, to), _)| to.0 == etape) {
        let (from, to) = passage;
        let cell = cells.entry((secrets.class(*from), secrets.class(*to))).or_default();
        cell[0] += members;
        cell[1] += count(&left.flux, passage);
    }
    let rows: BTreeSet<Classe> = cells.keys().map(|(from, _)| *from).collect();
    let columns: BTreeSet<Classe> = cells.keys().map(|(_, to)| *to).collect();
    let parts: Vec<(Classe, Classe)> =
        rows.iter().flat_map(|row| columns.iter().map(|column| (*row, *column))).collect();
    let width = columns.len().max(1);
    let places: Vec<[Option<usize>; 2]> =
        (0..parts.len()).map(|part| [Some(part / width), Some(part % width)]).collect();
    let plan = Plan::new([&vec![None; rows.len()], &vec![None; columns.len()]], &places);
    let (cells, parts) = (&cells, &parts);
    let of = |at: usize| parts.iter().map(move |part| cells.get(part).map_or(0, |own| own[at]));
    let mut marges: Vec<Vec<u64>> = vec![of(0).collect()];
    if whole.effectif != left.effectif {
        marges.push(of(1).collect());
    }
    let known: Vec<bool> = (0..plan.cells()).map(|cell| cell >= plan.parts()).collect();
    let masque = protect(&plan, &marges.into(), Audience::Reseau, &known, few)?;
    let hidden = parts.iter().enumerate().filter(|(part, _)| masque.hides(*part));
    Ok(hidden.map(|(_, (from, to))| (etape, *from, *to)).collect())
}

/// Situations that nearly the same members hold at two moments, next to one another or one of each origin: fewer than
/// the threshold are in one and not in the other. A part of the network counted in both is then told by either.
pub(super) fn linked(whole: &Cohorte) -> Vec<(Tenue, Tenue)> {
    let apart = |(from, to): &(Tenue, Tenue), both: u64| {
        let sides = count(&whole.etats, from) + count(&whole.etats, to);
        sides.saturating_sub(2 * both) < Audience::Reseau.seuil()
    };
    let passages = whole.flux.iter().map(|(passage, both)| (*passage, *both));
    let constants = whole.constants.iter();
    let constants =
        constants.map(|((one, other, etat), both)| (((*one, *etat), (*other, *etat)), *both));
    let near = passages.chain(constants).filter(|(link, both)| apart(link, *both));
    near.map(|(link, _)| link).collect()
}

#[cfg(test)]
mod tests {
    use mallette_domain::cohorte::{Etat, Origine};
    use proptest::prelude::*;

    use super::super::Lue;
    use super::*;
    use crate::port::Suivie;
    use crate::secret::Lecteur;

    const ETATS: [Etat; 4] = [Etat::Durable, Etat::Emploi, Etat::Formation, Etat::Aucune];

    /// A cohort of which so many went from each of these situations to each at the exit, and stay there.
    fn cohorte(table: &[Vec<u64>]) -> Cohorte {
        let mut cohorte = Cohorte::default();
        for (from, row) in ETATS.iter().zip(table) {
            for (to, members) in ETATS.iter().zip(row).filter(|(_, members)| **members > 0) {
                cohorte.effectif += members;
                let held = |etape| (etape, if etape == Etape::Entree { *from } else { *to });
                for etape in Etape::ALL {
                    *cohorte.etats.entry(held(etape)).or_default() += members;
                    if let Some(before) = etape.before() {
                        *cohorte.flux.entry((held(before), held(etape))).or_default() += members;
                    }
                }
            }
        }
        cohorte
    }

    fn read(table: &[Vec<u64>], own: &[Vec<u64>]) -> Lue {
        let mut suivie = Suivie { comptes: 2, ..Suivie::default() };
        for (id, table) in [("A", table), ("B", own)] {
            let cohorte = cohorte(table);
            suivie.reseau.merge(&cohorte);
            suivie.centres.insert(id.to_owned(), cohorte);
        }
        Lue::of_network(&suivie, &Lecteur::of(BTreeSet::from(["B".to_owned()])))
    }

    #[test]
    fn a_rare_passage_takes_a_few_with_it_and_the_others_are_told() {
        let table =
            [vec![300, 40, 3, 50], vec![60, 200, 40, 90], vec![70, 50, 90, 80], vec![80; 4]];
        let lue = read(&table, &[]);
        assert!(!lue.hides_passages());
        let told = lue.passages(Etape::Sortie);
        assert_eq!(told.len(), 12, "one, another of its row, of its column, and the one across");
        assert!(told.iter().all(|passage| passage.compte >= 5));
        let all: u64 = table.iter().flatten().sum();
        let shown: u64 = told.iter().map(|passage| passage.compte).sum();
        assert_eq!(lue.other_passages(Etape::Sortie), Some(all - shown));
        // Everybody stays: nothing is left, and the bands are those of the situations, from either origin.
        for origine in Origine::ALL {
            assert_eq!(lue.passages(Etape::Mois(origine, 6)).len(), 4);
            assert_eq!(lue.other_passages(Etape::Mois(origine, 6)), None);
        }
        assert!(lue.passages(Etape::Entree).is_empty(), "nothing comes before it");
    }

    #[test]
    fn situations_that_are_secret_are_told_together() {
        // Three were in training, and forty in other employment: 43 are neither.
        let table = [vec![300, 0, 0, 50], vec![20, 0, 0, 20], vec![2, 0, 0, 1], vec![80, 0, 0, 90]];
        let lue = read(&table, &[]);
        assert_eq!(lue.etat(Etape::Entree, Etat::Formation), None);
        assert_eq!(lue.etat(Etape::Entree, Etat::Emploi), None);
        assert_eq!(lue.others(Etape::Entree), Some(43));
        assert_eq!(lue.others(Etape::Sortie), None);
        let told = lue.passages(Etape::Sortie);
        let found = told.iter().find(|passage| {
            (passage.de, passage.vers) == (Classe::Autres, Classe::Une(Etat::Durable))
        });
        assert_eq!(found.unwrap().compte, 22);
    }

    #[test]
    fn columns_that_are_the_same_people_are_linked() {
        let links = linked(&cohorte(&[vec![300, 0, 0, 50], vec![], vec![], vec![2, 0, 0, 90]]));
        let at = |etape, etat| (etape, etat);
        // Who holds a job at the exit holds it until the end; at the entry, 350 and 302 are not the same.
        for origine in Origine::ALL {
            let six = at(Etape::Mois(origine, 6), Etat::Durable);
            assert!(links.contains(&(at(Etape::Sortie, Etat::Durable), six)));
        }
        assert!(!links.iter().any(|(from, _)| from.0 == Etape::Entree), "{links:?}");
    }

    /// Every table of numbers that has the margins that are read and the passages that are told.
    struct Attaque<'a> {
        vrai: &'a [Vec<u64>],
        dit: Vec<Vec<bool>>,
    }

    impl Attaque<'_> {
        /// The values that each cell may have, a hidden one being known not to be zero.
        fn possible(&self) -> Vec<BTreeSet<u64>> {
            let width = self.vrai[0].len();
            let mut found = vec![BTreeSet::new(); self.vrai.len() * width];
            let left: Vec<u64> =
                (0..width).map(|at| self.vrai.iter().map(|row| row[at]).sum()).collect();
            self.walk(&mut Vec::new(), left, &mut found);
            found
        }

        fn walk(&self, cells: &mut Vec<u64>, left: Vec<u64>, found: &mut [BTreeSet<u64>]) {
            let width = left.len();
            let (row, column) = (cells.len() / width, cells.len() % width);
            if row == self.vrai.len() {
                if left.iter().all(|rest| *rest == 0) {
                    for (values, value) in found.iter_mut().zip(&*cells) {
                        values.insert(*value);
                    }
                }
                return;
            }
            let used: u64 = cells[row * width..].iter().sum();
            let line: u64 = self.vrai[row].iter().sum();
            let truth = self.vrai[row][column];
            let free = !self.dit[row][column] && truth > 0;
            let range =
                if free { truth.saturating_sub(6).max(1)..=truth + 6 } else { truth..=truth };
            for value in range {
                let closes = column + 1 < width || used + value == line;
                if used + value <= line && value <= left[column] && closes {
                    let mut rest = left.clone();
                    rest[column] -= value;
                    cells.push(value);
                    self.walk(cells, rest, found);
                    cells.pop();
                }
            }
        }
    }

    fn tables() -> impl Strategy<Value = Vec<Vec<u64>>> {
        let cell = prop_oneof![Just(0u64), 1..5u64, 5..30u64];
        prop::collection::vec(prop::collection::vec(cell, 3), 3)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(300))]
        #[test]
        fn no_small_passage_is_found_from_all_that_is_told(theirs in tables(), own in tables()) {
            let lue = read(&theirs, &own);
            prop_assume!(lue.effectif().is_some());
            let classes = |etape, whole: &Cohorte| -> Vec<Classe> {
                ETATS.iter().take(3).map(|etat| match lue.etat(etape, *etat) {
                    Some(_) => Classe::Une(*etat),
                    None if whole.etats.contains_key(&(etape, *etat)) => Classe::Autres,
                    None => Classe::Une(*etat),
                }).collect()
            };
            let mut both = cohorte(&theirs);
            both.merge(&cohorte(&own));
            let told = lue.passages(Etape::Sortie);
            let (rows, columns) = (classes(Etape::Entree, &both), classes(Etape::Sortie, &both));
            // What the reader knows once the own centre is taken away, and before.
            for taken in [true, false] {
                let distinct = |all: &[Classe]| all.iter().copied().collect::<BTreeSet<_>>();
                let (down, across) = (distinct(&rows), distinct(&columns));
                let count = |from: Classe, to: Classe| -> u64 {
                    let cells = (0..3).flat_map(|r| (0..3).map(move |c| (r, c)));
                    cells.filter(|(r, c)| (rows[*r], columns[*c]) == (from, to))
                        .map(|(r, c)| theirs[r][c] + if taken { 0 } else { own[r][c] })
                        .sum()
                };
                let vrai: Vec<Vec<u64>> =
                    down.iter().map(|from| across.iter().map(|to| count(*from, *to)).collect()).collect();
                let is_told = |from: Classe, to: Classe| {
                    told.iter().any(|one| (one.de, one.vers) == (from, to))
                };
                let dit: Vec<Vec<bool>> =
                    down.iter().map(|from| across.iter().map(|to| is_told(*from, *to)).collect()).collect();
                if dit.iter().flatten().all(|told| !told) {
                    // Nothing is told of it, which of them are nothing no more than the others.
                    continue;
                }
                let cells = vrai.concat();
                for (value, told) in cells.iter().zip(dit.concat()) {
                    prop_assert!(!(told && Audience::Reseau.is_small(*value)), "{vrai:?} {dit:?}");
                }
                let found = Attaque { vrai: &vrai, dit }.possible();
                for (value, values) in cells.iter().zip(&found) {
                    let secret = Audience::Reseau.is_small(*value);
                    prop_assert!(!secret || values.len() as u64 >= Audience::Reseau.seuil(),
                        "{vrai:?} {value} {values:?}");
                }
            }
        }
    }
}
