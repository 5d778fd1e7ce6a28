//! Coverages and allotments by hand, by straight loops, and against who subtracts.

use jiff::Timestamp;
use jiff::civil::date;
use mallette_domain::periode::{self, Periode};
use mallette_domain::resultat::Niveau;
use proptest::prelude::*;

use super::*;
use crate::contexte::Origine;
use crate::et_si::manque::explore;
use crate::lecture::indicateurs::carte::map;
use crate::lecture::indicateurs::chiffre::{Cellule, Chiffre};
use crate::lecture::indicateurs::essai::{empty, forget, indicateur, measure, receive};
use crate::lecture::indicateurs::fiche::sheet;
use crate::lecture::indicateurs::releve::{Releve, below};
use crate::secret::Lecteur;

const ACTIFS: &str = "16-25 ans actifs non occupés";
const SUBVENTION: &str = "Subvention de l'État";

fn serie(libelle: &str, annee: i16, valeurs: &[(&str, f64)]) -> Serie {
    Serie {
        variable: normalise(libelle),
        libelle: libelle.to_owned(),
        annee,
        unite: String::new(),
        source: "Insee".to_owned(),
        valeurs: valeurs.iter().map(|(id, value)| ((*id).to_owned(), *value)).collect(),
        import_rang: 7,
        le: Timestamp::UNIX_EPOCH,
    }
}

fn with(mut etat: Etat, mut series: Vec<Serie>) -> Etat {
    // As they come from the registry: by variable, then year.
    series.sort_by(|a, b| (&a.variable, a.annee).cmp(&(&b.variable, b.annee)));
    let origin = |serie: &Serie| {
        let origine = Origine { fichier: "insee.csv".to_owned(), empreinte: String::new() };
        ((serie.variable.clone(), serie.annee), origine)
    };
    let origines = series.iter().map(origin).collect();
    etat.contexte = Arc::new(Contexte { series, origines, ..Contexte::default() });
    lay(&mut etat);
    etat
}

/// Young people in contact and with an interview over 2019, by centre.
fn counted(counts: &[(&str, f64, f64)]) -> Etat {
    let mut etat = empty();
    for (id, contact, suivis) in counts {
        receive(&mut etat, id, "Urbain", date(2020, 1, 5));
        let key = (*id, Niveau::Structure, "");
        for periode in ["2019", "2019-03"] {
            measure(&mut etat, key, periode, "ACC-C", (*contact, 0.0));
            measure(&mut etat, key, periode, "ACC-S", (*suivis, 0.0));
        }
        measure(&mut etat, (*id, Niveau::Antenne, "Nord"), "2019", "ACC-C", (*contact, 0.0));
    }
    etat
}

fn figure(etat: &Etat, code: &str, id: &str) -> Option<Chiffre> {
    Releve::new(etat, periode::year(2019)).chiffre(indicateur(etat, code), id)
}

fn cell(etat: &Etat, code: &str, id: &str) -> Cellule {
    figure(etat, code, id).as_ref().into()
}

