//! Opening: the driver by the address, SQLite set for durability and many readers, tables brought
//! up to date.

use std::path::Path;
use std::time::{Duration, Instant};

use sqlx::any::AnyPoolOptions;
use sqlx::migrate::{MigrateError, Migrator};
use sqlx::{AnyConnection, AnyPool, Connection as _, Executor as _};

use crate::ligne::text;
use crate::{Adresse, RegistryError};

pub(crate) static MIGRATIONS: Migrator = sqlx::migrate!("./migrations");

/// How long a writer waits for the others before giving up.
const WAIT: Duration = Duration::from_secs(30);

/// Set on each SQLite connection: waits its turn, a commit that survives a power cut, references
/// checked.
const SQLITE_SETTINGS: &str = "PRAGMA busy_timeout = 30000; PRAGMA synchronous = FULL; \
                               PRAGMA foreign_keys = ON;";

/// Set on each PostgreSQL connection: waits its turn no longer than on SQLite, and reads after it what
/// the writer before has left, whatever the server was set to.
const POSTGRES_SETTINGS: &str = "SET lock_timeout = '30s'; SET application_name = 'mallette'; \
     SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL READ COMMITTED;";

/// Set on each connection that is to read only.
const POSTGRES_READ_ONLY: &str = "SET default_transaction_read_only = on";

/// Connections to a SQLite file: one writes at a time, and readers are quick.
const SQLITE_CONNECTIONS: u32 = 8;
/// Connections to a PostgreSQL server: its answers take longer to come, and one in a hundred, its usual
/// limit, is left for others.
const POSTGRES_CONNECTIONS: u32 = 16;

/// Set once on a SQLite file, which remembers it: readers and a writer side by side. Changing it
/// asks for the file alone and, that not being a lock like the others, does not wait its turn.
const SQLITE_JOURNAL: &str = "PRAGMA journal_mode = WAL;";

/// Between two looks at a SQLite file that another program is making.
const PAUSE: Duration = Duration::from_millis(50);

/// The operational store. Cheap to clone: clones share the connections.
#[derive(Debug, Clone)]
pub struct Registry {
    pub(crate) pool: AnyPool,
    /// Whether it was opened to be read only.
    pub(crate) lecture_seule: bool,
}

/// What is made of a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Acces {
    Ecriture,
    Lecture,
}

impl Registry {
    /// Opens the store at that address, created if missing (SQLite), its tables brought up to date:
    /// `sqlite:///path/mallette.db` (see [`sqlite_url`]) or `postgres://user@host/base`.
    ///
    /// # Errors
    /// When it cannot be opened or brought up to date.
    pub async fn open(url: &str) -> Result<Self, RegistryError> {
        let sqlite = url.starts_with("sqlite:");
        if !sqlite && !url.starts_with("postgres:") && !url.starts_with("postgresql:") {
            return Err(RegistryError::Address);
        }
        let url = if sqlite { created_if_missing(url) } else { url.to_owned() };
        sqlx::any::install_default_drivers();
        prepare(&url, sqlite).await?;
        connect(&url, sqlite, Acces::Ecriture).await
    }

    /// Opens a store to read it only, with the tables that this program knows: no byte of it changes,
    /// nor of the folder of a SQLite file. Such a file must not be written by others meanwhile: the
    /// caller sees to that.
    ///
    /// # Errors
    /// When it is not there; when its tables are not at the level of this program; when a SQLite file was
    /// not closed.
    pub async fn open_read_only(adresse: &Adresse) -> Result<Self, RegistryError> {
        sqlx::any::install_default_drivers();
        let url = match adresse {
            Adresse::Postgres(url) => url.clone(),
            Adresse::Fichier(path) => {
                let mut journal = path.clone().into_os_string();
                journal.push("-wal");
                if std::fs::metadata(&journal).is_ok_and(|journal| journal.len() > 0) {
                    return Err(RegistryError::PasFermee(path.display().to_string()));
                }
                // Not even the lock files that a reader shares with writers.
                format!("{}?mode=ro&immutable=true", sqlite_url(path))
            }
        };
        let registry = connect(&url, adresse.is_file(), Acces::Lecture).await?;
        let schema = registry.schema().await?;
        if schema.niveau < schema.attendu {
            registry.close().await;
            let (niveau, attendu) = (schema.niveau, schema.attendu);
            return Err(RegistryError::ANiveler { niveau, attendu });
        }
        Ok(registry)
    }

    /// Whether it was opened to be read only.
    #[must_use]
    pub fn is_read_only(&self) -> bool {
        self.lecture_seule
    }

