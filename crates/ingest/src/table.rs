//! The rows of one recognised sheet, each read into typed values or refused with its reason.

use std::borrow::Cow;
use std::collections::HashMap;

use jiff::ToSpan;
use jiff::civil::{Date, date};
use mallette_catalogue::Codes;
use mallette_domain::table::{ColumnType, Table};

use crate::feuille::{Entete, Role};
use crate::lecture::Options;
use crate::source::{Cell, Row};
use crate::tampon::Valeur;
use crate::valeur::{self, Illisible};

/// What a line is.
#[derive(Debug, PartialEq)]
pub(crate) enum Ligne<'r> {
    /// Not data, and why.
    Ignoree(&'static str),
    /// Data that cannot be kept, and why.
    Rejetee { colonne: Option<String>, valeur: Option<String>, raison: String },
    /// Data: its centre, the extraction date it tells, and a value per canonical column.
    Lue { structure_id: Cow<'r, str>, date_extraction: Option<Date>, valeurs: Vec<Valeur<'r>> },
}

/// How one column of the file is read.
struct Plan<'a> {
    /// Rank in the file.
    fichier: usize,
    /// Rank in the table.
    table: usize,
    kind: ColumnType,
    /// Codes already recognised, by the text of the cell.
    codes: HashMap<Box<str>, Option<&'a str>>,
}

/// Reads the rows of one sheet.
pub(crate) struct Lecteur<'a> {
    codes: &'a Codes,
    structure: Option<&'a str>,
    entete: Entete,
    number: u32,
    date_1904: bool,
    plans: Vec<Plan<'a>>,
    structure_column: Option<usize>,
    date_column: Option<usize>,
}

impl<'a> Lecteur<'a> {
    /// A reader of the sheet of rank `number`; none when its centre would be unknown.
    pub(crate) fn new(
        options: Options<'a>,
        entete: Entete,
        number: u32,
        date_1904: bool,
    ) -> Option<Self> {
        let mut plans = Vec::new();
        let (mut structure_column, mut date_column) = (None, None);
        for (fichier, role) in entete.roles.iter().enumerate() {
            match role {
                Role::Colonne(0) => structure_column = Some(fichier),
                Role::Colonne(rank) => {
                    let column = entete.table.columns.get(*rank)?;
                    plans.push(Plan {
                        fichier,
                        table: *rank,
                        kind: column.kind,
                        codes: HashMap::new(),
                    });
                }
                Role::DateExtraction => date_column = Some(fichier),
                Role::Inconnue => {}
            }
        }
        // Reasons are given for the first column of the table at fault, whatever the file's order.
        plans.sort_by_key(|plan| plan.table);
        if structure_column.is_none() && options.structure.is_none() {
            return None;
        }
        Some(Self {
            codes: &options.catalogue.codes,
            structure: options.structure,
            entete,
            number,
            date_1904,
            plans,
            structure_column,
            date_column,
        })
    }

    /// Rank of the sheet among those read.
    pub(crate) fn number(&self) -> u32 {
        self.number
    }

