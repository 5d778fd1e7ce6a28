//! One server on a PostgreSQL base at a time: a lock of the base itself, let go when its connection
//! ends, whatever becomes of the program. A SQLite file needs none: it is in the data directory, which
//! has its own.

use sqlx::{AnyConnection, Connection as _, Row as _};

use crate::{Registry, RegistryError};

/// The right to serve a base, held until this value is dropped.
#[derive(Debug)]
pub struct Reservation {
    _connection: AnyConnection,
}

/// What tells our lock from those of other programs on the same base.
const LOCK: i32 = 0x4d61_6c6c;

impl Registry {
    /// Reserves a PostgreSQL base for one server; none on a SQLite file. The base lets it go when the
    /// connection breaks: a network that cuts long idle connections makes it useless.
    ///
    /// # Errors
    /// [`RegistryError::Occupee`] when another server holds it.
    pub async fn reserve(&self) -> Result<Option<Reservation>, RegistryError> {
        if self.is_file().await? {
            return Ok(None);
        }
        let mut connection = self.pool.acquire().await?.detach();
        // Two schemas of one base are two stores.
        let statement =
            sqlx::query("SELECT pg_try_advisory_lock($1, hashtext(current_schema())) AS pris");
        let row = statement.bind(LOCK).fetch_one(&mut connection).await?;
        if row.try_get::<bool, _>("pris")? {
            return Ok(Some(Reservation { _connection: connection }));
        }
        connection.close().await?;
        Err(RegistryError::Occupee)
    }
}
