//! Tests of the readers, on files written on the spot.

mod archives;
mod encodings;
mod objects;
mod paths;
mod tables;
mod workbooks;

use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};

use jiff::civil::Date;
use tempfile::TempDir;

use super::{Cell, Limites, Message, SourceError, open};

/// A cell that outlives its batch.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    Empty,
    Text(String),
    Number(f64),
    Date(Date),
    Bool(bool),
    Invalid(String),
}

impl From<Cell<'_>> for Value {
    fn from(cell: Cell<'_>) -> Self {
        match cell {
            Cell::Empty => Self::Empty,
            Cell::Text(text) => Self::Text(text.to_owned()),
            Cell::Number(value) => Self::Number(value),
            Cell::Date(date) => Self::Date(date),
            Cell::Bool(value) => Self::Bool(value),
            Cell::Invalid(text) => Self::Invalid(text.to_owned()),
        }
    }
}

/// Text, or nothing when it is empty.
pub(super) fn text(value: &str) -> Value {
    if value.is_empty() { Value::Empty } else { Value::Text(value.to_owned()) }
}

pub(super) fn texts(values: &[&str]) -> Vec<Value> {
    values.iter().map(|value| text(value)).collect()
}

/// All that was said of one sheet.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Sheet {
    pub(super) chemin: String,
    pub(super) nom: Option<String>,
    pub(super) date_1904: bool,
    pub(super) empreinte: String,
    pub(super) octets: u64,
    pub(super) rows: Vec<(u32, Vec<Value>)>,
}

impl Sheet {
    /// Rows without their numbers.
    pub(super) fn cells(&self) -> Vec<Vec<Value>> {
        self.rows.iter().map(|(_, cells)| cells.clone()).collect()
    }

    pub(super) fn lines(&self) -> Vec<u32> {
        self.rows.iter().map(|(line, _)| *line).collect()
    }
}

/// Reads paths to the end; also checks that messages come in a sound order.
pub(super) fn read_paths(paths: &[PathBuf], limites: Limites) -> Result<Vec<Sheet>, SourceError> {
    let mut sheets: Vec<Sheet> = Vec::new();
    let mut closed = 0;
    for message in open(paths, limites) {
        match message? {
            Message::Feuille(feuille) => sheets.push(Sheet {
                chemin: feuille.fichier.chemin.clone(),
                nom: feuille.nom.clone(),
                date_1904: feuille.date_1904,
                empreinte: feuille.fichier.empreinte.clone(),
                octets: feuille.fichier.octets,
                rows: Vec::new(),
            }),
            Message::Lignes(batch) => {
                let sheet = sheets.last_mut().expect("rows come after a sheet");
                assert!(batch.len() > 0, "no empty batch");
                for row in batch.rows() {
                    let cells: Vec<Value> =
                        (0..row.len()).map(|j| Value::from(row.cell(j))).collect();
                    assert_eq!(row.cell(row.len()), Cell::Empty, "beyond the end");
                    sheet.rows.push((row.line(), cells));
                }
            }
            Message::FinFichier(fichier) => {
                closed += 1;
                let last = sheets.last().map(|sheet| sheet.chemin.as_str());
                assert!(last.is_none_or(|last| last == fichier.chemin));
            }
        }
    }
    assert!(closed > 0, "every file is closed");
    Ok(sheets)
}

/// Writes `bytes` under `name` and reads them.
pub(super) fn read_with(
    name: &str,
    bytes: &[u8],
    limites: Limites,
) -> Result<Vec<Sheet>, SourceError> {
    let folder = TempDir::new().expect("temporary folder");
    let path = write(folder.path(), name, bytes);
    read_paths(&[path], limites)
}

/// The only sheet of a text.
pub(super) fn read_text(bytes: &[u8]) -> Sheet {
    let mut sheets = read_with("extrait.csv", bytes, Limites::default()).expect("readable");
    assert_eq!(sheets.len(), 1);
    sheets.remove(0)
}

/// The message of a file that must be refused; it names the file.
pub(super) fn refusal(name: &str, bytes: &[u8], limites: Limites) -> String {
    let error = read_with(name, bytes, limites).expect_err("must be refused");
    let message = error.to_string();
    assert!(message.contains(name), "{message} names {name}");
    let said = message.split("détail technique").next().unwrap_or_default();
    for english in
        ["nvalid", "rror", "not ", "nexpected", "issing", " the ", "nsupported", "corrupt"]
    {
        assert!(!said.contains(english), "« {english} » in {message}");
    }
    message
}

pub(super) fn write(folder: &Path, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().expect("parent")).expect("folder");
    std::fs::write(&path, bytes).expect("write");
    path
}

/// A ZIP of these parts.
pub(super) fn zip(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        let options = zip::write::SimpleFileOptions::default()
            .compression_method(zip::CompressionMethod::Deflated);
        writer.start_file(*name, options).expect("part");
        writer.write_all(bytes).expect("part");
    }
    writer.finish().expect("archive").into_inner()
}
