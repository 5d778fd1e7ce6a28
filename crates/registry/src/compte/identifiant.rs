//! What a person signs in with: password, identities elsewhere, and the personal key that the password
//! opens. All of it opaque here.

use jiff::Timestamp;

use super::personne::check_personne;
use crate::ligne::{instant, parse, text};
use crate::{Ecriture, Registry, RegistryError, Scelle, Unite};

/// A password, as its fingerprint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MotDePasse {
    /// PHC text.
    pub empreinte: Scelle,
    /// When it was chosen.
    pub change_le: Timestamp,
}

/// A key of a person, sealed under what they know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClePersonnelle {
    /// Salt of the derivation.
    pub sel: String,
    /// The key, sealed.
    pub scelle: Scelle,
    /// When it was set.
    pub posee_le: Timestamp,
}

impl Registry {
    /// The password of a person, if they have one.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn mot_de_passe(&self, id: &str) -> Result<Option<MotDePasse>, RegistryError> {
        let statement =
            sqlx::query("SELECT empreinte, change_le FROM mot_de_passe WHERE personne_id = $1")
                .bind(id.to_owned());
        let rows = self.rows(statement).await?;
        let Some(row) = rows.first() else { return Ok(None) };
        let empreinte = Scelle(text(row, "empreinte")?);
        Ok(Some(MotDePasse { empreinte, change_le: parse(row, "change_le")? }))
    }

    /// Identifier of the person whom that identity of that issuer stands for.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn personne_by_identite(
        &self,
        emetteur: &str,
        sujet: &str,
    ) -> Result<Option<String>, RegistryError> {
        let statement = sqlx::query(
            "SELECT personne_id FROM identite_externe WHERE emetteur = $1 AND sujet = $2",
        )
        .bind(emetteur.to_owned())
        .bind(sujet.to_owned());
        self.rows(statement).await?.first().map(|row| text(row, "personne_id")).transpose()
    }

    /// The identities of a person elsewhere: issuer, subject.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn identites(&self, id: &str) -> Result<Vec<(String, String)>, RegistryError> {
        let statement =
            sqlx::query("SELECT emetteur, sujet FROM identite_externe WHERE personne_id = $1")
                .bind(id.to_owned());
        let rows = self.rows(statement).await?;
        let read = rows.iter().map(|row| Ok((text(row, "emetteur")?, text(row, "sujet")?)));
        let mut all = read.collect::<Result<Vec<_>, RegistryError>>()?;
        all.sort();
        Ok(all)
    }

    /// The personal key of a person, if they have one.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn cle_personnelle(&self, id: &str) -> Result<Option<ClePersonnelle>, RegistryError> {
        let statement =
            sqlx::query("SELECT sel, scelle, posee_le FROM cle_personnelle WHERE personne_id = $1")
                .bind(id.to_owned());
        let rows = self.rows(statement).await?;
        let Some(row) = rows.first() else { return Ok(None) };
        let (sel, scelle) = (text(row, "sel")?, Scelle(text(row, "scelle")?));
        Ok(Some(ClePersonnelle { sel, scelle, posee_le: parse(row, "posee_le")? }))
    }
}

impl Unite {
    /// Sets the password of a person, in place of the one they had.
    ///
    /// # Errors
    /// A refusal when the account is unknown.
    pub async fn set_mot_de_passe(
        &mut self,
        id: &str,
        empreinte: &Scelle,
    ) -> Result<(), RegistryError> {
        check_personne(self, id).await?;
        self.store_mot_de_passe(id, empreinte).await?;
        self.note("identifiant", format!("Compte {id} : mot de passe posé.")).await
    }

    /// Says that an identity of an issuer stands for that person.
    ///
    /// # Errors
    /// A refusal when the account is unknown, or when the identity stands for another.
    pub async fn link_identite(
        &mut self,
        id: &str,
        emetteur: &str,
        sujet: &str,
    ) -> Result<(), RegistryError> {
        check_personne(self, id).await?;
        let statement = sqlx::query(
            "INSERT INTO identite_externe (emetteur, sujet, personne_id, liee_le) \
             VALUES ($1, $2, $3, $4) ON CONFLICT (emetteur, sujet) DO UPDATE \
             SET liee_le = excluded.liee_le \
             WHERE identite_externe.personne_id = excluded.personne_id",
        )
        .bind(emetteur.to_owned())
        .bind(sujet.to_owned())
        .bind(id.to_owned())
        .bind(instant(self.le));
        if self.execute(statement).await? == 0 {
            return Err(RegistryError::Refus(
                "Cette identité est déjà liée à un autre compte. Se connecter avec ce compte, ou \
                 demander à l'administrateur de la délier."
                    .to_owned(),
            ));
        }
        self.note("identifiant", format!("Compte {id} : identité de {emetteur} liée.")).await
    }

    /// Forgets an identity of a person; whether it was theirs.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn unlink_identite(
        &mut self,
        id: &str,
        emetteur: &str,
        sujet: &str,
    ) -> Result<bool, RegistryError> {
        let statement = sqlx::query(
            "DELETE FROM identite_externe WHERE emetteur = $1 AND sujet = $2 AND personne_id = $3",
        )
        .bind(emetteur.to_owned())
        .bind(sujet.to_owned())
        .bind(id.to_owned());
        let removed = self.execute(statement).await? > 0;
        if removed {
            let detail = format!("Compte {id} : identité de {emetteur} déliée.");
            self.note("identifiant", detail).await?;
        }
        Ok(removed)
    }

    /// Sets the personal key of a person, in place of the one they had.
    ///
    /// # Errors
    /// A refusal when the account is unknown.
    pub async fn set_cle_personnelle(
        &mut self,
        id: &str,
        sel: &str,
        scelle: &Scelle,
    ) -> Result<(), RegistryError> {
        check_personne(self, id).await?;
        let statement = sqlx::query(
            "INSERT INTO cle_personnelle (personne_id, sel, scelle, posee_le) \
             VALUES ($1, $2, $3, $4) ON CONFLICT (personne_id) DO UPDATE SET \
             sel = excluded.sel, scelle = excluded.scelle, posee_le = excluded.posee_le",
        )
        .bind(id.to_owned())
        .bind(sel.to_owned())
        .bind(scelle.0.clone())
        .bind(instant(self.le));
        self.execute(statement).await?;
        self.note("identifiant", format!("Compte {id} : clé personnelle posée.")).await
    }
}

impl Ecriture {
    /// The same password under a fingerprint that costs more: nothing a person did.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn store_mot_de_passe(
        &mut self,
        id: &str,
        empreinte: &Scelle,
    ) -> Result<(), RegistryError> {
        let statement = sqlx::query(
            "INSERT INTO mot_de_passe (personne_id, empreinte, change_le) VALUES ($1, $2, $3) \
             ON CONFLICT (personne_id) DO UPDATE SET \
             empreinte = excluded.empreinte, change_le = excluded.change_le",
        )
        .bind(id.to_owned())
        .bind(empreinte.0.clone())
        .bind(instant(self.le));
        self.execute(statement).await?;
        Ok(())
    }
}
