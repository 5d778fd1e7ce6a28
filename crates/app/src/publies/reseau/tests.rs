//! Which published counts an indicator counts too, and what is said of the network beside them, by values written by
//! hand.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::date;
use mallette_catalogue::Catalogue;
use mallette_domain::cohorte::Evenement;
use mallette_domain::publie::Fiabilite;
use mallette_domain::resultat::Niveau;
use mallette_ingest::{Bornes, read_cells};

use super::super::{DEPART, lecture};
use super::comptes::COMPTES;
use super::*;
use crate::lecture::indicateurs::essai::{empty, forget, measure, receive};
use crate::secret::Lecteur;

/// Entries in Garantie jeunes over September 2019.
fn entries() -> Publie {
    Publie {
        libelle: "Entrées en Garantie jeunes".to_owned(),
        mesure: None,
        evenement: Some(Evenement::Gj),
        territoire: Territoire::France,
        du: date(2019, 9, 1),
        au: date(2019, 9, 30),
        valeur: "12500".to_owned(),
        unite: "entrées".to_owned(),
        champ: "Entrées du mois".to_owned(),
        source: "Dares".to_owned(),
        fiabilite: Fiabilite::Officiel,
    }
}

fn code(publie: &Publie) -> Option<&'static str> {
    Compte::of(publie).filter(|_| days(publie).is_some()).map(|own| own.code)
}

/// Three centres of a région, which counted so many entries that month.
fn network(counts: [f64; 3], extraction: Date) -> Etat {
    let mut etat = empty();
    for (id, count) in ["A", "B", "C"].into_iter().zip(counts) {
        receive(&mut etat, id, "", extraction);
        measure(&mut etat, (id, Niveau::Structure, ""), "2019-09", "GJ-E", (count, 0.0));
    }
    etat
}

fn answer(etat: &Etat, publie: &Publie) -> Reponse {
    Reseau::new(etat, None).beside(publie).unwrap().reponse
}

#[test]
fn the_counts_of_the_file_that_mallette_comes_with_each_have_their_indicator() {
    let bornes = Bornes { octets: 1 << 20, lignes: 1_000, colonnes: 50 };
    let tableaux = read_cells("publies.csv", DEPART.as_bytes().to_vec(), bornes).unwrap();
    let lu = lecture::read(&tableaux).unwrap();
    let mut found: BTreeMap<&str, usize> = BTreeMap::new();
    for publie in &lu.contenu {
        *found.entry(code(publie).unwrap_or("none")).or_default() += 1;
    }
    // Months of 2020 to February 2022; of 2021 to February 2023 and two years; of 2022 to July 2024 and two years.
    let told = [("PAC-S", 26), ("GJ-E", 26 + 2), ("CEJ-N", 31 + 2), ("ACC-N", 1)];
    for (code, count) in told {
        assert_eq!(found[code], count, "{code}");
    }
    let told: usize = told.iter().map(|(_, count)| count).sum();
    assert_eq!(
        found["none"],
        lu.contenu.len() - told,
        "places, closed PACEA, shares: none of them"
    );
    assert_eq!(found.len(), 5);
}