    /// The canonical table of the sheet.
    pub(crate) fn table(&self) -> &'static Table {
        self.entete.table
    }

    /// Reads one row.
    pub(crate) fn read_row<'r>(&mut self, row: Row<'r>) -> Ligne<'r>
    where
        'a: 'r,
    {
        if (0..row.len()).all(|column| valeur::is_blank(&row.cell(column))) {
            return Ligne::Ignoree("ligne vide");
        }
        if self.is_total(row) {
            return Ligne::Ignoree("ligne de total : sa première cellule commence par « Total »");
        }
        if self.is_header(row) {
            return Ligne::Ignoree("ligne d'en-tête répétée");
        }
        match self.read_values(row) {
            Ok(ligne) => ligne,
            Err((column, illisible)) => Ligne::Rejetee {
                colonne: column.map(|column| self.header(column)),
                valeur: Some(illisible.valeur).filter(|valeur| !valeur.is_empty()),
                raison: illisible.raison,
            },
        }
    }

    fn header(&self, column: usize) -> String {
        self.entete.entetes.get(column).cloned().unwrap_or_default()
    }

    /// The first cell starts with « Total » and no key can be read.
    fn is_total(&self, row: Row<'_>) -> bool {
        let Cell::Text(first) = row.cell(0) else { return false };
        let first = valeur::trim(first);
        if !first.get(..5).is_some_and(|start| start.eq_ignore_ascii_case("total")) {
            return false;
        }
        let key = self.entete.table.key;
        self.plans.iter().filter(|plan| plan.fichier != 0).all(|plan| {
            let name = self.entete.table.columns.get(plan.table).map_or("", |column| column.name);
            !key.contains(&name) || valeur::is_blank(&row.cell(plan.fichier))
        }) || self.plans.iter().any(|plan| {
            // The word itself stands where the key should.
            let name = self.entete.table.columns.get(plan.table).map_or("", |column| column.name);
            plan.fichier == 0 && key.contains(&name)
        })
    }

    fn is_header(&self, row: Row<'_>) -> bool {
        let mut texts = 0;
        for plan in &self.plans {
            match row.cell(plan.fichier) {
                Cell::Text(text) => {
                    let header = self.entete.entetes.get(plan.fichier);
                    if header.is_none_or(|header| header != valeur::trim(text)) {
                        return false;
                    }
                    texts += 1;
                }
                _ => return false,
            }
        }
        texts > 1
    }

    fn read_values<'r>(&mut self, row: Row<'r>) -> Result<Ligne<'r>, (Option<usize>, Illisible)>
    where
        'a: 'r,
    {
        let structure_id = self.read_structure(row)?;
        let date_extraction = match self.date_column {
            Some(column) => valeur::day(row.cell(column), self.date_1904)
                .map_err(|illisible| (Some(column), illisible))?
                .and_then(|day| date(1970, 1, 1).checked_add(i64::from(day).days()).ok()),
            None => None,
        };
        let table = self.entete.table;
        let mut valeurs = vec![Valeur::Vide; table.columns.len()];
        if let Some(slot) = valeurs.first_mut() {
            *slot = Valeur::Texte(structure_id.clone());
        }
        for plan in &mut self.plans {
            let Some(column) = table.columns.get(plan.table) else { continue };
            let cell = row.cell(plan.fichier);
            let value = read_cell(self.codes, table, column.name, plan, cell, self.date_1904)
                .map_err(|illisible| (Some(plan.fichier), illisible))?;
            if let Some(slot) = valeurs.get_mut(plan.table) {
                *slot = value;
            }
        }
        for name in table.key.iter().skip(usize::from(table.key.len() > 1)) {
            let rank = table.columns.iter().position(|column| column.name == *name);
            let value = rank.and_then(|rank| valeurs.get(rank));
            if matches!(value, None | Some(Valeur::Vide)) {
                let column = self.plans.iter().find(|plan| Some(plan.table) == rank);
                let raison = format!("la clé « {name} » est vide");
                let illisible = Illisible { valeur: String::new(), raison };
                return Err((column.map(|plan| plan.fichier), illisible));
            }
        }
        Ok(Ligne::Lue { structure_id, date_extraction, valeurs })
    }

    fn read_structure<'r>(&self, row: Row<'r>) -> Result<Cow<'r, str>, (Option<usize>, Illisible)> {
        let mut scratch = String::new();
        let written = match self.structure_column {
            Some(column) => match row.cell(column) {
                Cell::Text(text) => {
                    let text = valeur::trim(text);
                    (!text.is_empty()).then_some(Cow::Borrowed(text))
                }
                cell => valeur::text(cell, &mut scratch)
                    .map_err(|illisible| (Some(column), illisible))?
                    .map(|text| Cow::Owned(text.to_owned())),
            },
            None => None,
        };
        match (written, self.structure) {
            (Some(written), Some(given)) if written != given => {
                let raison = format!(
                    "cette ligne est d'un autre centre que celui de l'import, {given} : l'importer \
                     sans préciser de centre, ou retirer cette ligne"
                );
                let illisible = Illisible { valeur: written.into_owned(), raison };
                Err((self.structure_column, illisible))
            }
            (Some(written), _) => Ok(written),
            (None, Some(given)) => Ok(Cow::Owned(given.to_owned())),
            (None, None) => {
                let raison = "la clé « structure_id » est vide : de quel centre est cette ligne ?";
                let illisible = Illisible { valeur: String::new(), raison: raison.to_owned() };
                Err((self.structure_column, illisible))
            }
        }
    }
}

fn read_cell<'r, 'a: 'r>(
    codes: &'a Codes,
    table: &Table,
    name: &str,
    plan: &mut Plan<'a>,
    cell: Cell<'r>,
    date_1904: bool,
) -> Result<Valeur<'r>, Illisible> {
    Ok(match plan.kind {
        ColumnType::Id | ColumnType::Text => match cell {
            Cell::Text(text) => match valeur::trim(text) {
                "" => Valeur::Vide,
                text => Valeur::Texte(Cow::Borrowed(text)),
            },
            other => own_text(other)?.map_or(Valeur::Vide, |text| Valeur::Texte(Cow::Owned(text))),
        },
        ColumnType::Date => valeur::day(cell, date_1904)?.map_or(Valeur::Vide, Valeur::Jour),
        ColumnType::Mois => valeur::month(cell, date_1904)?.map_or(Valeur::Vide, Valeur::Jour),
        ColumnType::Integer => valeur::integer(cell)?.map_or(Valeur::Vide, Valeur::Nombre),
        ColumnType::Decimal => valeur::decimal(cell)?.map_or(Valeur::Vide, Valeur::Nombre),
        ColumnType::Code(_) | ColumnType::FreeCode => {
            let mut scratch = String::new();
            let Some(text) = valeur::text(cell, &mut scratch)? else { return Ok(Valeur::Vide) };
            if !plan.codes.contains_key(text) {
                plan.codes.insert(text.into(), codes.recognise(table.name, name, text));
            }
            match plan.codes.get(text).copied().flatten() {
                Some(code) => Valeur::Texte(Cow::Borrowed(code)),
                None if plan.kind == ColumnType::FreeCode => {
                    Valeur::Texte(Cow::Owned(text.to_owned()))
                }
                None => {
                    let known = codes.known(table.name, name).join(", ");
                    let raison = format!("code inconnu. Codes reconnus : {known}");
                    return Err(Illisible { valeur: text.to_owned(), raison });
                }
            }
        }
    })
}

fn own_text(cell: Cell<'_>) -> Result<Option<String>, Illisible> {
    let mut scratch = String::new();
    Ok(valeur::text(cell, &mut scratch)?.map(str::to_owned))
}
