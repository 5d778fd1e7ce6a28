//! Reading the cells of a query's result by column name, whatever text form the engine chose.

use datafusion::arrow::array::{Array, AsArray, RecordBatch, StringArray};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Float64Type, Int64Type, UInt64Type};

use crate::EngineError;

/// The cells of one batch of the view or query `vue`.
pub(crate) struct Cellules<'a> {
    vue: &'a str,
    batch: &'a RecordBatch,
}

impl<'a> Cellules<'a> {
    pub(crate) fn new(vue: &'a str, batch: &'a RecordBatch) -> Self {
        Self { vue, batch }
    }

    fn missing(&self, colonne: &str) -> EngineError {
        EngineError::Forme { vue: self.vue.to_owned(), colonne: colonne.to_owned() }
    }

    /// The text of a cell; none when it is empty.
    pub(crate) fn text(&self, colonne: &str, row: usize) -> Result<Option<String>, EngineError> {
        let array = self.batch.column_by_name(colonne).ok_or_else(|| self.missing(colonne))?;
        if array.is_null(row) {
            return Ok(None);
        }
        match array.data_type() {
            DataType::Utf8View => Ok(Some(array.as_string_view().value(row).to_owned())),
            DataType::Utf8 => Ok(Some(array.as_string::<i32>().value(row).to_owned())),
            DataType::LargeUtf8 => Ok(Some(array.as_string::<i64>().value(row).to_owned())),
            _ => Err(self.missing(colonne)),
        }
    }

    /// A whole column as counts, empty cells being zero.
    pub(crate) fn counts(&self, colonne: &str) -> Result<Vec<u64>, EngineError> {
        let array = self.batch.column_by_name(colonne).ok_or_else(|| self.missing(colonne))?;
        let array = cast(array, &DataType::UInt64).map_err(|_| self.missing(colonne))?;
        Ok(array.as_primitive::<UInt64Type>().iter().map(Option::unwrap_or_default).collect())
    }

    /// A whole column as numbers, empty cells staying empty.
    pub(crate) fn numbers(&self, colonne: &str) -> Result<Vec<Option<f64>>, EngineError> {
        let array = self.batch.column_by_name(colonne).ok_or_else(|| self.missing(colonne))?;
        let array = cast(array, &DataType::Float64).map_err(|_| self.missing(colonne))?;
        Ok(array.as_primitive::<Float64Type>().iter().collect())
    }

    /// A whole column as whole numbers, empty cells staying empty.
    pub(crate) fn integers(&self, colonne: &str) -> Result<Vec<Option<i64>>, EngineError> {
        let array = self.batch.column_by_name(colonne).ok_or_else(|| self.missing(colonne))?;
        let array = cast(array, &DataType::Int64).map_err(|_| self.missing(colonne))?;
        Ok(array.as_primitive::<Int64Type>().iter().collect())
    }

    /// A whole column as yes or no, empty cells being no.
    pub(crate) fn flags(&self, colonne: &str) -> Result<Vec<bool>, EngineError> {
        let array = self.batch.column_by_name(colonne).ok_or_else(|| self.missing(colonne))?;
        let array = array.as_boolean_opt().ok_or_else(|| self.missing(colonne))?;
        Ok(array.iter().map(Option::unwrap_or_default).collect())
    }

    /// A whole column as texts.
    pub(crate) fn texts(&self, colonne: &str) -> Result<StringArray, EngineError> {
        let array = self.batch.column_by_name(colonne).ok_or_else(|| self.missing(colonne))?;
        let array = cast(array, &DataType::Utf8).map_err(|_| self.missing(colonne))?;
        Ok(array.as_string::<i32>().clone())
    }
}
