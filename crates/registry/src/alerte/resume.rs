//! The weekly digest: one row for each person and week in which it was due, so that it is sent once
//! whoever tries, and so that one that could not leave waits for its turn.
//!
//! Who sends takes the row first, in a transaction. A row taken whose sender died may have left or not: it
//! is not sent again, and is told so.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use sqlx::any::AnyRow;

use crate::ligne::{instant, maybe, maybe_parse, number, parse, text};
use crate::{Ecriture, Registry, RegistryError};

/// Where a digest stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum EtatResume {
    /// To be sent, once its next try has come.
    Attente,
    /// Somebody is sending it.
    EnCours,
    /// The mail server took it.
    Parti,
    /// There was nothing to say that week.
    Rien,
    /// The mail server will never take it.
    Refuse,
    /// Its sender died before telling: it may have left.
    Incertain,
    /// The next one came before it could leave.
    Remplace,
}

impl EtatResume {
    /// Every one.
    pub const ALL: [Self; 7] = [
        Self::Attente,
        Self::EnCours,
        Self::Parti,
        Self::Rien,
        Self::Refuse,
        Self::Incertain,
        Self::Remplace,
    ];

    /// The code stored.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Attente => "attente",
            Self::EnCours => "en_cours",
            Self::Parti => "parti",
            Self::Rien => "rien",
            Self::Refuse => "refuse",
            Self::Incertain => "incertain",
            Self::Remplace => "remplace",
        }
    }
}

/// A digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResumeSuivi {
    /// Whose.
    pub personne_id: String,
    /// The day on which it was due.
    pub creneau: Date,
    /// Where it stands.
    pub etat: EtatResume,
    /// How many times it was tried.
    pub essais: i64,
    /// It is not tried before.
    pub prochain_le: Timestamp,
    /// When it ended, if so.
    pub fini_le: Option<Timestamp>,
    /// How many alerts it tells.
    pub alertes: i64,
    /// Why it was not sent. Names nobody.
    pub raison: Option<String>,
}

const COLONNES: &str = "personne_id, creneau, etat, essais, prochain_le, fini_le, alertes, raison";

impl Registry {
    /// The last digests of a person, the latest first, `limit` at most.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn resumes(
        &self,
        personne_id: &str,
        limit: i64,
    ) -> Result<Vec<ResumeSuivi>, RegistryError> {
        let sql = format!(
            "SELECT {COLONNES} FROM resume WHERE personne_id = $1 ORDER BY creneau DESC LIMIT $2"
        );
        let statement =
            sqlx::query(sqlx::AssertSqlSafe(sql)).bind(personne_id.to_owned()).bind(limit.max(0));
        self.rows(statement).await?.iter().map(read).collect()
    }

    /// Every digest due since that day, and those that wait whatever their day.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn resumes_since(&self, day: Date) -> Result<Vec<ResumeSuivi>, RegistryError> {
        let sql = format!(
            "SELECT {COLONNES} FROM resume WHERE creneau >= $1 OR etat IN ('attente', 'en_cours')"
        );
        let statement = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(day.to_string());
        self.rows(statement).await?.iter().map(read).collect()
    }

    /// How many digests stand so, since that day.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn count_resumes(
        &self,
        since: Date,
    ) -> Result<BTreeMap<EtatResume, u64>, RegistryError> {
        let mut counts = BTreeMap::new();
        for resume in self.resumes_since(since).await? {
            *counts.entry(resume.etat).or_default() += 1;
        }
        Ok(counts)
    }

    /// Whose digest that link stops.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn resume_arret(&self, empreinte: &str) -> Result<Option<String>, RegistryError> {
        let statement = sqlx::query("SELECT personne_id FROM resume_arret WHERE empreinte = $1")
            .bind(empreinte.to_owned());
        self.rows(statement).await?.first().map(|row| text(row, "personne_id")).transpose()
    }

    /// Removes the digests of before that day, and the links made before it; how many.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn sweep_resumes(&self, before: Date) -> Result<u64, RegistryError> {
        let old = sqlx::query(
            "DELETE FROM resume WHERE creneau < $1 AND etat NOT IN ('attente', 'en_cours')",
        );
        let rows = self.execute(old.bind(before.to_string())).await?;
        let links = sqlx::query("DELETE FROM resume_arret WHERE cree_le < $1");
        Ok(rows + self.execute(links.bind(before.to_string())).await?)
    }
}

