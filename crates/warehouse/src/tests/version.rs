//! From lots to versions: what is written is what is read back, and the same data says so.

use std::collections::BTreeSet;
use std::fs::{self, File};

use mallette_ingest::Sink as _;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use tempfile::tempdir;

use super::fabrique::{CANARIES, REF, accept, batches, lot, lot_of, now, open, publish};
use crate::WarehouseError;

fn print_of(tables: &[(&str, i64)], size: usize, reverse: bool) -> String {
    let dir = tempdir().unwrap();
    let warehouse = open(dir.path()).unwrap();
    let mut staging = warehouse.stage(&warehouse.trousseau()).unwrap();
    for (table, rows) in tables {
        let mut sent = batches("69382S00", table, *rows, size);
        if reverse {
            sent.0.reverse();
        }
        staging.accept(lot_of("69382S00", table, sent)).unwrap();
    }
    staging.finish().unwrap().remove(0).empreinte
}

#[test]
fn activity_rows_are_read_back_as_they_came() {
    let dir = tempdir().unwrap();
    let warehouse = open(dir.path()).unwrap();
    let published = publish(&warehouse, &["69382S00"], &[("dossiers", 250), ("allocations", 7)]);
    assert_eq!(published.len(), 1);
    assert_eq!(published[0].lignes, 257);
    assert!(published[0].id.starts_with("20191105-080910-"), "{}", published[0].id);
    assert_eq!(published[0].id.len(), 22);
    let version = warehouse.version_dir("69382S00", &published[0].id);
    for (table, rows) in [("dossiers", 250), ("allocations", 7)] {
        let file = File::open(version.join(format!("{table}.parquet"))).unwrap();
        let builder = ParquetRecordBatchReaderBuilder::try_new(file).unwrap();
        let schema = std::sync::Arc::clone(builder.schema());
        let read: Vec<_> = builder.build().unwrap().map(Result::unwrap).collect();
        let read = arrow::compute::concat_batches(&schema, &read).unwrap();
        let (sent, _) = batches("69382S00", table, rows, 100);
        let sent = arrow::compute::concat_batches(&sent[0].schema(), &sent).unwrap();
        assert_eq!(read.columns(), sent.columns(), "{table}");
        assert_eq!(schema.fields(), sent.schema().fields(), "{table}");
    }
}

#[test]
fn the_same_rows_give_the_same_fingerprint_however_they_came() {
    let tables = [("dossiers", 250), ("evenements", 90)];
    let whole = print_of(&tables, 1000, false);
    assert_eq!(whole, print_of(&tables, 7, false), "cut in other batches");
    assert_eq!(whole, print_of(&tables, 7, true), "read in another order");
    assert_eq!(whole, print_of(&[tables[1], tables[0]], 100, false), "tables the other way round");
    assert_ne!(whole, print_of(&[("dossiers", 250), ("evenements", 91)], 100, false));
    assert_ne!(whole, print_of(&[("dossiers", 250)], 100, false));
}

#[test]
fn one_name_corrected_is_another_version() {
    let dir = tempdir().unwrap();
    let warehouse = open(dir.path()).unwrap();
    let print = |replaced: Option<usize>| {
        let mut sent = batches("69382S00", "conseillers", 10, 100);
        if replaced.is_some() {
            let (_, mut other) = batches("69382S00", "conseillers", 11, 100);
            sent.1 = vec![other.remove(0).slice(1, 10)];
        }
        let mut staging = warehouse.stage(&warehouse.trousseau()).unwrap();
        staging.accept(lot_of("69382S00", "conseillers", sent)).unwrap();
        staging.finish().unwrap().remove(0).empreinte
    };
    assert_ne!(print(None), print(Some(0)));
    assert_eq!(print(None), print(None));
}

