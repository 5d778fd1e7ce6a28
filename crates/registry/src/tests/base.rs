//! A store of its own for each test: a file, or a schema of the PostgreSQL given by
//! `MALLETTE_TEST_POSTGRES`.

use jiff::Timestamp;
use jiff::civil::date;
use mallette_domain::resultat::Rattachement;
use mallette_testkit::postgres;
use tempfile::TempDir;

use crate::{Adresse, NouvelImport, NouvelleVersion, Registry, sqlite_url};

/// An empty store.
pub(super) struct Base {
    pub(super) url: String,
    pub(super) adresse: Adresse,
    _postgres: Option<postgres::Base>,
    _dir: Option<TempDir>,
}

impl Base {
    pub(super) async fn sqlite() -> Self {
        let dir = tempfile::tempdir().unwrap();
        // A path that an address must not misread.
        let path = dir.path().join("un été ? #1 %41");
        std::fs::create_dir(&path).unwrap();
        let adresse = Adresse::Fichier(path.join("mallette.db"));
        Self {
            url: sqlite_url(&path.join("mallette.db")),
            adresse,
            _postgres: None,
            _dir: Some(dir),
        }
    }

    pub(super) async fn postgres() -> Self {
        let base = postgres::Base::fresh();
        let (url, adresse) = (base.url.clone(), Adresse::parse(&base.url).unwrap());
        sqlx::any::install_default_drivers();
        Self { url, adresse, _postgres: Some(base), _dir: None }
    }

    pub(super) async fn open(&self) -> Registry {
        Registry::open(&self.url).await.unwrap()
    }

    pub(super) async fn drop(self) {}
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
