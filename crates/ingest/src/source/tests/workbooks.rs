//! Workbooks: XLSX, XLS and ODS, their dates, their bounds, broken and encrypted ones.

use jiff::civil::date;
use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Workbook};

use super::{Limites, Value, read_with, refusal, text, texts, zip};

const XLS: &[u8] = include_bytes!("../../../tests/fichiers/exemple.xls");

/// The bytes of the stored part of an archive, changed.
fn with_part(archive: &[u8], name: &str, change: impl Fn(String) -> String) -> Vec<u8> {
    use std::io::Read;
    let mut source = zip::ZipArchive::new(std::io::Cursor::new(archive)).expect("archive");
    let mut parts: Vec<(String, Vec<u8>)> = Vec::new();
    for index in 0..source.len() {
        let mut part = source.by_index(index).expect("part");
        let mut bytes = Vec::new();
        part.read_to_end(&mut bytes).expect("part");
        let part_name = part.name().expect("name").into_owned();
        if part_name == name {
            bytes = change(String::from_utf8(bytes).expect("text")).into_bytes();
        }
        parts.push((part_name, bytes));
    }
    let parts: Vec<(&str, &[u8])> = parts.iter().map(|(n, b)| (n.as_str(), b.as_slice())).collect();
    zip(&parts)
}

fn sample() -> Workbook {
    let day = Format::new().set_num_format("dd/mm/yyyy");
    let hours = Format::new().set_num_format("[h]:mm");
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    sheet.set_name("Dossiers").expect("name");
    sheet.merge_range(0, 0, 0, 3, "Extraction", &Format::new()).expect("merge");
    for (column, name) in ["dossier_id", "nom", "date", "montant"].iter().enumerate() {
        sheet.write(2, column as u16, *name).expect("header");
    }
    sheet.write(3, 0, 1001).expect("number");
    sheet.write(3, 1, "Zoé \"L\"\nsuite").expect("text");
    let moment = ExcelDateTime::from_ymd(2001, 2, 28).expect("day").and_hms(15, 30, 0);
    sheet.write_with_format(3, 2, moment.expect("time"), &day).expect("date");
    sheet.write(3, 3, 12.5).expect("number");
    sheet.write(5, 1, true).expect("bool");
    sheet.write(5, 3, Formula::new("=1/0").set_result("#DIV/0!")).expect("error");
    sheet.write(5, 5, Formula::new("=A4+1").set_result("1002")).expect("formula");
    sheet.write_with_format(6, 0, 1.25, &hours).expect("duration");
    let hidden = workbook.add_worksheet();
    hidden.set_name("Cachée").expect("name");
    hidden.write(0, 0, "a").expect("text");
    hidden.set_hidden(true);
    workbook
}

#[test]
fn an_xlsx_gives_every_sheet_and_true_rows() {
    let bytes = sample().save_to_buffer().expect("xlsx");
    // Under a wrong extension: only what it holds matters.
    let sheets = read_with("extrait.csv", &bytes, Limites::default()).expect("read");
    assert_eq!(sheets.len(), 2);
    assert_eq!(sheets[0].nom.as_deref(), Some("Dossiers"));
    let zoe = vec![
        Value::Number(1001.0),
        text("Zoé \"L\"\nsuite"),
        Value::Date(date(2001, 2, 28)),
        Value::Number(12.5),
    ];
    let mixed = vec![
        Value::Empty,
        Value::Bool(true),
        Value::Empty,
        Value::Invalid("#DIV/0!".to_owned()),
        Value::Empty,
        Value::Number(1002.0),
    ];
    let expected = [
        (1, texts(&["Extraction"])),
        (2, vec![]),
        (3, texts(&["dossier_id", "nom", "date", "montant"])),
        (4, zoe),
        (5, vec![]),
        (6, mixed),
        (7, vec![Value::Number(1.25)]),
    ];
    assert_eq!(sheets[0].rows, expected);
    assert_eq!(sheets[1].nom.as_deref(), Some("Cachée"));
    assert_eq!(sheets[1].cells(), [texts(&["a"])]);
    assert_eq!(sheets[0].empreinte, blake3::hash(&bytes).to_hex().to_string());
}

