//! Sessions: what a browser shows at each request, known by its fingerprint only.

use jiff::{SignedDuration, Timestamp};
use sqlx::any::AnyRow;

use crate::ligne::{instant, maybe_parse, parse, text};
use crate::{Ecriture, Registry, RegistryError};

/// Longest text kept of what the browser says it is, in characters.
const MAX_AGENT: usize = 200;

/// How a person proved who they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Niveau {
    /// By one factor.
    Simple,
    /// By two.
    Double,
    /// By two, and the identity provider vouches for more, which the installation asks for before it is run: a machine that is kept.
    Atteste,
}

impl Niveau {
    /// The code stored.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Simple => "simple",
            Self::Double => "double",
            Self::Atteste => "atteste",
        }
    }

    /// Whether two factors were given.
    #[must_use]
    pub const fn is_double(self) -> bool {
        matches!(self, Self::Double | Self::Atteste)
    }
}

/// A session to open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NouvelleSession {
    /// Fingerprint of its token.
    pub jeton: String,
    /// Whose.
    pub personne_id: String,
    /// How they proved who they are.
    pub niveau: Niveau,
    /// What the browser says it is.
    pub agent: String,
    /// When it ends, whatever is done with it.
    pub expire_le: Timestamp,
}

/// A session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Fingerprint of its token.
    pub jeton: String,
    /// Whose.
    pub personne_id: String,
    /// How they proved who they are.
    pub niveau: Niveau,
    /// What the browser said it was.
    pub agent: String,
    /// When it was opened.
    pub cree_le: Timestamp,
    /// When it was last used.
    pub vue_le: Timestamp,
    /// When it ends, whatever is done with it.
    pub expire_le: Timestamp,
    /// When it was ended before that.
    pub revoquee_le: Option<Timestamp>,
}

impl Registry {
    /// The session of that fingerprint, if it is open at that instant: not ended, not over, used
    /// less than `inactivite` ago, and its person not deactivated.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn live_session(
        &self,
        jeton: &str,
        at: Timestamp,
        inactivite: SignedDuration,
    ) -> Result<Option<Session>, RegistryError> {
        let statement = sqlx::query(
            "SELECT s.jeton, s.personne_id, s.niveau, s.agent, s.cree_le, s.vue_le, s.expire_le, \
             s.revoquee_le FROM session s \
             JOIN personne p ON p.id = s.personne_id AND p.desactivee_le IS NULL \
             WHERE s.jeton = $1 AND s.revoquee_le IS NULL",
        )
        .bind(jeton.to_owned());
        let session = self.rows(statement).await?.first().map(read).transpose()?;
        Ok(session.filter(|s| at < s.expire_le && at.duration_since(s.vue_le) < inactivite))
    }

    /// The sessions of a person that are not ended nor over at that instant, the last used first.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn sessions_of(
        &self,
        personne_id: &str,
        at: Timestamp,
    ) -> Result<Vec<Session>, RegistryError> {
        let statement = sqlx::query(
            "SELECT jeton, personne_id, niveau, agent, cree_le, vue_le, expire_le, revoquee_le \
             FROM session WHERE personne_id = $1 AND revoquee_le IS NULL",
        )
        .bind(personne_id.to_owned());
        let rows = self.rows(statement).await?;
        let mut all = rows.iter().map(read).collect::<Result<Vec<_>, _>>()?;
        all.retain(|session| at < session.expire_le);
        all.sort_by(|a, b| (b.vue_le, &a.jeton).cmp(&(a.vue_le, &b.jeton)));
        Ok(all)
    }

    /// Remembers that a session is used at that instant; it never goes back.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn touch_session(&self, jeton: &str, at: Timestamp) -> Result<(), RegistryError> {
        let statement = sqlx::query(
            "UPDATE session SET vue_le = $2 \
             WHERE jeton = $1 AND vue_le < $2 AND revoquee_le IS NULL",
        )
        .bind(jeton.to_owned())
        .bind(instant(at));
        self.execute(statement).await?;
        Ok(())
    }

    /// Removes the sessions that were over, or ended, before that instant; how many.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn sweep_sessions(&self, before: Timestamp) -> Result<u64, RegistryError> {
        let statement = sqlx::query("DELETE FROM session WHERE expire_le < $1 OR revoquee_le < $1")
            .bind(instant(before));
        self.execute(statement).await
    }
}

impl Ecriture {
    /// Opens a session; the person was then last seen signing in now.
    ///
    /// # Errors
    /// A refusal when the person is unknown or deactivated.
    pub async fn open_session(&mut self, session: &NouvelleSession) -> Result<(), RegistryError> {
        let NouvelleSession { jeton, personne_id, niveau, agent, expire_le } = session.clone();
        let agent: String = agent.chars().filter(|c| !c.is_control()).take(MAX_AGENT).collect();
        // The person first, and by writing: a deactivation under way is waited for, and heeded.
        let statement = sqlx::query(
            "UPDATE personne SET derniere_connexion = $2 WHERE id = $1 AND desactivee_le IS NULL",
        )
        .bind(personne_id.clone())
        .bind(instant(self.le));
        if self.execute(statement).await? == 0 {
            return Err(RegistryError::Refus(
                "Ce compte est inconnu ou désactivé. S'adresser au directeur du centre ou à \
                 l'administrateur régional."
                    .to_owned(),
            ));
        }
        let statement = sqlx::query(
            "INSERT INTO session (jeton, personne_id, niveau, agent, cree_le, vue_le, expire_le) \
             VALUES ($1, $2, $3, $4, $5, $5, $6)",
        )
        .bind(jeton)
        .bind(personne_id)
        .bind(niveau.code())
        .bind(agent)
        .bind(instant(self.le))
        .bind(instant(expire_le));
        self.execute(statement).await?;
        Ok(())
    }

    /// Ends a session; whether it was open.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn revoke_session(&mut self, jeton: &str) -> Result<bool, RegistryError> {
        let statement = sqlx::query(
            "UPDATE session SET revoquee_le = $2 WHERE jeton = $1 AND revoquee_le IS NULL",
        )
        .bind(jeton.to_owned())
        .bind(instant(self.le));
        Ok(self.execute(statement).await? > 0)
    }

    /// Ends every session of a person, but that one when one is named; how many.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn revoke_sessions(
        &mut self,
        personne_id: &str,
        but: Option<&str>,
    ) -> Result<u64, RegistryError> {
        let statement = sqlx::query(
            "UPDATE session SET revoquee_le = $3 \
             WHERE personne_id = $1 AND jeton <> $2 AND revoquee_le IS NULL",
        )
        .bind(personne_id.to_owned())
        .bind(but.unwrap_or_default().to_owned())
        .bind(instant(self.le));
        self.execute(statement).await
    }
}

fn read(row: &AnyRow) -> Result<Session, RegistryError> {
    let valeur = text(row, "niveau")?;
    let niveau = match valeur.as_str() {
        "simple" => Niveau::Simple,
        "double" => Niveau::Double,
        "atteste" => Niveau::Atteste,
        _ => return Err(RegistryError::Illisible { colonne: "session.niveau", valeur }),
    };
    Ok(Session {
        jeton: text(row, "jeton")?,
        personne_id: text(row, "personne_id")?,
        niveau,
        agent: text(row, "agent")?,
        cree_le: parse(row, "cree_le")?,
        vue_le: parse(row, "vue_le")?,
        expire_le: parse(row, "expire_le")?,
        revoquee_le: maybe_parse(row, "revoquee_le")?,
    })
}
