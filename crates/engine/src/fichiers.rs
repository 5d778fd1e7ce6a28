//! The Parquet files of many centres as one table.
//!
//! A network has hundreds of small files per table, and an evaluation reads each table several times:
//! what counts is what a file costs, not a row. So files are read here in the simplest way: footers
//! once per session, only the columns asked for, and small batches joined before they are handed over.
//! Measured on 440 centres against the engine's own listing of files: several times less.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use datafusion::arrow::array::{RecordBatch, RecordBatchOptions, new_null_array};
use datafusion::arrow::compute::concat_batches;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::catalog::{Session, TableProvider};
use datafusion::error::{DataFusionError, Result};
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::logical_expr::{Expr, TableType};
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::streaming::{PartitionStream, StreamingTableExec};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader,
    ParquetRecordBatchReaderBuilder,
};

/// Rows of a batch handed over, about.
const BATCH_ROWS: usize = 8192;

/// One file, and its footer once read.
#[derive(Debug)]
struct Fichier {
    path: PathBuf,
    footer: OnceLock<ArrowReaderMetadata>,
}

impl Fichier {
    fn footer(&self) -> Result<&ArrowReaderMetadata> {
        if let Some(footer) = self.footer.get() {
            return Ok(footer);
        }
        let file = File::open(&self.path).map_err(|cause| unreadable(&self.path, cause))?;
        let footer = ArrowReaderMetadata::load(&file, ArrowReaderOptions::new())
            .map_err(|cause| unreadable(&self.path, cause))?;
        Ok(self.footer.get_or_init(|| footer))
    }

    /// Its rows, in the columns of `schema` that it has.
    fn read(&self, schema: &SchemaRef) -> Result<ParquetRecordBatchReader> {
        let footer = self.footer()?.clone();
        let names = schema.fields().iter().map(|field| field.name().as_str());
        let mask = ProjectionMask::columns(footer.parquet_schema(), names);
        let file = File::open(&self.path).map_err(|cause| unreadable(&self.path, cause))?;
        ParquetRecordBatchReaderBuilder::new_with_metadata(file, footer)
            .with_projection(mask)
            .with_batch_size(BATCH_ROWS)
            .build()
            .map_err(|cause| unreadable(&self.path, cause))
    }
}

fn unreadable(path: &Path, cause: impl std::fmt::Display) -> DataFusionError {
    DataFusionError::Execution(format!("« {} » ne se lit pas : {cause}", path.display()))
}

/// Files of one schema, read as one table.
#[derive(Debug)]
pub(crate) struct Fichiers {
    schema: SchemaRef,
    files: Vec<Arc<Fichier>>,
}

impl Fichiers {
    /// The table of those files; a column that a file lacks is empty in its rows.
    pub(crate) fn new(schema: SchemaRef, paths: Vec<PathBuf>) -> Self {
        let files =
            paths.into_iter().map(|path| Arc::new(Fichier { path, footer: OnceLock::new() }));
        Self { schema, files: files.collect() }
    }

    /// All rows, in memory, in as many runs of files as there are cores, each read by its own thread.
    pub(crate) fn load(&self) -> Result<Vec<Vec<RecordBatch>>> {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        std::thread::scope(|scope| {
            let read = |run| scope.spawn(|| Lecture::new(run, &self.schema).collect());
            let threads: Vec<_> = self.runs(cores).into_iter().map(read).collect();
            let stopped = |_| DataFusionError::Execution("lecture interrompue".to_owned());
            threads.into_iter().map(|thread| thread.join().map_err(stopped)?).collect()
        })
    }

    /// The files in at most `count` runs; one without files when there are none.
    fn runs(&self, count: usize) -> Vec<Vec<Arc<Fichier>>> {
        if self.files.is_empty() {
            return vec![Vec::new()];
        }
        let size = self.files.len().div_ceil(count.max(1)).max(1);
        self.files.chunks(size).map(<[_]>::to_vec).collect()
    }
}

#[async_trait::async_trait]
impl TableProvider for Fichiers {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        _filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let schema = match projection {
            Some(columns) => Arc::new(self.schema.project(columns)?),
            None => Arc::clone(&self.schema),
        };
        let runs = self.runs(state.config().target_partitions());
        let partitions = runs.into_iter().map(|files| {
            Arc::new(Paquet { schema: Arc::clone(&schema), files }) as Arc<dyn PartitionStream>
        });
        let partitions = partitions.collect();
        let exec = StreamingTableExec::try_new(schema, partitions, None, [], false, limit)?;
        Ok(Arc::new(exec))
    }
}

/// Files that one task reads one after the other.
#[derive(Debug)]
struct Paquet {
    schema: SchemaRef,
    files: Vec<Arc<Fichier>>,
}

impl PartitionStream for Paquet {
    fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    fn execute(&self, _ctx: Arc<TaskContext>) -> SendableRecordBatchStream {
        let batches = Lecture::new(self.files.clone(), &self.schema);
        let schema = Arc::clone(&self.schema);
        Box::pin(RecordBatchStreamAdapter::new(schema, futures::stream::iter(batches)))
    }
}

/// The rows of files, in batches of about [`BATCH_ROWS`].
struct Lecture {
    schema: SchemaRef,
    files: std::vec::IntoIter<Arc<Fichier>>,
    reader: Option<ParquetRecordBatchReader>,
    held: Vec<RecordBatch>,
}

impl Lecture {
    fn new(files: Vec<Arc<Fichier>>, schema: &SchemaRef) -> Self {
        let schema = Arc::clone(schema);
        Self { schema, files: files.into_iter(), reader: None, held: Vec::new() }
    }

    /// The next batch of the files as they are; none after the last.
    fn read(&mut self) -> Option<Result<RecordBatch>> {
        loop {
            if let Some(batch) = self.reader.as_mut().and_then(Iterator::next) {
                return Some(batch.map_err(DataFusionError::from).and_then(|b| self.adapt(&b)));
            }
            match self.files.next()?.read(&self.schema) {
                Ok(reader) => self.reader = Some(reader),
                Err(error) => return Some(Err(error)),
            }
        }
    }

    /// The columns in the order of the schema, those that are missing empty.
    fn adapt(&self, batch: &RecordBatch) -> Result<RecordBatch> {
        let columns = self.schema.fields().iter().map(|field| {
            let found = batch.column_by_name(field.name()).cloned();
            found.unwrap_or_else(|| new_null_array(field.data_type(), batch.num_rows()))
        });
        let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
        let schema = Arc::clone(&self.schema);
        Ok(RecordBatch::try_new_with_options(schema, columns.collect(), &options)?)
    }

    fn join(&mut self) -> Result<RecordBatch> {
        let held = std::mem::take(&mut self.held);
        match <[RecordBatch; 1]>::try_from(held) {
            Ok([alone]) => Ok(alone),
            Err(held) => Ok(concat_batches(&self.schema, &held)?),
        }
    }
}

impl Iterator for Lecture {
    type Item = Result<RecordBatch>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut rows = 0;
        while rows < BATCH_ROWS {
            match self.read() {
                Some(Ok(batch)) => {
                    rows += batch.num_rows();
                    self.held.push(batch);
                }
                Some(Err(error)) => return Some(Err(error)),
                None => break,
            }
        }
        (!self.held.is_empty()).then(|| self.join())
    }
}
