//! Campaigns: for a month, usually, the version of each centre that counts.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::ligne::{instant, text};
use crate::{Registry, RegistryError};

impl Registry {
    /// Fixes a campaign, such as `2019-11`: the version of each centre that counts is the one
    /// current now. A campaign fixed again is replaced.
    ///
    /// # Errors
    /// A refusal when the name is blank; or when the store does not answer.
    pub async fn fix_campagne(&self, nom: &str, now: Timestamp) -> Result<(), RegistryError> {
        let nom = nom.trim();
        if nom.is_empty() {
            return Err(RegistryError::Refus(
                "Une campagne doit porter un nom, par exemple 2019-11.".to_owned(),
            ));
        }
        let mut unite = self.begin(now).await?;
        let statement = sqlx::query(
            "INSERT INTO campagne (nom, fixee_le) VALUES ($1, $2) \
             ON CONFLICT (nom) DO UPDATE SET fixee_le = excluded.fixee_le",
        )
        .bind(nom.to_owned())
        .bind(instant(now));
        unite.execute(statement).await?;
        let statement =
            sqlx::query("DELETE FROM campagne_version WHERE campagne = $1").bind(nom.to_owned());
        let before = unite.execute(statement).await?;
        let statement = sqlx::query(
            "INSERT INTO campagne_version (campagne, structure_id, version_id) \
             SELECT CAST($1 AS TEXT), structure_id, version_id FROM version_courante",
        )
        .bind(nom.to_owned());
        let after = unite.execute(statement).await?;
        let detail = match before {
            0 => format!("Campagne {nom} fixée : {after} centre(s)."),
            _ => format!("Campagne {nom} fixée de nouveau : {after} centre(s), {before} avant."),
        };
        unite.note("campagne", detail).await?;
        unite.commit().await
    }

    /// The version of each centre that counts for a campaign; empty when it was never fixed.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn campagne(&self, nom: &str) -> Result<BTreeMap<String, String>, RegistryError> {
        let statement = sqlx::query(
            "SELECT structure_id, version_id FROM campagne_version WHERE campagne = $1",
        )
        .bind(nom.trim().to_owned());
        let rows = self.rows(statement).await?;
        rows.iter().map(|row| Ok((text(row, "structure_id")?, text(row, "version_id")?))).collect()
    }

    /// The names of the campaigns, in their order.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn campagnes(&self) -> Result<Vec<String>, RegistryError> {
        let rows = self.rows(sqlx::query("SELECT nom FROM campagne")).await?;
        let noms: Result<Vec<String>, _> = rows.iter().map(|row| text(row, "nom")).collect();
        let mut noms = noms?;
        noms.sort();
        Ok(noms)
    }
}