#[test]
fn what_does_not_count_the_same_thing_is_refused() {
    assert_eq!(code(&entries()), Some("GJ-E"));
    let written = Publie { libelle: "entrees en garantie jeunes ".to_owned(), ..entries() };
    assert_eq!(code(&written), Some("GJ-E"));
    let of = |evenement, libelle: &str, unite: &str, champ: &str| Publie {
        evenement: Some(evenement),
        libelle: libelle.to_owned(),
        unite: unite.to_owned(),
        champ: champ.to_owned(),
        ..entries()
    };
    let (month, gj) = ("Entrées du mois", "Entrées en Garantie jeunes");
    for wrong in [
        of(Evenement::Pial, "Places de PIAL", "places", "Places ouvertes"),
        of(Evenement::Pial, "Entrées en PIAL", "places", month),
        of(Evenement::Pacea, gj, "entrées", month),
        of(Evenement::Gj, gj, "jeunes", month),
        of(Evenement::Gj, gj, "entrées", "Entrées du mois, mineurs"),
        of(Evenement::Gj, gj, "entrées", "Entrées du mois des femmes"),
        of(Evenement::Cej, "Entrées en CEJ", "entrées", month),
        of(Evenement::PremierAccueil, "Premiers accueils", "jeunes", "Jeunes reçus"),
    ] {
        assert_eq!(code(&wrong), None, "{wrong:?}");
    }
    for (sound, told) in [
        (
            of(
                Evenement::Cej,
                "Entrées en CEJ, hors renouvellements",
                "entrées",
                "Entrées du mois, tous opérateurs",
            ),
            "CEJ-N",
        ),
        (
            of(
                Evenement::Gj,
                gj,
                "entrées",
                "Entrées de l'année, dont celles d'après la fermeture",
            ),
            "GJ-E",
        ),
        (
            of(
                Evenement::PremierAccueil,
                "Premiers accueils",
                "jeunes",
                "Jeunes reçus pour la première fois en 2019",
            ),
            "ACC-N",
        ),
    ] {
        assert_eq!(code(&sound), Some(told), "{sound:?}");
    }
    // Of the last day of a month; over a year, it would be that of its last day.
    let stock = of(
        Evenement::Pacea,
        "PACEA en cours à la fin du mois",
        "PACEA",
        "PACEA en cours le dernier jour du mois",
    );
    assert_eq!(code(&stock), Some("PAC-S"));
    let year = Publie { du: date(2019, 1, 1), au: date(2019, 12, 31), ..stock };
    assert_eq!(code(&year), None);
}

#[test]
fn the_catalogue_counts_what_was_read_beside_the_published_definitions() {
    let catalogue = Catalogue::builtin().unwrap();
    for own in &COMPTES {
        let found = catalogue.indicateurs.iter().find(|one| one.code == own.code).unwrap();
        assert!(own.is_of(found), "{} was changed: read it again beside the series", own.code);
        let mut other = found.clone();
        other.population.push_str(" AND true");
        assert!(!own.is_of(&other), "{}: another definition is not compared", own.code);
    }
}

#[test]
fn the_network_stands_beside_what_is_published_with_its_share() {
    let etat = network([300.0, 500.0, 242.0], date(2019, 11, 4));
    let told = Reseau::new(&etat, None).beside(&entries()).unwrap();
    assert_eq!(
        (told.indicateur.code.as_str(), told.quoi),
        ("GJ-E", "entrées en Garantie jeunes publiées")
    );
    let Reponse::Compte { compte, part, centres, attendus } = told.reponse else {
        panic!("{told:?}")
    };
    assert!((compte - 1_042.0).abs() < 1e-9 && (part.unwrap() - 0.083_36).abs() < 1e-9);
    assert_eq!((centres, attendus), (3, 3));
    // Nothing published: no share.
    let nothing = Publie { valeur: "0".to_owned(), ..entries() };
    assert!(matches!(answer(&etat, &nothing), Reponse::Compte { part: None, .. }));
    // A région has its own centres only.
    let mut two = etat.clone();
    two.centres.get_mut("C").unwrap().rattachement.region = Some("11".to_owned());
    two.reseau.get_mut("C").unwrap().region = Some("11".to_owned());
    let of = |code: &str| Publie { territoire: Territoire::Region(code.to_owned()), ..entries() };
    for (region, count, centres) in [("84", 800.0, 2), ("11", 242.0, 1)] {
        let told = answer(&two, &of(region));
        assert!(
            matches!(told, Reponse::Compte { compte, attendus, .. } if compte == count && attendus == centres),
            "{told:?}"
        );
    }
    assert_eq!(answer(&two, &of("53")), Reponse::HorsReseau);
    // What no indicator counts has nothing beside it.
    let places = Publie { unite: "places".to_owned(), ..entries() };
    assert!(Reseau::new(&etat, None).beside(&places).is_none());
}

