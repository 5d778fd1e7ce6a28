//! Both origins read of everything that is told, of the network and of each centre: an attacker who writes down every
//! sum, that who has not left is the same number from the exit on, and among whom those are who are late, never finds
//! fewer values of a small count than the threshold.

use std::collections::BTreeMap;

use jiff::ToSpan as _;
use jiff::civil::date;
use mallette_domain::cohorte::{Cohorte, Etape, Etat, Membre, Origine};
use mallette_domain::devenir::SituationVue;
use mallette_stats::secret::Audience;
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;

use super::super::{Lue, Voiles};
use super::{cohorte, followed, reader};
use crate::port::Suivie;

const SEUIL: i64 = Audience::Reseau.seuil() as i64;
const CODES: [&str; 4] = ["A", "B", "C", "D"];

/// Those who enter the same day, stay as long and do the same: how many, months from January 2017 to the entry, months
/// they stay, what they do, months from the entry to the first day of it, months it lasts.
type Groupe = (u64, i32, Option<i32>, usize, i32, Option<i32>);

const QUOI: [(&str, &str); 4] =
    [("EMPLOI", "CDI"), ("EMPLOI", "CDD_COURT"), ("FORMATION", "AUTRE"), ("VOLONTARIAT", "AUTRE")];

/// The members of a centre; the extraction is of January 2021.
fn members(groupes: &[Groupe]) -> Vec<Membre> {
    let one = |(count, entry, stay, what, start, length): &Groupe| {
        let entree = date(2017, 1, 2).saturating_add(entry.months());
        let debut = entree.saturating_add(start.months());
        let situation = QUOI.get(*what).map(|(categorie, sous_type)| SituationVue {
            categorie: Some((*categorie).to_owned()),
            sous_type: Some((*sous_type).to_owned()),
            debut: Some(debut),
            fin: length.map(|months| debut.saturating_add(months.months())),
            ..SituationVue::default()
        });
        let membre = Membre {
            traits: Vec::new(),
            entree,
            sortie: stay.map(|months| entree.saturating_add(months.months())),
            situations: situation.into_iter().collect(),
        };
        vec![membre; usize::try_from(*count).unwrap()]
    };
    groupes.iter().flat_map(one).collect()
}

/// What is told of a row: its members, and how many hold a situation at a moment.
struct Rangee {
    effectif: Option<i64>,
    etats: BTreeMap<(Etape, Etat), Option<i64>>,
    vrai: BTreeMap<(Etape, Etat), i64>,
    /// Whether the reader owns it.
    propre: bool,
}

fn cells() -> impl Iterator<Item = (Etape, Etat)> {
    Etape::ALL.into_iter().flat_map(|etape| Etat::ALL.map(|etat| (etape, etat)))
}

fn signed(count: u64) -> i64 {
    i64::try_from(count).unwrap()
}

impl Rangee {
    fn of(lue: &Lue, counts: &Cohorte, propre: bool) -> Self {
        let count = |key: &(Etape, Etat)| counts.etats.get(key).copied().unwrap_or_default();
        Self {
            effectif: lue.effectif().map(signed),
            etats: cells().map(|key| (key, lue.etat(key.0, key.1).map(signed))).collect(),
            vrai: cells().map(|key| (key, signed(count(&key)))).collect(),
            propre,
        }
    }
}

/// What a reader of the network reads, both origins one after the other: the rows, the network last.
fn read(suivie: &Suivie, own: &[&str]) -> Vec<Rangee> {
    let lecteur = reader(own);
    let mut rows: Vec<Rangee> = suivie
        .centres
        .iter()
        .map(|(id, counts)| {
            let lue = Lue::of_one(suivie, id, &lecteur).unwrap();
            Rangee::of(&lue, counts, own.contains(&id.as_str()))
        })
        .collect();
    rows.push(Rangee::of(&Lue::of_network(suivie, &lecteur), &suivie.reseau, false));
    rows
}

/// The same cohorts counted from one origin only.
fn only(suivie: &Suivie, origine: Origine) -> Suivie {
    let etapes = origine.etapes();
    let keep = |cohorte: &mut Cohorte| {
        cohorte.etats.retain(|(etape, _), _| etapes.contains(etape));
        cohorte.flux.retain(|(_, to), _| etapes.contains(&to.0));
        cohorte.constants.clear();
    };
    let mut suivie = Suivie { voiles: Voiles::default(), ..suivie.clone() };
    keep(&mut suivie.reseau);
    suivie.centres.values_mut().for_each(keep);
    suivie
}

