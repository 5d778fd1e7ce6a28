//! Where accepted rows go: the two ports that the warehouse implements.

use std::path::PathBuf;
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use jiff::civil::Date;
use mallette_domain::table::{ColumnType, Exposure, Table};

/// The secret key of each centre: it seals names and makes pseudonyms.
pub trait CentreKeys {
    /// The key of that centre, made on first use.
    ///
    /// # Errors
    /// When the key cannot be read or written.
    fn key(&self, structure_id: &str) -> Result<[u8; 32], SinkError>;

    /// Told which centres are about to ask for their key: those that have none are made together.
    ///
    /// # Errors
    /// As [`CentreKeys::key`].
    fn prepare(&self, structure_ids: &[&str]) -> Result<(), SinkError> {
        let _ = structure_ids;
        Ok(())
    }
}

/// A failure of what receives the rows, said in French.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct SinkError(pub String);

/// Batches of rows, laid out as they are asked for: by who writes them, and never all at once.
pub type Lignes = Box<dyn Iterator<Item = Result<RecordBatch, SinkError>> + Send>;

/// All accepted rows of one table of one centre, deduplicated.
pub struct Lot {
    /// I-MILO code of the centre.
    pub structure_id: String,
    /// Extraction date of the centre's version.
    pub date_extraction: Date,
    /// The canonical table.
    pub table: &'static Table,
    /// Number of activity rows: none for a table that was received empty.
    pub lignes: u64,
    /// Activity rows, of [`activity_schema`], in the order in which they were read.
    pub activite: Lignes,
    /// Identity rows, of [`identity_schema`]: to be sealed, never written as they are.
    pub identites: Lignes,
}

impl std::fmt::Debug for Lot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Lot")
            .field("structure_id", &self.structure_id)
            .field("date_extraction", &self.date_extraction)
            .field("table", &self.table.name)
            .field("lignes", &self.lignes)
            .finish_non_exhaustive()
    }
}

/// What receives the lots: one call per centre and table, all tables of a centre in a row.
pub trait Sink: Send {
    /// Folder of a file where rows wait, without anything that names a person, when an import is
    /// larger than memory.
    fn waiting_folder(&self) -> PathBuf {
        std::env::temp_dir()
    }

    /// Takes one lot.
    ///
    /// # Errors
    /// When it cannot be written.
    fn accept(&mut self, lot: Lot) -> Result<(), SinkError>;
}

/// Columns of the activity form of a table: its own, less those that name a person, with
/// `dossier_id` a pseudonym; `dossiers` also has `empreinte_identite`, equal for equal names.
///
/// Identifiers, texts and codes are `Utf8`; days and months (their first day) `Date32`; whole
/// numbers `Int64`; decimals `Decimal128(14, 2)`. Every column but `structure_id` may be null.
#[must_use]
pub fn activity_schema(table: &Table) -> SchemaRef {
    let activity = table.columns.iter().filter(|column| column.exposure == Exposure::Activity);
    let mut fields: Vec<Field> = activity
        .map(|column| {
            Field::new(column.name, data_type(column.kind), column.name != "structure_id")
        })
        .collect();
    if table.name == "dossiers" {
        fields.push(Field::new("empreinte_identite", DataType::Utf8, true));
    }
    Arc::new(Schema::new(fields))
}

/// Columns of the identity form of a table, all `Utf8`: what joins it back to the activity form
/// (the last column of the key, `dossier_id` being the pseudonym), the columns that name a person,
/// and for `dossiers` the real `numero_dossier`. None when the table names nobody.
///
/// The identity form of `dossiers` has a row for every dossier number met in any table of the
/// import, so that each pseudonym can be turned back by who holds the centre's key.
#[must_use]
pub fn identity_schema(table: &Table) -> Option<SchemaRef> {
    let named: Vec<Field> = table
        .columns
        .iter()
        .filter(|column| column.exposure == Exposure::Identity)
        .map(|column| Field::new(column.name, DataType::Utf8, true))
        .collect();
    if named.is_empty() {
        return None;
    }
    let key = table.key.last().copied().unwrap_or("structure_id");
    let mut fields = vec![Field::new(key, DataType::Utf8, false)];
    if table.name == "dossiers" {
        fields.push(Field::new("numero_dossier", DataType::Utf8, false));
    }
    fields.extend(named);
    Some(Arc::new(Schema::new(fields)))
}

fn data_type(kind: ColumnType) -> DataType {
    match kind {
        ColumnType::Id | ColumnType::Text | ColumnType::Code(_) | ColumnType::FreeCode => {
            DataType::Utf8
        }
        ColumnType::Date | ColumnType::Mois => DataType::Date32,
        ColumnType::Integer => DataType::Int64,
        ColumnType::Decimal => DataType::Decimal128(14, 2),
    }
}
