//! A version read whole: what was written is found right, and what changed since is told with its
//! file.

use std::fs;
use std::path::Path;

use mallette_ingest::Sink as _;
use tempfile::tempdir;

use super::fabrique::{accept, lot, maitresse, now, open, publish};
use crate::cles::{Maitresse, SecondeMoitie};
use crate::{Publiee, SourceMaitresse, Warehouse, WarehouseError};

const LYON: &str = "69382S00";

fn verify(warehouse: &Warehouse, version: &Publiee) -> Result<crate::Verifiee, WarehouseError> {
    warehouse.verify_version(&warehouse.trousseau(), LYON, &version.id)
}

fn told(warehouse: &Warehouse, version: &Publiee) -> String {
    verify(warehouse, version).unwrap_err().to_string()
}

#[test]
fn what_was_written_is_found_right_carried_forward_or_empty_included() {
    let dir = tempdir().unwrap();
    let warehouse = open(dir.path()).unwrap();
    let tables = [("dossiers", 250), ("evenements", 700), ("propositions", 0)];
    let first = publish(&warehouse, &[LYON], &tables).remove(0);
    let found = verify(&warehouse, &first).unwrap();
    assert_eq!((found.lignes, found.tables, found.scellees), (950, 3, 0));
    assert_eq!(found.empreinte, first.empreinte);

    let mut staging = warehouse.stage(&warehouse.trousseau()).unwrap();
    staging.accept(lot(LYON, "situations", 40, 100)).unwrap();
    let previous = warehouse.version_dir(LYON, &first.id);
    staging.carry_forward(LYON, super::fabrique::REF, &previous).unwrap();
    staging.finish().unwrap();
    let second = staging.publish(now()).unwrap().remove(0);
    drop(staging);
    let found = verify(&warehouse, &second).unwrap();
    assert_eq!((found.lignes, found.tables), (990, 4));
}

#[test]
fn a_missing_file_is_named() {
    let dir = tempdir().unwrap();
    let warehouse = open(dir.path()).unwrap();
    for name in ["dossiers.parquet", "coffre/dossiers.bin", "version.json", ""] {
        let version = publish(&warehouse, &[LYON], &[("dossiers", 3)]).remove(0);
        let path = warehouse.version_dir(LYON, &version.id).join(name);
        match name {
            "" => fs::remove_dir_all(&path).unwrap(),
            _ => fs::remove_file(&path).unwrap(),
        }
        let path = path.to_str().unwrap().trim_end_matches('/').to_owned();
        assert!(told(&warehouse, &version).contains(&path), "{name}");
    }
}

#[test]
fn the_rows_of_another_version_are_told_even_when_they_are_as_many() {
    let dir = tempdir().unwrap();
    let warehouse = open(dir.path()).unwrap();
    let one = publish(&warehouse, &[LYON], &[("dossiers", 3), ("evenements", 5)]).remove(0);
    let mut staging = warehouse.stage(&warehouse.trousseau()).unwrap();
    accept(&mut staging, "38185S00", &[("evenements", 5)]);
    staging.finish().unwrap();
    let other = staging.publish(now()).unwrap().remove(0);
    drop(staging);
    let place = |id: &str, version: &Publiee| {
        warehouse.version_dir(id, &version.id).join("evenements.parquet")
    };
    fs::copy(place("38185S00", &other), place(LYON, &one)).unwrap();
    let error = told(&warehouse, &one);
    assert!(error.contains("evenements.parquet") && error.contains("le fichier"), "{error}");
    // With the hash changed too, the rows still tell.
    let path = warehouse.version_dir(LYON, &one.id).join("version.json");
    let record: serde_json::Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    let hash = |file: &Path| blake3::hash(&fs::read(file).unwrap()).to_hex().to_string();
    let mut forged = record.clone();
    forged["tables"]["evenements"]["fichier"] = hash(&place(LYON, &one)).into();
    fs::write(&path, forged.to_string()).unwrap();
    let error = told(&warehouse, &one);
    assert!(error.contains("evenements.parquet") && error.contains("lignes"), "{error}");
    fs::write(&path, serde_json::to_string_pretty(&record).unwrap()).unwrap();
    let record = fs::read_to_string(&path).unwrap();
    fs::write(&path, record.replacen("\"lignes\": 5", "\"lignes\": 4", 1)).unwrap();
    assert!(told(&warehouse, &one).contains("version.json"));
}