#[test]
fn a_count_stands_over_the_series_of_its_year_in_the_centres_that_have_both() {
    let etat = counted(&[("A", 40.0, 20.0), ("B", 60.0, 30.0), ("C", 10.0, 10.0), ("D", 5.0, 5.0)]);
    let mut etat = with(
        etat,
        vec![
            serie(ACTIFS, 2017, &[("A", 1.0), ("B", 1.0), ("C", 1.0)]),
            serie(ACTIFS, 2018, &[("A", 200.0), ("B", 800.0)]),
            // A year that had not come, and another variable.
            serie(ACTIFS, 2020, &[("A", 1.0)]),
            serie("ETP", 2019, &[("A", 10.5)]),
            serie(SUBVENTION, 2019, &[("A", 250_000.0), ("B", 90_000.0)]),
        ],
    );
    forget(&mut etat, "D", &["evenements"]);
    lay(&mut etat);
    let own = figure(&etat, "RAT-1", "A").unwrap();
    assert_eq!((own.numerateur, own.denominateur), (Some(40.0), Some(200.0)));
    // Forty in two hundred; its list is that of the forty.
    assert_eq!((own.valeur, own.lignes_numerateur, own.lignes), (Some(0.2), Some(40), None));
    assert_eq!(cell(&etat, "RAT-1", "B"), Cellule::Valeur(0.075));
    // Of two years the last: C had a value in the one before only. D sent no event.
    assert_eq!(cell(&etat, "RAT-1", "C"), Cellule::Nc);
    assert_eq!(cell(&etat, "RAT-1", "D"), Cellule::NonRecu);
    assert_eq!(figure(&etat, "RAT-1", "C").unwrap().lignes_numerateur, None, "no list to open");
    assert_eq!(cell(&etat, "RAT-3", "A"), Cellule::Valeur(40.0 / 10.5));
    // Euros for each young person: the count is below the bar.
    let euros = figure(&etat, "RAT-12", "A").unwrap();
    assert_eq!((euros.valeur, euros.lignes), (Some(12_500.0), Some(20)));
    // No series at all.
    assert_eq!(cell(&etat, "RAT-13", "A"), Cellule::Nc);
    // A hundred in a thousand: C and D are on neither side.
    let releve = Releve::new(&etat, periode::year(2019));
    let total = releve.total(indicateur(&etat, "RAT-1"), ["A", "B", "C", "D"]);
    assert_eq!((total.chiffre.unwrap().valeur, total.centres), (Some(0.1), 2));
    let none = releve.total(indicateur(&etat, "RAT-13"), ["A", "B"]);
    assert_eq!((Cellule::from(none.chiffre.as_ref()), none.centres), (Cellule::Nc, 0));
    let euros = releve.total(indicateur(&etat, "RAT-12"), ["A", "B", "C"]);
    assert_eq!(euros.chiffre.unwrap().valeur, Some(6_800.0), "340 000 for fifty");
}

#[test]
fn a_month_has_no_coverage_nor_an_antenne_and_the_page_says_what_it_stands_over() {
    let series = vec![serie(ACTIFS, 2018, &[("A", 200.0)])];
    let etat = with(counted(&[("A", 40.0, 20.0)]), series);
    let own = indicateur(&etat, "RAT-1");
    let month: Periode = "2019-03".parse().unwrap();
    let releve = Releve::new(&etat, month);
    assert_eq!(Cellule::from(releve.chiffre(own, "A").as_ref()), Cellule::Nc);
    assert!(matches!(releve.chiffre(own, "A"), Some(Chiffre { lignes_numerateur: None, .. })));
    let told = |periode: Periode| told(&etat.contexte, own, periode).unwrap();
    assert!(told(month).contains("année civile"), "{}", told(month));
    let year = told(periode::year(2019));
    for word in [ACTIFS, "série de 2018, faute de 2019", "Insee", "insee.csv", "01/01/1970"] {
        assert!(year.contains(word), "{word} in {year}");
    }
    let before = told(periode::year(2016));
    assert!(before.contains("aucune série") && before.contains("de 2016 ni d'avant"), "{before}");
    assert_eq!(super::told(&etat.contexte, indicateur(&etat, "PAC-P"), month), None);
    let centre = &etat.centres["A"];
    assert!(below(&etat, centre, own, periode::year(2019), Niveau::Antenne).is_empty());
    let fiche = sheet(&etat, &etat, own, periode::year(2019), Some("A"));
    assert!(fiche.mois().is_empty() && fiche.centre.unwrap().antennes.is_empty());
}

#[test]
fn coverages_are_placed_among_peers_and_what_they_would_take_is_told() {
    // 10, 20, 30, 40 and 50 young people in contact, a hundred each.
    let ids = ["A", "B", "C", "D", "E"];
    let counts: Vec<(&str, f64, f64)> =
        ids.iter().zip(1_u32..).map(|(id, rank)| (*id, f64::from(rank * 10), 9.0)).collect();
    let values: Vec<(&str, f64)> = ids.iter().map(|id| (*id, 100.0)).collect();
    let etat = with(counted(&counts), vec![serie(ACTIFS, 2019, &values)]);
    let fiche = sheet(&etat, &etat, indicateur(&etat, "RAT-1"), periode::year(2019), Some("B"));
    let place = fiche.centre.unwrap().place.unwrap();
    assert_eq!((place.n, place.position.quart), (5, 1));
    assert!((place.position.ecart_mediane + 0.1).abs() < 1e-12, "{place:?}");
    let boite = fiche.groupes[0].boite.as_ref().unwrap();
    assert_eq!((boite.q1, boite.mediane, boite.q3), (0.2, 0.3, 0.4));
    let carte = map(&etat, periode::year(2019), None);
    let rank = carte.indicateurs.iter().position(|own| own.code == "RAT-1").unwrap();
    assert_eq!(carte.lignes[4].cases[rank].quart, Some(4));
    // Of the year of the extraction there is no count yet; over 2019, twenty-two more make 42 %.
    let mut etat = etat;
    for centre in etat.centres.values_mut() {
        centre.version.date_extraction = date(2019, 11, 30);
    }
    let found = explore(&etat, "B", indicateur(&etat, "RAT-1"), Some(0.42)).unwrap();
    assert_eq!(found.with((1, 0), 22), Some(0.42));
    assert!(found.manques.iter().all(|manque| manque.facons.len() == 1), "{found:?}");
    assert!(explore(&etat, "B", indicateur(&etat, "RAT-12"), None).is_none(), "no series");
}

