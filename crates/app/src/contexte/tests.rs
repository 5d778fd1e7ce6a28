//! Files, groups and expectations, by values computed by hand.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::date;
use mallette_domain::periode;
use mallette_domain::resultat::Niveau;
use mallette_ingest::{Bornes, Tableau, read_cells};

use super::acte::{Series, Suite};
use super::adoption::{Adoption, of_year, read_groups};
use super::attendu::{Verdict, compare};
use super::centres::Centres;
use super::lecture::{Reglage, SeriesLues, read};
use super::proposition::{Choix, propose};
use super::*;
use crate::apport::fichier::{Faute, Lu, faulty};
use crate::apport::preview;
use crate::lecture::indicateurs::essai::{empty, indicateur, measure, receive};

const LYON: &str = "69382S00";
const GRENOBLE: &str = "38185S00";

fn reseau() -> BTreeMap<String, String> {
    [(LYON, "69-ML LYON"), (GRENOBLE, "38-ML GRENOBLE"), ("X1", "ML de l'Essai")]
        .map(|(id, nom)| (id.to_owned(), nom.to_owned()))
        .into()
}

fn told(annee: &str) -> Reglage {
    Reglage { annee: annee.to_owned(), source: "Insee".to_owned(), unite: String::new() }
}

fn file(text: &str, reglage: &Reglage) -> Result<Lu<SeriesLues>, String> {
    let bornes = Bornes { octets: 1 << 20, lignes: 1_000, colonnes: 50 };
    let tableaux = read_cells("essai.csv", text.as_bytes().to_vec(), bornes).unwrap();
    read(&tableaux, &Centres::named(reseau()), reglage).map_err(|Refus(raison)| raison)
}

fn faults(lu: &Lu<SeriesLues>) -> Vec<(u32, &str, &str)> {
    let one = |faute: &'_ Faute| faute.ligne;
    lu.fautes.iter().map(|f| (one(f), f.colonne.as_str(), f.valeur.as_str())).collect()
}

#[test]
fn a_wide_file_is_read_by_code_or_name_with_french_numbers() {
    let text = "Titre du fichier\n\nCode;Nom du centre;Jeunes 16-25;ETP;Région\n\
                69382s00;Lyon;12\u{202f}345;10,5;84\n\
                ml de l'essai;;nc;−3;84\n";
    let lu = file(text, &told("2018")).unwrap();
    assert_eq!(lu.fautes, []);
    assert_eq!(lu.ignorees, ["Nom du centre", "Région"]);
    let jeunes = &lu.contenu[&("jeunes1625".to_owned(), 2018)];
    assert_eq!((jeunes.libelle.as_str(), jeunes.source.as_str()), ("Jeunes 16-25", "Insee"));
    assert_eq!(jeunes.valeurs, BTreeMap::from([(LYON.to_owned(), "12345".to_owned())]));
    let etp = &lu.contenu[&("etp".to_owned(), 2018)];
    assert_eq!(etp.valeurs[LYON], "10.5");
    assert_eq!(etp.valeurs["X1"], "-3");
}

#[test]
fn a_long_file_says_its_years_and_sources() {
    let text = "Centre;Année;Variable;Valeur;Source\n\
                Lyon;2018;Jeunes;10;Insee\nLyon;2019;Jeunes;12;Insee\n\
                Grenoble;2019;Jeunes;7;Dares\n";
    let lu = file(text, &Reglage::default()).unwrap();
    assert_eq!(lu.contenu.keys().map(|key| key.1).collect::<Vec<_>>(), [2018, 2019]);
    // Two sources for one series: the second line is refused, whole.
    assert_eq!(faults(&lu), [(4, "Source", "Dares")]);
    assert!(!lu.contenu[&("jeunes".to_owned(), 2019)].valeurs.contains_key(GRENOBLE));
}

#[test]
fn each_error_says_line_column_and_value() {
    let text = "Centre;Jeunes;ETP\n\
                Nulle part;1;1\n69382S00;12 %;trois\n;4;4\n38185S00;1;2\nGrenoble;1;2\n\
                75056S00;9;9\n";
    let lu = file(text, &told("2018")).unwrap();
    let expected = [
        (2, "Centre", "Nulle part"),
        (3, "Jeunes", "12 %"),
        (3, "ETP", "trois"),
        (4, "Centre", ""),
        (6, "Centre", "38185S00"),
        (7, "Centre", "75056S00"),
    ];
    assert_eq!(faults(&lu), expected);
    assert_eq!(faulty(&lu.fautes), 5);
    assert!(lu.fautes[4].raison.contains("la ligne 5"), "{:?}", lu.fautes[4]);
    // What is right is read all the same.
    assert_eq!(lu.contenu[&("jeunes".to_owned(), 2018)].valeurs.len(), 1);
}

