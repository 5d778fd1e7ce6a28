//! Forecasts that centres keep: what is to be corrected, what figure is expected of it, until it is closed.

use jiff::Timestamp;
use sqlx::any::AnyRow;

use crate::ligne::{instant, maybe_parse, number, parse, text};
use crate::{Registry, RegistryError, Unite};

/// Forecasts that a centre may hold open at once.
pub const MAX_PLANS: usize = 50;

/// A forecast.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// Its identifier.
    pub id: String,
    /// I-MILO code of the centre.
    pub structure_id: String,
    /// Code of the indicator.
    pub indicateur: String,
    /// Civil year of the figure.
    pub annee: i64,
    /// What is expected, as JSON.
    pub contenu: String,
    /// Who kept it.
    pub par: String,
    /// When.
    pub le: Timestamp,
    /// When it was closed, if it was.
    pub clos_le: Option<Timestamp>,
}

impl Registry {
    /// The forecasts of a centre, the last first.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn plans(&self, structure_id: &str) -> Result<Vec<Plan>, RegistryError> {
        let statement = sqlx::query(
            "SELECT id, structure_id, indicateur, annee, contenu, par, le, clos_le FROM plan \
             WHERE structure_id = $1 ORDER BY le DESC, id",
        )
        .bind(structure_id.to_owned());
        self.rows(statement).await?.iter().map(read).collect()
    }
}

impl Unite {
    /// Keeps a forecast, dated by the transaction.
    ///
    /// # Errors
    /// A refusal when the centre holds [`MAX_PLANS`] open already.
    pub async fn keep_plan(
        &mut self,
        (id, par): (&str, &str),
        (structure_id, indicateur, annee): (&str, &str, i16),
        contenu: &str,
    ) -> Result<(), RegistryError> {
        let statement =
            sqlx::query("SELECT id FROM plan WHERE structure_id = $1 AND clos_le IS NULL")
                .bind(structure_id.to_owned());
        if self.rows(statement).await?.len() >= MAX_PLANS {
            return Err(RegistryError::Refus(format!(
                "Ce centre suit déjà {MAX_PLANS} prévisions : en clore une avant d'en garder une autre."
            )));
        }
        let statement = sqlx::query(
            "INSERT INTO plan (id, structure_id, indicateur, annee, contenu, par, le) \
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(id.to_owned())
        .bind(structure_id.to_owned())
        .bind(indicateur.to_owned())
        .bind(i64::from(annee))
        .bind(contenu.to_owned())
        .bind(par.to_owned())
        .bind(instant(self.le));
        self.execute(statement).await?;
        self.note("plan", format!("Prévision de {structure_id} sur {indicateur} gardée.")).await
    }

    /// Closes a forecast of a centre, its content as it is by then; whether it was open.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn close_plan(
        &mut self,
        structure_id: &str,
        (id, par): (&str, &str),
        contenu: &str,
    ) -> Result<bool, RegistryError> {
        let statement = sqlx::query(
            "UPDATE plan SET clos_par = $3, clos_le = $4, contenu = $5 \
             WHERE id = $1 AND structure_id = $2 AND clos_le IS NULL",
        )
        .bind(id.to_owned())
        .bind(structure_id.to_owned())
        .bind(par.to_owned())
        .bind(instant(self.le))
        .bind(contenu.to_owned());
        let closed = self.execute(statement).await? > 0;
        if closed {
            self.note("plan", format!("Prévision de {structure_id} close.")).await?;
        }
        Ok(closed)
    }
}

fn read(row: &AnyRow) -> Result<Plan, RegistryError> {
    Ok(Plan {
        id: text(row, "id")?,
        structure_id: text(row, "structure_id")?,
        indicateur: text(row, "indicateur")?,
        annee: number(row, "annee")?,
        contenu: text(row, "contenu")?,
        par: text(row, "par")?,
        le: parse(row, "le")?,
        clos_le: maybe_parse(row, "clos_le")?,
    })
}
