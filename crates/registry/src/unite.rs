//! The unit of work: one transaction, alone to write, with its journal.

use jiff::Timestamp;
use sqlx::Row as _;
use sqlx::any::{Any, AnyRow};
use sqlx::query::Query;
use sqlx::{Transaction, any::AnyArguments};

use crate::ligne::instant;
use crate::{Registry, RegistryError};

/// A statement with its values.
pub(crate) type Statement = Query<'static, Any, AnyArguments>;

/// A writing transaction. Dropped without [`Unite::commit`], it changes nothing.
pub(crate) struct Unite {
    transaction: Transaction<'static, Any>,
    /// Rank of this transaction among those that write.
    pub(crate) tour: i64,
    le: Timestamp,
    entrees: i64,
}

impl Registry {
    /// Starts a writing transaction, dated `le` in the journal; waits for the one under way.
    pub(crate) async fn begin(&self, le: Timestamp) -> Result<Unite, RegistryError> {
        let mut transaction = self.pool.begin().await?;
        // The first statement writes: SQLite takes its lock before anything is read, PostgreSQL
        // holds the row, and what follows reads what the previous writer left.
        let row = sqlx::query("UPDATE compteur SET tour = tour + 1 WHERE nom = $1 RETURNING tour")
            .bind("ecriture")
            .fetch_one(&mut *transaction)
            .await?;
        let tour = row.try_get("tour")?;
        Ok(Unite { transaction, tour, le, entrees: 0 })
    }

    /// All rows of a reading statement.
    pub(crate) async fn rows(&self, statement: Statement) -> Result<Vec<AnyRow>, RegistryError> {
        Ok(statement.fetch_all(&self.pool).await?)
    }
}

impl Unite {
    /// Executes a statement; the number of rows it changed.
    pub(crate) async fn execute(&mut self, statement: Statement) -> Result<u64, RegistryError> {
        Ok(statement.execute(&mut *self.transaction).await?.rows_affected())
    }

    /// All rows of a statement.
    pub(crate) async fn rows(
        &mut self,
        statement: Statement,
    ) -> Result<Vec<AnyRow>, RegistryError> {
        Ok(statement.fetch_all(&mut *self.transaction).await?)
    }

    /// Writes in the journal, in this transaction.
    pub(crate) async fn note(&mut self, acte: &str, detail: String) -> Result<(), RegistryError> {
        self.entrees += 1;
        let statement = sqlx::query(
            "INSERT INTO journal (tour, rang, le, acte, detail) VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(self.tour)
        .bind(self.entrees)
        .bind(instant(self.le))
        .bind(acte.to_owned())
        .bind(detail);
        self.execute(statement).await?;
        Ok(())
    }

    /// Makes it all true at once.
    pub(crate) async fn commit(self) -> Result<(), RegistryError> {
        Ok(self.transaction.commit().await?)
    }
}
