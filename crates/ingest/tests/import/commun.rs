//! What the tests of imports share: files written on the spot, a sink in memory, the account checked.

use std::collections::BTreeMap;
use std::io::{Cursor, Write};
use std::ops::ControlFlow;
use std::path::PathBuf;

use arrow::array::{Array, RecordBatch};
use arrow::util::display::{ArrayFormatter, FormatOptions};
use mallette_catalogue::Catalogue;
use mallette_ingest::{
    CentreKeys, Extraction, IngestError, Lot, Options, Report, Sink, SinkError, TablesDites, read,
};
use zip::write::SimpleFileOptions;

/// Keeps the lots; each centre's key is its code.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    lots: Vec<Garde>,
}

/// A lot, its batches laid out.
#[derive(Debug)]
struct Garde {
    table: &'static str,
    activite: Vec<RecordBatch>,
    identites: Vec<RecordBatch>,
}

impl CentreKeys for Memory {
    fn key(&self, structure_id: &str) -> Result<[u8; 32], SinkError> {
        let mut key = [0; 32];
        for (slot, byte) in key.iter_mut().zip(structure_id.bytes()) {
            *slot = byte;
        }
        Ok(key)
    }
}

impl Sink for Memory {
    fn accept(&mut self, lot: Lot) -> Result<(), SinkError> {
        self.lots.push(Garde {
            table: lot.table.name,
            activite: lot.activite.collect::<Result<_, _>>()?,
            identites: lot.identites.collect::<Result<_, _>>()?,
        });
        Ok(())
    }
}

impl Memory {
    pub(crate) fn is_empty(&self) -> bool {
        self.lots.is_empty()
    }

    /// The table of each lot, in the order in which they came.
    pub(crate) fn tables(&self) -> Vec<&str> {
        self.lots.iter().map(|lot| lot.table).collect()
    }

    /// The activity rows of a table: the one place that knows how a lot carries them.
    pub(crate) fn activity(&self, table: &str) -> Vec<RecordBatch> {
        let lots = self.lots.iter().filter(|lot| lot.table == table);
        lots.flat_map(|lot| lot.activite.iter().cloned()).collect()
    }

    /// The activity rows of a table, as texts by column name.
    pub(crate) fn rows(&self, table: &str) -> Vec<BTreeMap<String, String>> {
        self.activity(table).iter().flat_map(texts).collect()
    }

    /// The values of a column, row by row; empty when there are none.
    pub(crate) fn column(&self, table: &str, column: &str) -> Vec<String> {
        let rows = self.rows(table);
        rows.into_iter().map(|mut row| row.remove(column).unwrap_or_default()).collect()
    }

    pub(crate) fn identities(&self, table: &str) -> Vec<BTreeMap<String, String>> {
        let lots = self.lots.iter().filter(|lot| lot.table == table);
        lots.flat_map(|lot| &lot.identites).flat_map(texts).collect()
    }
}

fn texts(batch: &RecordBatch) -> Vec<BTreeMap<String, String>> {
    let options = FormatOptions::default();
    (0..batch.num_rows())
        .map(|row| {
            let schema = batch.schema();
            let cells =
                schema.fields().iter().zip(batch.columns()).filter(|(_, c)| c.is_valid(row));
            cells
                .map(|(field, column)| {
                    let text = ArrayFormatter::try_new(column, &options).unwrap();
                    (field.name().clone(), text.value(row).to_string())
                })
                .collect()
        })
        .collect()
}

pub(crate) struct Essai {
    dir: tempfile::TempDir,
    pub(crate) catalogue: Catalogue,
    pub(crate) tables: TablesDites,
}

impl Essai {
    pub(crate) fn new() -> Self {
        Self {
            dir: tempfile::tempdir().unwrap(),
            catalogue: Catalogue::builtin().unwrap(),
            tables: TablesDites::new(),
        }
    }

    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.dir.path().join(name);
        std::fs::write(&path, content).unwrap();
        path
    }

    pub(crate) fn options<'a>(&'a self, structure: Option<&'a str>) -> Options<'a> {
        Options {
            catalogue: &self.catalogue,
            date_extraction: None,
            structure,
            tables: &self.tables,
        }
    }

    pub(crate) fn read(&self, paths: &[PathBuf]) -> Result<(Extraction, Memory), IngestError> {
        self.read_as(paths, Some("2019-11-04"), None)
    }

    pub(crate) fn read_as(
        &self,
        paths: &[PathBuf],
        date: Option<&str>,
        structure: Option<&str>,
    ) -> Result<(Extraction, Memory), IngestError> {
        let (keys, mut sink) = (Memory::default(), Memory::default());
        let date_extraction = date.map(|date| date.parse().unwrap());
        let options = Options { date_extraction, ..self.options(structure) };
        let mut go_on = |_: &str, _| ControlFlow::Continue(());
        let extraction = read(paths, &options, &keys, &mut sink, &mut go_on)?;
        check_account(&extraction.report);
        Ok((extraction, sink))
    }
}

/// The table recognised for each file or sheet.
pub(crate) fn tables(report: &Report) -> Vec<&str> {
    report.fichiers.iter().map(|fichier| fichier.table.as_deref().unwrap_or("-")).collect()
}

/// Line, column and reason of each refusal.
pub(crate) fn refusals(report: &Report) -> Vec<(u32, &str, &str)> {
    let rejets = report.rejets.iter();
    rejets
        .map(|rejet| (rejet.ligne, rejet.colonne.as_deref().unwrap_or(""), rejet.raison.as_str()))
        .collect()
}

/// A ZIP of these parts.
pub(crate) fn zip(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        writer.start_file(*name, SimpleFileOptions::default()).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// The law: lines met = kept + refused + identical, and each refusal is listed.
fn check_account(report: &Report) {
    let mut rejetees = 0;
    for fichier in &report.fichiers {
        let settled = fichier.acceptees + fichier.rejetees + fichier.doublons_identiques;
        assert_eq!(fichier.lues, settled, "{fichier:?}");
        rejetees += fichier.rejetees;
    }
    assert_eq!(report.rejets.len() as u64, rejetees);
}
