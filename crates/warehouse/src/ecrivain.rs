//! The writers: threads that take lots from a bounded queue and write them aside, so that reading
//! and writing overlap. The first failure stops them; it is told at the next lot or at the end.

use std::collections::{BTreeMap, HashSet};
use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use mallette_domain::table::Table;
use mallette_ingest::{Lignes, Lot, SinkError, activity_schema, identity_schema};
use parquet::errors::ParquetError;

use crate::cles::CleCentre;
use crate::coffre::Coffre;
use crate::effaces::Effaces;
use crate::empreinte::{self, Partie};
use crate::enregistreurs::{Ecrit, Enregistreurs};
use crate::erreur::{OnPath, WarehouseError};
use crate::fiche::FicheTable;
use crate::parquet_fichier;
use crate::tri::Tri;

/// Name of the folder of sealed files in a version.
pub(crate) const COFFRE: &str = "coffre";

/// Lots waiting: enough to keep a writer busy, few enough to bound memory.
const QUEUE: usize = 2;

/// One lot to write.
#[derive(Debug)]
pub(crate) struct Tache {
    /// The rows.
    pub(crate) lot: Lot,
    /// Folder of the centre being written aside.
    pub(crate) dir: PathBuf,
    /// Key of the centre.
    pub(crate) key: CleCentre,
    /// The dossiers of the centre whose names are not kept.
    pub(crate) effaces: Arc<Effaces>,
}

/// Records of tables, by centre and table.
type Written = BTreeMap<(String, String), FicheTable>;

/// What was written.
#[derive(Debug, Default)]
pub(crate) struct Bilan {
    /// The record of each table.
    pub(crate) tables: Written,
    /// The files that a power cut no longer takes.
    pub(crate) durables: HashSet<PathBuf>,
}

#[derive(Debug, Default)]
struct Shared {
    written: Mutex<Written>,
    failure: Mutex<Option<WarehouseError>>,
}

/// The writers and their queue.
#[derive(Debug)]
pub(crate) struct Ecrivains {
    queue: Option<SyncSender<Tache>>,
    threads: Vec<JoinHandle<()>>,
    enregistreurs: Option<Enregistreurs>,
    shared: Arc<Shared>,
}

impl Ecrivains {
    /// Starts one writer per core, two at most: beyond, the disk is what is waited for.
    pub(crate) fn start() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let (queue, tasks) = sync_channel(QUEUE);
        let tasks = Arc::new(Mutex::new(tasks));
        let shared = Arc::new(Shared::default());
        let enregistreurs = Enregistreurs::start();
        let threads = (0..cores.clamp(1, 2))
            .map(|_| {
                let (tasks, shared) = (Arc::clone(&tasks), Arc::clone(&shared));
                let written = enregistreurs.queue();
                std::thread::spawn(move || work(&tasks, &written, &shared))
            })
            .collect();
        Self { queue: Some(queue), threads, enregistreurs: Some(enregistreurs), shared }
    }

    /// Hands one lot over, waiting for room in the queue.
    pub(crate) fn push(&self, tache: Tache) -> Result<(), WarehouseError> {
        self.failed()?;
        let queue = self.queue.as_ref().ok_or(WarehouseError::Etape("écriture déjà terminée"))?;
        if queue.send(tache).is_err() {
            self.failed()?;
            return Err(WarehouseError::Etape("écriture interrompue"));
        }
        Ok(())
    }

    /// Waits for the last lot; what was written, or the first failure.
    pub(crate) fn join(&mut self) -> Result<Bilan, WarehouseError> {
        self.queue = None;
        let mut died = false;
        for thread in self.threads.drain(..) {
            died |= thread.join().is_err();
        }
        let durables = self.enregistreurs.take().map_or(Ok(HashSet::new()), Enregistreurs::join);
        self.failed()?;
        if died {
            return Err(WarehouseError::Etape("écriture interrompue"));
        }
        let tables = std::mem::take(&mut *lock(&self.shared.written));
        Ok(Bilan { tables, durables: durables? })
    }

    fn failed(&self) -> Result<(), WarehouseError> {
        lock(&self.shared.failure).take().map_or(Ok(()), Err)
    }
}

impl Drop for Ecrivains {
    fn drop(&mut self) {
        // Nobody may write into folders that are about to be removed.
        let _ = self.join();
    }
}

/// What a panic left behind is still what was written.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn work(tasks: &Mutex<Receiver<Tache>>, written: &SyncSender<Ecrit>, shared: &Shared) {
    loop {
        // The lock is let go before the lot is written: the other writer takes the next one.
        let received = lock(tasks).recv();
        let Ok(tache) = received else { return };
        let key = (tache.lot.structure_id.clone(), tache.lot.table.name.to_owned());
        match write(tache, written) {
            Ok(fiche) => {
                lock(&shared.written).insert(key, fiche);
            }
            Err(error) => {
                lock(&shared.failure).get_or_insert(error);
                return;
            }
        }
    }
}

