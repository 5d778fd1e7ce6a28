//! What happens once, at import: the enriched views of each new version are computed and kept
//! beside its tables, then every rule, every list and every indicator is evaluated over them while
//! they are still in memory.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use datafusion::arrow::array::{AsArray, RecordBatch, UInt32Array};
use datafusion::arrow::compute::{concat_batches, take_record_batch};
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::datasource::MemTable;
use datafusion::error::DataFusionError;
use mallette_catalogue::Catalogue;
use mallette_domain::effet::JoursEffets;
use mallette_domain::mesures::Mesures;
use mallette_domain::periode::Periode;
use mallette_domain::resultat::{MesuresPeriode, Objet, ResultatRegle, Resultats};
use mallette_domain::terme::Terme;
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::file::properties::WriterProperties;
use parquet::file::reader::{FileReader, SerializedFileReader};

use crate::session::{Lecture, MATERIALISEES, lacks_views, views_dir};
use crate::{EngineError, Finesse, Session, Source};

/// Rows of base tables evaluated together at most: what bounds the memory of an import.
const ROWS_AT_ONCE: i64 = 800_000;

/// What was evaluated over one version.
#[derive(Debug, Clone, PartialEq)]
pub struct Enrichi {
    /// I-MILO code of the centre.
    pub structure_id: String,
    /// Rules, and indicators over each period.
    pub resultats: Resultats,
    /// Objects caught, by code of rule.
    pub objets: BTreeMap<String, Vec<Objet>>,
    /// On which day those of the rules of deadline end.
    pub termes: Vec<Terme>,
    /// On which day those whose correction moves an indicator count for it.
    pub jours: JoursEffets,
}

/// Computes and keeps the views of new versions, and evaluates everything over them, a few centres
/// at a time. `accept` receives each centre's part; `progress` the number of centres done.
///
/// # Errors
/// When the SQL of a content file is refused, when a file cannot be read or written, or what
/// `accept` says.
pub async fn enrich(
    catalogue: &Catalogue,
    sources: &[Source],
    periodes: &[Periode],
    accept: &mut (dyn FnMut(Enrichi) -> Result<(), EngineError> + Send),
    progress: &(dyn Fn(usize, usize) + Send + Sync),
) -> Result<(), EngineError> {
    // A month of one conseiller is mostly noise: finer levels are kept for whole years.
    let finesse = |periode: &Periode| {
        if periode.is_year() { Finesse::Conseiller } else { Finesse::Centre }
    };
    let wanted: Vec<(Periode, Finesse)> = periodes.iter().map(|p| (*p, finesse(p))).collect();
    let mut done = 0;
    for lot in split(sources)? {
        progress(done, sources.len());
        let session = open_enriched(catalogue, lot).await?;
        let regles = session.evaluate_regles(catalogue, None).await?;
        let objets = session.list_objets(catalogue, None).await?;
        let termes = session.list_termes(catalogue).await?;
        let mut jours = session.list_jours(catalogue).await?;
        let indicateurs = session.evaluate_indicateurs(catalogue, &wanted, None, &regles).await?;
        for mut enrichi in parts_of(lot, regles, (objets, termes), indicateurs) {
            session.recues().keep_judging(catalogue, &mut enrichi);
            enrichi.jours = jours.remove(&enrichi.structure_id).unwrap_or_default();
            accept(enrichi)?;
        }
        done += lot.len();
    }
    progress(done, sources.len());
    Ok(())
}

/// Computes and keeps the views that versions lack for this catalogue, a few centres at a time: what
/// bounds the memory of a command over a whole country, and spares the next one the same work.
/// `progress` receives the number of centres done, out of those that lacked some.
///
/// # Errors
/// When the SQL of a view is refused, or when a file cannot be read or written.
pub async fn keep_views(
    catalogue: &Catalogue,
    sources: &[Source],
    progress: &(dyn Fn(usize, usize) + Send + Sync),
) -> Result<(), EngineError> {
    let lacking: Vec<Source> =
        sources.iter().filter(|source| lacks_views(catalogue, source)).cloned().collect();
    let mut done = 0;
    for lot in split(&lacking)? {
        progress(done, lacking.len());
        open_enriched(catalogue, lot).await?;
        done += lot.len();
    }
    Ok(())
}

/// Runs of centres whose base tables have at most [`ROWS_AT_ONCE`] rows together.
fn split(sources: &[Source]) -> Result<Vec<&[Source]>, EngineError> {
    let mut lots = Vec::new();
    let (mut start, mut rows) = (0, 0);
    for (i, source) in sources.iter().enumerate() {
        let own = count_rows(&source.dir)?;
        if i > start && rows + own > ROWS_AT_ONCE {
            lots.extend(sources.get(start..i));
            (start, rows) = (i, 0);
        }
        rows += own;
    }
    lots.extend(sources.get(start..).filter(|rest| !rest.is_empty()));
    Ok(lots)
}

