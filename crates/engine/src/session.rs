//! A session under a perimeter: the tables of the versions it is opened with are the only ones
//! that exist for any query run in it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, Date32Array, Decimal128Array, RecordBatch, StringArray};
use datafusion::arrow::datatypes::{Field, Schema, SchemaRef};
use datafusion::catalog::TableProvider;
use datafusion::datasource::MemTable;
use datafusion::error::DataFusionError;
use datafusion::execution::runtime_env::RuntimeEnv;
use datafusion::prelude::{SessionConfig, SessionContext};
use futures::TryStreamExt as _;
use jiff::civil::Date;
use mallette_catalogue::{Catalogue, Vue};
use mallette_domain::table;
use mallette_ingest::activity_schema;
use parquet::arrow::arrow_reader::ArrowReaderMetadata;

use crate::EngineError;
use crate::age::{self, to_days};
use crate::fichiers::Fichiers;
use crate::requis::Recues;

/// The views computed once at import and kept beside the tables: one row per object, and what is
/// added up over many rows for few (conseillers, months, years, codes). The others are cheap to compute
/// from these and from the tables.
pub(crate) const MATERIALISEES: [&str; 10] = [
    "dossier",
    "passage",
    "evenement",
    "proposition",
    "situation",
    "allocation",
    "conseiller",
    "mois",
    "exercice",
    "code_service",
];

/// One centre's data at one extraction date: what a perimeter is made of.
#[derive(Debug, Clone)]
pub struct Source {
    /// I-MILO code of the centre.
    pub structure_id: String,
    /// Extraction date, `ref` in the rules.
    pub date_extraction: Date,
    /// Directory that holds one `<table>.parquet` per table received.
    pub dir: PathBuf,
}

/// How the base tables are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lecture {
    /// Out of their files, as often as they are asked for.
    Fichiers,
    /// Once, and kept in memory: for a few centres, whose tables are read many times.
    Memoire,
}

/// A query session that sees the given sources and nothing else.
pub struct Session {
    pub(crate) context: SessionContext,
    structures: BTreeSet<String>,
    pub(crate) recues: Recues,
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session").field("structures", &self.structures).finish_non_exhaustive()
    }
}

impl Session {
    /// Opens a session on `sources`, with the catalogue's enriched views: those kept beside the
    /// tables when every source has them for this catalogue, computed on demand otherwise.
    ///
    /// # Errors
    /// When a file cannot be read, or when the SQL of a view is refused.
    pub async fn open(catalogue: &Catalogue, sources: &[Source]) -> Result<Self, EngineError> {
        Self::open_in(catalogue, sources, Arc::new(RuntimeEnv::default())).await
    }

    /// [`Session::open`], within the memory and the disk of that environment.
    pub(crate) async fn open_in(
        catalogue: &Catalogue,
        sources: &[Source],
        environment: Arc<RuntimeEnv>,
    ) -> Result<Self, EngineError> {
        let session = Self::open_tables_in(catalogue, sources, Lecture::Fichiers, environment)?;
        for vue in &catalogue.vues {
            let files = kept_files(catalogue, &vue.nom, sources);
            match files.first() {
                Some(first) if MATERIALISEES.contains(&vue.nom.as_str()) => {
                    let schema = read_schema(first)?;
                    session
                        .context
                        .register_table(vue.nom.as_str(), Arc::new(Fichiers::new(schema, files)))?;
                }
                _ => session.register_view(vue).await?,
            }
        }
        Ok(session)
    }

    /// Opens a session on the base tables alone.
    pub(crate) fn open_tables(
        catalogue: &Catalogue,
        sources: &[Source],
        lecture: Lecture,
    ) -> Result<Self, EngineError> {
        Self::open_tables_in(catalogue, sources, lecture, Arc::new(RuntimeEnv::default()))
    }

