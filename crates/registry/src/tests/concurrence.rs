//! Many writers at once: nothing lost, nothing twice.

use std::collections::BTreeSet;

use super::base::{Base, at, import};
use crate::Registry;

super::on_both!(
    commits_at_once_are_all_recorded,
    undo_and_commit_at_once_agree,
    opening_at_once_makes_the_tables_once,
    readers_do_not_wait_for_a_writer,
);

async fn commits_at_once_are_all_recorded(base: &Base) {
    // Each its own connections, as separate processes would have.
    let mut tasks = Vec::new();
    for n in 0..12 {
        let registry = base.open().await;
        tasks.push(tokio::spawn(async move {
            registry.commit_import(&import(&n.to_string(), 8, &["A", "B"])).await
        }));
    }
    for task in tasks {
        task.await.unwrap().unwrap();
    }
    let registry = base.open().await;
    let history = registry.versions("A").await.unwrap();
    let ids: BTreeSet<_> = history.iter().map(|version| version.id.clone()).collect();
    assert_eq!((history.len(), ids.len()), (12, 12));
    assert_eq!(registry.current_version("A").await.unwrap().as_ref(), history.first());
    let imports = registry.imports().await.unwrap();
    assert_eq!(imports.len(), 12);
    assert_eq!(registry.journal(100).await.unwrap().len(), 12);
    // Each replaced the one before: undone from the last, they come back one by one.
    for (rank, import) in imports.iter().enumerate() {
        let current = registry.current_version("B").await.unwrap().unwrap();
        assert_eq!(current.import_id, import.id, "{rank}");
        registry.undo_import(&import.id, at(9)).await.unwrap();
    }
    assert_eq!(registry.current_version("B").await.unwrap(), None);
}

async fn undo_and_commit_at_once_agree(base: &Base) {
    let registry = base.open().await;
    registry.commit_import(&import("0", 8, &["A"])).await.unwrap();
    for n in 1..8 {
        let (undone, next) = (format!("a{n}"), format!("b{n}"));
        registry.commit_import(&import(&undone, 8, &["A"])).await.unwrap();
        let other = base.open().await;
        let later = import(&next, 9, &["A"]);
        let (undo, commit) =
            tokio::join!(registry.undo_import(&undone, at(9)), other.commit_import(&later));
        commit.unwrap();
        // Either the undo came first and `next` replaced what was before, or it was refused.
        let current = registry.current_version("A").await.unwrap().unwrap();
        assert_eq!(current.import_id, next);
        registry.undo_import(&next, at(10)).await.unwrap();
        let back = registry.current_version("A").await.unwrap().unwrap().import_id;
        if undo.is_ok() {
            assert_ne!(back, undone);
        } else {
            assert_eq!(back, undone);
            registry.undo_import(&undone, at(11)).await.unwrap();
        }
        assert_eq!(registry.current_version("A").await.unwrap().unwrap().import_id, "0");
    }
}

async fn opening_at_once_makes_the_tables_once(base: &Base) {
    let tasks: Vec<_> = (0..12)
        .map(|_| {
            let url = base.url.clone();
            tokio::spawn(async move { Registry::open(&url).await })
        })
        .collect();
    for task in tasks {
        let registry = task.await.unwrap().unwrap();
        assert!(registry.imports().await.unwrap().is_empty());
    }
}

async fn readers_do_not_wait_for_a_writer(base: &Base) {
    let registry = base.open().await;
    registry.commit_import(&import("1", 8, &["A"])).await.unwrap();
    let writer = base.open().await;
    let unite = writer.begin(at(9)).await.unwrap();
    let wait = std::time::Duration::from_secs(10);
    let read = tokio::time::timeout(wait, registry.current_version("A")).await;
    assert_eq!(read.unwrap().unwrap().unwrap().id, "v1");
    drop(unite);
    // A transaction dropped lets the next one in, and left nothing.
    registry.commit_import(&import("2", 10, &["A"])).await.unwrap();
    assert_eq!(registry.journal(9).await.unwrap().len(), 2);
}
