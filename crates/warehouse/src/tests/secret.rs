//! No name in clear on the disk, and vaults that open for their centre only.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::AsArray;
use mallette_ingest::CentreKeys as _;
use tempfile::tempdir;

use super::fabrique::{CANARIES, accept, now, open, publish};
use crate::cles::CleError;
use crate::{Warehouse, WarehouseError};

fn files(dir: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files(&path, found) } else { found.push(path) }
    }
}

/// Every file under the folder whose bytes or name hold a canary, or an 8-byte piece of one.
fn leaks(dir: &Path) -> (usize, Vec<PathBuf>) {
    let mut all = Vec::new();
    files(dir, &mut all);
    let leaking = all.iter().filter(|path| {
        let mut bytes = fs::read(path).unwrap();
        bytes.extend_from_slice(path.to_string_lossy().as_bytes());
        CANARIES.iter().any(|name| {
            let piece = &name.as_bytes()[..8];
            bytes.windows(piece.len()).any(|window| window == piece)
        })
    });
    (all.len(), leaking.cloned().collect())
}

#[test]
fn no_name_is_ever_on_disk_in_clear() {
    let dir = tempdir().unwrap();
    let warehouse = open(dir.path()).unwrap();
    // The search itself finds what it should.
    fs::write(dir.path().join("temoin"), CANARIES[1]).unwrap();
    assert_eq!(leaks(dir.path()).1.len(), 1);
    fs::remove_file(dir.path().join("temoin")).unwrap();

    let mut staging = warehouse.stage(&warehouse.trousseau()).unwrap();
    for table in ["dossiers", "conseillers", "parcours", "situations", "allocations"] {
        accept(&mut staging, "69382S00", &[(table, 120)]);
        assert_eq!(leaks(dir.path()).1, Vec::<PathBuf>::new(), "mid-import, after {table}");
    }
    staging.finish().unwrap();
    assert_eq!(leaks(dir.path()).1, Vec::<PathBuf>::new(), "written aside");
    let published = staging.publish(now()).unwrap();
    let (walked, leaking) = leaks(dir.path());
    assert_eq!(leaking, Vec::<PathBuf>::new(), "published");
    // 5 tables, 5 vaults, the record, the key, the state of the keys, two locks.
    assert_eq!(walked, 15);
    let id = &published[0].id;
    assert_eq!(
        warehouse.identities(&warehouse.trousseau(), "69382S00", id, "dossiers").unwrap()[0]
            .num_rows(),
        120
    );
    assert_eq!(leaks(dir.path()).1, Vec::<PathBuf>::new(), "after the vault was opened");
}

#[test]
fn the_vault_gives_names_and_numbers_back() {
    let dir = tempdir().unwrap();
    let warehouse = open(dir.path()).unwrap();
    let published = publish(&warehouse, &["69382S00"], &[("dossiers", 3), ("evenements", 1)]);
    // Another process, without anything in memory.
    let warehouse = open(dir.path()).unwrap();
    let id = &published[0].id;
    let rows = warehouse.identities(&warehouse.trousseau(), "69382S00", id, "dossiers").unwrap();
    let names = rows[0].column_by_name("nom").unwrap().as_string::<i32>();
    assert_eq!(names.value(2), "KANARIDUPONT2");
    let numbers = warehouse.real_ids(&warehouse.trousseau(), "69382S00", id).unwrap();
    assert_eq!(numbers.len(), 3);
    assert_eq!(numbers["dossier_id-1"], "9988776655-NUMERO1");
    assert!(
        warehouse
            .identities(&warehouse.trousseau(), "69382S00", id, "evenements")
            .unwrap()
            .is_empty()
    );
    assert!(
        warehouse
            .identities(&warehouse.trousseau(), "69382S00", "20190101-000000-abcdef", "dossiers")
            .is_err()
    );
}