#[test]
fn a_missing_year_or_source_is_said_line_by_line_and_a_wrong_one_at_once() {
    let text = "Centre;Jeunes\nLyon;1\nGrenoble;2\n";
    let without = file(text, &Reglage { annee: String::new(), ..told("") }).unwrap();
    assert_eq!((faulty(&without.fautes), without.contenu.len()), (2, 0));
    assert!(without.fautes[0].raison.contains("L'année manque"));
    let without = file(text, &Reglage { annee: "2018".to_owned(), ..Reglage::default() }).unwrap();
    assert!(without.fautes[0].raison.contains("La source manque"));
    assert!(file(text, &told("18")).unwrap_err().contains("« 18 »"));
    assert!(file("Ville;Jeunes\nLyon;1\n", &told("2018")).unwrap_err().contains("ne nomme"));
    assert!(file("Centre;Jeunes;jeunes !\nLyon;1;2\n", &told("2018")).is_err(), "twice");
    assert!(file("Centre;Jeunes\n", &told("2018")).unwrap_err().contains("aucune valeur"));
    let stray = file("Centre;Jeunes\nLyon;1;;7\n", &told("2018")).unwrap();
    assert_eq!(stray.ignorees, ["colonne 4 sans en-tête"]);
}

#[test]
fn a_centre_that_ended_keeps_the_years_that_it_saw_and_is_told_by_whom_it_is_followed() {
    let ended =
        |le| Centres::named(reseau()).with_ended(LYON, "69-ML LYON", le, &["ML de l'Essai"]);
    let text =
        "Centre;Année;Jeunes\n69-ML LYON;2018;10\nLyon;2019;11\n69382S00;2020;12\nX1;2020;30\n";
    let read_with = |centres: &Centres| {
        let bornes = Bornes { octets: 1 << 20, lignes: 1_000, colonnes: 50 };
        let tableaux = read_cells("essai.csv", text.as_bytes().to_vec(), bornes).unwrap();
        read(&tableaux, centres, &told("")).unwrap()
    };
    let years = |lu: &Lu<SeriesLues>| {
        let own = lu.contenu.iter().filter(|(_, serie)| serie.valeurs.contains_key(LYON));
        own.map(|((_, annee), _)| *annee).collect::<Vec<_>>()
    };
    // In the middle of 2019: that year is still its own; from 1 January 2019 on, it is not.
    let middle = read_with(&ended(date(2019, 7, 1)));
    assert_eq!((years(&middle), faults(&middle)), (vec![2018, 2019], vec![(4, "Centre", LYON)]));
    let raison = &middle.fautes[0].raison;
    assert!(raison.contains("01/07/2019") && raison.contains("ML de l'Essai"), "{raison}");
    assert_eq!(years(&read_with(&ended(date(2019, 1, 1)))), [2018]);
    // Nothing of the others is lost, nor is it waited for among the centres of the network.
    assert_eq!(middle.contenu[&("jeunes".to_owned(), 2020)].valeurs["X1"], "30");
    let series = Series { centres: ended(date(2019, 7, 1)), reglage: told("") };
    let shown = preview(&series, "f", &middle, &Contexte::default());
    let last = shown.lignes.iter().find(|ligne| ligne.annee == 2020).unwrap();
    assert_eq!(last.manquants, ["38-ML GRENOBLE"]);
}

