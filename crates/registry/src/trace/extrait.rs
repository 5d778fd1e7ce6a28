//! Taking entries out of the trace as they are kept, the oldest first, each with what proves it: for a machine that keeps them elsewhere.

use serde::Serialize;

use super::maillon::Maillon;
use super::verification::dossiers;
use crate::ligne::text;
use crate::{Registry, RegistryError};

/// An entry as it is kept: texts are not interpreted, so that whoever has it can compute its fingerprint again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Extrait {
    /// Its rank in the chain.
    pub rang: i64,
    /// When, in universal time.
    pub le: String,
    /// Who, by identifier; none for the program itself.
    pub personne_id: Option<String>,
    /// Under which role, as a code.
    pub role: Option<String>,
    /// What, as a code.
    pub acte: String,
    /// In which centre.
    pub structure_id: Option<String>,
    /// How many rows were concerned.
    pub nombre: i64,
    /// More: the text of a JSON object.
    pub detail: String,
    /// Which dossiers, by pseudonym, in order.
    pub dossiers: Vec<String>,
    /// Fingerprint of the entry before.
    pub empreinte_avant: String,
    /// Its own.
    pub empreinte: String,
    /// Whether its fingerprint is that of what it says.
    #[serde(skip)]
    pub juste: bool,
}

impl Registry {
    /// The entries of a rank higher than `after`, the oldest first, `limit` at most.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn trace_after(&self, after: i64, limit: i64) -> Result<Vec<Extrait>, RegistryError> {
        let statement = sqlx::query(
            "SELECT rang, le, personne_id, role, acte, structure_id, nombre, detail, \
             empreinte_avant, empreinte FROM trace WHERE rang > $1 ORDER BY rang LIMIT $2",
        )
        .bind(after)
        .bind(limit.max(1));
        let rows = self.rows(statement).await?;
        let mut read = Vec::new();
        for row in &rows {
            read.push((Maillon::read(row)?, text(row, "empreinte")?));
        }
        let last = read.last().map_or(after, |(maillon, _)| maillon.rang);
        let mut dossiers = dossiers(self, after, last).await?;
        let extraits = read.into_iter().map(|(mut maillon, empreinte)| {
            maillon.dossiers = dossiers.remove(&maillon.rang).unwrap_or_default();
            let juste = maillon.empreinte() == empreinte;
            Extrait {
                rang: maillon.rang,
                le: maillon.le,
                personne_id: maillon.personne_id,
                role: maillon.role,
                acte: maillon.acte,
                structure_id: maillon.structure_id,
                nombre: maillon.nombre,
                detail: maillon.detail,
                dossiers: maillon.dossiers.into_iter().map(|(_, id)| id).collect(),
                empreinte_avant: maillon.empreinte_avant,
                empreinte,
                juste,
            }
        });
        Ok(extraits.collect())
    }
}