#[test]
fn a_workbook_that_counts_from_1904_gives_its_dates() {
    let mut workbook = Workbook::new();
    let day = Format::new().set_num_format("dd/mm/yyyy");
    let sheet = workbook.add_worksheet();
    // Serial 42 251 is 05/09/2019 when day 0 is 01/01/1904: 115 years, 28 leap days, 247 days.
    sheet.write_with_format(0, 0, 115.0 * 365.0 + 29.0 + 247.0, &day).expect("date");
    let bytes = workbook.save_to_buffer().expect("xlsx");
    let bytes = with_part(&bytes, "xl/workbook.xml", |xml| {
        assert!(xml.contains("<workbookPr "));
        xml.replace("<workbookPr ", "<workbookPr date1904=\"1\" ")
    });
    let sheets = read_with("mac.xlsx", &bytes, Limites::default()).expect("read");
    assert!(sheets[0].date_1904);
    assert_eq!(sheets[0].cells(), [vec![Value::Date(date(2019, 9, 5))]]);
}

#[test]
fn a_workbook_inside_an_archive_is_read() {
    let bytes = sample().save_to_buffer().expect("xlsx");
    let archive = zip(&[("d/classeur.xlsx", &bytes), ("vieux.xls", XLS)]);
    let sheets = read_with("lot.zip", &archive, Limites::default()).expect("read");
    assert_eq!(sheets.len(), 4);
    assert!(sheets[0].chemin.ends_with("lot.zip/d/classeur.xlsx"), "{}", sheets[0].chemin);
    assert_eq!(sheets[0].rows.len(), 7);
}

#[test]
fn an_xls_gives_the_same_kinds_of_cells() {
    let sheets = read_with("exemple.csv", XLS, Limites::default()).expect("read");
    assert_eq!(sheets.len(), 2);
    let zoe = vec![
        Value::Number(1001.0),
        text("Zoé"),
        Value::Date(date(2001, 2, 28)),
        Value::Number(12.5),
        Value::Bool(true),
    ];
    let expected = [
        (1, texts(&["Extraction du 4 novembre"])),
        (2, vec![]),
        (3, texts(&["dossier_id", "nom", "date_naissance", "montant", "actif"])),
        (4, zoe),
        (5, vec![Value::Empty, text("Anaïs"), Value::Date(date(1999, 12, 31))]),
    ];
    assert_eq!(sheets[0].rows, expected);
    assert_eq!(sheets[1].nom.as_deref(), Some("Cachée"));
}

/// A minimal ODS whose only sheet holds these rows.
fn ods(rows: &str) -> Vec<u8> {
    let content = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><office:document-content \
         xmlns:office=\"o\" xmlns:table=\"t\" xmlns:text=\"x\"><office:body><office:spreadsheet>\
         <table:table table:name=\"Feuille1\">{rows}</table:table></office:spreadsheet>\
         </office:body></office:document-content>"
    );
    ods_parts(&content, "<manifest:manifest/>")
}

fn ods_parts(content: &str, manifest: &str) -> Vec<u8> {
    zip(&[
        ("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"),
        ("META-INF/manifest.xml", manifest.as_bytes()),
        ("content.xml", content.as_bytes()),
    ])
}

#[test]
fn an_ods_is_read() {
    let bytes = ods(
        "<table:table-row table:number-rows-repeated=\"2\"><table:table-cell/></table:table-row>\
         <table:table-row><table:table-cell office:value-type=\"string\"><text:p>Zoé &amp; Léa</text:p>\
         </table:table-cell><table:table-cell table:number-columns-repeated=\"2\"/>\
         <table:table-cell office:value-type=\"date\" office:date-value=\"2019-09-05T10:00:00\">\
         <text:p>05/09/2019</text:p></table:table-cell>\
         <table:table-cell office:value-type=\"float\" office:value=\"12.5\"><text:p>12,5</text:p>\
         </table:table-cell><table:table-cell office:value-type=\"boolean\" \
         office:boolean-value=\"true\"><text:p>VRAI</text:p></table:table-cell></table:table-row>\
         <table:table-row table:number-rows-repeated=\"1048573\"><table:table-cell \
         table:number-columns-repeated=\"16384\"/></table:table-row>",
    );
    let sheets = read_with("extrait.xls", &bytes, Limites::default()).expect("read");
    assert_eq!(sheets[0].nom.as_deref(), Some("Feuille1"));
    let row = vec![
        text("Zoé & Léa"),
        Value::Empty,
        Value::Empty,
        Value::Date(date(2019, 9, 5)),
        Value::Number(12.5),
        Value::Bool(true),
    ];
    assert_eq!(sheets[0].rows, [(1, vec![]), (2, vec![]), (3, row)]);
}

