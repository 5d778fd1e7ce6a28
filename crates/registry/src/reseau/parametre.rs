//! Settings of the network and of its centres, with every value they had.

use std::collections::BTreeSet;

use jiff::Timestamp;
use sqlx::any::AnyRow;

use crate::ligne::{instant, maybe, parse, text};
use crate::{Registry, RegistryError, Unite};

/// What the conseillers of a centre see of each other: all its names when it is [`OUI`], the figures of
/// colleagues without saying whose when it is [`CHIFFRES`], nothing but their own otherwise.
pub const CENTRE_OUVERT: &str = "centre_ouvert";
/// The value of [`CENTRE_OUVERT`] that opens figures, and no name.
pub const CHIFFRES: &str = "chiffres";
/// The value of a setting that is on.
pub const OUI: &str = "oui";

/// A value of a setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parametre {
    /// Which setting.
    pub cle: String,
    /// I-MILO code of the centre; none for the network.
    pub structure_id: Option<String>,
    /// Its value; none when it was unset.
    pub valeur: Option<String>,
    /// Who set it.
    pub par: String,
    /// When.
    pub le: Timestamp,
}

impl Registry {
    /// The value that holds of a setting, of a centre or of the network.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn parametre(
        &self,
        cle: &str,
        structure_id: Option<&str>,
    ) -> Result<Option<String>, RegistryError> {
        let last = self.parametre_history(cle, structure_id).await?.into_iter().next();
        Ok(last.and_then(|last| last.valeur))
    }

    /// Every value a setting had, the last first.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn parametre_history(
        &self,
        cle: &str,
        structure_id: Option<&str>,
    ) -> Result<Vec<Parametre>, RegistryError> {
        let statement = sqlx::query(
            "SELECT cle, structure_id, valeur, par, le FROM parametre \
             WHERE cle = $1 AND structure_id = $2 ORDER BY rang DESC",
        )
        .bind(cle.to_owned())
        .bind(structure_id.unwrap_or_default().to_owned());
        self.rows(statement).await?.iter().map(read).collect()
    }

    /// Every setting that has a value, by key, then by centre.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn parametres(&self) -> Result<Vec<Parametre>, RegistryError> {
        let statement = sqlx::query(
            "SELECT cle, structure_id, valeur, par, le FROM parametre WHERE rang IN \
             (SELECT MAX(rang) FROM parametre GROUP BY cle, structure_id) AND valeur IS NOT NULL",
        );
        let rows = self.rows(statement).await?;
        let mut all = rows.iter().map(read).collect::<Result<Vec<_>, _>>()?;
        all.sort_by(|a, b| (&a.cle, &a.structure_id).cmp(&(&b.cle, &b.structure_id)));
        Ok(all)
    }

    /// The centres whose conseillers read all its names.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn centres_ouverts(&self) -> Result<BTreeSet<String>, RegistryError> {
        self.centres_at(OUI).await
    }

    /// The centres whose conseillers read the figures of each other, without saying whose.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn centres_chiffres(&self) -> Result<BTreeSet<String>, RegistryError> {
        self.centres_at(CHIFFRES).await
    }

    async fn centres_at(&self, valeur: &'static str) -> Result<BTreeSet<String>, RegistryError> {
        let statement = sqlx::query(
            "SELECT structure_id FROM parametre WHERE valeur = $2 AND rang IN \
             (SELECT MAX(rang) FROM parametre WHERE cle = $1 GROUP BY structure_id)",
        )
        .bind(CENTRE_OUVERT)
        .bind(valeur);
        self.rows(statement).await?.iter().map(|row| text(row, "structure_id")).collect()
    }
}

impl Unite {
    /// Sets a setting of a centre or of the network, or unsets it; whether that changes something.
    ///
    /// # Errors
    /// A refusal when the key is blank.
    pub async fn set_parametre(
        &mut self,
        cle: &str,
        structure_id: Option<&str>,
        valeur: Option<&str>,
        par: &str,
    ) -> Result<bool, RegistryError> {
        if cle.trim().is_empty() {
            return Err(RegistryError::Refus(
                "Un paramètre doit porter un nom. Rien n'a été modifié.".to_owned(),
            ));
        }
        let centre = structure_id.unwrap_or_default();
        let statement = sqlx::query(
            "SELECT valeur FROM parametre WHERE cle = $1 AND structure_id = $2 \
             ORDER BY rang DESC LIMIT 1",
        )
        .bind(cle.to_owned())
        .bind(centre.to_owned());
        let rows = self.rows(statement).await?;
        let before = rows.first().map_or(Ok(None), |row| maybe(row, "valeur"))?;
        if before.as_deref() == valeur {
            return Ok(false);
        }
        let rang = self.next("parametre").await?;
        let statement = sqlx::query(
            "INSERT INTO parametre (rang, cle, structure_id, valeur, par, le) \
             VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .bind(rang)
        .bind(cle.to_owned())
        .bind(centre.to_owned())
        .bind(valeur.map(str::to_owned))
        .bind(par.to_owned())
        .bind(instant(self.le));
        self.execute(statement).await?;
        let of = structure_id.map_or_else(|| "réseau".to_owned(), |id| format!("centre {id}"));
        // Not the value: it may be an address, or a key of another service.
        let what = if valeur.is_some() { "fixé" } else { "retiré" };
        self.note("parametre", format!("Paramètre {cle} ({of}) {what} par {par}.")).await?;
        Ok(true)
    }
}

fn read(row: &AnyRow) -> Result<Parametre, RegistryError> {
    Ok(Parametre {
        cle: text(row, "cle")?,
        structure_id: Some(text(row, "structure_id")?).filter(|id| !id.is_empty()),
        valeur: maybe(row, "valeur")?,
        par: text(row, "par")?,
        le: parse(row, "le")?,
    })
}
