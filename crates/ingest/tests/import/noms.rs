//! What a file holds comes before what it is called.

use mallette_domain::table::{TABLES, Table};

use crate::commun::{Essai, tables};

/// The canonical header of a table and one row that says only what is required.
fn content(table: &Table) -> String {
    let columns: Vec<&str> = table.columns.iter().map(|column| column.name).collect();
    let row: Vec<&str> = columns
        .iter()
        .map(|name| match *name {
            "structure_id" => "69382S00",
            "annee" => "2019",
            "type" if table.name == "enveloppes" => "PACEA",
            name if table.required.contains(&name) => "X1",
            _ => "",
        })
        .collect();
    format!("{}\n{}\n", columns.join(";"), row.join(";"))
}

#[test]
fn every_table_is_read_under_the_name_of_every_other() {
    let essai = Essai::new();
    for table in TABLES {
        for other in TABLES {
            let path = essai.write(&format!("{}.csv", other.name), content(table));
            let (extraction, _) = essai.read(&[path]).unwrap();
            assert_eq!(tables(&extraction.report), [table.name], "in {}.csv", other.name);
            assert_eq!(extraction.report.totals().acceptees, 1, "{}", table.name);
        }
    }
}

#[test]
fn a_nameless_sheet_is_not_what_its_workbook_is_called() {
    let essai = Essai::new();
    let mut workbook = rust_xlsxwriter::Workbook::new();
    for (name, header, row) in [
        ("Feuil1", ["N° dossier", "Nom", "Prénom", "QPV"], ["D1", "A", "B", "Oui"]),
        ("Feuil2", ["N° évènement", "N° dossier", "Date RDV", "Type RDV"], ["E1", "D1", "", "SMS"]),
        // The name of a sheet means no more than that of a file.
        (
            "Dossiers",
            ["N° proposition", "N° évènement", "N° dossier", "Famille"],
            ["P1", "E1", "D1", ""],
        ),
    ] {
        let sheet = workbook.add_worksheet();
        sheet.set_name(name).unwrap();
        sheet.write_row(0, 0, header).unwrap();
        sheet.write_row(1, 0, row).unwrap();
    }
    let path = essai.write("dossiers.xlsx", workbook.save_to_buffer().unwrap());
    let (extraction, _) = essai.read_as(&[path], Some("2019-11-04"), Some("69382S00")).unwrap();
    assert_eq!(tables(&extraction.report), ["dossiers", "evenements", "propositions"]);
    assert_eq!(extraction.report.totals().acceptees, 3);
}

#[test]
fn a_name_tells_apart_the_tables_that_fit_as_well() {
    let essai = Essai::new();
    let read = |name: &str, text: &str| {
        let path = essai.write(name, text);
        let outcome = essai.read_as(&[path], Some("2019-11-04"), Some("69382S00"));
        outcome.map(|(extraction, _)| tables(&extraction.report).join(" "))
    };
    let few = "N° dossier;Mise à jour\nD1;2019-01-01\n";
    assert!(read("extrait.csv", few).is_err());
    assert_eq!(read("Liste des dossiers.csv", few).unwrap(), "dossiers");
    let two = "ID;Début;Fin;Statut\nX1;2019-01-01;;\n";
    assert_eq!(read("Situations 2019.csv", two).unwrap(), "situations");
    // « Début » and « Fin » are said of passages too, « Statut » is not.
    assert_eq!(read("Parcours 2019.csv", two).unwrap(), "situations");
}