impl Ecriture {
    /// Writes that a digest is due, and makes what waited of that person before be replaced by it; false
    /// when it was written already. With nothing to say, it ends there.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn prepare_resume(
        &mut self,
        personne_id: &str,
        creneau: Date,
        alertes: i64,
    ) -> Result<bool, RegistryError> {
        let now = instant(self.le);
        let etat = if alertes > 0 { EtatResume::Attente } else { EtatResume::Rien };
        let statement = sqlx::query(
            "INSERT INTO resume (personne_id, creneau, etat, essais, prochain_le, fini_le, alertes) \
             VALUES ($1, $2, $3, 0, $4, $5, $6) ON CONFLICT (personne_id, creneau) DO NOTHING",
        )
        .bind(personne_id.to_owned())
        .bind(creneau.to_string())
        .bind(etat.code())
        .bind(now.clone())
        .bind((alertes == 0).then(|| now.clone()))
        .bind(alertes);
        if self.execute(statement).await? == 0 {
            return Ok(false);
        }
        let statement = sqlx::query(
            "UPDATE resume SET etat = 'remplace', fini_le = $3 \
             WHERE personne_id = $1 AND creneau < $2 AND etat = 'attente'",
        )
        .bind(personne_id.to_owned())
        .bind(creneau.to_string())
        .bind(now);
        self.execute(statement).await?;
        Ok(true)
    }

    /// Takes a digest that waits and whose time has come, to send it; false when somebody else did, or when
    /// it waits no more.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn take_resume(
        &mut self,
        personne_id: &str,
        creneau: Date,
    ) -> Result<bool, RegistryError> {
        let statement = sqlx::query(
            "UPDATE resume SET etat = 'en_cours', pris_le = $3, essais = essais + 1 \
             WHERE personne_id = $1 AND creneau = $2 AND etat = 'attente' AND prochain_le <= $3",
        )
        .bind(personne_id.to_owned())
        .bind(creneau.to_string())
        .bind(instant(self.le));
        Ok(self.execute(statement).await? == 1)
    }

    /// Gives back a digest that was taken: where it stands now, why, and when it may be tried again.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn give_back_resume(
        &mut self,
        personne_id: &str,
        creneau: Date,
        (etat, alertes): (EtatResume, i64),
        raison: Option<&str>,
        prochain_le: Timestamp,
    ) -> Result<(), RegistryError> {
        let ended = !matches!(etat, EtatResume::Attente | EtatResume::EnCours);
        let statement = sqlx::query(
            "UPDATE resume SET etat = $3, raison = $4, prochain_le = $5, pris_le = NULL, fini_le = $6, \
             alertes = $7 WHERE personne_id = $1 AND creneau = $2 AND etat = 'en_cours'",
        )
        .bind(personne_id.to_owned())
        .bind(creneau.to_string())
        .bind(etat.code())
        .bind(raison.map(str::to_owned))
        .bind(instant(prochain_le))
        .bind(ended.then(|| instant(self.le)))
        .bind(alertes);
        self.execute(statement).await?;
        Ok(())
    }

    /// Ends the digests taken before that instant: who took them died, and they may have left. How many.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn settle_resumes(&mut self, before: Timestamp) -> Result<u64, RegistryError> {
        let statement = sqlx::query(
            "UPDATE resume SET etat = 'incertain', fini_le = $2 \
             WHERE etat = 'en_cours' AND pris_le < $1",
        )
        .bind(instant(before))
        .bind(instant(self.le));
        self.execute(statement).await
    }

    /// Keeps the fingerprint of a link that stops the digest of a person.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn keep_resume_arret(
        &mut self,
        empreinte: &str,
        personne_id: &str,
    ) -> Result<(), RegistryError> {
        let statement = sqlx::query(
            "INSERT INTO resume_arret (empreinte, personne_id, cree_le) VALUES ($1, $2, $3)",
        )
        .bind(empreinte.to_owned())
        .bind(personne_id.to_owned())
        .bind(instant(self.le));
        self.execute(statement).await?;
        Ok(())
    }
}

fn read(row: &AnyRow) -> Result<ResumeSuivi, RegistryError> {
    let etat = text(row, "etat")?;
    let found = EtatResume::ALL.into_iter().find(|known| known.code() == etat);
    Ok(ResumeSuivi {
        personne_id: text(row, "personne_id")?,
        creneau: parse(row, "creneau")?,
        etat: found.ok_or(RegistryError::Illisible { colonne: "resume.etat", valeur: etat })?,
        essais: number(row, "essais")?,
        prochain_le: parse(row, "prochain_le")?,
        fini_le: maybe_parse(row, "fini_le")?,
        alertes: number(row, "alertes")?,
        raison: maybe(row, "raison")?,
    })
}
