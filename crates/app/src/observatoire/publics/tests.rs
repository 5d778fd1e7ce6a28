//! Publics as who reads the network reads them: an attacker who moves members about, as long as nothing that is read
//! changes, never finds fewer values of a small count than the threshold.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use mallette_domain::cohorte::{Origine, Tenue};
use mallette_stats::secret::Audience;
use proptest::prelude::*;

use super::super::Lue;
use super::*;

/// Six months after the exit.
const SIX: Etape = Etape::Mois(Origine::Sortie, 6);

const SEUIL: u64 = Audience::Reseau.seuil();

/// Profiles: of a QPV or not, a woman, a man or not known, of age or not.
const PROFILS: [(bool, Option<&str>, bool); 6] = [
    (true, Some("F"), false),
    (true, Some("M"), false),
    (false, Some("F"), false),
    (false, Some("M"), true),
    (true, Some("M"), true),
    (false, None, false),
];

const ETATS: [Etat; 4] = [Etat::Durable, Etat::Formation, Etat::Volontariat, Etat::Aucune];

/// A cohort: by profile, how many hold each situation at the exit. Their level of training goes with it, so that a
/// trait is hidden as a moment is.
fn cohorte(table: &[Vec<u64>]) -> Cohorte {
    let mut all = Cohorte::default();
    for ((qpv, sexe, minor), row) in PROFILS.iter().zip(table) {
        for (rank, members) in row.iter().enumerate().filter(|(_, members)| **members > 0) {
            let traits = [
                ("qpv", Some(if *qpv { "oui" } else { "non" })),
                ("sexe", *sexe),
                ("age_entree", Some(if *minor { "moins de 18 ans" } else { "18-21 ans" })),
                ("niveau_formation", Some(["1", "2", "3", "4"][rank])),
            ];
            let mut one = Cohorte { effectif: *members, ..Cohorte::default() };
            for (name, value) in traits {
                one.traits.insert((name.to_owned(), value.map(str::to_owned)), *members);
            }
            for etape in Etape::ALL {
                let etat = if etape == Etape::Entree { Etat::Aucune } else { ETATS[rank] };
                one.etats.insert((etape, etat), *members);
            }
            let publics = Public::PARTS.into_iter().filter(|public| {
                public.mark().is_some_and(|(name, value)| traits.contains(&(name, Some(value))))
            });
            let parts: Vec<(Public, Cohorte)> =
                publics.map(|public| (public, one.clone())).collect();
            one.publics.extend(parts);
            all.merge(&one);
        }
    }
    all
}

fn followed(theirs: &[Vec<u64>], own: &[Vec<u64>]) -> Suivie {
    let mut suivie = Suivie { comptes: 2, ..Suivie::default() };
    for (id, table) in [("A", theirs), ("B", own)] {
        let one = cohorte(table);
        suivie.reseau.merge(&one);
        suivie.centres.insert(id.to_owned(), one);
    }
    suivie
}

fn reader() -> Lecteur {
    Lecteur::of(BTreeSet::from(["B".to_owned()]))
}

/// What is read of every public at the exit: by situation, and by level.
type Dit = BTreeMap<Public, (Option<u64>, Vec<Option<u64>>, Vec<Option<u64>>)>;

fn read(suivie: &Suivie) -> Dit {
    let one = |public: Public| {
        let lue = Lue::of_public(suivie, public, &reader());
        let etats = ETATS.map(|etat| lue.etat(Etape::Sortie, etat)).to_vec();
        let levels = lue.traits("niveau_formation");
        let level = |code: &str| levels.get(&Some(code.to_owned())).copied().unwrap_or(Some(0));
        (public, (lue.effectif(), etats, ["1", "2", "3", "4"].map(level).to_vec()))
    };
    Public::ALL.into_iter().map(one).collect()
}

/// Whether another table says the same to who reads that: where something is told, the same is.
fn agrees(told: &Dit, table: &[Vec<u64>]) -> bool {
    told.iter().all(|(public, (_, etats, levels))| {
        etats.iter().chain(levels).enumerate().all(|(at, shown)| {
            shown.is_none_or(|shown| shown == count(table, *public, at % ETATS.len()))
        })
    })
}

fn count(table: &[Vec<u64>], public: Public, etat: usize) -> u64 {
    let holds = |(qpv, sexe, minor): &(bool, Option<&str>, bool)| match public {
        Public::Qpv => *qpv,
        Public::Femmes => *sexe == Some("F"),
        Public::Hommes => *sexe == Some("M"),
        Public::Mineurs => *minor,
        Public::Tous => true,
        _ => false,
    };
    PROFILS.iter().zip(table).filter(|(profil, _)| holds(profil)).map(|(_, row)| row[etat]).sum()
}

