//! The fingerprint of the row behind each anomaly: what tells whether a justification still speaks of the
//! same row.
//!
//! The whole row of activity as the extract gave it, and not the columns that a condition reads: those are
//! derived from the extraction date among others, and would change every month by themselves. A column that
//! is empty counts for nothing, so that a column that I-MILO or Mallette adds changes no fingerprint. A name
//! corrected counts, by the keyed fingerprint of the identity in `dossiers`.

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::path::Path;

use arrow::array::{Array as _, ArrayRef};
use mallette_domain::resultat::Objet;
use mallette_domain::table;

use crate::chemin::component;
use crate::erreur::{OnPath as _, WarehouseError};
use crate::tri::column;
use crate::{empreinte, parquet_fichier};

/// Fingerprints of rows, by canonical table and key.
#[derive(Debug, Default)]
pub(super) struct Empreintes(HashMap<String, HashMap<String, u64>>);

impl Empreintes {
    pub(super) fn get(&self, table: &str, id: &str) -> Option<u64> {
        self.0.get(table)?.get(id).copied()
    }
}

/// Those of the rows behind these objects. An object that is no row of a received table has none.
pub(super) fn fingerprints<'a>(
    dir: &Path,
    objets: impl Iterator<Item = &'a Objet>,
) -> Result<Empreintes, WarehouseError> {
    let mut wanted: HashMap<&str, HashSet<&str>> = HashMap::new();
    for objet in objets {
        wanted.entry(&objet.table).or_default().insert(&objet.id);
    }
    let mut found = Empreintes::default();
    for (name, ids) in wanted {
        let Some(key) = table::find(name).and_then(|table| table.key.last()) else { continue };
        let path = dir.join(format!("{}.parquet", component(name)));
        if path.is_file() {
            found.0.insert(name.to_owned(), read(&path, key, &ids)?);
        }
    }
    Ok(found)
}

fn read(
    path: &Path,
    key: &str,
    ids: &HashSet<&str>,
) -> Result<HashMap<String, u64>, WarehouseError> {
    let broken = |detail: String| WarehouseError::Abime { path: path.to_owned(), detail };
    let file = File::open(path).on("Lecture de la version", path)?;
    let batches = parquet_fichier::batches(file).map_err(|error| broken(error.to_string()))?;
    let mut found = HashMap::new();
    for batch in batches {
        let batch = batch.map_err(|error| broken(error.to_string()))?;
        let Some(keys) = column(&batch, key) else { return Ok(found) };
        let mut sums = vec![0u64; batch.num_rows()];
        for (field, array) in batch.schema().fields().iter().zip(batch.columns()) {
            add(&mut sums, field.name(), array)
                .map_err(|kind| broken(format!("type de colonne {kind} inattendu")))?;
        }
        for (id, sum) in keys.iter().zip(sums) {
            if let Some(id) = id.filter(|id| ids.contains(id)) {
                found.insert(id.to_owned(), sum);
            }
        }
    }
    Ok(found)
}

/// Adds what a column says of each row: whatever the order of the columns.
fn add(sums: &mut [u64], name: &str, array: &ArrayRef) -> Result<(), arrow::datatypes::DataType> {
    let salt = blake3::hash(name.as_bytes());
    let salt = salt.as_bytes().first_chunk::<8>().map_or(0, |first| u64::from_le_bytes(*first));
    for (rank, hash) in empreinte::of_rows([array], sums.len())?.into_iter().enumerate() {
        if array.is_valid(rank)
            && let Some(sum) = sums.get_mut(rank)
        {
            #[expect(clippy::cast_possible_truncation, reason = "the two halves are folded")]
            let folded = (hash as u64) ^ ((hash >> 64) as u64);
            *sum = sum
                .wrapping_add((folded ^ salt).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(23));
        }
    }
    Ok(())
}
