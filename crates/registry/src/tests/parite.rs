//! The catalogs of both engines say the same: tables, columns, types, keys, references, indexes.

use std::collections::BTreeSet;

use sqlx::{AssertSqlSafe, Row as _};

use super::base::Base;
use crate::Registry;

/// Facts of the catalog, one line each; the migrator's own table left out.
async fn facts(registry: &Registry, sql: String) -> BTreeSet<String> {
    let rows = sqlx::query(AssertSqlSafe(sql)).fetch_all(&registry.pool).await.unwrap();
    rows.iter().map(|row| row.try_get::<String, _>(0).unwrap().to_lowercase()).collect()
}

const SQLITE_TABLES: &str = "(SELECT name AS t FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_sqlx%' ESCAPE '\\')";

async fn sqlite_facts(registry: &Registry) -> [BTreeSet<String>; 3] {
    let columns = format!(
        "SELECT t || '.' || c.name || ' ' || c.type || CASE WHEN c.\"notnull\" = 1 THEN ' not null' \
         ELSE '' END || CASE WHEN c.pk > 0 THEN ' key ' || c.pk ELSE '' END \
         FROM {SQLITE_TABLES} JOIN pragma_table_info(t) c"
    );
    let references = format!(
        "SELECT t || '.' || f.\"from\" || ' -> ' || f.\"table\" || '.' || f.\"to\" \
         FROM {SQLITE_TABLES} JOIN pragma_foreign_key_list(t) f"
    );
    let indexes = format!(
        "SELECT t || '(' || (SELECT group_concat(name, ',') FROM \
         (SELECT name FROM pragma_index_info(i.name) ORDER BY seqno)) || ')' || \
         CASE WHEN i.\"unique\" = 1 THEN ' unique' ELSE '' END \
         FROM {SQLITE_TABLES} JOIN pragma_index_list(t) i"
    );
    [
        facts(registry, columns).await,
        facts(registry, references).await,
        facts(registry, indexes).await,
    ]
}

async fn postgres_facts(registry: &Registry) -> [BTreeSet<String>; 3] {
    let columns = "SELECT CAST(c.relname || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod) || \
         CASE WHEN a.attnotnull THEN ' not null' ELSE '' END || \
         COALESCE(' key ' || array_position(k.conkey, a.attnum), '') AS TEXT) \
         FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 \
         LEFT JOIN pg_constraint k ON k.conrelid = c.oid AND k.contype = 'p' \
         WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace \
         AND c.relname NOT LIKE '\\_sqlx%'";
    let references = "SELECT CAST(c.relname || '.' || a.attname || ' -> ' || d.relname || '.' || b.attname AS TEXT) \
         FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid \
         JOIN pg_class d ON d.oid = k.confrelid \
         CROSS JOIN LATERAL unnest(k.conkey, k.confkey) AS u(f, t) \
         JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = u.f \
         JOIN pg_attribute b ON b.attrelid = d.oid AND b.attnum = u.t \
         WHERE k.contype = 'f' AND c.relnamespace = current_schema()::regnamespace";
    let indexes = "SELECT CAST(c.relname || '(' || (SELECT string_agg(a.attname, ',' ORDER BY u.n) \
         FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS u(k, n) \
         JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = u.k) || ')' || \
         CASE WHEN i.indisunique THEN ' unique' ELSE '' END AS TEXT) \
         FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid \
         WHERE c.relnamespace = current_schema()::regnamespace AND c.relname NOT LIKE '\\_sqlx%'";
    [
        facts(registry, columns.to_owned()).await,
        facts(registry, references.to_owned()).await,
        facts(registry, indexes.to_owned()).await,
    ]
}

#[tokio::test]
async fn both_engines_have_the_same_tables() {
    let (sqlite, postgres) = (Base::sqlite().await, Base::postgres().await);
    let [columns, references, indexes] = sqlite_facts(&sqlite.open().await).await;
    assert_eq!([columns.clone(), references.clone(), indexes.clone()], {
        postgres_facts(&postgres.open().await).await
    });
    // The catalogs were read for real.
    assert!(columns.contains("version.structure_id text not null key 1"), "{columns:?}");
    assert!(columns.contains("import.date_extraction text"), "{columns:?}");
    assert!(references.contains("version.remplace -> version.id"), "{references:?}");
    assert!(indexes.contains("version(import_id)") && indexes.contains("import(tour) unique"));
    postgres.drop().await;
    sqlite.drop().await;
}
