//! Functions held in a centre, such as `referent_justice`: free codes that open nothing.

use jiff::Timestamp;
use sqlx::any::AnyRow;

use super::personne::check_personne;
use crate::ligne::{instant, maybe, maybe_parse, number, parse, text};
use crate::{Registry, RegistryError, Unite};

/// A function held by a person in a centre.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fonction {
    /// Its rank among all those given.
    pub rang: i64,
    /// Its code, such as `referent_justice`.
    pub code: String,
    /// Who holds it.
    pub personne_id: String,
    /// I-MILO code of the centre.
    pub structure_id: String,
    /// Who gave it.
    pub donnee_par: String,
    /// When.
    pub donnee_le: Timestamp,
    /// Who took it back.
    pub retiree_par: Option<String>,
    /// When it was taken back.
    pub retiree_le: Option<Timestamp>,
}

impl Registry {
    /// Who holds a function now, in every centre, the first given first.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn fonction_members(&self, code: &str) -> Result<Vec<Fonction>, RegistryError> {
        let statement = sqlx::query(
            "SELECT rang, code, personne_id, structure_id, donnee_par, donnee_le, retiree_par, \
             retiree_le FROM fonction WHERE code = $1 AND retiree_le IS NULL ORDER BY rang",
        )
        .bind(code.to_owned());
        self.rows(statement).await?.iter().map(read).collect()
    }

    /// Every function held now, the first given first.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn current_fonctions(&self) -> Result<Vec<Fonction>, RegistryError> {
        let statement = sqlx::query(
            "SELECT rang, code, personne_id, structure_id, donnee_par, donnee_le, retiree_par, \
             retiree_le FROM fonction WHERE retiree_le IS NULL ORDER BY rang",
        );
        self.rows(statement).await?.iter().map(read).collect()
    }

    /// The functions of a person, the first given first, those taken back included.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn fonctions_of(&self, personne_id: &str) -> Result<Vec<Fonction>, RegistryError> {
        let statement = sqlx::query(
            "SELECT rang, code, personne_id, structure_id, donnee_par, donnee_le, retiree_par, \
             retiree_le FROM fonction WHERE personne_id = $1 ORDER BY rang",
        )
        .bind(personne_id.to_owned());
        self.rows(statement).await?.iter().map(read).collect()
    }
}

impl Unite {
    /// Gives a function to a person in a centre; false when they hold it already.
    ///
    /// # Errors
    /// A refusal when the account is unknown, or when the code is not one.
    pub async fn give_fonction(
        &mut self,
        personne_id: &str,
        code: &str,
        structure_id: &str,
        par: &str,
    ) -> Result<bool, RegistryError> {
        check_personne(self, personne_id).await?;
        if code.is_empty() || !code.bytes().all(|b| b.is_ascii_lowercase() || b == b'_') {
            return Err(RegistryError::Refus(format!(
                "« {code} » n'est pas un code de fonction. L'écrire en minuscules sans accent, par \
                 exemple referent_justice."
            )));
        }
        let statement = sqlx::query(
            "SELECT rang FROM fonction WHERE personne_id = $1 AND code = $2 \
             AND structure_id = $3 AND retiree_le IS NULL",
        )
        .bind(personne_id.to_owned())
        .bind(code.to_owned())
        .bind(structure_id.to_owned());
        if !self.rows(statement).await?.is_empty() {
            return Ok(false);
        }
        let rang = self.next("fonction").await?;
        let statement = sqlx::query(
            "INSERT INTO fonction (rang, code, personne_id, structure_id, donnee_par, donnee_le) \
             VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .bind(rang)
        .bind(code.to_owned())
        .bind(personne_id.to_owned())
        .bind(structure_id.to_owned())
        .bind(par.to_owned())
        .bind(instant(self.le));
        self.execute(statement).await?;
        let detail =
            format!("Fonction {code} ({structure_id}) donnée au compte {personne_id} par {par}.");
        self.note("fonction", detail).await?;
        Ok(true)
    }

    /// Takes a function back; false when the person does not hold it there.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn take_back_fonction(
        &mut self,
        personne_id: &str,
        code: &str,
        structure_id: &str,
        par: &str,
    ) -> Result<bool, RegistryError> {
        let statement = sqlx::query(
            "UPDATE fonction SET retiree_par = $4, retiree_le = $5 WHERE personne_id = $1 \
             AND code = $2 AND structure_id = $3 AND retiree_le IS NULL",
        )
        .bind(personne_id.to_owned())
        .bind(code.to_owned())
        .bind(structure_id.to_owned())
        .bind(par.to_owned())
        .bind(instant(self.le));
        if self.execute(statement).await? == 0 {
            return Ok(false);
        }
        let detail =
            format!("Fonction {code} ({structure_id}) retirée au compte {personne_id} par {par}.");
        self.note("fonction", detail).await?;
        Ok(true)
    }
}

fn read(row: &AnyRow) -> Result<Fonction, RegistryError> {
    Ok(Fonction {
        rang: number(row, "rang")?,
        code: text(row, "code")?,
        personne_id: text(row, "personne_id")?,
        structure_id: text(row, "structure_id")?,
        donnee_par: text(row, "donnee_par")?,
        donnee_le: parse(row, "donnee_le")?,
        retiree_par: maybe(row, "retiree_par")?,
        retiree_le: maybe_parse(row, "retiree_le")?,
    })
}
