//! Lots built by hand, with canary names that no file may hold in clear.

use std::path::Path;
use std::sync::Arc;

use arrow::array::{ArrayRef, Date32Array, Decimal128Array, Int64Array, RecordBatch, StringArray};
use arrow::datatypes::{DataType, SchemaRef};
use jiff::Timestamp;
use jiff::civil::{Date, date};
use mallette_domain::table;
use mallette_ingest::{Lot, Sink as _, activity_schema, identity_schema};

use crate::cles::Maitresse;
use crate::{SourceMaitresse, Staging, Warehouse, WarehouseError};

pub(super) const REF: Date = date(2019, 11, 4);
/// Names that a search of the disk must not find.
pub(super) const CANARIES: [&str; 3] = ["KANARIDUPONT", "Zéphyrine-Canari", "9988776655-NUMERO"];

pub(super) fn now() -> Timestamp {
    "2019-11-05T08:09:10Z".parse().unwrap()
}

/// The master key of the tests: nothing is written outside their folders.
pub(super) fn maitresse() -> Maitresse {
    Maitresse::from_bytes([7; 32])
}

/// The data directory, as any process opens it.
pub(super) fn open(dir: &Path) -> Result<Warehouse, WarehouseError> {
    Warehouse::open_with(dir, SourceMaitresse::Valeur(maitresse()))
}

/// Rows `from..to` of a table: each value is made from the rank of the row.
fn batch(schema: SchemaRef, centre: &str, rows: std::ops::Range<i64>) -> RecordBatch {
    let columns = schema.fields().iter().map(|field| -> ArrayRef {
        let rows = rows.clone();
        match field.data_type() {
            DataType::Date32 => Arc::new(
                rows.map(|n| i32::try_from(n % 900 + 17_000).ok()).collect::<Date32Array>(),
            ),
            DataType::Int64 => Arc::new(rows.map(Some).collect::<Int64Array>()),
            DataType::Decimal128(..) => Arc::new(
                rows.map(|n| Some(i128::from(n)))
                    .collect::<Decimal128Array>()
                    .with_precision_and_scale(14, 2)
                    .unwrap(),
            ),
            _ => Arc::new(rows.map(|n| text(field.name(), centre, n)).collect::<StringArray>()),
        }
    });
    let columns = columns.collect();
    RecordBatch::try_new(schema, columns).unwrap()
}

fn text(column: &str, centre: &str, n: i64) -> Option<String> {
    match column {
        "structure_id" => Some(centre.to_owned()),
        "nom" => Some(format!("{}{n}", CANARIES[0])),
        "prenom" => Some(CANARIES[1].to_owned()),
        "numero_dossier" => Some(format!("{}{n}", CANARIES[2])),
        "antenne" if n % 3 == 0 => None,
        _ => Some(format!("{column}-{n}")),
    }
}

/// The batches of `rows` rows of a table, `size` rows each: activity, then identity.
pub(super) fn batches(
    centre: &str,
    name: &str,
    rows: i64,
    size: usize,
) -> (Vec<RecordBatch>, Vec<RecordBatch>) {
    let table = table::find(name).unwrap();
    let cut = |schema: SchemaRef| -> Vec<RecordBatch> {
        (0..rows)
            .step_by(size)
            .map(|from| {
                batch(SchemaRef::clone(&schema), centre, from..rows.min(from + size as i64))
            })
            .collect()
    };
    (cut(activity_schema(table)), identity_schema(table).map(cut).unwrap_or_default())
}

/// A lot of those batches.
pub(super) fn lot_of(
    centre: &str,
    name: &str,
    (activite, identites): (Vec<RecordBatch>, Vec<RecordBatch>),
) -> Lot {
    Lot {
        structure_id: centre.to_owned(),
        date_extraction: REF,
        table: table::find(name).unwrap(),
        lignes: activite.iter().map(|batch| batch.num_rows() as u64).sum(),
        activite: Box::new(activite.into_iter().map(Ok)),
        identites: Box::new(identites.into_iter().map(Ok)),
    }
}

/// A lot of `rows` rows, in batches of `size`.
pub(super) fn lot(centre: &str, name: &str, rows: i64, size: usize) -> Lot {
    lot_of(centre, name, batches(centre, name, rows, size))
}

pub(super) fn accept(staging: &mut Staging, centre: &str, tables: &[(&str, i64)]) {
    for (table, rows) in tables {
        staging.accept(lot(centre, table, *rows, 100)).unwrap();
    }
}

/// Publishes one version of each centre, with those tables.
pub(super) fn publish(
    warehouse: &Warehouse,
    centres: &[&str],
    tables: &[(&str, i64)],
) -> Vec<crate::Publiee> {
    let mut staging = warehouse.stage(&warehouse.trousseau()).unwrap();
    for centre in centres {
        accept(&mut staging, centre, tables);
    }
    staging.finish().unwrap();
    staging.publish(now()).unwrap()
}
