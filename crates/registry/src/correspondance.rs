//! The mapping a person made once: that header of that table means that column.

use jiff::Timestamp;

use crate::ligne::text;
use crate::{Registry, RegistryError};

impl Registry {
    /// Keeps a mapping, in place of the one that header had in that table; `entete` in the
    /// normalised form that the catalogue compares.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn save_correspondance(
        &self,
        table: &str,
        entete: &str,
        colonne: &str,
        now: Timestamp,
    ) -> Result<(), RegistryError> {
        let mut unite = self.begin(now).await?;
        let statement = sqlx::query(
            "INSERT INTO correspondance (table_canonique, entete, colonne) VALUES ($1, $2, $3) \
             ON CONFLICT (table_canonique, entete) DO UPDATE SET colonne = excluded.colonne",
        )
        .bind(table.to_owned())
        .bind(entete.to_owned())
        .bind(colonne.to_owned());
        unite.execute(statement).await?;
        let detail = format!("Table {table} : « {entete} » se lit {colonne}.");
        unite.note("correspondance", detail).await?;
        unite.commit().await
    }

    /// Every mapping kept: table, header, column.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn correspondances(&self) -> Result<Vec<(String, String, String)>, RegistryError> {
        let statement = sqlx::query("SELECT table_canonique, entete, colonne FROM correspondance");
        let rows = self.rows(statement).await?;
        let all: Result<Vec<_>, RegistryError> = rows
            .iter()
            .map(|row| {
                Ok((text(row, "table_canonique")?, text(row, "entete")?, text(row, "colonne")?))
            })
            .collect();
        let mut all = all?;
        all.sort();
        Ok(all)
    }
}
