//! Death at each step of an import: nothing half visible, and a clean start after.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use mallette_ingest::Sink as _;
use tempfile::tempdir;

use super::fabrique::{accept, lot, now, open, publish};
use crate::{Publiee, WarehouseError};

/// Where the child of a kill test works.
const CHILD: &str = "MALLETTE_TEST_ENTREPOT";

fn references(published: &[Publiee]) -> BTreeSet<(String, String)> {
    published.iter().map(|version| (version.structure_id.clone(), version.id.clone())).collect()
}

/// Every version on disk.
fn on_disk(dir: &Path) -> BTreeSet<(String, String)> {
    let name = |path: &Path| path.file_name().unwrap().to_str().unwrap().to_owned();
    let mut found = BTreeSet::new();
    for centre in fs::read_dir(dir.join("versions")).unwrap() {
        let centre = centre.unwrap().path();
        for version in fs::read_dir(&centre).unwrap() {
            found.insert((name(&centre), name(&version.unwrap().path())));
        }
    }
    found
}

fn staged(dir: &Path) -> usize {
    fs::read_dir(dir.join("en_cours")).unwrap().count()
}

#[test]
fn an_import_abandoned_at_any_step_leaves_nothing() {
    let dir = tempdir().unwrap();
    let warehouse = open(dir.path()).unwrap();
    let kept = references(&publish(&warehouse, &["69382S00"], &[("dossiers", 5)]));
    for step in 0..3 {
        let mut staging = warehouse.stage(&warehouse.trousseau()).unwrap();
        if step > 0 {
            accept(&mut staging, "69382S00", &[("dossiers", 6), ("evenements", 500)]);
        }
        if step > 1 {
            staging.finish().unwrap();
        }
        drop(staging);
        assert_eq!((on_disk(dir.path()), staged(dir.path())), (kept.clone(), 0), "step {step}");
    }
    assert!(warehouse.sweep(&kept).unwrap().is_empty());
}

#[test]
fn a_death_among_the_renames_is_swept() {
    let dir = tempdir().unwrap();
    let warehouse = open(dir.path()).unwrap();
    let kept = references(&publish(&warehouse, &["69382S00"], &[("dossiers", 5)]));
    let mut staging = warehouse.stage(&warehouse.trousseau()).unwrap();
    for centre in ["38185S00", "69382S00"] {
        accept(&mut staging, centre, &[("dossiers", 6)]);
    }
    let ready = staging.finish().unwrap();
    // The first is renamed, then the power goes.
    let half = dir.path().join("versions/38185S00/20191105-080910-abcdef");
    fs::create_dir_all(half.parent().unwrap()).unwrap();
    fs::rename(&ready[0].dir, &half).unwrap();
    std::mem::forget(staging.centres.remove("69382S00"));
    drop(staging);
    assert_eq!(staged(dir.path()), 1);

    let warehouse = open(dir.path()).unwrap();
    assert_eq!(warehouse.sweep(&kept).unwrap(), [half]);
    assert_eq!((on_disk(dir.path()), staged(dir.path())), (kept.clone(), 0));
    assert!(!dir.path().join("versions/38185S00").exists());
    let (centre, id) = kept.first().unwrap();
    assert_eq!(warehouse.real_ids(&warehouse.trousseau(), centre, id).unwrap().len(), 5);
}

#[test]
fn one_import_at_a_time_and_no_sweep_meanwhile() {
    let dir = tempdir().unwrap();
    let warehouse = open(dir.path()).unwrap();
    let other = open(dir.path()).unwrap();
    let mut staging = warehouse.stage(&warehouse.trousseau()).unwrap();
    let refused = other.stage(&other.trousseau()).unwrap_err();
    assert!(matches!(refused, WarehouseError::ImportEnCours(_)));
    assert!(refused.to_string().contains("import est en cours"), "{refused}");
    accept(&mut staging, "69382S00", &[("dossiers", 5)]);
    staging.finish().unwrap();
    let published = staging.publish(now()).unwrap();
    // Published, not yet in the registry: a sweep now would take it away.
    assert!(other.sweep(&BTreeSet::new()).unwrap().is_empty());
    assert_eq!(on_disk(dir.path()), references(&published));
    drop(staging);
    assert_eq!(other.sweep(&BTreeSet::new()).unwrap().len(), 1);
    assert!(other.stage(&other.trousseau()).is_ok());
}

/// Run by [`a_killed_import_leaves_the_previous_version`] only, in a process of its own: imports
/// for ever until it is killed.
#[test]
#[ignore = "the child of a kill test"]
fn child_that_imports_for_ever() {
    let Ok(dir) = std::env::var(CHILD) else { return };
    let warehouse = open(Path::new(&dir)).unwrap();
    for rows in 1.. {
        let mut staging = warehouse.stage(&warehouse.trousseau()).unwrap();
        for centre in ["38185S00", "69382S00"] {
            for table in ["dossiers", "evenements", "situations"] {
                staging.accept(lot(centre, table, 2000 + rows, 500)).unwrap();
            }
        }
        staging.finish().unwrap();
        staging.publish(now()).unwrap();
    }
}

#[test]
fn a_killed_import_leaves_the_previous_version() {
    let dir = tempdir().unwrap();
    let warehouse = open(dir.path()).unwrap();
    let kept = references(&publish(&warehouse, &["69382S00"], &[("dossiers", 5)]));
    for delay in [5, 40, 90, 160, 250] {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--ignored", "--exact", "tests::mort::child_that_imports_for_ever"])
            .env(CHILD, dir.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let started = Instant::now();
        // From the moment it holds the lock: a machine under load may be slow to start it.
        while warehouse.try_lock().unwrap().is_some() {
            assert!(started.elapsed() < Duration::from_secs(60), "the child never started");
            std::thread::sleep(Duration::from_millis(1));
        }
        std::thread::sleep(Duration::from_millis(delay));
        assert!(child.try_wait().unwrap().is_none(), "killed at work, not after");
        child.kill().unwrap();
        child.wait().unwrap();

        let warehouse = open(dir.path()).unwrap();
        assert!(on_disk(dir.path()).is_superset(&kept));
        warehouse.sweep(&kept).unwrap();
        assert_eq!((on_disk(dir.path()), staged(dir.path())), (kept.clone(), 0));
        let (centre, id) = kept.first().unwrap();
        assert_eq!(warehouse.real_ids(&warehouse.trousseau(), centre, id).unwrap().len(), 5);
    }
    let again = publish(&warehouse, &["38185S00", "69382S00"], &[("dossiers", 6)]);
    assert_eq!(again.len(), 2);
}
