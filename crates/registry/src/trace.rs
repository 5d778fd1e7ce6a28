//! The trace: who read and did what, in a chain where each entry carries the fingerprint of the one
//! before, so that what is changed, removed or moved afterwards is seen.
//!
//! The chain has no key: who may write in the store could make it all anew. [`Registry::trace_head`]
//! is to be kept elsewhere from time to time and given back to [`Registry::verify_trace`].

mod ajout;
mod extrait;
mod lecture;
mod maillon;
mod purge;
mod verification;

pub use ajout::NouvelleTrace;
pub use extrait::Extrait;
pub use lecture::{Trace, TraceFiltre, TracePage};
pub use purge::Ancre;
pub use verification::{RaisonRupture, Rupture, Verification};

use crate::Registry;
use crate::RegistryError;
use crate::ligne::{number, text};

/// The end of the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tete {
    /// Rank of the last entry; 0 when there was never one.
    pub rang: i64,
    /// Its fingerprint.
    pub empreinte: String,
}

impl Registry {
    /// The end of the chain; none when its record was removed by other means.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn trace_head(&self) -> Result<Option<Tete>, RegistryError> {
        let statement =
            sqlx::query("SELECT rang, empreinte FROM trace_tete WHERE nom = $1").bind("tete");
        let rows = self.rows(statement).await?;
        let Some(row) = rows.first() else { return Ok(None) };
        Ok(Some(Tete { rang: number(row, "rang")?, empreinte: text(row, "empreinte")? }))
    }
}