/// What members may exchange so that a table stays like the true one in all that is told: two profiles, two
/// situations. The reader knows the own ones.
fn exchanged(told: &Dit, table: &[Vec<u64>], own: &[Vec<u64>]) -> Vec<Vec<Vec<u64>>> {
    let pairs = (0..PROFILS.len()).flat_map(|a| (a + 1..PROFILS.len()).map(move |b| (a, b)));
    let states = (0..ETATS.len()).flat_map(|a| (0..ETATS.len()).map(move |b| (a, b)));
    let states: Vec<(usize, usize)> = states.filter(|(here, there)| here != there).collect();
    let mut found = Vec::new();
    for (one, other) in pairs {
        for (here, there) in &states {
            let (here, there) = (*here, *there);
            if table[one][here] <= own[one][here] || table[other][there] <= own[other][there] {
                continue;
            }
            let mut next = table.to_vec();
            next[one][here] -= 1;
            next[one][there] += 1;
            next[other][there] -= 1;
            next[other][here] += 1;
            if agrees(told, &next) {
                found.push(next);
            }
        }
    }
    found
}

/// Values that a public may have of a situation, as many as the threshold at most: straight up, then straight down,
/// then as far as a few thousand exchanges go.
fn possible(
    told: &Dit,
    (all, own): (&[Vec<u64>], &[Vec<u64>]),
    (public, etat): (Public, usize),
) -> BTreeSet<u64> {
    let value = |table: &[Vec<u64>]| count(table, public, etat);
    let mut found = BTreeSet::from([value(all)]);
    for up in [true, false] {
        let mut table = all.to_vec();
        let further = |from: u64, to: u64| if up { to > from } else { to < from };
        while (found.len() as u64) < SEUIL {
            let next = exchanged(told, &table, own);
            let Some(next) = next.into_iter().find(|next| further(value(&table), value(next)))
            else {
                break;
            };
            found.insert(value(&next));
            table = next;
        }
    }
    let mut seen: BTreeSet<Vec<Vec<u64>>> = BTreeSet::new();
    let mut waiting = VecDeque::from([all.to_vec()]);
    while let Some(table) = waiting.pop_front()
        && (found.len() as u64) < SEUIL
        && seen.len() < 4_000
    {
        found.insert(value(&table));
        for next in exchanged(told, &table, own) {
            if seen.insert(next.clone()) {
                waiting.push_back(next);
            }
        }
    }
    found
}

fn tables() -> impl Strategy<Value = Vec<Vec<u64>>> {
    let cell = prop_oneof![Just(0u64), 1..5u64, 5..20u64];
    prop::collection::vec(prop::collection::vec(cell, ETATS.len()), PROFILS.len())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(120))]
    #[test]
    fn no_small_count_of_a_public_is_found_from_all_that_is_read(
        theirs in tables(),
        own in prop_oneof![Just(vec![vec![0u64; ETATS.len()]; PROFILS.len()]), tables()],
    ) {
        let told = read(&followed(&theirs, &own));
        let all: Vec<Vec<u64>> = theirs
            .iter()
            .zip(&own)
            .map(|(left, right)| left.iter().zip(right).map(|(a, b)| a + b).collect())
            .collect();
        prop_assert!(agrees(&told, &all));
        let mut wanted = Vec::new();
        for public in Public::PARTS {
            let (size, etats, levels) = &told[&public];
            for etat in (0..ETATS.len()).filter(|_| *size > Some(0)) {
                let (whole, mine) = (count(&all, public, etat), count(&own, public, etat));
                let rest = count(&all, Public::Tous, etat) - whole;
                let rest_mine = count(&own, Public::Tous, etat) - mine;
                let secret = [whole, whole - mine, rest, rest - rest_mine]
                    .iter()
                    .any(|count| Audience::Reseau.is_small(*count));
                if secret {
                    prop_assert!(etats[etat].is_none() && levels[etat].is_none(), "{public:?} {etat}");
                    // Where how many hold it in all is read.
                    if told[&Public::Tous].1[etat].is_some() && whole > mine && rest > rest_mine {
                        wanted.push((public, etat));
                    }
                }
            }
        }
        for cell in wanted {
            let values = possible(&told, (&all, &own), cell);
            prop_assert!(values.len() as u64 >= SEUIL, "{cell:?} {values:?} {all:?}");
        }
    }
}

