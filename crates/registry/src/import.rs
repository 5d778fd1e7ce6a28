//! Imports: recorded whole in one transaction, listed, read back.

use jiff::Timestamp;
use jiff::civil::Date;
use mallette_domain::resultat::Rattachement;
use sqlx::any::AnyRow;

use crate::ligne::{instant, maybe, maybe_parse, number, parse, text};
use crate::unite::Unite;
use crate::version::{Version, read_all};
use crate::{Registry, RegistryError, structure};

/// One version that an import brings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NouvelleVersion {
    /// Its identifier, unique within the centre.
    pub id: String,
    /// I-MILO code of the centre.
    pub structure_id: String,
    /// Extraction date.
    pub date_extraction: Date,
    /// Fingerprint of its rows.
    pub empreinte: String,
    /// Activity rows.
    pub lignes: i64,
}

/// An import to record.
#[derive(Debug, Clone, PartialEq)]
pub struct NouvelImport {
    /// Its identifier.
    pub id: String,
    /// When.
    pub importe_le: Timestamp,
    /// Extraction date, when all its centres share one.
    pub date_extraction: Option<Date>,
    /// What was read, accepted and rejected.
    pub rapport: serde_json::Value,
    /// The versions it makes current.
    pub versions: Vec<NouvelleVersion>,
    /// What it says of the centres; what it does not say keeps its previous value.
    pub structures: Vec<(String, Rattachement)>,
}

/// One import in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportResume {
    /// Its identifier.
    pub id: String,
    /// When it was recorded.
    pub importe_le: Timestamp,
    /// When it was undone, if it was.
    pub annule_le: Option<Timestamp>,
    /// Number of versions it brought.
    pub versions: i64,
    /// Activity rows of those versions.
    pub lignes: i64,
}

/// One import in full.
#[derive(Debug, Clone, PartialEq)]
pub struct Import {
    /// What lists show.
    pub resume: ImportResume,
    /// Extraction date, when all its centres share one.
    pub date_extraction: Option<Date>,
    /// What was read, accepted and rejected.
    pub rapport: serde_json::Value,
    /// The versions it brought, by code of centre.
    pub versions: Vec<Version>,
}

impl Registry {
    /// Records an import and makes its versions current, in one transaction; each remembers the
    /// version it replaces.
    ///
    /// # Errors
    /// When the identifier or a version is already recorded, when a centre has two versions in it,
    /// or when the store does not answer. Nothing is then changed.
    pub async fn commit_import(&self, import: &NouvelImport) -> Result<(), RegistryError> {
        let mut unite = self.begin(import.importe_le).await?;
        refuse_known(&mut unite, &import.id).await?;
        let statement = sqlx::query(
            "INSERT INTO import (id, tour, importe_le, date_extraction, rapport) \
             VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(import.id.clone())
        .bind(unite.tour)
        .bind(instant(import.importe_le))
        .bind(import.date_extraction.map(|date| date.to_string()))
        .bind(import.rapport.to_string());
        unite.execute(statement).await?;
        for (index, version) in import.versions.iter().enumerate() {
            let earlier = import.versions.iter().take(index);
            if earlier.into_iter().any(|other| other.structure_id == version.structure_id) {
                return Err(RegistryError::Refus(format!(
                    "Le centre {} a deux versions dans l'import {}. Rien n'a été modifié ; importer \
                     chaque extraction séparément.",
                    version.structure_id, import.id
                )));
            }
            record(&mut unite, &import.id, version).await?;
        }
        for (structure_id, rattachement) in &import.structures {
            structure::upsert(&mut unite, structure_id, rattachement).await?;
        }
        let lignes: i64 = import.versions.iter().map(|version| version.lignes).sum();
        let detail = format!(
            "Import {} : {} centre(s), {lignes} ligne(s).",
            import.id,
            import.versions.len()
        );
        unite.note("import", detail).await?;
        unite.commit().await
    }

    /// Every import, the newest first, undone ones included.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn imports(&self) -> Result<Vec<ImportResume>, RegistryError> {
        let statement = sqlx::query(
            "SELECT i.id, i.importe_le, i.annule_le, COUNT(v.id) AS versions, \
             CAST(COALESCE(SUM(v.lignes), 0) AS BIGINT) AS lignes \
             FROM import i LEFT JOIN version v ON v.import_id = i.id \
             GROUP BY i.id, i.importe_le, i.annule_le, i.tour ORDER BY i.tour DESC",
        );
        self.rows(statement).await?.iter().map(resume).collect()
    }