/// What would be read if each origin were decided by itself: what either tells.
fn read_apart(suivie: &Suivie, own: &[&str]) -> Vec<Rangee> {
    let mut rows = read(suivie, own);
    let apart = Origine::ALL.map(|origine| (origine.etapes(), read(&only(suivie, origine), own)));
    for (rank, row) in rows.iter_mut().enumerate() {
        row.effectif = apart.iter().find_map(|(_, told)| told[rank].effectif);
        for (key, told) in &mut row.etats {
            let from = apart.iter().filter(|(etapes, _)| etapes.contains(&key.0));
            *told = from.filter_map(|(_, rows)| rows[rank].etats[key]).next();
        }
    }
    rows
}

/// So many times each unknown, together.
type Somme = (Vec<(usize, f64)>, f64);

/// What is deduced: of each cell, the least and the most that it may count.
struct Attaque {
    bornes: Vec<(f64, f64)>,
    egales: Vec<Somme>,
    /// An unknown that counts no more than others together.
    inclus: Vec<(usize, Vec<usize>)>,
}

/// Which unknown a cell of a row is.
fn unknown(row: usize, key: (Etape, Etat)) -> usize {
    let rank = cells().position(|known| known == key).unwrap();
    row * cells().count() + rank
}

impl Attaque {
    /// The rows that are read, what is left of the network as one more, and the network.
    fn new(rows: &[Rangee]) -> Self {
        let (network, centres) = rows.split_last().unwrap();
        let all = network.effectif.unwrap();
        let (rest, last) = (centres.len(), centres.len() + 1);
        let mut attaque = Self {
            bornes: vec![(0.0, all as f64); (last + 1) * cells().count()],
            egales: Vec::new(),
            inclus: Vec::new(),
        };
        let lues: Vec<usize> = (0..rest).filter(|row| centres[*row].effectif.is_some()).collect();
        for row in lues.iter().copied().chain([last]) {
            let own = rows.get(row).unwrap_or(network);
            attaque.read(row, own, (row < rest).then_some(network));
        }
        let left = all - lues.iter().map(|row| centres[*row].effectif.unwrap()).sum::<i64>();
        for etape in Etape::ALL {
            let whole = Etat::ALL.map(|etat| (unknown(rest, (etape, etat)), 1.0));
            attaque.egales.push((whole.to_vec(), left as f64));
            for etat in Etat::ALL {
                let column = lues.iter().copied().chain([rest]);
                let mut column: Vec<(usize, f64)> =
                    column.map(|row| (unknown(row, (etape, etat)), 1.0)).collect();
                column.push((unknown(last, (etape, etat)), -1.0));
                attaque.egales.push((column, 0.0));
            }
        }
        for row in lues.into_iter().chain([rest, last]) {
            attaque.know(row);
        }
        attaque
    }

    /// What is told of a row. What is hidden of the network is somebody's; of a centre too, where a situation that the
    /// network has is told to be nobody's.
    fn read(&mut self, row: usize, own: &Rangee, network: Option<&Rangee>) {
        for etape in Etape::ALL {
            let zeros = Etat::ALL.into_iter().any(|etat| {
                let there = |network: &Rangee| network.etats[&(etape, etat)] != Some(0);
                own.etats[&(etape, etat)] == Some(0) && network.is_none_or(there)
            });
            let least = if zeros { 1.0 } else { 0.0 };
            let whole = Etat::ALL.map(|etat| (unknown(row, (etape, etat)), 1.0));
            self.egales.push((whole.to_vec(), own.effectif.unwrap() as f64));
            for etat in Etat::ALL {
                let place = &mut self.bornes[unknown(row, (etape, etat))];
                *place = match own.etats[&(etape, etat)] {
                    Some(count) => (count as f64, count as f64),
                    None => (least, place.1),
                };
            }
        }
    }

    /// What holds of every row: who has not left, who is late.
    fn know(&mut self, row: usize) {
        let months = [6, 12, 18, 24];
        let at = |origine, months, etat| unknown(row, (Etape::Mois(origine, months), etat));
        let (sortie, entree) = (Origine::Sortie, Origine::Entree);
        for (rank, now) in months.into_iter().enumerate() {
            let unseen = [at(sortie, now, Etat::NonSorti), at(sortie, now, Etat::PasEncore)];
            let exit = unknown(row, (Etape::Sortie, Etat::NonSorti));
            self.egales.push((vec![(unseen[0], 1.0), (exit, -1.0)], 0.0));
            for before in &months[..=rank] {
                self.inclus.push((at(entree, *before, Etat::PasEncore), unseen.to_vec()));
            }
            for before in &months[..rank] {
                for origine in [sortie, entree] {
                    let late = |months| at(origine, months, Etat::PasEncore);
                    self.inclus.push((late(*before), vec![late(now)]));
                }
            }
        }
    }

