//! A store that is read only; one server at a time; a store of a later program.

use std::fs;

use sqlx::{AnyConnection, AssertSqlSafe, Connection as _, Executor as _};

use super::base::{Base, at, import, with_people};
use super::niveaux::LEVELS;
use super::traces::{append, entry};
use crate::{Registry, RegistryError, Schema};

super::on_both!(
    what_is_read_only_is_not_written,
    a_later_program_is_not_undone,
    a_store_has_one_installation,
);

async fn what_is_read_only_is_not_written(base: &Base) {
    let missing = Registry::open_read_only(&base.adresse).await;
    assert!(missing.is_err(), "neither made nor brought up to date");
    let registry = with_people(base, &["p1"]).await;
    registry.commit_import(&import("1", 8, &["A"])).await.unwrap();
    append(&registry, at(9), &[entry("lecture", "p1", "A")]).await;
    registry.close().await;
    let bytes = |base: &Base| match &base.adresse {
        crate::Adresse::Fichier(path) => {
            let dir = fs::read_dir(path.parent().unwrap()).unwrap();
            let mut files: Vec<_> = dir.map(|entry| entry.unwrap().path()).collect();
            files.sort();
            files.iter().map(|path| (path.clone(), fs::read(path).unwrap())).collect()
        }
        crate::Adresse::Postgres(_) => Vec::new(),
    };
    let before = bytes(base);
    let read = Registry::open_read_only(&base.adresse).await.unwrap();
    assert!(read.is_read_only());
    assert_eq!(read.personnes().await.unwrap().len(), 1);
    assert_eq!(read.verify_trace(&[]).await.unwrap().entrees, 1);
    assert!(matches!(read.begin(at(10)).await, Err(RegistryError::LectureSeule)));
    assert!(matches!(read.begin_quiet(at(10)).await, Err(RegistryError::LectureSeule)));
    let cleared = read.clear_essais("x").await;
    assert!(matches!(cleared, Err(RegistryError::LectureSeule)));
    // The engine refuses too, whatever forgets to ask.
    let forced = sqlx::query("DELETE FROM trace").execute(&read.pool).await;
    assert!(forced.is_err());
    read.close().await;
    assert_eq!(bytes(base), before, "not a byte, not a file");
    assert_eq!(base.open().await.verify_trace(&[]).await.unwrap().entrees, 1);
}

async fn a_later_program_is_not_undone(base: &Base) {
    base.open().await.close().await;
    let change = async |sql: String| {
        let mut connection = AnyConnection::connect(&base.url).await.unwrap();
        connection.execute(AssertSqlSafe(sql)).await.unwrap();
        connection.close().await.unwrap();
    };
    let [.., before, last] = LEVELS.map(|(level, ..)| level);
    change(format!(
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
         SELECT 9000, 'plus tard', success, checksum, 0 FROM _sqlx_migrations WHERE version = {last}"
    ))
    .await;
    for refused in [Registry::open(&base.url).await, Registry::open_read_only(&base.adresse).await]
    {
        let told = refused.unwrap_err();
        assert!(matches!(told, RegistryError::PlusRecente { niveau: 9000, .. }), "{told}");
        assert!(told.to_string().contains("version plus récente"), "{told}");
    }
    let as_is = Registry::open_as_is(&base.url).await.unwrap();
    let told = as_is.schema().await.unwrap_err();
    assert!(matches!(told, RegistryError::PlusRecente { niveau: 9000, .. }), "{told}");
    as_is.close().await;
    change(format!("DELETE FROM _sqlx_migrations WHERE version IN ({last}, 9000)")).await;
    let earlier = Registry::open_read_only(&base.adresse).await.unwrap_err();
    assert!(
        matches!(earlier, RegistryError::ANiveler { niveau, .. } if niveau == before),
        "{earlier}"
    );
    let Schema { niveau, .. } =
        Registry::open_as_is(&base.url).await.unwrap().schema().await.unwrap();
    assert_eq!(niveau, before, "nothing was brought up to date");
}

async fn a_store_has_one_installation(base: &Base) {
    let registry = base.open().await;
    let tour = registry.tour().await.unwrap();
    assert_eq!(registry.installation().await.unwrap(), None);
    // Two programs at the same moment: both are told the same.
    let (one, two) =
        tokio::join!(registry.set_installation("a", at(8)), registry.set_installation("b", at(8)));
    let kept = one.unwrap();
    assert_eq!(two.unwrap(), kept);
    assert_eq!(registry.set_installation("c", at(9)).await.unwrap(), kept);
    assert_eq!(registry.installation().await.unwrap(), Some(kept));
    assert_eq!(registry.tour().await.unwrap(), tour, "pages have nothing to read again");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sqlite_file_that_is_not_closed_is_not_read_without_its_end() {
    let base = Base::sqlite().await;
    let registry = with_people(&base, &["p1"]).await;
    let told = Registry::open_read_only(&base.adresse).await.unwrap_err();
    assert!(matches!(&told, RegistryError::PasFermee(path) if path.contains("mallette.db")));
    registry.close().await;
    Registry::open_read_only(&base.adresse).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn one_server_at_a_time_reserves_a_base() {
    let base = Base::postgres().await;
    let registry = base.open().await;
    let first = registry.reserve().await.unwrap().unwrap();
    let other = base.open().await;
    assert!(matches!(other.reserve().await, Err(RegistryError::Occupee)));
    // Another store of the same server is another matter.
    let apart = Base::postgres().await;
    assert!(apart.open().await.reserve().await.unwrap().is_some());
    drop(first);
    let mut again = other.reserve().await;
    for _ in 0..200 {
        if again.is_ok() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        again = other.reserve().await;
    }
    assert!(again.unwrap().is_some(), "let go with its connection");
    assert!(Base::sqlite().await.open().await.reserve().await.unwrap().is_none());
}
