//! Header profiles: the names under which the tables and columns of the field are known.

use std::collections::BTreeMap;

use mallette_domain::table::{self, Column, TABLES, Table};

use crate::CatalogueError;
use crate::lecteur::Lecteur;
use crate::normalise;

/// The wordings of one profile, as written in `profils/*.toml`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Profil {
    /// Name shown to the person.
    pub nom: String,
    /// Names of files or sheets, by canonical table.
    pub tables: BTreeMap<&'static str, Vec<String>>,
    /// Header wordings, by canonical table and column.
    pub headers: BTreeMap<(&'static str, &'static str), Vec<String>>,
}

impl Profil {
    pub(crate) fn parse(fichier: &str, text: &str) -> Result<Self, CatalogueError> {
        let mut lecteur = Lecteur::parse(fichier, text)?;
        let mut profil = Self { nom: lecteur.text("nom")?, ..Self::default() };
        for (name, wordings) in lecteur.sub("communes")?.remaining_texts()? {
            let mut named = false;
            for table in TABLES {
                if let Some(column) = table.column(&name) {
                    named = true;
                    let headers = profil.headers.entry((table.name, column.name)).or_default();
                    headers.extend(wordings.iter().cloned());
                }
            }
            if !named {
                let cle = format!("communes.{name}");
                return Err(CatalogueError::new(fichier, &cle, "aucune table n'a cette colonne."));
            }
        }
        for (name, mut reader) in lecteur.sub("tables")?.remaining_subs()? {
            let Some(table) = table::find(&name) else {
                let cle = format!("tables.{name}");
                return Err(CatalogueError::new(fichier, &cle, "cette table n'existe pas."));
            };
            profil.tables.insert(table.name, reader.texts("noms")?);
            for (name, wordings) in reader.sub("colonnes")?.remaining_texts()? {
                let Some(column) = table.column(&name) else {
                    let cle = format!("tables.{}.colonnes.{name}", table.name);
                    return Err(CatalogueError::new(fichier, &cle, "cette colonne n'existe pas."));
                };
                profil.headers.entry((table.name, column.name)).or_default().extend(wordings);
            }
            reader.finish()?;
        }
        lecteur.finish()?;
        Ok(profil)
    }
}

/// All profiles, ready to look a wording up.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Index {
    tables: BTreeMap<String, &'static str>,
    headers: BTreeMap<(&'static str, String), &'static str>,
}

impl Index {
    /// The canonical names alone.
    pub(crate) fn canonical() -> Self {
        let mut index = Self::default();
        for table in TABLES {
            index.tables.insert(normalise(table.name), table.name);
            for column in table.columns {
                index.headers.insert((table.name, normalise(column.name)), column.name);
            }
        }
        index
    }

    /// Adds a profile; a wording that already means something else is refused.
    pub(crate) fn add(&mut self, fichier: &str, profil: &Profil) -> Result<(), CatalogueError> {
        for (table, names) in &profil.tables {
            let cle = format!("tables.{table}.noms");
            for name in names {
                for key in [normalise(name), loose(name)].into_iter().filter(|key| !key.is_empty())
                {
                    let known = self.tables.insert(key, table);
                    refuse_other(known, table, name)
                        .map_err(|raison| CatalogueError::new(fichier, &cle, raison))?;
                }
            }
        }
        for ((table, column), wordings) in &profil.headers {
            let cle = format!("tables.{table}.colonnes.{column}");
            for wording in wordings {
                let known = self.headers.insert((table, normalise(wording)), column);
                refuse_other(known, column, wording)
                    .map_err(|raison| CatalogueError::new(fichier, &cle, raison))?;
            }
        }
        Ok(())
    }

    pub(crate) fn table(&self, name: &str) -> Option<&'static Table> {
        let stem = strip_extension(name);
        let found = self.tables.get(&normalise(stem)).or_else(|| self.tables.get(&loose(stem)));
        found.and_then(|name| table::find(name))
    }

    pub(crate) fn header(&self, table: &Table, header: &str) -> Option<&'static Column> {
        with_hint(header, |text| {
            self.headers.get(&(table.name, normalise(text))).and_then(|name| table.column(name))
        })
    }

    /// The normalised wordings of a table, with the column that each means.
    pub(crate) fn wordings(&self, table: &Table) -> impl Iterator<Item = (&str, &'static str)> {
        let name = table.name;
        let all = self.headers.iter().filter(move |((of, _), _)| *of == name);
        all.map(|((_, wording), column)| (wording.as_str(), *column))
    }
}

/// Looks a header up as it is, else without what is in brackets, which may be a mere hint:
/// « Date de naissance (JJ/MM/AAAA) ».
pub(crate) fn with_hint<T>(header: &str, find: impl Fn(&str) -> Option<T>) -> Option<T> {
    find(header).or_else(|| header.split_once('(').and_then(|(before, _)| find(before)))
}

fn refuse_other(known: Option<&str>, wanted: &str, wording: &str) -> Result<(), String> {
    if normalise(wording).is_empty() {
        return Err(format!("le libellé « {wording} » n'a ni lettre ni chiffre. Le retirer."));
    }
    match known {
        Some(known) if known != wanted => {
            Err(format!("« {wording} » désigne déjà « {known} ». Le retirer de l'un des deux."))
        }
        _ => Ok(()),
    }
}

fn strip_extension(name: &str) -> &str {
    const EXTENSIONS: [&str; 9] =
        ["csv", "txt", "tsv", "xlsx", "xls", "ods", "xlsb", "jsonl", "ndjson"];
    match name.rsplit_once('.') {
        Some((stem, ext)) if EXTENSIONS.contains(&ext.to_lowercase().as_str()) => stem,
        _ => name,
    }
}

/// Words that say nothing of what a file holds.
const EMPTY_WORDS: [&str; 15] = [
    "export",
    "exports",
    "extraction",
    "extract",
    "extrait",
    "imilo",
    "i",
    "milo",
    "liste",
    "table",
    "des",
    "les",
    "de",
    "ml",
    "du",
];

/// The words of a file name that tell what it holds: neither dates nor codes nor « export ».
fn loose(name: &str) -> String {
    name.split(|letter: char| !letter.is_alphanumeric())
        .map(normalise)
        .filter(|word| !word.bytes().any(|byte| byte.is_ascii_digit()))
        .filter(|word| !EMPTY_WORDS.contains(&word.as_str()))
        .collect()
}
