//! The forms of file beyond CSV: JSON lines, workbooks of each kind.

use std::fmt::Write as _;
use std::io::{Cursor, Read as _};

use mallette_domain::table::{Column, ColumnType, TABLES, Table};
use rust_xlsxwriter::{Format, Workbook};

use crate::commun::{Essai, refusals, tables, zip};

#[test]
fn json_lines_may_leave_out_what_is_empty() {
    let essai = Essai::new();
    let mut text = String::new();
    for rank in 0..1500 {
        let line = "{\"structure_id\":\"69382S00\",\"dossier_id\":";
        writeln!(text, "{line}{rank},\"sexe\":\"F\"}}").unwrap();
    }
    text.push_str("{\"dossier_id\":\"D1\",\"structure_id\":\"69382S00\",\"date_naissance\":\"2000-02-29\",\"qpv\":true,\"sexe\":null}\n");
    text.push_str(
        "{\"dossier_id\":\"D2\",\"structure_id\":\"69382S00\",\"date_naissance\":\"2001-02-29\"}\n",
    );
    let (extraction, sink) = essai.read(&[essai.write("lignes.json", text)]).unwrap();
    assert_eq!(tables(&extraction.report), ["dossiers"]);
    assert_eq!(extraction.report.totals().acceptees, 1501);
    let told = refusals(&extraction.report);
    assert_eq!((told[0].0, told[0].1), (1502, "date_naissance"));
    assert!(told[0].2.contains("n'existe pas au calendrier"), "{told:?}");
    let last = sink.rows("dossiers").pop().unwrap();
    assert_eq!((last["qpv"].as_str(), last["date_naissance"].as_str()), ("oui", "2000-02-29"));
    assert!(!last.contains_key("sexe"));
}

#[test]
fn json_has_no_header_line() {
    let essai = Essai::new();
    let text = "{\"structure_id\":\"69382S00\",\"dossier_id\":\"D1\",\"nom\":\"A\"}\n";
    let (extraction, _) = essai.read(&[essai.write("dossiers.jsonl", text)]).unwrap();
    assert_eq!(extraction.report.totals().acceptees, 1);
    assert!(extraction.report.ignorees.is_empty(), "{:?}", extraction.report.ignorees);
}

#[test]
fn an_xls_is_read() {
    let essai = Essai::new();
    let path = essai.write("exemple.xls", include_bytes!("../fichiers/exemple.xls"));
    let (extraction, sink) = essai.read_as(&[path], Some("2019-11-04"), Some("69382S00")).unwrap();
    assert_eq!(tables(&extraction.report)[0], "dossiers");
    assert_eq!(sink.column("dossiers", "date_naissance"), ["2001-02-28"]);
    let names = sink.identities("dossiers");
    assert_eq!((names[0]["numero_dossier"].as_str(), names[0]["nom"].as_str()), ("1001", "Zoé"));
    let told = refusals(&extraction.report);
    assert_eq!((told[0].0, told[0].1), (5, "dossier_id"));
    assert!(told[0].2.contains("vide"), "{told:?}");
}

#[test]
fn an_ods_is_read() {
    let essai = Essai::new();
    let cell = |text: &str| {
        format!(
            "<table:table-cell office:value-type=\"string\"><text:p>{text}</text:p></table:table-cell>"
        )
    };
    let row = |cells: &str| format!("<table:table-row>{cells}</table:table-row>");
    let day = "<table:table-cell office:value-type=\"date\" office:date-value=\"2019-09-05\">\
        <text:p>05/09/2019</text:p></table:table-cell>";
    let rows = [
        row(&["N° RDV", "N° dossier", "Date RDV", "Durée"].map(cell).concat()),
        row(&[cell("E1"), cell("D1"), day.to_owned(), cell("45")].concat()),
        row(&[cell("E2"), cell("D1"), day.to_owned(), cell("une heure")].concat()),
    ];
    let content = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><office:document-content \
         xmlns:office=\"o\" xmlns:table=\"t\" xmlns:text=\"x\"><office:body><office:spreadsheet>\
         <table:table table:name=\"Feuille1\">{}</table:table></office:spreadsheet>\
         </office:body></office:document-content>",
        rows.concat()
    );
    let bytes = zip(&[
        ("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"),
        ("META-INF/manifest.xml", b"<manifest:manifest/>"),
        ("content.xml", content.as_bytes()),
    ]);
    let path = essai.write("agenda.ods", bytes);
    let (extraction, sink) = essai.read_as(&[path], Some("2019-11-04"), Some("69382S00")).unwrap();
    assert_eq!(tables(&extraction.report), ["evenements"]);
    assert_eq!(sink.column("evenements", "date"), ["2019-09-05"]);
    assert_eq!(sink.column("evenements", "duree_minutes"), ["45"]);
    let told = refusals(&extraction.report);
    assert_eq!((told[0].0, told[0].1), (3, "Durée"));
    assert_eq!(extraction.report.rejets[0].feuille.as_deref(), Some("Feuille1"));
}

