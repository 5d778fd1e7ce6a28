//! One value as the field writes it.

use mallette_domain::table::{Column, Table};

use super::libelle;
use super::style::{EcritureJour, Style};
use crate::canonique::write_cell;
use crate::jour::{self, Jour};
use crate::ligne::Cellule;

/// A cell of a file: its text, and its number when a workbook may hold it as one.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Case {
    pub(super) texte: String,
    pub(super) nombre: Nombre,
}

/// What a workbook holds instead of a text.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) enum Nombre {
    /// The text itself.
    #[default]
    Aucun,
    /// A day, as a real date.
    Jour(Jour),
    /// A number.
    Valeur(f64),
}

impl Case {
    /// Writes a value in place of the one before.
    pub(super) fn write(
        &mut self,
        style: &Style,
        table: &Table,
        column: &Column,
        facon: u32,
        cellule: Cellule<'_>,
    ) {
        self.texte.clear();
        self.nombre = Nombre::Aucun;
        match cellule {
            Cellule::Vide => {}
            Cellule::Texte(text) => self.texte.push_str(text),
            Cellule::Code(code) => {
                self.texte.push_str(libelle::label(table.name, column.name, code, facon));
            }
            Cellule::Jour(day) => {
                if style.jour == EcritureJour::Serie {
                    self.nombre = Nombre::Jour(day);
                }
                self.write_day(style, day);
            }
            Cellule::Mois(day) if style.mois_francais => {
                let (year, month, _) = jour::civil(day);
                self.texte.push_str(&format!("{month:02}/{year}"));
            }
            Cellule::Entier(number) => {
                #[expect(clippy::cast_precision_loss, reason = "minutes and years")]
                let value = number as f64;
                self.nombre = Nombre::Valeur(value);
                self.texte.push_str(&number.to_string());
            }
            Cellule::Centiemes(hundredths) => {
                #[expect(clippy::cast_precision_loss, reason = "euros and hours")]
                let value = hundredths as f64 / 100.0;
                self.nombre = Nombre::Valeur(value);
                self.write_hundredths(style, hundredths, column.name.starts_with("montant"));
            }
            Cellule::Cle(..) | Cellule::Mois(_) => {
                let mut bytes = Vec::new();
                write_cell(&mut bytes, cellule);
                self.texte.push_str(&String::from_utf8_lossy(&bytes));
            }
        }
    }

    fn write_day(&mut self, style: &Style, day: Jour) {
        let (year, month, of_month) = jour::civil(day);
        let text = match style.jour {
            EcritureJour::Horodate => format!("{year}-{month:02}-{of_month:02} 00:00:00"),
            EcritureJour::Francais | EcritureJour::Serie => {
                format!("{of_month:02}/{month:02}/{year}")
            }
        };
        self.texte.push_str(&text);
    }

    /// `1 234,50`, with « € » on the amounts of some centres.
    fn write_hundredths(&mut self, style: &Style, hundredths: i64, amount: bool) {
        if hundredths < 0 {
            self.texte.push('-');
        }
        self.texte.push_str(&group(hundredths.unsigned_abs() / 100, style.espace));
        self.texte.push_str(&format!(",{:02}", hundredths.unsigned_abs() % 100));
        if amount && style.euros {
            self.texte.push(style.espace);
            self.texte.push('€');
        }
    }
}

/// A whole number with its thousands apart.
pub(super) fn group(number: u64, space: char) -> String {
    let digits = number.to_string();
    let mut grouped = String::with_capacity(digits.len() * 2);
    for (rank, digit) in digits.chars().enumerate() {
        if rank > 0 && (digits.len() - rank).is_multiple_of(3) {
            grouped.push(space);
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_apart() {
        for (number, text) in [(0, "0"), (999, "999"), (1_000, "1 000"), (1_234_567, "1 234 567")] {
            assert_eq!(group(number, ' '), text);
        }
    }
}
