//! Everything that one version holds about one dossier: the right of access.

use std::collections::BTreeMap;
use std::fs::File;

use arrow::array::{Array as _, ArrayRef, RecordBatch};
use arrow::util::display::array_value_to_string;
use mallette_domain::table::{Exposure, TABLES, Table};

use crate::chemin::component;
use crate::erreur::{OnPath as _, WarehouseError};
use crate::fiche::Fiche;
use crate::tri::{cell, column};
use crate::verification::damaged;
use crate::{Trousseau, Warehouse, parquet_fichier};

/// The values of a row, under the columns of its table; none where the cell is empty.
pub type Rangee = Vec<Option<String>>;

/// The rows of a table about one dossier.
#[derive(Clone, PartialEq, Eq)]
pub struct TableDossier {
    /// Canonical table.
    pub table: &'static str,
    /// Canonical columns, those out of the vault included.
    pub colonnes: Vec<&'static str>,
    /// Its rows, in the order of the file. Days are `AAAA-MM-JJ`.
    pub lignes: Vec<Rangee>,
}

impl std::fmt::Debug for TableDossier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // A log line must not tell of anyone.
        f.debug_struct("TableDossier").field("table", &self.table).finish_non_exhaustive()
    }
}

impl Warehouse {
    /// The rows of every table of a version about that dossier (a pseudonym), names and free text
    /// beside them, in the order of the tables; a table without any is left out. Only who may read
    /// the names of the centre may call this.
    ///
    /// # Errors
    /// When the version cannot be read, or the vault does not open with the centre's key.
    pub fn dossier_rows(
        &self,
        trousseau: &Trousseau,
        structure_id: &str,
        version: &str,
        dossier_id: &str,
    ) -> Result<Vec<TableDossier>, WarehouseError> {
        let fiche = Fiche::read(&self.version_dir(structure_id, version))?;
        let about = |table: &&Table| {
            table.column("dossier_id").is_some() && fiche.tables.contains_key(table.name)
        };
        let mut found = Vec::new();
        for table in TABLES.iter().filter(about) {
            let mut rows = self.activity_rows(table, (structure_id, version), dossier_id)?;
            if rows.is_empty() {
                continue;
            }
            self.add_secrets(trousseau, table, (structure_id, version), &mut rows)?;
            let colonnes: Vec<&'static str> = table.columns.iter().map(|c| c.name).collect();
            let lignes = rows
                .into_iter()
                .map(|mut row| colonnes.iter().map(|name| row.remove(*name).flatten()).collect());
            found.push(TableDossier { table: table.name, lignes: lignes.collect(), colonnes });
        }
        Ok(found)
    }

    /// The pseudonym of a dossier number in a centre, known or not. Only who may read the names of the
    /// centre may call this.
    ///
    /// # Errors
    /// When the centre's key does not open.
    pub fn pseudonym(
        &self,
        trousseau: &Trousseau,
        structure_id: &str,
        numero: &str,
    ) -> Result<String, WarehouseError> {
        let key = trousseau.get(structure_id)?;
        let keyed = mallette_ingest::Identites::new(key.pseudonymes());
        Ok(keyed.pseudonym(numero.trim()).as_str().to_owned())
    }

    fn activity_rows(
        &self,
        table: &Table,
        (structure_id, version): (&str, &str),
        dossier_id: &str,
    ) -> Result<Vec<BTreeMap<String, Option<String>>>, WarehouseError> {
        let dir = self.version_dir(structure_id, version);
        let path = dir.join(format!("{}.parquet", component(table.name)));
        let file = File::open(&path).on("Lecture du fichier", &path)?;
        let unreadable = |detail: String| damaged(&path, detail);
        let mut rows = Vec::new();
        let batches = parquet_fichier::batches(file).map_err(|e| unreadable(e.to_string()))?;
        for batch in batches {
            let batch = batch.map_err(|error| unreadable(error.to_string()))?;
            let Some(dossiers) = column(&batch, "dossier_id") else { continue };
            for (rank, dossier) in dossiers.iter().enumerate() {
                if dossier == Some(dossier_id) {
                    rows.push(read(&batch, rank).map_err(unreadable)?);
                }
            }
        }
        Ok(rows)
    }

    /// Puts what the vault holds beside the rows that it belongs to.
    fn add_secrets(
        &self,
        trousseau: &Trousseau,
        table: &Table,
        (structure_id, version): (&str, &str),
        rows: &mut [BTreeMap<String, Option<String>>],
    ) -> Result<(), WarehouseError> {
        let key = table.key.last().copied().unwrap_or("structure_id");
        let secret = table.columns.iter().filter(|c| c.exposure == Exposure::Identity);
        let secret: Vec<&str> = secret.map(|column| column.name).collect();
        if secret.is_empty() {
            return Ok(());
        }
        for batch in self.identities(trousseau, structure_id, version, table.name)? {
            let Some(keys) = column(&batch, key) else { continue };
            for (rank, found) in keys.iter().enumerate() {
                let own = rows.iter_mut().filter(|row| {
                    row.get(key).and_then(Option::as_deref) == found && found.is_some()
                });
                for row in own {
                    for name in &secret {
                        row.insert((*name).to_owned(), cell(column(&batch, name), rank));
                    }
                }
            }
        }
        Ok(())
    }
}

/// The cells of a row, by column.
fn read(batch: &RecordBatch, rank: usize) -> Result<BTreeMap<String, Option<String>>, String> {
    let text = |array: &ArrayRef| {
        if array.is_null(rank) {
            return Ok(None);
        }
        array_value_to_string(array, rank).map(Some).map_err(|error| error.to_string())
    };
    let schema = batch.schema();
    let named = schema.fields().iter().zip(batch.columns());
    named.map(|(field, array)| Ok((field.name().clone(), text(array)?))).collect()
}
