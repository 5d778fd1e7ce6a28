//! Versions of the centres: which one counts, which came before, which are still needed on disk.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::civil::Date;
use sqlx::any::AnyRow;

use crate::ligne::{number, parse, text};
use crate::{Registry, RegistryError};

/// One version of one centre.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// Its identifier, also the name of its folder.
    pub id: String,
    /// I-MILO code of the centre.
    pub structure_id: String,
    /// Extraction date.
    pub date_extraction: Date,
    /// Fingerprint of its rows.
    pub empreinte: String,
    /// Activity rows.
    pub lignes: i64,
    /// The import that brought it.
    pub import_id: String,
    /// When that import was recorded.
    pub importe_le: Timestamp,
}

impl Registry {
    /// How many changes were written so far: a number that moves with each of them.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn tour(&self) -> Result<i64, RegistryError> {
        let statement = sqlx::query("SELECT tour FROM compteur WHERE nom = $1").bind("ecriture");
        let rows = self.rows(statement).await?;
        rows.first().map_or(Ok(0), |row| number(row, "tour"))
    }

    /// The version that counts of each centre, by code of centre.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn current_versions(&self) -> Result<Vec<Version>, RegistryError> {
        let statement = sqlx::query(
            "SELECT v.structure_id, v.id, v.date_extraction, v.empreinte, v.lignes, v.import_id, \
             i.importe_le FROM version_courante c \
             JOIN version v ON v.structure_id = c.structure_id AND v.id = c.version_id \
             JOIN import i ON i.id = v.import_id",
        );
        let mut versions = read_all(&self.rows(statement).await?)?;
        // Here and not in SQL: the collation of the engines differs.
        versions.sort_by(|a, b| a.structure_id.cmp(&b.structure_id));
        Ok(versions)
    }

    /// The version that counts of one centre; none when it has none.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn current_version(
        &self,
        structure_id: &str,
    ) -> Result<Option<Version>, RegistryError> {
        let statement = sqlx::query(
            "SELECT v.structure_id, v.id, v.date_extraction, v.empreinte, v.lignes, v.import_id, \
             i.importe_le FROM version_courante c \
             JOIN version v ON v.structure_id = c.structure_id AND v.id = c.version_id \
             JOIN import i ON i.id = v.import_id WHERE c.structure_id = $1",
        )
        .bind(structure_id.to_owned());
        Ok(read_all(&self.rows(statement).await?)?.pop())
    }

    /// Every version of one centre, the newest import first; those of undone imports left out.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn versions(&self, structure_id: &str) -> Result<Vec<Version>, RegistryError> {
        let statement = sqlx::query(
            "SELECT v.structure_id, v.id, v.date_extraction, v.empreinte, v.lignes, v.import_id, \
             i.importe_le FROM version v JOIN import i ON i.id = v.import_id \
             WHERE v.structure_id = $1 AND i.annule_le IS NULL ORDER BY i.tour DESC",
        )
        .bind(structure_id.to_owned());
        read_all(&self.rows(statement).await?)
    }

    /// The version of a centre that came before that of an import, whether or not that import was
    /// undone since; none when nothing is left from before.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn version_before(
        &self,
        structure_id: &str,
        import_id: &str,
    ) -> Result<Option<Version>, RegistryError> {
        let statement = sqlx::query(
            "SELECT v.structure_id, v.id, v.date_extraction, v.empreinte, v.lignes, v.import_id, \
             i.importe_le FROM version v JOIN import i ON i.id = v.import_id \
             WHERE v.structure_id = $1 AND i.annule_le IS NULL \
             AND i.tour < (SELECT tour FROM import WHERE id = $2) ORDER BY i.tour DESC LIMIT 1",
        )
        .bind(structure_id.to_owned())
        .bind(import_id.to_owned());
        Ok(read_all(&self.rows(statement).await?)?.pop())
    }

    /// The versions whose files must be kept (centre, version): all but those of undone imports
    /// that no campaign names.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn referenced_versions(&self) -> Result<BTreeSet<(String, String)>, RegistryError> {
        let statement = sqlx::query(
            "SELECT v.structure_id, v.id FROM version v JOIN import i ON i.id = v.import_id \
             WHERE i.annule_le IS NULL \
             UNION SELECT structure_id, version_id FROM campagne_version \
             UNION SELECT structure_id, version_id FROM version_courante",
        );
        let rows = self.rows(statement).await?;
        rows.iter().map(|row| Ok((text(row, "structure_id")?, text(row, "id")?))).collect()
    }
}

/// Versions, in the order of the rows.
pub(crate) fn read_all(rows: &[AnyRow]) -> Result<Vec<Version>, RegistryError> {
    rows.iter()
        .map(|row| {
            Ok(Version {
                id: text(row, "id")?,
                structure_id: text(row, "structure_id")?,
                date_extraction: parse(row, "date_extraction")?,
                empreinte: text(row, "empreinte")?,
                lignes: number(row, "lignes")?,
                import_id: text(row, "import_id")?,
                importe_le: parse(row, "importe_le")?,
            })
        })
        .collect()
}
