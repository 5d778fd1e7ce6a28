//! Rows added, removed and modified between two versions, against counts made by hand.

use std::sync::Arc;

use arrow::array::{Array as _, ArrayRef, AsArray, RecordBatch, StringArray};
use mallette_ingest::{Lot, Sink as _};
use tempfile::tempdir;

use super::fabrique::{lot, now, open, publish};

use crate::ecarts::{self, EcartTable};

const LYON: &str = "69382S00";

/// A lot whose batches are changed one by one.
fn changed(lot: Lot, change: fn(&RecordBatch) -> RecordBatch) -> Lot {
    let activite = Box::new(lot.activite.map(move |batch| Ok(change(&batch?))));
    Lot { activite, ..lot }
}

/// The rows of a lot, one batch, less the first three.
fn cut(lot: Lot) -> Lot {
    let lot = changed(lot, |batch| batch.slice(3, batch.num_rows() - 3));
    let identites = Box::new(lot.identites.map(|batch| {
        let batch = batch?;
        Ok(batch.slice(3, batch.num_rows() - 3))
    }));
    Lot { identites, lignes: lot.lignes - 3, ..lot }
}

/// The dossier of every row but the first becomes that of the row before.
fn shift(batch: &RecordBatch) -> RecordBatch {
    let rank = batch.schema().index_of("dossier_id").unwrap();
    let old = batch.column(rank).as_string::<i32>();
    let shifted = (0..old.len()).map(|row: usize| Some(old.value(row.saturating_sub(1))));
    let mut columns: Vec<ArrayRef> = batch.columns().to_vec();
    columns[rank] = Arc::new(shifted.collect::<StringArray>());
    RecordBatch::try_new(batch.schema(), columns).unwrap()
}

#[test]
fn each_table_tells_what_was_added_removed_and_modified() {
    let dir = tempdir().unwrap();
    let warehouse = open(dir.path()).unwrap();
    let tables = [("parcours", 10), ("dossiers", 5), ("situations", 4), ("evenements", 3)];
    let first = publish(&warehouse, &[LYON], &tables);
    let first_dir = warehouse.version_dir(LYON, &first[0].id);
    assert_eq!(ecarts::read(&first_dir).unwrap(), None);

    let mut staging = warehouse.stage(&warehouse.trousseau()).unwrap();
    // Rows 3 to 11: three gone, two more.
    staging.accept(cut(lot(LYON, "parcours", 12, 100))).unwrap();
    staging.accept(lot(LYON, "dossiers", 5, 2)).unwrap();
    staging.accept(changed(lot(LYON, "evenements", 3, 100), shift)).unwrap();
    staging.accept(lot(LYON, "allocations", 2, 100)).unwrap();
    assert!(staging.note_ecarts(LYON, "v", &first_dir).is_err(), "before the end of the writing");
    staging.finish().unwrap();
    staging.note_ecarts(LYON, &first[0].id, &first_dir).unwrap();
    staging.note_ecarts("38185S00", "x", &first_dir).unwrap();
    let second = staging.publish(now()).unwrap();

    let told = ecarts::read(&warehouse.version_dir(LYON, &second[0].id)).unwrap().unwrap();
    assert_eq!(
        (told.precedente.as_str(), told.date_precedente),
        (&*first[0].id, super::fabrique::REF)
    );
    let ecart = |avant, apres, ajoutees, supprimees, modifiees| EcartTable {
        avant,
        apres,
        ajoutees,
        supprimees,
        modifiees,
    };
    let seen: Vec<_> = told.tables.iter().map(|(name, ecart)| (name.as_str(), *ecart)).collect();
    assert_eq!(
        seen,
        [
            ("allocations", ecart(0, 2, 2, 0, 0)),
            ("dossiers", ecart(5, 5, 0, 0, 0)),
            ("evenements", ecart(3, 3, 0, 0, 2)),
            ("parcours", ecart(10, 9, 2, 3, 0)),
            ("situations", ecart(4, 0, 0, 4, 0)),
        ]
    );
}
