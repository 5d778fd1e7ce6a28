//! Delimited text to rows: fields, quotes, line breaks, physical line numbers.
//!
//! Written here rather than taken from a library because three things are needed at once: physical
//! line numbers that stay right over blank lines, quoted line breaks and lone CR; a bound on the
//! size of a record; one copy per record. A record is copied whole into the batch and its cells are
//! ranges of that copy; only a field with doubled quotes is written a second time.

use std::io::Read;

use super::arrets::Arrets;
use super::batch::BatchBuilder;
use super::budget::stream_error;
use super::emit::{Emitter, Halt};
use super::error::{Bound, QuoteEnd, SourceError};
use super::window::{Filled, Window};

/// Cuts records out of bytes, for one delimiter.
pub(super) struct Splitter {
    delimiter: u8,
    /// Fields to write again without their doubled quotes: cell rank, range in the record.
    rewrites: Vec<(usize, usize, usize)>,
}

/// What a record looked like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cut {
    /// A record of `used` bytes, its end of line included, over `breaks` + 1 physical lines.
    Record { used: usize, breaks: u64 },
    /// The bytes end inside a record; `quote` is where a quote was opened and not closed.
    Partial { quote: Option<usize> },
    /// A filled field beyond the bound on columns.
    TooManyColumns,
}

impl Splitter {
    /// A splitter for this delimiter.
    pub(super) fn new(delimiter: u8) -> Self {
        Self { delimiter, rewrites: Vec::new() }
    }

    /// Cuts the first record of `rest` into cells of `batch`; `last` when nothing follows `rest`.
    /// When it returns anything but a record, `batch` is as it was.
    pub(super) fn cut(
        &mut self,
        rest: &[u8],
        last: bool,
        columns: usize,
        batch: &mut BatchBuilder,
    ) -> Cut {
        let cells = batch.cell_len();
        self.rewrites.clear();
        match self.scan(rest, last, columns, batch) {
            Ok((content, used, breaks)) => {
                if content == 0 {
                    // A blank line has no cell at all.
                    batch.truncate_cells(cells);
                    return Cut::Record { used, breaks };
                }
                batch.push_bytes(rest.get(..content).unwrap_or_default());
                for &(cell, from, to) in &self.rewrites {
                    let start = batch.text_len();
                    unquote(rest.get(from..to).unwrap_or_default(), batch);
                    batch.set_span(cell, start, batch.text_len());
                }
                Cut::Record { used, breaks }
            }
            Err(cut) => {
                batch.truncate_cells(cells);
                cut
            }
        }
    }

    /// Length of the record's content, of the record with its end of line, and its inner breaks.
    fn scan(
        &mut self,
        rest: &[u8],
        last: bool,
        columns: usize,
        batch: &mut BatchBuilder,
    ) -> Result<(usize, usize, u64), Cut> {
        let base = batch.text_len();
        let mut arrets = Arrets::new(rest, self.delimiter);
        let mut breaks = 0;
        let mut field = 0;
        let mut count = 0_usize;
        loop {
            let stop;
            let (from, to);
            if rest.get(field) == Some(&b'"') {
                let quoted = quoted(rest, field, last, &mut arrets)?;
                breaks += count_breaks(rest.get(field..quoted.close).unwrap_or_default());
                stop = quoted.stop;
                if quoted.plain {
                    (from, to) = (field + 1, quoted.close);
                } else {
                    (from, to) = (field, stop);
                    self.rewrites.push((batch.cell_len(), field, stop));
                }
            } else {
                stop = match arrets.next(field) {
                    Some(found) => found,
                    None if last => rest.len(),
                    None => return Err(Cut::Partial { quote: None }),
                };
                (from, to) = (field, stop);
            }
            count += 1;
            if count <= columns {
                batch.push_span(base + from, base + to);
            } else if from < to {
                return Err(Cut::TooManyColumns);
            }
            match rest.get(stop) {
                Some(&byte) if byte == self.delimiter => field = stop + 1,
                Some(b'\r') => {
                    return match rest.get(stop + 1) {
                        Some(b'\n') => Ok((stop, stop + 2, breaks)),
                        // Whether a line feed follows decides where the next line starts.
                        None if !last => Err(Cut::Partial { quote: None }),
                        _ => Ok((stop, stop + 1, breaks)),
                    };
                }
                Some(_) => return Ok((stop, stop + 1, breaks)),
                None => return Ok((stop, stop, breaks)),
            }
        }
    }
}

