//! What a pack would change, file by file, field by field.

use std::collections::{BTreeMap, BTreeSet};

use toml::{Table, Value};

/// What would become of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Etat {
    /// What is in force says the same.
    Identique,
    /// Nothing has that name yet.
    Nouveau,
    /// It would replace the program's.
    Remplace,
    /// It would replace what an earlier version of the pack put there, untouched since.
    MisAJour,
    /// The pack does not hold it any more; it would go, untouched since an earlier version put it there.
    Retire,
    /// The network kept its own against this very text: nothing is asked again.
    Garde,
    /// The network has its own, or another pack's (its code): to be settled.
    Conflit(Option<String>),
    /// The pack does not hold it any more, and the network changed it: to be settled.
    ConflitRetrait,
}

impl Etat {
    /// Whether somebody has to choose.
    #[must_use]
    pub const fn is_conflict(&self) -> bool {
        matches!(self, Self::Conflit(_) | Self::ConflitRetrait)
    }
}

/// A field that two texts say otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ecart {
    /// The field, by dotted key; empty for a text without fields.
    pub champ: String,
    /// What it says now; none when it is not there.
    pub avant: Option<String>,
    /// What it would say; none when it would go.
    pub apres: Option<String>,
}

/// A file of a pack, and what would become of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Its path in a catalogue.
    pub chemin: String,
    /// Its code: the name of the file.
    pub code: String,
    /// What would become of it.
    pub etat: Etat,
    /// Fields that would change, against what is in force. None for an identical or a new file.
    pub ecarts: Vec<Ecart>,
}

/// The fields that two texts of that path say otherwise, in the order of their names.
pub(super) fn fields(chemin: &str, avant: &str, apres: Option<&str>) -> Vec<Ecart> {
    let (left, right) = (flatten(chemin, avant), apres.map(|text| flatten(chemin, text)));
    let right = right.unwrap_or_default();
    let champs: BTreeSet<&String> = left.keys().chain(right.keys()).collect();
    let differ = champs.into_iter().filter(|champ| left.get(*champ) != right.get(*champ));
    differ
        .map(|champ| Ecart {
            champ: champ.clone(),
            avant: left.get(champ).cloned(),
            apres: right.get(champ).cloned(),
        })
        .collect()
}

/// The values of a text by dotted key; the whole text under no key when it has no fields.
fn flatten(chemin: &str, text: &str) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    match text.parse::<Table>() {
        Ok(table) if chemin.ends_with(".toml") => walk("", &Value::Table(table), &mut found),
        _ => {
            found.insert(String::new(), text.to_owned());
        }
    }
    found
}

fn walk(path: &str, value: &Value, found: &mut BTreeMap<String, String>) {
    let under = |cle: &str| match path {
        "" => cle.to_owned(),
        path => format!("{path}.{cle}"),
    };
    match value {
        Value::Table(table) => {
            for (cle, value) in table {
                walk(&under(cle), value, found);
            }
        }
        Value::Array(rows) if rows.iter().any(Value::is_table) => {
            for (rank, value) in rows.iter().enumerate() {
                walk(&format!("{path}[{}]", rank + 1), value, found);
            }
        }
        Value::String(text) => {
            found.insert(path.to_owned(), text.clone());
        }
        other => {
            found.insert(path.to_owned(), other.to_string());
        }
    }
}
