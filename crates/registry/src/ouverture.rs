//! Opening: the driver by the address, SQLite set for durability and many readers, tables brought
//! up to date.

use std::path::Path;
use std::time::{Duration, Instant};

use sqlx::any::AnyPoolOptions;
use sqlx::migrate::{MigrateError, Migrator};
use sqlx::{AnyConnection, AnyPool, Connection as _, Executor as _};

use crate::RegistryError;

pub(crate) static MIGRATIONS: Migrator = sqlx::migrate!("./migrations");

/// How long a writer waits for the others before giving up.
const WAIT: Duration = Duration::from_secs(30);

/// Set on each SQLite connection: waits its turn, a commit that survives a power cut, references
/// checked.
const SQLITE_SETTINGS: &str = "PRAGMA busy_timeout = 30000; PRAGMA synchronous = FULL; \
                               PRAGMA foreign_keys = ON;";

/// Set once on a SQLite file, which remembers it: readers and a writer side by side. Changing it
/// asks for the file alone and, that not being a lock like the others, does not wait its turn.
const SQLITE_JOURNAL: &str = "PRAGMA journal_mode = WAL;";

/// Between two looks at a SQLite file that another program is making.
const PAUSE: Duration = Duration::from_millis(50);

/// The operational store. Cheap to clone: clones share the connections.
#[derive(Debug, Clone)]
pub struct Registry {
    pub(crate) pool: AnyPool,
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
        connect(&url, sqlite).await
    }

    /// Waits for what is under way and closes the connections; a SQLite file is then alone, without
    /// its side files.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}

/// The connections to a store that is there.
pub(crate) async fn connect(url: &str, sqlite: bool) -> Result<Registry, RegistryError> {
    let pool = AnyPoolOptions::new()
        .max_connections(8)
        .acquire_timeout(WAIT)
        .after_connect(move |connection, _| {
            Box::pin(async move {
                if sqlite {
                    connection.execute(SQLITE_SETTINGS).await?;
                }
                Ok(())
            })
        })
        .connect(url)
        .await
        .map_err(|source| RegistryError::Open { source })?;
    Ok(Registry { pool })
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
    }
    MIGRATIONS
        .run_direct(None, &mut connection, false)
        .await
        .map_err(|source| RegistryError::Migration { source })?;
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
