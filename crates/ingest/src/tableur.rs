//! A small sheet that Mallette gave, filled in and brought back: its cells as texts, within the bounds of
//! every file that comes from outside.

use std::path::Path;

use crate::erreur::IngestError;
use crate::source::{self, Cell, Limites, Message};

/// The rows of the first sheet of a file, at most `limit` of them, each with its number: texts as they
/// are, days as `AAAA-MM-JJ`.
///
/// # Errors
/// When the file cannot be read, or is beyond the bounds of a file that comes from outside.
pub fn read_sheet(path: &Path, limit: usize) -> Result<Vec<(u32, Vec<String>)>, IngestError> {
    let mut rows = Vec::new();
    let mut sheets = 0;
    for message in source::open(&[path.to_owned()], Limites::default()) {
        match message? {
            Message::Feuille(_) => sheets += 1,
            Message::Lignes(batch) => {
                for row in batch.rows() {
                    let cells = (0..row.len()).map(|rank| text(row.cell(rank)));
                    rows.push((row.line(), cells.collect()));
                    if rows.len() >= limit {
                        return Ok(rows);
                    }
                }
            }
            Message::FinFichier(_) => {}
        }
        if sheets > 1 {
            break;
        }
    }
    Ok(rows)
}

fn text(cell: Cell<'_>) -> String {
    match cell {
        Cell::Empty => String::new(),
        Cell::Text(text) | Cell::Invalid(text) => text.to_owned(),
        Cell::Number(number) => number.to_string(),
        Cell::Date(day) => day.to_string(),
        Cell::Bool(yes) => if yes { "oui" } else { "non" }.to_owned(),
    }
}
