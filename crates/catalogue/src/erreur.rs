//! What is wrong in a catalogue file, and where.

/// A catalogue that cannot be used: the file, the key and the reason.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("Catalogue, fichier « {fichier} »{} : {raison}", at(cle))]
pub struct CatalogueError {
    /// File, relative to the catalogue's directory.
    pub fichier: String,
    /// Dotted key within the file; empty when the whole file is concerned.
    pub cle: String,
    /// What is wrong and what to do, in French.
    pub raison: String,
}

impl CatalogueError {
    pub(crate) fn new(fichier: &str, cle: &str, raison: impl Into<String>) -> Self {
        Self { fichier: fichier.to_owned(), cle: cle.to_owned(), raison: raison.into() }
    }
}

fn at(cle: &str) -> String {
    if cle.is_empty() { String::new() } else { format!(", clé « {cle} »") }
}
