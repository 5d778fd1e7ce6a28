//! The canonical form: one `<table>.csv` per table, all centres in each, straight from values to
//! bytes. Nothing needs quoting: codes, keys and own word lists hold no separator (tested).

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use mallette_domain::table::TABLES;

use crate::Sortie;
use crate::centre::Centre;
use crate::erreur::SynthError;
use crate::jour::{self, Jour};
use crate::ligne::{Cellule, Ligne};

/// Bytes gathered before they go to a file.
const TAMPON: usize = 1 << 18;

/// The nine files.
#[derive(Debug)]
pub(crate) struct Canonique {
    fichiers: Vec<Fichier>,
    /// End of every line: the extraction date, in the column after the canonical ones.
    fin: Vec<u8>,
}

#[derive(Debug)]
struct Fichier {
    chemin: PathBuf,
    sortie: BufWriter<File>,
    ligne: Vec<u8>,
    lignes: u64,
}

impl Canonique {
    /// Creates the files in `dir`, with their headers.
    pub(crate) fn create(dir: &Path, reference: Jour) -> Result<Self, SynthError> {
        let mut fin = Vec::new();
        write_day(&mut fin, reference);
        fin.push(b'\n');
        let mut fichiers = Vec::with_capacity(TABLES.len());
        for table in TABLES {
            let chemin = dir.join(format!("{}.csv", table.name));
            let file = File::create(&chemin).map_err(SynthError::write(&chemin))?;
            let mut sortie = BufWriter::with_capacity(TAMPON, file);
            let names: Vec<&str> = table.columns.iter().map(|column| column.name).collect();
            writeln!(sortie, "{};date_extraction", names.join(";"))
                .map_err(SynthError::write(&chemin))?;
            fichiers.push(Fichier { chemin, sortie, ligne: Vec::with_capacity(256), lignes: 0 });
        }
        Ok(Self { fichiers, fin })
    }

    /// Closes the files: their paths, and how many rows each has.
    pub(crate) fn finish(self) -> Result<Vec<(PathBuf, u64)>, SynthError> {
        let close = |mut fichier: Fichier| {
            fichier.sortie.flush().map_err(SynthError::write(&fichier.chemin))?;
            Ok((fichier.chemin, fichier.lignes))
        };
        self.fichiers.into_iter().map(close).collect()
    }
}

impl Sortie for Canonique {
    fn put<L: Ligne>(&mut self, centre: &Centre, ligne: &L) -> Result<(), SynthError> {
        let Some(fichier) = self.fichiers.get_mut(L::TABLE as usize) else { return Ok(()) };
        fichier.ligne.clear();
        ligne.cells(centre, &mut |cellule| {
            write_cell(&mut fichier.ligne, cellule);
            fichier.ligne.push(b';');
        });
        fichier.ligne.extend_from_slice(&self.fin);
        fichier.lignes += 1;
        fichier.sortie.write_all(&fichier.ligne).map_err(SynthError::write(&fichier.chemin))
    }
}

/// Writes a cell in canonical form: ISO dates, decimal point, nothing for an unknown value.
pub(crate) fn write_cell(out: &mut Vec<u8>, cellule: Cellule<'_>) {
    match cellule {
        Cellule::Vide => {}
        Cellule::Texte(text) => out.extend_from_slice(text.as_bytes()),
        Cellule::Code(code) => out.extend_from_slice(code.as_bytes()),
        Cellule::Cle(letter, number) => {
            out.push(letter);
            write_number(out, number, 1);
        }
        Cellule::Jour(day) => write_day(out, day),
        Cellule::Mois(day) => {
            let (year, month, _) = jour::civil(day);
            write_number(out, u64::from(year.unsigned_abs()), 4);
            out.push(b'-');
            write_number(out, u64::from(month.unsigned_abs()), 2);
        }
        Cellule::Entier(number) => {
            if number < 0 {
                out.push(b'-');
            }
            write_number(out, number.unsigned_abs(), 1);
        }
        Cellule::Centiemes(hundredths) => {
            if hundredths < 0 {
                out.push(b'-');
            }
            write_number(out, hundredths.unsigned_abs() / 100, 1);
            out.push(b'.');
            write_number(out, hundredths.unsigned_abs() % 100, 2);
        }
    }
}

fn write_day(out: &mut Vec<u8>, day: Jour) {
    let (year, month, of_month) = jour::civil(day);
    write_number(out, u64::from(year.unsigned_abs()), 4);
    out.push(b'-');
    write_number(out, u64::from(month.unsigned_abs()), 2);
    out.push(b'-');
    write_number(out, u64::from(of_month.unsigned_abs()), 2);
}

/// Writes a number with at least `width` digits.
pub(crate) fn write_number(out: &mut Vec<u8>, number: u64, width: usize) {
    let start = out.len();
    let mut left = number;
    while left > 0 || out.len() - start < width {
        out.push(b'0' + (left % 10) as u8);
        left /= 10;
    }
    if let Some(digits) = out.get_mut(start..) {
        digits.reverse();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn written(cellule: Cellule<'_>) -> String {
        let mut out = Vec::new();
        write_cell(&mut out, cellule);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn cells_are_canonical() {
        assert_eq!(written(Cellule::Vide), "");
        assert_eq!(written(Cellule::Cle(b'D', 0)), "D0");
        assert_eq!(written(Cellule::Jour(0)), "1970-01-01");
        assert_eq!(written(Cellule::Mois(jour::day(2019, 9, 1))), "2019-09");
        assert_eq!(written(Cellule::Centiemes(123_405)), "1234.05");
        assert_eq!(written(Cellule::Centiemes(-50)), "-0.50");
        assert_eq!(written(Cellule::Entier(-12)), "-12");
    }

    proptest! {
        #[test]
        fn numbers_are_written_as_display_does(number: u64, days in 0i32..40_000) {
            prop_assert_eq!(written(Cellule::Cle(b'E', number)), format!("E{number}"));
            let expected = jiff::civil::date(1970, 1, 1).saturating_add(jiff::Span::new().days(days));
            prop_assert_eq!(written(Cellule::Jour(days)), expected.to_string());
        }
    }
}
