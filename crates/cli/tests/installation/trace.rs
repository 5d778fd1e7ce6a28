//! `mallette trace`: entries as lines, chained, from a rank on, and followed while others write.

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

use serde_json::Value;

use super::essai::Essai;

fn installation() -> Essai {
    let essai = Essai::new();
    let donnees = essai.text("donnees");
    for courriel in ["zoe@ml.fr", "z@ml.fr"] {
        essai.done(&["initialiser", "--donnees", &donnees, "--nom", "Zoé", "--courriel", courriel]);
    }
    essai
}

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn entries_leave_as_lines_that_chain_from_the_rank_asked_for() {
    let essai = installation();
    let donnees = essai.text("donnees");
    let (text, _) = essai.done(&["trace", "--donnees", &donnees]);
    let all = lines(&text);
    let ranks: Vec<i64> = all.iter().map(|entry| entry["rang"].as_i64().unwrap()).collect();
    // Two installations prepared, and the reading of the trace itself.
    assert_eq!(ranks, [1, 2, 3]);
    assert_eq!(all[2]["acte"], "trace_extraite");
    for pair in all.windows(2) {
        assert_eq!(pair[1]["empreinte_avant"], pair[0]["empreinte"]);
    }
    assert!(!text.contains("zoe@ml.fr"), "{text}");

    let head = all[2]["empreinte"].as_str().unwrap();
    let more = ["trace", "--donnees", &donnees, "--depuis", "3", "--empreinte", head];
    let (text, _) = essai.done(&more);
    let next = lines(&text);
    assert_eq!((next.len(), next[0]["rang"].as_i64()), (1, Some(4)));
    let forged = "0".repeat(64);
    let told = essai
        .refused(&["trace", "--donnees", &donnees, "--depuis", "4", "--empreinte", &forged], 1);
    assert!(told.contains("rompue au rang 5"), "{told}");
    let told = essai.refused(&["trace", "--donnees", &donnees, "--empreinte", head], 2);
    assert!(told.contains("--depuis"), "{told}");
}

#[test]
fn what_is_written_meanwhile_is_followed() {
    let essai = installation();
    let donnees = essai.text("donnees");
    let mut command = essai.command(&["trace", "--donnees", &donnees, "--suivre"]);
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut read = BufReader::new(child.stdout.take().unwrap()).lines();
    for rank in 1..=3 {
        let entry: Value = serde_json::from_str(&read.next().unwrap().unwrap()).unwrap();
        assert_eq!(entry["rang"], rank);
    }
    essai.done(&["initialiser", "--donnees", &donnees, "--nom", "Zoé", "--courriel", "y@ml.fr"]);
    let entry: Value = serde_json::from_str(&read.next().unwrap().unwrap()).unwrap();
    assert_eq!(entry["rang"], 4);
    child.kill().unwrap();
    child.wait().unwrap();
}