#[test]
fn what_is_wrong_names_its_sheet_and_is_read_again_as_it_was_kept() {
    let text = "Centre;Jeunes\nLyon;dix\n";
    let bornes = Bornes { octets: 1 << 20, lignes: 1_000, colonnes: 50 };
    let mut tableaux = read_cells("essai.csv", text.as_bytes().to_vec(), bornes).unwrap();
    tableaux[0].feuille = Some("2018".to_owned());
    let cover = Tableau { feuille: Some("Lisez-moi".to_owned()), ..tableaux[0].clone() };
    let cover = Tableau { lignes: cover.lignes[1..].to_vec(), ..cover };
    tableaux.insert(0, cover);
    let lu = read(&tableaux, &Centres::named(reseau()), &told("2018")).unwrap();
    assert_eq!((lu.feuille.as_deref(), lu.ignorees.len()), (Some("2018"), 1));
    assert_eq!(lu.fautes[0].feuille.as_deref(), Some("2018"));
    let kept = serde_json::to_string(&lu.fautes).unwrap();
    assert_eq!(serde_json::from_str::<Vec<Faute>>(&kept).unwrap(), lu.fautes);
    // Those kept before sheets were.
    let before = r#"[{"ligne":3,"colonne":"ETP","valeur":"","raison":"Vide."}]"#;
    assert_eq!(serde_json::from_str::<Vec<Faute>>(before).unwrap()[0].feuille, None);
}

fn serie(variable: &str, annee: i16, valeurs: &[(&str, f64)]) -> Serie {
    Serie {
        variable: variable.to_owned(),
        libelle: variable.to_uppercase(),
        annee,
        unite: String::new(),
        source: "Insee".to_owned(),
        valeurs: valeurs.iter().map(|(id, value)| ((*id).to_owned(), *value)).collect(),
        import_rang: 1,
        le: Timestamp::UNIX_EPOCH,
    }
}

fn with(series: Vec<Serie>) -> Contexte {
    Contexte { series, ..Contexte::default() }
}

#[test]
fn a_preview_tells_what_is_new_replaced_and_the_same() {
    let lu = file("Centre;Jeunes;ETP\nLyon;10;3\nGrenoble;20;\n", &told("2018")).unwrap();
    let network = Series { centres: Centres::named(reseau()), reglage: told("2018") };
    let current = |valeurs| {
        let jeunes = Serie { libelle: "Jeunes".to_owned(), ..serie("jeunes", 2018, valeurs) };
        preview(&network, "f", &lu, &with(vec![jeunes]))
    };
    let other = current(&[(LYON, 11.0), (GRENOBLE, 20.0), ("X1", 5.0)]);
    let [etp, jeunes] = other.lignes.as_slice() else { panic!("{other:?}") };
    assert_eq!((&etp.suite, etp.centres, etp.manquants.len()), (&Suite::Nouvelle, 1, 2));
    let le = Timestamp::UNIX_EPOCH;
    assert_eq!(jeunes.suite, Suite::Remplace { le, changes: 1, perdus: 1 });
    assert_eq!(jeunes.bornes, (10.0, 20.0));
    let same = current(&[(LYON, 10.0), (GRENOBLE, 20.0)]);
    assert_eq!(same.lignes[1].suite, Suite::Pareille);
    assert_ne!(same.empreinte, other.empreinte);
}

#[test]
fn the_last_year_before_stands_for_a_missing_one() {
    let contexte =
        with(vec![serie("etp", 2017, &[]), serie("etp", 2019, &[]), serie("jeunes", 2016, &[])]);
    let at = |annee| contexte.at(annee).iter().map(|s| (&*s.variable, s.annee)).collect::<Vec<_>>();
    assert_eq!(at(2018), [("etp", 2017), ("jeunes", 2016)]);
    assert_eq!(at(2016), [("jeunes", 2016)]);
    assert_eq!(at(2015), []);
    assert_eq!(contexte.years(), [2019, 2017, 2016]);
}

fn adopted(rang: i64, annee: i16, groupe: &str) -> Adoption {
    let centres = BTreeMap::from([("A".to_owned(), groupe.to_owned())]);
    Adoption { rang, annee, centres, le: Timestamp::UNIX_EPOCH }
}

#[test]
fn a_year_has_the_groups_adopted_for_it_or_before_then_those_of_the_extracts() {
    let groupes = vec![adopted(3, 2018, "C"), adopted(2, 2019, "B"), adopted(1, 2018, "A")];
    assert_eq!(of_year(&groupes, 2018).map(|a| a.rang), Some(3));
    assert_eq!(of_year(&groupes, 2020).map(|a| a.rang), Some(2));
    assert_eq!(of_year(&groupes, 2017), None);
    let extraits = BTreeMap::from([("A".to_owned(), Some("Extrait".to_owned()))]);
    let contexte = Contexte { groupes, extraits, ..Contexte::default() };
    let mut etat = empty();
    receive(&mut etat, "A", "Moment", date(2019, 1, 1));
    receive(&mut etat, "B", "Moment", date(2019, 1, 1));
    let mut placed = |annee| {
        contexte.place(annee, &mut etat.reseau);
        ["A", "B"].map(|id| etat.reseau[id].groupe_pairs.clone().unwrap_or_default())
    };
    assert_eq!(placed(Some(2017)), ["Extrait", "Moment"]);
    assert_eq!(placed(Some(2018)), ["C", ""], "a centre not named has none");
    assert_eq!(placed(Some(2017)), ["Extrait", ""]);
    assert_eq!(placed(None), ["Extrait", ""]);
}

