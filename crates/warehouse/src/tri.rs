//! Leaving the names of the erased out of what is about to be sealed, and out of what was.

use std::collections::HashSet;
use std::sync::Arc;

use arrow::array::{Array as _, AsArray as _, BooleanArray, RecordBatch, StringArray};
use arrow::compute::filter_record_batch;
use mallette_domain::table::Table;

use crate::coffre::Coffre;
use crate::effaces::Effaces;
use crate::erreur::WarehouseError;

/// Keeps the identity rows of a table that are about nobody erased. The activity rows are to be seen
/// first: they say whose each key is.
pub(crate) struct Tri<'a> {
    effaces: Arc<Effaces>,
    table: &'a Table,
    place: Coffre<'a>,
    /// Keys of the rows of the erased, where the table is not that of the dossiers.
    keys: HashSet<String>,
}

impl<'a> Tri<'a> {
    /// That of a table.
    pub(crate) fn new(effaces: Arc<Effaces>, table: &'a Table, place: Coffre<'a>) -> Self {
        Self { effaces, table, place, keys: HashSet::new() }
    }

    /// Whether there is nothing to leave out.
    fn is_idle(&self) -> bool {
        self.effaces.is_empty() || self.table.column("dossier_id").is_none()
    }

    /// Whether the key of its identity rows is the pseudonym itself.
    fn is_of_dossiers(&self) -> bool {
        self.table.name == "dossiers"
    }

    /// The column that joins its identity rows to its activity rows.
    fn key(&self) -> &'static str {
        self.table.key.last().copied().unwrap_or("structure_id")
    }

    /// Takes note of whose rows these are.
    pub(crate) fn see(&mut self, batch: &RecordBatch) {
        if self.is_idle() || self.is_of_dossiers() {
            return;
        }
        let (Some(keys), Some(dossiers)) = (column(batch, self.key()), column(batch, "dossier_id"))
        else {
            return;
        };
        for (key, dossier) in keys.iter().zip(dossiers) {
            if let (Some(key), Some(dossier)) = (key, dossier)
                && self.effaces.contains(dossier)
            {
                self.keys.insert(key.to_owned());
            }
        }
    }

    /// Identity rows, less those of the erased; none when nothing is left of them.
    pub(crate) fn keep(&self, batch: RecordBatch) -> Result<Option<RecordBatch>, WarehouseError> {
        if self.is_idle() {
            return Ok(Some(batch));
        }
        let Some(keys) = column(&batch, self.key()) else { return Ok(Some(batch)) };
        let gone = |key: &str| match self.is_of_dossiers() {
            true => self.effaces.contains(key),
            false => self.keys.contains(key),
        };
        let kept: Vec<bool> = keys.iter().map(|key| !key.is_some_and(gone)).collect();
        if kept.iter().all(|kept| *kept) {
            return Ok(Some(batch));
        }
        let batch = filter_record_batch(&batch, &BooleanArray::from(kept))
            .map_err(|error| self.place.encoding(&error.to_string()))?;
        Ok((batch.num_rows() > 0).then_some(batch))
    }
}

/// A column of texts of a batch.
pub(crate) fn column<'a>(batch: &'a RecordBatch, name: &str) -> Option<&'a StringArray> {
    batch.column_by_name(name)?.as_string_opt::<i32>()
}

/// The text of a cell; none when it is empty or not there.
pub(crate) fn cell(column: Option<&StringArray>, row: usize) -> Option<String> {
    let column = column?;
    column.is_valid(row).then(|| column.value(row).to_owned())
}
