//! The field form, decoded by hand: what was announced is what the files hold.

use std::collections::BTreeSet;
use std::fs;

use mallette_catalogue::Catalogue;

use super::{Format, generated};

#[test]
fn the_files_hold_what_the_bilan_announces() {
    let (dir, bilan) = generated(20, 1_500, 6, Format::Terrain);
    let (mut kinds, mut planted) = (BTreeSet::new(), [0u64; 2]);
    for (name, attendu) in &bilan.attendus {
        let sum = attendu.acceptees + attendu.rejetees + attendu.doublons_identiques;
        assert_eq!(attendu.lues, sum, "{name}");
        planted[0] += attendu.rejetees;
        planted[1] += attendu.doublons_identiques;
        let file = name.split('#').next().unwrap();
        assert!(file.contains("2019-11-04") || file.contains("20191104"), "{file}");
        let content = fs::read(dir.path().join(file)).unwrap();
        let text = match content.as_slice() {
            [0xff, 0xfe, rest @ ..] => {
                kinds.insert("UTF-16");
                let units: Vec<u16> =
                    rest.chunks(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
                String::from_utf16(&units).unwrap()
            }
            [0xef, 0xbb, 0xbf, rest @ ..] => {
                kinds.insert("UTF-8");
                String::from_utf8(rest.to_vec()).unwrap()
            }
            [b'P', b'K', ..] => {
                kinds.insert("classeur");
                continue;
            }
            content => {
                kinds.insert("Windows-1252");
                encoding_rs::WINDOWS_1252.decode(content).0.into_owned()
            }
        };
        assert!(text.starts_with("Extraction I-MILO du 04/11/2019"), "{name}");
        assert!(text.ends_with("\r\n"), "{name}");
        let lines = text.lines().count() as u64;
        assert_eq!(lines, attendu.lues + attendu.ignorees, "{name}");
    }
    assert_eq!(kinds.len(), 4, "{kinds:?}");
    assert!(planted[0] > 50 && planted[1] > 20, "{planted:?}");
    let files: BTreeSet<&str> =
        bilan.attendus.keys().map(|name| name.split('#').next().unwrap()).collect();
    assert_eq!(files.len(), bilan.fichiers.len());
}

#[test]
fn numbers_and_days_are_written_the_french_way() {
    let (dir, bilan) = generated(20, 800, 6, Format::Terrain);
    let mut seen = String::new();
    for name in bilan.attendus.keys().filter(|name| name.ends_with(".csv")) {
        let content = fs::read(dir.path().join(name)).unwrap();
        let decoded = String::from_utf8(content.clone());
        seen += &decoded.unwrap_or_else(|_| encoding_rs::WINDOWS_1252.decode(&content).0.into());
    }
    for part in
        ["05/09/2019", " 00:00:00;", "Total : ", ",57 €", ",57\u{a0}€", ",00;", "31/02/2019"]
    {
        assert!(seen.contains(part), "{part}");
    }
}

#[test]
fn workbooks_hold_a_sheet_per_table() {
    let (_dir, bilan) = generated(20, 300, 6, Format::Terrain);
    let catalogue = Catalogue::builtin().unwrap();
    let mut tables: BTreeSet<(&str, &str)> = BTreeSet::new();
    let mut workbooks: BTreeSet<&str> = BTreeSet::new();
    for name in bilan.attendus.keys() {
        if let Some((file, sheet)) = name.split_once('#') {
            workbooks.insert(file);
            let table = catalogue.recognise_table(sheet).unwrap();
            assert!(tables.insert((file, table.name)), "{name}");
        }
    }
    assert!(!workbooks.is_empty());
    assert_eq!(tables.len(), 9 * workbooks.len());
}
