//! `mallette campagne`, and the commands over the versions of a campaign, by the real binary.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

const LYON: &str = "69382S00";
const GRENOBLE: &str = "38185S00";

struct Essai {
    dir: tempfile::TempDir,
}

impl Essai {
    fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap() }
    }

    fn donnees(&self) -> PathBuf {
        self.dir.path().join("donnees")
    }

    /// Runs a command on the data directory.
    fn run(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mallette"));
        // Master keys of the tests stay out of the home of who runs them.
        command.env("MALLETTE_CLE_DOSSIER", env!("CARGO_TARGET_TMPDIR"));
        command.args(arguments).arg("--donnees").arg(self.donnees()).output().unwrap()
    }

    fn told(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert!(output.status.success(), "{arguments:?} {}", said(&output));
        String::from_utf8(output.stdout).unwrap()
    }

    fn json(&self, arguments: &[&str]) -> Value {
        serde_json::from_str(&self.told(&[arguments, &["--format", "json"]].concat())).unwrap()
    }

    /// Imports as many dossiers as said for each centre.
    fn import(&self, day: &str, centres: &[(&str, usize)]) {
        let path = self.dir.path().join(format!("dossiers_{day}.csv"));
        let mut text = "structure_id;dossier_id;date_naissance;date_premier_accueil\n".to_owned();
        for (centre, count) in centres {
            for rank in 0..*count {
                text.push_str(&format!("{centre};D{rank};2000-01-01;2019-09-0{}\n", rank + 1));
            }
        }
        fs::write(&path, text).unwrap();
        self.told(&["importer", text_of(&path)]);
    }

    /// First welcomes of the région over 2019.
    fn accueils(&self, campagne: &[&str]) -> Value {
        let asked = ["indicateurs", "--periode", "2019", "--code", "ACC-N", "--niveau", "region"];
        self.json(&[&asked, campagne].concat())["valeurs"][0]["valeur"].clone()
    }
}

fn text_of(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn a_campaign_is_fixed_shown_used_and_removed() {
    let essai = Essai::new();
    essai.import("2019-10-04", &[(LYON, 2), (GRENOBLE, 3)]);
    assert!(essai.told(&["campagne", "lister"]).contains("Aucune campagne"));
    let text = essai.told(&["campagne", "fixer"]);
    let sentence = "Campagne 2019-10\u{a0}: 2\u{a0}centres sur 2, extractions du 04/10/2019.";
    assert!(text.starts_with(sentence), "the month of the extraction is the name: {text}");
    assert!(text.contains(LYON) && text.contains(GRENOBLE), "{text}");

    essai.import("2019-11-07", &[(LYON, 4)]);
    let again = essai.run(&["campagne", "fixer", "2019-10"]);
    assert_eq!(again.status.code(), Some(2), "{}", said(&again));
    assert!(said(&again).contains("--remplacer"), "{}", said(&again));
    essai.told(&["campagne", "fixer"]);
    let list = essai.json(&["campagne", "lister"]);
    let noms: Vec<&Value> =
        list["campagnes"].as_array().unwrap().iter().map(|campagne| &campagne["nom"]).collect();
    assert_eq!(noms, ["2019-11", "2019-10"]);
    assert_eq!(list["campagnes"][0]["premiere_extraction"], "2019-10-04");
    assert_eq!(list["campagnes"][0]["derniere_extraction"], "2019-11-07");

    // 2 + 3 dossiers in October, 4 + 3 now.
    assert_eq!(essai.accueils(&["--campagne", "2019-10"]), 5);
    assert_eq!(essai.accueils(&["--campagne", "2019-11"]), 7);
    assert_eq!(essai.accueils(&[]), 7);
    let text = essai.told(&["controler", "--campagne", "2019-10"]);
    assert!(text.starts_with(sentence), "{text}");
    let text = essai.told(&["controler"]);
    let latest = "2\u{a0}centres sur 2, extractions du 04/10/2019 au 07/11/2019.";
    assert!(text.starts_with(latest), "{text}");
    let verdict = essai.json(&["controler", "--liste", "--campagne", "2019-10"]);
    assert_eq!(verdict["ref"], "2019-10-04");
    for regle in verdict["regles"].as_array().unwrap() {
        let count = regle["objets"].as_array().unwrap().len();
        assert_eq!(regle["anomalies"], count, "{}", regle["code"]);
    }

    let shown = essai.json(&["campagne", "montrer", "2019-10"]);
    assert_eq!(shown["versions"].as_array().unwrap().len(), 2);
    assert_eq!(shown["versions"][1]["structure_id"], LYON);
    let text = essai.told(&["campagne", "montrer", "2019-10"]);
    assert!(text.contains("une autre version est en place"), "{text}");
    essai.told(&["campagne", "retirer", "2019-10"]);
    let gone = essai.run(&["controler", "--campagne", "2019-10"]);
    assert_eq!(gone.status.code(), Some(1));
    assert!(said(&gone).contains("n'existe pas. Campagnes : 2019-11."), "{}", said(&gone));
    assert_eq!(essai.run(&["campagne", "retirer", "2019-10"]).status.code(), Some(1));
}

#[test]
fn wrong_uses_of_campaigns_are_told() {
    let essai = Essai::new();
    let nothing = essai.run(&["campagne", "fixer"]);
    assert_eq!(nothing.status.code(), Some(1), "{}", said(&nothing));
    essai.import("2019-10-04", &[(LYON, 1)]);
    for (arguments, status) in [
        (&["campagne"][..], 2),
        (&["campagne", "montrer"], 2),
        (&["campagne", "lister", "--format", "xlsx"], 2),
        (&["campagne", "montrer", "absente"], 1),
        (&["campagne", "fixer", "  "], 1),
    ] {
        let output = essai.run(arguments);
        assert_eq!(output.status.code(), Some(status), "{arguments:?} {}", said(&output));
        assert!(output.stdout.is_empty() && !output.stderr.is_empty(), "{arguments:?}");
    }
}