fn write(tache: Tache, files: &SyncSender<Ecrit>) -> Result<FicheTable, WarehouseError> {
    let Tache { lot, dir, key, effaces } = tache;
    let Lot { structure_id, table, activite, identites, .. } = lot;
    let place = Coffre { structure_id: &structure_id, table: table.name };
    let mut tri = Tri::new(effaces, table, place);
    let (written, fichier) = write_activity(&dir, place, (table, activite), &mut tri, files)?;

    let mut sealed = Partie::default();
    let schema = identity_schema(table);
    // The names of the erased do not come back, whatever file brings them.
    let identites = identites.filter_map(|batch| {
        batch.and_then(|batch| tri.keep(batch).map_err(SinkError::from)).transpose()
    });
    let rows = checked(identites, schema.as_ref(), place, &mut sealed);
    let rows: Vec<RecordBatch> = rows.collect::<Result<_, _>>()?;
    let schema = schema.filter(|_| !rows.is_empty());
    let mut fichier_coffre = None;
    if let Some(schema) = &schema {
        let sealed = place.seal(&key, schema, &rows)?;
        write_sealed(&dir, table.name, &sealed, files)?;
        fichier_coffre = Some(hex(&blake3::hash(&sealed)));
    }
    Ok(FicheTable {
        lignes: written.rows(),
        empreinte: empreinte::of_table(table.name, &written, &sealed),
        coffre: schema.is_some(),
        fichier: Some(hex(&fichier)),
        fichier_coffre,
    })
}

pub(crate) fn hex(hash: &blake3::Hash) -> String {
    hash.to_hex().to_string()
}

/// Writes the activity rows, batch after batch: what was written, and the hash of the file.
fn write_activity(
    dir: &Path,
    place: Coffre<'_>,
    (table, rows): (&Table, Lignes),
    tri: &mut Tri<'_>,
    files: &SyncSender<Ecrit>,
) -> Result<(Partie, blake3::Hash), WarehouseError> {
    let schema = activity_schema(table);
    let path = dir.join(format!("{}.parquet", table.name));
    let file = File::create(&path).on("Écriture du fichier", &path)?;
    let out = BufWriter::with_capacity(1 << 20, Watched::new(file));
    let encoding = |error: ParquetError| place.encoding(&error.to_string());
    let mut partie = Partie::default();
    let mut writer = parquet_fichier::writer(&schema, key_column(table), out).map_err(encoding)?;
    for batch in checked(rows, Some(&schema), place, &mut partie) {
        let batch = batch?;
        tri.see(&batch);
        let encoded = writer.write(&batch);
        told(writer.inner_mut().get_mut(), &path)?;
        encoded.map_err(encoding)?;
    }
    let encoded = writer.finish().map(drop);
    let flushed = writer.inner_mut().flush();
    told(writer.inner_mut().get_mut(), &path)?;
    encoded.map_err(encoding)?;
    flushed.on("Écriture du fichier", &path)?;
    let out = writer.inner_mut().get_ref();
    let file = out.file.try_clone().on("Écriture du fichier", &path)?;
    let hash = out.hasher.finalize();
    hand_over(files, path, file);
    Ok((partie, hash))
}

/// What the disk refused is told as such, not as what the encoder made of it.
fn told(out: &mut Watched, path: &Path) -> Result<(), WarehouseError> {
    out.refused.take().map_or(Ok(()), Err).on("Écriture du fichier", path)
}

/// The batches, each refused when its columns are not those of the table (one that names a person
/// must never be written among the activity), then added to the fingerprint.
fn checked<'a>(
    rows: impl Iterator<Item = Result<RecordBatch, SinkError>> + 'a,
    schema: Option<&'a SchemaRef>,
    place: Coffre<'a>,
    partie: &'a mut Partie,
) -> impl Iterator<Item = Result<RecordBatch, WarehouseError>> + 'a {
    rows.map(move |batch| {
        let batch = batch.map_err(|error| place.encoding(&error.0))?;
        if Some(&batch.schema()) != schema {
            return Err(place.encoding("colonnes inattendues"));
        }
        partie
            .add(&batch)
            .map_err(|kind| place.encoding(&format!("type de colonne {kind} inattendu")))?;
        Ok(batch)
    })
}

/// The column whose values do not repeat: the last of the key, the centre being the first.
fn key_column(table: &Table) -> &'static str {
    table.key.last().copied().unwrap_or("structure_id")
}

/// Nobody takes it any more: a file was refused, which the end of the writers tells.
fn hand_over(files: &SyncSender<Ecrit>, path: PathBuf, file: File) {
    let _ = files.send((path, file));
}

fn write_sealed(
    dir: &Path,
    table: &str,
    sealed: &[u8],
    files: &SyncSender<Ecrit>,
) -> Result<(), WarehouseError> {
    let dir = dir.join(COFFRE);
    fs::create_dir_all(&dir).on("Création du dossier", &dir)?;
    let path = dir.join(format!("{table}.bin"));
    let written = File::create(&path).and_then(|mut file| {
        file.write_all(sealed)?;
        Ok(file)
    });
    hand_over(files, path.clone(), written.on("Écriture du coffre", &path)?);
    Ok(())
}

/// A file that remembers what the system refused, and the hash of what it took.
struct Watched {
    file: File,
    refused: Option<std::io::Error>,
    hasher: blake3::Hasher,
}

impl Watched {
    fn new(file: File) -> Self {
        Self { file, refused: None, hasher: blake3::Hasher::new() }
    }
}

impl std::io::Write for Watched {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let written = self.file.write(bytes).map_err(|error| {
            let told = std::io::Error::from(error.kind());
            self.refused = Some(error);
            told
        })?;
        self.hasher.update(bytes.get(..written).unwrap_or(bytes));
        Ok(written)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.file.flush()
    }
}
