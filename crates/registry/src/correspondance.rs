//! The mapping a person made once: that header of that table means that column.

use jiff::Timestamp;

use crate::ligne::{maybe, text};
use crate::{Registry, RegistryError};

/// A mapping kept.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Correspondance {
    /// Canonical table.
    pub table: String,
    /// The header, in the normalised form that the catalogue compares.
    pub entete: String,
    /// The header as the person wrote it; none when an earlier version did not keep it.
    pub libelle: Option<String>,
    /// Canonical column.
    pub colonne: String,
}

impl Registry {
    /// Keeps a mapping, in place of the one that header had in that table.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn save_correspondance(
        &self,
        correspondance: &Correspondance,
        now: Timestamp,
    ) -> Result<(), RegistryError> {
        let Correspondance { table, entete, libelle, colonne } = correspondance.clone();
        let mut unite = self.begin(now).await?;
        let shown = libelle.clone().unwrap_or_else(|| entete.clone());
        let detail = format!("Table {table} : « {shown} » se lit {colonne}.");
        let statement = sqlx::query(
            "INSERT INTO correspondance (table_canonique, entete, libelle, colonne) \
             VALUES ($1, $2, $3, $4) ON CONFLICT (table_canonique, entete) \
             DO UPDATE SET libelle = excluded.libelle, colonne = excluded.colonne",
        )
        .bind(table)
        .bind(entete)
        .bind(libelle)
        .bind(colonne);
        unite.execute(statement).await?;
        unite.note("correspondance", detail).await?;
        unite.commit().await
    }

    /// Forgets the mapping of a header (normalised) in a table; whether there was one.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn remove_correspondance(
        &self,
        table: &str,
        entete: &str,
        now: Timestamp,
    ) -> Result<bool, RegistryError> {
        let mut unite = self.begin(now).await?;
        let statement =
            sqlx::query("DELETE FROM correspondance WHERE table_canonique = $1 AND entete = $2")
                .bind(table.to_owned())
                .bind(entete.to_owned());
        if unite.execute(statement).await? == 0 {
            return Ok(false);
        }
        let detail = format!("Table {table} : ce que « {entete} » veut dire est oublié.");
        unite.note("correspondance", detail).await?;
        unite.commit().await?;
        Ok(true)
    }

    /// Every mapping kept, by table and header.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn correspondances(&self) -> Result<Vec<Correspondance>, RegistryError> {
        let statement =
            sqlx::query("SELECT table_canonique, entete, libelle, colonne FROM correspondance");
        let rows = self.rows(statement).await?;
        let all: Result<Vec<_>, RegistryError> = rows
            .iter()
            .map(|row| {
                Ok(Correspondance {
                    table: text(row, "table_canonique")?,
                    entete: text(row, "entete")?,
                    libelle: maybe(row, "libelle")?,
                    colonne: text(row, "colonne")?,
                })
            })
            .collect();
        let mut all = all?;
        all.sort();
        Ok(all)
    }
}
