//! Figures published to funders: written once, never changed; withdrawn with a reason, never deleted.

use jiff::Timestamp;
use sqlx::any::AnyRow;

use crate::ligne::{instant, maybe, maybe_parse, parse, text};
use crate::{Registry, RegistryError, Unite};

/// Longest title, and longest reason, in characters.
const MAX_TITRE: usize = 120;
const MAX_MOTIF: usize = 500;

/// A publication to make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NouvellePublication {
    /// Its identifier.
    pub id: String,
    /// Its title.
    pub titre: String,
    /// The figures, as JSON.
    pub contenu: String,
    /// Fingerprint of the content.
    pub empreinte: String,
    /// Who publishes.
    pub par: String,
}

/// A publication, without its figures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Publication {
    /// Its identifier.
    pub id: String,
    /// Its title.
    pub titre: String,
    /// Fingerprint of its content.
    pub empreinte: String,
    /// Who published it.
    pub publiee_par: String,
    /// When.
    pub publiee_le: Timestamp,
    /// Who withdrew it.
    pub retiree_par: Option<String>,
    /// When it was withdrawn.
    pub retiree_le: Option<Timestamp>,
    /// Why it was withdrawn.
    pub motif: Option<String>,
}

impl Registry {
    /// Every publication, the last first, those withdrawn included.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn publications(&self) -> Result<Vec<Publication>, RegistryError> {
        let statement = sqlx::query(
            "SELECT id, titre, empreinte, publiee_par, publiee_le, retiree_par, retiree_le, motif \
             FROM publication ORDER BY publiee_le DESC, id",
        );
        self.rows(statement).await?.iter().map(read).collect()
    }

    /// The publication of that identifier, with its content as it was written.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn publication(
        &self,
        id: &str,
    ) -> Result<Option<(Publication, String)>, RegistryError> {
        let statement = sqlx::query(
            "SELECT id, titre, contenu, empreinte, publiee_par, publiee_le, retiree_par, \
             retiree_le, motif FROM publication WHERE id = $1",
        )
        .bind(id.to_owned());
        let rows = self.rows(statement).await?;
        rows.first().map(|row| Ok((read(row)?, text(row, "contenu")?))).transpose()
    }
}

impl Unite {
    /// Publishes.
    ///
    /// # Errors
    /// A refusal when the title is empty or too long.
    pub async fn publish(&mut self, new: &NouvellePublication) -> Result<(), RegistryError> {
        let titre = new.titre.trim();
        check(titre, MAX_TITRE, "Le titre")?;
        let statement = sqlx::query(
            "INSERT INTO publication (id, titre, contenu, empreinte, publiee_par, publiee_le) \
             VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .bind(new.id.clone())
        .bind(titre.to_owned())
        .bind(new.contenu.clone())
        .bind(new.empreinte.clone())
        .bind(new.par.clone())
        .bind(instant(self.le));
        self.execute(statement).await?;
        self.note("publication", format!("Publication {} faite par {}.", new.id, new.par)).await
    }

    /// Withdraws a publication: its figures are shown no more.
    ///
    /// # Errors
    /// A refusal when it is unknown or already withdrawn, or when there is no reason.
    pub async fn withdraw_publication(
        &mut self,
        id: &str,
        motif: &str,
        par: &str,
    ) -> Result<(), RegistryError> {
        let motif = motif.trim();
        check(motif, MAX_MOTIF, "Le motif")?;
        let statement = sqlx::query(
            "UPDATE publication SET retiree_par = $2, retiree_le = $3, motif = $4 \
             WHERE id = $1 AND retiree_le IS NULL",
        )
        .bind(id.to_owned())
        .bind(par.to_owned())
        .bind(instant(self.le))
        .bind(motif.to_owned());
        if self.execute(statement).await? == 0 {
            return refuse("Cette publication est inconnue ou déjà retirée. Rien n'a été modifié.");
        }
        self.note("publication", format!("Publication {id} retirée par {par}.")).await
    }
}

fn check(text: &str, max: usize, what: &str) -> Result<(), RegistryError> {
    if text.is_empty() || text.chars().count() > max || text.chars().any(char::is_control) {
        return refuse(&format!(
            "{what} est à écrire, en {max} caractères au plus, sur une ligne."
        ));
    }
    Ok(())
}

fn refuse<T>(raison: &str) -> Result<T, RegistryError> {
    Err(RegistryError::Refus(raison.to_owned()))
}

fn read(row: &AnyRow) -> Result<Publication, RegistryError> {
    Ok(Publication {
        id: text(row, "id")?,
        titre: text(row, "titre")?,
        empreinte: text(row, "empreinte")?,
        publiee_par: text(row, "publiee_par")?,
        publiee_le: parse(row, "publiee_le")?,
        retiree_par: maybe(row, "retiree_par")?,
        retiree_le: maybe_parse(row, "retiree_le")?,
        motif: maybe(row, "motif")?,
    })
}
