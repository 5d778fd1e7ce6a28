//! Runs of the jobs that start by themselves.

use jiff::Timestamp;
use sqlx::any::AnyRow;

use crate::ligne::{instant, maybe, maybe_parse, number, parse, text};
use crate::{Ecriture, Registry, RegistryError};

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResultatTache {
    /// It did its work.
    Reussie,
    /// It had nothing to do.
    SansObjet,
    /// It failed.
    Echouee,
}

impl ResultatTache {
    /// Every result.
    pub const ALL: [Self; 3] = [Self::Reussie, Self::SansObjet, Self::Echouee];

    /// The code stored.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Reussie => "reussie",
            Self::SansObjet => "sans_objet",
            Self::Echouee => "echouee",
        }
    }
}

/// A run of a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tache {
    /// Its rank among all runs.
    pub rang: i64,
    /// Name of the job.
    pub nom: String,
    /// When it started.
    pub debut: Timestamp,
    /// When it ended; none while it runs, or when the program stopped before.
    pub fin: Option<Timestamp>,
    /// How it ended.
    pub resultat: Option<ResultatTache>,
    /// What it did, in words.
    pub detail: Option<String>,
}

impl Registry {
    /// The last runs, the newest first, `limit` at most: of that job, or of all.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn taches(&self, nom: Option<&str>, limit: i64) -> Result<Vec<Tache>, RegistryError> {
        let statement = match nom {
            Some(nom) => sqlx::query(
                "SELECT rang, nom, debut, fin, resultat, detail FROM tache WHERE nom = $2 \
                 ORDER BY rang DESC LIMIT $1",
            )
            .bind(limit.max(0))
            .bind(nom.to_owned()),
            None => sqlx::query(
                "SELECT rang, nom, debut, fin, resultat, detail FROM tache \
                 ORDER BY rang DESC LIMIT $1",
            )
            .bind(limit.max(0)),
        };
        self.rows(statement).await?.iter().map(read).collect()
    }

    /// Removes the runs that started before that instant; how many.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn sweep_taches(&self, before: Timestamp) -> Result<u64, RegistryError> {
        let statement = sqlx::query("DELETE FROM tache WHERE debut < $1").bind(instant(before));
        self.execute(statement).await
    }
}

impl Ecriture {
    /// Records that a job starts; the rank of its run.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn start_tache(&mut self, nom: &str) -> Result<i64, RegistryError> {
        let rang = self.next("tache").await?;
        let statement = sqlx::query("INSERT INTO tache (rang, nom, debut) VALUES ($1, $2, $3)")
            .bind(rang)
            .bind(nom.to_owned())
            .bind(instant(self.le));
        self.execute(statement).await?;
        Ok(rang)
    }

    /// Records how a run ended; false when it had ended, or is unknown.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn end_tache(
        &mut self,
        rang: i64,
        resultat: ResultatTache,
        detail: &str,
    ) -> Result<bool, RegistryError> {
        let statement = sqlx::query(
            "UPDATE tache SET fin = $2, resultat = $3, detail = $4 WHERE rang = $1 AND fin IS NULL",
        )
        .bind(rang)
        .bind(instant(self.le))
        .bind(resultat.code())
        .bind(detail.to_owned());
        Ok(self.execute(statement).await? > 0)
    }
}

fn read(row: &AnyRow) -> Result<Tache, RegistryError> {
    let known = |valeur: String| {
        let found = ResultatTache::ALL.into_iter().find(|resultat| resultat.code() == valeur);
        found.ok_or(RegistryError::Illisible { colonne: "tache.resultat", valeur })
    };
    Ok(Tache {
        rang: number(row, "rang")?,
        nom: text(row, "nom")?,
        debut: parse(row, "debut")?,
        fin: maybe_parse(row, "fin")?,
        resultat: maybe(row, "resultat")?.map(known).transpose()?,
        detail: maybe(row, "detail")?,
    })
}
