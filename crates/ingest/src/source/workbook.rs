//! Spreadsheets to rows: every sheet, hidden ones too, true row numbers, dates as dates.
//!
//! XLSX is streamed: memory holds its shared strings only. XLS and ODS are held whole, within
//! bounds checked before the library sees them.

use std::io::{Cursor, Read};
use std::sync::Arc;

use calamine::{
    Data, DataRef, ExcelDateTime, Ods, OdsError, Range, Reader, Sheet, SheetType, Xls, XlsError,
    Xlsx, XlsxError,
};
use jiff::civil::Date;

use super::Fichier;
use super::archive::zip_error;
use super::batch::BatchBuilder;
use super::biff;
use super::budget::{MEMORY, stream_error};
use super::cfb::Compound;
use super::emit::{Emitter, Halt};
use super::error::{Bound, SourceError};
use super::file::{self, Flux, Source};

/// Rows that a workbook may have.
const ROWS: u32 = 1_048_576;
/// First serial day beyond 31/12/9999.
const LAST_SERIAL: f64 = 2_958_466.0;

/// Reads the sheets of an XLSX; `flux` was walked: its parts are within bounds.
pub(super) fn read_xlsx(
    flux: Flux,
    fichier: &Arc<Fichier>,
    emitter: &mut Emitter,
) -> Result<(), Halt> {
    let chemin = fichier.chemin.as_str();
    let mut workbook: Xlsx<Flux> = Xlsx::new(flux).map_err(|error| xlsx_error(chemin, error))?;
    let date_1904 = workbook.has_1904_epoch();
    for name in sheet_names(workbook.sheets_metadata()) {
        let mut cells = match workbook.worksheet_cells_reader(&name) {
            Ok(cells) => cells,
            Err(XlsxError::NotAWorksheet(_)) => continue,
            Err(error) => return Err(xlsx_error(chemin, error).into()),
        };
        emitter.begin(fichier, Some(name), date_1904)?;
        let mut grid = Grid::new(emitter);
        while let Some(cell) = cells.next_cell().map_err(|error| xlsx_error(chemin, error))? {
            grid.put(cell.get_position(), Value::from(cell.get_value()))?;
        }
        grid.finish()?;
    }
    emitter.end_file(Arc::clone(fichier))
}

/// Reads the sheets of an ODS; `flux` was walked: what it repeats is within bounds.
pub(super) fn read_ods(
    flux: Flux,
    fichier: &Arc<Fichier>,
    emitter: &mut Emitter,
) -> Result<(), Halt> {
    let chemin = fichier.chemin.as_str();
    let mut workbook: Ods<Flux> = Ods::new(flux).map_err(|error| ods_error(chemin, error))?;
    for name in sheet_names(workbook.sheets_metadata()) {
        let range = workbook.worksheet_range(&name).map_err(|error| ods_error(chemin, error))?;
        emitter.begin(fichier, Some(name), false)?;
        read_range(&range, emitter)?;
    }
    emitter.end_file(Arc::clone(fichier))
}

/// Reads an OLE2 compound file: an XLS, or the shell of an encrypted XLSX.
pub(super) fn read_ole(source: &mut dyn Source, emitter: &mut Emitter) -> Result<(), Halt> {
    let chemin = source.chemin().to_owned();
    let (flux, octets) = source.open_seek()?;
    if octets > MEMORY {
        return Err(SourceError::Bomb { chemin, limite: Bound::Bytes(MEMORY) }.into());
    }
    let mut bytes = Vec::new();
    flux.take(MEMORY).read_to_end(&mut bytes).map_err(|cause| stream_error(&chemin, cause))?;
    {
        let compound = Compound::new(&bytes)
            .ok_or_else(|| SourceError::damaged(&chemin, "fin du fichier manquante"))?;
        if compound.has("EncryptedPackage") || compound.has("EncryptionInfo") {
            return Err(SourceError::Encrypted { chemin }.into());
        }
        let Some(stream) = compound.stream("Workbook").or_else(|| compound.stream("Book")) else {
            let conseil = "Ouvrez-le et enregistrez le tableau en XLSX ou en CSV.";
            let nature = "document Office qui n'est pas un classeur";
            return Err(SourceError::NotATable { chemin, nature, conseil }.into());
        };
        biff::check(&stream, &chemin)?;
    }
    let fichier = file::fingerprint(source)?;
    let mut workbook: Xls<Cursor<Vec<u8>>> =
        Xls::new(Cursor::new(bytes)).map_err(|error| xls_error(&chemin, error))?;
    let date_1904 = workbook.has_1904_epoch();
    for name in sheet_names(workbook.sheets_metadata()) {
        let range = workbook.worksheet_range(&name).map_err(|error| xls_error(&chemin, error))?;
        emitter.begin(&fichier, Some(name), date_1904)?;
        read_range(&range, emitter)?;
    }
    emitter.end_file(fichier)
}

