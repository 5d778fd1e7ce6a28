//! What the workshop tells of mappings and of imports, as plain data.

use std::sync::Arc;

use mallette_domain::resultat::Resultats;
use mallette_warehouse::ecarts::Ecarts;

/// A mapping that a person made: in that table, that header means that column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Correspondance {
    /// Canonical table.
    pub table: String,
    /// The header as the person wrote it.
    pub entete: String,
    /// Canonical column.
    pub colonne: String,
    /// Why it has no effect, when the catalogue has since come to say otherwise.
    pub sans_effet: Option<String>,
}

/// One centre in an import: what was evaluated over the version it brought, and over the one that
/// this version replaced.
#[derive(Debug, Clone, PartialEq)]
pub struct VersionComparee {
    /// I-MILO code.
    pub structure_id: String,
    /// Results of the version brought.
    pub apres: Arc<Resultats>,
    /// Results of the version replaced; none when the centre was new.
    pub avant: Option<Arc<Resultats>>,
    /// Rows added, removed and modified by table; none when the centre was new, or for an import
    /// made before they were counted.
    pub ecarts: Option<Ecarts>,
}
