//! A table of results, before it takes the form of a sheet or of a file.

use jiff::civil::{Date, DateTime};

/// One cell.
#[derive(Debug, Clone, PartialEq)]
pub enum Cellule {
    /// Nothing.
    Vide,
    /// Text, never a formula.
    Texte(String),
    /// Text at fault, never a formula: highlighted where the form allows it.
    Signalee(String),
    /// A whole number.
    Entier(i64),
    /// A number with decimals.
    Nombre(f64),
    /// A rate between 0 and 1, shown as a percentage.
    Taux(f64),
    /// A day.
    Jour(Date),
    /// A day and an hour, by the clock that the header names.
    Instant(DateTime),
}

impl From<&str> for Cellule {
    fn from(text: &str) -> Self {
        Self::Texte(text.to_owned())
    }
}

impl From<String> for Cellule {
    fn from(text: String) -> Self {
        Self::Texte(text)
    }
}

impl From<i64> for Cellule {
    fn from(number: i64) -> Self {
        Self::Entier(number)
    }
}

impl From<Option<String>> for Cellule {
    fn from(text: Option<String>) -> Self {
        text.map_or(Self::Vide, Self::Texte)
    }
}

/// A titled table: one sheet of a workbook, or one CSV file.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Bloc {
    /// Name of the sheet.
    pub titre: String,
    /// Column headers.
    pub entetes: Vec<String>,
    /// Rows, each as long as the headers.
    pub lignes: Vec<Vec<Cellule>>,
}

impl Bloc {
    /// An empty table.
    #[must_use]
    pub fn new(titre: &str, entetes: &[&str]) -> Self {
        let entetes = entetes.iter().map(|&entete| entete.to_owned()).collect();
        Self { titre: titre.to_owned(), entetes, lignes: Vec::new() }
    }
}