#[test]
fn a_public_is_read_beside_all_and_rare_values_are_hidden_of_every_public() {
    let mut table = vec![vec![60, 50, 30, 70]; PROFILS.len()];
    let nobody = vec![vec![0; ETATS.len()]; PROFILS.len()];
    let plain = read(&followed(&table, &nobody));
    for (public, (size, etats, levels)) in &plain {
        let some = !matches!(public, Public::Zrr | Public::Rqth);
        assert!(size.is_some() && (*size > Some(0)) == some, "{public:?}");
        assert!(etats.iter().chain(levels).all(Option::is_some), "{public:?}");
    }
    assert_eq!(plain[&Public::Femmes].1, [Some(120), Some(100), Some(60), Some(140)]);
    // Two women in volunteering.
    (table[0][2], table[2][2]) = (1, 1);
    let told = read(&followed(&table, &nobody));
    for public in [Public::Femmes, Public::Hommes, Public::Qpv, Public::Mineurs] {
        let (size, etats, _) = &told[&public];
        assert!(size.is_some());
        let hidden: Vec<usize> = (0..ETATS.len()).filter(|at| etats[*at].is_none()).collect();
        assert_eq!(hidden, [1, 2], "{public:?}: with the least of the others");
    }
    assert!(told[&Public::Tous].1.iter().all(Option::is_some));
    // A public of a few is not read at all.
    for row in [3, 4] {
        table[row] = vec![3, 2, 2, 1];
    }
    let told = read(&followed(&table, &nobody));
    assert_eq!(told[&Public::Mineurs].0, None);
    assert!(told[&Public::Mineurs].1.iter().all(Option::is_none));
    assert!(told[&Public::Hommes].0.is_some());
}

#[test]
fn how_two_publics_cross_is_told_on_both_pages_or_on_none() {
    let nobody = vec![vec![0; ETATS.len()]; PROFILS.len()];
    let mut table = vec![vec![30, 30, 30, 30]; PROFILS.len()];
    let cross = |table: &[Vec<u64>]| {
        let suivie = followed(table, &nobody);
        let of = |public: Public, name: &str, value: &str| {
            let lue = Lue::of_public(&suivie, public, &reader());
            lue.traits(name).get(&Some(value.to_owned())).copied().unwrap_or(Some(0))
        };
        [
            (of(Public::Femmes, "qpv", "oui"), of(Public::Qpv, "sexe", "F")),
            (of(Public::Mineurs, "qpv", "oui"), of(Public::Qpv, "age_entree", "moins de 18 ans")),
        ]
    };
    assert_eq!(cross(&table), [(Some(120), Some(120)), (Some(120), Some(120))]);
    // Three minors of a QPV: not told, neither here nor there; women are.
    table[4] = vec![1, 1, 1, 0];
    assert_eq!(cross(&table), [(Some(120), Some(120)), (None, None)]);
}

#[test]
fn what_the_same_members_hold_at_two_moments_is_hidden_at_both() {
    let mut table = vec![vec![60, 50, 30, 70]; PROFILS.len()];
    table[0][2] = 1;
    table[2][2] = 2;
    let mut suivie = followed(&table, &vec![vec![0; ETATS.len()]; PROFILS.len()]);
    // Whoever holds something at the exit holds it six months after, but for thirty whose employment is less sure:
    // alone, that moment would hide those rather than who is in training.
    let move_some = |cohorte: &mut Cohorte, some: u64| {
        *cohorte.etats.get_mut(&(SIX, Etat::Durable)).unwrap() -= some;
        cohorte.etats.insert((SIX, Etat::Emploi), some);
    };
    move_some(&mut suivie.reseau, 30);
    for public in [Public::Femmes, Public::Hommes, Public::Qpv, Public::Mineurs] {
        move_some(suivie.reseau.publics.get_mut(&public).unwrap(), 15);
    }
    let stays = |etat: Etat| {
        let (from, to) = ((Etape::Sortie, etat), (SIX, etat));
        ((from, to), suivie.reseau.etats[&to])
    };
    let mut flux: BTreeMap<(Tenue, Tenue), u64> = ETATS.map(stays).into();
    let less_sure = ((Etape::Sortie, Etat::Durable), (SIX, Etat::Emploi));
    flux.insert(less_sure, 30);
    suivie.reseau.flux = flux;
    let women = Lue::of_public(&suivie, Public::Femmes, &reader());
    for etape in [Etape::Sortie, SIX] {
        let hidden = ETATS.map(|etat| women.etat(etape, etat).is_none());
        assert_eq!(hidden, [false, true, true, false], "{etape}");
    }
    assert!(women.hides_passages());
}
