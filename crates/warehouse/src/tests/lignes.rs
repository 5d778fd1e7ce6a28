//! The fingerprints of rows kept beside a version: what they say, what follows from them, what is done when
//! they are not there.

use std::fs::{self, File};
use std::path::Path;

use mallette_ingest::Sink as _;
use tempfile::tempdir;

use super::fabrique::{lot, now, open, publish};
use crate::ecarts;
use crate::lignes::{FILE, Lignes};
use crate::parquet_fichier;

const LYON: &str = "69382S00";
const GRENOBLE: &str = "38185S00";

#[test]
fn what_is_kept_is_what_the_tables_say_and_damage_is_no_answer() {
    let dir = tempdir().unwrap();
    let warehouse = open(dir.path()).unwrap();
    let id = publish(&warehouse, &[LYON], &[("parcours", 40), ("dossiers", 7)]).remove(0).id;
    let own = warehouse.version_dir(LYON, &id);
    assert_eq!(Lignes::kept(&own), None);
    let read = Lignes::read(&own, |_| true).unwrap();
    let counts: Vec<_> = read.tables.iter().map(|(name, t)| (&**name, t.lignes.len())).collect();
    assert_eq!(counts, [("dossiers", 7), ("parcours", 40)]);
    read.keep(&own).unwrap();
    assert_eq!(Lignes::kept(&own).as_ref(), Some(&read));
    assert_eq!(Lignes::of(&own).unwrap(), read);

    let mut rows = read.lookup();
    let found = rows.get(LYON, "parcours", "parcours_id-3");
    let (_, row) = read.tables["parcours"].lignes[3];
    assert_eq!(found, Some(row), "rows are in the order of the file");
    // Another centre, another table, what is no row, what is no table, what has a longer key.
    for (centre, table, id) in [
        (GRENOBLE, "parcours", "parcours_id-3"),
        (LYON, "dossiers", "parcours_id-3"),
        (LYON, "parcours", "parcours_id-40"),
        (LYON, "situations", "parcours_id-3"),
        (LYON, "mois", "2019-09"),
        (LYON, "enveloppes", "PACEA 2019"),
    ] {
        assert_eq!(rows.get(centre, table, id), None, "{table} {id}");
    }

    let path = own.join(FILE);
    let sound = fs::read(&path).unwrap();
    for place in (0..sound.len()).step_by(29) {
        let mut damaged = sound.clone();
        damaged[place] ^= 0x41;
        fs::write(&path, &damaged).unwrap();
        assert_eq!(Lignes::kept(&own), None, "byte {place}");
        fs::write(&path, &sound[..place]).unwrap();
        assert_eq!(Lignes::kept(&own), None, "cut at {place}");
    }
    assert_eq!(Lignes::of(&own).unwrap(), read, "read from the tables again");
    crate::forget_lignes(&own);
    assert!(!path.exists());
}

/// The version of Lyon that follows that one: rows 3 to 11 of parcours, the same dossiers.
fn follow(warehouse: &crate::Warehouse, before: &str) -> String {
    let mut staging = warehouse.stage(&warehouse.trousseau()).unwrap();
    staging.accept(lot(LYON, "parcours", 12, 100)).unwrap();
    staging.accept(lot(LYON, "dossiers", 5, 2)).unwrap();
    staging.finish().unwrap();
    let replaced = [
        (LYON, before, warehouse.version_dir(LYON, before)),
        (GRENOBLE, "none", warehouse.version_dir(GRENOBLE, "none")),
    ];
    let failed = staging.note_all_ecarts(&replaced).unwrap();
    assert!(failed.is_empty(), "{failed:?}");
    staging.publish(now()).unwrap().remove(0).id
}

#[test]
fn a_version_is_compared_with_what_is_kept_of_the_one_before_as_with_its_tables() {
    let dir = tempdir().unwrap();
    let warehouse = open(dir.path()).unwrap();
    let before = publish(&warehouse, &[LYON], &[("parcours", 10), ("dossiers", 5)]).remove(0).id;
    let old = warehouse.version_dir(LYON, &before);
    let told = |id: &str| {
        let dir = warehouse.version_dir(LYON, id);
        let kept = Lignes::kept(&dir).unwrap();
        assert_eq!(kept, Lignes::read(&dir, |_| true).unwrap());
        ecarts::read(&dir).unwrap().unwrap().tables
    };
    let from_tables = told(&follow(&warehouse, &before));
    assert_eq!((from_tables["parcours"].ajoutees, from_tables["parcours"].modifiees), (2, 0));
    Lignes::read(&old, |_| true).unwrap().keep(&old).unwrap();
    assert_eq!(told(&follow(&warehouse, &before)), from_tables);
    // A program of before had a column less: what it did not have changes no row.
    drop_column(&old.join("parcours.parquet"), "motif_fin");
    crate::forget_lignes(&old);
    assert_eq!(told(&follow(&warehouse, &before)), from_tables);
}

#[test]
fn a_version_that_cannot_be_read_is_told_and_stops_no_other() {
    let dir = tempdir().unwrap();
    let warehouse = open(dir.path()).unwrap();
    let both = publish(&warehouse, &[GRENOBLE, LYON], &[("parcours", 10)]);
    let dirs: Vec<_> =
        both.iter().map(|one| warehouse.version_dir(&one.structure_id, &one.id)).collect();
    fs::write(dirs[0].join("parcours.parquet"), "rien").unwrap();
    let mut staging = warehouse.stage(&warehouse.trousseau()).unwrap();
    for centre in [GRENOBLE, LYON] {
        staging.accept(lot(centre, "parcours", 12, 100)).unwrap();
    }
    let replaced: Vec<_> =
        both.iter().zip(&dirs).map(|(v, dir)| (&*v.structure_id, &*v.id, dir.clone())).collect();
    assert!(staging.note_all_ecarts(&replaced).is_err(), "before the end of the writing");
    staging.finish().unwrap();
    let failed = staging.note_all_ecarts(&replaced).unwrap();
    let failed: Vec<&str> = failed.iter().map(|(centre, _)| centre.as_str()).collect();
    assert_eq!(failed, [both[0].structure_id.as_str()]);
    let after = staging.publish(now()).unwrap();
    for one in after {
        let noted = ecarts::read(&warehouse.version_dir(&one.structure_id, &one.id)).unwrap();
        assert_eq!(noted.is_some(), one.structure_id != failed[0], "{}", one.structure_id);
    }
}

/// Writes a table again without one of its columns.
fn drop_column(path: &Path, name: &str) {
    let batches = parquet_fichier::batches(File::open(path).unwrap()).unwrap();
    let batches: Vec<_> = batches
        .map(|batch| {
            let mut batch = batch.unwrap();
            let rank = batch.schema().index_of(name).unwrap();
            batch.remove_column(rank);
            batch
        })
        .collect();
    let bytes = parquet_fichier::encode(&batches[0].schema(), "parcours_id", &batches).unwrap();
    fs::write(path, bytes).unwrap();
}
