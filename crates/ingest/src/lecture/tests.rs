//! Rows that wait on the disk are rows like others.

use std::fmt::Write as _;

use super::*;
use crate::sink::{Lot, SinkError};

/// Keeps what it receives, as text.
#[derive(Default)]
struct Memoire {
    folder: PathBuf,
    lots: Vec<String>,
}

impl CentreKeys for Memoire {
    fn key(&self, _structure_id: &str) -> Result<[u8; 32], SinkError> {
        Ok([7; 32])
    }
}

impl Sink for Memoire {
    fn waiting_folder(&self) -> PathBuf {
        self.folder.clone()
    }

    fn accept(&mut self, lot: Lot) -> Result<(), SinkError> {
        let mut text = format!("{} {}\n", lot.structure_id, lot.table.name);
        for batch in lot.activite.chain(lot.identites) {
            let batch = batch?;
            for row in 0..batch.num_rows() {
                let _ = writeln!(text, "{:?}", batch.slice(row, 1).columns());
            }
        }
        self.lots.push(text);
        Ok(())
    }
}

/// Two centres, some keys twice in places far apart, names and free text.
fn write_files(dir: &std::path::Path) -> Vec<PathBuf> {
    let mut dossiers = "structure_id;dossier_id;nom;prenom;qpv;date_maj\n".to_owned();
    let mut evenements = "structure_id;evenement_id;dossier_id;date;duree_minutes\n".to_owned();
    for n in 0..30_000 {
        let centre = if n % 3 == 0 { "26362S00" } else { "69382S00" };
        let _ =
            writeln!(dossiers, "{centre};D{};Nom{n};Léa;oui;2019-10-0{}", n % 29_000, n % 9 + 1);
        let _ = writeln!(evenements, "{centre};E{};D{};2019-01-05;{}", n % 29_500, n % 700, n % 7);
    }
    [("dossiers.csv", dossiers), ("evenements.csv", evenements)]
        .into_iter()
        .map(|(name, text)| {
            let path = dir.join(name);
            std::fs::write(&path, text).unwrap();
            path
        })
        .collect()
}

fn read_with(
    bornes: Bornes,
    dir: &std::path::Path,
    paths: &[PathBuf],
) -> (Extraction, Vec<String>) {
    let catalogue = Catalogue::builtin().unwrap();
    let options = Options {
        catalogue: &catalogue,
        date_extraction: "2019-11-04".parse().ok(),
        structure: None,
        tables: &TablesDites::new(),
    };
    let keys = Memoire::default();
    let mut sink = Memoire { folder: dir.to_owned(), lots: Vec::new() };
    let read = read_within(bornes, paths, &options, &keys, &mut sink, &mut |_, _| {
        ControlFlow::Continue(())
    })
    .unwrap();
    (read, sink.lots)
}

#[test]
fn rows_put_aside_come_back_as_they_were() {
    let dir = tempfile::tempdir().unwrap();
    let paths = write_files(dir.path());
    let (whole, lots) = read_with(BORNES, dir.path(), &paths);
    let (aside, lots_aside) =
        read_with(Bornes { memory: 1, worth: 0, look: 1, step: 1 }, dir.path(), &paths);
    // A key comes back 29,000 dossiers or 29,500 events later, in the same centre one time in three.
    let total = whole.report.totals();
    assert_eq!(total.doublons_identiques + total.rejetees, 333 + 167);
    assert_eq!(whole, aside);
    assert_eq!(lots, lots_aside);
}

#[test]
fn a_folder_that_takes_no_row_refuses_the_import_in_french() {
    let dir = tempfile::tempdir().unwrap();
    let paths = write_files(dir.path());
    let catalogue = Catalogue::builtin().unwrap();
    let options = Options {
        catalogue: &catalogue,
        date_extraction: "2019-11-04".parse().ok(),
        structure: None,
        tables: &TablesDites::new(),
    };
    let mut sink = Memoire { folder: dir.path().join("nulle part"), lots: Vec::new() };
    let bornes = Bornes { memory: 1, worth: 0, look: 1, step: 1 };
    let refused =
        read_within(bornes, &paths, &options, &Memoire::default(), &mut sink, &mut |_, _| {
            ControlFlow::Continue(())
        });
    let told = refused.unwrap_err().to_string();
    assert!(told.contains("nulle part") && told.contains("place"), "{told}");
    assert!(sink.lots.is_empty());
}
