//! What is checked in an ODS before the workbook library unfolds it.
//!
//! An ODS repeats cells and rows by a number: a few bytes may stand for billions of cells. The
//! library also expects a document that closes its tables. A small scanner of tags counts both on
//! the way, without holding the document.

use std::io::Read;

use zip::ZipArchive;

use super::archive::zip_error;
use super::budget::stream_error;
use super::error::{Bound, SourceError};
use super::file::Flux;

/// Filled cells, repetitions included, and bytes of text they stand for.
const CELLS: u64 = 50_000_000;
const BYTES: u64 = 1 << 30;
/// Columns of a sheet: a last cell repeated to the edge stops there.
const COLUMNS: u64 = 16_384;
/// Rows of a sheet.
const ROWS: u64 = 1_048_576;
/// Bytes kept of one tag: its attributes that matter come early.
const TAG: usize = 8 << 10;
/// Bytes of the manifest looked at.
const MANIFEST: u64 = 4 << 20;

/// Refuses a workbook whose parts are encrypted.
pub(super) fn refuse_encrypted(
    archive: &mut ZipArchive<Flux>,
    chemin: &str,
) -> Result<(), SourceError> {
    let Some(index) = archive.index_for_name("META-INF/manifest.xml") else {
        return Err(SourceError::damaged(chemin, "il manque le manifeste du classeur"));
    };
    let part = archive.by_index(index).map_err(|error| zip_error(chemin, error))?;
    let mut manifest = Vec::new();
    part.take(MANIFEST).read_to_end(&mut manifest).map_err(|cause| stream_error(chemin, cause))?;
    if String::from_utf8_lossy(&manifest).contains("encryption-data") {
        return Err(SourceError::Encrypted { chemin: chemin.to_owned() });
    }
    Ok(())
}

/// A scanner of the tags of `content.xml`, fed by chunks.
#[derive(Debug, Default)]
pub(super) struct Guard {
    tag: Vec<u8>,
    in_tag: bool,
    /// The quote that an attribute opened, inside a tag.
    quote: Option<u8>,
    open_tables: u64,
    /// Cells and bytes of the row at hand, and of the document.
    row_cells: u64,
    row_bytes: u64,
    row_repeat: u64,
    cells: u64,
    bytes: u64,
    /// Repetition and bytes of the cell at hand.
    cell_repeat: u64,
    cell_bytes: u64,
    in_cell: bool,
    pending_empty: u64,
}

impl Guard {
    /// Looks at the next bytes of the document.
    ///
    /// # Errors
    /// The document unfolds beyond the bounds.
    pub(super) fn feed(&mut self, chunk: &[u8], chemin: &str) -> Result<(), SourceError> {
        let mut rest = chunk;
        while let Some(&byte) = rest.first() {
            if self.in_tag {
                rest = rest.get(1..).unwrap_or_default();
                match self.quote {
                    Some(quote) if quote == byte => self.quote = None,
                    None if byte == b'"' || byte == b'\'' => self.quote = Some(byte),
                    None if byte == b'>' => {
                        self.in_tag = false;
                        let tag = std::mem::take(&mut self.tag);
                        self.tag(&tag, chemin)?;
                        self.tag = tag;
                        self.tag.clear();
                        continue;
                    }
                    _ => {}
                }
                if self.tag.len() < TAG {
                    self.tag.push(byte);
                } else if self.in_cell {
                    self.cell_bytes += 1;
                }
                continue;
            }
            let text = rest.iter().position(|byte| *byte == b'<').unwrap_or(rest.len());
            if self.in_cell {
                self.cell_bytes += text as u64;
            }
            self.in_tag = text < rest.len();
            self.quote = None;
            rest = rest.get(text + 1..).unwrap_or_default();
        }
        Ok(())
    }

    /// Checks that the document closed what it opened.
    ///
    /// # Errors
    /// A table is left open, or the document is cut.
    pub(super) fn finish(self, chemin: &str) -> Result<(), SourceError> {
        if self.in_tag || self.open_tables > 0 {
            return Err(SourceError::damaged(chemin, "une feuille s'arrête avant sa fin"));
        }
        Ok(())
    }

    fn tag(&mut self, tag: &[u8], chemin: &str) -> Result<(), SourceError> {
        let text = String::from_utf8_lossy(tag);
        let closes_itself = text.ends_with('/');
        let name = text.split([' ', '\t', '\r', '\n', '/']).next().unwrap_or_default();
        if let Some(name) = text.strip_prefix('/') {
            match name.trim_end() {
                "table:table" => self.open_tables = self.open_tables.saturating_sub(1),
                "table:table-row" => self.end_row(chemin)?,
                "table:table-cell" | "table:covered-table-cell" => self.end_cell(),
                _ => {}
            }
            return Ok(());
        }
        match name {
            "table:table" if !closes_itself => self.open_tables += 1,
            "table:table-row" => {
                self.row_repeat = repeat(&text, "table:number-rows-repeated").min(ROWS);
                (self.row_cells, self.row_bytes, self.pending_empty) = (0, 0, 0);
                if closes_itself {
                    self.end_row(chemin)?;
                }
            }
            "table:table-cell" | "table:covered-table-cell" => {
                self.cell_repeat = repeat(&text, "table:number-columns-repeated").min(COLUMNS);
                self.in_cell = true;
                // A typed value or a formula is an attribute of the tag.
                let valued = text.contains("value") || text.contains("formula");
                self.cell_bytes = if valued { text.len() as u64 } else { 0 };
                if closes_itself {
                    self.end_cell();
                }
            }
            _ if self.in_cell => self.cell_bytes += text.len() as u64,
            _ => {}
        }
        Ok(())
    }

    fn end_cell(&mut self) {
        self.in_cell = false;
        if self.cell_bytes == 0 {
            // Empty cells count only when a filled one follows.
            self.pending_empty = self.pending_empty.saturating_add(self.cell_repeat);
            return;
        }
        self.row_cells = self
            .row_cells
            .saturating_add(std::mem::take(&mut self.pending_empty))
            .saturating_add(self.cell_repeat);
        let bytes = self.cell_bytes.saturating_mul(self.cell_repeat);
        self.row_bytes = self.row_bytes.saturating_add(bytes);
        self.cell_bytes = 0;
    }

    fn end_row(&mut self, chemin: &str) -> Result<(), SourceError> {
        let add = |sum: u64, part: u64| sum.saturating_add(part.saturating_mul(self.row_repeat));
        self.cells = add(self.cells, self.row_cells.min(COLUMNS));
        self.bytes = add(self.bytes, self.row_bytes);
        (self.row_cells, self.row_bytes) = (0, 0);
        let limite = if self.cells > CELLS {
            Bound::Cells(CELLS)
        } else if self.bytes > BYTES {
            Bound::Bytes(BYTES)
        } else {
            return Ok(());
        };
        Err(SourceError::Bomb { chemin: chemin.to_owned(), limite })
    }
}

/// The number of times that a tag repeats what it holds: 1 when it does not say.
fn repeat(tag: &str, attribute: &str) -> u64 {
    let Some((_, after)) = tag.split_once(attribute) else { return 1 };
    let digits = after.trim_start_matches([' ', '=', '"', '\'']);
    let digits = digits.split(|c: char| !c.is_ascii_digit()).next().unwrap_or_default();
    // A number too large to be read is the largest of all.
    if digits.is_empty() { 1 } else { digits.parse().unwrap_or(u64::MAX) }
}