/// Sheets that hold cells, in the order of the tabs, hidden ones too.
fn sheet_names(sheets: &[Sheet]) -> Vec<String> {
    let grids = sheets.iter().filter(|sheet| sheet.typ == SheetType::WorkSheet);
    grids.map(|sheet| sheet.name.clone()).collect()
}

fn read_range(range: &Range<Data>, emitter: &mut Emitter) -> Result<(), Halt> {
    let (top, left) = range.start().unwrap_or_default();
    let mut grid = Grid::new(emitter);
    for (row, column, value) in range.used_cells() {
        let row = u32::try_from(row).unwrap_or(u32::MAX).saturating_add(top);
        let column = u32::try_from(column).unwrap_or(u32::MAX).saturating_add(left);
        grid.put((row, column), Value::from(value))?;
    }
    grid.finish()
}

/// Turns cells with positions into rows: what is between them is empty.
struct Grid<'a> {
    emitter: &'a mut Emitter,
    /// The row being filled, and the next one to emit, from 0.
    open: Option<u32>,
    next: u32,
}

impl<'a> Grid<'a> {
    fn new(emitter: &'a mut Emitter) -> Self {
        Self { emitter, open: None, next: 0 }
    }

    fn put(&mut self, (row, column): (u32, u32), value: Value<'_>) -> Result<(), Halt> {
        if matches!(value, Value::Empty) {
            return Ok(());
        }
        if row >= ROWS {
            let limite = u64::from(ROWS);
            let lieu = self.emitter.place_at(None);
            return Err(SourceError::TooManyRows { lieu, limite }.into());
        }
        if self.open != Some(row) {
            self.end_row()?;
            if row < self.next {
                return Err(self.disorder());
            }
            while self.next < row {
                self.next += 1;
                self.emitter.end_row(u64::from(self.next))?;
            }
            self.open = Some(row);
        }
        let column = column as usize;
        if column >= self.emitter.limites.colonnes {
            return Err(self.emitter.too_many_columns(u64::from(row) + 1));
        }
        let filled = self.emitter.batch.open_cells();
        if filled > column {
            return Err(self.disorder());
        }
        for _ in filled..column {
            self.emitter.batch.push_empty();
        }
        value.push(&mut self.emitter.batch);
        Ok(())
    }

    fn end_row(&mut self) -> Result<(), Halt> {
        let Some(row) = self.open.take() else { return Ok(()) };
        self.next = row + 1;
        self.emitter.end_row(u64::from(self.next))
    }

    fn finish(mut self) -> Result<(), Halt> {
        self.end_row()?;
        self.emitter.flush()
    }

    fn disorder(&self) -> Halt {
        let lieu = self.emitter.place_at(None);
        SourceError::damaged(&lieu.to_string(), "ses cellules ne sont pas dans l'ordre").into()
    }
}

/// A value of any workbook.
enum Value<'a> {
    Empty,
    Text(&'a str),
    Number(f64),
    Date(Date),
    Bool(bool),
    Error(String),
}

impl Value<'_> {
    fn push(self, batch: &mut BatchBuilder) {
        match self {
            Value::Empty => batch.push_empty(),
            Value::Text(text) => batch.push_text(text),
            Value::Number(value) => batch.push_number(value),
            Value::Date(date) => batch.push_date(date),
            Value::Bool(value) => batch.push_bool(value),
            Value::Error(code) => batch.push_invalid(&code),
        }
    }

    /// A serial day, as a date when it is one: a duration or a time of day stays a number.
    fn serial(value: &ExcelDateTime) -> Self {
        let serial = value.as_f64();
        if value.is_datetime() && (1.0..LAST_SERIAL).contains(&serial) {
            let (year, month, day, ..) = value.to_ymd_hms_milli();
            let date = i16::try_from(year).ok().and_then(|year| {
                let (month, day) = (i8::try_from(month).ok()?, i8::try_from(day).ok()?);
                Date::new(year, month, day).ok()
            });
            if let Some(date) = date {
                return Self::Date(date);
            }
        }
        Self::Number(serial)
    }
}

