//! From one engine to the other: the same store, its trace still proved.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use jiff::Timestamp;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use serde_json::json;
use sqlx::{AnyConnection, AssertSqlSafe, Connection as _, Executor as _, Row as _};
use tempfile::{TempDir, tempdir};

use super::base::{Base, at};
use super::niveaux::{LEVELS, fill, load};
use super::traces::{append, entry, sound};
use crate::transfert::{self, Sorte, Table};
use crate::{NouvelleTrace, Registry, RegistryError, sqlite_url};

/// Every row of every table, as text.
pub(super) type Rows = BTreeMap<String, BTreeSet<Vec<Option<String>>>>;

pub(super) async fn rows(tables: &[Table], connection: &mut AnyConnection) -> Rows {
    let mut all = Rows::new();
    for table in tables {
        let found = sqlx::query(AssertSqlSafe(table.select())).fetch_all(&mut *connection).await;
        let cells = found.unwrap().into_iter().map(|row| {
            let columns = table.colonnes.iter().enumerate();
            columns
                .map(|(at, (_, sorte))| match sorte {
                    Sorte::Texte => row.get::<Option<String>, _>(at),
                    Sorte::Nombre => row.get::<Option<i64>, _>(at).map(|n| n.to_string()),
                })
                .collect()
        });
        all.insert(table.nom.clone(), cells.collect());
    }
    all
}

/// What a copy in a SQLite file holds, the installation that it is of left out: a store put elsewhere
/// becomes that of another.
async fn of_file(path: &Path) -> Rows {
    let mut connection = AnyConnection::connect(&sqlite_url(path)).await.unwrap();
    let tables = transfert::tables(&mut connection).await.unwrap();
    let mut all = rows(&tables, &mut connection).await;
    connection.close().await.unwrap();
    if let Some(kept) = all.get_mut("parametre") {
        kept.retain(|row| row[1].as_deref() != Some("installation"));
        all.get_mut("compteur").unwrap().retain(|row| row[0].as_deref() != Some("parametre"));
    }
    all
}

async fn copied(registry: &Registry) -> (TempDir, std::path::PathBuf) {
    let dir = tempdir().unwrap();
    let path = dir.path().join("copie.db");
    registry.copy_to(&path).await.unwrap();
    (dir, path)
}

fn hostile() -> impl Strategy<Value = String> {
    // Any character but the null one, which is refused at the door.
    let any = any::<String>().prop_map(|text| text.replace('\0', ""));
    prop_oneof![any, Just("l'été ; \"\\' -- $1 %s \u{feff}🦉\r\n".to_owned()), Just(String::new())]
}

/// A full store with texts of chance in it.
async fn full(base: &Base, texts: &[String]) -> Registry {
    let registry = base.open().await;
    fill(&registry).await;
    let entries = texts.iter().map(|text| NouvelleTrace {
        dossiers: vec![text.clone(), "d1".to_owned()],
        detail: json!({ "texte": text }),
        ..entry("lecture", "p1", text)
    });
    append(&registry, at(20), &entries.collect::<Vec<_>>()).await;
    for (rank, text) in texts.iter().enumerate() {
        let statement = sqlx::query(
            "INSERT INTO correspondance (table_canonique, entete, colonne, libelle) \
             VALUES ($1, $2, $3, $4)",
        );
        let statement = statement.bind(format!("t{rank}")).bind(text.clone());
        let statement = statement.bind("colonne").bind((rank % 2 == 0).then(|| text.clone()));
        registry.execute(statement).await.unwrap();
    }
    registry
}

fn moment() -> Timestamp {
    at(21)
}

#[test]
fn a_store_copied_from_one_engine_and_put_on_the_other_is_the_same() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let config = ProptestConfig { cases: 12, ..ProptestConfig::default() };
    let texts = prop::collection::vec(hostile(), 1..8);
    let outcome = TestRunner::new(config).run(&texts, |texts| {
        runtime.block_on(async {
            let (from, to) = (Base::sqlite().await, Base::postgres().await);
            let registry = full(&from, &texts).await;
            let (_one, file) = copied(&registry).await;
            Registry::check_empty(&to.adresse).await.unwrap();
            Registry::load(&to.adresse, &file, ("autre", moment())).await.unwrap();
            let there = to.open().await;
            assert_eq!(there.installation().await.unwrap().as_deref(), Some("autre"));
            assert_eq!(sound(&there).await, sound(&registry).await);
            assert_eq!(there.trace_head().await.unwrap(), registry.trace_head().await.unwrap());
            let (_two, back) = copied(&there).await;
            assert_eq!(of_file(&back).await, of_file(&file).await);
            // Back on a file: opened as it is, it goes on.
            let again = Registry::open(&sqlite_url(&back)).await.unwrap();
            let entries = sound(&again).await;
            append(&again, at(22), &[entry("lecture", "p1", "A")]).await;
            assert_eq!(sound(&again).await, entries + 1);
            // And there too, its references checked as before.
            append(&there, at(22), &[entry("lecture", "p1", "A")]).await;
            let dangling = sqlx::query("UPDATE version_courante SET version_id = 'absente'");
            assert!(there.execute(dangling).await.is_err());
            assert_eq!(of_kinds(&there).await, 0, "no reference is left to be checked later");
        });
        Ok(())
    });
    outcome.unwrap();
}

