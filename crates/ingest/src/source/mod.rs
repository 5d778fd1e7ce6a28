//! Paths become streamed batches of raw rows, whatever the form of the files.
//!
//! The form is decided by what a file holds, never by its extension: delimited text in any of the
//! field's encodings, workbooks, JSON objects, archives of these. A file is read in two streamed
//! passes: its fingerprint and encoding, then its rows. Reading runs on its own thread, so that
//! reading and typing use two cores. The pieces: [`list`] (paths), `file` (one file to its reader),
//! `sniff` (what it is), `survey` and `decode` (encodings), `delimited` and `json` (rows of text),
//! `workbook` (spreadsheets),
//! `archive` (ZIP and its bounds), `ods` and `biff` (what is checked before a workbook unfolds),
//! `batch` (the rows handed over).

mod archive;
mod arrets;
mod batch;
mod biff;
mod budget;
mod cfb;
mod decode;
mod delimited;
mod delimiter;
mod emit;
mod error;
mod file;
mod json;
mod lecture;
mod list;
mod ods;
mod sniff;
mod survey;
mod window;
mod workbook;

#[cfg(test)]
mod tests;

use std::sync::Arc;

pub(crate) use batch::{Cell, Row, RowBatch};
pub(crate) use error::SourceError;
pub(crate) use lecture::{open, open_memory};
pub(crate) use list::list;

/// Bounds that stop a bomb; each error names the bound.
#[derive(Debug, Clone)]
pub(crate) struct Limites {
    /// Bytes that one archive or workbook may unfold to.
    pub(crate) octets_decompresses: u64,
    /// How many times its compressed size an archive may unfold to, once past 64 MiB.
    pub(crate) rapport: u64,
    /// Bytes of one record, line breaks inside quotes included.
    pub(crate) octets_ligne: usize,
    /// Filled columns of one row.
    pub(crate) colonnes: usize,
    /// Rows of one sheet.
    pub(crate) lignes_feuille: u64,
}

impl Default for Limites {
    fn default() -> Self {
        Self {
            octets_decompresses: 8 << 30,
            rapport: 200,
            octets_ligne: 16 << 20,
            colonnes: 2000,
            lignes_feuille: u64::from(u32::MAX),
        }
    }
}

/// A file that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fichier {
    /// Path as the person named it; inside an archive, `archive.zip/dossier/fichier.csv`.
    pub(crate) chemin: String,
    /// BLAKE3 of the bytes, in hexadecimal.
    pub(crate) empreinte: String,
    /// Size in bytes, decompressed.
    pub(crate) octets: u64,
}

/// A sheet of a workbook, or the one table of a text file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Feuille {
    /// The file it belongs to.
    pub(crate) fichier: Arc<Fichier>,
    /// Name of the sheet; none for text.
    pub(crate) nom: Option<String>,
    /// Whether the workbook counts days from 1904.
    pub(crate) date_1904: bool,
}

/// What the reading thread says, in the order of the files.
#[derive(Debug)]
pub(crate) enum Message {
    /// Starts a sheet, or a text file.
    Feuille(Arc<Feuille>),
    /// Rows of the current sheet, blank rows included.
    Lignes(RowBatch),
    /// The file was read to its end.
    FinFichier(Arc<Fichier>),
}