    /// Waits for what is under way and closes the connections; a SQLite file is then alone, without
    /// its side files.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}

/// The connections to a store that is there.
pub(crate) async fn connect(
    url: &str,
    sqlite: bool,
    acces: Acces,
) -> Result<Registry, RegistryError> {
    let lecture_seule = acces == Acces::Lecture;
    let pool = AnyPoolOptions::new()
        .max_connections(if sqlite { SQLITE_CONNECTIONS } else { POSTGRES_CONNECTIONS })
        .acquire_timeout(WAIT)
        .after_connect(move |connection, _| {
            Box::pin(async move {
                match sqlite {
                    // What they set is for who writes.
                    true if lecture_seule => return Ok(()),
                    true => connection.execute(SQLITE_SETTINGS).await?,
                    false => connection.execute(POSTGRES_SETTINGS).await?,
                };
                if lecture_seule {
                    connection.execute(POSTGRES_READ_ONLY).await?;
                }
                Ok(())
            })
        })
        .connect(url)
        .await
        .map_err(|source| RegistryError::Open { source })?;
    Ok(Registry { pool, lecture_seule })
}

/// The last change of tables that this program knows.
pub(crate) fn last_level() -> i64 {
    MIGRATIONS.iter().map(|known| known.version).max().unwrap_or_default()
}

/// What the migrator said: that a later program was there is told apart.
pub(crate) fn migration(source: MigrateError) -> RegistryError {
    let attendu = last_level();
    match source {
        MigrateError::VersionMissing(niveau) if niveau > attendu => {
            RegistryError::PlusRecente { niveau, attendu }
        }
        source => RegistryError::Migration { source },
    }
}

/// Refuses a PostgreSQL base that cannot hold any text.
pub(crate) async fn check_encoding(connection: &mut AnyConnection) -> Result<(), RegistryError> {
    let statement = sqlx::query("SELECT current_setting('server_encoding') AS codage");
    let codage = text(&statement.fetch_one(connection).await?, "codage")?;
    if codage == "UTF8" { Ok(()) } else { Err(RegistryError::Encodage(codage)) }
}

/// The address of a SQLite file, whatever its path holds.
#[must_use]
pub fn sqlite_url(path: &Path) -> String {
    let mut url = String::from("sqlite://");
    for byte in path.as_os_str().as_encoded_bytes() {
        if byte.is_ascii_alphanumeric() || b"/-_.~".contains(byte) {
            url.push(char::from(*byte));
        } else {
            url.push_str(&format!("%{byte:02X}"));
        }
    }
    url
}

fn created_if_missing(url: &str) -> String {
    if url.contains("mode=") {
        return url.to_owned();
    }
    format!("{url}{}mode=rwc", if url.contains('?') { '&' } else { '?' })
}

/// Brings the tables up to date, on a connection of its own. SQLite has no lock for that: of two
/// programs that start at once, one fails on what the other is making, and finds it done when it
/// looks again.
async fn prepare(url: &str, sqlite: bool) -> Result<(), RegistryError> {
    let start = Instant::now();
    loop {
        match attempt(url, sqlite).await {
            Err(error) if sqlite && passing(&error) && start.elapsed() < WAIT => {
                tokio::time::sleep(PAUSE).await;
            }
            done => return done,
        }
    }
}

async fn attempt(url: &str, sqlite: bool) -> Result<(), RegistryError> {
    let open = |source| RegistryError::Open { source };
    let mut connection = AnyConnection::connect(url).await.map_err(open)?;
    if sqlite {
        connection.execute(SQLITE_SETTINGS).await.map_err(open)?;
        connection.execute(SQLITE_JOURNAL).await.map_err(open)?;
    } else {
        check_encoding(&mut connection).await?;
    }
    MIGRATIONS.run_direct(None, &mut connection, false).await.map_err(migration)?;
    connection.close().await.map_err(open)
}

/// What another program at work on the same SQLite file explains, and time mends: the file is
/// locked, or a table just appeared.
fn passing(error: &RegistryError) -> bool {
    match error {
        RegistryError::Open { source: sqlx::Error::Database(source) } => {
            // SQLITE_BUSY and SQLITE_LOCKED; the low byte of an extended code is the code.
            let code = source.code().and_then(|code| code.parse::<u32>().ok());
            code.is_some_and(|code| matches!(code & 0xff, 5 | 6))
        }
        RegistryError::Migration { source } => {
            matches!(source, MigrateError::Execute(_) | MigrateError::ExecuteMigration(..))
        }
        _ => false,
    }
}