#[test]
fn an_ods_that_repeats_without_measure_is_refused() {
    let cells = ods("<table:table-row table:number-rows-repeated=\"1000000\"><table:table-cell \
         table:number-columns-repeated=\"16000\" office:value-type=\"float\" office:value=\"1\">\
         <text:p>1</text:p></table:table-cell></table:table-row>");
    let message = refusal("bombe.ods", &cells, Limites::default());
    assert!(message.contains("cellules"), "{message}");
    let long = "x".repeat(1 << 20);
    let bytes = ods(&format!(
        "<table:table-row><table:table-cell table:number-columns-repeated=\"16000\"><text:p>{long}\
         </text:p></table:table-cell></table:table-row>"
    ));
    let message = refusal("bombe.ods", &bytes, Limites::default());
    assert!(message.contains("1\u{a0}Gio"), "{message}");
}

#[test]
fn broken_and_encrypted_ods_are_told() {
    let cut = ods_parts("<o><table:table table:name=\"a\"><table:table-row>", "<m/>");
    assert!(refusal("coupe.ods", &cut, Limites::default()).contains("abîmé"));
    let sealed = ods_parts("\u{1}\u{2}", "<m><manifest:encryption-data/></m>");
    assert!(refusal("scelle.ods", &sealed, Limites::default()).contains("mot de passe"));
}

#[test]
fn truncated_workbooks_are_refused() {
    let bytes = sample().save_to_buffer().expect("xlsx");
    for length in [30, 400, bytes.len() / 2, bytes.len() - 10] {
        let message = refusal("coupe.xlsx", &bytes[..length], Limites::default());
        assert!(message.contains("abîmé ou incomplet"), "{length}: {message}");
    }
    for length in [600, XLS.len() / 4, XLS.len() / 2] {
        let message = refusal("coupe.xls", &XLS[..length], Limites::default());
        assert!(message.contains("abîmé") || message.contains("classeur"), "{length}: {message}");
    }
    let unclosed = with_part(&bytes, "xl/worksheets/sheet1.xml", |xml| {
        xml.split_at(xml.find("<row r=\"4\"").expect("row")).0.to_owned()
    });
    let message = refusal("coupe.xlsx", &unclosed, Limites::default());
    assert!(message.contains("abîmé"), "{message}");
}

#[test]
fn an_xlsx_bomb_is_refused_before_it_is_read() {
    let bytes = sample().save_to_buffer().expect("xlsx");
    let blown = with_part(&bytes, "xl/worksheets/sheet1.xml", |xml| {
        let spaces = " ".repeat(80 << 20);
        xml.replace("<sheetData>", &format!("{spaces}<sheetData>"))
    });
    let message = refusal("bombe.xlsx", &blown, Limites::default());
    assert!(message.contains("200\u{a0}fois"), "{message}");
    let limites = Limites { octets_decompresses: 4096, ..Limites::default() };
    let message = refusal("bombe.xlsx", &bytes, limites);
    assert!(message.contains("4\u{a0}Kio"), "{message}");
    let strings = with_part(&bytes, "xl/sharedStrings.xml", |xml| {
        let (before, after) = xml.split_once("uniqueCount=\"").expect("count");
        format!("{before}uniqueCount=\"99999999999{after}")
    });
    let message = refusal("bombe.xlsx", &strings, Limites::default());
    assert!(message.contains("textes partagés"), "{message}");
}

#[test]
fn too_many_columns_name_the_sheet_and_the_row() {
    let bytes = sample().save_to_buffer().expect("xlsx");
    let limites = Limites { colonnes: 4, ..Limites::default() };
    let message = refusal("large.xlsx", &bytes, limites);
    assert!(message.contains("feuille « Dossiers », ligne 6"), "{message}");
}

