//! The dashboards of people: one row each, written over under an optimistic lock. Who acts says which version
//! was read; over one that somebody wrote since, nothing is written.
//!
//! They change no figure and no right: their turn is the quiet one, and pages have nothing to read again.

use jiff::Timestamp;
use mallette_domain::tableau::Partage;
use sqlx::any::AnyRow;

use crate::ligne::{instant, number, parse, text};
use crate::{Ecriture, Registry, RegistryError};

/// Dashboards that one person may keep.
pub const MAX_TABLEAUX: usize = 100;

/// A dashboard, as the store holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableauInscrit {
    /// Its identifier.
    pub id: String,
    /// How many times it was written.
    pub version: i64,
    /// Who made it.
    pub proprietaire: String,
    /// What was written last.
    pub texte: TexteTableau,
    /// When it was made.
    pub cree_le: Timestamp,
    /// Who wrote it last.
    pub par: String,
    /// When.
    pub le: Timestamp,
}

/// What is written of a dashboard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TexteTableau {
    /// Its title.
    pub titre: String,
    /// What it is for.
    pub description: String,
    /// Who reads it beside who made it.
    pub partage: Partage,
    /// Its blocks and the filters it opens with, as JSON.
    pub contenu: String,
}

const COLONNES: &str =
    "id, version, proprietaire, titre, description, partage, portee, contenu, cree_le, par, le";

impl Registry {
    /// The dashboards of a person, and those that anybody shares, by title: who reads which of the latter is
    /// for the caller to say.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn tableaux(&self, proprietaire: &str) -> Result<Vec<TableauInscrit>, RegistryError> {
        let sql = format!(
            "SELECT {COLONNES} FROM tableau WHERE proprietaire = $1 OR partage <> 'personnel' \
             ORDER BY titre, id"
        );
        let statement = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(proprietaire.to_owned());
        self.rows(statement).await?.iter().map(read).collect()
    }

    /// A dashboard, whoever it is of; none for an unknown identifier.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn tableau(&self, id: &str) -> Result<Option<TableauInscrit>, RegistryError> {
        let rows = self.rows(by_id(id)).await?;
        rows.first().map(read).transpose()
    }
}

impl Ecriture {
    /// Keeps a new dashboard.
    ///
    /// # Errors
    /// A refusal when its author keeps [`MAX_TABLEAUX`] already.
    pub async fn create_tableau(
        &mut self,
        id: &str,
        proprietaire: &str,
        texte: &TexteTableau,
    ) -> Result<(), RegistryError> {
        let statement = sqlx::query("SELECT id FROM tableau WHERE proprietaire = $1")
            .bind(proprietaire.to_owned());
        if self.rows(statement).await?.len() >= MAX_TABLEAUX {
            return refuse(&format!(
                "Vous gardez déjà {MAX_TABLEAUX} tableaux de bord : en supprimer un avant d'en faire un autre."
            ));
        }
        let sql = format!(
            "INSERT INTO tableau ({COLONNES}) VALUES ($1, 1, $2, $3, $4, $5, $6, $7, $8, $2, $8)"
        );
        let statement = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(id.to_owned())
            .bind(proprietaire.to_owned())
            .bind(texte.titre.clone())
            .bind(texte.description.clone())
            .bind(texte.partage.code().to_owned())
            .bind(texte.partage.portee().to_owned())
            .bind(texte.contenu.clone())
            .bind(instant(self.le));
        self.execute(statement).await?;
        Ok(())
    }

    /// Writes a dashboard over the version that was read.
    ///
    /// # Errors
    /// A refusal when somebody wrote or removed it since.
    pub async fn write_tableau(
        &mut self,
        (id, lue): (&str, i64),
        texte: &TexteTableau,
        par: &str,
    ) -> Result<(), RegistryError> {
        let statement = sqlx::query(
            "UPDATE tableau SET version = version + 1, titre = $3, description = $4, partage = $5, \
             portee = $6, contenu = $7, par = $8, le = $9 WHERE id = $1 AND version = $2",
        )
        .bind(id.to_owned())
        .bind(lue)
        .bind(texte.titre.clone())
        .bind(texte.description.clone())
        .bind(texte.partage.code().to_owned())
        .bind(texte.partage.portee().to_owned())
        .bind(texte.contenu.clone())
        .bind(par.to_owned())
        .bind(instant(self.le));
        match self.execute(statement).await? {
            0 => changed(),
            _ => Ok(()),
        }
    }

    /// Removes a dashboard, as it was read.
    ///
    /// # Errors
    /// A refusal when somebody wrote or removed it since.
    pub async fn remove_tableau(&mut self, id: &str, lue: i64) -> Result<(), RegistryError> {
        let statement = sqlx::query("DELETE FROM tableau WHERE id = $1 AND version = $2")
            .bind(id.to_owned())
            .bind(lue);
        match self.execute(statement).await? {
            0 => changed(),
            _ => Ok(()),
        }
    }
}

fn by_id(id: &str) -> crate::unite::Statement {
    let sql = format!("SELECT {COLONNES} FROM tableau WHERE id = $1");
    sqlx::query(sqlx::AssertSqlSafe(sql)).bind(id.to_owned())
}

fn changed<T>() -> Result<T, RegistryError> {
    refuse(
        "Ce tableau de bord a changé depuis que vous l'avez lu : rien n'est enregistré. Voici ce qu'il est \
         maintenant ; recommencer s'il le faut.",
    )
}

fn refuse<T>(raison: &str) -> Result<T, RegistryError> {
    Err(RegistryError::Refus(raison.to_owned()))
}

fn read(row: &AnyRow) -> Result<TableauInscrit, RegistryError> {
    let (code, portee) = (text(row, "partage")?, text(row, "portee")?);
    let partage = Partage::read(&code, &portee)
        .ok_or(RegistryError::Illisible { colonne: "partage", valeur: code })?;
    Ok(TableauInscrit {
        id: text(row, "id")?,
        version: number(row, "version")?,
        proprietaire: text(row, "proprietaire")?,
        texte: TexteTableau {
            titre: text(row, "titre")?,
            description: text(row, "description")?,
            partage,
            contenu: text(row, "contenu")?,
        },
        cree_le: parse(row, "cree_le")?,
        par: text(row, "par")?,
        le: parse(row, "le")?,
    })
}
