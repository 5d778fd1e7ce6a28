//! What can be used once: invitations, reset links, states of a sign-in elsewhere.

use jiff::Timestamp;
use sqlx::any::AnyRow;

use super::personne::check_courriel;
use crate::ligne::{instant, maybe, maybe_parse, number, parse, text};
use crate::{Ecriture, Registry, RegistryError, Unite};

/// What a token is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GenreJeton {
    /// Making one's account.
    Invitation,
    /// Choosing another password.
    Reinitialisation,
    /// Coming back from the issuer of an identity.
    Retour,
    /// Closing, with ours, the session of that issuer.
    Sortie,
}

impl GenreJeton {
    /// Every kind.
    pub const ALL: [Self; 4] =
        [Self::Invitation, Self::Reinitialisation, Self::Retour, Self::Sortie];

    /// The code stored.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Invitation => "invitation",
            Self::Reinitialisation => "reinitialisation",
            Self::Retour => "retour",
            Self::Sortie => "sortie",
        }
    }
}

/// Why a token is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum JetonRefuse {
    /// There is none such.
    #[error("Ce lien n'est pas reconnu. Vérifier qu'il est entier, ou en demander un autre.")]
    Inconnu,
    /// It was used.
    #[error("Ce lien a déjà servi. Se connecter, ou en demander un autre.")]
    Utilise,
    /// It was cancelled.
    #[error("Ce lien a été annulé. En demander un autre à la personne qui l'a envoyé.")]
    Annule,
    /// It is too late.
    #[error("Ce lien n'est plus valable : son délai est passé. En demander un autre.")]
    Expire,
}

/// A token to make.
#[derive(Debug, Clone, PartialEq)]
pub struct NouveauJeton {
    /// Its fingerprint.
    pub empreinte: String,
    /// What it is for.
    pub genre: GenreJeton,
    /// To which address it is sent.
    pub courriel: Option<String>,
    /// The name of the person invited.
    pub nom: Option<String>,
    /// What comes with it: the roles proposed, what a sign-in elsewhere must remember.
    pub contenu: serde_json::Value,
    /// Who makes it.
    pub par: String,
    /// When it ends.
    pub expire_le: Timestamp,
}

/// A token.
#[derive(Debug, Clone, PartialEq)]
pub struct Jeton {
    /// Its fingerprint.
    pub empreinte: String,
    /// What it is for.
    pub genre: GenreJeton,
    /// To which address it was sent.
    pub courriel: Option<String>,
    /// The name of the person invited.
    pub nom: Option<String>,
    /// What comes with it.
    pub contenu: serde_json::Value,
    /// Who made it.
    pub par: String,
    /// When it was made.
    pub cree_le: Timestamp,
    /// When it ends.
    pub expire_le: Timestamp,
    /// When it was used.
    pub utilise_le: Option<Timestamp>,
    /// When it was cancelled.
    pub annule_le: Option<Timestamp>,
}

impl Jeton {
    /// Why it would be refused at that instant, if it would.
    #[must_use]
    pub fn refused_at(&self, at: Timestamp) -> Option<JetonRefuse> {
        if self.utilise_le.is_some() {
            Some(JetonRefuse::Utilise)
        } else if self.annule_le.is_some() {
            Some(JetonRefuse::Annule)
        } else if self.expire_le <= at {
            Some(JetonRefuse::Expire)
        } else {
            None
        }
    }
}

impl Registry {
    /// The token of that kind and fingerprint, without using it.
    ///
    /// # Errors
    /// [`RegistryError::Jeton`] when it would be refused at that instant.
    pub async fn live_jeton(
        &self,
        genre: GenreJeton,
        empreinte: &str,
        at: Timestamp,
    ) -> Result<Jeton, RegistryError> {
        let statement = sqlx::query(
            "SELECT empreinte, genre, courriel, nom, contenu, par, cree_le, expire_le, utilise_le, \
             annule_le FROM jeton WHERE empreinte = $1 AND genre = $2",
        )
        .bind(empreinte.to_owned())
        .bind(genre.code());
        let jeton = self.rows(statement).await?.first().map(read).transpose()?;
        let jeton = jeton.ok_or(JetonRefuse::Inconnu)?;
        jeton.refused_at(at).map_or(Ok(jeton), |refused| Err(refused.into()))
    }

    /// The tokens of a kind, the last made first, those used, cancelled and over included.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn jetons(&self, genre: GenreJeton) -> Result<Vec<Jeton>, RegistryError> {
        let statement = sqlx::query(
            "SELECT empreinte, genre, courriel, nom, contenu, par, cree_le, expire_le, utilise_le, \
             annule_le FROM jeton WHERE genre = $1 ORDER BY cree_le DESC, empreinte",
        )
        .bind(genre.code());
        self.rows(statement).await?.iter().map(read).collect()
    }

    /// Removes the tokens that were used, cancelled or over before that instant; how many.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn sweep_jetons(&self, before: Timestamp) -> Result<u64, RegistryError> {
        let statement = sqlx::query(
            "DELETE FROM jeton WHERE expire_le < $1 OR utilise_le < $1 OR annule_le < $1",
        )
        .bind(instant(before));
        self.execute(statement).await
    }

    /// Removes what sign-ins elsewhere left and is over at that instant; how many sign-ins elsewhere
    /// have begun and are not over.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn sweep_retours(&self, at: Timestamp) -> Result<i64, RegistryError> {
        let (retour, sortie) = (GenreJeton::Retour.code(), GenreJeton::Sortie.code());
        let statement =
            sqlx::query("DELETE FROM jeton WHERE genre IN ($1, $2) AND expire_le <= $3")
                .bind(retour)
                .bind(sortie)
                .bind(instant(at));
        self.execute(statement).await?;
        let statement =
            sqlx::query("SELECT COUNT(*) AS nombre FROM jeton WHERE genre = $1").bind(retour);
        self.rows(statement).await?.first().map_or(Ok(0), |row| number(row, "nombre"))
    }
}

