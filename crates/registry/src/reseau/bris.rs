//! Break-glass: names of a centre opened for a while to who has a reason, under its director's eyes.

use jiff::Timestamp;
use sqlx::any::AnyRow;

use crate::compte::personne::check_personne;
use crate::ligne::{instant, maybe, maybe_parse, parse, text};
use crate::{Registry, RegistryError, Scelle, Unite};

/// Shortest reason, in characters.
const MIN_MOTIF: usize = 15;
/// Longest reason, in characters.
const MAX_MOTIF: usize = 1_000;

/// An opening to make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NouveauBris {
    /// Its identifier.
    pub id: String,
    /// Who asks for it.
    pub personne_id: String,
    /// I-MILO code of the centre.
    pub structure_id: String,
    /// Why, in words: looked at here, and not kept.
    pub motif: String,
    /// The same, sealed with the key of the centre: what is kept, since it may name a young person.
    pub scelle: Scelle,
    /// When it ends.
    pub expire_le: Timestamp,
}

/// A reason as it is kept: sealed, or in clear as earlier programs wrote it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Motif {
    /// In clear.
    Clair(String),
    /// Sealed with the key of the centre.
    Scelle(Scelle),
}

/// What tells a sealed reason from one in clear.
const MARQUE: &str = "scelle:";

/// An opening.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bris {
    /// Its identifier.
    pub id: String,
    /// Who asked for it.
    pub personne_id: String,
    /// I-MILO code of the centre.
    pub structure_id: String,
    /// Why.
    pub motif: Motif,
    /// When it was opened.
    pub ouvert_le: Timestamp,
    /// When it ends.
    pub expire_le: Timestamp,
    /// When it was closed before that.
    pub ferme_le: Option<Timestamp>,
    /// When the director took note of it.
    pub vu_par_directeur_le: Option<Timestamp>,
    /// Who took note of it.
    pub vu_par: Option<String>,
}

impl Registry {
    /// What is open to a person at that instant, the last opened first.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn live_bris(
        &self,
        personne_id: &str,
        at: Timestamp,
    ) -> Result<Vec<Bris>, RegistryError> {
        let statement = sqlx::query(
            "SELECT b.id, b.personne_id, b.structure_id, b.motif, b.ouvert_le, b.expire_le, \
             b.ferme_le, b.vu_par_directeur_le, b.vu_par FROM bris b \
             JOIN personne p ON p.id = b.personne_id AND p.desactivee_le IS NULL \
             WHERE b.personne_id = $1 AND b.ferme_le IS NULL AND b.ouvert_le <= $2 \
             AND b.expire_le > $2 ORDER BY b.ouvert_le DESC, b.id",
        )
        .bind(personne_id.to_owned())
        .bind(instant(at));
        self.rows(statement).await?.iter().map(read).collect()
    }

    /// What was ever opened of a centre, the last first.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn bris_in(&self, structure_id: &str) -> Result<Vec<Bris>, RegistryError> {
        let statement = sqlx::query(
            "SELECT id, personne_id, structure_id, motif, ouvert_le, expire_le, ferme_le, \
             vu_par_directeur_le, vu_par FROM bris WHERE structure_id = $1 \
             ORDER BY ouvert_le DESC, id",
        )
        .bind(structure_id.to_owned());
        self.rows(statement).await?.iter().map(read).collect()
    }
}

impl Unite {
    /// Opens a centre to a person.
    ///
    /// # Errors
    /// A refusal when the account is unknown, when the reason is too short or too long, or when it
    /// would be over at once.
    pub async fn open_bris(&mut self, bris: &NouveauBris) -> Result<(), RegistryError> {
        check_personne(self, &bris.personne_id).await?;
        check_motif(&bris.motif)?;
        if bris.expire_le <= self.le {
            return Err(RegistryError::Refus(
                "Un accès d'urgence doit durer : sa fin est déjà passée. Choisir une fin à venir."
                    .to_owned(),
            ));
        }
        let statement = sqlx::query(
            "INSERT INTO bris (id, personne_id, structure_id, motif, ouvert_le, expire_le) \
             VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .bind(bris.id.clone())
        .bind(bris.personne_id.clone())
        .bind(bris.structure_id.clone())
        .bind(format!("{MARQUE}{}", bris.scelle.0))
        .bind(instant(self.le))
        .bind(instant(bris.expire_le));
        self.execute(statement).await?;
        // Not the reason: it may name a young person.
        let detail = format!(
            "Accès d'urgence {} au centre {} ouvert au compte {}.",
            bris.id, bris.structure_id, bris.personne_id
        );
        self.note("bris", detail).await
    }

    /// Closes an opening; false when it was closed, or is unknown.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn close_bris(&mut self, id: &str) -> Result<bool, RegistryError> {
        let statement =
            sqlx::query("UPDATE bris SET ferme_le = $2 WHERE id = $1 AND ferme_le IS NULL")
                .bind(id.to_owned())
                .bind(instant(self.le));
        let closed = self.execute(statement).await? > 0;
        if closed {
            self.note("bris", format!("Accès d'urgence {id} refermé.")).await?;
        }
        Ok(closed)
    }

    /// Remembers that the director took note of an opening; false when one did, or it is unknown.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn acknowledge_bris(&mut self, id: &str, par: &str) -> Result<bool, RegistryError> {
        let statement = sqlx::query(
            "UPDATE bris SET vu_par_directeur_le = $2, vu_par = $3 \
             WHERE id = $1 AND vu_par_directeur_le IS NULL",
        )
        .bind(id.to_owned())
        .bind(instant(self.le))
        .bind(par.to_owned());
        let seen = self.execute(statement).await? > 0;
        if seen {
            self.note("bris", format!("Accès d'urgence {id} vu par {par}.")).await?;
        }
        Ok(seen)
    }
}

/// That a reason is one: a row of spaces is not.
fn check_motif(motif: &str) -> Result<(), RegistryError> {
    let length = motif.split_whitespace().collect::<Vec<_>>().join(" ").chars().count();
    if length < MIN_MOTIF {
        return Err(RegistryError::Refus(format!(
            "Le motif est trop court : {length} caractère(s). Dire en {MIN_MOTIF} caractères au \
             moins pourquoi cet accès est nécessaire."
        )));
    }
    if length > MAX_MOTIF {
        return Err(RegistryError::Refus(format!(
            "Le motif est trop long : {length} caractères. Le dire en {MAX_MOTIF} caractères au plus."
        )));
    }
    Ok(())
}

fn read(row: &AnyRow) -> Result<Bris, RegistryError> {
    Ok(Bris {
        id: text(row, "id")?,
        personne_id: text(row, "personne_id")?,
        structure_id: text(row, "structure_id")?,
        motif: {
            let kept = text(row, "motif")?;
            match kept.strip_prefix(MARQUE) {
                Some(sealed) => Motif::Scelle(Scelle(sealed.to_owned())),
                None => Motif::Clair(kept),
            }
        },
        ouvert_le: parse(row, "ouvert_le")?,
        expire_le: parse(row, "expire_le")?,
        ferme_le: maybe_parse(row, "ferme_le")?,
        vu_par_directeur_le: maybe_parse(row, "vu_par_directeur_le")?,
        vu_par: maybe(row, "vu_par")?,
    })
}
