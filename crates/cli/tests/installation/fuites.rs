//! `mallette servir --mots-de-passe-compromis`: a list that would refuse nothing is told at start.

use std::fs;

use super::essai::Essai;

#[test]
fn a_list_that_would_refuse_nothing_is_told_at_start() {
    let essai = Essai::new();
    let (donnees, liste) = (essai.text("donnees"), essai.text("fuites.txt"));
    essai.done(&["initialiser", "--donnees", &donnees, "--nom", "Zoé", "--courriel", "z@ml.fr"]);
    let line = [
        "servir",
        "--donnees",
        &donnees,
        "--adresse",
        "127.0.0.1:0",
        "--mots-de-passe-compromis",
        &liste,
    ];
    assert!(essai.refused(&line, 2).contains("ne se lit pas"), "no such file");
    let digest = |first: char| format!("{first}{}:3\r\n", "0".repeat(39));
    for (text, words) in [
        (String::new(), "n'a pas la forme attendue"),
        ("motdepasse\n".to_owned(), "n'a pas la forme attendue"),
        ("F0A:1\n".repeat(10), "n'a pas la forme attendue"),
        ((0..200).map(|rank| digest(if rank < 100 { 'F' } else { '0' })).collect(), "pas trié"),
    ] {
        fs::write(&liste, text).unwrap();
        let told = essai.refused(&line, 2);
        assert!(told.contains(words), "{told}");
    }
}