impl Unite {
    /// Makes an invitation, and says so in the journal.
    ///
    /// # Errors
    /// A refusal when its address is not one.
    pub async fn invite(&mut self, jeton: &NouveauJeton) -> Result<(), RegistryError> {
        let courriel = check_courriel(jeton.courriel.as_deref().unwrap_or_default())?;
        let genre = GenreJeton::Invitation;
        let jeton = NouveauJeton { courriel: Some(courriel), genre, ..jeton.clone() };
        self.create_jeton(&jeton).await?;
        self.note("invitation", format!("Invitation envoyée par {}.", jeton.par)).await
    }

    /// Cancels a token not used yet; false when it was used, cancelled, or is unknown.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn cancel_jeton(
        &mut self,
        empreinte: &str,
        par: &str,
    ) -> Result<bool, RegistryError> {
        let statement = sqlx::query(
            "UPDATE jeton SET annule_le = $2 \
             WHERE empreinte = $1 AND utilise_le IS NULL AND annule_le IS NULL",
        )
        .bind(empreinte.to_owned())
        .bind(instant(self.le));
        let cancelled = self.execute(statement).await? > 0;
        if cancelled {
            self.note("invitation", format!("Lien à usage unique annulé par {par}.")).await?;
        }
        Ok(cancelled)
    }
}

impl Ecriture {
    /// Makes a token.
    ///
    /// # Errors
    /// When the fingerprint is taken, or the store does not answer.
    pub async fn create_jeton(&mut self, jeton: &NouveauJeton) -> Result<(), RegistryError> {
        let statement = sqlx::query(
            "INSERT INTO jeton (empreinte, genre, courriel, nom, contenu, par, cree_le, expire_le) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(jeton.empreinte.clone())
        .bind(jeton.genre.code())
        .bind(jeton.courriel.clone())
        .bind(jeton.nom.clone())
        .bind(jeton.contenu.to_string())
        .bind(jeton.par.clone())
        .bind(instant(self.le))
        .bind(instant(jeton.expire_le));
        self.execute(statement).await?;
        Ok(())
    }

    /// Uses a token: of two that try at once, one succeeds. What it opens is to be written in the
    /// same transaction, so that a failure leaves the token unused.
    ///
    /// # Errors
    /// [`RegistryError::Jeton`] when it is refused.
    pub async fn consume_jeton(
        &mut self,
        genre: GenreJeton,
        empreinte: &str,
    ) -> Result<Jeton, RegistryError> {
        let at = self.le;
        let statement = sqlx::query(
            "UPDATE jeton SET utilise_le = $3 WHERE empreinte = $1 AND genre = $2 \
             AND utilise_le IS NULL AND annule_le IS NULL AND expire_le > $3 \
             RETURNING empreinte, genre, courriel, nom, contenu, par, cree_le, expire_le, \
             utilise_le, annule_le",
        )
        .bind(empreinte.to_owned())
        .bind(genre.code())
        .bind(instant(at));
        if let Some(row) = self.rows(statement).await?.first() {
            return read(row);
        }
        let statement = sqlx::query(
            "SELECT empreinte, genre, courriel, nom, contenu, par, cree_le, expire_le, utilise_le, \
             annule_le FROM jeton WHERE empreinte = $1 AND genre = $2",
        )
        .bind(empreinte.to_owned())
        .bind(genre.code());
        let jeton = self.rows(statement).await?.first().map(read).transpose()?;
        let refused = jeton.and_then(|jeton| jeton.refused_at(at));
        Err(refused.unwrap_or(JetonRefuse::Inconnu).into())
    }
}

fn read(row: &AnyRow) -> Result<Jeton, RegistryError> {
    let valeur = text(row, "genre")?;
    let genre = GenreJeton::ALL
        .into_iter()
        .find(|genre| genre.code() == valeur)
        .ok_or(RegistryError::Illisible { colonne: "jeton.genre", valeur })?;
    let valeur = text(row, "contenu")?;
    let contenu = serde_json::from_str(&valeur)
        .map_err(|_| RegistryError::Illisible { colonne: "jeton.contenu", valeur })?;
    Ok(Jeton {
        empreinte: text(row, "empreinte")?,
        genre,
        courriel: maybe(row, "courriel")?,
        nom: maybe(row, "nom")?,
        contenu,
        par: text(row, "par")?,
        cree_le: parse(row, "cree_le")?,
        expire_le: parse(row, "expire_le")?,
        utilise_le: maybe_parse(row, "utilise_le")?,
        annule_le: maybe_parse(row, "annule_le")?,
    })
}
