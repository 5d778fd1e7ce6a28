//! Targets of centres and the share of the funding that depends on them: every value that each had. Nothing
//! here is ever changed: what follows is another row.

use jiff::Timestamp;
use sqlx::any::AnyRow;

use crate::ligne::{instant, number, parse, text};
use crate::{Registry, RegistryError, Unite};

/// Whose target it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PorteeObjectif {
    /// Set for the centre by the network, as the State notified it.
    Reseau,
    /// Set by the director for the own centre.
    Interne,
}

impl PorteeObjectif {
    /// The code stored.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Reseau => "reseau",
            Self::Interne => "interne",
        }
    }

    /// That of that code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Reseau, Self::Interne].into_iter().find(|portee| portee.code() == code)
    }
}

/// What a target is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct CleObjectif {
    /// I-MILO code of the centre.
    pub structure_id: String,
    /// Code of the indicator.
    pub indicateur: String,
    /// Civil year.
    pub annee: i16,
    /// Whose it is.
    pub portee: PorteeObjectif,
}

/// A value that a target had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Objectif {
    /// What it is about.
    pub cle: CleObjectif,
    /// Its number in the history of that target, from 1.
    pub version: i64,
    /// In hundred-thousandths of what the figure is in; none when it was taken back.
    pub valeur: Option<i64>,
    /// Who set it.
    pub par: String,
    /// When.
    pub le: Timestamp,
}

/// The share of the funding of a year, as it was set once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartPerformance {
    /// Civil year.
    pub annee: i16,
    /// Its number, from 1.
    pub version: i64,
    /// What was set, as JSON.
    pub contenu: String,
    /// Who set it.
    pub par: String,
    /// When.
    pub le: Timestamp,
}

impl Registry {
    /// Every value that targets of a year had, by target and version.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn objectifs(&self, annee: i16) -> Result<Vec<Objectif>, RegistryError> {
        let statement = sqlx::query(
            "SELECT structure_id, indicateur, annee, portee, version, valeur, par, le FROM objectif \
             WHERE annee = $1 ORDER BY structure_id, indicateur, portee, version",
        )
        .bind(i64::from(annee));
        self.rows(statement).await?.iter().map(read).collect()
    }

    /// The years for which some target was ever set, the latest first.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn annees_objectifs(&self) -> Result<Vec<i16>, RegistryError> {
        let statement = sqlx::query("SELECT DISTINCT annee FROM objectif ORDER BY annee DESC");
        self.rows(statement).await?.iter().map(annee).collect()
    }

    /// Every setting of the share of the funding of a year, the last first.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn parts_performance(
        &self,
        annee: i16,
    ) -> Result<Vec<PartPerformance>, RegistryError> {
        let statement = sqlx::query(
            "SELECT annee, version, contenu, par, le FROM part_performance WHERE annee = $1 \
             ORDER BY version DESC",
        )
        .bind(i64::from(annee));
        let read = |row: &AnyRow| {
            Ok(PartPerformance {
                annee: self::annee(row)?,
                version: number(row, "version")?,
                contenu: text(row, "contenu")?,
                par: text(row, "par")?,
                le: parse(row, "le")?,
            })
        };
        self.rows(statement).await?.iter().map(read).collect()
    }
}

impl Unite {
    /// Sets a target, or takes it back; whether that changes something.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn set_objectif(
        &mut self,
        cle: &CleObjectif,
        valeur: Option<i64>,
        par: &str,
    ) -> Result<bool, RegistryError> {
        let statement = sqlx::query(
            "SELECT version, valeur FROM objectif WHERE structure_id = $1 AND indicateur = $2 \
             AND annee = $3 AND portee = $4 ORDER BY version DESC LIMIT 1",
        )
        .bind(cle.structure_id.clone())
        .bind(cle.indicateur.clone())
        .bind(i64::from(cle.annee))
        .bind(cle.portee.code());
        let rows = self.rows(statement).await?;
        let last = rows.first();
        let version = last.map_or(Ok(0), |row| number(row, "version"))?;
        let before = last.map_or(Ok(None), maybe_value)?;
        if before == valeur {
            return Ok(false);
        }
        let statement = sqlx::query(
            "INSERT INTO objectif (structure_id, indicateur, annee, portee, version, valeur, par, le) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(cle.structure_id.clone())
        .bind(cle.indicateur.clone())
        .bind(i64::from(cle.annee))
        .bind(cle.portee.code())
        .bind(version + 1)
        .bind(valeur)
        .bind(par.to_owned())
        .bind(instant(self.le));
        self.execute(statement).await?;
        let what = if valeur.is_some() { "fixé" } else { "retiré" };
        let detail = format!(
            "Objectif {} de {} pour {} ({}) {what}.",
            cle.indicateur,
            cle.structure_id,
            cle.annee,
            cle.portee.code()
        );
        self.note("objectif", detail).await?;
        Ok(true)
    }

    /// Sets the share of the funding of a year over `lue`, the version that was read (zero for none); the
    /// number of the new version.
    ///
    /// # Errors
    /// A refusal when somebody else set it since.
    pub async fn set_part_performance(
        &mut self,
        annee: i16,
        lue: i64,
        contenu: &str,
        par: &str,
    ) -> Result<i64, RegistryError> {
        let statement =
            sqlx::query("SELECT MAX(version) AS version FROM part_performance WHERE annee = $1")
                .bind(i64::from(annee));
        let rows = self.rows(statement).await?;
        let version = match rows.first() {
            Some(row) => maybe_number(row, "version")?.unwrap_or(0),
            None => 0,
        };
        if version != lue {
            let raison = "Quelqu'un d'autre vient de fixer la part liée aux résultats de cette année : rien \
                          n'a été enregistré. Lire ce qui est en vigueur, puis recommencer.";
            return Err(RegistryError::Refus(raison.to_owned()));
        }
        let statement = sqlx::query(
            "INSERT INTO part_performance (annee, version, contenu, par, le) VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(i64::from(annee))
        .bind(version + 1)
        .bind(contenu.to_owned())
        .bind(par.to_owned())
        .bind(instant(self.le));
        self.execute(statement).await?;
        let detail = format!("Part liée aux résultats de {annee}, version {}.", version + 1);
        self.note("part_performance", detail).await?;
        Ok(version + 1)
    }
}

fn annee(row: &AnyRow) -> Result<i16, RegistryError> {
    let valeur = number(row, "annee")?;
    i16::try_from(valeur)
        .map_err(|_| RegistryError::Illisible { colonne: "annee", valeur: valeur.to_string() })
}

fn maybe_number(row: &AnyRow, colonne: &'static str) -> Result<Option<i64>, RegistryError> {
    Ok(sqlx::Row::try_get(row, colonne)?)
}

fn maybe_value(row: &AnyRow) -> Result<Option<i64>, RegistryError> {
    maybe_number(row, "valeur")
}

fn read(row: &AnyRow) -> Result<Objectif, RegistryError> {
    let code = text(row, "portee")?;
    let portee = PorteeObjectif::from_code(&code)
        .ok_or(RegistryError::Illisible { colonne: "portee", valeur: code })?;
    Ok(Objectif {
        cle: CleObjectif {
            structure_id: text(row, "structure_id")?,
            indicateur: text(row, "indicateur")?,
            annee: annee(row)?,
            portee,
        },
        version: number(row, "version")?,
        valeur: maybe_value(row)?,
        par: text(row, "par")?,
        le: parse(row, "le")?,
    })
}
