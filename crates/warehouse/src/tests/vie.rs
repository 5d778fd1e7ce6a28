//! The life of anomalies beside their version, and what people write of them, sealed.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use jiff::civil::date;
use mallette_domain::resultat::Objet;
use mallette_domain::vie::Sort;
use proptest::prelude::*;

use super::fabrique::{open, publish};
use crate::objets;
use crate::vie::{
    Anciennes, Calcul, Tete, compute, read_all_vives, read_disparues, read_disparues_of, read_head,
    read_vives,
};

const CENTRE: &str = "69382S00";

fn objet(id: &str) -> Objet {
    Objet {
        structure_id: CENTRE.to_owned(),
        table: if id.starts_with("parcours") { "parcours" } else { "mois" }.to_owned(),
        id: id.to_owned(),
        dossier_id: None,
        conseiller_id: Some("C1".to_owned()),
        antenne: None,
    }
}

fn settle(dir: &Path, ids: &[&str], avant: Option<&Path>, definition: &str, month: i8) -> Tete {
    settle_after(&Anciennes::default(), (dir, ids), avant, definition, month)
}

/// As [`settle`], after versions that proved those corrected.
fn settle_after(
    anciennes: &Anciennes,
    (dir, ids): (&Path, &[&str]),
    avant: Option<&Path>,
    definition: &str,
    month: i8,
) -> Tete {
    let list: Vec<Objet> = ids.iter().map(|id| objet(id)).collect();
    objets::write(dir, &BTreeMap::from([("R".to_owned(), list)])).unwrap();
    let definitions = match definition {
        "" | "partie" => BTreeMap::new(),
        known => BTreeMap::from([("R".to_owned(), known.to_owned())]),
    };
    // A rule that leaves the catalogue is named « partie » here.
    let connues = match definition {
        "partie" => BTreeMap::new(),
        _ => BTreeMap::from([("R".to_owned(), String::new())]),
    };
    let calcul = Calcul {
        dir,
        date: date(2019, month, 1),
        avant: avant.map(|dir| (dir, "avant")),
        chaine: month.to_string(),
        definitions: &definitions,
        connues: &connues,
        anciennes,
        compte: true,
    };
    let tete = compute(&calcul).unwrap();
    assert_eq!(read_head(dir).unwrap(), Some(tete.clone()));
    tete
}

#[test]
fn lives_are_read_back_as_they_follow_from_the_version_before() {
    let dir = tempfile::tempdir().unwrap();
    let warehouse = open(dir.path()).unwrap();
    let dirs: Vec<_> = (0..4)
        .map(|_| publish(&warehouse, &[CENTRE], &[("parcours", 40)]).remove(0).id)
        .map(|id| warehouse.version_dir(CENTRE, &id))
        .collect();
    let ids = ["2019-08", "parcours_id-3", "parcours_id-7", "parcours_id-99"];
    assert_eq!(read_head(&dirs[0]).unwrap(), None);
    settle(&dirs[0], &ids, None, "une", 9);
    let first = read_vives(&dirs[0], "R").unwrap();
    assert!(first.iter().all(|vie| vie.vive.sort == Sort::PremiereVue));
    // A row of the table has a fingerprint; a month and a row that is not there have none.
    let known: Vec<bool> = first.iter().map(|vie| vie.empreinte.is_some()).collect();
    assert_eq!(known, [false, true, true, false]);
    assert_ne!(first[1].empreinte, first[2].empreinte);

    let second = settle(&dirs[1], &["parcours_id-3", "parcours_id-8"], Some(&dirs[0]), "une", 10);
    let regle = &second.regles["R"];
    assert_eq!((regle.vives(), regle.nouvelles, regle.disparues, regle.rejugees()), (2, 1, 3, 4));
    assert_eq!(regle.eteintes, BTreeMap::from([(30, 3)]));
    let lives = read_all_vives(&dirs[1]).unwrap().remove("R").unwrap();
    assert_eq!((lives[0].vive.depuis, lives[0].vive.sort), (date(2019, 9, 1), Sort::Persistante));
    // The same row says the same from one version to the next.
    assert_eq!(lives[0].empreinte, first[1].empreinte);
    let gone: Vec<String> =
        read_disparues(&dirs[1]).unwrap()["R"].iter().map(|(objet, _)| objet.id.clone()).collect();
    assert_eq!(gone, ["2019-08", "parcours_id-7", "parcours_id-99"]);

    // The rule judges nothing, then another rule of the same code comes: nothing is closed by either.
    let held = settle(&dirs[2], &[], Some(&dirs[1]), "", 11);
    assert_eq!((held.regles["R"].suspendues, held.regles["R"].disparues), (2, 0));
    let other = settle(&dirs[3], &["parcours_id-3", "parcours_id-9"], Some(&dirs[2]), "autre", 12);
    let regle = &other.regles["R"];
    assert_eq!((regle.persistantes, regle.premieres_vues, regle.ecartees), (1, 1, 1));
    assert_eq!(regle.eteintes, BTreeMap::from([(30, 3)]));
    assert_eq!(read_vives(&dirs[3], "R").unwrap()[0].vive.depuis, date(2019, 9, 1));
    // Gone from the catalogue, it holds nothing over.
    let left = settle(&dirs[2], &[], Some(&dirs[1]), "partie", 11);
    assert_eq!(left.regles, BTreeMap::new());
}

