//! The units of work: one transaction, alone to write; with its journal, or discreet.

use std::ops::{Deref, DerefMut};

use jiff::Timestamp;
use sqlx::any::{Any, AnyRow};
use sqlx::query::Query;
use sqlx::{Transaction, any::AnyArguments};

use crate::ligne::{instant, number};
use crate::{Registry, RegistryError};

/// A statement with its values.
pub(crate) type Statement = Query<'static, Any, AnyArguments>;

/// A writing transaction that leaves the journal alone: sign-ins, sessions, the trace of what was
/// read. Dropped without [`Ecriture::commit`], it changes nothing. After a refusal it can go on: an
/// act refused wrote nothing; after any other error it is to be dropped, PostgreSQL having given it
/// up.
#[derive(Debug)]
pub struct Ecriture {
    transaction: Transaction<'static, Any>,
    pub(crate) le: Timestamp,
}

/// A writing transaction with its journal. It can do what an [`Ecriture`] does, so that an act and
/// its trace are true at once. Dropped without [`Unite::commit`], it changes nothing.
#[derive(Debug)]
pub struct Unite {
    ecriture: Ecriture,
    /// Rank of this transaction among those that write in the journal.
    pub(crate) tour: i64,
    entrees: i64,
}

impl Registry {
    /// Starts a writing transaction, dated `le` in the journal; waits for the one under way.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn begin(&self, le: Timestamp) -> Result<Unite, RegistryError> {
        self.check_writable()?;
        let mut ecriture = Ecriture { transaction: self.pool.begin().await?, le };
        // The first statement writes: SQLite takes its lock before anything is read, PostgreSQL
        // holds the row, and what follows reads what the previous writer left.
        let tour = ecriture.next("ecriture").await?;
        Ok(Unite { ecriture, tour, entrees: 0 })
    }

    /// Starts a writing transaction dated `le` that changes no figure and leaves the journal alone:
    /// pages that follow [`Registry::tour`] have nothing to read again.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn begin_quiet(&self, le: Timestamp) -> Result<Ecriture, RegistryError> {
        self.check_writable()?;
        let mut ecriture = Ecriture { transaction: self.pool.begin().await?, le };
        ecriture.next("discret").await?;
        Ok(ecriture)
    }

    /// All rows of a reading statement.
    pub(crate) async fn rows(&self, statement: Statement) -> Result<Vec<AnyRow>, RegistryError> {
        Ok(statement.fetch_all(&self.pool).await?)
    }

    /// Executes one statement, a transaction by itself; the number of rows it changed. For what is
    /// written at each request, which must neither wait for an import nor move [`Registry::tour`].
    pub(crate) async fn execute(&self, statement: Statement) -> Result<u64, RegistryError> {
        self.check_writable()?;
        Ok(statement.execute(&self.pool).await?.rows_affected())
    }

    /// Refuses, in words, what the engine would refuse too.
    fn check_writable(&self) -> Result<(), RegistryError> {
        if self.lecture_seule { Err(RegistryError::LectureSeule) } else { Ok(()) }
    }
}

impl Ecriture {
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

    /// The next number of a counter; who asks for the same one waits for this transaction.
    pub(crate) async fn next(&mut self, nom: &'static str) -> Result<i64, RegistryError> {
        let statement =
            sqlx::query("UPDATE compteur SET tour = tour + 1 WHERE nom = $1 RETURNING tour")
                .bind(nom);
        let rows = self.rows(statement).await?;
        let row = rows.first().ok_or(sqlx::Error::RowNotFound)?;
        number(row, "tour")
    }

    /// Makes it all true at once.
    ///
    /// # Errors
    /// When the store does not answer: nothing is then changed.
    pub async fn commit(self) -> Result<(), RegistryError> {
        Ok(self.transaction.commit().await?)
    }
}

impl Unite {
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
    ///
    /// # Errors
    /// When the store does not answer: nothing is then changed.
    pub async fn commit(self) -> Result<(), RegistryError> {
        self.ecriture.commit().await
    }
}

impl Deref for Unite {
    type Target = Ecriture;

    fn deref(&self) -> &Ecriture {
        &self.ecriture
    }
}

impl DerefMut for Unite {
    fn deref_mut(&mut self) -> &mut Ecriture {
        &mut self.ecriture
    }
}
