//! What is read of cohortes: whole by their centre, without small counts by the others.

mod origines;

use jiff::civil::date;
use mallette_domain::cohorte::{Cohorte, Etape, Etat, Membre, Origine, TRAITS};
use mallette_domain::devenir::SituationVue;
use mallette_stats::secret::Audience;
use proptest::prelude::*;

use super::*;
use crate::port::Suivie;
use crate::secret::Lecteur;

fn member(rank: u64, sexe: &str, employed: bool, left: bool) -> Membre {
    let entree =
        date(2017, 1, 2).saturating_add(jiff::Span::new().days(i64::try_from(rank % 300).unwrap()));
    let hired = SituationVue {
        categorie: Some("EMPLOI".to_owned()),
        sous_type: Some("CDI".to_owned()),
        debut: Some(date(2018, 1, 1)),
        ..SituationVue::default()
    };
    Membre {
        traits: vec![Some("18-21 ans".to_owned()), Some(sexe.to_owned())],
        entree,
        sortie: left.then(|| date(2018, 6, 1)),
        situations: if employed { vec![hired] } else { Vec::new() },
    }
}

fn cohorte(members: &[Membre]) -> Cohorte {
    let mut cohorte = Cohorte::default();
    for membre in members {
        cohorte.count(membre, date(2021, 1, 1));
    }
    cohorte
}

fn followed(centres: &[(&str, Cohorte)]) -> Suivie {
    let mut suivie = Suivie { comptes: centres.len(), ..Suivie::default() };
    for (id, cohorte) in centres {
        suivie.reseau.merge(cohorte);
        suivie.centres.insert((*id).to_owned(), cohorte.clone());
    }
    suivie
}

fn reader(own: &[&str]) -> Lecteur {
    Lecteur::of(own.iter().map(|id| (*id).to_owned()).collect())
}

fn many(count: u64, sexe: &str, employed: bool, left: bool) -> Vec<Membre> {
    (0..count).map(|rank| member(rank, sexe, employed, left)).collect()
}

#[test]
fn a_centre_reads_its_own_whole_and_nobody_another() {
    let suivie = followed(&[("A", cohorte(&many(2, "F", true, true)))]);
    let own = Lue::of_centre(&suivie, "A", &reader(&["A"])).unwrap();
    assert_eq!((own.effectif(), own.etat(Etape::Sortie, Etat::Durable)), (Some(2), Some(2)));
    assert_eq!(Lue::of_centre(&suivie, "A", &reader(&["B"])), None);
    assert_eq!(Lue::of_centre(&suivie, "B", &reader(&["B"])), None);
    // Two young people are nobody's to read for the network.
    let network = Lue::of_network(&suivie, &reader(&[]));
    assert_eq!((network.effectif(), network.pmsmp()), (None, None));
    assert_eq!(Lue::of_network(&suivie, &Lecteur::Machine).effectif(), Some(2));
}

#[test]
fn a_small_count_takes_another_with_it_and_the_others_stay() {
    let mut members = many(3, "F", true, true);
    members.extend(many(40, "M", true, true));
    members.extend(many(30, "M", false, true));
    members.extend(many(30, "X", false, true));
    let suivie = followed(&[("A", cohorte(&members))]);
    let network = Lue::of_network(&suivie, &reader(&[]));
    let sexes = network.traits("sexe");
    assert_eq!(sexes[&Some("F".to_owned())], None);
    let shown: Vec<u64> = sexes.values().copied().flatten().collect();
    assert_eq!(shown.len(), 1, "{sexes:?}");
    assert_eq!(network.etat(Etape::Sortie, Etat::Durable), Some(43));
    assert_eq!(network.pendant(Etat::Emploi), Some(43));
    assert_eq!(network.observed(Etape::Mois(Origine::Sortie, 12)), Some(103));
}

