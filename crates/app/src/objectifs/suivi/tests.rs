//! Where centres stand for their targets, by hand.

use jiff::Timestamp;
use jiff::civil::date;
use mallette_domain::resultat::Niveau;
use mallette_registry::PorteeObjectif;

use super::annee::MOIS;
use super::*;
use crate::lecture::indicateurs::essai::{empty, forget, measure, receive};
use crate::secret::Lecteur;

fn objectif(code: &str, annee: i16, valeur: i64) -> Objectif {
    Objectif {
        cle: CleObjectif {
            structure_id: "A".to_owned(),
            indicateur: code.to_owned(),
            annee,
            portee: PorteeObjectif::Reseau,
        },
        version: 1,
        valeur: Some(valeur),
        par: "p1".to_owned(),
        le: Timestamp::UNIX_EPOCH,
    }
}

/// A centre on 30 June 2019: twenty entries and forty exits (half of them positive) a month, the same the
/// year before, whose December had a hundred more.
fn centre() -> Etat {
    let mut etat = empty();
    receive(&mut etat, "A", "Urbain", date(2019, 6, 30));
    let key = ("A", Niveau::Structure, "");
    for month in 1..=12 {
        let more = if month == 12 { 100.0 } else { 0.0 };
        for (year, count) in [(2018, 20.0 + more), (2019, 20.0)] {
            if year == 2019 && month > 6 {
                continue;
            }
            let periode = format!("{year}-{month:02}");
            measure(&mut etat, key, &periode, "PAC-E", (count, 0.0));
            measure(&mut etat, key, &periode, "PAC-P", (count, count * 2.0));
        }
    }
    measure(&mut etat, key, "2019", "PAC-E", (120.0, 0.0));
    measure(&mut etat, key, "2019", "PAC-P", (120.0, 240.0));
    measure(&mut etat, key, "2018", "PAC-E", (340.0, 0.0));
    etat
}

fn one(etat: &Etat, code: &str, annee: i16, valeur: i64) -> Suivi<'static> {
    // The catalogue outlives the test.
    let etat: &'static Etat = Box::leak(Box::new(etat.clone()));
    follow(etat, &[objectif(code, annee, valeur)]).pop().unwrap()
}

#[test]
fn the_year_ends_as_the_one_before_did_and_the_pace_says_what_it_takes() {
    let etat = centre();
    let found = one(&etat, "PAC-E", 2019, 300 * 100_000);
    assert_eq!((found.atteint, found.distance()), (Some(false), Some(-180.0)));
    let Fin::Prevue(end, Methode::Saison(part)) = found.fin else { panic!("{:?}", found.fin) };
    // 120 of 340 were behind on 30 June 2018: as many more as then, 220.
    assert!((part - 120.0 / 340.0).abs() < 1e-9);
    assert!((end.milieu - 340.0).abs() < 4.0 && end.bas > 260.0 && end.haut < 450.0, "{end:?}");
    let Some(Rythme::ParMois { fait, requis, mois }) = found.rythme else { panic!() };
    // 181 days gone, 184 left: 5.95 and 6.05 months.
    assert!((fait - 20.18).abs() < 0.01 && (requis - 29.78).abs() < 0.01, "{fait} {requis}");
    assert!((mois - 6.045).abs() < 0.01);
}

#[test]
fn a_figure_that_is_secret_for_who_reads_is_so_beside_its_target() {
    let mut etat = empty();
    receive(&mut etat, "A", "Urbain", date(2019, 6, 30));
    measure(&mut etat, ("A", Niveau::Structure, ""), "2019", "PAC-E", (3.0, 0.0));
    let read = |own: &[&str]| {
        let mut etat = etat.clone();
        etat.lecteur = Lecteur::of(own.iter().map(|id| (*id).to_owned()).collect());
        one(&etat, "PAC-E", 2019, 10 * 100_000)
    };
    let network = read(&[]);
    assert_eq!(network.chiffre, Some(Chiffre::SECRET));
    assert_eq!((network.atteint, network.distance(), network.rythme), (None, None, None));
    assert_eq!(network.fin, Fin::Non(Raison::Secret));
    let own = read(&["A"]);
    assert_eq!((own.atteint, own.distance()), (Some(false), Some(-7.0)));
}

