//! `mallette verifier`: what was changed is told, with its file or its rank.

use std::fs;
use std::path::PathBuf;

use mallette_registry::{Registry, sqlite_url};

use super::essai::{Essai, GRENOBLE, LYON, files, said};

/// An installation with an entry in the trace and two versions.
fn installation() -> Essai {
    let essai = Essai::new();
    let donnees = essai.text("donnees");
    essai.done(&["initialiser", "--donnees", &donnees, "--nom", "Zoé", "--courriel", "zoe@ml.fr"]);
    essai.import("2019-11-04", &[LYON, GRENOBLE], 25);
    essai
}

fn verify(essai: &Essai) -> String {
    essai.refused(&["verifier", "--donnees", &essai.text("donnees")], 1)
}

fn file(essai: &Essai, end: &str) -> PathBuf {
    let all = files(&essai.path("donnees/versions"));
    all.into_iter().find(|path| path.ends_with(end)).unwrap()
}

#[test]
fn a_sound_installation_is_found_sound_and_is_not_changed() {
    let essai = installation();
    let donnees = essai.text("donnees");
    let found = essai.verified("donnees");
    let names: Vec<&str> =
        found["controles"].as_array().unwrap().iter().map(|c| c["nom"].as_str().unwrap()).collect();
    assert_eq!(names, ["base", "trace", "clés", "versions"]);
    assert_eq!(found["fin_de_trace"]["rang"], 1);
    let (text, _) = essai.done(&["verifier", "--donnees", &donnees]);
    assert!(text.contains("2 versions relues, 50 lignes"), "{text}");
    let head = text.lines().last().unwrap().rsplit(' ').next().unwrap().to_owned();

    // The end noted elsewhere is found again, also when the trace has grown since.
    essai.done(&["initialiser", "--donnees", &donnees, "--nom", "Zoé", "--courriel", "z@ml.fr"]);
    let (text, _) = essai.done(&["verifier", "--donnees", &donnees, "--temoin", &head]);
    assert!(text.contains("1 repère(s) retrouvé(s)"), "{text}");
    let forged = format!("1:{}", "0".repeat(64));
    let told = essai.refused(&["verifier", "--donnees", &donnees, "--temoin", &forged], 1);
    assert!(told.contains("notée ailleurs"), "{told}");
    let told = essai.refused(&["verifier", "--donnees", &donnees, "--temoin", "1:ab"], 2);
    assert!(told.contains("128:3fa9"), "{told}");

    let absent = essai.text("absent");
    assert!(essai.refused(&["verifier", "--donnees", &absent], 1).contains("n'existe pas"));
    fs::create_dir(&absent).unwrap();
    assert!(essai.refused(&["verifier", "--donnees", &absent], 1).contains("mallette.db"));
    assert_eq!(fs::read_dir(&absent).unwrap().count(), 0, "nothing is made");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_entry_of_the_trace_changed_afterwards_is_told_with_its_rank() {
    let essai = installation();
    let base = essai.path("donnees/mallette.db");
    // Brings what the last command wrote into the file itself.
    Registry::open(&sqlite_url(&base)).await.unwrap().close().await;
    let (kept, forged) = (br#"{"roles":["administrateur"]}"#, br#"{"roles":["administrateuR"]}"#);
    let mut bytes = fs::read(&base).unwrap();
    let found: Vec<usize> = (0..bytes.len()).filter(|at| bytes[*at..].starts_with(kept)).collect();
    assert_eq!(found.len(), 1, "the detail of one entry");
    bytes[found[0]..found[0] + kept.len()].copy_from_slice(forged);
    fs::write(&base, bytes).unwrap();
    let told = verify(&essai);
    assert!(told.contains("au rang 1") && told.contains("modifiée après coup"), "{told}");
    let found = essai.verified("donnees");
    assert_eq!(found["bon"], false);
    assert_eq!(found["controles"].as_array().unwrap().len(), 2, "stops there");
}

#[test]
fn a_damaged_store_is_told() {
    let essai = installation();
    let base = essai.path("donnees/mallette.db");
    let mut bytes = fs::read(&base).unwrap();
    let half = bytes.len() / 2 / 4096 * 4096;
    bytes[half..half + 4096].fill(0xee);
    fs::write(&base, bytes).unwrap();
    let told = verify(&essai);
    assert!(told.contains("est abîmée") && told.contains("mallette.db"), "{told}");
}

#[test]
fn a_file_of_a_version_missing_or_changed_is_named() {
    let essai = installation();
    for end in ["dossiers.parquet", "coffre/dossiers.bin", "version.json"] {
        let path = file(&essai, end);
        let kept = fs::read(&path).unwrap();
        fs::remove_file(&path).unwrap();
        let told = verify(&essai);
        assert!(told.contains(path.to_str().unwrap()), "{end} {told}");
        let mut bytes = kept.clone();
        let half = bytes.len() / 2;
        bytes[half] ^= 0x10;
        fs::write(&path, bytes).unwrap();
        let told = verify(&essai);
        let named = told.contains(path.to_str().unwrap()) || told.contains("coffre « dossiers »");
        assert!(named, "{end} {told}");
        fs::write(&path, kept).unwrap();
    }
    assert_eq!(essai.verified("donnees")["bon"], true);
    // A whole version of the same centre, put in the place of another.
    let donnees = essai.text("donnees");
    let one = file(&essai, "version.json").parent().unwrap().to_owned();
    let from = essai.extract("2019-11-04", &[LYON, GRENOBLE], 24);
    essai.done(&["importer", &from, "--donnees", &donnees]);
    let centre = one.parent().unwrap();
    let other = fs::read_dir(centre).unwrap().map(|entry| entry.unwrap().path());
    let other = other.into_iter().find(|path| *path != one).unwrap();
    fs::remove_dir_all(&one).unwrap();
    fs::create_dir(&one).unwrap();
    for path in files(&other) {
        let to = one.join(path.strip_prefix(&other).unwrap());
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(&path, to).unwrap();
    }
    let told = verify(&essai);
    assert!(told.contains("n'est pas celle que la base désigne"), "{told}");
}

#[test]
fn a_wrong_or_missing_master_key_is_told_by_its_identifier() {
    let essai = installation();
    let donnees = essai.text("donnees");
    let verify = ["verifier", "--donnees", &donnees];
    let mut command = essai.command(&verify);
    command.env_remove("MALLETTE_CLE_DOSSIER").env("MALLETTE_CLE_MAITRESSE", "ab".repeat(32));
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).contains("n'est pas la bonne"), "{}", said(&output));
    assert!(!said(&output).contains("abab"), "{}", said(&output));
    let output = essai.command(&verify).env("MALLETTE_CLE_DOSSIER", essai.path("vide")).output();
    let output = output.unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).contains("n'existe pas"), "{}", said(&output));
    fs::remove_file(essai.path("donnees/cles").join(format!("{LYON}.cle"))).unwrap();
    let told = essai.refused(&verify, 1);
    assert!(told.contains(LYON) && told.contains("manque"), "{told}");
}
