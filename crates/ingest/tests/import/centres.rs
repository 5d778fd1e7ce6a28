//! The centre of a row, by its code in either case or by its name.

use crate::commun::{Essai, refusals};

#[test]
fn a_centre_is_read_by_its_code_in_either_case_or_its_name() {
    let essai = Essai::new();
    let mut text = "Mission locale;N° dossier;QPV\n".to_owned();
    for (rank, name) in
        ["69382S00", "69382s00", "69-ML LYON", "Mission Locale de Lyon", "ml lyon (69)"]
            .iter()
            .enumerate()
    {
        text.push_str(&format!("{name};D{rank};oui\n"));
    }
    text.push_str("Mission locale de Saint-Denis;D8;oui\nMission locale d'Ailleurs;D9;oui\n");
    let (extraction, sink) = essai.read(&[essai.write("dossiers.csv", text)]).unwrap();
    assert_eq!(sink.column("dossiers", "structure_id"), ["69382S00"; 5]);
    let told = refusals(&extraction.report);
    assert_eq!(told.iter().map(|(line, ..)| *line).collect::<Vec<_>>(), [7, 8]);
    let unsure = told[0].2;
    assert!(unsure.contains("93066S00") && unsure.contains("97411S00"), "{unsure}");
    assert!(told[1].2.contains("centre inconnu"), "{}", told[1].2);
}

#[test]
fn the_centre_of_the_import_may_be_named_in_the_file() {
    let essai = Essai::new();
    let text = "structure_id;dossier_id\n69-ML LYON;D1\n69382s00;D2\n26-ML VALENCE;D3\n";
    let path = essai.write("dossiers.csv", text);
    let (extraction, _) = essai.read_as(&[path], Some("2019-11-04"), Some("69382S00")).unwrap();
    let told = refusals(&extraction.report);
    assert_eq!((told.len(), told[0].0), (1, 4));
    assert!(told[0].2.contains("d'un autre centre"), "{told:?}");
}

#[test]
fn a_centre_that_the_import_declares_keeps_its_code() {
    let essai = Essai::new();
    let structures = essai.write("s.csv", "structure_id;nom;region\nESSAI1;Essai;84\n");
    let dossiers = essai.write("d.csv", "structure_id;dossier_id;qpv\nESSAI1;D1;oui\n");
    let (_, sink) = essai.read(&[structures, dossiers]).unwrap();
    assert_eq!(sink.column("dossiers", "structure_id"), ["ESSAI1"]);
}
