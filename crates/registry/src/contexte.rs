//! What surrounds centres: series by year and variable, the files that brought them, and which of
//! them counts are divided by. Nothing is deleted: a file undone stays, and says so.

pub(crate) mod groupe;

use std::collections::BTreeMap;

use jiff::Timestamp;
use sqlx::AssertSqlSafe;
use sqlx::any::AnyRow;

use crate::ligne::{instant, maybe, maybe_parse, number, parse, text};
use crate::{Registry, RegistryError, Unite};

/// Values written by one statement.
const BATCH: usize = 100;

/// A series: one variable for one year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SerieInscrite {
    /// The file that brought it.
    pub import_rang: i64,
    /// Comparison key of its label.
    pub variable: String,
    /// The year.
    pub annee: i64,
    /// Its label.
    pub libelle: String,
    /// The unit of its values; may be empty.
    pub unite: String,
    /// Where they come from.
    pub source: String,
    /// Decimal numbers with a point, by I-MILO code.
    pub valeurs: BTreeMap<String, String>,
    /// When it was brought in.
    pub le: Timestamp,
}

/// A file to bring in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NouveauContexte {
    /// Name of the file.
    pub fichier: String,
    /// The lines left out, as JSON.
    pub ecartees: String,
    /// Who brings it.
    pub par: String,
    /// Its series; rank and date are given when they are written.
    pub series: Vec<NouvelleSerie>,
}

/// A series to bring in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NouvelleSerie {
    /// Comparison key of its label.
    pub variable: String,
    /// The year.
    pub annee: i64,
    /// Its label.
    pub libelle: String,
    /// The unit of its values; may be empty.
    pub unite: String,
    /// Where they come from.
    pub source: String,
    /// Decimal numbers with a point, by I-MILO code.
    pub valeurs: BTreeMap<String, String>,
}

/// A file that was brought in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportContexte {
    /// Its rank.
    pub rang: i64,
    /// Name of the file.
    pub fichier: String,
    /// The lines left out, as JSON.
    pub ecartees: String,
    /// Who brought it.
    pub par: String,
    /// When.
    pub le: Timestamp,
    /// Who undid it.
    pub annule_par: Option<String>,
    /// When it was undone.
    pub annule_le: Option<Timestamp>,
}

impl Registry {
    /// Every file brought in, the last first, those undone included.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn contexte_imports(&self) -> Result<Vec<ImportContexte>, RegistryError> {
        let statement = sqlx::query(
            "SELECT rang, fichier, ecartees, par, le, annule_par, annule_le FROM contexte_import \
             ORDER BY rang DESC",
        );
        self.rows(statement).await?.iter().map(read_import).collect()
    }

    /// Every series that was brought in, by file, those undone and those replaced included.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn contexte_series(&self) -> Result<Vec<SerieInscrite>, RegistryError> {
        let statement = sqlx::query(
            "SELECT s.import_rang, s.variable, s.annee, s.libelle, s.unite, s.source, i.le \
             FROM contexte_serie s JOIN contexte_import i ON i.rang = s.import_rang \
             ORDER BY s.import_rang, s.variable, s.annee",
        );
        let mut series: Vec<SerieInscrite> =
            self.rows(statement).await?.iter().map(read_serie).collect::<Result<_, _>>()?;
        let statement = sqlx::query(
            "SELECT import_rang, variable, annee, structure_id, valeur FROM contexte_valeur",
        );
        let key = |serie: &SerieInscrite| (serie.import_rang, serie.variable.clone(), serie.annee);
        let mut ranks = BTreeMap::new();
        for (rank, serie) in series.iter().enumerate() {
            ranks.insert(key(serie), rank);
        }
        for row in self.rows(statement).await? {
            let of =
                (number(&row, "import_rang")?, text(&row, "variable")?, number(&row, "annee")?);
            let known = ranks.get(&of).and_then(|rank| series.get_mut(*rank));
            if let Some(serie) = known {
                serie.valeurs.insert(text(&row, "structure_id")?, text(&row, "valeur")?);
            }
        }
        Ok(series)
    }

    /// The variables that counts are divided by: for how many of its units, by key.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn contexte_denominateurs(&self) -> Result<BTreeMap<String, i64>, RegistryError> {
        let statement =
            sqlx::query("SELECT variable, pour FROM contexte_denominateur ORDER BY rang");
        let mut known = BTreeMap::new();
        for row in self.rows(statement).await? {
            known.insert(text(&row, "variable")?, number(&row, "pour")?);
        }
        known.retain(|_, pour| *pour > 0);
        Ok(known)
    }
}

