//! The second factor: codes accepted once by step of time, recovery codes used once.

use jiff::Timestamp;

use super::personne::check_personne;
use crate::ligne::{instant, number, parse, text};
use crate::{Ecriture, Registry, RegistryError, Scelle, Unite};

/// A second factor that gives a code by step of time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecondFacteur {
    /// Its secret, sealed by the caller.
    pub secret: Scelle,
    /// The last step of which a code was accepted.
    pub dernier_pas: i64,
    /// When it was set.
    pub pose_le: Timestamp,
}

impl Registry {
    /// The second factor of a person, if they have one.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn second_facteur(&self, id: &str) -> Result<Option<SecondFacteur>, RegistryError> {
        let statement = sqlx::query(
            "SELECT secret, dernier_pas, pose_le FROM second_facteur WHERE personne_id = $1",
        )
        .bind(id.to_owned());
        let rows = self.rows(statement).await?;
        let Some(row) = rows.first() else { return Ok(None) };
        let (secret, dernier_pas) = (Scelle(text(row, "secret")?), number(row, "dernier_pas")?);
        Ok(Some(SecondFacteur { secret, dernier_pas, pose_le: parse(row, "pose_le")? }))
    }

    /// How many recovery codes a person has left.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn codes_secours_left(&self, id: &str) -> Result<i64, RegistryError> {
        let statement = sqlx::query(
            "SELECT COUNT(*) AS nombre FROM code_secours \
             WHERE personne_id = $1 AND utilise_le IS NULL",
        )
        .bind(id.to_owned());
        self.rows(statement).await?.first().map_or(Ok(0), |row| number(row, "nombre"))
    }
}

impl Unite {
    /// Sets the second factor of a person, in place of the one they had. `pas` is the step of the
    /// code that proved it: that code is not accepted again.
    ///
    /// # Errors
    /// A refusal when the account is unknown.
    pub async fn set_second_facteur(
        &mut self,
        id: &str,
        secret: &Scelle,
        pas: i64,
    ) -> Result<(), RegistryError> {
        check_personne(self, id).await?;
        let statement = sqlx::query(
            "INSERT INTO second_facteur (personne_id, secret, dernier_pas, pose_le) \
             VALUES ($1, $2, $3, $4) ON CONFLICT (personne_id) DO UPDATE SET \
             secret = excluded.secret, dernier_pas = excluded.dernier_pas, \
             pose_le = excluded.pose_le",
        )
        .bind(id.to_owned())
        .bind(secret.0.clone())
        .bind(pas)
        .bind(instant(self.le));
        self.execute(statement).await?;
        self.note("identifiant", format!("Compte {id} : second facteur posé.")).await
    }

    /// Takes its second factor and its recovery codes from an account; whether it had one.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn remove_second_facteur(&mut self, id: &str) -> Result<bool, RegistryError> {
        let statement =
            sqlx::query("DELETE FROM code_secours WHERE personne_id = $1").bind(id.to_owned());
        self.execute(statement).await?;
        let statement =
            sqlx::query("DELETE FROM second_facteur WHERE personne_id = $1").bind(id.to_owned());
        let removed = self.execute(statement).await? > 0;
        if removed {
            self.note("identifiant", format!("Compte {id} : second facteur retiré.")).await?;
        }
        Ok(removed)
    }

    /// Gives a person these recovery codes (fingerprints), in place of those they had.
    ///
    /// # Errors
    /// A refusal when the account is unknown.
    pub async fn set_codes_secours(
        &mut self,
        id: &str,
        empreintes: &[String],
    ) -> Result<(), RegistryError> {
        check_personne(self, id).await?;
        let statement =
            sqlx::query("DELETE FROM code_secours WHERE personne_id = $1").bind(id.to_owned());
        self.execute(statement).await?;
        for empreinte in empreintes {
            let statement = sqlx::query(
                "INSERT INTO code_secours (personne_id, empreinte, cree_le) VALUES ($1, $2, $3)",
            )
            .bind(id.to_owned())
            .bind(empreinte.clone())
            .bind(instant(self.le));
            self.execute(statement).await?;
        }
        let detail = format!("Compte {id} : {} code(s) de secours posé(s).", empreintes.len());
        self.note("identifiant", detail).await
    }
}

impl Ecriture {
    /// Accepts the code of a step once: false when that step, or a later one, was already accepted,
    /// or when the person has no second factor. Of two requests at once, one is let in.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn accept_pas(&mut self, id: &str, pas: i64) -> Result<bool, RegistryError> {
        let statement = sqlx::query(
            "UPDATE second_facteur SET dernier_pas = $2 \
             WHERE personne_id = $1 AND dernier_pas < $2",
        )
        .bind(id.to_owned())
        .bind(pas);
        Ok(self.execute(statement).await? > 0)
    }

    /// Uses a recovery code once: false when it is not theirs, or was used.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn use_code_secours(
        &mut self,
        id: &str,
        empreinte: &str,
    ) -> Result<bool, RegistryError> {
        let statement = sqlx::query(
            "UPDATE code_secours SET utilise_le = $3 \
             WHERE personne_id = $1 AND empreinte = $2 AND utilise_le IS NULL",
        )
        .bind(id.to_owned())
        .bind(empreinte.to_owned())
        .bind(instant(self.le));
        Ok(self.execute(statement).await? > 0)
    }
}