#[test]
fn a_rate_needs_more_of_what_is_to_come_than_of_what_was() {
    let etat = centre();
    let found = one(&etat, "PAC-P", 2019, 60_000);
    let Some(Rythme::Taux { requis, attendus }) = found.rythme else { panic!("{found:?}") };
    // 440 more exits as in 2018: 0.6 × 680 − 120 = 288 out of 440.
    assert!((attendus - 440.0).abs() < 4.0 && (requis - 0.6545).abs() < 0.005, "{requis}");
    let Fin::Prevue(end, _) = found.fin else { panic!("{:?}", found.fin) };
    assert!(end.bas < 0.5 && 0.5 < end.haut && end.bas > 0.42 && end.haut < 0.58, "{end:?}");
    let reached = one(&etat, "PAC-P", 2019, 50_000);
    assert_eq!((reached.atteint, reached.rythme), (Some(true), None));
}

#[test]
fn nothing_is_told_of_what_does_not_add_up_is_over_or_is_too_little() {
    let mut etat = centre();
    assert_eq!(one(&etat, "PAC-E", 2018, 1).fin, Fin::Finie);
    assert_eq!(one(&etat, "PAC-E", 2020, 1).fin, Fin::Non(Raison::NonRecu));
    let key = ("A", Niveau::Structure, "");
    // Persons seen in several months are fewer than the months add up to.
    for month in 1..=6 {
        measure(&mut etat, key, &format!("2019-{month:02}"), "ACC-J", (9.0, 0.0));
    }
    measure(&mut etat, key, "2019", "ACC-J", (40.0, 0.0));
    assert_eq!(one(&etat, "ACC-J", 2019, 1).fin, Fin::Non(Raison::NonAdditif));
    measure(&mut etat, key, "2019", "QUA-H", (40.0, 100.0));
    assert_eq!(one(&etat, "QUA-H", 2019, 1).fin, Fin::Non(Raison::Mesure));
    for month in 1..=6 {
        let count = if month == 1 { 9.0 } else { 0.0 };
        measure(&mut etat, key, &format!("2019-{month:02}"), "ACC-N", (count, 0.0));
    }
    measure(&mut etat, key, "2019", "ACC-N", (9.0, 0.0));
    assert_eq!(one(&etat, "ACC-N", 2019, 10_000_000).fin, Fin::Non(Raison::TropPeu));
    forget(&mut etat, "A", &["parcours"]);
    let lost = one(&etat, "PAC-E", 2019, 1);
    assert_eq!((lost.fin, lost.atteint), (Fin::Non(Raison::NonRecu), None));
}

