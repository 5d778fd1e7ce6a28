//! XLSX: one sheet per table, real numbers and dates, filters, frozen header.

use jiff::civil::Date;
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook, Worksheet, XlsxError};

use crate::bloc::{Bloc, Cellule};

/// Writes a workbook with one sheet per table, in order.
///
/// # Errors
/// When a table is larger than a sheet can hold (1,048,576 rows).
pub fn write(blocs: &[Bloc]) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let formats = Formats::new();
    let mut names: Vec<String> = Vec::new();
    for bloc in blocs {
        let name = sheet_name(&bloc.titre, &names);
        let sheet = workbook.add_worksheet();
        sheet.set_name(&name)?;
        names.push(name);
        write_sheet(sheet, bloc, &formats)?;
    }
    workbook.save_to_buffer()
}

struct Formats {
    entete: Format,
    entier: Format,
    nombre: Format,
    taux: Format,
    jour: Format,
    instant: Format,
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

fn write_sheet(sheet: &mut Worksheet, bloc: &Bloc, formats: &Formats) -> Result<(), XlsxError> {
    for (column, entete) in (0u16..).zip(&bloc.entetes) {
        sheet.write_string_with_format(0, column, entete, &formats.entete)?;
    }
    for (row, ligne) in (1u32..).zip(&bloc.lignes) {
        for (column, cellule) in (0u16..).zip(ligne) {
            write_cell(sheet, row, column, cellule, formats)?;
        }
    }
    sheet.set_freeze_panes(1, 0)?;
    let last_column = u16::try_from(bloc.entetes.len().saturating_sub(1)).unwrap_or(u16::MAX);
    let last_row = u32::try_from(bloc.lignes.len()).unwrap_or(u32::MAX);
    sheet.autofilter(0, 0, last_row, last_column)?;
    for (column, width) in (0u16..).zip(widths(bloc)) {
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
            sheet.write_string(row, column, text)?;
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
fn widths(bloc: &Bloc) -> Vec<f64> {
    let mut widths: Vec<usize> = bloc.entetes.iter().map(|entete| entete.chars().count()).collect();
    for ligne in bloc.lignes.iter().take(500) {
        for (width, cellule) in widths.iter_mut().zip(ligne) {
            if let Cellule::Texte(text) = cellule {
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
}
