//! A store looked at and copied as it is: nothing is changed in it, and what is wrong in it is told.

use std::fs;
use std::path::PathBuf;

use sqlx::{AnyConnection, Connection as _, Executor as _};
use tempfile::{TempDir, tempdir};

use super::base::{Base, at, import};
use super::niveaux::LEVELS;
use crate::{Registry, RegistryError, Schema, sqlite_url};

fn place() -> (TempDir, PathBuf) {
    let dir = tempdir().unwrap();
    let path = dir.path().join("la copie n° 1.db");
    (dir, path)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_made_while_another_writes_is_that_of_one_moment() {
    let base = Base::sqlite().await;
    let registry = base.open().await;
    registry.commit_import(&import("1", 8, &["A", "B"])).await.unwrap();
    let mut under_way = registry.begin(at(9)).await.unwrap();
    under_way.create_personne("p1", "Ali Ben", "ali@ml.fr").await.unwrap();
    let (_dir, path) = place();
    registry.copy_to(&path).await.unwrap();
    under_way.commit().await.unwrap();
    assert_eq!(registry.personnes().await.unwrap().len(), 1);

    let copy = Registry::open_as_is(&sqlite_url(&path)).await.unwrap();
    assert!(copy.personnes().await.unwrap().is_empty(), "what was not committed is not there");
    assert_eq!(copy.kept_versions().await.unwrap(), registry.kept_versions().await.unwrap());
    assert_eq!(copy.schema().await.unwrap(), registry.schema().await.unwrap());
    assert_eq!(copy.damage().await.unwrap(), None);
    copy.close().await;
    let refused = registry.copy_to(&path).await.unwrap_err();
    assert!(matches!(refused, RegistryError::Refus(_)), "{refused}");
    base.drop().await;
}

super::on_both!(what_is_kept_is_what_is_referenced);

async fn what_is_kept_is_what_is_referenced(base: &Base) {
    base.open().await.commit_import(&import("1", 8, &["A", "B"])).await.unwrap();
    let registry = Registry::open_as_is(&base.url).await.unwrap();
    registry.commit_import(&import("2", 9, &["A", "C"])).await.unwrap();
    registry.fix_campagne("2019-11", at(9)).await.unwrap();
    registry.undo_import("2", at(10)).await.unwrap();
    let kept = registry.kept_versions().await.unwrap();
    let named = kept.iter().map(|v| (v.structure_id.clone(), v.id.clone())).collect();
    assert_eq!(registry.referenced_versions().await.unwrap(), named);
    assert_eq!(kept.len(), 4, "those of the campaign too");
    assert_eq!((kept[0].empreinte.as_str(), kept[0].lignes), ("empreinte-1", 1_000));
    let schema = registry.schema().await.unwrap();
    let [.., (last, ..)] = LEVELS;
    assert_eq!((schema.niveau, schema.attendu), (last, last));
    assert_eq!(registry.damage().await.unwrap(), None);
    let (_dir, path) = place();
    registry.copy_to(&path).await.unwrap();
    let copy = Registry::open_as_is(&sqlite_url(&path)).await.unwrap();
    assert_eq!(copy.kept_versions().await.unwrap(), kept);
    assert_eq!(copy.schema().await.unwrap(), schema);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_is_neither_made_nor_brought_up_to_date() {
    let (_dir, path) = place();
    let url = sqlite_url(&path);
    assert!(matches!(Registry::open_as_is(&url).await, Err(RegistryError::Open { .. })));
    assert!(!path.exists());
    Registry::open(&url).await.unwrap().close().await;
    let change = async |sql: &'static str| {
        let mut connection = AnyConnection::connect(&url).await.unwrap();
        connection.execute(sql).await.unwrap();
        connection.close().await.unwrap();
        let registry = Registry::open_as_is(&url).await.unwrap();
        let schema = registry.schema().await;
        registry.close().await;
        schema
    };
    let full = change("SELECT 1").await.unwrap();
    assert_eq!(full.niveau, full.attendu);
    let last =
        "DELETE FROM _sqlx_migrations WHERE version = (SELECT max(version) FROM _sqlx_migrations)";
    let earlier = change(last).await.unwrap();
    let [.., (before, ..), _] = LEVELS;
    assert_eq!(earlier, Schema { niveau: before, attendu: full.attendu });
    for sql in [
        "UPDATE _sqlx_migrations SET success = false WHERE version = 7",
        "UPDATE _sqlx_migrations SET success = true, checksum = x'00' WHERE version = 7",
    ] {
        let refused = change(sql).await.unwrap_err();
        assert!(matches!(refused, RegistryError::Migration { .. }), "{sql} {refused}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_file_is_told() {
    let (_dir, path) = place();
    let registry = Registry::open(&sqlite_url(&path)).await.unwrap();
    registry.commit_import(&import("1", 8, &["A", "B"])).await.unwrap();
    registry.close().await;
    let mut bytes = fs::read(&path).unwrap();
    // The last page, of rows: the first ones say what the file is and what its tables are.
    let last = bytes.len() - 4096;
    bytes[last..].fill(0xee);
    fs::write(&path, bytes).unwrap();
    let registry = Registry::open_as_is(&sqlite_url(&path)).await.unwrap();
    assert!(!matches!(registry.damage().await, Ok(None)));
}
