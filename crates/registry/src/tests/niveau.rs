//! A store that an earlier version made is brought up to date, and keeps what it holds.

use sqlx::migrate::Migrator;
use sqlx::{AnyConnection, Connection as _, Executor as _};

use super::base::{Base, at, import};
use crate::ouverture::MIGRATIONS;

super::on_both!(a_store_without_people_receives_them);

async fn a_store_without_people_receives_them(base: &Base) {
    sqlx::any::install_default_drivers();
    let url = match base.url.starts_with("sqlite:") {
        true => format!("{}?mode=rwc", base.url),
        false => base.url.clone(),
    };
    let mut connection = AnyConnection::connect(&url).await.unwrap();
    let earlier: Vec<_> = MIGRATIONS.iter().filter(|m| m.version <= 3).cloned().collect();
    assert_eq!(earlier.len(), 2);
    let earlier = Migrator { migrations: earlier.into(), ..Migrator::DEFAULT };
    earlier.run_direct(None, &mut connection, false).await.unwrap();
    for sql in [
        "UPDATE compteur SET tour = 7",
        "INSERT INTO correspondance (table_canonique, entete, colonne) VALUES ('dossiers', 'x', 'y')",
    ] {
        connection.execute(sql).await.unwrap();
    }
    connection.close().await.unwrap();

    let registry = base.open().await;
    assert_eq!(registry.tour().await.unwrap(), 7);
    assert_eq!(registry.correspondances().await.unwrap().len(), 1);
    assert!(registry.personnes().await.unwrap().is_empty());
    let mut unite = registry.begin(at(8)).await.unwrap();
    unite.create_personne("p1", "Ali Ben", "ali@ml.fr").await.unwrap();
    unite.commit().await.unwrap();
    registry.commit_import(&import("1", 9, &["A"])).await.unwrap();
    assert_eq!(registry.tour().await.unwrap(), 9);
}