#[test]
fn cells_out_of_order_are_refused() {
    let bytes = sample().save_to_buffer().expect("xlsx");
    let swapped = with_part(&bytes, "xl/worksheets/sheet1.xml", |xml| {
        xml.replace("r=\"A7\"", "r=\"A2\"").replace("<row r=\"7\"", "<row r=\"2\"")
    });
    let message = refusal("desordre.xlsx", &swapped, Limites::default());
    assert!(message.contains("ordre") && message.contains("Dossiers"), "{message}");
}

/// A compound file with one stream of this name, laid out by hand.
fn compound(name: &str, stream: &[u8]) -> Vec<u8> {
    assert!(stream.len() >= 4096 && stream.len().is_multiple_of(512));
    let sectors = (stream.len() / 512) as u32;
    let mut header = vec![0_u8; 512];
    header[..8].copy_from_slice(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1");
    header[26] = 3;
    header[28..30].copy_from_slice(&[0xFE, 0xFF]);
    header[30] = 9;
    header[32] = 6;
    header[44] = 1;
    header[48] = 1;
    header[57] = 0x10;
    for at in [60, 68] {
        header[at..at + 4].copy_from_slice(&0xFFFF_FFFE_u32.to_le_bytes());
    }
    header[76..512].fill(0xFF);
    header[76..80].fill(0);
    let mut fat = vec![0xFFFF_FFFD_u32, 0xFFFF_FFFE];
    fat.extend((0..sectors).map(|i| if i + 1 < sectors { i + 3 } else { 0xFFFF_FFFE }));
    fat.resize(128, 0xFFFF_FFFF);
    let entry = |name: &str, kind: u8, start: u32, size: u32| {
        let mut bytes = vec![0_u8; 128];
        for (i, unit) in name.encode_utf16().enumerate() {
            bytes[2 * i..2 * i + 2].copy_from_slice(&unit.to_le_bytes());
        }
        bytes[64] = 2 * (name.len() as u8 + 1);
        bytes[66] = kind;
        bytes[116..120].copy_from_slice(&start.to_le_bytes());
        bytes[120..124].copy_from_slice(&size.to_le_bytes());
        bytes
    };
    let mut directory = entry("Root Entry", 5, 0xFFFF_FFFE, 0);
    directory.extend(entry(name, 2, 2, stream.len() as u32));
    directory.resize(512, 0);
    let fat: Vec<u8> = fat.iter().flat_map(|word| word.to_le_bytes()).collect();
    [header, fat, directory, stream.to_vec()].concat()
}

#[test]
fn an_encrypted_xlsx_is_told() {
    let bytes = compound("EncryptedPackage", &[7; 4096]);
    let message = refusal("secret.xlsx", &bytes, Limites::default());
    assert!(message.contains("mot de passe"), "{message}");
}

#[test]
fn another_office_document_is_told() {
    let message = refusal("note.xls", &compound("WordDocument", &[7; 4096]), Limites::default());
    assert!(message.contains("n'est pas un tableau"), "{message}");
}

#[test]
fn an_xls_that_would_unfold_is_refused() {
    let record = |kind: u16, data: &[u8]| {
        [&kind.to_le_bytes()[..], &(data.len() as u16).to_le_bytes(), data].concat()
    };
    let number = |row: u16, column: u16| {
        let data = [&row.to_le_bytes()[..], &column.to_le_bytes(), &[0; 10]].concat();
        record(0x0203, &data)
    };
    let stream = |records: &[Vec<u8>]| {
        let mut bytes = records.concat();
        bytes.resize(4096, 0);
        compound("Workbook", &bytes)
    };
    let begin = record(0x0809, &[0; 16]);
    let corner = stream(&[begin.clone(), number(0, 0), number(65_535, 40_000)]);
    let message = refusal("coins.xls", &corner, Limites::default());
    assert!(message.contains("hors de la feuille"), "{message}");
    let mut sheets = Vec::new();
    for _ in 0..4 {
        sheets.extend([begin.clone(), number(0, 0), number(65_535, 255)]);
    }
    let message = refusal("feuilles.xls", &stream(&sheets), Limites::default());
    assert!(message.contains("cellules"), "{message}");
    let declared = record(0x0200, &[0, 0, 0, 0, 255, 255, 255, 255, 0, 0, 255, 255, 0, 0]);
    let message = refusal("declare.xls", &stream(&[begin, declared]), Limites::default());
    assert!(message.contains("hors de la feuille"), "{message}");
}
