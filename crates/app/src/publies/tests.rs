//! Files of published figures, and what stands beside a cohort, by values written by hand.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::date;
use mallette_domain::cohorte::{Cohorte, Evenement, Membre, Origine, Public, Question};
use mallette_domain::devenir::SituationVue;
use mallette_domain::publie::{Fiabilite, Mesure, Publie, Territoire};
use mallette_ingest::{Bornes, read_cells};

use super::acte::{Publies, Suite};
use super::lecture::{headers, read};
use super::rapprochement::{beside, read as read_mesure};
use super::{DEPART, in_force};
use crate::apport::fichier::{Lu, faulty};
use crate::apport::preview;
use crate::observatoire::Lue;
use crate::port::{Refus, Suivie};
use crate::secret::Lecteur;

fn file(text: &str) -> Result<Lu<Vec<Publie>>, String> {
    let bornes = Bornes { octets: 1 << 20, lignes: 1_000, colonnes: 50 };
    let tableaux = read_cells("publies.csv", text.as_bytes().to_vec(), bornes).unwrap();
    read(&tableaux).map_err(|Refus(raison)| raison)
}

/// A file with these lines under the header of the template.
fn lines(lines: &[&str]) -> Result<Lu<Vec<Publie>>, String> {
    file(&format!("{}\n{}\n", headers().join(";"), lines.join("\n")))
}

const QPV: &str = "qpv;;GJ;France;2015-2018;;20,5;%;Jeunes;Dares;officiel";

#[test]
fn the_file_that_mallette_comes_with_is_read_whole_and_shows_nothing_unverified_as_official() {
    let lu = file(DEPART).unwrap();
    assert_eq!(lu.fautes, []);
    assert_eq!(lu.contenu.len(), DEPART.lines().count() - 1);
    let by = |fiabilite| lu.contenu.iter().filter(move |one| one.fiabilite == fiabilite);
    assert!(by(Fiabilite::Officiel).count() > 50);
    // What is not of the office that made it is not official.
    for publie in by(Fiabilite::Officiel) {
        assert!(publie.source.contains("Dares") || publie.source.contains("DREES"), "{publie:?}");
        assert!(!publie.source.contains("repris"), "{publie:?}");
    }
    // The totals that Mallette works out are those of the months.
    for total in by(Fiabilite::Calcule) {
        let months = by(Fiabilite::Officiel)
            .filter(|one| one.libelle == total.libelle && one.du.year() == total.du.year());
        let sum: f64 = months.filter_map(Publie::nombre).sum();
        assert_eq!(Some(sum), total.nombre(), "{total:?}");
    }
    // Of the report, as its lines say it.
    let told = |mesure, territoire: &str| {
        let found = lu.contenu.iter().find(|one| {
            one.mesure == Some(mesure)
                && one.evenement == Some(Evenement::Gj)
                && one.territoire.to_string() == territoire
        });
        found.and_then(Publie::nombre)
    };
    assert_eq!(told(Mesure::Qpv, "Auvergne-Rhône-Alpes"), Some(0.2));
    assert_eq!(told(Mesure::NiveauVEtInfra, "Auvergne-Rhône-Alpes"), Some(0.68));
    assert_eq!(told(Mesure::Emploi, "Auvergne-Rhône-Alpes"), Some(0.77));
    assert_eq!(told(Mesure::Emploi, "France"), Some(0.72));
    assert_eq!(told(Mesure::Pmsmp, "Auvergne-Rhône-Alpes"), Some(26_822.0));
}

