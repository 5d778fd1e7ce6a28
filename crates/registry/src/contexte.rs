//! What surrounds centres: series by year and variable. The files that brought them are in `apport.rs`.
//!
//! The variables that counts were divided by, before indicators of the catalogue named theirs, are kept as values of the
//! setting `denominateur:VARIABLE` that nothing reads (level 19).

pub(crate) mod groupe;

use std::collections::BTreeMap;

use jiff::Timestamp;
use sqlx::any::AnyRow;

use crate::ligne::{number, parse, text};
use crate::unite::Statement;
use crate::{GenreApport, NouvelApport, Registry, RegistryError, Unite};

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

impl Registry {
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
}

impl Unite {
    /// Brings a file of series in; its rank.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn add_contexte(
        &mut self,
        new: &NouvelApport,
        series: &[NouvelleSerie],
    ) -> Result<i64, RegistryError> {
        let quoi = format!("{} séries", series.len());
        let rang = self.add_apport(GenreApport::Contexte, new, &quoi).await?;
        for serie in series {
            self.add_serie(rang, serie).await?;
        }
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
        let pairs: Vec<(String, String)> = serie.valeurs.clone().into_iter().collect();
        let into = "contexte_valeur (import_rang, variable, annee, structure_id, valeur)";
        let start = |statement: Statement| {
            statement.bind(rang).bind(serie.variable.clone()).bind(serie.annee)
        };
        self.add_pairs(into, 3, start, &pairs).await
    }
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