#[test]
fn tables_that_are_not_brought_come_from_the_previous_version() {
    let dir = tempdir().unwrap();
    let warehouse = open(dir.path()).unwrap();
    let first = publish(&warehouse, &["69382S00"], &[("dossiers", 20), ("evenements", 5)]);
    let previous = warehouse.version_dir("69382S00", &first[0].id);
    let mut staging = warehouse.stage(&warehouse.trousseau()).unwrap();
    accept(&mut staging, "69382S00", &[("evenements", 6)]);
    assert_eq!(staging.centres(), [("69382S00".to_owned(), REF)]);
    staging.carry_forward("69382S00", REF, &previous).unwrap();
    staging.carry_forward("38185S00", REF, &previous).unwrap();
    let ready = staging.finish().unwrap();
    assert_eq!(ready.len(), 1);
    assert_eq!(ready[0].lignes, 26);
    assert_eq!(
        ready[0].tables.clone().into_iter().collect::<Vec<_>>(),
        [("dossiers".to_owned(), 20), ("evenements".to_owned(), 6)]
    );
    let second = staging.publish(now()).unwrap();
    drop(staging);
    // The previous version may go: what was carried forward stays, names included.
    let kept = BTreeSet::from([("69382S00".to_owned(), second[0].id.clone())]);
    assert_eq!(warehouse.sweep(&kept).unwrap(), [previous]);
    assert_eq!(
        warehouse.real_ids(&warehouse.trousseau(), "69382S00", &second[0].id).unwrap().len(),
        20
    );
    let version = warehouse.version_dir("69382S00", &second[0].id);
    assert!(version.join("dossiers.parquet").is_file());
    // A full import of the same rows is then the same data.
    let mut staging = warehouse.stage(&warehouse.trousseau()).unwrap();
    accept(&mut staging, "69382S00", &[("dossiers", 20), ("evenements", 6)]);
    assert_eq!(staging.finish().unwrap()[0].empreinte, second[0].empreinte);
}

#[test]
fn a_previous_version_of_another_date_or_centre_is_refused() {
    let dir = tempdir().unwrap();
    let warehouse = open(dir.path()).unwrap();
    let first = publish(&warehouse, &["69382S00"], &[("dossiers", 2)]);
    let previous = warehouse.version_dir("69382S00", &first[0].id);
    let mut staging = warehouse.stage(&warehouse.trousseau()).unwrap();
    accept(&mut staging, "38185S00", &[("evenements", 1)]);
    let refused = staging.carry_forward("38185S00", REF, &previous);
    assert!(matches!(refused, Err(WarehouseError::Abime { .. })), "{refused:?}");
    let refused = staging.carry_forward("38185S00", REF.tomorrow().unwrap(), &previous);
    assert!(matches!(refused, Err(WarehouseError::DeuxDates { .. })), "{refused:?}");
}

#[test]
fn a_discarded_centre_leaves_nothing() {
    let dir = tempdir().unwrap();
    let warehouse = open(dir.path()).unwrap();
    let mut staging = warehouse.stage(&warehouse.trousseau()).unwrap();
    for centre in ["69382S00", "38185S00"] {
        accept(&mut staging, centre, &[("evenements", 3)]);
    }
    assert!(staging.discard("69382S00").is_err(), "writers may still be at it");
    let ready = staging.finish().unwrap();
    staging.discard("69382S00").unwrap();
    assert!(!ready[1].dir.exists() && ready[0].dir.exists());
    assert_eq!(staging.finish().unwrap().len(), 1);
    let published = staging.publish(now()).unwrap();
    assert_eq!(published[0].structure_id, "38185S00");
    assert!(!dir.path().join("versions/69382S00").exists());
}

#[test]
fn lots_out_of_contract_are_refused() {
    let dir = tempdir().unwrap();
    let warehouse = open(dir.path()).unwrap();
    let mut staging = warehouse.stage(&warehouse.trousseau()).unwrap();
    accept(&mut staging, "69382S00", &[("conseillers", 3)]);
    let twice = staging.accept(lot("69382S00", "conseillers", 3, 100)).unwrap_err();
    assert!(twice.0.contains("deux fois"), "{twice}");
    let mut other_day = lot("69382S00", "evenements", 3, 100);
    other_day.date_extraction = REF.tomorrow().unwrap();
    let refused = staging.accept(other_day).unwrap_err();
    assert!(refused.0.contains("2019-11-04") && refused.0.contains("2019-11-05"), "{refused}");
    assert!(staging.publish(now()).is_err(), "not finished");
}