#[test]
fn each_line_at_fault_is_named_with_its_column_and_the_others_are_kept() {
    let lu = lines(&[
        QPV,
        "qvp;;GJ;France;2019;;20;%;Jeunes;Dares;officiel",
        "qpv;;;France;2019;;20;%;Jeunes;Dares;officiel",
        "qpv;;GJ;Lyon;2019;;20;%;Jeunes;Dares;officiel",
        "qpv;;GJ;France;2019;2018;20;%;Jeunes;Dares;officiel",
        "qpv;;GJ;France;31/02/2019;;20;%;Jeunes;Dares;officiel",
        "qpv;;GJ;France;2019;;20 %;%;Jeunes;Dares;officiel",
        "qpv;;GJ;France;2019;;120;%;Jeunes;Dares;officiel",
        "qpv;;GJ;France;2019;;20;jeunes;Jeunes;Dares;officiel",
        "qpv;;GJ;France;2019;;20;%;;;sûr",
        QPV,
        ";;GJ;France;2019;;20;;Jeunes;Dares;officiel",
        "pmsmp;;GJ;84;2019-03;;-1;;Jeunes;Dares;officiel",
        "jeunes;Entrées;premier accueil;84;2019-03;;1 204;;Jeunes;Dares;à vérifier",
    ])
    .unwrap();
    let told: Vec<(u32, &str)> =
        lu.fautes.iter().map(|faute| (faute.ligne, faute.colonne.as_str())).collect();
    assert_eq!(
        told,
        [
            (3, "Mesure"),
            (4, "Entrée dans"),
            (5, "Territoire"),
            (6, "Au"),
            (7, "Du"),
            (8, "Valeur"),
            (9, "Valeur"),
            (10, "Unité"),
            (11, "Qui est compté"),
            (11, "Source"),
            (11, "Fiabilité"),
            (12, "Valeur"),
            (13, "Libellé"),
            (14, "Valeur"),
        ]
    );
    assert_eq!(faulty(&lu.fautes), 12);
    assert!(lu.fautes.iter().any(|faute| faute.raison.contains("la ligne 2")), "given twice");
    assert_eq!(lu.contenu.len(), 2);
    let kept = &lu.contenu[1];
    assert_eq!((kept.valeur.as_str(), kept.evenement), ("1204", Some(Evenement::PremierAccueil)));
    assert_eq!((kept.du, kept.au), (date(2019, 3, 1), date(2019, 3, 31)));
    assert_eq!(lu.contenu[0].du, date(2015, 1, 1));
    assert_eq!(lu.contenu[0].libelle, Mesure::Qpv.libelle());
}

#[test]
fn what_is_no_file_of_published_figures_says_what_it_should_be() {
    assert!(file("Centre;Jeunes\nLyon;3\n").unwrap_err().contains("« Territoire »"));
    assert!(lines(&[]).unwrap_err().contains("aucune ligne"));
    let more = file(&format!("{};Remarque\n{QPV};vu\n", headers().join(";"))).unwrap();
    assert_eq!((more.ignorees, more.contenu.len()), (vec!["Remarque".to_owned()], 1));
}

#[test]
fn a_later_file_stands_in_the_place_of_an_earlier_one_until_it_is_undone() {
    let first = lines(&[QPV]).unwrap();
    let second = lines(&[&QPV.replace("20,5", "21")]).unwrap();
    let shown = preview(&Publies, "a.csv", &first, &Vec::new());
    assert_eq!((shown.lignes[0].1.clone(), shown.vide), (Suite::Nouveau, false));
    let held = vec![(1, first.contenu[0].clone())];
    assert!(preview(&Publies, "a.csv", &first, &held).vide);
    let replaced = Suite::Remplace("20.5".to_owned(), "Dares".to_owned());
    assert_eq!(preview(&Publies, "b.csv", &second, &held).lignes[0].1, replaced);
    let brought = BTreeMap::from([(1, first.contenu), (2, second.contenu)]);
    let value = |undone: &[i64]| {
        let kept = in_force(brought.clone(), &undone.iter().copied().collect::<BTreeSet<_>>());
        kept.iter().map(|(rang, publie)| (*rang, publie.valeur.clone())).collect::<Vec<_>>()
    };
    assert_eq!(value(&[]), [(2, "21".to_owned())]);
    assert_eq!(value(&[2]), [(1, "20.5".to_owned())]);
    assert_eq!(value(&[1, 2]), []);
}

fn question() -> Question {
    Question {
        evenement: Evenement::Gj,
        du: date(2015, 1, 1),
        au: date(2018, 12, 31),
        public: Public::Tous,
    }
}