#[test]
fn a_file_of_groups_fills_what_it_can_and_says_the_rest() {
    let mut etat = empty();
    for (id, nom) in reseau() {
        receive(&mut etat, &id, "", date(2019, 1, 1));
        etat.centres.get_mut(&id).unwrap().rattachement.nom = Some(nom);
    }
    let text = "Centre;Groupe\nLyon;Dense\nLyon;Rural\nOù;Rural\n38185S00;\n";
    let lus = read_groups("g.csv", text.as_bytes().to_vec(), &etat).unwrap();
    assert_eq!(lus.centres[LYON], "Dense");
    assert_eq!(lus.centres[GRENOBLE], "");
    assert_eq!(lus.fautes.iter().map(|f| f.ligne).collect::<Vec<_>>(), [3, 4]);
    assert!(read_groups("g.csv", b"a;b\n1;2\n".to_vec(), &etat).is_err());
}

/// Twenty centres, N00 to N19: their context is their rank, in two packs far apart.
fn twenty() -> (Vec<String>, Serie) {
    let ids: Vec<String> = (0..20).map(|rank| format!("N{rank:02}")).collect();
    let values: Vec<(&str, f64)> = ids
        .iter()
        .zip(0_u32..)
        .map(|(id, rank)| (id.as_str(), f64::from(if rank < 8 { rank } else { rank + 100 })))
        .collect();
    let serie = serie("densite", 2018, &values);
    (ids, serie)
}

#[test]
fn two_packs_far_apart_are_the_groups_proposed_and_are_sure() {
    let (ids, densite) = twenty();
    let mut names: Vec<&str> = ids.iter().map(String::as_str).collect();
    names.push("SANS");
    let same: Vec<(&str, f64)> = ids.iter().map(|id| (id.as_str(), 1.0)).collect();
    let contexte = with(vec![densite, serie("plat", 2018, &same)]);
    let choix = Choix { annee: 2019, ..Choix::default() };
    let found = propose(&contexte, &names, &choix).unwrap();
    assert_eq!((found.groupes, found.ecartees.as_slice()), (2, &["PLAT".to_owned()][..]));
    assert_eq!((found.size(0), found.size(1)), (8, 12));
    assert_eq!(found.sans_donnee, ["SANS"]);
    assert!(found.silhouette() > 0.9, "{}", found.silhouette());
    assert!(found.stabilite.fidelite.iter().all(|share| *share > 0.9));
    assert_eq!(found.names(), ["DENSITE au-dessous", "DENSITE au-dessus"]);
    // The same, whatever was asked before; another number gives other groups.
    assert_eq!(propose(&contexte, &names, &choix).unwrap().empreinte(), found.empreinte());
    let three = propose(&contexte, &names, &Choix { groupes: Some(3), ..choix.clone() }).unwrap();
    assert_eq!(three.groupes, 3);
    assert_ne!(three.empreinte(), found.empreinte());
    assert!(propose(&contexte, &names[..9], &choix).is_err(), "fewer than two groups of five");
    assert!(propose(&contexte, &names, &Choix { annee: 2017, ..choix }).is_err());
    let flat = Choix { annee: 2018, variables: vec!["plat".to_owned()], groupes: None };
    assert!(propose(&contexte, &names, &flat).is_err(), "it tells nobody apart");
}

/// A network whose PAC-P is what `share` makes of the rank of each centre, out of 100.
fn network(share: impl Fn(u32) -> f64) -> Etat {
    let (ids, densite) = twenty();
    let mut etat = empty();
    for (id, rank) in ids.iter().zip(0..) {
        receive(&mut etat, id, "", date(2019, 12, 31));
        let key = (id.as_str(), Niveau::Structure, "");
        measure(&mut etat, key, "2019", "PAC-P", (share(rank), 100.0));
    }
    etat.contexte = Arc::new(with(vec![densite]));
    etat
}