#[test]
fn names_among_the_activity_are_never_written() {
    let dir = tempdir().unwrap();
    let warehouse = open(dir.path()).unwrap();
    let mut staging = warehouse.stage(&warehouse.trousseau()).unwrap();
    let (activite, identites) = batches("69382S00", "dossiers", 3, 100);
    let late = staging.accept(lot_of("69382S00", "dossiers", (identites, activite)));
    let told = late
        .map_err(|error| error.0)
        .and_then(|()| staging.finish().map(drop).map_err(|error| error.to_string()));
    assert!(told.unwrap_err().contains("colonnes inattendues"));
    let written = fs::read(dir.path().join("en_cours/69382S00/dossiers.parquet")).unwrap();
    assert!(CANARIES.iter().all(|name| !written.windows(name.len()).any(|w| w == name.as_bytes())));
    assert!(staging.publish(now()).is_err(), "no half version");
}

#[test]
fn a_disk_that_refuses_is_told_with_the_file() {
    let dir = tempdir().unwrap();
    let warehouse = open(dir.path()).unwrap();
    let mut staging = warehouse.stage(&warehouse.trousseau()).unwrap();
    accept(&mut staging, "69382S00", &[("enveloppes", 1)]);
    // Something in the way of the next file, for root too.
    fs::create_dir(dir.path().join("en_cours/69382S00/evenements.parquet")).unwrap();
    let late = staging.accept(lot("69382S00", "evenements", 3, 100));
    let told = late
        .map_err(|error| error.0)
        .and_then(|()| staging.finish().map(drop).map_err(|error| error.to_string()));
    let told = told.unwrap_err();
    assert!(told.contains("evenements.parquet") && told.contains("Écriture"), "{told}");
    assert!(staging.finish().is_err() && staging.publish(now()).is_err(), "no half version");
}

#[test]
fn a_table_without_a_row_is_received_and_one_never_sent_is_not() {
    let dir = tempdir().unwrap();
    let warehouse = open(dir.path()).unwrap();
    let published = publish(&warehouse, &["69382S00"], &[("dossiers", 20), ("evenements", 0)]);
    let version = warehouse.version_dir("69382S00", &published[0].id);
    let tables = warehouse.tables("69382S00", &published[0].id).unwrap();
    assert_eq!(tables, [("dossiers".to_owned(), 20), ("evenements".to_owned(), 0)].into());
    let file = File::open(version.join("evenements.parquet")).unwrap();
    let read = ParquetRecordBatchReaderBuilder::try_new(file).unwrap();
    assert_eq!(read.metadata().file_metadata().num_rows(), 0);
    assert!(!version.join("parcours.parquet").exists());
    // The same data again says so; without the empty table, it is not the same.
    let again = print_of(&[("dossiers", 20), ("evenements", 0)], 100, false);
    assert_eq!(again, published[0].empreinte);
    assert_ne!(again, print_of(&[("dossiers", 20)], 100, false));
}

#[test]
fn an_empty_table_never_replaces_rows_of_the_same_date() {
    let dir = tempdir().unwrap();
    let warehouse = open(dir.path()).unwrap();
    let first = publish(&warehouse, &["69382S00"], &[("dossiers", 20), ("parcours", 7)]);
    let mut staging = warehouse.stage(&warehouse.trousseau()).unwrap();
    accept(&mut staging, "69382S00", &[("parcours", 0), ("evenements", 0)]);
    let previous = warehouse.version_dir("69382S00", &first[0].id);
    staging.carry_forward("69382S00", REF, &previous).unwrap();
    staging.finish().unwrap();
    let second = staging.publish(now()).unwrap();
    drop(staging);
    let tables = warehouse.tables("69382S00", &second[0].id).unwrap();
    let rows: Vec<u64> = tables.values().copied().collect();
    assert_eq!(rows, [20, 0, 7], "{tables:?}");
}
