//! What the store is told when names were erased from the data: the fingerprints that versions have
//! since, and the values that accounts of imports no longer show.

use serde_json::Value;

use crate::ligne::text;
use crate::{RegistryError, Unite};

impl Unite {
    /// Says the fingerprint that a version has since its names were erased; whether it changes.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn set_empreinte(
        &mut self,
        structure_id: &str,
        version: &str,
        empreinte: &str,
    ) -> Result<bool, RegistryError> {
        let statement = sqlx::query(
            "UPDATE version SET empreinte = $3 \
             WHERE structure_id = $1 AND id = $2 AND empreinte <> $3",
        )
        .bind(structure_id.to_owned())
        .bind(version.to_owned())
        .bind(empreinte.to_owned());
        Ok(self.execute(statement).await? > 0)
    }

    /// Removes the values at fault of those refused lines (file, sheet, line) from the account of an
    /// import; how many were removed.
    ///
    /// # Errors
    /// When the store does not answer, or the account cannot be read.
    pub async fn forget_rejets(
        &mut self,
        import_id: &str,
        lignes: &[(String, Option<String>, u32)],
    ) -> Result<usize, RegistryError> {
        let statement =
            sqlx::query("SELECT rapport FROM import WHERE id = $1").bind(import_id.to_owned());
        let rows = self.rows(statement).await?;
        let Some(row) = rows.first() else { return Ok(0) };
        let valeur = text(row, "rapport")?;
        let mut rapport: Value = serde_json::from_str(&valeur)
            .map_err(|_| RegistryError::Illisible { colonne: "rapport", valeur })?;
        let mut removed = 0;
        let rejets = rapport.get_mut("rejets").and_then(Value::as_array_mut);
        for rejet in rejets.into_iter().flatten() {
            let said = |key: &str| rejet.get(key).and_then(Value::as_str);
            let (fichier, feuille) = (said("fichier"), said("feuille"));
            let ligne = rejet.get("ligne").and_then(Value::as_u64);
            let gone = lignes.iter().any(|(f, s, l)| {
                Some(f.as_str()) == fichier
                    && s.as_deref() == feuille
                    && Some(u64::from(*l)) == ligne
            });
            let shown = rejet.get("valeur").is_some_and(|value| !value.is_null());
            if let (true, Some(fields)) = (gone && shown, rejet.as_object_mut()) {
                fields.insert("valeur".to_owned(), Value::Null);
                removed += 1;
            }
        }
        if removed > 0 {
            let statement = sqlx::query("UPDATE import SET rapport = $2 WHERE id = $1")
                .bind(import_id.to_owned())
                .bind(rapport.to_string());
            self.execute(statement).await?;
        }
        Ok(removed)
    }
}