#[test]
fn extracts_that_stop_too_early_say_so_instead_of_a_share() {
    let counts = [300.0, 500.0, 242.0];
    assert_eq!(answer(&network(counts, date(2019, 9, 29)), &entries()), Reponse::Arretee);
    assert!(matches!(
        answer(&network(counts, date(2019, 9, 30)), &entries()),
        Reponse::Compte { .. }
    ));
    let mut one = network(counts, date(2019, 11, 4));
    one.centres.get_mut("B").unwrap().version.date_extraction = date(2019, 9, 15);
    assert_eq!(answer(&one, &entries()), Reponse::Incomplete(1));
    // One that stops before the month counts nothing of it, and is missing.
    let mut gone = empty();
    receive(&mut gone, "B", "", date(2019, 8, 31));
    for (id, count) in [("A", 300.0), ("C", 242.0)] {
        receive(&mut gone, id, "", date(2019, 11, 4));
        measure(&mut gone, (id, Niveau::Structure, ""), "2019-09", "GJ-E", (count, 0.0));
    }
    let told = answer(&gone, &entries());
    assert!(
        matches!(told, Reponse::Compte { compte, centres: 2, attendus: 3, .. } if compte == 542.0),
        "{told:?}"
    );
    // Days that are not kept are reckoned when they are asked for, and read from there.
    let older = Publie { du: date(2016, 9, 1), au: date(2016, 9, 30), ..entries() };
    assert_eq!(answer(&gone, &older), Reponse::NonCalculee);
    let mut computed = gone.clone();
    measure(&mut computed, ("A", Niveau::Structure, ""), "2016-09", "GJ-E", (25.0, 0.0));
    let periode = days(&older).unwrap();
    let told = Reseau::new(&gone, Some((periode, &computed))).beside(&older).unwrap().reponse;
    assert!(matches!(told, Reponse::Compte { compte, .. } if compte == 25.0), "{told:?}");
    // Nothing received, or not what tells entries.
    let mut none = network(counts, date(2019, 11, 4));
    for id in ["A", "B", "C"] {
        forget(&mut none, id, &["parcours"]);
    }
    assert_eq!(answer(&none, &entries()), Reponse::NonRecue);
    let mut expected = empty();
    expected.reseau = none.reseau.clone();
    assert_eq!(answer(&expected, &entries()), Reponse::NonRecue);
}

#[test]
fn a_figure_that_is_secret_for_who_reads_has_no_share() {
    let few = network([1.0, 1.0, 1.0], date(2019, 11, 4));
    assert!(matches!(answer(&few, &entries()), Reponse::Compte { .. }), "the machine reads all");
    let mut few = few;
    few.lecteur = Lecteur::of(BTreeSet::new());
    assert_eq!(answer(&few, &entries()), Reponse::Secret);
    let mut many = network([300.0, 500.0, 242.0], date(2019, 11, 4));
    many.lecteur = Lecteur::of(BTreeSet::new());
    assert!(matches!(answer(&many, &entries()), Reponse::Compte { .. }));
    // Of a région whose only centre counted two, neither it nor the whole less the rest tells them.
    let mut two = network([300.0, 500.0, 2.0], date(2019, 11, 4));
    two.centres.get_mut("C").unwrap().rattachement.region = Some("11".to_owned());
    two.reseau.get_mut("C").unwrap().region = Some("11".to_owned());
    two.lecteur = Lecteur::of(BTreeSet::new());
    let of = |code: &str| Publie { territoire: Territoire::Region(code.to_owned()), ..entries() };
    assert_eq!(answer(&two, &of("11")), Reponse::Secret);
    let shown = [entries(), of("84")].map(|publie| answer(&two, &publie));
    assert!(shown.contains(&Reponse::Secret), "{shown:?}");
}