/// Bytes of each file flipped in turn. Before hashes were kept, one that is no part of a value may
/// go unseen: the rows are then those that were written.
#[test]
fn a_byte_that_changed_is_told() {
    let dir = tempdir().unwrap();
    let warehouse = open(dir.path()).unwrap();
    let version = publish(&warehouse, &[LYON], &[("dossiers", 60)]).remove(0);
    let folder = warehouse.version_dir(LYON, &version.id);
    let flip = |path: &Path, rank: usize| {
        let sound = fs::read(path).unwrap();
        let mut bytes = sound.clone();
        bytes[rank] ^= 0x10;
        fs::write(path, bytes).unwrap();
        let found = verify(&warehouse, &version);
        fs::write(path, sound).unwrap();
        found
    };
    let (vault, activity) = (folder.join("coffre/dossiers.bin"), folder.join("dossiers.parquet"));
    let size = |path: &Path| fs::metadata(path).unwrap().len() as usize;
    for path in [&vault, &activity] {
        for rank in (0..size(path)).step_by(97) {
            let told = flip(path, rank).unwrap_err().to_string();
            assert!(told.contains(path.to_str().unwrap()), "{rank} {told}");
        }
    }
    assert!(verify(&warehouse, &version).is_ok());
    forget_hashes(&folder);
    assert!(verify(&warehouse, &version).is_ok(), "as an earlier program wrote it");
    for rank in (0..size(&vault)).step_by(97) {
        assert!(flip(&vault, rank).is_err(), "vault, {rank}");
    }
    let (mut tried, mut seen) = (0, 0);
    for rank in (0..size(&activity)).step_by(13) {
        tried += 1;
        match flip(&activity, rank) {
            Err(error) => {
                seen += 1;
                assert!(error.to_string().contains("dossiers.parquet"), "{rank} {error}");
            }
            // Not a value: a statistic, a description of the file.
            Ok(found) => assert_eq!(found.empreinte, version.empreinte, "{rank}"),
        }
    }
    assert!(seen > tried / 4, "{seen} of {tried}");
}

/// Makes the record of a version as it was before hashes of files were kept.
fn forget_hashes(folder: &Path) {
    let path = folder.join("version.json");
    let mut record: serde_json::Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    for table in record["tables"].as_object_mut().unwrap().values_mut() {
        let table = table.as_object_mut().unwrap();
        assert!(table.remove("fichier").is_some() && table.remove("fichier_coffre").is_some());
    }
    fs::write(&path, record.to_string()).unwrap();
}

#[test]
fn a_centre_that_keeps_its_half_is_verified_as_far_as_can_be() {
    let dir = tempdir().unwrap();
    let warehouse = open(dir.path()).unwrap();
    let version = publish(&warehouse, &[LYON], &[("dossiers", 9), ("evenements", 4)]).remove(0);
    let moitie = SecondeMoitie::generate().unwrap();
    warehouse.keys().split(LYON, &moitie).unwrap();
    assert_eq!(verify(&warehouse, &version).unwrap().scellees, 1);
    let mut session = warehouse.trousseau();
    session.add(warehouse.keys().unlock(LYON, &moitie).unwrap());
    let found = warehouse.verify_version(&session, LYON, &version.id).unwrap();
    assert_eq!(found.scellees, 0);
    // Without opening it: changed, then missing.
    let vault = warehouse.version_dir(LYON, &version.id).join("coffre/dossiers.bin");
    let mut bytes = fs::read(&vault).unwrap();
    bytes[40] ^= 1;
    fs::write(&vault, bytes).unwrap();
    assert!(told(&warehouse, &version).contains("coffre/dossiers.bin"));
    fs::remove_file(&vault).unwrap();
    assert!(told(&warehouse, &version).contains("coffre/dossiers.bin"));
}

#[test]
fn a_master_key_is_made_ahead_of_the_first_centre_and_found_in_its_file() {
    let dir = tempdir().unwrap();
    let (data, place) = (dir.path().join("donnees"), dir.path().join("cles"));
    for source in
        [SourceMaitresse::Dossier(place.clone()), SourceMaitresse::Fichier(place.join("une.cle"))]
    {
        let data = data.join(source.to_string().len().to_string());
        let warehouse = Warehouse::open_with(&data, source.clone()).unwrap();
        let key = warehouse.keys().ensure_maitresse().unwrap();
        let made = warehouse.keys().take_created().unwrap();
        assert_eq!(source.file_of(key.id()), Some(made));
        assert_eq!(source.file_of(maitresse().id()), None);
        assert_eq!(warehouse.keys().ensure_maitresse().unwrap().id(), key.id());
        assert_eq!(warehouse.keys().take_created(), None, "made once");
        assert!(warehouse.keys().check().unwrap().unwrap().centres.is_empty());
        warehouse.trousseau().get_or_create(LYON).unwrap();
        let wrong = SourceMaitresse::Valeur(Maitresse::from_bytes([8; 32]));
        let wrong = Warehouse::open_with(&data, wrong).unwrap();
        assert!(wrong.keys().ensure_maitresse().is_err());
    }
    assert_eq!(SourceMaitresse::Valeur(maitresse()).file_of(maitresse().id()), None);
}
