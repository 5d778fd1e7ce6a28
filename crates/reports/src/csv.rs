//! CSV as French spreadsheets open it: UTF-8 with a byte-order mark, `;`, decimal comma.

use crate::bloc::{Bloc, Cellule};

/// Writes a table. Text that a spreadsheet would run as a formula is preceded by an apostrophe.
///
/// # Errors
/// Never in practice: the writer is memory.
pub fn write(bloc: &Bloc) -> Result<Vec<u8>, ::csv::Error> {
    let mut bytes = header(&bloc.entetes)?;
    bytes.extend(rows(&bloc.lignes)?);
    Ok(bytes)
}

/// The start of a table written part by part: the mark and the headers.
///
/// # Errors
/// Never in practice: the writer is memory.
pub fn header(entetes: &[String]) -> Result<Vec<u8>, ::csv::Error> {
    let mut writer = writer("\u{feff}".as_bytes().to_vec());
    writer.write_record(entetes)?;
    finish(writer)
}

/// Rows of a table written part by part.
///
/// # Errors
/// Never in practice: the writer is memory.
pub fn rows(lignes: &[Vec<Cellule>]) -> Result<Vec<u8>, ::csv::Error> {
    let mut writer = writer(Vec::new());
    for ligne in lignes {
        writer.write_record(ligne.iter().map(text))?;
    }
    finish(writer)
}

fn writer(start: Vec<u8>) -> ::csv::Writer<Vec<u8>> {
    ::csv::WriterBuilder::new()
        .delimiter(b';')
        .terminator(::csv::Terminator::CRLF)
        .from_writer(start)
}

fn finish(writer: ::csv::Writer<Vec<u8>>) -> Result<Vec<u8>, ::csv::Error> {
    writer.into_inner().map_err(|error| ::csv::Error::from(error.into_error()))
}

fn text(cellule: &Cellule) -> String {
    match cellule {
        Cellule::Vide => String::new(),
        Cellule::Texte(text) | Cellule::Signalee(text)
            if text.starts_with(['=', '+', '-', '@', '\t', '\r']) =>
        {
            format!("'{text}")
        }
        Cellule::Texte(text) | Cellule::Signalee(text) => text.clone(),
        Cellule::Entier(number) => number.to_string(),
        Cellule::Nombre(number) | Cellule::Taux(number) => number.to_string().replace('.', ","),
        Cellule::Jour(jour) => jour.to_string(),
        Cellule::Instant(instant) => instant.strftime("%Y-%m-%d %H:%M").to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_formula_stays_text_and_numbers_are_french() {
        let mut bloc = Bloc::new("Essai", &["a", "b", "c"]);
        bloc.lignes.push(vec!["=1+1".into(), Cellule::Nombre(1.5), "x;y".into()]);
        let bytes = write(&bloc).unwrap();
        assert_eq!(String::from_utf8(bytes).unwrap(), "\u{feff}a;b;c\r\n'=1+1;1,5;\"x;y\"\r\n");
    }
}
