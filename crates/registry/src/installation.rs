//! The identifier that a store keeps of its installation: the data directory keeps the same, so that
//! neither is opened with another one's.

use jiff::Timestamp;

use crate::ligne::{instant, text};
use crate::unite::Statement;
use crate::{Registry, RegistryError};

/// The setting of the network that holds it.
const INSTALLATION: &str = "installation";
/// The level of the tables from which settings are there.
pub(crate) const PARAMETRES: i64 = 5;
/// Who sets it.
const PAR: &str = "mallette";

impl Registry {
    /// The identifier of the installation; none when the store has not been given one yet, or when its
    /// tables are of before settings.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn installation(&self) -> Result<Option<String>, RegistryError> {
        if self.schema().await?.niveau < PARAMETRES {
            return Ok(None);
        }
        self.parametre(INSTALLATION, None).await
    }

    /// Gives the store the identifier of its installation; the one that it keeps, this one or that which
    /// another program gave it at the same moment. Pages have nothing to read again.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn set_installation(&self, id: &str, le: Timestamp) -> Result<String, RegistryError> {
        let mut ecriture = self.begin_quiet(le).await?;
        let statement = sqlx::query(
            "SELECT valeur FROM parametre WHERE cle = $1 AND valeur IS NOT NULL ORDER BY rang DESC LIMIT 1",
        );
        let rows = ecriture.rows(statement.bind(INSTALLATION)).await?;
        if let Some(row) = rows.first() {
            return text(row, "valeur");
        }
        let rang = ecriture.next("parametre").await?;
        ecriture.execute(insertion(rang, id, le)).await?;
        ecriture.commit().await?;
        Ok(id.to_owned())
    }
}

/// The row of the setting.
pub(crate) fn insertion(rang: i64, id: &str, le: Timestamp) -> Statement {
    sqlx::query(
        "INSERT INTO parametre (rang, cle, structure_id, valeur, par, le) \
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(rang)
    .bind(INSTALLATION)
    .bind("")
    .bind(id.to_owned())
    .bind(PAR)
    .bind(instant(le))
}