#[test]
fn a_vault_damaged_moved_or_without_its_key_is_refused() {
    let dir = tempdir().unwrap();
    let warehouse = open(dir.path()).unwrap();
    let tables = [("dossiers", 3), ("conseillers", 3)];
    let published = publish(&warehouse, &["38185S00", "69382S00"], &tables);
    let vault = |rank: usize, table: &str| {
        let version = &published[rank];
        let dir = warehouse.version_dir(&version.structure_id, &version.id);
        dir.join(format!("coffre/{table}.bin"))
    };
    let refused = |warehouse: &Warehouse| {
        let error = warehouse
            .identities(&warehouse.trousseau(), "69382S00", &published[1].id, "dossiers")
            .unwrap_err();
        assert!(matches!(error, WarehouseError::CoffreScelle { .. }), "{error:?}");
        let told = error.to_string();
        assert!(told.contains("69382S00") && told.contains("sauvegarde"), "{told}");
    };
    let sound = fs::read(vault(1, "dossiers")).unwrap();
    for place in [0, 23, 24, sound.len() / 2, sound.len() - 1] {
        let mut damaged = sound.clone();
        damaged[place] ^= 1;
        fs::write(vault(1, "dossiers"), damaged).unwrap();
        refused(&warehouse);
    }
    for length in [0, 10, 24, sound.len() - 1] {
        fs::write(vault(1, "dossiers"), &sound[..length]).unwrap();
        refused(&warehouse);
    }
    fs::copy(vault(1, "conseillers"), vault(1, "dossiers")).unwrap();
    refused(&warehouse);
    fs::copy(vault(0, "dossiers"), vault(1, "dossiers")).unwrap();
    refused(&warehouse);
    fs::remove_file(vault(1, "dossiers")).unwrap();
    refused(&warehouse);
    fs::write(vault(1, "dossiers"), &sound).unwrap();
    assert!(
        warehouse
            .identities(&warehouse.trousseau(), "69382S00", &published[1].id, "dossiers")
            .is_ok()
    );
    // Moved with its key: the centre is still not the right one.
    fs::copy(dir.path().join("cles/38185S00.cle"), dir.path().join("cles/69382S00.cle")).unwrap();
    for file in [fs::read(vault(0, "dossiers")).unwrap(), sound] {
        fs::write(vault(1, "dossiers"), file).unwrap();
        let warehouse = open(dir.path()).unwrap();
        let read =
            warehouse.identities(&warehouse.trousseau(), "69382S00", &published[1].id, "dossiers");
        assert!(matches!(read, Err(WarehouseError::Cle(CleError::Alteree { .. }))), "{read:?}");
    }
}

#[test]
fn a_key_is_made_once_kept_private_and_never_replaced() {
    let dir = tempdir().unwrap();
    let warehouse = Arc::new(open(dir.path()).unwrap());
    let threads: Vec<_> = (0..8)
        .map(|_| {
            // Each its own, as separate processes would.
            let warehouse = open(dir.path()).unwrap();
            std::thread::spawn(move || warehouse.trousseau().key("69382S00").unwrap())
        })
        .collect();
    let keys: Vec<_> = threads.into_iter().map(|thread| thread.join().unwrap()).collect();
    assert!(keys.iter().all(|key| *key == keys[0] && *key != [0; 32]));
    assert_ne!(warehouse.trousseau().key("38185S00").unwrap(), keys[0]);
    let file = dir.path().join("cles/69382S00.cle");
    let text = fs::read_to_string(&file).unwrap();
    // Two keys, their state, the lock: nothing left aside.
    assert_eq!(fs::read_dir(dir.path().join("cles")).unwrap().count(), 4);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        let folder = fs::metadata(dir.path().join("cles")).unwrap();
        assert_eq!(folder.permissions().mode() & 0o777, 0o700);
    }
    for broken in ["", "abc", "{}", &text.replace("\"format\": 2", "\"format\": 3")] {
        fs::write(&file, broken).unwrap();
        let warehouse = open(dir.path()).unwrap();
        let told = warehouse.trousseau().get_or_create("69382S00").unwrap_err().to_string();
        assert!(told.contains("69382S00.cle") && told.contains("sauvegarde"), "{broken:?} {told}");
    }
}

#[test]
fn a_lost_key_is_told_not_remade() {
    let dir = tempdir().unwrap();
    let warehouse = open(dir.path()).unwrap();
    publish(&warehouse, &["69382S00"], &[("dossiers", 1)]);
    fs::remove_file(dir.path().join("cles/69382S00.cle")).unwrap();
    let trousseau = open(dir.path()).unwrap().trousseau();
    for refused in [trousseau.get("69382S00"), trousseau.get_or_create("69382S00")] {
        let told = refused.unwrap_err().to_string();
        assert!(told.contains("69382S00.cle") && told.contains("sauvegarde"), "{told}");
    }
    assert!(trousseau.get("38185S00").is_err(), "reading never makes a key");
    assert!(trousseau.get_or_create("38185S00").is_ok());
}

#[test]
fn a_code_from_a_file_cannot_leave_the_directory() {
    let dir = tempdir().unwrap();
    let data = dir.path().join("donnees");
    let warehouse = open(&data).unwrap();
    let published = publish(&warehouse, &["../../dehors"], &[("dossiers", 2)]);
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    let version = warehouse.version_dir("../../dehors", &published[0].id);
    assert!(version.starts_with(data.join("versions")) && version.is_dir());
    assert_eq!(
        warehouse.real_ids(&warehouse.trousseau(), "../../dehors", &published[0].id).unwrap().len(),
        2
    );
}
