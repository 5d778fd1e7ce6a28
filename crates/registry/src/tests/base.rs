//! A store of its own for each test: a file, or a schema of the PostgreSQL given by
//! `MALLETTE_TEST_POSTGRES`.

use std::sync::atomic::{AtomicU32, Ordering};

use jiff::Timestamp;
use jiff::civil::date;
use mallette_domain::resultat::Rattachement;

use sqlx::{AnyConnection, AssertSqlSafe, Connection as _, Executor as _};
use tempfile::TempDir;

use crate::{NouvelImport, NouvelleVersion, Registry, sqlite_url};

static NEXT: AtomicU32 = AtomicU32::new(0);

/// An empty store.
pub(super) struct Base {
    pub(super) url: String,
    /// Schema to drop, and the address of who may drop it.
    schema: Option<(String, String)>,
    _dir: Option<TempDir>,
}

impl Base {
    pub(super) async fn sqlite() -> Self {
        let dir = tempfile::tempdir().unwrap();
        // A path that an address must not misread.
        let path = dir.path().join("un été ? #1 %41");
        std::fs::create_dir(&path).unwrap();
        Self { url: sqlite_url(&path.join("mallette.db")), schema: None, _dir: Some(dir) }
    }

    pub(super) async fn postgres() -> Self {
        let url = std::env::var("MALLETTE_TEST_POSTGRES").expect(
            "MALLETTE_TEST_POSTGRES must be the address of a PostgreSQL: run scripts/test, which \
             starts one",
        );
        sqlx::any::install_default_drivers();
        let rank = NEXT.fetch_add(1, Ordering::Relaxed);
        let schema = format!("essai_{}_{rank}", std::process::id());
        let mut admin = AnyConnection::connect(&url).await.unwrap();
        let sql = format!("DROP SCHEMA IF EXISTS {schema} CASCADE; CREATE SCHEMA {schema}");
        admin.execute(AssertSqlSafe(sql)).await.unwrap();
        admin.close().await.unwrap();
        let mark = if url.contains('?') { '&' } else { '?' };
        let own = format!("{url}{mark}options=-csearch_path%3D{schema}");
        Self { url: own, schema: Some((schema, url)), _dir: None }
    }

    pub(super) async fn open(&self) -> Registry {
        Registry::open(&self.url).await.unwrap()
    }

    pub(super) async fn drop(self) {
        if let Some((schema, url)) = self.schema {
            let mut admin = AnyConnection::connect(&url).await.unwrap();
            let sql = format!("DROP SCHEMA {schema} CASCADE");
            admin.execute(AssertSqlSafe(sql)).await.unwrap();
        }
    }
}

pub(super) fn at(hour: i8) -> Timestamp {
    format!("2019-11-05T{hour:02}:00:00Z").parse().unwrap()
}

/// An import of one version `v<id>` for each centre.
pub(super) fn import(id: &str, hour: i8, centres: &[&str]) -> NouvelImport {
    let versions = centres.iter().map(|centre| NouvelleVersion {
        id: format!("v{id}"),
        structure_id: (*centre).to_owned(),
        date_extraction: date(2019, 11, 4),
        empreinte: format!("empreinte-{id}"),
        lignes: 1_000,
    });
    NouvelImport {
        id: id.to_owned(),
        importe_le: at(hour),
        date_extraction: Some(date(2019, 11, 4)),
        rapport: serde_json::json!({"lues": 12, "fichier": "évènements « 2019 ».csv"}),
        versions: versions.collect(),
        structures: vec![],
    }
}

pub(super) fn named(nom: &str) -> Rattachement {
    Rattachement { nom: Some(nom.to_owned()), ..Rattachement::default() }
}

/// A store where these people have an account.
pub(super) async fn with_people(base: &Base, ids: &[&str]) -> Registry {
    let registry = base.open().await;
    let mut unite = registry.begin(at(7)).await.unwrap();
    for id in ids {
        unite.create_personne(id, &format!("Nom {id}"), &format!("{id}@ml.fr")).await.unwrap();
    }
    unite.commit().await.unwrap();
    registry
}
