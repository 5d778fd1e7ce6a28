//! XLSX: one sheet per table, real numbers and dates, filters, frozen header.

use std::borrow::Cow;

use jiff::civil::Date;
use rust_xlsxwriter::{Color, ExcelDateTime, Format, Workbook, Worksheet, XlsxError};

use crate::bloc::{Bloc, Cellule};

/// Rows of a sheet, its header left out.
const MAX_ROWS: usize = 1_048_575;
/// Columns of a sheet.
const MAX_COLUMNS: usize = 16_384;
/// Longest text of a cell, as spreadsheets count it: in UTF-16 units.
const MAX_TEXT: usize = 32_767;
/// What stands at the end of a text that was longer.
const CUT: &str = "… [texte coupé : la cellule est pleine]";

/// Writes a workbook with one sheet per table, in order. Rows beyond what a sheet holds go on to
/// others; a text beyond what a cell holds is cut, and says so.
///
/// # Errors
/// Never in practice: what a spreadsheet refuses is cut or continued.
pub fn write(blocs: &[Bloc]) -> Result<Vec<u8>, XlsxError> {
    write_by(blocs, MAX_ROWS)
}

/// As [`write`], with that many rows to a sheet.
fn write_by(blocs: &[Bloc], max_rows: usize) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let formats = Formats::new();
    let mut names: Vec<String> = Vec::new();
    for bloc in blocs {
        let (first, rest) = bloc.lignes.split_at(bloc.lignes.len().min(max_rows));
        for lignes in std::iter::once(first).chain(rest.chunks(max_rows.max(1))) {
            let name = sheet_name(&bloc.titre, &names);
            let sheet = workbook.add_worksheet();
            sheet.set_name(&name)?;
            names.push(name);
            write_sheet(sheet, &bloc.entetes, lignes, &formats)?;
        }
    }
    workbook.save_to_buffer()
}

/// A text that a cell can hold.
fn bounded(text: &str) -> Cow<'_, str> {
    // A character has at most as many UTF-16 units as bytes.
    if text.len() <= MAX_TEXT || text.encode_utf16().count() <= MAX_TEXT {
        return Cow::Borrowed(text);
    }
    let mut left = MAX_TEXT - CUT.encode_utf16().count();
    let kept = text.chars().take_while(|letter| {
        let room = left.checked_sub(letter.len_utf16());
        left = room.unwrap_or(0);
        room.is_some()
    });
    Cow::Owned(kept.chain(CUT.chars()).collect())
}

struct Formats {
    entete: Format,
    entier: Format,
    nombre: Format,
    taux: Format,
    jour: Format,
    instant: Format,
    signalee: Format,
}

impl Formats {
    fn new() -> Self {
        Self {
            entete: Format::new().set_bold().set_text_wrap(),
            entier: Format::new().set_num_format("#,##0"),
            nombre: Format::new().set_num_format("#,##0.0#"),
            taux: Format::new().set_num_format("0.0%"),
            jour: Format::new().set_num_format("dd/mm/yyyy"),
            instant: Format::new().set_num_format("dd/mm/yyyy hh:mm"),
            signalee: Format::new()
                .set_background_color(Color::RGB(0x00FF_E08A))
                .set_font_color(Color::Black)
                .set_bold(),
        }
    }
}

/// A sheet's name: at most 31 characters, without those that spreadsheets refuse, and unique.
fn sheet_name(titre: &str, taken: &[String]) -> String {
    let clean: String =
        titre.chars().map(|c| if "[]:*?/\\'".contains(c) { ' ' } else { c }).take(28).collect();
    let clean = if clean.trim().is_empty() { "Feuille".to_owned() } else { clean };
    let free = |name: &str| !taken.iter().any(|other| other.to_lowercase() == name.to_lowercase());
    if free(&clean) {
        return clean;
    }
    (2..).map(|i| format!("{clean} {i}")).find(|name| free(name)).unwrap_or(clean)
}

fn write_sheet(
    sheet: &mut Worksheet,
    entetes: &[String],
    lignes: &[Vec<Cellule>],
    formats: &Formats,
) -> Result<(), XlsxError> {
    let entetes = entetes.get(..MAX_COLUMNS).unwrap_or(entetes);
    for (column, entete) in (0u16..).zip(entetes) {
        sheet.write_string_with_format(0, column, bounded(entete), &formats.entete)?;
    }
    for (row, ligne) in (1u32..).zip(lignes) {
        for (column, cellule) in (0u16..).zip(ligne.iter().take(MAX_COLUMNS)) {
            write_cell(sheet, row, column, cellule, formats)?;
        }
    }
    sheet.set_freeze_panes(1, 0)?;
    let last_column = u16::try_from(entetes.len().saturating_sub(1)).unwrap_or(u16::MAX);
    let last_row = u32::try_from(lignes.len()).unwrap_or(u32::MAX);
    sheet.autofilter(0, 0, last_row, last_column)?;
    for (column, width) in (0u16..).zip(widths(entetes, lignes)) {
        sheet.set_column_width(column, width)?;
    }
    Ok(())
}

