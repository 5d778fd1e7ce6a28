//! The files of a catalogue: the built-in ones, and those of a directory laid over them.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::CatalogueError;

/// Every built-in file: path relative to the catalogue, and text.
const BUILTIN: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/builtin.rs"));

/// Texts by path relative to the catalogue, in path order.
pub(crate) type Fichiers = BTreeMap<String, Cow<'static, str>>;

/// The files that the program carries.
pub(crate) fn builtin() -> Fichiers {
    BUILTIN.iter().map(|(name, text)| ((*name).to_owned(), Cow::Borrowed(*text))).collect()
}

/// Lays the `.toml` and `.sql` files of `dir` over `fichiers`, by relative path.
pub(crate) fn overlay(fichiers: &mut Fichiers, dir: &Path) -> Result<(), CatalogueError> {
    read_dir(dir, "", fichiers)
}

fn read_dir(dir: &Path, prefix: &str, fichiers: &mut Fichiers) -> Result<(), CatalogueError> {
    let shown = if prefix.is_empty() { dir.to_string_lossy() } else { Cow::Borrowed(prefix) };
    let unreadable = |error: std::io::Error| {
        let raison = format!("le dossier ne peut pas être lu ({error}). Vérifier ses droits.");
        CatalogueError::new(&shown, "", raison)
    };
    for entry in fs::read_dir(dir).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let Some(name) = path.file_name().map(|name| name.to_string_lossy().into_owned()) else {
            continue;
        };
        // What is known of packs stands beside the files, and is none of them.
        if name.starts_with('.') || (prefix.is_empty() && name == crate::pack::DOSSIER) {
            continue;
        }
        let relative = if prefix.is_empty() { name } else { format!("{prefix}/{name}") };
        if path.is_dir() {
            read_dir(&path, &relative, fichiers)?;
        } else if path.extension().is_some_and(|ext| ext == "toml" || ext == "sql") {
            let text = fs::read_to_string(&path).map_err(|error| {
                let raison = format!("le fichier ne peut pas être lu ({error}).");
                CatalogueError::new(&relative, "", raison)
            })?;
            fichiers.insert(relative, Cow::Owned(text));
        }
    }
    Ok(())
}