#[test]
fn what_is_left_is_told_in_rows_where_the_end_is_not() {
    let mut etat = centre();
    let key = ("A", Niveau::Structure, "");
    for month in 1..=6 {
        measure(&mut etat, key, &format!("2019-{month:02}"), "ACC-J", (9.0, 0.0));
    }
    measure(&mut etat, key, "2019", "ACC-J", (40.0, 0.0));
    measure(&mut etat, key, "2019", "QUA-H", (43.0, 210.0));
    measure(&mut etat, key, "2019", "RAT-7", (300.0, 100.0));
    measure(&mut etat, key, "2019", "ALL-M", (300.0, 100.0));
    let rest = |code: &str, valeur| match one(&etat, code, 2019, valeur).rythme {
        Some(Rythme::EnTout { reste, mois }) => {
            assert!((mois - 184.0 / MOIS).abs() < 1e-9);
            Some(reste)
        }
        other => {
            assert_eq!(other, None, "{code}");
            None
        }
    };
    // 60 young people, 40 seen.
    assert_eq!(rest("ACC-J", 60 * 100_000), Some(20.0));
    // 10 for 100 is 21 of 210: 22 fewer. 10.2 is 21.42: as many.
    assert_eq!(rest("QUA-H", 1_000_000), Some(-22.0));
    assert_eq!(rest("QUA-H", 1_020_000), Some(-22.0));
    // 3.5 interviews for each of 100: 50 more.
    assert_eq!(rest("RAT-7", 350_000), Some(50.0));
    // Amounts, and what is reached: nothing.
    assert_eq!(rest("ALL-M", 350_000), None);
    assert_eq!(rest("ACC-J", 40 * 100_000), None);
    // What is too little to be projected is counted all the same.
    for month in 1..=6 {
        let count = if month == 1 { 9.0 } else { 0.0 };
        measure(&mut etat, key, &format!("2019-{month:02}"), "ACC-N", (count, 0.0));
    }
    measure(&mut etat, key, "2019", "ACC-N", (9.0, 0.0));
    let few = one(&etat, "ACC-N", 2019, 100 * 100_000);
    assert_eq!(few.fin, Fin::Non(Raison::TropPeu));
    assert!(matches!(few.rythme, Some(Rythme::EnTout { reste: 91.0, .. })), "{few:?}");
}

#[test]
fn for_want_of_a_year_before_the_days_are_counted() {
    let mut etat = centre();
    let resultats = std::sync::Arc::make_mut(&mut etat.centres.get_mut("A").unwrap().resultats);
    resultats.indicateurs.retain(|stored| stored.periode.debut.year() == 2019);
    let found = one(&etat, "PAC-E", 2019, 300 * 100_000);
    let Fin::Prevue(end, Methode::Jours(part)) = found.fin else { panic!("{:?}", found.fin) };
    assert!((part - 181.0 / 365.0).abs() < 1e-9 && (end.milieu - 242.0).abs() < 2.0, "{end:?}");
}

#[test]
fn lower_is_reached_from_above() {
    assert!(reaches(Sens::Bas, 10.0, 10.0) && !reaches(Sens::Bas, 10.5, 10.0));
    assert!(reaches(Sens::Haut, 0.6, 0.6) && !reaches(Sens::Haut, 0.59, 0.6));
}

/// Young people in PACEA, and those among them who had an obstacle lifted: ten of twenty a month, as the year before.
fn with_p7(annee: (f64, f64)) -> Etat {
    let mut etat = empty();
    receive(&mut etat, "A", "Urbain", date(2019, 6, 30));
    let key = ("A", Niveau::Structure, "");
    for code in ["LEV-P", "RAT-7"] {
        for month in 1..=12 {
            measure(&mut etat, key, &format!("2018-{month:02}"), code, (10.0, 20.0));
            if month <= 6 {
                measure(&mut etat, key, &format!("2019-{month:02}"), code, (10.0, 20.0));
            }
        }
        measure(&mut etat, key, "2019", code, annee);
    }
    etat
}

#[test]
fn a_share_made_of_two_counts_ends_as_a_rate_does_where_its_months_add_up() {
    let etat = with_p7((60.0, 120.0));
    let found = one(&etat, "LEV-P", 2019, 60_000);
    let Fin::Prevue(end, Methode::Saison(part)) = found.fin else { panic!("{:?}", found.fin) };
    assert!((part - 0.5).abs() < 1e-9);
    assert!((end.milieu - 0.5).abs() < 0.005, "{end:?}");
    // As many young people are still to come: the half that is behind is known, and of the other half the rate varies
    // by 1.96 × √(0.25/120 + 0.25/120) = 12.7 points around it, hence 6.3 of the whole.
    assert!((end.bas - 0.437).abs() < 0.01 && (end.haut - 0.563).abs() < 0.01, "{end:?}");
    let Some(Rythme::Taux { requis, attendus }) = found.rythme else { panic!("{found:?}") };
    // 0.6 × 240 − 60 = 84 of the 120 to come.
    assert!((attendus - 120.0).abs() < 3.0 && (requis - 0.7).abs() < 0.01, "{requis} {attendus}");
    assert_eq!((found.compte.code.as_str(), found.parmi.code.as_str()), ("LEV-J", "PAC-Y"));
    // What may pass one is no share: interviews for each young person.
    let other = one(&etat, "RAT-7", 2019, 60_000);
    assert_eq!(other.fin, Fin::Non(Raison::Mesure));
}

