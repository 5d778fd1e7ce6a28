//! Tables as Parquet, to a file or to memory, with the settings of the house.

use std::fs::File;
use std::io::Write;

use arrow::array::RecordBatch;
use arrow::datatypes::{DataType, SchemaRef};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::basic::Compression;
use parquet::errors::{ParquetError, Result};
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::reader::ChunkReader;
use parquet::schema::types::ColumnPath;

/// Rows of a group: what a scan reads at once.
const GROUP_ROWS: usize = 256 * 1024;

/// Snappy and no dictionary on what never repeats: measured on a million evenements, half as fast
/// again as zstd with one (2.7 million rows a second against 1.8), and quicker to read back. Least
/// and greatest are kept of days and numbers, not of texts, which nobody looks for by rank: finding
/// them compares every text twice.
fn properties(schema: &SchemaRef, key_column: &str) -> WriterProperties {
    let mut properties = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .set_dictionary_enabled(true)
        .set_column_dictionary_enabled(ColumnPath::from(key_column), false)
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_max_row_group_row_count(Some(GROUP_ROWS))
        .set_created_by("mallette".to_owned());
    for field in schema.fields().iter().filter(|field| *field.data_type() == DataType::Utf8) {
        let path = ColumnPath::from(field.name().as_str());
        properties = properties.set_column_statistics_enabled(path, EnabledStatistics::None);
    }
    properties.build()
}

/// A table being written to `out`; `key_column` is the one whose values do not repeat.
pub(crate) fn writer<W: Write + Send>(
    schema: &SchemaRef,
    key_column: &str,
    out: W,
) -> Result<ArrowWriter<W>> {
    ArrowWriter::try_new(out, SchemaRef::clone(schema), Some(properties(schema, key_column)))
}

/// The rows as a Parquet file in memory.
pub(crate) fn encode(
    schema: &SchemaRef,
    key_column: &str,
    rows: &[RecordBatch],
) -> Result<Vec<u8>> {
    let mut writer = writer(schema, key_column, Vec::new())?;
    for batch in rows {
        writer.write(batch)?;
    }
    writer.into_inner()
}

/// The rows of a Parquet file held in memory.
pub(crate) fn decode(bytes: Vec<u8>) -> Result<Vec<RecordBatch>> {
    // The reader wants the byte type of the Parquet library, which it does not export: it is named
    // here by one of its functions.
    let chunk = like(<File as ChunkReader>::get_bytes, bytes);
    let reader = ParquetRecordBatchReaderBuilder::try_new(chunk)?.build()?;
    reader.map(|batch| batch.map_err(ParquetError::from)).collect()
}

/// The rows of a Parquet file, a few thousand at a time.
pub(crate) fn batches(file: File) -> Result<impl Iterator<Item = Result<RecordBatch>>> {
    let reader = ParquetRecordBatchReaderBuilder::try_new(file)?.build()?;
    Ok(reader.map(|batch| batch.map_err(ParquetError::from)))
}

/// The names of the columns of a Parquet file, in their order.
pub(crate) fn columns(file: File) -> Result<Vec<String>> {
    let builder = ParquetRecordBatchReaderBuilder::try_new(file)?;
    Ok(builder.schema().fields().iter().map(|field| field.name().clone()).collect())
}

fn like<T: From<Vec<u8>>>(_: fn(&File, u64, usize) -> Result<T>, bytes: Vec<u8>) -> T {
    bytes.into()
}
