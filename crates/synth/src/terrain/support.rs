//! The two kinds of files of the field: delimited text, and workbook.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, XlsxError};

use super::cellule::{Case, Nombre};
use super::style::Support;
use crate::erreur::SynthError;
use crate::jour::{self, Jour};

/// Days from the origin of spreadsheets to 1 January 1970.
const ORIGINE: i32 = 25_569;

/// A delimited text file.
#[derive(Debug)]
pub(super) struct Texte {
    chemin: PathBuf,
    sortie: BufWriter<File>,
    support: Support,
    ligne: String,
    octets: Vec<u8>,
}

impl Texte {
    pub(super) fn create(chemin: PathBuf, support: Support) -> Result<Self, SynthError> {
        let file = File::create(&chemin).map_err(SynthError::write(&chemin))?;
        let mut sortie = BufWriter::with_capacity(1 << 16, file);
        let mark: &[u8] = match support {
            Support::Utf16 => &[0xff, 0xfe],
            Support::Utf8 => &[0xef, 0xbb, 0xbf],
            Support::Windows1252 | Support::Classeur => &[],
        };
        sortie.write_all(mark).map_err(SynthError::write(&chemin))?;
        Ok(Self { chemin, sortie, support, ligne: String::new(), octets: Vec::new() })
    }

    pub(super) fn put<'a>(
        &mut self,
        cells: impl Iterator<Item = &'a str>,
    ) -> Result<(), SynthError> {
        let separator = if self.support == Support::Utf16 { '\t' } else { ';' };
        self.ligne.clear();
        for (rank, cell) in cells.enumerate() {
            if rank > 0 {
                self.ligne.push(separator);
            }
            if cell.contains([separator, '"', '\n', '\r']) {
                self.ligne.push('"');
                self.ligne.push_str(&cell.replace('"', "\"\""));
                self.ligne.push('"');
            } else {
                self.ligne.push_str(cell);
            }
        }
        self.ligne.push_str("\r\n");
        self.octets.clear();
        match self.support {
            Support::Utf16 => {
                self.octets.extend(self.ligne.encode_utf16().flat_map(u16::to_le_bytes));
            }
            Support::Windows1252 => {
                let (bytes, _, _) = encoding_rs::WINDOWS_1252.encode(&self.ligne);
                self.octets.extend_from_slice(&bytes);
            }
            Support::Utf8 | Support::Classeur => {
                self.octets.extend_from_slice(self.ligne.as_bytes());
            }
        }
        self.sortie.write_all(&self.octets).map_err(SynthError::write(&self.chemin))
    }

    pub(super) fn finish(mut self) -> Result<PathBuf, SynthError> {
        self.sortie.flush().map_err(SynthError::write(&self.chemin))?;
        Ok(self.chemin)
    }
}

/// A workbook, with a sheet per table.
pub(super) struct Classeur {
    chemin: PathBuf,
    workbook: Workbook,
    /// Next row of each sheet.
    lignes: Vec<u32>,
    jour: Format,
    titre: Format,
}

impl Classeur {
    pub(super) fn create(chemin: PathBuf, reference: Jour) -> Result<Self, SynthError> {
        let mut workbook = Workbook::new();
        let (year, month, of_month) = jour::civil(reference);
        let parts = (u16::try_from(year), u8::try_from(month), u8::try_from(of_month));
        // The day of the extraction, not that of the writing: the bytes depend on the request alone.
        if let (Ok(year), Ok(month), Ok(of_month)) = parts {
            let created = ExcelDateTime::from_ymd(year, month, of_month)
                .map_err(SynthError::workbook(&chemin))?;
            let properties = DocProperties::new().set_creation_datetime(&created);
            workbook.set_properties(&properties);
        }
        Ok(Self {
            chemin,
            workbook,
            lignes: Vec::new(),
            jour: Format::new().set_num_format("dd/mm/yyyy"),
            titre: Format::new().set_bold(),
        })
    }

    /// Adds a sheet, whose rank is the number of those before it.
    pub(super) fn add_sheet(&mut self, nom: &str) -> Result<usize, SynthError> {
        self.workbook.add_worksheet().set_name(nom).map_err(SynthError::workbook(&self.chemin))?;
        self.lignes.push(0);
        Ok(self.lignes.len() - 1)
    }

    /// Writes a title over merged cells.
    pub(super) fn put_title(&mut self, feuille: usize, titre: &str) -> Result<(), SynthError> {
        let row = self.next_row(feuille);
        let written = self
            .workbook
            .worksheet_from_index(feuille)
            .and_then(|sheet| sheet.merge_range(row, 0, row, 3, titre, &self.titre).map(|_| ()));
        written.map_err(SynthError::workbook(&self.chemin))
    }

    pub(super) fn put<'a>(
        &mut self,
        feuille: usize,
        cells: impl Iterator<Item = &'a Case>,
    ) -> Result<(), SynthError> {
        let row = self.next_row(feuille);
        self.write_row(feuille, row, cells).map_err(SynthError::workbook(&self.chemin))
    }

    fn write_row<'a>(
        &mut self,
        feuille: usize,
        row: u32,
        cells: impl Iterator<Item = &'a Case>,
    ) -> Result<(), XlsxError> {
        let sheet = self.workbook.worksheet_from_index(feuille)?;
        for (column, case) in (0u16..).zip(cells) {
            match case.nombre {
                Nombre::Jour(day) => {
                    sheet.write_number_with_format(row, column, day + ORIGINE, &self.jour)?;
                }
                Nombre::Valeur(number) => {
                    sheet.write_number(row, column, number)?;
                }
                Nombre::Aucun if case.texte.is_empty() => {}
                Nombre::Aucun => {
                    sheet.write_string(row, column, case.texte.as_str())?;
                }
            }
        }
        Ok(())
    }

    fn next_row(&mut self, feuille: usize) -> u32 {
        let Some(next) = self.lignes.get_mut(feuille) else { return 0 };
        *next += 1;
        *next - 1
    }

    pub(super) fn finish(mut self) -> Result<PathBuf, SynthError> {
        self.workbook.save(Path::new(&self.chemin)).map_err(SynthError::workbook(&self.chemin))?;
        Ok(self.chemin)
    }
}