#[test]
fn a_coverage_is_secret_where_its_count_is_and_nowhere_else() {
    let counts = [("A", 3.0, 2.0), ("B", 30.0, 20.0), ("C", 40.0, 30.0), ("D", 50.0, 0.0)];
    let values = [("A", 100.0), ("B", 1_000.0), ("C", 500.0), ("D", 400.0)];
    let series = || {
        vec![
            serie(ACTIFS, 2019, &values),
            serie("Total des produits", 2019, &values),
            serie(SUBVENTION, 2019, &values),
        ]
    };
    let mut etat = with(counted(&counts), series());
    etat.lecteur = Lecteur::of(["C".to_owned()].into());
    let secrets = |code: &str| -> Vec<bool> {
        let ids = counts.iter().map(|(id, ..)| *id);
        ids.map(|id| cell(&etat, code, id) == Cellule::Secret).collect()
    };
    let hidden = secrets("ACC-C");
    assert!(
        hidden[0] && !hidden[2] && hidden.iter().filter(|one| **one).count() == 2,
        "{hidden:?}"
    );
    for code in ["RAT-1", "RAT-13"] {
        assert_eq!(secrets(code), hidden, "{code}");
    }
    // A zero is a zero, above the bar and below it.
    assert_eq!(cell(&etat, "RAT-4", "D"), Cellule::Valeur(0.0));
    assert_eq!(cell(&etat, "RAT-12", "D"), Cellule::Nc);
    assert_eq!(secrets("RAT-4"), secrets("ACC-S"));
    // Totals too: that of all is read, one that a missing value makes of some is not.
    let of_all = |etat: &Etat| {
        let releve = Releve::new(etat, periode::year(2019));
        let total = releve.total(indicateur(etat, "RAT-1"), ["A", "B", "C", "D"]);
        Cellule::from(total.chiffre.as_ref())
    };
    assert_eq!(of_all(&etat), Cellule::Valeur(123.0 / 2_000.0));
    let mut partial = with(counted(&counts), vec![serie(ACTIFS, 2019, &values[..3])]);
    partial.lecteur = Lecteur::of(["C".to_owned()].into());
    assert_eq!(of_all(&partial), Cellule::Secret, "it would tell A and B together, without D");
}

#[test]
fn a_catalogue_tells_which_series_it_waits_for() {
    let etat = with(empty(), vec![serie(ACTIFS, 2018, &[("A", 1.0)])]);
    let all = expected(&etat.catalogue, &etat.contexte);
    let of = |libelle: &str| all.iter().find(|own| own.libelles[0] == libelle).unwrap();
    let codes = |own: &Attendue<'_>| -> Vec<String> {
        own.indicateurs.iter().map(|own| own.code.clone()).collect()
    };
    let actifs = of("Jeunes de 16 à 25 ans actifs non occupés");
    assert_eq!(codes(actifs), ["RAT-1", "RAT-2", "RAT-4"]);
    // Found under another of its names.
    assert_eq!(actifs.serie.map(|serie| serie.annee), Some(2018));
    assert_eq!((codes(of("ETP")), of("ETP").serie), (vec!["RAT-3".to_owned()], None));
    assert_eq!(all.len(), 6);
}

#[test]
fn a_year_that_is_not_over_says_where_its_count_stops() {
    let year = periode::year(2019);
    assert_eq!(unfinished(year, Some(date(2019, 12, 31))), None);
    assert!(unfinished(year, Some(date(2019, 11, 4))).unwrap().contains("04/11/2019"));
    assert_eq!(unfinished(year, None), None);
}

