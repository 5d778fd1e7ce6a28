//! A flat batch of raw rows: one text buffer, compact cells, row ends; nothing is allocated per row.
//!
//! Readers append raw bytes; the batch is validated as UTF-8 once, when it is closed. A cell whose
//! bytes do not decode, or that holds U+FFFD or NUL, comes out as [`Cell::Invalid`].

use jiff::civil::Date;

/// Rows after which a batch is handed over: it is typed column by column, and its cells and its text
/// then stay in the caches near the core.
const ROWS: usize = 1024;
/// Bytes of text after which a batch is handed over, whatever its rows.
const TEXT: usize = 8 << 20;
/// Cells after which a batch is handed over, whatever its rows.
const CELLS: usize = 1 << 18;

/// One raw cell, as the file holds it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Cell<'a> {
    /// Nothing was written there.
    Empty,
    /// Text, not trimmed.
    Text(&'a str),
    /// A number of a spreadsheet or of a JSON object.
    Number(f64),
    /// A date of a spreadsheet; a time part is dropped.
    Date(Date),
    /// A logical value of a spreadsheet or of a JSON object.
    Bool(bool),
    /// Text whose bytes could not be decoded (U+FFFD or NUL inside), or a spreadsheet error value
    /// such as `#REF!`.
    Invalid(&'a str),
}

/// A cell in 12 bytes; text is a range of the batch's buffer, a number its bits in two halves.
#[derive(Debug, Clone, Copy)]
enum Packed {
    Empty,
    Text(u32, u32),
    Invalid(u32, u32),
    Number(u32, u32),
    Date(i16, i8, i8),
    Bool(bool),
}

/// About a thousand rows of one sheet.
#[derive(Debug, Default)]
pub(crate) struct RowBatch {
    text: String,
    cells: Vec<Packed>,
    ends: Vec<u32>,
    lines: Vec<u32>,
}

impl RowBatch {
    /// Number of rows.
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    /// The row at rank `i`, from 0.
    pub(crate) fn row(&self, i: usize) -> Option<Row<'_>> {
        let end = *self.ends.get(i)? as usize;
        let start = match i.checked_sub(1) {
            Some(before) => *self.ends.get(before)? as usize,
            None => 0,
        };
        let cells = self.cells.get(start..end)?;
        Some(Row { text: &self.text, cells, line: *self.lines.get(i)? })
    }

    /// Bytes of its text.
    pub(crate) fn text_len(&self) -> usize {
        self.text.len()
    }

    /// Its text, once its rows are no longer needed: what [`Row::text_at`] gives places in.
    pub(crate) fn into_text(self) -> String {
        self.text
    }

    /// All rows, in the order of the file.
    pub(crate) fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        (0..self.len()).filter_map(|i| self.row(i))
    }
}

/// One row of a batch.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row<'a> {
    text: &'a str,
    cells: &'a [Packed],
    line: u32,
}

impl<'a> Row<'a> {
    /// Physical line of the file where the record starts, from 1, or row number in the sheet; 0 for
    /// a header that is no line of the file (the keys of JSON objects).
    pub(crate) fn line(&self) -> u32 {
        self.line
    }

    /// Number of cells; 0 for a blank line.
    pub(crate) fn len(&self) -> usize {
        self.cells.len()
    }

    /// The cell at rank `j`, from 0; empty beyond the end of the row.
    #[inline]
    pub(crate) fn cell(&self, j: usize) -> Cell<'a> {
        self.cells.get(j).map_or(Cell::Empty, |packed| self.unpack(*packed))
    }

    /// The text at rank `j`, and where it starts in the text of the batch; none for any other cell.
    #[inline]
    pub(crate) fn text_at(&self, j: usize) -> Option<(u32, &'a str)> {
        match *self.cells.get(j)? {
            Packed::Text(from, to) => Some((from, self.text.get(from as usize..to as usize)?)),
            _ => None,
        }
    }

    #[inline]
    fn unpack(&self, packed: Packed) -> Cell<'a> {
        let slice = |from: u32, to: u32| self.text.get(from as usize..to as usize).unwrap_or("");
        match packed {
            Packed::Empty => Cell::Empty,
            Packed::Text(from, to) => Cell::Text(slice(from, to)),
            Packed::Invalid(from, to) => Cell::Invalid(slice(from, to)),
            Packed::Number(high, low) => {
                Cell::Number(f64::from_bits(u64::from(high) << 32 | u64::from(low)))
            }
            Packed::Date(year, month, day) => {
                Date::new(year, month, day).map_or(Cell::Empty, Cell::Date)
            }
            Packed::Bool(value) => Cell::Bool(value),
        }
    }
}

/// A batch being filled; text is still bytes.
#[derive(Debug, Default)]
pub(crate) struct BatchBuilder {
    bytes: Vec<u8>,
    cells: Vec<Packed>,
    ends: Vec<u32>,
    lines: Vec<u32>,
}