impl Unite {
    /// Brings a file in; its rank.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn add_contexte(&mut self, new: &NouveauContexte) -> Result<i64, RegistryError> {
        let rang = self.next("contexte").await?;
        let statement = sqlx::query(
            "INSERT INTO contexte_import (rang, fichier, ecartees, par, le) \
             VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(rang)
        .bind(new.fichier.clone())
        .bind(new.ecartees.clone())
        .bind(new.par.clone())
        .bind(instant(self.le));
        self.execute(statement).await?;
        for serie in &new.series {
            self.add_serie(rang, serie).await?;
        }
        let detail = format!("Contexte {rang} : {} séries, par {}.", new.series.len(), new.par);
        self.note("contexte", detail).await?;
        Ok(rang)
    }

    async fn add_serie(&mut self, rang: i64, serie: &NouvelleSerie) -> Result<(), RegistryError> {
        let statement = sqlx::query(
            "INSERT INTO contexte_serie (import_rang, variable, annee, libelle, unite, source) \
             VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .bind(rang)
        .bind(serie.variable.clone())
        .bind(serie.annee)
        .bind(serie.libelle.clone())
        .bind(serie.unite.clone())
        .bind(serie.source.clone());
        self.execute(statement).await?;
        let values: Vec<(&String, &String)> = serie.valeurs.iter().collect();
        for batch in values.chunks(BATCH) {
            let places: Vec<_> = (0..batch.len())
                .map(|index| format!("($1, $2, $3, ${}, ${})", 2 * index + 4, 2 * index + 5))
                .collect();
            let sql = format!(
                "INSERT INTO contexte_valeur (import_rang, variable, annee, structure_id, valeur) \
                 VALUES {}",
                places.join(", ")
            );
            let mut statement = sqlx::query(AssertSqlSafe(sql))
                .bind(rang)
                .bind(serie.variable.clone())
                .bind(serie.annee);
            for (structure_id, valeur) in batch {
                statement = statement.bind((*structure_id).clone()).bind((*valeur).clone());
            }
            self.execute(statement).await?;
        }
        Ok(())
    }

    /// Undoes a file: what it had replaced stands again.
    ///
    /// # Errors
    /// A refusal when it is unknown or already undone.
    pub async fn undo_contexte(&mut self, rang: i64, par: &str) -> Result<(), RegistryError> {
        let statement = sqlx::query(
            "UPDATE contexte_import SET annule_par = $2, annule_le = $3 \
             WHERE rang = $1 AND annule_le IS NULL",
        )
        .bind(rang)
        .bind(par.to_owned())
        .bind(instant(self.le));
        if self.execute(statement).await? == 0 {
            let raison = "Ce fichier de contexte est inconnu ou déjà annulé. Rien n'a été modifié.";
            return Err(RegistryError::Refus(raison.to_owned()));
        }
        self.note("contexte", format!("Contexte {rang} annulé par {par}.")).await
    }

    /// Says that counts are divided by a variable, for so many of its units; 0 to say no longer.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn set_denominateur(
        &mut self,
        variable: &str,
        pour: i64,
        par: &str,
    ) -> Result<(), RegistryError> {
        let rang = self.next("contexte").await?;
        let statement = sqlx::query(
            "INSERT INTO contexte_denominateur (rang, variable, pour, par, le) \
             VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(rang)
        .bind(variable.to_owned())
        .bind(pour)
        .bind(par.to_owned())
        .bind(instant(self.le));
        self.execute(statement).await?;
        self.note("contexte", format!("Dénominateur {variable} : {pour}, par {par}.")).await
    }
}

fn read_import(row: &AnyRow) -> Result<ImportContexte, RegistryError> {
    Ok(ImportContexte {
        rang: number(row, "rang")?,
        fichier: text(row, "fichier")?,
        ecartees: text(row, "ecartees")?,
        par: text(row, "par")?,
        le: parse(row, "le")?,
        annule_par: maybe(row, "annule_par")?,
        annule_le: maybe_parse(row, "annule_le")?,
    })
}

fn read_serie(row: &AnyRow) -> Result<SerieInscrite, RegistryError> {
    Ok(SerieInscrite {
        import_rang: number(row, "import_rang")?,
        variable: text(row, "variable")?,
        annee: number(row, "annee")?,
        libelle: text(row, "libelle")?,
        unite: text(row, "unite")?,
        source: text(row, "source")?,
        valeurs: BTreeMap::new(),
        le: parse(row, "le")?,
    })
}
