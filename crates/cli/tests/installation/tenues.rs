//! The lists of the checks over three monthly extracts: what is new, what lasts and since when, without any page
//! having been served.

use std::collections::BTreeMap;
use std::fs;

use serde_json::{Value, json};

use crate::essai::{Essai, LYON};

/// Imports an extract of one centre: each dossier, and whether its `qpv` is there (DOS-05 asks for it).
fn import(essai: &Essai, day: &str, dossiers: [(&str, bool); 3]) {
    let mut text = "structure_id;dossier_id;date_naissance;date_premier_accueil;qpv\n".to_owned();
    for (id, known) in dossiers {
        let qpv = if known { "Oui" } else { "" };
        text.push_str(&format!("{LYON};{id};2000-01-01;2019-09-02;{qpv}\n"));
    }
    let path = essai.text(&format!("dossiers_{day}.csv"));
    fs::write(&path, text).unwrap();
    essai.done(&["importer", &path, "--donnees", &essai.text("donnees")]);
}

fn told(essai: &Essai, more: &[&str]) -> String {
    let donnees = essai.text("donnees");
    essai.done(&[&["controler", "--liste", "--donnees", &donnees][..], more].concat()).0
}

/// How DOS-05 says that each dossier stands: state, since when, age in days, whether it came back.
fn states(essai: &Essai, more: &[&str]) -> BTreeMap<String, Value> {
    let verdict = told(essai, &[&["--format", "json"][..], more].concat());
    let verdict: Value = serde_json::from_str(&verdict).unwrap();
    let regles = verdict["regles"].as_array().unwrap();
    let own = regles.iter().find(|regle| regle["code"] == "DOS-05").unwrap();
    let objets = own["objets"].as_array().unwrap();
    assert_eq!(own["anomalies"], objets.len());
    let one = |objet: &Value| {
        let back = &objet["corrigee_auparavant"];
        let state = json!([objet["etat"], objet["depuis"], objet["age_jours"], back]);
        (objet["id"].as_str().unwrap().to_owned(), state)
    };
    objets.iter().map(one).collect()
}

#[test]
fn each_object_says_since_when_it_stands() {
    let essai = Essai::new();
    import(&essai, "2019-10-04", [("D1", false), ("D2", false), ("D3", true)]);
    // Nothing comes before: nothing tells what is new.
    let first = json!(["premiere_vue", "2019-10-04", 0, false]);
    assert_eq!(
        states(&essai, &[]),
        BTreeMap::from([("D1".to_owned(), first.clone()), ("D2".to_owned(), first)])
    );
    import(&essai, "2019-11-04", [("D1", false), ("D2", true), ("D3", false)]);
    essai.done(&["campagne", "fixer", "--donnees", &essai.text("donnees")]);
    import(&essai, "2019-12-04", [("D1", false), ("D2", false), ("D3", false)]);

    // One rule computes no life: they are not known yet, and that is said.
    let unknown = told(&essai, &["--regle", "DOS-05"]);
    assert!(unknown.contains("État et âge inconnus pour 3 objets"), "{unknown}");
    assert!(!unknown.contains("Depuis le"), "{unknown}");

    let expected = BTreeMap::from([
        // From October on; corrected in November and back; from November on.
        ("D1".to_owned(), json!(["persistante", "2019-10-04", 61, false])),
        ("D2".to_owned(), json!(["nouvelle", "2019-12-04", 0, true])),
        ("D3".to_owned(), json!(["persistante", "2019-11-04", 30, false])),
    ]);
    assert_eq!(states(&essai, &[]), expected);
    assert_eq!(states(&essai, &["--regle", "DOS-05"]), expected);
    let text = told(&essai, &["--regle", "DOS-05"]);
    let line = text.lines().find(|line| line.contains(" D1 ")).unwrap();
    let words: Vec<&str> = line.split_whitespace().collect();
    assert!(words.ends_with(&["Persistante", "04/10/2019", "61", "jours"]), "{line}");
    assert!(text.contains("Nouvelle (revenue après avoir été corrigée)"), "{text}");
    let csv = told(&essai, &["--regle", "DOS-05", "--format", "csv"]);
    assert!(csv.lines().next().unwrap().ends_with("État;Depuis le;Âge (jours)"), "{csv}");
    let line = csv.lines().find(|line| line.contains(";D3;")).unwrap();
    assert!(line.ends_with("Persistante;2019-11-04;30"), "{line}");

    // Those of a campaign: what people say is about the extract that counts.
    let null = json!([null, null, null, null]);
    let held = states(&essai, &["--campagne", "2019-11"]);
    assert_eq!(held, BTreeMap::from([("D1".to_owned(), null.clone()), ("D3".to_owned(), null)]));
}
