//! Any table file as plain cells: for lists that are not extracts of I-MILO, such as accounts to
//! open. The same readers, encodings and bounds as an import; nothing is written, nothing typed.

use jiff::civil::Date;

use crate::erreur::IngestError;
use crate::source::{self, Cell, Limites, Message, Row};

/// Rows, blank ones included, that a sheet may pretend to have: a column formatted to its end.
const LIGNES_VIDES: u64 = 1 << 21;

/// What one cell holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cellule {
    /// Nothing, or spaces.
    Vide,
    /// Text without the spaces around; a number as it is written, a formula by its value.
    Texte(String),
    /// A date of a spreadsheet.
    Jour(Date),
    /// Text whose bytes could not be decoded, or an error of a spreadsheet (`#REF!`).
    Illisible(String),
}

/// A row that is not blank.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LigneBrute {
    /// Line of the file, or row of the sheet, from 1.
    pub ligne: u32,
    /// Its cells, from the first column.
    pub cellules: Vec<Cellule>,
}

/// A sheet, or the one table of a text file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tableau {
    /// Name of the sheet; none for text.
    pub feuille: Option<String>,
    /// Rows that are not blank, in the order of the file.
    pub lignes: Vec<LigneBrute>,
}

/// How large such a file may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bornes {
    /// Bytes that a workbook or an archive may unfold to.
    pub octets: u64,
    /// Rows that are not blank, all sheets together.
    pub lignes: usize,
    /// Filled columns of a row.
    pub colonnes: usize,
}

/// Reads a file that was received, in memory: CSV, XLSX, XLS, ODS, JSON, or a ZIP of these, told by
/// what it holds. `nom` is its name, as errors say it.
///
/// # Errors
/// When it is empty, damaged, of another kind, or larger than `bornes`.
pub fn read_cells(nom: &str, octets: Vec<u8>, bornes: Bornes) -> Result<Vec<Tableau>, IngestError> {
    let limites = Limites {
        octets_decompresses: bornes.octets,
        octets_ligne: 1 << 20,
        colonnes: bornes.colonnes,
        lignes_feuille: LIGNES_VIDES,
        ..Limites::default()
    };
    let mut tableaux: Vec<Tableau> = Vec::new();
    let mut lignes = 0usize;
    for message in source::open_memory(nom, octets, limites) {
        match message? {
            Message::Feuille(feuille) => {
                tableaux.push(Tableau { feuille: feuille.nom.clone(), lignes: Vec::new() });
            }
            Message::Lignes(batch) => {
                let Some(tableau) = tableaux.last_mut() else { continue };
                for row in batch.rows() {
                    let Some(ligne) = plain(row) else { continue };
                    lignes += 1;
                    if lignes > bornes.lignes {
                        return Err(IngestError::Lecture(format!(
                            "{nom} : plus de {} lignes. Le partager en plusieurs fichiers.",
                            bornes.lignes
                        )));
                    }
                    tableau.lignes.push(ligne);
                }
            }
            Message::FinFichier(_) => {}
        }
    }
    Ok(tableaux)
}

/// A row as plain cells; none when it is blank.
fn plain(row: Row<'_>) -> Option<LigneBrute> {
    let cellules: Vec<Cellule> = (0..row.len()).map(|rank| cell(row.cell(rank))).collect();
    let blank = cellules.iter().all(|cellule| *cellule == Cellule::Vide);
    (!blank).then(|| LigneBrute { ligne: row.line(), cellules })
}

