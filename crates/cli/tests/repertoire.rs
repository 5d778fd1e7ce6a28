//! The répertoire as a whole, over the regions that no network ever sends: rules that find, and no two
//! rules that say the same thing.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;
use std::sync::LazyLock;

use mallette_catalogue::{Catalogue, Gravite};
use mallette_testkit::generator::nasty_region;
use mallette_testkit::oracle::REGLES;
use serde_json::Value;

/// An object caught: seed, centre, table and key.
type Pris = (u64, String, String, String);

fn json(arguments: &[&str]) -> Value {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mallette"));
    // Master keys of the tests stay out of the home of who runs them.
    command.env("MALLETTE_CLE_DOSSIER", env!("CARGO_TARGET_TMPDIR"));
    let output = command.args(arguments).output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {stderr}");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// By code of rule, how many objects it judges, and those that it catches.
type Verdicts = BTreeMap<String, (u64, BTreeSet<Pris>)>;

/// Those over nine adversarial regions, judged once for all the tests.
static VERDICTS: LazyLock<Verdicts> = LazyLock::new(|| judge(0..9));

/// What each rule catches over the adversarial regions of those seeds, and how many it judges.
fn judge(seeds: std::ops::Range<u64>) -> Verdicts {
    let mut found = Verdicts::new();
    for seed in seeds {
        let fichiers = nasty_region(seed);
        let dir = tempfile::tempdir().unwrap();
        let (files, donnees) = (dir.path().join("region"), dir.path().join("donnees"));
        std::fs::create_dir(&files).unwrap();
        fichiers.write(&files).unwrap();
        let (files, donnees) = (files.to_str().unwrap(), donnees.to_str().unwrap());
        let reference = fichiers.reference.to_string();
        let to = ["--donnees", donnees, "--format", "json"];
        json(&[&["importer", files, "--date-extraction", &reference], &to[..]].concat());
        let said = json(&[&["controler", "--liste"], &to[..]].concat());
        for regle in said["regles"].as_array().unwrap() {
            let (judged, caught) =
                found.entry(regle["code"].as_str().unwrap().to_owned()).or_default();
            *judged += regle["evalues"].as_u64().unwrap();
            let objets = regle["objets"].as_array().unwrap();
            assert_eq!(regle["anomalies"], objets.len(), "{}", regle["code"]);
            for objet in objets {
                let field = |name: &str| objet[name].as_str().unwrap_or_default().to_owned();
                let new = caught.insert((seed, field("structure_id"), field("table"), field("id")));
                assert!(new, "{} names {objet} twice", regle["code"]);
            }
        }
    }
    found
}

/// Rules that need a year of months, an envelope to the point, twenty uses of a code, or more conseillers
/// than an adversarial centre has: they have their own tests, by hand. GJ-07 looks for days before the
/// adversarial ones.
const AILLEURS: [&str; 12] = [
    "CONS-03", "CONS-04", "ENV-01", "ENV-03", "GJ-07", "REF-07", "REF-08", "VOL-01", "VOL-02",
    "VOL-03", "VOL-04", "VOL-05",
];

#[test]
fn no_two_rules_catch_the_same_objects_and_nearly_all_catch_some() {
    let found = &*VERDICTS;
    assert_eq!(found.len(), Catalogue::builtin().unwrap().regles.len());
    let mut by_objects: BTreeMap<&BTreeSet<Pris>, &str> = BTreeMap::new();
    let (mut silent, mut wholesale) = (Vec::new(), Vec::new());
    for (code, (judged, caught)) in found {
        if caught.is_empty() {
            silent.push(code.as_str());
        } else if let Some(other) = by_objects.insert(caught, code) {
            panic!("{other} and {code} catch the same {} objects", caught.len());
        }
        if *judged > 0 && *judged == caught.len() as u64 {
            wholesale.push(code.as_str());
        }
    }
    silent.retain(|code| !AILLEURS.contains(code));
    assert!(silent.is_empty(), "never catch: {silent:?}");
    assert!(wholesale.is_empty(), "catch all that they judge: {wholesale:?}");
}

/// Rules that catch nine objects in ten in common, and why they are two all the same.
const VOISINES: [(&str, &str, &str); 0] = [];

/// Fewer objects than that, over both rules, tell nothing of whether they are one.
const ASSEZ: usize = 20;

#[test]
fn rules_that_catch_nearly_the_same_objects_are_answered_for() {
    let found: Vec<(&str, &BTreeSet<Pris>)> =
        VERDICTS.iter().map(|(code, (_, caught))| (code.as_str(), caught)).collect();
    let mut near = BTreeSet::new();
    for (rank, (one, left)) in found.iter().enumerate() {
        for (other, right) in found.iter().skip(rank + 1) {
            let common = left.intersection(right).count();
            let all = left.len() + right.len() - common;
            if all >= ASSEZ && common * 10 >= all * 9 {
                near.insert((*one, *other));
            }
        }
    }
    let answered: BTreeSet<(&str, &str)> =
        VOISINES.iter().map(|(one, other, _)| (*one, *other)).collect();
    assert_eq!(near, answered);
}

#[test]
fn no_two_rules_have_the_same_words() {
    let regles = Catalogue::builtin().unwrap().regles;
    assert!(regles.len() >= 120, "{}", regles.len());
    let mut seen: BTreeMap<String, &str> = BTreeMap::new();
    for regle in &regles {
        let judgement = [&regle.vue, &regle.sql_applicable(), &regle.sql_condition()].map(squeeze);
        for text in [
            judgement.join(" | "),
            squeeze(regle.substitute(&regle.titre)),
            squeeze(regle.substitute(&regle.message)),
            squeeze(regle.substitute(&regle.pourquoi)),
        ] {
            // Two rules may be there for the same reason; none says the same of an object.
            if let Some(other) = seen.insert(text.clone(), &regle.code) {
                assert!(
                    squeeze(regle.substitute(&regle.pourquoi)) == text,
                    "{other} and {} say: {text}",
                    regle.code
                );
            }
        }
        assert!(!regle.source.trim().is_empty(), "{}", regle.code);
    }
}

/// QUA-H counts the anomalies of high severity: one rule more among them would break its series from one
/// campaign to the next. Those of the reference only are high.
#[test]
fn the_quality_indicator_counts_the_rules_of_the_reference() {
    let expected: BTreeSet<&str> =
        REGLES.iter().filter(|(_, gravite)| *gravite == "high").map(|(code, _)| *code).collect();
    let regles = Catalogue::builtin().unwrap().regles;
    let high = regles.iter().filter(|regle| regle.gravite == Gravite::High);
    assert_eq!(high.map(|regle| regle.code.as_str()).collect::<BTreeSet<_>>(), expected);
}

fn squeeze(text: impl AsRef<str>) -> String {
    text.as_ref().split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}