    /// [`Session::open_tables`], within the memory and the disk of that environment.
    pub(crate) fn open_tables_in(
        catalogue: &Catalogue,
        sources: &[Source],
        lecture: Lecture,
        environment: Arc<RuntimeEnv>,
    ) -> Result<Self, EngineError> {
        let config = SessionConfig::new()
            .with_information_schema(false)
            .with_collect_statistics(false)
            // Joins copy the list of buffers behind a column of text views with every batch: over
            // the files of many centres that list is long, and plain texts are several times faster.
            .set_bool("datafusion.sql_parser.map_string_types_to_utf8view", false)
            .with_batch_size(8192);
        let context = SessionContext::new_with_config_rt(config, environment);
        context.register_udf(age::function());
        let structures = sources.iter().map(|source| source.structure_id.clone()).collect();
        let session = Self { context, structures, recues: Recues::of(sources) };
        for table in table::TABLES {
            let schema = activity_schema(table);
            let files: Vec<PathBuf> = sources
                .iter()
                .map(|source| source.dir.join(format!("{}.parquet", table.name)))
                .filter(|path| path.is_file())
                .collect();
            let files = Fichiers::new(Arc::clone(&schema), files);
            let table_provider: Arc<dyn TableProvider> = match lecture {
                Lecture::Fichiers => Arc::new(files),
                Lecture::Memoire => Arc::new(MemTable::try_new(schema, files.load()?)?),
            };
            session.context.register_table(table.name, table_provider)?;
        }
        register_versions(&session.context, sources)?;
        register_plafonds(&session.context, catalogue)?;
        Ok(session)
    }

    /// The same session, where these tables were received.
    pub(crate) fn received(self, recues: Recues) -> Self {
        Self { recues, ..self }
    }

    /// The centres of the perimeter.
    #[must_use]
    pub fn structures(&self) -> &BTreeSet<String> {
        &self.structures
    }

    /// The tables that each centre of the perimeter has sent.
    #[must_use]
    pub fn recues(&self) -> &Recues {
        &self.recues
    }

    /// Tells other centres and extraction dates than those it was opened with.
    pub(crate) fn replace_versions(&self, sources: &[Source]) -> Result<(), EngineError> {
        self.context.deregister_table("versions")?;
        register_versions(&self.context, sources)
    }

    /// Registers a view computed when it is read.
    pub(crate) async fn register_view(&self, vue: &Vue) -> Result<(), EngineError> {
        let refused = |source| EngineError::Contenu {
            objet: format!("vue {}", vue.nom),
            source: Box::new(source),
        };
        let view = self.context.sql(&vue.sql).await.map_err(refused)?.into_view();
        self.context.register_table(vue.nom.as_str(), view)?;
        Ok(())
    }

    /// Runs one query made by the engine itself; `objet` names it in an error.
    pub(crate) async fn query(
        &self,
        objet: &str,
        sql: &str,
    ) -> Result<Vec<RecordBatch>, EngineError> {
        let frame = self.context.sql(sql).await.map_err(|source| EngineError::Contenu {
            objet: objet.to_owned(),
            source: Box::new(source),
        })?;
        Ok(frame.collect().await?)
    }

    /// Runs one query made by the engine itself and hands its rows over batch by batch, in no order: for
    /// those that have a row per object, of which a whole country does not fit in memory.
    pub(crate) async fn query_each(
        &self,
        objet: &str,
        sql: &str,
        mut take: impl FnMut(&RecordBatch) -> Result<(), EngineError> + Send,
    ) -> Result<(), EngineError> {
        let frame = self.context.sql(sql).await.map_err(|source| EngineError::Contenu {
            objet: objet.to_owned(),
            source: Box::new(source),
        })?;
        let mut batches = frame.execute_stream().await?;
        while let Some(batch) = batches.try_next().await? {
            take(&batch)?;
        }
        Ok(())
    }
}

