//! Campaigns: for a month, usually, the version of each centre that counts.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::ligne::{instant, parse, text};
use crate::unite::Unite;
use crate::version::read_all;
use crate::{Registry, RegistryError, Version};

/// Longest name of a campaign, in characters.
const MAX_NOM: usize = 60;

/// A campaign, and the version of each centre that counts for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Campagne {
    /// Its name, such as `2019-11`.
    pub nom: String,
    /// When it was fixed, for the last time.
    pub fixee_le: Timestamp,
    /// One version per centre, by code of centre; that of an undone import stays.
    pub versions: Vec<Version>,
}

impl Registry {
    /// Fixes a campaign, such as `2019-11`: the version of each centre that counts is the one
    /// current now. A campaign fixed again is replaced. Gives the number of centres.
    ///
    /// # Errors
    /// A refusal when the name is blank, too long or no name, or when no centre has data; or when
    /// the store does not answer. Nothing is then changed.
    pub async fn fix_campagne(&self, nom: &str, now: Timestamp) -> Result<u64, RegistryError> {
        let nom = check_nom(nom)?;
        let mut unite = self.begin(now).await?;
        let statement = sqlx::query(
            "INSERT INTO campagne (nom, fixee_le) VALUES ($1, $2) \
             ON CONFLICT (nom) DO UPDATE SET fixee_le = excluded.fixee_le",
        )
        .bind(nom.to_owned())
        .bind(instant(now));
        unite.execute(statement).await?;
        let before = clear(&mut unite, nom).await?;
        let statement = sqlx::query(
            "INSERT INTO campagne_version (campagne, structure_id, version_id) \
             SELECT CAST($1 AS TEXT), structure_id, version_id FROM version_courante",
        )
        .bind(nom.to_owned());
        let after = unite.execute(statement).await?;
        if after == 0 {
            // The transaction is dropped: nothing was done.
            return Err(RegistryError::Refus(
                "Aucun centre n'a de données : une campagne ne retiendrait rien. Importer d'abord \
                 des extractions."
                    .to_owned(),
            ));
        }
        let detail = match before {
            0 => format!("Campagne {nom} fixée : {after} centre(s)."),
            _ => format!("Campagne {nom} fixée de nouveau : {after} centre(s), {before} avant."),
        };
        unite.note("campagne", detail).await?;
        unite.commit().await?;
        Ok(after)
    }

    /// Removes a campaign. Versions that it alone referred to are swept at the next start.
    ///
    /// # Errors
    /// A refusal when it does not exist; or when the store does not answer.
    pub async fn remove_campagne(&self, nom: &str, now: Timestamp) -> Result<(), RegistryError> {
        let nom = nom.trim();
        let mut unite = self.begin(now).await?;
        let centres = clear(&mut unite, nom).await?;
        let statement = sqlx::query("DELETE FROM campagne WHERE nom = $1").bind(nom.to_owned());
        if unite.execute(statement).await? == 0 {
            return Err(RegistryError::Refus(format!(
                "La campagne « {nom} » n'existe pas. Rien n'a été modifié."
            )));
        }
        let detail = format!("Campagne {nom} retirée : {centres} centre(s).");
        unite.note("campagne", detail).await?;
        unite.commit().await
    }

    /// Every campaign, by name.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn campagnes(&self) -> Result<Vec<Campagne>, RegistryError> {
        let mut campagnes = BTreeMap::new();
        for row in self.rows(sqlx::query("SELECT nom, fixee_le FROM campagne")).await? {
            let (nom, fixee_le) = (text(&row, "nom")?, parse(&row, "fixee_le")?);
            campagnes.insert(nom.clone(), Campagne { nom, fixee_le, versions: Vec::new() });
        }
        let statement = sqlx::query(
            "SELECT c.campagne, v.structure_id, v.id, v.date_extraction, v.empreinte, v.lignes, \
             v.import_id, i.importe_le FROM campagne_version c \
             JOIN version v ON v.structure_id = c.structure_id AND v.id = c.version_id \
             JOIN import i ON i.id = v.import_id",
        );
        let rows = self.rows(statement).await?;
        for (row, version) in rows.iter().zip(read_all(&rows)?) {
            if let Some(campagne) = campagnes.get_mut(&text(row, "campagne")?) {
                campagne.versions.push(version);
            }
        }
        for campagne in campagnes.values_mut() {
            // Here and not in SQL: the collation of the engines differs.
            campagne.versions.sort_by(|a, b| a.structure_id.cmp(&b.structure_id));
        }
        Ok(campagnes.into_values().collect())
    }
}

/// A name that can be said, written in an address and read back.
fn check_nom(nom: &str) -> Result<&str, RegistryError> {
    let nom = nom.trim();
    let refuse = |raison: &str| {
        Err(RegistryError::Refus(format!(
            "{raison} Donner à la campagne un nom court, par exemple 2019-11."
        )))
    };
    if nom.is_empty() {
        return refuse("Une campagne doit porter un nom.");
    }
    if nom.chars().count() > MAX_NOM {
        return refuse(&format!("Ce nom de campagne a plus de {MAX_NOM} caractères."));
    }
    // A browser folds « . » and « .. » out of an address.
    if nom.chars().any(char::is_control) || matches!(nom, "." | "..") {
        return refuse("Ce nom de campagne ne peut pas être écrit dans une adresse.");
    }
    Ok(nom)
}

/// Takes its versions from a campaign; how many it had.
async fn clear(unite: &mut Unite, nom: &str) -> Result<u64, RegistryError> {
    let statement =
        sqlx::query("DELETE FROM campagne_version WHERE campagne = $1").bind(nom.to_owned());
    unite.execute(statement).await
}
