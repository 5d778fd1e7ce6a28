//! Browsers in which a person signed in: known again by the fingerprint of the token that they keep.

use jiff::Timestamp;
use sqlx::any::AnyRow;

use crate::ligne::{instant, maybe_parse, parse, text};
use crate::{Ecriture, Registry, RegistryError};

/// Longest text kept of what the browser says it is, in characters.
const MAX_AGENT: usize = 200;

/// A browser of a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Appareil {
    /// Fingerprint of its token.
    pub empreinte: String,
    /// What it said it was, the last time.
    pub agent: String,
    /// When the person first signed in there.
    pub cree_le: Timestamp,
    /// When the person last did.
    pub vu_le: Timestamp,
    /// When somebody said that it is that person's; none while nobody did.
    pub confirme_le: Option<Timestamp>,
}

impl Registry {
    /// The browsers of a person that were not forgotten, the last seen first.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn appareils_of(&self, personne_id: &str) -> Result<Vec<Appareil>, RegistryError> {
        let statement = sqlx::query(
            "SELECT empreinte, agent, cree_le, vu_le, confirme_le FROM appareil \
             WHERE personne_id = $1 AND oublie_le IS NULL ORDER BY vu_le DESC, empreinte",
        )
        .bind(personne_id.to_owned());
        self.rows(statement).await?.iter().map(read).collect()
    }

    /// The browser of that fingerprint, when it is one of that person's and was not forgotten. The person is named by identifier
    /// or by address: who signs in gives the latter.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn appareil(
        &self,
        empreinte: &str,
        personne: &str,
    ) -> Result<Option<Appareil>, RegistryError> {
        let statement = sqlx::query(
            "SELECT a.empreinte, a.agent, a.cree_le, a.vu_le, a.confirme_le FROM appareil a \
             JOIN personne p ON p.id = a.personne_id AND p.desactivee_le IS NULL \
             WHERE a.empreinte = $1 AND a.oublie_le IS NULL AND (p.id = $2 OR p.courriel = $2)",
        )
        .bind(empreinte.to_owned())
        .bind(personne.to_owned());
        self.rows(statement).await?.first().map(read).transpose()
    }

    /// Removes the browsers forgotten before that instant, and those not seen since; but the last one of each person, without which
    /// the next would be taken for the first. How many.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn sweep_appareils(&self, before: Timestamp) -> Result<u64, RegistryError> {
        let statement = sqlx::query(
            "DELETE FROM appareil WHERE (vu_le < $1 OR oublie_le < $1) AND EXISTS (SELECT 1 FROM appareil autre \
             WHERE autre.personne_id = appareil.personne_id AND (autre.vu_le > appareil.vu_le \
             OR (autre.vu_le = appareil.vu_le AND autre.empreinte > appareil.empreinte)))",
        )
        .bind(instant(before));
        self.execute(statement).await
    }
}

impl Ecriture {
    /// Remembers that a person signed in from that browser. The first one ever of a person is confirmed by it: no other could
    /// confirm it. What it was to that person; nothing is written of one that was forgotten, which is to be given another token.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn note_appareil(
        &mut self,
        personne_id: &str,
        empreinte: &str,
        agent: &str,
    ) -> Result<Vu, RegistryError> {
        let agent: String = agent.chars().filter(|c| !c.is_control()).take(MAX_AGENT).collect();
        let le = instant(self.le);
        let statement = sqlx::query(
            "UPDATE appareil SET vu_le = $3, agent = $4 \
             WHERE empreinte = $1 AND personne_id = $2 AND oublie_le IS NULL",
        )
        .bind(empreinte.to_owned())
        .bind(personne_id.to_owned())
        .bind(le.clone())
        .bind(agent.clone());
        if self.execute(statement).await? > 0 {
            return Ok(Vu::Connu);
        }
        let statement = sqlx::query("SELECT empreinte FROM appareil WHERE personne_id = $1")
            .bind(personne_id.to_owned());
        let known = self.rows(statement).await?;
        let first = known.is_empty();
        for row in &known {
            if text(row, "empreinte")? == empreinte {
                return Ok(Vu::Oublie);
            }
        }
        let (par, quand) = match first {
            true => (Some(personne_id.to_owned()), Some(le.clone())),
            false => (None, None),
        };
        let statement = sqlx::query(
            "INSERT INTO appareil (empreinte, personne_id, agent, cree_le, vu_le, confirme_par, confirme_le) \
             VALUES ($1, $2, $3, $4, $4, $5, $6)",
        )
        .bind(empreinte.to_owned())
        .bind(personne_id.to_owned())
        .bind(agent)
        .bind(le)
        .bind(par)
        .bind(quand);
        self.execute(statement).await?;
        Ok(if first { Vu::Premier } else { Vu::Nouveau })
    }

    /// Says that a browser is that person's; whether nobody had.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn confirm_appareil(
        &mut self,
        personne_id: &str,
        empreinte: &str,
        par: &str,
    ) -> Result<bool, RegistryError> {
        let statement = sqlx::query(
            "UPDATE appareil SET confirme_par = $3, confirme_le = $4 WHERE empreinte = $1 \
             AND personne_id = $2 AND confirme_le IS NULL AND oublie_le IS NULL",
        )
        .bind(empreinte.to_owned())
        .bind(personne_id.to_owned())
        .bind(par.to_owned())
        .bind(instant(self.le));
        Ok(self.execute(statement).await? > 0)
    }

    /// Forgets a browser of a person, or all of them when none is named; how many.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn forget_appareils(
        &mut self,
        personne_id: &str,
        empreinte: Option<&str>,
    ) -> Result<u64, RegistryError> {
        let statement = sqlx::query(
            "UPDATE appareil SET oublie_le = $3 WHERE personne_id = $1 AND oublie_le IS NULL \
             AND ($2 = '' OR empreinte = $2)",
        )
        .bind(personne_id.to_owned())
        .bind(empreinte.unwrap_or_default().to_owned())
        .bind(instant(self.le));
        self.execute(statement).await
    }
}

/// What a browser was to its person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Vu {
    /// Known already.
    Connu,
    /// The first one ever.
    Premier,
    /// Another one, that nobody confirmed.
    Nouveau,
    /// Forgotten: its token serves no more.
    Oublie,
}

fn read(row: &AnyRow) -> Result<Appareil, RegistryError> {
    Ok(Appareil {
        empreinte: text(row, "empreinte")?,
        agent: text(row, "agent")?,
        cree_le: parse(row, "cree_le")?,
        vu_le: parse(row, "vu_le")?,
        confirme_le: maybe_parse(row, "confirme_le")?,
    })
}