#[test]
fn who_takes_the_own_centre_away_finds_nobody() {
    let own = cohorte(&[many(50, "F", true, true), many(50, "M", false, true)].concat());
    let other = cohorte(&[many(2, "F", true, true), many(40, "M", false, true)].concat());
    let suivie = followed(&[("A", own), ("B", other)]);
    // For the network, 52 and 90; for A, who knows its own 50, the two of B are left.
    assert_eq!(Lue::of_network(&suivie, &reader(&[])).etat(Etape::Sortie, Etat::Durable), Some(52));
    let told = Lue::of_network(&suivie, &reader(&["A"]));
    assert_eq!(told.etat(Etape::Sortie, Etat::Durable), None);
    assert_eq!(told.pendant(Etat::Emploi), None);
    // Where they went is told of all of them together only.
    let told = told.passages(Etape::Sortie);
    assert_eq!(
        told.iter().map(|one| (one.vers, one.compte)).collect::<Vec<_>>(),
        [(Classe::Autres, 142)]
    );
}

#[test]
fn who_has_not_left_is_secret_everywhere_or_nowhere() {
    let members =
        [many(60, "F", true, true), many(60, "M", false, true), many(3, "M", false, false)];
    let suivie = followed(&[("A", cohorte(&members.concat()))]);
    let network = Lue::of_network(&suivie, &reader(&[]));
    let (exit, entry): (Vec<Etape>, Vec<Etape>) =
        Etape::ALL.into_iter().partition(|at| at.is_from_exit());
    for etape in exit {
        assert_eq!(network.etat(etape, Etat::NonSorti), None, "{etape:?}");
        assert_eq!(network.observed(etape), None, "{etape:?}");
    }
    // Months counted from the entry say nothing of it.
    for etape in entry {
        assert_eq!(network.observed(etape), Some(123), "{etape:?}");
    }
}

/// A country: centres of fifty to a hundred and ten young people, of all traits and becomings.
fn country(centres: u64) -> Suivie {
    let vary =
        |one: u64| one.wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(29).wrapping_mul(31) >> 7;
    let categories = ["EMPLOI", "ALTERNANCE", "FORMATION", "SCOLARITE", "PMSMP", "VOLONTARIAT"];
    let mut suivie = Suivie { comptes: usize::try_from(centres).unwrap(), ..Suivie::default() };
    for rank in 0..centres {
        let members: Vec<Membre> = (0..50 + vary(rank) % 60)
            .map(|one| {
                let of = |which: u64| vary(rank * 1_000 + one * 17 + which);
                let word = |which: u64, many: u64| {
                    (of(which) % (many + 1) < many).then(|| format!("{}", of(which) % many))
                };
                let categorie = categories[usize::try_from(of(9) % 6).unwrap()];
                let situation = SituationVue {
                    categorie: Some(categorie.to_owned()),
                    sous_type: Some(if of(10) % 2 == 0 { "CDI" } else { "CDD_COURT" }.to_owned()),
                    debut: Some(date(2017, 1 + i8::try_from(of(11) % 12).unwrap(), 1)),
                    ..SituationVue::default()
                };
                Membre {
                    traits: vec![
                        word(0, 4),
                        word(1, 2),
                        word(2, 7),
                        word(3, 2),
                        word(4, 2),
                        word(5, 3),
                        word(6, 2),
                    ],
                    entree: date(2017, 1, 2),
                    sortie: (of(12) % 5 > 0).then(|| date(2018, 1, 2)),
                    situations: if of(13) % 3 > 0 { vec![situation] } else { Vec::new() },
                }
            })
            .collect();
        let own = cohorte(&members);
        suivie.reseau.merge(&own);
        suivie.centres.insert(format!("C{rank:03}"), own);
    }
    suivie
}