    /// One import in full; none for an unknown identifier.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn import(&self, id: &str) -> Result<Option<Import>, RegistryError> {
        let statement = sqlx::query(
            "SELECT i.id, i.importe_le, i.annule_le, i.date_extraction, i.rapport, \
             (SELECT COUNT(*) FROM version v WHERE v.import_id = i.id) AS versions, \
             (SELECT CAST(COALESCE(SUM(v.lignes), 0) AS BIGINT) FROM version v \
             WHERE v.import_id = i.id) AS lignes FROM import i WHERE i.id = $1",
        )
        .bind(id.to_owned());
        let rows = self.rows(statement).await?;
        let Some(row) = rows.first() else { return Ok(None) };
        let valeur = text(row, "rapport")?;
        let rapport = serde_json::from_str(&valeur)
            .map_err(|_| RegistryError::Illisible { colonne: "rapport", valeur })?;
        let statement = sqlx::query(
            "SELECT v.structure_id, v.id, v.date_extraction, v.empreinte, v.lignes, v.import_id, \
             i.importe_le FROM version v JOIN import i ON i.id = v.import_id \
             WHERE v.import_id = $1",
        )
        .bind(id.to_owned());
        let mut versions = read_all(&self.rows(statement).await?)?;
        versions.sort_by(|a, b| a.structure_id.cmp(&b.structure_id));
        let date_extraction = maybe_parse(row, "date_extraction")?;
        Ok(Some(Import { resume: resume(row)?, date_extraction, rapport, versions }))
    }
}

impl Registry {
    /// The versions that an import brought, each with the one that it replaced, by code of centre:
    /// centre, version, version replaced.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn replaced_by(
        &self,
        import_id: &str,
    ) -> Result<Vec<(String, String, Option<String>)>, RegistryError> {
        let statement =
            sqlx::query("SELECT structure_id, id, remplace FROM version WHERE import_id = $1")
                .bind(import_id.to_owned());
        let rows = self.rows(statement).await?;
        let all: Result<Vec<_>, RegistryError> = rows
            .iter()
            .map(|row| Ok((text(row, "structure_id")?, text(row, "id")?, maybe(row, "remplace")?)))
            .collect();
        let mut all = all?;
        all.sort();
        Ok(all)
    }
}

fn resume(row: &AnyRow) -> Result<ImportResume, RegistryError> {
    Ok(ImportResume {
        id: text(row, "id")?,
        importe_le: parse(row, "importe_le")?,
        annule_le: maybe_parse(row, "annule_le")?,
        versions: number(row, "versions")?,
        lignes: number(row, "lignes")?,
    })
}

async fn refuse_known(unite: &mut Unite, id: &str) -> Result<(), RegistryError> {
    let statement = sqlx::query("SELECT id FROM import WHERE id = $1").bind(id.to_owned());
    if unite.rows(statement).await?.is_empty() {
        return Ok(());
    }
    Err(RegistryError::Refus(format!("L'import {id} est déjà enregistré. Rien n'a été modifié.")))
}

/// Adds a version and makes it current.
async fn record(
    unite: &mut Unite,
    import_id: &str,
    version: &NouvelleVersion,
) -> Result<(), RegistryError> {
    let centre = version.structure_id.clone();
    let statement = sqlx::query(
        "INSERT INTO version \
         (structure_id, id, import_id, date_extraction, empreinte, lignes, remplace) \
         VALUES ($1, $2, $3, $4, $5, $6, \
         (SELECT c.version_id FROM version_courante c WHERE c.structure_id = $1))",
    )
    .bind(centre.clone())
    .bind(version.id.clone())
    .bind(import_id.to_owned())
    .bind(version.date_extraction.to_string())
    .bind(version.empreinte.clone())
    .bind(version.lignes);
    unite.execute(statement).await?;
    let statement = sqlx::query(
        "INSERT INTO version_courante (structure_id, version_id) VALUES ($1, $2) \
         ON CONFLICT (structure_id) DO UPDATE SET version_id = excluded.version_id",
    )
    .bind(centre)
    .bind(version.id.clone());
    unite.execute(statement).await?;
    Ok(())
}