/// The field that opens with the quote at `open`.
fn quoted(rest: &[u8], open: usize, last: bool, arrets: &mut Arrets<'_>) -> Result<Quoted, Cut> {
    let partial = Cut::Partial { quote: Some(open) };
    let mut plain = true;
    let mut at = open + 1;
    let close = loop {
        let tail = rest.get(at..).unwrap_or_default();
        let quote = at + memchr::memchr(b'"', tail).ok_or(partial)?;
        match rest.get(quote + 1) {
            Some(b'"') => {
                plain = false;
                at = quote + 2;
            }
            None if !last => return Err(Cut::Partial { quote: None }),
            _ => break quote,
        }
    };
    // `"Le Phare" association;`: what follows the closing quote still belongs to the field.
    let stop = match arrets.next(close + 1) {
        Some(found) => found,
        None if last => rest.len(),
        None => return Err(Cut::Partial { quote: None }),
    };
    Ok(Quoted { close, stop, plain: plain && stop == close + 1 })
}

/// A quoted field: its closing quote, where it ends, whether its content can be used as it is.
struct Quoted {
    close: usize,
    stop: usize,
    plain: bool,
}

/// Appends a quoted field without its quotes, doubled ones undone, what follows it kept.
fn unquote(field: &[u8], batch: &mut BatchBuilder) {
    let mut rest = field.get(1..).unwrap_or_default();
    while let Some(quote) = memchr::memchr(b'"', rest) {
        let (before, after) = rest.split_at(quote);
        batch.push_bytes(before);
        if after.get(1) == Some(&b'"') {
            batch.push_bytes(b"\"");
            rest = after.get(2..).unwrap_or_default();
        } else {
            batch.push_bytes(after.get(1..).unwrap_or_default());
            return;
        }
    }
    batch.push_bytes(rest);
}

/// Line breaks in bytes: LF, CRLF or CR alone, each once.
pub(super) fn count_breaks(bytes: &[u8]) -> u64 {
    let mut count = 0;
    let mut previous = 0;
    for &byte in bytes {
        if byte == b'\r' || (byte == b'\n' && previous != b'\r') {
            count += 1;
        }
        previous = byte;
    }
    count
}

/// Reads all records of a UTF-8 stream into the emitter; the sheet is already begun.
pub(super) fn read(
    window: &mut Window<impl Read>,
    chemin: &str,
    delimiter: u8,
    emitter: &mut Emitter,
) -> Result<(), Halt> {
    let mut splitter = Splitter::new(delimiter);
    let columns = emitter.limites.colonnes;
    let limit = emitter.limites.octets_ligne;
    let mut line = 1_u64;
    loop {
        let rest = window.rest();
        if rest.is_empty() {
            if fill(window, chemin)? == Filled::End && window.rest().is_empty() {
                break;
            }
            continue;
        }
        match splitter.cut(rest, window.ended(), columns, &mut emitter.batch) {
            Cut::Record { used, .. } if used > limit.saturating_add(2) => {
                return Err(too_long(chemin, line, limit).into());
            }
            Cut::Record { used, breaks } => {
                window.consume(used);
                emitter.end_row(line)?;
                line += breaks + 1;
            }
            Cut::TooManyColumns => return Err(emitter.too_many_columns(line)),
            Cut::Partial { quote } => {
                let complete = window.ended();
                let filled = if complete { Filled::End } else { fill(window, chemin)? };
                // The window still starts at this record, wherever it was moved.
                let opened = quote.and_then(|at| window.rest().get(..at));
                let ligne = line + opened.map_or(0, count_breaks);
                match (filled, opened) {
                    (Filled::End, Some(_)) if complete => {
                        return Err(open_quote(chemin, ligne, QuoteEnd::File).into());
                    }
                    (Filled::TooLong, Some(_)) => {
                        let avant = QuoteEnd::Record(limit as u64);
                        return Err(open_quote(chemin, ligne, avant).into());
                    }
                    (Filled::TooLong, None) => {
                        return Err(too_long(chemin, line, limit).into());
                    }
                    _ => {}
                }
            }
        }
    }
    emitter.flush()
}

fn fill(window: &mut Window<impl Read>, chemin: &str) -> Result<Filled, SourceError> {
    window.fill().map_err(|cause| stream_error(chemin, cause))
}

fn open_quote(chemin: &str, ligne: u64, avant: QuoteEnd) -> SourceError {
    SourceError::OpenQuote { chemin: chemin.to_owned(), ligne, avant }
}

/// The error of a record beyond the bound, in bytes.
pub(super) fn too_long(chemin: &str, ligne: u64, limit: usize) -> SourceError {
    let limite = Bound::Bytes(limit as u64);
    SourceError::LineTooLong { chemin: chemin.to_owned(), ligne, limite }
}