#[test]
fn what_is_hidden_of_each_centre_of_a_country_is_reckoned_once() {
    let suivie = country(440);
    let network = reader(&[]);
    let started = std::time::Instant::now();
    Voiles::prepare(&suivie);
    eprintln!("440 centres: {:?} with the counts", started.elapsed());
    // The quickest of some pages: others may be at work on the machine.
    let read = || {
        let started = std::time::Instant::now();
        let one = Lue::of_one(&suivie, "C017", &network).unwrap();
        let all = Lue::of_network(&suivie, &network);
        assert!(all.effectif().is_some() && one.hides_passages());
        started.elapsed()
    };
    let quickest = (0..20).map(|_| read()).min().unwrap();
    eprintln!("440 centres: {quickest:?} for a page");
    assert!(quickest < std::time::Duration::from_millis(50), "{quickest:?}");
    // The same as without what was kept, and small counts are not there.
    let fresh = Suivie { voiles: Voiles::default(), ..suivie.clone() };
    for id in ["C000", "C017", "C439"] {
        let kept = Lue::of_one(&suivie, id, &network).unwrap();
        assert_eq!(Some(&kept), Lue::of_one(&fresh, id, &network).as_ref());
        let told = TRAITS.iter().flat_map(|name| kept.traits(name).into_values());
        assert!(told.flatten().all(|count| !Audience::Reseau.is_small(count)), "{id}");
    }
}

#[test]
fn the_flows_of_a_region_are_drawn_and_no_small_one_is() {
    let suivie = country(61);
    let network = Lue::of_network(&suivie, &reader(&[]));
    for next in Etape::ALL {
        let Some(etape) = next.before() else { continue };
        let told = network.passages(next);
        assert!(!told.is_empty(), "{next:?}");
        assert!(told.iter().all(|one| !Audience::Reseau.is_small(one.compte)), "{next:?} {told:?}");
        // What is told of a situation is never all of it but a few.
        for etat in Etat::ALL {
            let class = match network.etat(etape, etat) {
                Some(_) => Classe::Une(etat),
                None => Classe::Autres,
            };
            let whole = match class {
                Classe::Une(_) => network.etat(etape, etat),
                Classe::Autres => network.others(etape),
            };
            let left = told.iter().filter(|one| one.de == class).map(|one| one.compte).sum::<u64>();
            let left = whole.unwrap_or_default() - left;
            assert!(!Audience::Reseau.is_small(left), "{etape:?} {next:?} {class:?}: {left}");
        }
    }
    let all = Lue::of_network(&suivie, &Lecteur::Machine);
    let counts = |lue: &Lue| lue.passages(Etape::Sortie).len();
    assert!(counts(&network) * 2 > counts(&all), "{} of {}", counts(&network), counts(&all));
}

proptest! {
    #[test]
    fn no_small_count_is_shown_nor_left_alone(
        groups in prop::collection::vec((0..12u64, 0..3usize, any::<bool>(), any::<bool>()), 1..8),
        own in prop::collection::vec((0..12u64, 0..3usize, any::<bool>(), any::<bool>()), 0..8),
    ) {
        let make = |groups: &[(u64, usize, bool, bool)]| {
            let one = |(count, sexe, employed, left): &(u64, usize, bool, bool)| {
                many(*count, ["F", "M", "X"][*sexe], *employed, *left)
            };
            cohorte(&groups.iter().flat_map(one).collect::<Vec<_>>())
        };
        let (other, mine) = (make(&groups), make(&own));
        let suivie = followed(&[("A", mine.clone()), ("B", other)]);
        let read = Lue::of_network(&suivie, &reader(&["A"]));
        for etape in Etape::ALL {
            let count = |cohorte: &Cohorte, etat| cohorte.etats.get(&(etape, etat)).copied().unwrap_or_default();
            let at = |etat| {
                let whole = count(&suivie.reseau, etat);
                (read.etat(etape, etat), [whole, whole - count(&mine, etat)])
            };
            let cells: Vec<_> = Etat::ALL.into_iter().map(at).collect();
            for (shown, counts) in &cells {
                let small = counts.iter().any(|count| Audience::Reseau.is_small(*count));
                prop_assert!(shown.is_none() || !small, "{etape} {counts:?}");
            }
            let hidden = cells.iter().filter(|(shown, _)| shown.is_none()).count();
            prop_assert!(hidden != 1 || read.effectif().is_none(), "{etape}");
        }
        let sexes = read.traits("sexe");
        let hidden = sexes.values().filter(|shown| shown.is_none()).count();
        prop_assert!(hidden != 1 || read.effectif().is_none());
    }
}
