//! The cells of a batch, typed column by column.

use hashbrown::HashMap;
use mallette_domain::table::ColumnType;

use super::{Cellules, Plage, Plan, Suite, Typeur};
use crate::colonne::{SANS_CODE, SANS_JOUR, SANS_NOMBRE};
use crate::source::Row;
use crate::valeur::{self, Illisible};

/// The rows refused so far: which, and the first reason of each.
pub(super) struct Refus {
    pub(super) rows: Vec<bool>,
    pub(super) list: Vec<(usize, Option<usize>, Illisible)>,
}

impl Refus {
    fn holds(&self, row: usize) -> bool {
        self.rows.get(row).copied().unwrap_or(false)
    }

    fn add(&mut self, row: usize, column: Option<usize>, illisible: Illisible) {
        if let Some(refused) = self.rows.get_mut(row)
            && !*refused
        {
            *refused = true;
            self.list.push((row, column, illisible));
        }
    }
}

/// A batch being typed.
pub(super) struct Travail<'t, 'a> {
    pub(super) typeur: &'t Typeur<'a>,
    /// Bytes of the batch's own text: what is written beside it comes after.
    pub(super) text_len: usize,
    pub(super) ecrits: String,
    pub(super) refus: Refus,
}

impl Travail<'_, '_> {
    /// Runs of rows of one centre and one date, refused rows included.
    pub(super) fn type_centres(&mut self, rows: &[Row<'_>]) -> Vec<Suite> {
        let mut suites: Vec<Suite> = Vec::new();
        let mut scratch = String::new();
        // Rows of a centre follow one another: what is written as in the row before is not looked
        // up again.
        let mut before = None;
        for (rank, row) in rows.iter().enumerate() {
            let column = self.typeur.structure_column;
            let written = column.and_then(|column| row.text_at(column)).map(|(_, text)| text);
            let structure_id = if written.is_some() && written == before {
                None
            } else {
                before = written;
                Some(self.typeur.read_structure(*row, &mut scratch).unwrap_or_else(|illisible| {
                    self.refus.add(rank, column, illisible);
                    before = None;
                    ""
                }))
            };
            let date_extraction = self.typeur.date_column.and_then(|column| {
                let day = valeur::day(row.cell(column), self.typeur.date_1904);
                day.unwrap_or_else(|illisible| {
                    self.refus.add(rank, Some(column), illisible);
                    None
                })
            });
            match suites.last_mut() {
                Some(last)
                    if structure_id
                        .is_none_or(|structure_id| last.structure_id == structure_id)
                        && last.date_extraction == date_extraction =>
                {
                    last.lignes += 1;
                }
                last => {
                    let as_before = last.map(|last| last.structure_id.clone());
                    let structure_id =
                        structure_id.map_or(as_before.unwrap_or_default(), str::to_owned);
                    suites.push(Suite { structure_id, date_extraction, lignes: 1 });
                }
            }
        }
        suites
    }

    pub(super) fn type_column(&mut self, plan: &Plan, rows: &[Row<'_>]) -> Cellules {
        let date_1904 = self.typeur.date_1904;
        match plan.kind {
            ColumnType::Id | ColumnType::Text => {
                Cellules::Plages(self.type_cells(plan, rows, Plage::default(), |travail, row| {
                    travail.type_text(row, plan.fichier)
                }))
            }
            ColumnType::FreeCode => self.type_free_codes(plan, rows),
            ColumnType::Code(values) => self.type_codes(plan, rows, values),
            ColumnType::Date => {
                Cellules::Jours(self.type_cells(plan, rows, SANS_JOUR, |_, row| {
                    Ok(valeur::day(row.cell(plan.fichier), date_1904)?.unwrap_or(SANS_JOUR))
                }))
            }
            ColumnType::Mois => {
                Cellules::Jours(self.type_cells(plan, rows, SANS_JOUR, |_, row| {
                    Ok(valeur::month(row.cell(plan.fichier), date_1904)?.unwrap_or(SANS_JOUR))
                }))
            }
            ColumnType::Integer => {
                Cellules::Nombres(self.type_cells(plan, rows, SANS_NOMBRE, |_, row| {
                    Ok(valeur::integer(row.cell(plan.fichier))?.unwrap_or(SANS_NOMBRE))
                }))
            }
            ColumnType::Decimal => {
                Cellules::Nombres(self.type_cells(plan, rows, SANS_NOMBRE, |_, row| {
                    Ok(valeur::decimal(row.cell(plan.fichier))?.unwrap_or(SANS_NOMBRE))
                }))
            }
        }
    }

    /// One value per row, `empty` for those refused.
    fn type_cells<'r, T: Copy>(
        &mut self,
        plan: &Plan,
        rows: &[Row<'r>],
        empty: T,
        mut read: impl FnMut(&mut Self, Row<'r>) -> Result<T, Illisible>,
    ) -> Vec<T> {
        let mut values = Vec::with_capacity(rows.len());
        for (rank, row) in rows.iter().enumerate() {
            values.push(read(self, *row).unwrap_or_else(|illisible| {
                self.refus.add(rank, Some(plan.fichier), illisible);
                empty
            }));
        }
        values
    }

    fn type_text(&mut self, row: Row<'_>, column: usize) -> Result<Plage, Illisible> {
        if let Some((from, text)) = row.text_at(column) {
            let trimmed = valeur::trim(text);
            let start = text.len() - text.trim_start_matches(valeur::is_padding).len();
            return Ok(match trimmed {
                "" => Plage::default(),
                _ => plage(from as usize + start, trimmed.len()),
            });
        }
        let mut scratch = String::new();
        match valeur::text(row.cell(column), &mut scratch)? {
            Some(text) => Ok(self.write(text)),
            None => Ok(Plage::default()),
        }
    }

    /// Keeps a text that the batch does not hold.
    fn write(&mut self, text: &str) -> Plage {
        let from = self.text_len + self.ecrits.len();
        self.ecrits.push_str(text);
        plage(from, text.len())
    }

    fn type_codes(
        &mut self,
        plan: &Plan,
        rows: &[Row<'_>],
        values: &'static [&'static str],
    ) -> Cellules {
        let (codes, table) = (self.typeur.codes, self.typeur.entete.table.name);
        let mut known: HashMap<&str, Option<u8>> = HashMap::new();
        Cellules::Codes(self.type_cells(plan, rows, SANS_CODE, |_, row| {
            let mut scratch = String::new();
            // What the batch holds is looked up as it is; the rest is rare, and recognised each time.
            let (text, found) = if let Some((_, text)) = row.text_at(plan.fichier) {
                let text = valeur::trim(text);
                if text.is_empty() {
                    return Ok(SANS_CODE);
                }
                let recognise = || rank_of(values, codes.recognise(table, plan.name, text));
                (text, *known.entry(text).or_insert_with(recognise))
            } else {
                let Some(text) = valeur::text(row.cell(plan.fichier), &mut scratch)? else {
                    return Ok(SANS_CODE);
                };
                (text, rank_of(values, codes.recognise(table, plan.name, text)))
            };
            found.ok_or_else(|| Illisible {
                valeur: text.to_owned(),
                raison: format!(
                    "code inconnu. Codes reconnus : {}",
                    codes.known(table, plan.name).join(", ")
                ),
            })
        }))
    }

    fn type_free_codes(&mut self, plan: &Plan, rows: &[Row<'_>]) -> Cellules {
        let (codes, table) = (self.typeur.codes, self.typeur.entete.table.name);
        let mut known: HashMap<String, Plage> = HashMap::new();
        Cellules::Plages(self.type_cells(plan, rows, Plage::default(), |travail, row| {
            let mut scratch = String::new();
            let Some(text) = valeur::text(row.cell(plan.fichier), &mut scratch)? else {
                return Ok(Plage::default());
            };
            if let Some(plage) = known.get(text) {
                return Ok(*plage);
            }
            let plage = travail.write(codes.recognise(table, plan.name, text).unwrap_or(text));
            known.insert(text.to_owned(), plage);
            Ok(plage)
        }))
    }

    /// Refuses the rows whose key is empty, the centre being read apart.
    pub(super) fn refuse_empty_keys(&mut self, colonnes: &[Option<Cellules>]) {
        let table = self.typeur.entete.table;
        for name in table.required.iter().skip(usize::from(table.required.len() > 1)) {
            let rank = table.columns.iter().position(|column| column.name == *name);
            let cells = rank.and_then(|rank| colonnes.get(rank)).and_then(Option::as_ref);
            // `structures` has its centre for a key, already required.
            if *name == "structure_id" {
                continue;
            }
            let column = self.typeur.plans.iter().find(|plan| plan.name == *name);
            for row in 0..self.refus.rows.len() {
                if !self.refus.holds(row) && cells.is_none_or(|cells| cells.is_empty_at(row)) {
                    let raison = format!("la clé « {name} » est vide");
                    let illisible = Illisible { valeur: String::new(), raison };
                    self.refus.add(row, column.map(|plan| plan.fichier), illisible);
                }
            }
        }
    }
}

impl Cellules {
    fn is_empty_at(&self, row: usize) -> bool {
        match self {
            Self::Plages(values) => values.get(row).is_none_or(|plage| plage.from == plage.to),
            Self::Codes(values) => values.get(row).is_none_or(|code| *code == SANS_CODE),
            Self::Jours(values) => values.get(row).is_none_or(|day| *day == SANS_JOUR),
            Self::Nombres(values) => values.get(row).is_none_or(|number| *number == SANS_NOMBRE),
        }
    }
}

fn rank_of(values: &[&str], code: Option<&str>) -> Option<u8> {
    let code = code?;
    u8::try_from(values.iter().position(|value| *value == code)?).ok()
}

/// Offsets fit 32 bits: a batch is closed long before.
fn plage(from: usize, len: usize) -> Plage {
    let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    Plage { from: offset(from), to: offset(from + len) }
}
