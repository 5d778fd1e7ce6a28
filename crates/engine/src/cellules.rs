//! Reading the cells of a query's result by column name, whatever text form the engine chose.

use datafusion::arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
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

    /// The texts of a list cell, empty elements left out.
    pub(crate) fn text_list(&self, colonne: &str, row: usize) -> Result<Vec<String>, EngineError> {
        let Some(values) = self.list(colonne, row)? else { return Ok(Vec::new()) };
        let values = cast(&values, &DataType::Utf8).map_err(|_| self.missing(colonne))?;
        Ok(values.as_string::<i32>().iter().flatten().map(str::to_owned).collect())
    }

    /// The whole numbers of a list cell, empty elements left out.
    pub(crate) fn number_list(&self, colonne: &str, row: usize) -> Result<Vec<i64>, EngineError> {
        let Some(values) = self.list(colonne, row)? else { return Ok(Vec::new()) };
        let values = cast(&values, &DataType::Int64).map_err(|_| self.missing(colonne))?;
        Ok(values.as_primitive::<Int64Type>().iter().flatten().collect())
    }

    fn list(&self, colonne: &str, row: usize) -> Result<Option<ArrayRef>, EngineError> {
        let array = self.batch.column_by_name(colonne).ok_or_else(|| self.missing(colonne))?;
        let lists = array.as_list_opt::<i32>().ok_or_else(|| self.missing(colonne))?;
        Ok((!lists.is_null(row)).then(|| lists.value(row)))
    }
}