/// A value that any column of that kind accepts.
fn sample(table: &Table, column: &Column) -> &'static str {
    match column.kind {
        _ if column.name == "structure_id" => "69382S00",
        ColumnType::Id => "X1",
        ColumnType::Text => "Rhône",
        ColumnType::Date => "2019-09-05",
        ColumnType::Mois => "2019-09",
        ColumnType::Integer => "2019",
        ColumnType::Decimal => "12.50",
        ColumnType::Code(codes) => codes[0],
        ColumnType::FreeCode => {
            assert_eq!(table.name, "parcours");
            "ABANDON"
        }
    }
}

#[test]
fn a_canonical_workbook_has_a_sheet_per_table() {
    let essai = Essai::new();
    let mut workbook = Workbook::new();
    for table in TABLES {
        let sheet = workbook.add_worksheet();
        sheet.set_name(table.name).unwrap();
        sheet.write_row(0, 0, table.columns.iter().map(|column| column.name)).unwrap();
        sheet.write_row(1, 0, table.columns.iter().map(|column| sample(table, column))).unwrap();
    }
    let path = essai.write("tout.xlsx", workbook.save_to_buffer().unwrap());
    let (extraction, sink) = essai.read(&[path]).unwrap();
    let names: Vec<&str> = TABLES.iter().map(|table| table.name).collect();
    assert_eq!(tables(&extraction.report), names);
    assert_eq!(extraction.report.totals().acceptees, 9, "{:?}", extraction.report.rejets);
    assert!(extraction.report.colonnes_inconnues.is_empty());
    assert_eq!(sink.column("allocations", "mois"), ["2019-09-01"]);
    assert_eq!(sink.column("enveloppes", "montant"), ["12.50"]);
    assert_eq!(sink.column("situations", "heures_hebdo"), ["12.50"]);
}

/// A workbook whose days are bare serial numbers, under a merged title.
fn serial_days(first: f64) -> Vec<u8> {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    sheet.merge_range(0, 0, 0, 3, "Rendez-vous du mois", &Format::new()).unwrap();
    sheet.write_row(1, 0, ["structure_id", "evenement_id", "date", "type"]).unwrap();
    for (rank, serial) in [first, first + 0.5, 0.25].into_iter().enumerate() {
        let row = u32::try_from(rank).unwrap() + 2;
        sheet.write_row(row, 0, ["69382S00", ["E1", "E2", "E3"][rank]]).unwrap();
        sheet.write(row, 2, serial).unwrap();
    }
    workbook.save_to_buffer().unwrap()
}

#[test]
fn serial_days_follow_the_epoch_of_their_workbook() {
    // 1 September 2019 is day 43 709 from 1900, and 1 462 days fewer from 1904.
    let from_1900 = serial_days(43_709.0);
    let from_1904 = with_part(&serial_days(42_247.0), "xl/workbook.xml", |xml| {
        assert!(xml.contains("<workbookPr "), "{xml}");
        xml.replace("<workbookPr ", "<workbookPr date1904=\"1\" ")
    });
    for bytes in [from_1900, from_1904] {
        let essai = Essai::new();
        let (extraction, sink) = essai.read(&[essai.write("rdv.xlsx", bytes)]).unwrap();
        assert_eq!(sink.column("evenements", "date"), ["2019-09-01", "2019-09-01"]);
        let told = refusals(&extraction.report);
        assert_eq!((told[0].0, told[0].1), (5, "date"));
        assert!(told[0].2.contains("ce n'est pas une date"), "{told:?}");
        assert!(extraction.report.ignorees[0].raison.contains("titre"));
    }
}

/// The bytes of an archive, one of its parts changed.
fn with_part(archive: &[u8], name: &str, change: impl Fn(String) -> String) -> Vec<u8> {
    let mut source = zip::ZipArchive::new(Cursor::new(archive)).unwrap();
    let mut parts: Vec<(String, Vec<u8>)> = Vec::new();
    for index in 0..source.len() {
        let mut part = source.by_index(index).unwrap();
        let mut bytes = Vec::new();
        part.read_to_end(&mut bytes).unwrap();
        let part_name = part.name().unwrap().into_owned();
        if part_name == name {
            bytes = change(String::from_utf8(bytes).unwrap()).into_bytes();
        }
        parts.push((part_name, bytes));
    }
    let parts: Vec<(&str, &[u8])> = parts.iter().map(|(n, b)| (n.as_str(), b.as_slice())).collect();
    zip(&parts)
}