/// Every coverage as it is read, by hand: its code, what it counts, the series under one of its names, whether that
/// one stands above the bar.
const TOUTES: [(&str, &str, &str, bool); 8] = [
    ("COU-T", "ACC-C", "Jeunes ni en emploi ni en études", false),
    ("RAT-1", "ACC-C", ACTIFS, false),
    ("RAT-2", "ACC-N", ACTIFS, false),
    ("RAT-4", "ACC-S", ACTIFS, false),
    ("RAT-3", "ACC-C", "ETP", false),
    ("RAT-5", "ACC-S", "Conseillers en ETP", false),
    ("RAT-12", "ACC-S", SUBVENTION, true),
    ("RAT-13", "ACC-C", "Produits", true),
];

/// A centre: what it counts of three indicators, the value of the series of 2017, that of 2019.
type Centre = ([u32; 3], Option<u32>, Option<u32>);

const COMPTES: [&str; 3] = ["ACC-C", "ACC-N", "ACC-S"];

#[test]
fn every_coverage_of_the_catalogue_is_tried_below() {
    let catalogue = Catalogue::builtin().unwrap();
    let all = catalogue.indicateurs.iter().filter(|own| own.couverture.is_some());
    let mut all: Vec<&str> = all.map(|own| own.code.as_str()).collect();
    all.sort_unstable();
    let mut tried = TOUTES.map(|(code, ..)| code);
    tried.sort_unstable();
    assert_eq!(all, tried);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]
    /// Straight loops over what was counted and what files say give the same figures and the same totals, and the
    /// command line's way of making them too.
    #[test]
    fn figures_and_totals_are_those_of_straight_loops(
        centres in prop::collection::vec(
            (prop::array::uniform3(0_u32..50), prop::option::of(0_u32..40), prop::option::of(0_u32..40)),
            1..7,
        ),
    ) {
        let centres: Vec<Centre> = centres;
        let mut etat = empty();
        let (mut before, mut own) = (Vec::new(), Vec::new());
        let ids: Vec<String> = (0..centres.len()).map(|rank| format!("C{rank}")).collect();
        for (id, (counts, old, new)) in ids.iter().zip(&centres) {
            receive(&mut etat, id, "", date(2020, 1, 5));
            for (code, count) in COMPTES.iter().zip(counts) {
                measure(&mut etat, (id, Niveau::Structure, ""), "2019", code, (f64::from(*count), 0.0));
            }
            before.extend(old.map(|value| (id.as_str(), f64::from(value) / 4.0)));
            own.extend(new.map(|value| (id.as_str(), f64::from(value) / 4.0)));
        }
        let is_own = !own.is_empty();
        let mut labels = TOUTES.map(|(_, _, label, _)| label).to_vec();
        labels.sort_unstable();
        labels.dedup();
        let mut series: Vec<Serie> =
            labels.iter().map(|label| serie(label, 2017, &before)).collect();
        if is_own {
            series.extend(labels.iter().map(|label| serie(label, 2019, &own)));
        }
        let etat = with(etat, series);
        let releve = Releve::new(&etat, periode::year(2019));
        let mesures: Vec<Mesure> = etat.centres.values()
            .flat_map(|centre| of_period(centre, periode::year(2019)).unwrap().to_vec()).collect();
        for (code, compte, _, inverse) in TOUTES {
            let indicateur = indicateur(&etat, code);
            let rank = COMPTES.iter().position(|known| *known == compte).unwrap();
            let made = super::measure(&etat.contexte, &[indicateur], &mesures, periode::year(2019));
            let (mut above, mut below, mut added) = (0.0, 0.0, 0);
            for (id, (counts, old, new)) in ids.iter().zip(&centres) {
                let value = if is_own { *new } else { *old }.map(|value| f64::from(value) / 4.0);
                let count = f64::from(counts[rank]);
                let expected = value.and_then(|value| {
                    let (up, down) = if inverse { (value, count) } else { (count, value) };
                    above += up;
                    below += down;
                    added += 1;
                    (down > 0.0).then(|| up / down)
                });
                let found = releve.chiffre(indicateur, id).unwrap().valeur;
                prop_assert_eq!(found, expected, "{}", code);
                let own = made.iter().find(|one| one.structure_id == *id);
                prop_assert_eq!(own.map(|one| &one.cumul), etat.centres[id].couvert(code, periode::year(2019)));
            }
            let total = releve.total(indicateur, ids.iter().map(String::as_str));
            let expected = (below > 0.0).then(|| above / below);
            prop_assert_eq!((total.chiffre.unwrap().valeur, total.centres), (expected, added), "{}", code);
        }
    }
}