fn count_rows(dir: &Path) -> Result<i64, EngineError> {
    let mut rows = 0;
    for table in mallette_domain::table::TABLES {
        let path = dir.join(format!("{}.parquet", table.name));
        if path.is_file() {
            let file = File::open(&path).map_err(|error| unusable(&path, &error))?;
            let reader =
                SerializedFileReader::new(file).map_err(|error| unusable(&path, &error))?;
            rows += reader.metadata().file_metadata().num_rows();
        }
    }
    Ok(rows)
}

fn unusable(path: &Path, error: &dyn std::fmt::Display) -> EngineError {
    EngineError::Fichier { chemin: path.display().to_string(), raison: error.to_string() }
}

/// A session whose kept views are computed, written beside the tables, and held in memory.
async fn open_enriched(catalogue: &Catalogue, sources: &[Source]) -> Result<Session, EngineError> {
    let session = Session::open_tables(catalogue, sources, Lecture::Memoire)?;
    let mut writers = Vec::new();
    for vue in &catalogue.vues {
        if !MATERIALISEES.contains(&vue.nom.as_str()) {
            session.register_view(vue).await?;
            continue;
        }
        let frame = session.context.sql(&vue.sql).await.map_err(|source| EngineError::Contenu {
            objet: format!("vue {}", vue.nom),
            source: Box::new(source),
        })?;
        let planned: SchemaRef = Arc::clone(frame.schema().inner());
        let partitions = frame.collect_partitioned().await?;
        let partitions: Vec<Vec<RecordBatch>> = partitions
            .into_iter()
            .map(|batches| batches.into_iter().filter(|batch| batch.num_rows() > 0).collect())
            .collect();
        // The batches know better than the plan which columns may be empty.
        let schema = partitions.iter().flatten().next().map_or(planned, RecordBatch::schema);
        let files: BTreeMap<String, PathBuf> = sources
            .iter()
            .map(|source| {
                let dir = views_dir(catalogue, &source.dir);
                (source.structure_id.clone(), dir.join(format!("{}.parquet", vue.nom)))
            })
            .collect();
        let (kept, schema_kept) = (partitions.clone(), Arc::clone(&schema));
        writers.push(tokio::task::spawn_blocking(move || {
            write_by_centre(&files, &kept, &schema_kept)
        }));
        let table = MemTable::try_new(schema, partitions)?;
        session.context.register_table(vue.nom.as_str(), Arc::new(table))?;
    }
    for writer in writers {
        let joined = writer.await;
        joined.map_err(|error| {
            EngineError::Calcul(Box::new(DataFusionError::External(error.into())))
        })??;
    }
    Ok(session)
}

/// Writes each centre's rows to its own file; a centre without rows gets an empty one.
fn write_by_centre(
    files: &BTreeMap<String, PathBuf>,
    partitions: &[Vec<RecordBatch>],
    schema: &SchemaRef,
) -> Result<(), EngineError> {
    let mut by_centre: BTreeMap<&str, Vec<RecordBatch>> = BTreeMap::new();
    for batch in partitions.iter().flatten() {
        for (structure_id, rows) in rows_by_centre(batch)? {
            let Some((known, _)) = files.get_key_value(&structure_id) else { continue };
            let part = take_record_batch(batch, &rows).map_err(DataFusionError::from)?;
            by_centre.entry(known).or_default().push(part);
        }
    }
    for (structure_id, path) in files {
        if let Some(dir) = path.parent() {
            fs::create_dir_all(dir).map_err(|error| unusable(path, &error))?;
        }
        let parts = by_centre.remove(structure_id.as_str()).unwrap_or_default();
        let batch = concat_batches(schema, &parts).map_err(DataFusionError::from)?;
        write_file(path, schema, &batch).map_err(|error| unusable(path, &error))?;
    }
    Ok(())
}

fn rows_by_centre(batch: &RecordBatch) -> Result<BTreeMap<String, UInt32Array>, EngineError> {
    let missing =
        || EngineError::Forme { vue: "enrichie".to_owned(), colonne: "structure_id".to_owned() };
    let column = batch.column_by_name("structure_id").ok_or_else(missing)?;
    let column =
        datafusion::arrow::compute::cast(column, &datafusion::arrow::datatypes::DataType::Utf8)
            .map_err(|_| missing())?;
    let mut rows: BTreeMap<String, Vec<u32>> = BTreeMap::new();
    for (row, structure_id) in (0u32..).zip(column.as_string::<i32>()) {
        let Some(structure_id) = structure_id else { continue };
        match rows.get_mut(structure_id) {
            Some(rows) => rows.push(row),
            None => {
                rows.insert(structure_id.to_owned(), vec![row]);
            }
        }
    }
    Ok(rows.into_iter().map(|(id, rows)| (id, UInt32Array::from(rows))).collect())
}

