//! Failures counted by key, such as `compte:ID` or `adresse:IP`: each call is one statement, so that
//! many at once are all counted.

use jiff::{SignedDuration, Timestamp};

use crate::ligne::{instant, maybe_parse, number, parse};
use crate::{Registry, RegistryError};

impl Registry {
    /// Counts a failure of that key; how many there were in the window, this one included. A window
    /// starts at a failure and lasts `fenetre`.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn record_essai(
        &self,
        cle: &str,
        at: Timestamp,
        fenetre: SignedDuration,
    ) -> Result<i64, RegistryError> {
        let ends = at.checked_sub(fenetre).unwrap_or(Timestamp::MIN);
        let statement = sqlx::query(
            "INSERT INTO essai (cle, nombre, debut, dernier) VALUES ($1, 1, $2, $2) \
             ON CONFLICT (cle) DO UPDATE SET \
             nombre = CASE WHEN essai.debut <= $3 THEN 1 ELSE essai.nombre + 1 END, \
             debut = CASE WHEN essai.debut <= $3 THEN excluded.debut ELSE essai.debut END, \
             dernier = excluded.dernier RETURNING nombre",
        )
        .bind(cle.to_owned())
        .bind(instant(at))
        .bind(instant(ends));
        let rows = self.rows(statement).await?;
        number(rows.first().ok_or(sqlx::Error::RowNotFound)?, "nombre")
    }

    /// How many failures were counted under that key in the window that ends at that instant, and
    /// when the last one was; none without any.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn essais(
        &self,
        cle: &str,
        at: Timestamp,
        fenetre: SignedDuration,
    ) -> Result<Option<(i64, Timestamp)>, RegistryError> {
        let statement = sqlx::query("SELECT nombre, debut, dernier FROM essai WHERE cle = $1")
            .bind(cle.to_owned());
        let rows = self.rows(statement).await?;
        let Some(row) = rows.first() else { return Ok(None) };
        let (debut, nombre) = (parse::<Timestamp>(row, "debut")?, number(row, "nombre")?);
        let live = nombre > 0 && at.duration_since(debut) < fenetre;
        live.then(|| Ok((nombre, parse(row, "dernier")?))).transpose()
    }

    /// Refuses that key until an instant; a later one already set stays.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn block_essais(
        &self,
        cle: &str,
        at: Timestamp,
        until: Timestamp,
    ) -> Result<(), RegistryError> {
        let statement = sqlx::query(
            "INSERT INTO essai (cle, nombre, debut, dernier, bloque_jusque) \
             VALUES ($1, 0, $2, $2, $3) ON CONFLICT (cle) DO UPDATE SET bloque_jusque = \
             CASE WHEN essai.bloque_jusque > excluded.bloque_jusque THEN essai.bloque_jusque \
             ELSE excluded.bloque_jusque END",
        )
        .bind(cle.to_owned())
        .bind(instant(at))
        .bind(instant(until));
        self.execute(statement).await?;
        Ok(())
    }

    /// Until when that key is refused, if it is at that instant.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn blocked_until(
        &self,
        cle: &str,
        at: Timestamp,
    ) -> Result<Option<Timestamp>, RegistryError> {
        let statement =
            sqlx::query("SELECT bloque_jusque FROM essai WHERE cle = $1").bind(cle.to_owned());
        let rows = self.rows(statement).await?;
        let Some(row) = rows.first() else { return Ok(None) };
        let until: Option<Timestamp> = maybe_parse(row, "bloque_jusque")?;
        Ok(until.filter(|until| at < *until))
    }

    /// Forgets the failures of a key, and that it was refused.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn clear_essais(&self, cle: &str) -> Result<(), RegistryError> {
        let statement = sqlx::query("DELETE FROM essai WHERE cle = $1").bind(cle.to_owned());
        self.execute(statement).await?;
        Ok(())
    }

    /// Removes the keys without a failure since that instant nor refused since; how many.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn sweep_essais(&self, before: Timestamp) -> Result<u64, RegistryError> {
        let statement = sqlx::query(
            "DELETE FROM essai WHERE dernier < $1 AND (bloque_jusque IS NULL OR bloque_jusque < $1)",
        )
        .bind(instant(before));
        self.execute(statement).await
    }
}