fn cell(cell: Cell<'_>) -> Cellule {
    match cell {
        Cell::Empty => Cellule::Vide,
        Cell::Text(text) => match text.trim() {
            "" => Cellule::Vide,
            text => Cellule::Texte(text.to_owned()),
        },
        Cell::Number(number) => Cellule::Texte(number.to_string().replace('.', ",")),
        Cell::Date(day) => Cellule::Jour(day),
        Cell::Bool(true) => Cellule::Texte("oui".to_owned()),
        Cell::Bool(false) => Cellule::Texte("non".to_owned()),
        Cell::Invalid(text) => Cellule::Illisible(text.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Workbook};

    use super::*;

    const BORNES: Bornes = Bornes { octets: 8 << 20, lignes: 100, colonnes: 20 };

    fn read(octets: &[u8]) -> Result<Vec<Tableau>, String> {
        read_cells("liste", octets.to_vec(), BORNES).map_err(|error| error.to_string())
    }

    fn texts(ligne: &LigneBrute) -> Vec<&str> {
        fn text(cellule: &Cellule) -> &str {
            match cellule {
                Cellule::Texte(text) => text,
                Cellule::Vide => "",
                other => panic!("{other:?}"),
            }
        }
        ligne.cellules.iter().map(text).collect()
    }

    #[test]
    fn text_is_read_in_the_encodings_of_the_field() {
        let (latin, _, _) = encoding_rs::WINDOWS_1252.encode("nom;rôle\r\n\r\nZoé ;é\r\n");
        let mut utf16 = vec![0xFF, 0xFE];
        utf16.extend("nom;rôle\n\nZoé;é\n".encode_utf16().flat_map(u16::to_le_bytes));
        for octets in [latin.as_ref(), utf16.as_slice(), "\u{feff}nom;rôle\n\nZoé;é".as_bytes()]
        {
            let read = read(octets).unwrap();
            let [tableau] = read.as_slice() else { panic!("{read:?}") };
            assert_eq!(tableau.feuille, None);
            let [first, second] = tableau.lignes.as_slice() else { panic!("{tableau:?}") };
            assert_eq!((first.ligne, texts(first)), (1, vec!["nom", "rôle"]));
            assert_eq!((second.ligne, texts(second)), (3, vec!["Zoé", "é"]));
        }
    }

    #[test]
    fn a_workbook_gives_numbers_dates_and_values_of_formulas() {
        let mut workbook = Workbook::new();
        let sheet = workbook.add_worksheet();
        sheet.set_name("Comptes").unwrap();
        sheet.write(1, 0, "a").unwrap();
        sheet.write(1, 1, 1204).unwrap();
        let day = ExcelDateTime::from_ymd(2026, 12, 31).unwrap();
        let format = Format::new().set_num_format("dd/mm/yyyy");
        sheet.write_with_format(1, 2, &day, &format).unwrap();
        sheet.write(1, 3, Formula::new("=1+1").set_result("2")).unwrap();
        let read = read(&workbook.save_to_buffer().unwrap()).unwrap();
        assert_eq!(read[0].feuille.as_deref(), Some("Comptes"));
        let [ligne] = read[0].lignes.as_slice() else { panic!("{read:?}") };
        assert_eq!(ligne.ligne, 2);
        let text = |text: &str| Cellule::Texte(text.to_owned());
        let expected = [text("a"), text("1204"), Cellule::Jour(date(2026, 12, 31)), text("2")];
        assert_eq!(ligne.cellules, expected);
    }

    #[test]
    fn what_is_too_large_empty_or_of_another_kind_is_refused() {
        let long = "a;b\n".repeat(101);
        assert!(read(long.as_bytes()).unwrap_err().contains("100 lignes"));
        let wide = "a;".repeat(40);
        assert!(read(wide.as_bytes()).is_err());
        assert!(read(b"").is_err());
        assert!(read(b"%PDF-1.7 \0\0\0\x01\x02").is_err());
        let mut workbook = Workbook::new();
        workbook.add_worksheet().write(0, 0, "x".repeat(30_000)).unwrap();
        let bytes = workbook.save_to_buffer().unwrap();
        let small = Bornes { octets: 4_096, ..BORNES };
        assert!(read_cells("bombe.xlsx", bytes.clone(), small).is_err());
        assert!(read(&bytes).is_ok());
        assert!(read(&bytes[..bytes.len() / 2]).is_err(), "a workbook cut in its middle");
    }
}
