//! `mallette cle`: the master key shown, changed, changed again after a death.

use std::fs;
use std::process::Stdio;
use std::time::{Duration, Instant};

use super::essai::{Essai, LYON, said};

#[test]
fn a_key_is_shown_without_its_value_and_changed() {
    let essai = Essai::new();
    let donnees = essai.text("donnees");
    let show = ["cle", "montrer", "--donnees", &donnees];
    assert!(essai.refused(&show, 1).contains("n'existe pas"));
    fs::create_dir(essai.path("donnees")).unwrap();
    assert!(essai.refused(&show, 1).contains("mallette initialiser"));
    let change = ["cle", "changer", "--donnees", &donnees];
    assert!(essai.refused(&change, 1).contains("mallette initialiser"));
    assert_eq!(fs::read_dir(essai.path("donnees")).unwrap().count(), 0, "nothing is made");
    // Without any import: no key yet.
    essai.run(&["campagne", "lister", "--donnees", &donnees]);
    assert!(essai.done(&show).0.contains("mallette initialiser"));
    assert!(essai.refused(&change, 1).contains("rien à changer"));

    essai.import("2019-11-04", &[LYON], 3);
    let before = essai.verdict("donnees");
    let shown = essai.done(&[&show[..], &["--format", "json"]].concat()).0;
    let shown: serde_json::Value = serde_json::from_str(&shown).unwrap();
    let (id, file) = (shown["identifiant"].as_str().unwrap(), shown["fichier"].as_str().unwrap());
    let value = fs::read_to_string(file).unwrap();
    let value = value.lines().find(|line| line.len() == 64).unwrap();
    let text = essai.done(&show).0;
    assert!(text.contains(id) && text.contains(file) && !text.contains(value), "{text}");
    let told = essai.refused(&[&change[..], &["--nouvelle-cle-fichier", file]].concat(), 2);
    assert!(told.contains("la nouvelle elle-même"), "{told}");

    let (out, told) = essai.done(&change);
    assert!(
        !out.contains(id) && told.contains(id) && told.contains("copie ailleurs"),
        "{out}{told}"
    );
    assert!(!essai.done(&show).0.contains(id));
    assert_eq!(essai.verdict("donnees"), before);
    assert_eq!(essai.verified("donnees")["bon"], true);
    // The old key opens nothing here any more.
    let mut old = essai.command(&["verifier", "--donnees", &donnees]);
    old.env_remove("MALLETTE_CLE_DOSSIER").env("MALLETTE_CLE_MAITRESSE", value);
    let output = old.output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).contains(id), "{}", said(&output));
}

#[test]
fn a_key_that_comes_from_a_variable_is_changed_with_the_new_one_in_a_file() {
    let essai = Essai::new();
    let donnees = essai.text("donnees");
    let (old, new) = ("11".repeat(32), "22".repeat(32));
    let run = |key: &str, arguments: &[&str]| {
        let mut command = essai.command(arguments);
        command.env_remove("MALLETTE_CLE_DOSSIER").env("MALLETTE_CLE_MAITRESSE", key);
        command.output().unwrap()
    };
    let from = essai.extract("2019-11-04", &[LYON], 3);
    assert!(run(&old, &["importer", &from, "--donnees", &donnees]).status.success());
    let change = ["cle", "changer", "--donnees", &donnees];
    let told = run(&old, &change);
    assert_eq!(told.status.code(), Some(2), "{}", said(&told));
    assert!(said(&told).contains("--nouvelle-cle-fichier"), "{}", said(&told));
    let file = essai.text("nouvelle");
    let change = [&change[..], &["--nouvelle-cle-fichier", &file]].concat();
    fs::write(&file, "pas une clé").unwrap();
    assert!(said(&run(&old, &change)).contains("openssl rand"));
    fs::write(&file, &new).unwrap();
    let told = run(&old, &change);
    assert!(told.status.success() && said(&told).contains("redémarrer"), "{}", said(&told));
    let verify = ["verifier", "--donnees", &donnees];
    assert!(run(&new, &verify).status.success());
    assert_eq!(run(&old, &verify).status.code(), Some(1));
}

/// Killed as soon as the state of the keys says that a change is under way, again and again: each time
/// everything still opens, and the same command ends what was begun.
#[test]
fn a_change_of_key_that_is_killed_is_ended_by_the_next_one() {
    let essai = Essai::new();
    let donnees = essai.text("donnees");
    let centres: Vec<&str> =
        mallette_domain::structure::all().take(40).map(|known| known.structure_id).collect();
    essai.import("2019-11-04", &centres, 1);
    let before = essai.verdict("donnees");
    let etat = essai.path("donnees/cles/etat.json");
    let unfinished = || {
        let text = fs::read_to_string(&etat).unwrap_or_default();
        let state: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
        !state["etat"]["suivante"].is_null() || !state["etat"]["precedente"].is_null()
    };
    let change = ["cle", "changer", "--donnees", &donnees];
    let mut interrupted = 0;
    for turn in 0..60_u64 {
        if interrupted == 4 {
            break;
        }
        let mut command = essai.command(&change);
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let start = Instant::now();
        while child.try_wait().unwrap().is_none() && start.elapsed() < Duration::from_secs(60) {
            if unfinished() {
                // A little later each time: in both phases.
                std::thread::sleep(Duration::from_millis(turn % 8 * 5));
                break;
            }
        }
        child.kill().unwrap();
        child.wait().unwrap();
        if !unfinished() {
            continue;
        }
        interrupted += 1;
        let shown = essai.done(&["cle", "montrer", "--donnees", &donnees]).0;
        assert!(shown.contains("n'est pas terminé"), "{shown}");
        let told = essai.refused(&["verifier", "--donnees", &donnees], 1);
        assert!(told.contains("mallette cle changer"), "{told}");
        assert_eq!(essai.verdict("donnees"), before, "names open all along");
        essai.done(&change);
        assert!(!unfinished());
        assert_eq!(essai.verified("donnees")["bon"], true);
    }
    assert!(interrupted > 0, "no change was caught under way");
    assert_eq!(essai.verdict("donnees"), before);
}