fn write_cell(
    sheet: &mut Worksheet,
    row: u32,
    column: u16,
    cellule: &Cellule,
    formats: &Formats,
) -> Result<(), XlsxError> {
    match cellule {
        Cellule::Vide => {}
        Cellule::Texte(text) => {
            sheet.write_string(row, column, bounded(text))?;
        }
        Cellule::Signalee(text) if text.is_empty() => {
            sheet.write_blank(row, column, &formats.signalee)?;
        }
        Cellule::Signalee(text) => {
            sheet.write_string_with_format(row, column, bounded(text), &formats.signalee)?;
        }
        Cellule::Entier(number) => {
            #[expect(
                clippy::cast_precision_loss,
                reason = "a spreadsheet holds no larger integers"
            )]
            sheet.write_number_with_format(row, column, *number as f64, &formats.entier)?;
        }
        Cellule::Nombre(number) => {
            sheet.write_number_with_format(row, column, *number, &formats.nombre)?;
        }
        Cellule::Taux(rate) => {
            sheet.write_number_with_format(row, column, *rate, &formats.taux)?;
        }
        Cellule::Jour(jour) => match excel_day(*jour) {
            Some(date) => {
                sheet.write_datetime_with_format(row, column, date, &formats.jour)?;
            }
            // Before 1900 a spreadsheet has no dates: the day is kept as text.
            None => {
                sheet.write_string(row, column, jour.to_string())?;
            }
        },
        Cellule::Instant(instant) => {
            let (hour, minute) = (instant.hour().unsigned_abs(), instant.minute().unsigned_abs());
            let date = excel_day(instant.date())
                .and_then(|day| day.and_hms(u16::from(hour), minute, 0.0).ok());
            match date {
                Some(date) => {
                    sheet.write_datetime_with_format(row, column, date, &formats.instant)?;
                }
                None => {
                    sheet.write_string(row, column, instant.to_string())?;
                }
            }
        }
    }
    Ok(())
}

/// A day as spreadsheets count it; none before 1900.
fn excel_day(jour: Date) -> Option<ExcelDateTime> {
    let year = u16::try_from(jour.year()).ok()?;
    ExcelDateTime::from_ymd(year, jour.month().unsigned_abs(), jour.day().unsigned_abs()).ok()
}

/// Column widths that show the text without cutting most of it, in characters.
fn widths(entetes: &[String], lignes: &[Vec<Cellule>]) -> Vec<f64> {
    let mut widths: Vec<usize> = entetes.iter().map(|entete| entete.chars().count()).collect();
    for ligne in lignes.iter().take(500) {
        for (width, cellule) in widths.iter_mut().zip(ligne) {
            if let Cellule::Texte(text) | Cellule::Signalee(text) = cellule {
                *width = (*width).max(text.chars().count());
            }
        }
    }
    let bounded = widths.into_iter().map(|width| u32::try_from(width.clamp(8, 60) + 3));
    bounded.map(|width| f64::from(width.unwrap_or(60))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use calamine::{Data, Reader, Xlsx};
    use std::io::Cursor;

    #[test]
    fn cells_keep_their_type_and_text_is_never_a_formula() {
        let mut bloc = Bloc::new("Essai / 1", &["texte", "jour", "taux", "instant"]);
        let jour = jiff::civil::date(2019, 9, 5);
        bloc.lignes.push(vec![
            "=cmd|' /C calc'!A0".into(),
            Cellule::Jour(jour),
            Cellule::Taux(0.25),
            Cellule::Instant(jour.at(18, 0, 0, 0)),
        ]);
        let bytes = write(&[bloc.clone(), bloc]).unwrap();
        let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).unwrap();
        assert_eq!(book.sheet_names(), ["Essai   1", "Essai   1 2"]);
        let range = book.worksheet_range("Essai   1").unwrap();
        assert_eq!(range.get((1, 0)), Some(&Data::String("=cmd|' /C calc'!A0".to_owned())));
        assert!(matches!(range.get((1, 1)), Some(Data::DateTime(_))));
        assert_eq!(range.get((1, 2)), Some(&Data::Float(0.25)));
        let Some(Data::DateTime(at)) = range.get((1, 3)) else { panic!("{range:?}") };
        // 43,713 days after 30 December 1899, and eighteen hours.
        assert!((at.as_f64() - 43_713.75).abs() < 1e-6, "{at:?}");
        assert!(book.worksheet_formula("Essai   1").unwrap().used_cells().next().is_none());
    }
    #[test]
    fn rows_beyond_a_sheet_go_on_to_the_next() {
        let mut bloc = Bloc::new("Liste", &["rang"]);
        bloc.lignes.extend((0..7).map(|rank| vec![Cellule::Entier(rank)]));
        let bytes = write_by(&[bloc, Bloc::new("Vide", &["x"])], 3).unwrap();
        let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).unwrap();
        assert_eq!(book.sheet_names(), ["Liste", "Liste 2", "Liste 3", "Vide"]);
        let last = book.worksheet_range("Liste 3").unwrap();
        assert_eq!(last.get((0, 0)), Some(&Data::String("rang".to_owned())));
        assert_eq!((last.height(), last.get((1, 0))), (2, Some(&Data::Float(6.0))));
        assert_eq!(book.worksheet_range("Vide").unwrap().height(), 1);
    }

    #[test]
    fn a_text_beyond_a_cell_is_cut_and_says_so() {
        let cases = [
            ("a".repeat(MAX_TEXT), false),
            ("é".repeat(MAX_TEXT), false),
            ("a".repeat(MAX_TEXT + 1), true),
            // Two units each: a pair is never split.
            ("\u{1F600}".repeat(20_000), true),
        ];
        for (text, cut) in cases {
            let kept = bounded(&text).into_owned();
            assert_eq!(kept.ends_with(CUT), cut);
            assert!(kept.encode_utf16().count() <= MAX_TEXT);
            let mut bloc = Bloc::new("Long", &["texte"]);
            bloc.lignes.push(vec![Cellule::Signalee(text), "".into()]);
            let mut book: Xlsx<_> = Xlsx::new(Cursor::new(write(&[bloc]).unwrap())).unwrap();
            let range = book.worksheet_range("Long").unwrap();
            assert_eq!(range.get((1, 0)), Some(&Data::String(kept)));
        }
    }
}
