//! A PostgreSQL base of its own for each test: a schema of the server that `MALLETTE_TEST_POSTGRES`
//! names, which `scripts/test` starts. No test is skipped without one: it fails.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;

use sqlx::{AnyConnection, AssertSqlSafe, Connection as _, Executor as _, Row as _};

static NEXT: AtomicU32 = AtomicU32::new(0);

/// An empty base, gone when the value is dropped.
#[derive(Debug)]
pub struct Base {
    /// Its address, as `mallette --base` takes it.
    pub url: String,
    schema: String,
    serveur: String,
}

impl Base {
    /// A new base.
    ///
    /// # Panics
    /// When no server is named, or it does not answer: the test cannot be run.
    #[must_use]
    pub fn fresh() -> Self {
        let serveur = std::env::var("MALLETTE_TEST_POSTGRES").unwrap_or_else(|_| {
            panic!(
                "MALLETTE_TEST_POSTGRES must be the address of a PostgreSQL: run scripts/test, which \
                 starts one"
            )
        });
        let rank = NEXT.fetch_add(1, Ordering::Relaxed);
        let schema = format!("essai_{}_{rank}", std::process::id());
        let sql = format!("DROP SCHEMA IF EXISTS {schema} CASCADE; CREATE SCHEMA {schema}");
        if let Err(error) = execute(&serveur, sql) {
            panic!("the PostgreSQL of the tests does not answer: {error}");
        }
        let mark = if serveur.contains('?') { '&' } else { '?' };
        let url = format!("{serveur}{mark}options=-csearch_path%3D{schema}");
        Self { url, schema, serveur }
    }

    /// Every row of every table, as text.
    ///
    /// # Panics
    /// When the base does not answer.
    #[must_use]
    pub fn contents(&self) -> BTreeMap<String, Vec<String>> {
        match on_thread(&self.url, |admin| Box::pin(read_all(admin))) {
            Ok(rows) => rows,
            Err(error) => panic!("{error}"),
        }
    }

    /// Does that in the base, as another program would.
    ///
    /// # Panics
    /// When the base refuses.
    pub fn execute(&self, sql: &str) {
        if let Err(error) = execute(&self.url, sql.to_owned()) {
            panic!("{error}");
        }
    }
}

impl Drop for Base {
    fn drop(&mut self) {
        // What a failed test still holds is left: the server is thrown away.
        let sql = format!("SET lock_timeout = '5s'; DROP SCHEMA {} CASCADE", self.schema);
        let _ = execute(&self.serveur, sql);
    }
}

async fn read_all(admin: &mut AnyConnection) -> Result<BTreeMap<String, Vec<String>>, sqlx::Error> {
    let sql = "SELECT CAST(relname AS TEXT) FROM pg_class WHERE relkind = 'r' \
               AND relnamespace = current_schema()::regnamespace";
    let mut all = BTreeMap::new();
    for table in sqlx::query(sql).fetch_all(&mut *admin).await? {
        let table: String = table.try_get(0)?;
        let sql = format!("SELECT CAST(t AS TEXT) FROM \"{table}\" t ORDER BY 1");
        let rows = sqlx::query(AssertSqlSafe(sql)).fetch_all(&mut *admin).await?;
        let rows = rows.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>()?;
        all.insert(table, rows);
    }
    Ok(all)
}

fn execute(url: &str, sql: String) -> Result<(), String> {
    on_thread(url, |admin| {
        Box::pin(async move { admin.execute(AssertSqlSafe(sql)).await.map(|_| ()) })
    })
}

type Work<'a, T> = Pin<Box<dyn Future<Output = Result<T, sqlx::Error>> + 'a>>;

/// On a thread of its own: the test may be asynchronous, or not.
fn on_thread<T: Send + 'static>(
    url: &str,
    work: impl for<'a> FnOnce(&'a mut AnyConnection) -> Work<'a, T> + Send + 'static,
) -> Result<T, String> {
    let url = url.to_owned();
    let done = thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| error.to_string())?;
        let done = runtime.block_on(async {
            sqlx::any::install_default_drivers();
            let mut admin = AnyConnection::connect(&url).await?;
            let done = work(&mut admin).await?;
            admin.close().await?;
            Ok(done)
        });
        done.map_err(|error: sqlx::Error| error.to_string())
    });
    done.join().unwrap_or_else(|_| Err("the thread of the base panicked".to_owned()))
}