#[test]
fn shares_of_any_place_stand_beside_a_cohorte_and_counts_of_the_same_days_of_a_region_only() {
    let publies = file(DEPART).unwrap().contenu;
    let found = beside(&publies, &question());
    let told: Vec<(Mesure, String)> =
        found.iter().map(|(publie, mesure)| (*mesure, publie.territoire.to_string())).collect();
    let region = || "Auvergne-Rhône-Alpes".to_owned();
    for wanted in [
        (Mesure::Jeunes, region()),
        (Mesure::Pmsmp, region()),
        // The source does not say when: both are told.
        (Mesure::EmploiPendant, "France".to_owned()),
        (Mesure::EmploiSortie, "France".to_owned()),
    ] {
        assert!(told.contains(&wanted), "{wanted:?} in {told:?}");
    }
    let other = Question { du: date(2016, 1, 1), ..question() };
    let shares = beside(&publies, &other);
    assert!(!shares.is_empty() && shares.iter().all(|(_, mesure)| *mesure != Mesure::Jeunes));
    let minors = Question { public: Public::Mineurs, ..question() };
    assert!(beside(&publies, &minors).is_empty(), "published of all, not of minors");
    let france = Publie { territoire: Territoire::France, ..found[0].0.clone() };
    assert_eq!(france.mesure, Some(Mesure::Jeunes));
    assert!(beside(&[france], &question()).is_empty());
}

#[test]
fn a_measure_is_read_of_the_cohorte_with_its_secret() {
    let member = |niveau: &str, employed: bool| Membre {
        traits: ["18-21 ans", "F", niveau, "oui", "non", "HORS_UE", "non"]
            .map(|value| Some(value.to_owned()))
            .into(),
        entree: date(2017, 1, 2),
        sortie: Some(date(2018, 1, 2)),
        situations: employed
            .then(|| SituationVue {
                categorie: Some("EMPLOI".to_owned()),
                sous_type: Some("CDD_COURT".to_owned()),
                debut: Some(date(2017, 6, 1)),
                fin: Some(date(2017, 8, 1)),
                ..SituationVue::default()
            })
            .into_iter()
            .collect(),
    };
    let mut cohorte = Cohorte::default();
    for (niveau, count) in [("1", 10), ("2", 20), ("3", 30), ("4", 38), ("5", 2)] {
        for rank in 0..count {
            cohorte.count(&member(niveau, rank % 2 == 0), date(2021, 1, 1));
        }
    }
    let mut suivie = Suivie { comptes: 1, ..Suivie::default() };
    suivie.reseau.merge(&cohorte);
    suivie.centres.insert("A".to_owned(), cohorte);
    let whole = Lue::of_network(&suivie, &Lecteur::Machine);
    let told = |lue: &Lue, mesure| {
        let lecture = read_mesure(lue, mesure, Origine::Sortie);
        (lecture.compte, lecture.sur)
    };
    assert_eq!(told(&whole, Mesure::NiveauVEtInfra), (Some(60), Some(100)));
    assert_eq!(told(&whole, Mesure::NiveauInfraV), (Some(30), Some(100)));
    assert_eq!(told(&whole, Mesure::Femmes), (Some(100), Some(100)));
    assert_eq!(told(&whole, Mesure::Etrangers), (Some(100), Some(100)));
    assert_eq!(told(&whole, Mesure::EmploiPendant), (Some(50), Some(100)));
    // The job had ended at the exit.
    assert_eq!(told(&whole, Mesure::EmploiSortie), (Some(0), Some(100)));
    assert_eq!(told(&whole, Mesure::Mineurs), (Some(0), Some(100)));
    // Two of level 5: their number is secret, and that of another level with it.
    let network = Lue::of_network(&suivie, &Lecteur::of(BTreeSet::new()));
    let hidden = ["1", "2", "3"]
        .iter()
        .any(|niveau| network.traits("niveau_formation")[&Some((*niveau).to_owned())].is_none());
    assert_eq!(told(&network, Mesure::NiveauVEtInfra).0.is_none(), hidden);
    assert!(hidden);
}