/// References of a PostgreSQL store that are not checked at once.
async fn of_kinds(registry: &Registry) -> usize {
    let statement = sqlx::query(
        "SELECT CAST(conname AS TEXT) AS nom FROM pg_constraint WHERE condeferrable \
         AND connamespace = current_schema()::regnamespace",
    );
    registry.rows(statement).await.unwrap().len()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_of_a_base_is_that_of_one_moment_while_others_write() {
    let base = Base::postgres().await;
    let registry = base.open().await;
    fill(&registry).await;
    let writer = base.open().await;
    let writing = tokio::spawn(async move {
        let mut written = 0;
        while written < 60 {
            append(&writer, at(20), &[entry("lecture", "p1", "A")]).await;
            written += 1;
        }
        writer
    });
    let mut seen = 0;
    while !writing.is_finished() {
        let (_dir, path) = copied(&registry).await;
        let copy = Registry::open(&sqlite_url(&path)).await.unwrap();
        // The head and the entries are of the same moment.
        let entries = sound(&copy).await;
        assert!(entries >= seen);
        seen = entries;
        copy.close().await;
    }
    let writer = writing.await.unwrap();
    assert!(sound(&writer).await >= seen && seen > 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_base_that_holds_anything_is_left_as_it_is() {
    let (from, to) = (Base::sqlite().await, Base::postgres().await);
    let registry = full(&from, &[]).await;
    let (_dir, file) = copied(&registry).await;
    let put = async || Registry::load(&to.adresse, &file, ("autre", moment())).await;
    let mut connection = AnyConnection::connect(&to.url).await.unwrap();
    connection.execute("CREATE TABLE d_un_autre (x TEXT)").await.unwrap();
    let told = put().await.unwrap_err().to_string();
    assert!(told.contains("n'est pas vide") && told.contains("d_un_autre"), "{told}");
    connection.execute("DROP TABLE d_un_autre").await.unwrap();
    // A restoration that was cut leaves tables without rows: the next one takes its place.
    to.open().await.close().await;
    Registry::check_empty(&to.adresse).await.unwrap();
    put().await.unwrap();
    for again in [put().await, Registry::check_empty(&to.adresse).await] {
        let told = again.unwrap_err();
        assert!(matches!(told, RegistryError::Refus(_)), "{told}");
    }
    let refused = Registry::load(&from.adresse, &file, ("autre", moment())).await.unwrap_err();
    assert!(matches!(refused, RegistryError::Refus(_)), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_that_postgresql_does_not_hold_is_told_and_nothing_is_kept() {
    let (from, to) = (Base::sqlite().await, Base::postgres().await);
    let registry = full(&from, &[]).await;
    let statement =
        sqlx::query("INSERT INTO structure (structure_id, nom) VALUES ('Z', $1)").bind("a\0b");
    registry.execute(statement).await.unwrap();
    let (_dir, file) = copied(&registry).await;
    let told = Registry::load(&to.adresse, &file, ("autre", moment())).await.unwrap_err();
    assert!(told.to_string().contains("ne s'enregistre pas"), "{told}");
    Registry::check_empty(&to.adresse).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_of_an_earlier_level_is_copied_at_its_level() {
    for (niveau, ..) in LEVELS {
        let (base, to) = (Base::postgres().await, Base::postgres().await);
        load(&base, niveau).await;
        let registry = Registry::open_as_is(&base.url).await.unwrap();
        let (_dir, file) = copied(&registry).await;
        let copy = Registry::open_as_is(&sqlite_url(&file)).await.unwrap();
        assert_eq!(copy.schema().await.unwrap().niveau, niveau);
        copy.close().await;
        Registry::load(&to.adresse, &file, ("autre", moment())).await.unwrap();
        let there = Registry::open_as_is(&to.url).await.unwrap();
        assert_eq!(there.schema().await.unwrap().niveau, niveau);
        let (_two, back) = copied(&there).await;
        assert_eq!(of_file(&back).await, of_file(&file).await, "{niveau}");
    }
}
