//! What is checked in an XLS before the workbook library unfolds it.
//!
//! The library makes a full rectangle from the first to the last cell: two cells in opposite
//! corners, or a declared dimension, would take more memory than the machine has. [MS-XLS] allows
//! 256 columns and 65,536 rows.

use super::error::{Bound, SourceError};

/// Columns of a sheet.
const COLUMNS: u32 = 256;
/// Rows of a sheet.
const ROWS: u32 = 65_536;
/// Cells of all the rectangles of a workbook.
const CELLS: u64 = 50_000_000;

/// Records that place a cell: formula, number, label, boolean, RK, shared label, rich string.
const PLACED: [u16; 7] = [0x0006, 0x0203, 0x0204, 0x0205, 0x027E, 0x00FD, 0x00D6];
/// Several RK numbers on one row.
const MULTIPLE: u16 = 0x00BD;
/// The declared rectangle of a sheet.
const DIMENSIONS: u16 = 0x0200;
/// Beginning of a stream.
const BEGIN: u16 = 0x0809;

/// Refuses a workbook whose sheets would unfold beyond measure.
pub(super) fn check(stream: &[u8], chemin: &str) -> Result<(), SourceError> {
    let damaged = || SourceError::damaged(chemin, "une cellule est hors de la feuille");
    let mut cells = 0_u64;
    let mut area = Area::default();
    let mut rest = stream;
    while let Some((kind, data, next)) = record(rest) {
        rest = next;
        match kind {
            BEGIN => {
                cells = cells.saturating_add(area.cells());
                area = Area::default();
            }
            DIMENSIONS => {
                let (last_row, last_column) = dimensions(data).ok_or_else(damaged)?;
                if last_row > ROWS || last_column > COLUMNS {
                    return Err(damaged());
                }
            }
            _ if kind == MULTIPLE || PLACED.contains(&kind) => {
                let (Some(row), Some(first)) = (word(data, 0), word(data, 2)) else { continue };
                let last = match data.len().checked_sub(2) {
                    Some(at) if kind == MULTIPLE => word(data, at).unwrap_or(first),
                    _ => first,
                };
                if first >= COLUMNS || last >= COLUMNS {
                    return Err(damaged());
                }
                area.add(row, first, last);
            }
            _ => {}
        }
        if cells.saturating_add(area.cells()) > CELLS {
            let limite = Bound::Cells(CELLS);
            return Err(SourceError::Bomb { chemin: chemin.to_owned(), limite });
        }
    }
    Ok(())
}

/// Kind and data of the first record, and what follows it.
fn record(stream: &[u8]) -> Option<(u16, &[u8], &[u8])> {
    let kind = u16::try_from(word(stream, 0)?).ok()?;
    let length = word(stream, 2)? as usize;
    let data = stream.get(4..4 + length)?;
    Some((kind, data, stream.get(4 + length..)?))
}

/// Row and column after the last ones that a sheet declares; none when the declaration is
/// inverted, which the library does not expect.
fn dimensions(data: &[u8]) -> Option<(u32, u32)> {
    let (first_row, last_row, first_column, last_column) = if data.len() == 10 {
        (word(data, 0)?, word(data, 2)?, word(data, 4)?, word(data, 6)?)
    } else {
        let long = |at| Some(word(data, at)? | word(data, at + 2)? << 16);
        (long(0)?, long(4)?, word(data, 8)?, word(data, 10)?)
    };
    let empty = last_row == 0 || last_column == 0;
    let ordered = first_row < last_row && first_column <= last_column;
    (empty || ordered).then_some((last_row, last_column))
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    let pair: [u8; 2] = bytes.get(at..at + 2)?.try_into().ok()?;
    Some(u32::from(u16::from_le_bytes(pair)))
}

/// The rectangle from the first to the last cell.
#[derive(Default)]
struct Area {
    rows: Option<(u32, u32)>,
    columns: Option<(u32, u32)>,
}

impl Area {
    fn add(&mut self, row: u32, first: u32, last: u32) {
        let grow = |range: Option<(u32, u32)>, low: u32, high: u32| {
            let (from, to) = range.unwrap_or((low, high));
            Some((from.min(low), to.max(high)))
        };
        self.rows = grow(self.rows, row, row);
        self.columns = grow(self.columns, first.min(last), first.max(last));
    }

    fn cells(&self) -> u64 {
        let span = |range: Option<(u32, u32)>| range.map_or(0, |(a, b)| u64::from(b - a) + 1);
        span(self.rows) * span(self.columns)
    }
}
