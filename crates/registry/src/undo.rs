//! Undoing an import: each of its centres points back to the version it replaced.

use jiff::Timestamp;

use crate::ligne::{instant, maybe, text};
use crate::unite::Unite;
use crate::{Registry, RegistryError};

impl Registry {
    /// Undoes an import, in one transaction: each of its centres returns to the version that was
    /// current before it, or to none. Gives the codes of those centres.
    ///
    /// # Errors
    /// A refusal when the import is unknown or already undone, or when a later import of one of its
    /// centres is current: that one is to be undone first. Nothing is then changed.
    pub async fn undo_import(
        &self,
        id: &str,
        now: Timestamp,
    ) -> Result<Vec<String>, RegistryError> {
        let mut unite = self.begin(now).await?;
        refuse_undone(&mut unite, id).await?;
        refuse_replaced(&mut unite, id).await?;
        let statement =
            sqlx::query("SELECT structure_id, remplace FROM version WHERE import_id = $1")
                .bind(id.to_owned());
        let mut centres = Vec::new();
        for row in unite.rows(statement).await? {
            let structure_id = text(&row, "structure_id")?;
            let statement = match maybe(&row, "remplace")? {
                Some(previous) => sqlx::query(
                    "UPDATE version_courante SET version_id = $2 WHERE structure_id = $1",
                )
                .bind(structure_id.clone())
                .bind(previous),
                None => sqlx::query("DELETE FROM version_courante WHERE structure_id = $1")
                    .bind(structure_id.clone()),
            };
            unite.execute(statement).await?;
            centres.push(structure_id);
        }
        let statement = sqlx::query("UPDATE import SET annule_le = $2 WHERE id = $1")
            .bind(id.to_owned())
            .bind(instant(now));
        unite.execute(statement).await?;
        centres.sort();
        let detail = format!("Import {id} annulé : {} centre(s).", centres.len());
        unite.note("annulation", detail).await?;
        unite.commit().await?;
        Ok(centres)
    }
}

async fn refuse_undone(unite: &mut Unite, id: &str) -> Result<(), RegistryError> {
    let statement = sqlx::query("SELECT annule_le FROM import WHERE id = $1").bind(id.to_owned());
    let rows = unite.rows(statement).await?;
    let Some(row) = rows.first() else {
        return Err(RegistryError::Refus(format!(
            "L'import {id} est inconnu. Choisir un import de la liste."
        )));
    };
    match maybe(row, "annule_le")? {
        None => Ok(()),
        Some(_) => Err(RegistryError::Refus(format!(
            "L'import {id} est déjà annulé. Rien n'a été modifié."
        ))),
    }
}

/// Refuses when a centre of the import has a current version that another import brought since.
async fn refuse_replaced(unite: &mut Unite, id: &str) -> Result<(), RegistryError> {
    let statement = sqlx::query(
        "SELECT v.structure_id, later.import_id FROM version v \
         JOIN version_courante c ON c.structure_id = v.structure_id AND c.version_id <> v.id \
         JOIN version later ON later.structure_id = c.structure_id AND later.id = c.version_id \
         WHERE v.import_id = $1",
    )
    .bind(id.to_owned());
    let mut replaced = Vec::new();
    for row in unite.rows(statement).await? {
        replaced.push((text(&row, "structure_id")?, text(&row, "import_id")?));
    }
    replaced.sort();
    let Some((structure_id, later)) = replaced.first() else { return Ok(()) };
    let others = match replaced.len() - 1 {
        0 => String::new(),
        n => format!(" ({n} autre(s) centre(s) sont dans le même cas)"),
    };
    Err(RegistryError::Refus(format!(
        "L'import {id} ne peut pas être annulé : le centre {structure_id} a reçu depuis l'import \
         {later}, qui fait foi{others}. Annuler d'abord l'import {later}."
    )))
}