fn write_file(
    path: &Path,
    schema: &SchemaRef,
    batch: &RecordBatch,
) -> Result<(), Box<dyn std::error::Error>> {
    let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
    // Whole or not at all: a view may be computed beside a version that is already served.
    let aside = path.with_extension(format!("{}.nouveau", std::process::id()));
    let mut writer =
        ArrowWriter::try_new(File::create(&aside)?, Arc::clone(schema), Some(properties))?;
    writer.write(batch)?;
    writer.into_inner()?;
    fs::rename(&aside, path)?;
    Ok(())
}

/// What was evaluated over several centres, dealt out to each.
fn parts_of(
    sources: &[Source],
    regles: Vec<ResultatRegle>,
    (objets, termes): (BTreeMap<String, Vec<Objet>>, Vec<Terme>),
    indicateurs: Vec<MesuresPeriode>,
) -> Vec<Enrichi> {
    let mut parts: BTreeMap<String, Enrichi> = BTreeMap::new();
    for source in sources {
        let empty = |code: &String| ResultatRegle { code: code.clone(), comptes: Vec::new() };
        let resultats = Resultats {
            date_extraction: source.date_extraction,
            regles: regles.iter().map(|regle| empty(&regle.code)).collect(),
            indicateurs: indicateurs
                .iter()
                .map(|measured| MesuresPeriode {
                    periode: measured.periode,
                    mesures: Mesures::default(),
                })
                .collect(),
        };
        let lists = objets.keys().map(|code| (code.clone(), Vec::new())).collect();
        let structure_id = source.structure_id.clone();
        let enrichi = Enrichi {
            structure_id: structure_id.clone(),
            resultats,
            objets: lists,
            termes: Vec::new(),
            jours: JoursEffets::new(),
        };
        parts.insert(structure_id, enrichi);
    }
    for (rank, regle) in regles.into_iter().enumerate() {
        for (groupe, compte) in regle.comptes {
            let part = parts.get_mut(&groupe.structure_id);
            if let Some(own) = part.and_then(|part| part.resultats.regles.get_mut(rank)) {
                own.comptes.push((groupe, compte));
            }
        }
    }
    for (rank, measured) in indicateurs.into_iter().enumerate() {
        for mesure in measured.mesures {
            let part = parts.get_mut(&mesure.structure_id);
            if let Some(own) = part.and_then(|part| part.resultats.indicateurs.get_mut(rank)) {
                own.mesures.push(mesure);
            }
        }
    }
    for (code, list) in objets {
        for objet in list {
            let part = parts.get_mut(&objet.structure_id);
            if let Some(own) = part.and_then(|part| part.objets.get_mut(&code)) {
                own.push(objet);
            }
        }
    }
    for terme in termes {
        if let Some(part) = parts.get_mut(&terme.objet.structure_id) {
            part.termes.push(terme);
        }
    }
    parts.into_values().collect()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn each_centre_gets_its_own_lists_with_their_days() {
        let source = |id: &str| Source {
            structure_id: id.to_owned(),
            date_extraction: date(2019, 11, 4),
            dir: PathBuf::new(),
        };
        let objet = |structure_id: &str, id: &str| Objet {
            structure_id: structure_id.to_owned(),
            table: "situations".to_owned(),
            id: id.to_owned(),
            dossier_id: None,
            conseiller_id: None,
            antenne: None,
        };
        let caught = [objet("A", "S1"), objet("B", "S1"), objet("B", "S2")];
        let dated = |objet: &Objet| Terme {
            regle: "FIN-01".to_owned(),
            objet: objet.clone(),
            le: Some(date(2019, 12, 31)),
            nature: None,
        };
        let termes = caught.iter().map(dated).collect();
        let objets = BTreeMap::from([("FIN-01".to_owned(), caught.to_vec())]);
        let sources = ["A", "B", "C"].map(source);
        let parts = parts_of(&sources, Vec::new(), (objets, termes), Vec::new());
        let counts = parts.iter().map(|part| {
            let named = part.termes.iter().map(|terme| &terme.objet);
            assert!(named.eq(&part.objets["FIN-01"]));
            (part.structure_id.as_str(), part.termes.len())
        });
        assert!(counts.eq([("A", 1), ("B", 2), ("C", 0)]));
    }
}
