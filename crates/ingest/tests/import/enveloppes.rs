//! `enveloppes` has no identifier: only its year and its type are required, and a row is the same as
//! another when all of it is.

use crate::commun::{Essai, refusals};

const ENVELOPPES: &str = "structure_id;annee;type;date_notification;montant;objet\n";

#[test]
fn an_empty_optional_value_is_never_a_reason() {
    let essai = Essai::new();
    let text =
        format!("{ENVELOPPES}69382S00;2019;PACEA;;;\n69382S00;;PACEA;;;\n69382S00;2019;;;;\n");
    let (extraction, _) = essai.read(&[essai.write("enveloppes.csv", text)]).unwrap();
    assert_eq!(extraction.report.totals().acceptees, 1);
    let told = refusals(&extraction.report);
    let places: Vec<(u32, &str)> = told.iter().map(|(line, column, _)| (*line, *column)).collect();
    assert_eq!(places, [(3, "annee"), (4, "type")]);
}

#[test]
fn two_notifications_of_one_day_are_both_kept() {
    let essai = Essai::new();
    let text = format!(
        "{ENVELOPPES}\
         69382S00;2019;PACEA;2019-01-05;1000;Initiale\n\
         69382S00;2019;PACEA;2019-01-05;500;Avenant\n\
         69382S00;2019;PACEA;2019-01-05;250;Avenant\n\
         69382S00;2019;PACEA;05/01/2019;250,00 €;Avenant\n\
         69382S00;2019;PACEA;;250;Avenant\n"
    );
    let (extraction, sink) = essai.read(&[essai.write("enveloppes.csv", text)]).unwrap();
    let total = extraction.report.totals();
    assert_eq!((total.acceptees, total.rejetees, total.doublons_identiques), (4, 0, 1));
    assert_eq!(sink.column("enveloppes", "montant"), ["1000.00", "500.00", "250.00", "250.00"]);
}

#[test]
fn a_total_of_amounts_is_no_enveloppe() {
    let essai = Essai::new();
    let text = "Objet;Montant;Année;Type;Structure\nA;10;2019;PACEA;69382S00\nTotal;10;;;\n";
    let (extraction, _) = essai.read(&[essai.write("budget.csv", text)]).unwrap();
    assert_eq!(extraction.report.totals().lues, 1);
    assert_eq!(extraction.report.ignorees.last().unwrap().ligne, 3);
}