    /// Sums of what is known, as far as they go.
    fn deduce(mut self) -> Vec<(f64, f64)> {
        self.propagate();
        let reduced = self.reduced();
        self.egales.extend(reduced);
        self.propagate();
        self.bornes
    }

    /// The equalities solved for as many unknowns as there are.
    fn reduced(&self) -> Vec<Somme> {
        let open: Vec<usize> =
            (0..self.bornes.len()).filter(|at| self.bornes[*at].0 < self.bornes[*at].1).collect();
        let place: BTreeMap<usize, usize> =
            open.iter().enumerate().map(|(rank, at)| (*at, rank)).collect();
        let width = open.len();
        let dense = |(terms, total): &Somme| {
            let mut row = vec![0.0; width + 1];
            row[width] = *total;
            for (at, times) in terms {
                match place.get(at) {
                    Some(rank) => row[*rank] += times,
                    None => row[width] -= times * self.bornes[*at].0,
                }
            }
            row
        };
        let mut rows: Vec<Vec<f64>> = self.egales.iter().map(dense).collect();
        let mut done = 0;
        for column in 0..width {
            let Some(pivot) = (done..rows.len()).find(|row| rows[*row][column].abs() > 1e-7) else {
                continue;
            };
            rows.swap(done, pivot);
            let times = rows[done][column];
            rows[done].iter_mut().for_each(|value| *value /= times);
            let base = rows[done].clone();
            for (_, row) in rows.iter_mut().enumerate().filter(|(rank, _)| *rank != done) {
                let times = row[column];
                if times.abs() > 1e-7 {
                    row.iter_mut().zip(&base).for_each(|(value, own)| *value -= times * own);
                }
            }
            done += 1;
        }
        let sparse = |row: &Vec<f64>| {
            let terms = (0..width).filter(|at| row[*at].abs() > 1e-7);
            (terms.map(|at| (open[at], row[at])).collect(), row[width])
        };
        rows[..done].iter().map(sparse).collect()
    }

    fn propagate(&mut self) {
        let bornes = &mut self.bornes;
        for _ in 0..60 {
            let before = bornes.clone();
            for (terms, total) in &self.egales {
                for (at, times) in terms {
                    let others = terms.iter().filter(|(other, _)| other != at);
                    let (mut least, mut most) = (*total, *total);
                    for (other, times) in others {
                        let ends = [bornes[*other].0 * times, bornes[*other].1 * times];
                        least -= ends[0].max(ends[1]);
                        most -= ends[0].min(ends[1]);
                    }
                    let ends = [least / times, most / times];
                    narrow(&mut bornes[*at], ends[0].min(ends[1]), ends[0].max(ends[1]));
                }
            }
            for (within, holders) in &self.inclus {
                let most: f64 = holders.iter().map(|at| bornes[*at].1).sum();
                narrow(&mut bornes[*within], 0.0, most);
                for at in holders {
                    let others: f64 = holders
                        .iter()
                        .filter(|other| *other != at)
                        .map(|other| bornes[*other].1)
                        .sum();
                    let least = bornes[*within].0 - others;
                    narrow(&mut bornes[*at], least, f64::INFINITY);
                }
            }
            if before == *bornes {
                break;
            }
        }
    }
}

/// Whole numbers between both.
fn narrow(place: &mut (f64, f64), least: f64, most: f64) {
    place.0 = place.0.max((least - 1e-6).ceil());
    place.1 = place.1.min((most + 1e-6).floor());
}

/// Whether the network is told.
fn is_read(rows: &[Rangee]) -> bool {
    rows.last().is_some_and(|network| network.effectif.is_some())
}