/// One extract of a random history: which objects the rule catches, and whether it judges, is the same, or
/// is another one.
fn histories() -> impl Strategy<Value = Vec<(BTreeSet<u8>, &'static str)>> {
    let caught = prop::collection::btree_set(0u8..9, 0..9);
    let judged = prop::sample::select(vec!["une", "une", "une", "une", "autre", ""]);
    prop::collection::vec((caught, judged), 1..6)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// What the head counts is what the lists hold, file in hand, and every anomaly of a version is accounted
    /// for in the next one.
    #[test]
    fn each_figure_is_as_long_as_its_list_over_random_histories(history in histories()) {
        let dir = tempfile::tempdir().unwrap();
        let warehouse = open(dir.path()).unwrap();
        let mut avant: Option<(std::path::PathBuf, u64)> = None;
        let (mut anciennes, mut gone_once) = (Anciennes::default(), BTreeSet::new());
        for (month, (caught, definition)) in (1i8..).zip(&history) {
            let id = publish(&warehouse, &[CENTRE], &[("parcours", 9)]).remove(0).id;
            let own = warehouse.version_dir(CENTRE, &id);
            let names: Vec<String> = match *definition {
                "" => Vec::new(),
                _ => caught.iter().map(|rank| format!("parcours_id-{rank}")).collect(),
            };
            let ids: Vec<&str> = names.iter().map(String::as_str).collect();
            let before = avant.as_ref().map(|(dir, _)| dir.as_path());
            let tete = settle_after(&anciennes, (&own, &ids), before, definition, month);
            anciennes.add(&own).unwrap();
            let Some(regle) = tete.regles.get("R") else {
                // A rule that never judged has nothing to say.
                prop_assert!(avant.as_ref().is_none_or(|(_, left)| *left == 0) && definition.is_empty());
                avant = Some((own, 0));
                continue;
            };
            let length = |list: usize| u64::try_from(list).unwrap();
            prop_assert_eq!(regle.vives(), length(ids.len()));
            prop_assert_eq!(regle.vives(), length(read_vives(&own, "R").unwrap().len()));
            prop_assert_eq!(regle.vives(), regle.ages.values().sum::<u64>());
            // One that some version before proved corrected came back, however long ago that was.
            for (id, vie) in ids.iter().zip(read_vives(&own, "R").unwrap()) {
                prop_assert_eq!(vie.reapparue, gone_once.contains(*id), "{}", id);
            }
            let gone = read_disparues(&own).unwrap().remove("R").unwrap_or_default();
            gone_once.extend(gone.iter().map(|(objet, _)| objet.id.clone()));
            prop_assert_eq!(regle.disparues, length(gone.len()));
            let (head, alone) = read_disparues_of(&own, "R").unwrap().unwrap();
            prop_assert_eq!((&head, alone), (&tete, gone));
            let left = avant.map_or(0, |(_, left)| left);
            let told = regle.persistantes + regle.disparues + regle.suspendues + regle.ecartees;
            prop_assert_eq!(left, told);
            avant = Some((own, regle.vives() + regle.suspendues));
        }
    }
}

#[test]
fn a_damaged_file_is_told_and_another_form_is_computed_again() {
    let dir = tempfile::tempdir().unwrap();
    let warehouse = open(dir.path()).unwrap();
    let id = publish(&warehouse, &[CENTRE], &[("parcours", 40)]).remove(0).id;
    let own = warehouse.version_dir(CENTRE, &id);
    settle(&own, &["parcours_id-3"], None, "une", 9);
    assert_eq!(read_disparues_of(&own, "AUTRE").unwrap().unwrap().1, []);
    let path = own.join("vie.bin");
    let bytes = std::fs::read(&path).unwrap();
    std::fs::write(&path, &bytes[..bytes.len() - 3]).unwrap();
    assert!(read_vives(&own, "R").is_err());
    let mut other = bytes;
    other[7] = 9;
    std::fs::write(&path, &other).unwrap();
    assert_eq!(read_head(&own).unwrap(), None);
    assert_eq!(read_disparues_of(&own, "R").unwrap(), None);
}

#[test]
fn a_text_opens_for_its_centre_and_its_place_only() {
    let dir = tempfile::tempdir().unwrap();
    let warehouse = open(dir.path()).unwrap();
    let keys = warehouse.trousseau();
    for id in [CENTRE, "38185S00"] {
        publish(&warehouse, &[id], &[("dossiers", 1)]);
    }
    let sealed = warehouse.seal_text(&keys, CENTRE, "suivi 1", "Zoé est en congé").unwrap();
    assert!(sealed.bytes().all(|byte| byte.is_ascii_hexdigit()) && !sealed.contains("5a6f"));
    let open = |centre: &str, place: &str| warehouse.open_text(&keys, centre, place, &sealed);
    assert_eq!(open(CENTRE, "suivi 1").unwrap(), "Zoé est en congé");
    assert!(open(CENTRE, "suivi 2").is_err() && open("38185S00", "suivi 1").is_err());
    assert!(warehouse.open_text(&keys, CENTRE, "suivi 1", "zz").is_err());
}
