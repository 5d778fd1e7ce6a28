//! Refused lines kept for their centre only, and never in clear.

use std::collections::BTreeSet;
use std::fs;
use std::sync::Arc;

use mallette_ingest::LigneRejetee;
use tempfile::tempdir;

use super::fabrique::{CANARIES, open};
use crate::{Warehouse, WarehouseError};

const LYON: &str = "69382S00";
const GRENOBLE: &str = "38185S00";

fn ligne(number: u32, feuille: Option<&str>, centre: Option<&str>) -> LigneRejetee {
    LigneRejetee {
        fichier: "envoi.zip/dossiers.xlsx".to_owned(),
        feuille: feuille.map(str::to_owned),
        table: "dossiers".to_owned(),
        ligne: number,
        entetes: Arc::from(["Nom".to_owned(), "Né le".to_owned()]),
        cellules: vec![CANARIES[0].to_owned(), "31/02/2019".to_owned(), CANARIES[1].to_owned()],
        colonne: Some(1),
        raison: "date qui n'existe pas".to_owned(),
        structure_id: centre.map(str::to_owned),
    }
}

fn sealed(dir: &std::path::Path) -> Warehouse {
    let warehouse = open(dir).unwrap();
    let lignes = vec![
        ligne(2, Some("A"), Some(LYON)),
        ligne(3, Some("A"), Some(GRENOBLE)),
        ligne(9, Some("A"), Some(LYON)),
        ligne(4, Some("B"), Some(LYON)),
        ligne(5, Some("B"), None),
        ligne(6, Some("B"), Some("inconnu")),
    ];
    let counts = warehouse
        .seal_rejets(&warehouse.trousseau(), "imp-1", lignes, |id| id != "inconnu")
        .unwrap();
    assert_eq!(counts, [(GRENOBLE.to_owned(), 1), (LYON.to_owned(), 3)].into());
    warehouse
}

#[test]
fn lines_come_back_whole_to_their_centre_only() {
    let dir = tempdir().unwrap();
    drop(sealed(dir.path()));
    let warehouse = open(dir.path()).unwrap();
    let lyon = warehouse.rejets(&warehouse.trousseau(), "imp-1", LYON).unwrap();
    let seen: Vec<_> = lyon
        .iter()
        .map(|f| (f.feuille.as_deref(), f.lignes.iter().map(|l| l.ligne).collect::<Vec<_>>()))
        .collect();
    assert_eq!(seen, [(Some("A"), vec![2, 9]), (Some("B"), vec![4])]);
    let first = &lyon[0].lignes[0];
    assert_eq!(first.cellules, [CANARIES[0], "31/02/2019", CANARIES[1]]);
    assert_eq!((first.colonne, lyon[0].entetes[1].as_str()), (Some(1), "Né le"));
    assert_eq!(
        warehouse.rejets(&warehouse.trousseau(), "imp-1", GRENOBLE).unwrap()[0].lignes[0].ligne,
        3
    );
    assert!(warehouse.rejets(&warehouse.trousseau(), "imp-2", LYON).unwrap().is_empty());
    assert!(warehouse.rejets(&warehouse.trousseau(), "imp-1", "42187S00").unwrap().is_empty());
    assert!(!format!("{lyon:?}").contains(CANARIES[0]));
}

#[test]
fn no_refused_name_is_on_disk_in_clear_and_no_unknown_centre_gets_a_key() {
    let dir = tempdir().unwrap();
    sealed(dir.path());
    let mut bytes = Vec::new();
    let mut todo = vec![dir.path().to_owned()];
    let mut files = 0;
    while let Some(path) = todo.pop() {
        if path.is_dir() {
            todo.extend(fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
        } else {
            files += 1;
            bytes.extend(fs::read(path).unwrap());
        }
    }
    // Two sealed files, two keys, their state, the lock.
    assert_eq!(files, 6);
    for canary in CANARIES {
        let piece = &canary.as_bytes()[..8];
        assert!(!bytes.windows(8).any(|window| window == piece), "{canary}");
    }
}

#[test]
fn moved_to_another_centre_or_another_import_they_do_not_open() {
    let dir = tempdir().unwrap();
    let warehouse = sealed(dir.path());
    let file = |import: &str, id: &str| dir.path().join(format!("rejets/{import}/{id}.bin"));
    fs::create_dir(dir.path().join("rejets/imp-2")).unwrap();
    fs::copy(file("imp-1", LYON), file("imp-2", LYON)).unwrap();
    fs::copy(file("imp-1", LYON), file("imp-1", GRENOBLE)).unwrap();
    let mut damaged = fs::read(file("imp-1", LYON)).unwrap();
    damaged[30] ^= 1;
    fs::write(file("imp-1", LYON), damaged).unwrap();
    for (import, id) in [("imp-2", LYON), ("imp-1", GRENOBLE), ("imp-1", LYON)] {
        let refused = warehouse.rejets(&warehouse.trousseau(), import, id);
        assert!(matches!(refused, Err(WarehouseError::CoffreScelle { .. })), "{import} {id}");
    }
}

#[test]
fn those_of_forgotten_imports_are_swept() {
    let dir = tempdir().unwrap();
    let warehouse = sealed(dir.path());
    warehouse
        .seal_rejets(&warehouse.trousseau(), "imp-2", vec![ligne(2, None, Some(LYON))], |_| true)
        .unwrap();
    let lock = warehouse.try_lock().unwrap().unwrap();
    warehouse.sweep_rejets(&lock, &BTreeSet::from(["imp-2".to_owned()])).unwrap();
    assert!(warehouse.rejets(&warehouse.trousseau(), "imp-1", LYON).unwrap().is_empty());
    assert_eq!(warehouse.rejets(&warehouse.trousseau(), "imp-2", LYON).unwrap().len(), 1);
}
