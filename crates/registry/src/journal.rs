//! The journal: who reads it knows what was done, in order.

use jiff::Timestamp;

use crate::ligne::{parse, text};
use crate::{Registry, RegistryError};

/// One line of the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entree {
    /// When.
    pub le: Timestamp,
    /// What kind of act: `import`, `annulation`, `campagne`, `correspondance`, `compte`,
    /// `identifiant`, `habilitation`, `fonction`, `invitation`, `parametre`, `part`, `bris`,
    /// `structure`, `purge`.
    pub acte: String,
    /// On what, in words.
    pub detail: String,
}

impl Registry {
    /// The last acts, the newest first, `limit` at most.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn journal(&self, limit: i64) -> Result<Vec<Entree>, RegistryError> {
        let statement = sqlx::query(
            "SELECT le, acte, detail FROM journal ORDER BY tour DESC, rang DESC LIMIT $1",
        )
        .bind(limit.max(0));
        let rows = self.rows(statement).await?;
        rows.iter()
            .map(|row| {
                let (le, acte) = (parse(row, "le")?, text(row, "acte")?);
                Ok(Entree { le, acte, detail: text(row, "detail")? })
            })
            .collect()
    }
}
