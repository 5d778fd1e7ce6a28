//! The case by which effects are proved: a few rows of the base tables, before and after the correction.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use mallette_domain::table::{self, Exposure};

use crate::CatalogueError;
use crate::lecteur::Lecteur;

/// Rows of the base tables, by canonical table; a column left out is null.
pub type Lignes = BTreeMap<String, Vec<BTreeMap<String, toml::Value>>>;

/// A small centre in which the rule catches one object, and what its correction writes.
#[derive(Debug, Clone, PartialEq)]
pub struct Cas {
    /// Extraction date.
    pub reference: Date,
    /// Every row before the correction.
    pub avant: Lignes,
    /// The rows that the correction writes: in place of that of the same key, or new.
    pub apres: Lignes,
}

impl Cas {
    /// The rows once corrected.
    #[must_use]
    pub fn corrected(&self) -> Lignes {
        let mut lignes = self.avant.clone();
        for (name, rows) in &self.apres {
            let keys = table::find(name).map_or(&[][..], |table| table.key);
            let kept = lignes.entry(name.clone()).or_default();
            for row in rows {
                kept.retain(|other| !same(keys, other, row));
                kept.push(row.clone());
            }
        }
        lignes
    }

    /// Whether the correction writes a row that was not there.
    #[must_use]
    pub fn creates(&self) -> bool {
        let none = Vec::new();
        self.apres.iter().any(|(name, rows)| {
            let keys = table::find(name).map_or(&[][..], |table| table.key);
            let known = self.avant.get(name).unwrap_or(&none);
            rows.iter().any(|row| !known.iter().any(|other| same(keys, other, row)))
        })
    }
}

/// Whether two rows have the same key; that of the centre, which no case says, is.
fn same(
    keys: &[&str],
    one: &BTreeMap<String, toml::Value>,
    other: &BTreeMap<String, toml::Value>,
) -> bool {
    keys.iter().all(|key| one.get(*key) == other.get(*key))
}

/// Rows under that key, each column one of its table.
pub(super) fn read(lecteur: &mut Lecteur<'_>, cle: &'static str) -> Result<Lignes, CatalogueError> {
    let mut lignes = Lignes::new();
    for (name, value) in lecteur.table(cle)? {
        let place = format!("{cle}.{name}");
        let Some(table) = table::find(&name) else {
            let known: Vec<&str> = table::TABLES.iter().map(|table| table.name).collect();
            let raison =
                format!("la table « {name} » n'existe pas. Tables : {}.", known.join(", "));
            return Err(lecteur.error(&place, raison));
        };
        let toml::Value::Array(rows) = value else {
            return Err(lecteur.error(&place, "il faut une liste de lignes."));
        };
        let mut read = Vec::new();
        for row in rows {
            let toml::Value::Table(row) = row else {
                return Err(lecteur.error(&place, "il faut une ligne entre accolades."));
            };
            let columns = table.columns.iter();
            let known: BTreeSet<&str> = columns
                .filter(|column| {
                    column.exposure == Exposure::Activity && column.name != "structure_id"
                })
                .map(|column| column.name)
                .collect();
            if let Some(wrong) = row.keys().find(|column| !known.contains(column.as_str())) {
                let known: Vec<&str> = known.into_iter().collect();
                let raison = format!(
                    "la table {name} n'a pas de colonne « {wrong} » ici. Colonnes : {}.",
                    known.join(", ")
                );
                return Err(lecteur.error(&place, raison));
            }
            let needed = table.key.iter().filter(|key| **key != "structure_id");
            if let Some(key) = needed.into_iter().find(|key| !row.contains_key(**key)) {
                let raison = format!("une ligne n'a pas sa clé « {key} ». L'écrire.");
                return Err(lecteur.error(&place, raison));
            }
            read.push(row.into_iter().collect());
        }
        lignes.insert(name, read);
    }
    Ok(lignes)
}