/// The small counts of which so few values are left, those that are told included.
fn found(rows: &[Rangee], fewer_than: i64) -> Vec<String> {
    let (network, centres) = rows.split_last().unwrap();
    let bornes = Attaque::new(rows).deduce();
    let (rest, last) = (centres.len(), centres.len() + 1);
    let lues = |row: &&Rangee| row.effectif.is_some();
    let mut found = Vec::new();
    for key in cells() {
        let value = |row: &Rangee| row.vrai[&key];
        let read: i64 = centres.iter().filter(lues).map(value).sum();
        let own: i64 = centres.iter().filter(|row| row.propre).map(value).sum();
        // Of the network, what is not the reader's own.
        let mut wanted: Vec<(usize, i64)> =
            vec![(rest, value(network) - read), (last, value(network) - own)];
        let others = centres.iter().enumerate().filter(|(_, row)| lues(row) && !row.propre);
        wanted.extend(others.map(|(rank, row)| (rank, value(row))));
        for (row, count) in wanted.into_iter().filter(|(_, count)| (1..SEUIL).contains(count)) {
            let (least, most) = bornes[unknown(row, key)];
            if most - least + 1.0 < fewer_than as f64 {
                found.push(format!("row {row} of {last}, {key:?}: {count} in {least}..={most}"));
            }
        }
    }
    found
}

fn groupes() -> impl Strategy<Value = Vec<Groupe>> {
    let count = prop_oneof![1..5u64, 5..12u64, 20..60u64];
    let stay = prop::option::weighted(0.8, prop::sample::select(vec![4, 12]));
    let length = prop::option::of(Just(8));
    let one = (count, prop::sample::select(vec![0, 22, 34, 41]), stay, 0..5usize, 0..3i32, length)
        .prop_map(|(count, entry, stay, what, start, length)| {
            (count, entry, stay, what, start * 7, length)
        });
    prop::collection::vec(one, 2..7)
}

fn of_centres(centres: &[Vec<Groupe>]) -> Suivie {
    let own = CODES.into_iter().zip(centres);
    let counted: Vec<_> = own.map(|(id, groupes)| (id, cohorte(&members(groupes)))).collect();
    followed(&counted)
}

#[test]
fn the_attacker_finds_what_the_other_origin_tells() {
    let members = members(&[
        (3, 0, Some(4), 2, 0, None),
        (40, 0, Some(4), 0, 0, None),
        (30, 0, None, 5, 0, None),
    ]);
    let suivie = followed(&[("A", cohorte(&members)), ("B", cohorte(&members))]);
    let mut rows = read(&suivie, &[]);
    assert_eq!(found(&rows, SEUIL), Vec::<String>::new());
    // Everything told but, six months after the exit, the three in training and those who have not left.
    let six = Etape::Mois(Origine::Sortie, 6);
    for row in &mut rows {
        for (key, told) in &mut row.etats {
            let hidden = key.0 == six && matches!(key.1, Etat::Formation | Etat::NonSorti);
            *told = (!hidden).then_some(row.vrai[key]);
        }
    }
    let found = found(&rows, 2);
    assert!(found.iter().any(|line| line.contains("Mois(Sortie, 6), Formation")), "{found:?}");
}

/// Whether the reader owns a centre or none. Decided apart, as they once were, both origins together would tell.
#[test]
fn who_reads_both_origins_finds_no_small_count_that_two_decisions_would_tell() {
    let mut runner = TestRunner::deterministic();
    let centres = prop::collection::vec(groupes(), 2..=4);
    let (mut looked, mut apart) = (0, 0);
    for rank in 0..150 {
        let centres = centres.new_tree(&mut runner).unwrap().current();
        let suivie = of_centres(&centres);
        let own: &[&str] = if rank % 3 == 0 { &["B"] } else { &[] };
        let [two, one] = [read_apart(&suivie, own), read(&suivie, own)];
        apart += usize::from(is_read(&two) && !found(&two, SEUIL).is_empty());
        if is_read(&one) {
            looked += 1;
            assert_eq!(found(&one, SEUIL), Vec::<String>::new(), "{centres:?}");
        }
    }
    assert!(looked > 100 && apart > 0, "{looked} {apart}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]
    /// Of whatever cohorts. Sums that go from table to table over several moments leave a value less than the
    /// threshold once in some thousands of networks of a few centres; never one alone.
    #[test]
    fn no_small_count_is_found_from_both_origins(
        centres in prop::collection::vec(groupes(), 2..=4),
        owns in any::<bool>(),
    ) {
        let suivie = of_centres(&centres);
        let rows = read(&suivie, if owns { &["B"] } else { &[] });
        prop_assume!(is_read(&rows));
        let found = found(&rows, 2);
        prop_assert!(found.is_empty(), "{found:#?}");
    }
}
