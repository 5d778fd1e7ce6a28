//! The boxes of the command line over two régions: that of the network stands in for a région that is too small.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// Two centres of the région 84, one of Corse, each with so many first meetings.
const CENTRES: [(&str, usize); 3] = [("69382S00", 2), ("38185S00", 4), ("2B033S00", 3)];

fn mallette(arguments: &[&str]) -> Vec<u8> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mallette"));
    // Master keys of the tests stay out of the home of who runs them.
    command.env("MALLETTE_CLE_DOSSIER", env!("CARGO_TARGET_TMPDIR"));
    let done = command.args(arguments).output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    done.stdout
}

/// An installation of those centres.
fn import(dir: &Path, centres: &[(&str, usize)]) -> String {
    let files = dir.join("extraits");
    fs::create_dir_all(&files).unwrap();
    let mut lines = vec![
        "structure_id;dossier_id;antenne;conseiller_id;date_naissance;date_premier_accueil;statut"
            .to_owned(),
    ];
    for (centre, count) in centres {
        let row = |n| format!("{centre};D{n};CENTRE;C1;2001-01-0{n};2019-06-01;ACTIF");
        lines.extend((1..=*count).map(row));
    }
    fs::write(files.join("dossiers.csv"), lines.join("\n") + "\n").unwrap();
    let donnees = dir.join("donnees").to_str().unwrap().to_owned();
    let files = files.to_str().unwrap();
    mallette(&["importer", files, "--donnees", &donnees, "--date-extraction", "2019-11-04"]);
    donnees
}

#[test]
fn the_network_of_two_regions_has_its_box_and_says_for_whom() {
    let dir = tempfile::tempdir().unwrap();
    let donnees = import(dir.path(), &CENTRES);
    let ask = |rest: &[&str]| {
        let asked = ["indicateurs", "--donnees", &donnees, "--periode", "2019", "--code", "ACC-N"];
        mallette(&[asked.as_slice(), &["--boite"], rest].concat())
    };
    let text = String::from_utf8(ask(&[])).unwrap();
    let said = "  Réseau : 3 centres, 0 nc\n    à la place des régions 84, 94, où moins de 5 centres ont un \
                chiffre\n";
    assert!(text.contains(said), "{text}");
    assert!(text.contains("  Région 94 : 1 centre, 0 nc\n"), "{text}");

    let json: Value = serde_json::from_slice(&ask(&["--format", "json"])).unwrap();
    let boxes = json["boites"].as_array().unwrap();
    let own = boxes.iter().find(|own| own["groupe"] == "réseau").unwrap();
    // 2, 3, 4.
    for (key, value) in [("n", 3.0), ("min", 2.0), ("mediane", 3.0), ("max", 4.0)] {
        assert_eq!(own[key].as_f64(), Some(value), "{key}: {own}");
    }
    // Nothing is added up over the network.
    let levels = json["valeurs"].as_array().unwrap().iter();
    assert!(levels.map(|own| &own["niveau"]).all(|niveau| *niveau != "reseau"));

    // The cells of the workbook are those of the CSV.
    let csv = String::from_utf8(ask(&["--format", "csv"])).unwrap();
    let row = csv.lines().find(|line| line.contains("réseau")).unwrap();
    assert!(row.starts_with("ACC-N;Premiers accueils;reseau;réseau;3;0;2;"), "{csv}");
}

#[test]
fn the_network_of_one_region_has_no_box_of_its_own() {
    let dir = tempfile::tempdir().unwrap();
    let donnees = import(dir.path(), &CENTRES[..2]);
    let asked = ["indicateurs", "--donnees", &donnees, "--periode", "2019", "--boite"];
    let text = String::from_utf8(mallette(&asked)).unwrap();
    assert!(text.contains("  Région 84 : 2 centres"), "{text}");
    assert!(!text.contains("Réseau"), "{text}");
}
