//! Published figures, and the files that brought them. Nothing is deleted: a file undone stays, and says so.

use std::collections::BTreeMap;

use jiff::Timestamp;
use mallette_domain::publie::Publie;
use sqlx::AssertSqlSafe;
use sqlx::any::AnyRow;

use crate::ligne::{instant, maybe, maybe_parse, number, parse, text};
use crate::{Registry, RegistryError, Unite};

/// Figures written by one statement.
const BATCH: usize = 100;

/// A file of published figures to bring in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NouveauxPublies {
    /// Name of the file.
    pub fichier: String,
    /// The lines left out, as JSON.
    pub ecartees: String,
    /// Who brings it.
    pub par: String,
    /// Its figures.
    pub publies: Vec<Publie>,
}

/// A file of published figures that was brought in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportPublies {
    /// Its rank.
    pub rang: i64,
    /// Name of the file.
    pub fichier: String,
    /// The lines left out, as JSON.
    pub ecartees: String,
    /// Who brought it.
    pub par: String,
    /// When.
    pub le: Timestamp,
    /// Who undid it.
    pub annule_par: Option<String>,
    /// When it was undone.
    pub annule_le: Option<Timestamp>,
}

impl Registry {
    /// Every file of published figures, the last first, those undone included.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn publie_imports(&self) -> Result<Vec<ImportPublies>, RegistryError> {
        let statement = sqlx::query(
            "SELECT rang, fichier, ecartees, par, le, annule_par, annule_le FROM publie_import \
             ORDER BY rang DESC",
        );
        self.rows(statement).await?.iter().map(read_import).collect()
    }

    /// Every published figure that was brought in, by file then by key, those undone and those replaced
    /// included.
    ///
    /// # Errors
    /// When the store does not answer, or holds a figure that cannot be read.
    pub async fn publies(&self) -> Result<BTreeMap<i64, Vec<Publie>>, RegistryError> {
        let statement =
            sqlx::query("SELECT import_rang, contenu FROM publie ORDER BY import_rang, cle");
        let mut known: BTreeMap<i64, Vec<Publie>> = BTreeMap::new();
        for row in self.rows(statement).await? {
            let publie = serde_json::from_str(&text(&row, "contenu")?).map_err(unreadable)?;
            known.entry(number(&row, "import_rang")?).or_default().push(publie);
        }
        Ok(known)
    }
}

impl Unite {
    /// Brings a file of published figures in; its rank.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn add_publies(&mut self, new: &NouveauxPublies) -> Result<i64, RegistryError> {
        let rang = self.next("publie").await?;
        let statement = sqlx::query(
            "INSERT INTO publie_import (rang, fichier, ecartees, par, le) \
             VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(rang)
        .bind(new.fichier.clone())
        .bind(new.ecartees.clone())
        .bind(new.par.clone())
        .bind(instant(self.le));
        self.execute(statement).await?;
        for batch in new.publies.chunks(BATCH) {
            let places: Vec<_> = (0..batch.len())
                .map(|index| format!("($1, ${}, ${})", 2 * index + 2, 2 * index + 3))
                .collect();
            let sql = format!(
                "INSERT INTO publie (import_rang, cle, contenu) VALUES {}",
                places.join(", ")
            );
            let mut statement = sqlx::query(AssertSqlSafe(sql)).bind(rang);
            for publie in batch {
                let contenu = serde_json::to_string(publie).map_err(unreadable)?;
                statement = statement.bind(publie.cle()).bind(contenu);
            }
            self.execute(statement).await?;
        }
        let detail = format!("Publiés {rang} : {} chiffres, par {}.", new.publies.len(), new.par);
        self.note("publie", detail).await?;
        Ok(rang)
    }

    /// Undoes a file of published figures: what it had replaced stands again.
    ///
    /// # Errors
    /// A refusal when it is unknown or already undone.
    pub async fn undo_publies(&mut self, rang: i64, par: &str) -> Result<(), RegistryError> {
        let statement = sqlx::query(
            "UPDATE publie_import SET annule_par = $2, annule_le = $3 \
             WHERE rang = $1 AND annule_le IS NULL",
        )
        .bind(rang)
        .bind(par.to_owned())
        .bind(instant(self.le));
        if self.execute(statement).await? == 0 {
            let raison = "Ce fichier de statistiques publiées est inconnu ou déjà annulé. Rien n'a été modifié.";
            return Err(RegistryError::Refus(raison.to_owned()));
        }
        self.note("publie", format!("Publiés {rang} annulés par {par}.")).await
    }
}

fn read_import(row: &AnyRow) -> Result<ImportPublies, RegistryError> {
    Ok(ImportPublies {
        rang: number(row, "rang")?,
        fichier: text(row, "fichier")?,
        ecartees: text(row, "ecartees")?,
        par: text(row, "par")?,
        le: parse(row, "le")?,
        annule_par: maybe(row, "annule_par")?,
        annule_le: maybe_parse(row, "annule_le")?,
    })
}

fn unreadable(error: serde_json::Error) -> RegistryError {
    RegistryError::Refus(format!(
        "Une statistique publiée de la base ne se lit pas ({error}). Annuler le fichier qui l'a apporté, puis \
         l'importer de nouveau."
    ))
}