/// A date written `2019-09-05` or `2019-09-05T00:00:00`; other text stays text.
fn iso(text: &str) -> Value<'_> {
    let date = text.get(..10).and_then(|day| day.parse::<Date>().ok());
    date.map_or(Value::Text(text), Value::Date)
}

impl<'a> From<&'a Data> for Value<'a> {
    fn from(data: &'a Data) -> Self {
        match data {
            Data::Int(value) => Self::Number(*value as f64),
            Data::Float(value) => Self::Number(*value),
            Data::String(text) | Data::DurationIso(text) => text_or_empty(text),
            Data::Bool(value) => Self::Bool(*value),
            Data::DateTime(value) => Self::serial(value),
            Data::DateTimeIso(text) => iso(text),
            Data::Error(code) => Self::Error(code.to_string()),
            Data::Empty => Self::Empty,
        }
    }
}

impl<'a> From<&'a DataRef<'_>> for Value<'a> {
    fn from(data: &'a DataRef<'_>) -> Self {
        match data {
            DataRef::Int(value) => Self::Number(*value as f64),
            DataRef::Float(value) => Self::Number(*value),
            DataRef::String(text) | DataRef::DurationIso(text) => text_or_empty(text),
            DataRef::SharedString(text) => text_or_empty(text),
            DataRef::Bool(value) => Self::Bool(*value),
            DataRef::DateTime(value) => Self::serial(value),
            DataRef::DateTimeIso(text) => iso(text),
            DataRef::Error(code) => Self::Error(code.to_string()),
            DataRef::Empty => Self::Empty,
        }
    }
}

fn text_or_empty(text: &str) -> Value<'_> {
    if text.is_empty() { Value::Empty } else { Value::Text(text) }
}

fn xlsx_error(chemin: &str, error: XlsxError) -> SourceError {
    match error {
        XlsxError::Password => SourceError::Encrypted { chemin: chemin.to_owned() },
        XlsxError::Io(cause) => stream_error(chemin, cause),
        XlsxError::Zip(cause) => zip_error(chemin, cause),
        XlsxError::FileNotFound(part) => {
            SourceError::damaged(chemin, format!("il manque « {part} » dans ce classeur"))
        }
        XlsxError::WorksheetNotFound(name) => missing_sheet(chemin, &name),
        other => malformed(chemin, &other),
    }
}

fn xls_error(chemin: &str, error: XlsError) -> SourceError {
    match error {
        XlsError::Password => SourceError::Encrypted { chemin: chemin.to_owned() },
        XlsError::Io(cause) => stream_error(chemin, cause),
        XlsError::WorksheetNotFound(name) => missing_sheet(chemin, &name),
        other => malformed(chemin, &other),
    }
}

fn ods_error(chemin: &str, error: OdsError) -> SourceError {
    match error {
        OdsError::Password => SourceError::Encrypted { chemin: chemin.to_owned() },
        OdsError::Io(cause) => stream_error(chemin, cause),
        OdsError::Zip(cause) => zip_error(chemin, cause),
        OdsError::FileNotFound(part) => {
            SourceError::damaged(chemin, format!("il manque « {part} » dans ce classeur"))
        }
        OdsError::WorksheetNotFound(name) => missing_sheet(chemin, &name),
        other => malformed(chemin, &other),
    }
}

fn missing_sheet(chemin: &str, name: &str) -> SourceError {
    SourceError::damaged(chemin, format!("la feuille « {name} » est annoncée mais absente"))
}

/// A structure that only the library can describe.
fn malformed(chemin: &str, cause: &impl std::fmt::Display) -> SourceError {
    SourceError::damaged(chemin, format!("classeur mal formé ; détail technique : {cause}"))
}