/// Directory of the views kept beside the tables of a version: its name tells the text of all
/// views, so that a changed catalogue does not read what another one computed.
pub(crate) fn views_dir(catalogue: &Catalogue, dir: &Path) -> PathBuf {
    let mut hasher = blake3::Hasher::new();
    for vue in &catalogue.vues {
        hasher.update(vue.nom.as_bytes()).update(&[0]).update(vue.sql.as_bytes()).update(&[0]);
    }
    for plafond in &catalogue.plafonds {
        hasher.update(format!("{plafond:?}").as_bytes());
    }
    let hash = hasher.finalize().to_hex();
    dir.join(format!("vues-{}", hash.get(..12).unwrap_or_default()))
}

/// The file of that view in every source; none when one source lacks it.
fn kept_files(catalogue: &Catalogue, vue: &str, sources: &[Source]) -> Vec<PathBuf> {
    let files: Vec<PathBuf> = sources
        .iter()
        .map(|source| views_dir(catalogue, &source.dir).join(format!("{vue}.parquet")))
        .collect();
    if files.iter().all(|path| path.is_file()) { files } else { Vec::new() }
}

/// Whether a source lacks some of the views kept for this catalogue.
pub(crate) fn lacks_views(catalogue: &Catalogue, source: &Source) -> bool {
    let mut kept = catalogue.vues.iter().filter(|vue| MATERIALISEES.contains(&vue.nom.as_str()));
    kept.any(|vue| kept_files(catalogue, &vue.nom, std::slice::from_ref(source)).is_empty())
}

fn read_schema(path: &Path) -> Result<SchemaRef, EngineError> {
    let unreadable = |error: &dyn std::fmt::Display| EngineError::Fichier {
        chemin: path.display().to_string(),
        raison: error.to_string(),
    };
    let file = std::fs::File::open(path).map_err(|error| unreadable(&error))?;
    let metadata = ArrowReaderMetadata::load(
        &file,
        parquet::arrow::arrow_reader::ArrowReaderOptions::default(),
    )
    .map_err(|error| unreadable(&error))?;
    Ok(Arc::clone(metadata.schema()))
}

fn register_versions(context: &SessionContext, sources: &[Source]) -> Result<(), EngineError> {
    let ids: StringArray =
        sources.iter().map(|source| Some(source.structure_id.as_str())).collect();
    let refs: Date32Array =
        sources.iter().map(|source| Some(to_days(source.date_extraction))).collect();
    let columns: Vec<(&str, ArrayRef)> =
        vec![("structure_id", Arc::new(ids)), ("ref", Arc::new(refs))];
    register_columns(context, "versions", columns)
}

fn register_plafonds(context: &SessionContext, catalogue: &Catalogue) -> Result<(), EngineError> {
    let plafonds = &catalogue.plafonds;
    let debut: Date32Array = plafonds.iter().map(|plafond| Some(to_days(plafond.debut))).collect();
    let fin: Date32Array = plafonds.iter().map(|plafond| plafond.fin.map(to_days)).collect();
    let montant: Decimal128Array =
        plafonds.iter().map(|plafond| Some(i128::from(plafond.montant_centimes))).collect();
    let montant = montant.with_precision_and_scale(14, 2).map_err(DataFusionError::from)?;
    let columns: Vec<(&str, ArrayRef)> =
        vec![("debut", Arc::new(debut)), ("fin", Arc::new(fin)), ("plafond", Arc::new(montant))];
    register_columns(context, "plafonds", columns)
}

fn register_columns(
    context: &SessionContext,
    name: &str,
    columns: Vec<(&str, ArrayRef)>,
) -> Result<(), EngineError> {
    let fields: Vec<Field> = columns
        .iter()
        .map(|(name, array)| Field::new(*name, array.data_type().clone(), true))
        .collect();
    let schema = Arc::new(Schema::new(fields));
    let arrays = columns.into_iter().map(|(_, array)| array).collect();
    let batch = RecordBatch::try_new(Arc::clone(&schema), arrays).map_err(DataFusionError::from)?;
    context.register_table(name, Arc::new(MemTable::try_new(schema, vec![vec![batch]])?))?;
    Ok(())
}