#[test]
fn what_is_expected_is_the_median_of_the_eight_nearest_and_nothing_when_context_explains_nothing() {
    // 20 % in the first pack, 80 % in the second, but for N00: 50 %.
    let etat = network(|rank| match rank {
        0 => 50.0,
        1..8 => 20.0,
        _ => 80.0,
    });
    let pac = indicateur(&etat, "PAC-P");
    let found = compare(&etat, &etat, pac, periode::year(2019)).unwrap();
    let Verdict::Explique(part, expected) = found.verdict else { panic!("{found:?}") };
    assert!(part > 0.5, "{part}");
    let first = &expected["N00"];
    // The seven others of its pack and the nearest of the other one.
    assert_eq!((first.voisins.len(), first.voisins[0], first.voisins[7]), (8, "N01", "N08"));
    assert!((first.mediane - 0.2).abs() < 1e-9 && (first.ecart.unwrap() - 0.3).abs() < 1e-9);
    // Figures in no relation with the context.
    let etat = network(|rank| f64::from(rank * 7 % 20));
    let found = compare(&etat, &etat, indicateur(&etat, "PAC-P"), periode::year(2019)).unwrap();
    assert_eq!(found.verdict, Verdict::Rien);
    // A count, a year without series, too few centres.
    assert!(compare(&etat, &etat, indicateur(&etat, "ACC-N"), periode::year(2019)).is_none());
    assert!(compare(&etat, &etat, indicateur(&etat, "PAC-P"), periode::year(2017)).is_none());
    let mut few = network(f64::from);
    few.centres.retain(|id, _| id.as_str() < "N11");
    few.reseau.retain(|id, _| id.as_str() < "N11");
    let found = compare(&few, &few, indicateur(&few, "PAC-P"), periode::year(2019)).unwrap();
    assert_eq!(found.verdict, Verdict::TropPeu(11));
}

#[test]
fn a_centre_is_apart_from_its_neighbours_only_past_chance_and_never_under_the_floor() {
    // 20 % in the first pack, 80 % in the second, but for N00 and N19; N02 has nine cases of ten.
    let share = |rank| match rank {
        0 => 90.0,
        1..8 => 20.0,
        19 => 85.0,
        _ => 80.0,
    };
    let mut etat = network(share);
    for (id, centre) in &mut etat.centres {
        let own = Arc::make_mut(&mut centre.resultats);
        let mesures = own.indicateurs.iter_mut().flat_map(|kept| &mut kept.mesures);
        for mesure in mesures.filter(|_| id == "N02") {
            (mesure.cumul.numerateur, mesure.cumul.denominateur) = (9.0, 10.0);
        }
    }
    let found = compare(&etat, &etat, indicateur(&etat, "PAC-P"), periode::year(2019)).unwrap();
    let Verdict::Explique(_, expected) = found.verdict else { panic!("{found:?}") };
    let told = |id: &str| (expected[id].cote, expected[id].plancher, expected[id].ecart.is_some());
    use std::cmp::Ordering::{Equal, Greater};
    assert_eq!(told("N00"), (Some(Greater), None, true));
    // 85 of 100 is out of the central half, where all are at 80, and chance does as much.
    assert_eq!(expected["N19"].quarts, (0.8, 0.8));
    assert_eq!(told("N19"), (Some(Equal), None, true));
    assert_eq!(told("N02"), (None, Some(20), false));
    assert!(expected.values().all(|own| !own.voisins.contains(&"N02")), "a neighbour of nobody");
    // What is no rate has an expected value, and no verdict.
    let mut etat = network(share);
    let ids: Vec<String> = etat.centres.keys().cloned().collect();
    for (id, rank) in ids.iter().zip(0..) {
        let key = (id.as_str(), Niveau::Structure, "");
        measure(&mut etat, key, "2019", "PAC-L", (100.0 * share(rank), 100.0));
    }
    let found = compare(&etat, &etat, indicateur(&etat, "PAC-L"), periode::year(2019)).unwrap();
    let Verdict::Explique(_, expected) = found.verdict else { panic!("{found:?}") };
    assert!(expected.values().all(|own| own.cote.is_none() && own.ecart.is_some()));
}