/// Offsets fit 32 bits: a batch is closed long before (`TEXT` plus one bounded record).
fn offset(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

impl BatchBuilder {
    /// An empty builder with room for a batch like the one just closed.
    fn like(rows: usize, cells: usize, bytes: usize) -> Self {
        Self {
            bytes: Vec::with_capacity(bytes + bytes / 8),
            cells: Vec::with_capacity(cells + cells / 8),
            ends: Vec::with_capacity(rows),
            lines: Vec::with_capacity(rows),
        }
    }

    /// Whether it is time to hand the batch over.
    pub(crate) fn is_full(&self) -> bool {
        self.ends.len() >= ROWS || self.bytes.len() >= TEXT || self.cells.len() >= CELLS
    }

    /// Whether no row was closed yet.
    pub(crate) fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Where the next byte of text will go.
    pub(crate) fn text_len(&self) -> usize {
        self.bytes.len()
    }

    /// Cells so far, those of the open row included.
    pub(crate) fn cell_len(&self) -> usize {
        self.cells.len()
    }

    /// Cells of the row still open.
    pub(crate) fn open_cells(&self) -> usize {
        let closed = self.ends.last().map_or(0, |end| *end as usize);
        self.cells.len().saturating_sub(closed)
    }

    /// Forgets the cells after the `count` first ones (a record that was cut by the buffer).
    pub(crate) fn truncate_cells(&mut self, count: usize) {
        self.cells.truncate(count);
    }

    /// Appends raw text that spans point into.
    pub(crate) fn push_bytes(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// Appends a cell that is a range of the text.
    #[inline]
    pub(crate) fn push_span(&mut self, from: usize, to: usize) {
        self.cells.push(if from == to {
            Packed::Empty
        } else {
            Packed::Text(offset(from), offset(to))
        });
    }

    /// Points an existing cell elsewhere (a field whose doubled quotes were undone).
    pub(crate) fn set_span(&mut self, cell: usize, from: usize, to: usize) {
        if let Some(slot) = self.cells.get_mut(cell) {
            *slot = if from == to { Packed::Empty } else { Packed::Text(offset(from), offset(to)) };
        }
    }

    /// Appends a cell with its own text.
    pub(crate) fn push_text(&mut self, text: &str) {
        let from = self.bytes.len();
        self.bytes.extend_from_slice(text.as_bytes());
        self.push_span(from, self.bytes.len());
    }

    /// Appends a cell that already says what went wrong, such as `#REF!`.
    pub(crate) fn push_invalid(&mut self, text: &str) {
        let from = self.bytes.len();
        self.bytes.extend_from_slice(text.as_bytes());
        self.cells.push(Packed::Invalid(offset(from), offset(self.bytes.len())));
    }

    /// Appends a number.
    pub(crate) fn push_number(&mut self, value: f64) {
        let bits = value.to_bits();
        let low = u32::try_from(bits & u64::from(u32::MAX)).unwrap_or(0);
        let high = u32::try_from(bits >> 32).unwrap_or(0);
        self.cells.push(Packed::Number(high, low));
    }

    /// Appends a date.
    pub(crate) fn push_date(&mut self, date: Date) {
        self.cells.push(Packed::Date(date.year(), date.month(), date.day()));
    }

    /// Appends a logical value.
    pub(crate) fn push_bool(&mut self, value: bool) {
        self.cells.push(Packed::Bool(value));
    }

    /// Appends an empty cell.
    pub(crate) fn push_empty(&mut self) {
        self.cells.push(Packed::Empty);
    }

    /// Closes the open row.
    #[inline]
    pub(crate) fn end_row(&mut self, line: u32) {
        self.ends.push(offset(self.cells.len()));
        self.lines.push(line);
    }

    /// Closes the batch and starts the next one with as much room.
    pub(crate) fn take(&mut self) -> RowBatch {
        let next = Self::like(self.ends.len(), self.cells.len(), self.bytes.len());
        let full = std::mem::replace(self, next);
        full.finish()
    }

    fn finish(mut self) -> RowBatch {
        let text = match String::from_utf8(std::mem::take(&mut self.bytes)) {
            Ok(text) => {
                if is_damaged(&text) {
                    mark_damage(&text, &mut self.cells);
                }
                text
            }
            Err(error) => rebuild(&error.into_bytes(), &mut self.cells),
        };
        RowBatch { text, cells: self.cells, ends: self.ends, lines: self.lines }
    }
}

/// Whether text holds a mark of lost bytes. Searching for one character is a vectorised scan.
fn is_damaged(text: &str) -> bool {
    text.contains('\u{FFFD}') || text.contains('\0')
}

/// Marks the cells that hold a mark of lost bytes.
fn mark_damage(text: &str, cells: &mut [Packed]) {
    for cell in cells {
        if let Packed::Text(from, to) = *cell
            && text.get(from as usize..to as usize).is_some_and(is_damaged)
        {
            *cell = Packed::Invalid(from, to);
        }
    }
}

/// Rebuilds the text of a batch that is not valid UTF-8, cell by cell, so that only the cells with
/// stray bytes are marked.
fn rebuild(bytes: &[u8], cells: &mut [Packed]) -> String {
    let mut text = String::with_capacity(bytes.len() + bytes.len() / 8);
    for cell in cells {
        let (from, to, was_invalid) = match *cell {
            Packed::Text(from, to) => (from, to, false),
            Packed::Invalid(from, to) => (from, to, true),
            _ => continue,
        };
        let slice = bytes.get(from as usize..to as usize).unwrap_or_default();
        let decoded = String::from_utf8_lossy(slice);
        let start = offset(text.len());
        text.push_str(&decoded);
        let end = offset(text.len());
        *cell = if was_invalid || is_damaged(&decoded) {
            Packed::Invalid(start, end)
        } else {
            Packed::Text(start, end)
        };
    }
    text
}
