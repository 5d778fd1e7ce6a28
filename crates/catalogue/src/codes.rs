//! The codes of the canonical tables and the labels in use in the field.

use std::collections::BTreeMap;

use mallette_domain::table::{self, ColumnType, TABLES};

use crate::CatalogueError;
use crate::lecteur::Lecteur;
use crate::normalise;

/// Canonical code by label, for every code column.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Codes {
    labels: BTreeMap<String, BTreeMap<String, String>>,
    /// The words of the labels of a column, and whether one of them starts with it.
    words: BTreeMap<String, BTreeMap<String, bool>>,
    /// The first label of each code, as it is written in the file: what a person reads.
    libelles: BTreeMap<String, BTreeMap<String, String>>,
}

impl Codes {
    /// The canonical code that `text` means in a column: its canonical value or one of its labels,
    /// whatever the case, accents, spaces and punctuation. None for an unknown one: the row of a
    /// closed code is then rejected, the text of a free code kept in upper case.
    #[must_use]
    pub fn recognise(&self, table: &str, column: &str, text: &str) -> Option<&str> {
        let labels = self.labels.get(&key(table, column))?;
        labels.get(&normalise(text)).map(String::as_str)
    }

    /// The label of a code, the first that the file gives; none for an unknown code.
    #[must_use]
    pub fn libelle(&self, table: &str, column: &str, code: &str) -> Option<&str> {
        self.libelles.get(&key(table, column))?.get(code).map(String::as_str)
    }

    /// The known codes of a column, sorted.
    #[must_use]
    pub fn known(&self, table: &str, column: &str) -> Vec<&str> {
        let labels = self.labels.get(&key(table, column));
        let mut known: Vec<&str> =
            labels.into_iter().flat_map(BTreeMap::values).map(String::as_str).collect();
        known.sort_unstable();
        known.dedup();
        known
    }

    /// Whether a text is made of the words of this column's labels, its first word being the first
    /// of one of them, or is a letter or a small number: an unknown wording to be shown and mapped.
    /// Any other text may be something else, a name out of place for instance.
    #[must_use]
    pub fn is_worded_like(&self, table: &str, column: &str, text: &str) -> bool {
        let Some(known) = self.words.get(&key(table, column)) else { return false };
        let mut wordings = words(text).filter(|word| !is_small_number(word)).peekable();
        let Some(first) = wordings.next() else { return true };
        let lone_letter = first.len() == 1 && wordings.peek().is_none();
        lone_letter || known.get(&first) == Some(&true) && wordings.all(|w| known.contains_key(&w))
    }

    pub(crate) fn parse(fichier: &str, text: &str) -> Result<Self, CatalogueError> {
        let mut codes = Self::canonical();
        for (table_name, table_reader) in Lecteur::parse(fichier, text)?.remaining_subs()? {
            let Some(table) = table::find(&table_name) else {
                return Err(CatalogueError::new(fichier, &table_name, "cette table n'existe pas."));
            };
            for (column, reader) in table_reader.remaining_subs()? {
                let closed = match table.column(&column).map(|column| column.kind) {
                    Some(ColumnType::Code(values)) => Some(values),
                    Some(ColumnType::FreeCode) => None,
                    _ => {
                        let raison = "cette colonne n'existe pas ou n'est pas un code.";
                        let cle = key(table.name, &column);
                        return Err(CatalogueError::new(fichier, &cle, raison));
                    }
                };
                let labels = codes.labels.entry(key(table.name, &column)).or_default();
                let words = codes.words.entry(key(table.name, &column)).or_default();
                for (code, wordings) in reader.remaining_texts()? {
                    let cle = format!("{}.{column}.{code}", table.name);
                    if closed.is_some_and(|values| !values.contains(&code.as_str())) {
                        let raison = format!("« {code} » n'est pas un code de cette colonne.");
                        return Err(CatalogueError::new(fichier, &cle, raison));
                    }
                    if let Some(first) = wordings.first() {
                        let libelles = codes.libelles.entry(key(table.name, &column)).or_default();
                        libelles.insert(code.clone(), first.clone());
                    }
                    for wording in wordings.iter().chain([&code]) {
                        add_label(labels, wording, &code)
                            .map_err(|raison| CatalogueError::new(fichier, &cle, raison))?;
                        learn_words(words, wording);
                    }
                }
            }
        }
        Ok(codes)
    }

    /// The canonical values of the closed codes, which are always recognised.
    fn canonical() -> Self {
        let mut codes = Self::default();
        for table in TABLES {
            for column in table.columns {
                if let ColumnType::Code(values) = column.kind {
                    let labels = values
                        .iter()
                        .map(|value| (normalise(value), (*value).to_owned()))
                        .collect();
                    codes.labels.insert(key(table.name, column.name), labels);
                    let words = codes.words.entry(key(table.name, column.name)).or_default();
                    values.iter().for_each(|value| learn_words(words, value));
                }
            }
        }
        codes
    }
}

fn key(table: &str, column: &str) -> String {
    format!("{table}.{column}")
}

fn words(text: &str) -> impl Iterator<Item = String> {
    let words = text.split(|letter: char| !letter.is_alphanumeric()).map(normalise);
    words.filter(|word| !word.is_empty())
}

fn is_small_number(word: &str) -> bool {
    word.len() <= 3 && word.bytes().all(|byte| byte.is_ascii_digit())
}

fn learn_words(known: &mut BTreeMap<String, bool>, wording: &str) {
    for (rank, word) in words(wording).enumerate() {
        *known.entry(word).or_default() |= rank == 0;
    }
}

fn add_label(
    labels: &mut BTreeMap<String, String>,
    wording: &str,
    code: &str,
) -> Result<(), String> {
    let label = normalise(wording);
    if label.is_empty() {
        return Err(format!("le libellé « {wording} » n'a ni lettre ni chiffre. Le retirer."));
    }
    match labels.insert(label, code.to_owned()) {
        Some(other) if other != code => {
            Err(format!("le libellé « {wording} » désigne déjà « {other} ». Le retirer de l'un."))
        }
        _ => Ok(()),
    }
}
