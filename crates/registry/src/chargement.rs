//! A store put back in an empty PostgreSQL base, from the SQLite file that a backup holds.

use std::path::Path;

use jiff::Timestamp;
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, AssertSqlSafe, Connection as _, Executor as _};

use crate::installation::{PARAMETRES, insertion};
use crate::ligne::{number, text};
use crate::ouverture::{MIGRATIONS, check_encoding, migration};
use crate::transfert::{self, Table};
use crate::{Adresse, Registry, RegistryError, sqlite_url};

/// Tables that the migrations themselves put rows in.
const AMORCES: [&str; 2] = ["compteur", "trace_tete"];

impl Registry {
    /// Fills a PostgreSQL base with the store that a SQLite file holds, at the level of its tables: whole
    /// or not at all, read again before it counts. The file is not changed. The base is that of another
    /// installation from then on, `installation`, dated `le`, when its tables keep one: so the directory
    /// that the backup comes from cannot be opened with it.
    ///
    /// # Errors
    /// A refusal when the base is a file, or is not empty; when a later program made the file; when a
    /// side does not answer.
    pub async fn load(
        base: &Adresse,
        from: &Path,
        (installation, le): (&str, Timestamp),
    ) -> Result<(), RegistryError> {
        if base.is_file() {
            return Err(RegistryError::Refus(
                "Une base en fichier se copie telle quelle.".to_owned(),
            ));
        }
        let source = Self::open_as_is(&sqlite_url(from)).await?;
        let niveau = source.schema().await?.niveau;
        let mut file = source.pool.acquire().await?.detach();
        source.close().await;
        let open = |source| RegistryError::Open { source };
        let mut target = AnyConnection::connect(&base.url()).await.map_err(open)?;
        check_encoding(&mut target).await?;
        let tables = transfert::tables(&mut file).await?;
        check_vacant(&tables, &mut target).await?;
        MIGRATIONS.run_direct(Some(niveau), &mut target, false).await.map_err(migration)?;
        let mut transaction = target.begin().await?;
        fill(&tables, &mut file, &mut transaction).await?;
        if niveau >= PARAMETRES {
            rename(installation, le, &mut transaction).await?;
        }
        transaction.commit().await?;
        file.close().await?;
        Ok(target.close().await?)
    }

    /// Refuses a PostgreSQL base that holds anything: before the work of a restoration, what
    /// [`Registry::load`] would refuse after it.
    ///
    /// # Errors
    /// A refusal when it is not empty; when it does not answer.
    pub async fn check_empty(base: &Adresse) -> Result<(), RegistryError> {
        sqlx::any::install_default_drivers();
        let open = |source| RegistryError::Open { source };
        let mut target = AnyConnection::connect(&base.url()).await.map_err(open)?;
        check_encoding(&mut target).await?;
        let known: Vec<String> =
            MIGRATIONS.iter().flat_map(|known| made(known.sql.as_str())).collect();
        let tables: Vec<Table> =
            known.into_iter().map(|nom| Table { nom, colonnes: Vec::new() }).collect();
        check_vacant(&tables, &mut target).await?;
        Ok(target.close().await?)
    }
}

/// Names of the tables that a migration makes.
fn made(sql: &str) -> Vec<String> {
    let after = sql.split("CREATE TABLE ").skip(1);
    after.filter_map(|rest| rest.split_whitespace().next()).map(str::to_owned).collect()
}

/// References between rows are checked in the end: a row may come before the one it refers to.
async fn fill(
    tables: &[Table],
    from: &mut AnyConnection,
    to: &mut AnyConnection,
) -> Result<(), RegistryError> {
    let statement = sqlx::query(
        "SELECT CAST(c.relname AS TEXT) AS nom, CAST(k.conname AS TEXT) AS contrainte \
         FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid \
         WHERE k.contype = 'f' AND c.relnamespace = current_schema()::regnamespace",
    );
    let references = statement.fetch_all(&mut *to).await?;
    defer(&references, "DEFERRABLE INITIALLY DEFERRED", to).await?;
    transfert::copy(tables, from, to).await?;
    to.execute("SET CONSTRAINTS ALL IMMEDIATE").await?;
    defer(&references, "NOT DEFERRABLE", to).await
}

/// Gives the base its own identifier.
async fn rename(id: &str, le: Timestamp, base: &mut AnyConnection) -> Result<(), RegistryError> {
    let statement = sqlx::query(
        "UPDATE compteur SET tour = tour + 1 WHERE nom = 'parametre' RETURNING tour AS rang",
    );
    let rang = number(&statement.fetch_one(&mut *base).await?, "rang")?;
    insertion(rang, id, le).execute(base).await?;
    Ok(())
}

async fn defer(
    references: &[AnyRow],
    when: &str,
    to: &mut AnyConnection,
) -> Result<(), RegistryError> {
    for row in references {
        let (nom, contrainte) = (text(row, "nom")?, text(row, "contrainte")?);
        let sql = format!("ALTER TABLE \"{nom}\" ALTER CONSTRAINT \"{contrainte}\" {when}");
        to.execute(AssertSqlSafe(sql)).await?;
    }
    Ok(())
}

/// Refuses a base that holds tables of others, or rows of ours. What a restoration that was cut left,
/// tables without rows, is no hindrance.
async fn check_vacant(tables: &[Table], base: &mut AnyConnection) -> Result<(), RegistryError> {
    let statement = sqlx::query(
        "SELECT CAST(c.relname AS TEXT) AS nom FROM pg_class c WHERE c.relkind IN \
         ('r', 'p', 'v', 'm', 'f') AND c.relnamespace = current_schema()::regnamespace",
    );
    for row in statement.fetch_all(&mut *base).await? {
        let nom = text(&row, "nom")?;
        if nom == "_sqlx_migrations" {
            continue;
        }
        let own = tables.iter().any(|table| table.nom == nom);
        let sql = match AMORCES.contains(&nom.as_str()) {
            true if nom == "compteur" => {
                "SELECT COUNT(*) AS n FROM compteur WHERE tour <> 0".to_owned()
            }
            true => "SELECT COUNT(*) AS n FROM trace_tete WHERE rang <> 0".to_owned(),
            false => format!("SELECT COUNT(*) AS n FROM \"{nom}\""),
        };
        let held = sqlx::query(AssertSqlSafe(sql)).fetch_one(&mut *base).await?;
        if !own || number(&held, "n")? > 0 {
            return Err(RegistryError::Refus(format!(
                "La base PostgreSQL n'est pas vide : elle a déjà une table « {nom} ». Rien n'y a été \
                 modifié ; restaurer dans une base neuve (createdb --encoding UTF8 --template template0 \
                 NOM)."
            )));
        }
    }
    Ok(())
}