#[test]
fn a_share_whose_young_people_are_counted_month_after_month_is_not_told_from_its_months() {
    // Seventy young people, of whom twenty or so were in PACEA in each month.
    let found = one(&with_p7((60.0, 70.0)), "LEV-P", 2019, 90_000);
    assert_eq!(found.fin, Fin::Non(Raison::NonAdditif));
    // 0.9 × 70 is 63: three more.
    assert!(matches!(found.rythme, Some(Rythme::EnTout { reste: 3.0, .. })), "{found:?}");
}

#[test]
fn the_months_of_the_year_before_that_are_secret_tell_no_season() {
    let mut etat = empty();
    receive(&mut etat, "A", "Urbain", date(2019, 6, 30));
    let key = ("A", Niveau::Structure, "");
    for month in 1..=12 {
        // Three a month, and a December of thirty.
        let before = if month == 12 { 30.0 } else { 3.0 };
        measure(&mut etat, key, &format!("2018-{month:02}"), "PAC-E", (before, 0.0));
        if month <= 6 {
            measure(&mut etat, key, &format!("2019-{month:02}"), "PAC-E", (20.0, 0.0));
        }
    }
    measure(&mut etat, key, "2018", "PAC-E", (63.0, 0.0));
    measure(&mut etat, key, "2019", "PAC-E", (120.0, 0.0));
    let read = |own: &[&str]| {
        let mut etat = etat.clone();
        etat.lecteur = Lecteur::of(own.iter().map(|id| (*id).to_owned()).collect());
        one(&etat, "PAC-E", 2019, 300 * 100_000).fin
    };
    let Fin::Prevue(_, Methode::Saison(part)) = read(&["A"]) else { panic!("the own centre") };
    assert!((part - 18.0 / 63.0).abs() < 1e-9, "{part}");
    let Fin::Prevue(_, Methode::Jours(part)) = read(&[]) else { panic!("the network") };
    assert!((part - 181.0 / 365.0).abs() < 1e-9, "{part}");
}

#[test]
fn targets_read_together_stand_where_each_stands_alone() {
    let mut etat = centre();
    receive(&mut etat, "B", "Urbain", date(2019, 3, 31));
    let key = ("B", Niveau::Structure, "");
    for month in 1..=3 {
        measure(&mut etat, key, &format!("2019-{month:02}"), "PAC-E", (30.0, 0.0));
    }
    measure(&mut etat, key, "2019", "PAC-E", (90.0, 0.0));
    let of = |id: &str, code: &str, annee| {
        let mut target = objectif(code, annee, 30_000_000);
        target.cle.structure_id = id.to_owned();
        target
    };
    // Centres, years and indicators in turn, one that nobody knows, one that sent nothing.
    let all = [
        of("A", "PAC-E", 2019),
        of("A", "PAC-P", 2019),
        of("B", "PAC-E", 2019),
        of("A", "PAC-E", 2018),
        of("A", "XXX-X", 2018),
        of("B", "PAC-E", 2019),
        of("Z", "PAC-E", 2019),
        of("A", "PAC-E", 2020),
    ];
    let together = follow(&etat, &all);
    assert_eq!(together.len(), 7);
    let alone: Vec<Suivi<'_>> =
        all.iter().flat_map(|own| follow(&etat, std::slice::from_ref(own))).collect();
    assert_eq!(together, alone);
    let ends = together.iter().filter(|suivi| matches!(suivi.fin, Fin::Prevue(..))).count();
    assert_eq!(ends, 4, "{together:?}");
}
