//! The store as it is, for backups and verifications: opened without being changed, looked at, copied.

use std::fs::File;
use std::path::Path;

use sqlx::any::AnyRow;
use sqlx::migrate::MigrateError;
use sqlx::{AnyConnection, Connection as _, Row as _};

use crate::ligne::{number, text};
use crate::ouverture::{Acces, MIGRATIONS, connect, last_level, migration};
use crate::version::{Version, read_all};
use crate::{Registry, RegistryError, sqlite_url, transfert};

/// One moment of a PostgreSQL base, which holds nobody up.
const MOMENT: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
/// What was applied of the changes of tables.
const APPLIED: &str = "SELECT version, checksum, CAST(CASE WHEN success THEN 1 ELSE 0 END AS BIGINT) \
                       AS fini FROM _sqlx_migrations ORDER BY version";

/// What the driver calls the engine whose store is one file.
const SQLITE: &str = "SQLite";

/// How far the tables of a store are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Schema {
    /// Number of the last change of tables that was applied; 0 when none was.
    pub niveau: i64,
    /// That which this program brings them to when it opens the store.
    pub attendu: i64,
}

impl Registry {
    /// Opens the store at that address as it is: neither created, nor brought up to date.
    ///
    /// # Errors
    /// When it is not there, or cannot be opened.
    pub async fn open_as_is(url: &str) -> Result<Self, RegistryError> {
        let sqlite = url.starts_with("sqlite:");
        if !sqlite && !url.starts_with("postgres:") && !url.starts_with("postgresql:") {
            return Err(RegistryError::Address);
        }
        sqlx::any::install_default_drivers();
        let url = if sqlite { format!("{url}?mode=rw") } else { url.to_owned() };
        connect(&url, sqlite, Acces::Ecriture).await
    }

    /// How far its tables are.
    ///
    /// # Errors
    /// When a later program made its tables, or they were changed by other means; when the store does
    /// not answer.
    pub async fn schema(&self) -> Result<Schema, RegistryError> {
        match self.rows(sqlx::query(APPLIED)).await {
            // An empty base of PostgreSQL.
            Err(RegistryError::Sql { source }) if is_without_table(&source) => level(&[]),
            rows => level(&rows?),
        }
    }

    /// Reads a SQLite file whole: what is damaged in it, none when it is sound. A PostgreSQL server
    /// watches over its own files: nothing is then looked at.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn damage(&self) -> Result<Option<String>, RegistryError> {
        if !self.is_file().await? {
            return Ok(None);
        }
        let rows = self.rows(sqlx::query("PRAGMA integrity_check(1)")).await?;
        let found = rows.first().map(|row| text(row, "integrity_check")).transpose()?;
        Ok(found.filter(|found| found != "ok"))
    }

    /// Copies the store in a new SQLite file, as it is at one moment, while others read and write: whole
    /// and on the disk for good when this ends well. A PostgreSQL base is read in one transaction, at the
    /// level of its tables, and what was written is read again.
    ///
    /// # Errors
    /// A refusal when there is a file at `path`; when the store does not answer, or the disk refuses.
    pub async fn copy_to(&self, path: &Path) -> Result<(), RegistryError> {
        let refuse = |why: String| RegistryError::Refus(why);
        let shown = path.display();
        if path.exists() {
            return Err(refuse(format!("« {shown} » existe déjà : donner un autre nom.")));
        }
        let Some(target) = path.to_str() else {
            return Err(refuse(format!("Le chemin « {shown} » n'est pas écrit en UTF-8.")));
        };
        if self.is_file().await? {
            // One reading of the store, which holds nobody up, into a file that nobody else knows.
            let statement = sqlx::query("VACUUM INTO $1").bind(target.to_owned());
            statement.execute(&self.pool).await?;
        } else {
            self.dump(path).await?;
        }
        let synced = File::open(path).and_then(|file| file.sync_all());
        synced.map_err(|error| RegistryError::Sql { source: sqlx::Error::Io(error) })
    }

    /// Writes the rows of a PostgreSQL base in a new SQLite file.
    async fn dump(&self, path: &Path) -> Result<(), RegistryError> {
        let open = |source| RegistryError::Open { source };
        let mut moment = self.pool.begin_with(MOMENT).await?;
        let niveau = level(&sqlx::query(APPLIED).fetch_all(&mut *moment).await?)?.niveau;
        let url = format!("{}?mode=rwc", sqlite_url(path));
        let mut file = AnyConnection::connect(&url).await.map_err(open)?;
        MIGRATIONS.run_direct(Some(niveau), &mut file, false).await.map_err(migration)?;
        let tables = transfert::tables(&mut file).await?;
        // References hold on the side that is read; rows come here in any order.
        sqlx::query("PRAGMA foreign_keys = OFF").execute(&mut file).await?;
        let mut transaction = file.begin().await?;
        transfert::copy(&tables, &mut moment, &mut transaction).await?;
        transaction.commit().await?;
        file.close().await?;
        Ok(moment.rollback().await?)
    }

    /// The versions of [`Registry::referenced_versions`], each with what was recorded of it, by centre
    /// then identifier.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn kept_versions(&self) -> Result<Vec<Version>, RegistryError> {
        let statement = sqlx::query(
            "SELECT v.structure_id, v.id, v.date_extraction, v.empreinte, v.lignes, v.import_id, \
             i.importe_le FROM version v JOIN import i ON i.id = v.import_id \
             WHERE i.annule_le IS NULL \
             OR EXISTS (SELECT 1 FROM campagne_version c \
             WHERE c.structure_id = v.structure_id AND c.version_id = v.id) \
             OR EXISTS (SELECT 1 FROM version_courante c \
             WHERE c.structure_id = v.structure_id AND c.version_id = v.id)",
        );
        let mut versions = read_all(&self.rows(statement).await?)?;
        versions.sort_by(|a, b| (&a.structure_id, &a.id).cmp(&(&b.structure_id, &b.id)));
        Ok(versions)
    }

    pub(crate) async fn is_file(&self) -> Result<bool, RegistryError> {
        Ok(self.pool.acquire().await?.backend_name() == SQLITE)
    }
}

/// Whether PostgreSQL says that it has no such table.
fn is_without_table(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(|error| error.code());
    code.is_some_and(|code| code == "42P01")
}

/// How far the tables are, by the rows of [`APPLIED`].
fn level(applied: &[AnyRow]) -> Result<Schema, RegistryError> {
    let mut niveau = 0;
    for row in applied {
        niveau = number(row, "version")?;
        if number(row, "fini")? == 0 {
            return Err(migration(MigrateError::Dirty(niveau)));
        }
        let checksum: Vec<u8> = row.try_get("checksum")?;
        let known = MIGRATIONS.iter().find(|known| known.version == niveau);
        let known = known.ok_or_else(|| migration(MigrateError::VersionMissing(niveau)))?;
        if *known.checksum != checksum[..] {
            return Err(migration(MigrateError::VersionMismatch(niveau)));
        }
    }
    Ok(Schema { niveau, attendu: last_level() })
}
