//! What changed between two versions of a centre, table by table: rows added, removed, modified.
//!
//! Counted once, when a version is about to be published, and kept with it in `ecarts.json`: what
//! an import changed can then be read for as long as its version is there. Rows are told apart by
//! the key of their table, and compared over the columns of activity that both versions have: a name
//! corrected shows through the fingerprint of the identity, in `dossiers`. What is compared is the
//! fingerprints of rows (`lignes`), kept beside the version that counts.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use arrow::array::{ArrayRef, RecordBatch};
use mallette_domain::table::{self, Table};
use serde::{Deserialize, Serialize};

use crate::chemin::component;
use crate::disque;
use crate::empreinte;
use crate::erreur::{OnPath, WarehouseError};
use crate::fiche::{Fiche, FicheTable};
use crate::lignes::{Lignes, LignesTable, ParCle};
use crate::parquet_fichier;
use crate::staging::Staging;

/// Name of the file in the folder of a version.
const FILE: &str = "ecarts.json";

/// Form of the stored file that this program writes.
const FORMAT: u32 = 1;

/// What changed in one table.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EcartTable {
    /// Rows of the version replaced.
    pub avant: u64,
    /// Rows of this version.
    pub apres: u64,
    /// Rows whose key is new.
    pub ajoutees: u64,
    /// Rows whose key is gone.
    pub supprimees: u64,
    /// Rows of the same key and another content.
    pub modifiees: u64,
}

/// What changed since the version that this one replaced.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ecarts {
    format: u32,
    /// The version replaced.
    pub precedente: String,
    /// Its extraction date.
    pub date_precedente: jiff::civil::Date,
    /// By canonical table, those of either version.
    pub tables: BTreeMap<String, EcartTable>,
}

impl Ecarts {
    /// What changed since that version.
    #[must_use]
    pub fn new(
        precedente: String,
        date_precedente: jiff::civil::Date,
        tables: BTreeMap<String, EcartTable>,
    ) -> Self {
        Self { format: FORMAT, precedente, date_precedente, tables }
    }
}

/// What changed with a version; none when it is the first of its centre, or older than this count.
///
/// # Errors
/// When the file is there and cannot be read.
pub fn read(dir: &Path) -> Result<Option<Ecarts>, WarehouseError> {
    let path = dir.join(FILE);
    let bytes = match fs::read(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        bytes => bytes.on("Lecture des écarts", &path)?,
    };
    let broken = |detail: String| WarehouseError::Abime { path: path.clone(), detail };
    let ecarts: Ecarts =
        serde_json::from_slice(&bytes).map_err(|error| broken(error.to_string()))?;
    if ecarts.format != FORMAT {
        return Err(broken(format!("format {} inconnu de ce programme", ecarts.format)));
    }
    Ok(Some(ecarts))
}

impl Staging {
    /// Counts what changed in a centre since the version it replaces, and keeps it with the new
    /// one. To be called between [`Staging::finish`] and [`Staging::publish`].
    ///
    /// # Errors
    /// When the files of either version cannot be read, or the count cannot be written.
    pub fn note_ecarts(
        &self,
        structure_id: &str,
        previous_id: &str,
        previous_dir: &Path,
    ) -> Result<(), WarehouseError> {
        if !self.finished {
            return Err(WarehouseError::Etape("comparaison avant la fin de l'écriture"));
        }
        let Some(centre) = self.centres.get(structure_id) else { return Ok(()) };
        note((&centre.dir, &centre.tables), previous_id, previous_dir)
    }

    /// As [`Staging::note_ecarts`], for many centres (code, version replaced, its folder), as many at a
    /// time as there are cores; those that failed, and why.
    ///
    /// # Errors
    /// Before the end of the writing.
    pub fn note_all_ecarts(
        &self,
        replaced: &[(&str, &str, PathBuf)],
    ) -> Result<Vec<(String, WarehouseError)>, WarehouseError> {
        if !self.finished {
            return Err(WarehouseError::Etape("comparaison avant la fin de l'écriture"));
        }
        let known = replaced.iter().filter_map(|(structure_id, previous_id, previous_dir)| {
            let centre = self.centres.get(*structure_id)?;
            Some((*structure_id, (&*centre.dir, &centre.tables), *previous_id, &**previous_dir))
        });
        let failed = Mutex::new(Vec::new());
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        disque::each_on(
            cores,
            known.collect(),
            |(structure_id, new, previous_id, previous_dir)| {
                if let Err(error) = note(new, previous_id, previous_dir) {
                    let mut failed = failed.lock().unwrap_or_else(PoisonError::into_inner);
                    failed.push((structure_id.to_owned(), error));
                }
                Ok(())
            },
        )?;
        Ok(failed.into_inner().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Counts what changed in the folder of a version, with its tables, since the one that it replaces.
fn note(
    (dir, new): (&Path, &BTreeMap<String, FicheTable>),
    previous_id: &str,
    previous_dir: &Path,
) -> Result<(), WarehouseError> {
    let previous = Fiche::read(previous_dir)?;
    let old = &previous.tables;
    let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let differs = |name: &str| match (old.get(name), new.get(name)) {
        (Some(before), Some(after)) => before.empreinte != after.empreinte,
        _ => false,
    };
    let before = Lignes::kept(previous_dir);
    let before = before.map_or_else(|| Lignes::read(previous_dir, differs), Ok)?;
    let after = Lignes::following(dir, new, (old, &before))?;
    let mut tables = BTreeMap::new();
    for name in names {
        let sides = Sides {
            dirs: (previous_dir, dir),
            fiches: (old.get(name), new.get(name)),
            lignes: (before.tables.get(name), after.tables.get(name)),
        };
        tables.insert(name.clone(), compare(name, &sides)?);
    }
    // The life of its anomalies asks for them next.
    after.keep(dir)?;
    let ecarts = Ecarts::new(previous_id.to_owned(), previous.date_extraction, tables);
    let path = dir.join(FILE);
    let bytes = serde_json::to_vec(&ecarts).map_err(|error| broken(&path, &error.to_string()))?;
    fs::write(&path, bytes).on("Écriture des écarts", &path)
}

/// A table in the version replaced and in the one that replaces it.
struct Sides<'a> {
    dirs: (&'a Path, &'a Path),
    /// Its records, where it is there.
    fiches: (Option<&'a FicheTable>, Option<&'a FicheTable>),
    /// Its rows, where they were read.
    lignes: (Option<&'a LignesTable>, Option<&'a LignesTable>),
}

fn compare(name: &str, sides: &Sides<'_>) -> Result<EcartTable, WarehouseError> {
    let (before, after) = sides.fiches;
    let rows = |fiche: Option<&FicheTable>| fiche.map_or(0, |fiche| fiche.lignes);
    let mut ecart = EcartTable { avant: rows(before), apres: rows(after), ..EcartTable::default() };
    match (before, after, table::find(name)) {
        (Some(before), Some(after), Some(table)) if before.empreinte != after.empreinte => {
            match sides.lignes {
                (Some(before), Some(after)) if before.colonnes == after.colonnes => {
                    let rows = (&before.lignes, &after.lignes);
                    count(&mut ecart, rows.0.iter().copied(), rows.1.iter().copied());
                }
                // A program between the two added a column: over those that both have.
                _ => {
                    let file = format!("{}.parquet", component(name));
                    let (old, new) = (sides.dirs.0.join(&file), sides.dirs.1.join(&file));
                    let common = common(&old, &new)?;
                    let (old, new) =
                        (rows_of(table, &common, &old)?, rows_of(table, &common, &new)?);
                    count(&mut ecart, old.into_iter(), new.into_iter());
                }
            }
        }
        (Some(_), Some(_), _) => {}
        _ => (ecart.ajoutees, ecart.supprimees) = (ecart.apres, ecart.avant),
    }
    Ok(ecart)
}

/// Counts rows of which the key and the content are given.
fn count(
    ecart: &mut EcartTable,
    before: impl Iterator<Item = (u64, u64)>,
    after: impl Iterator<Item = (u64, u64)>,
) {
    let mut known: ParCle = before.collect();
    for (key, row) in after {
        match known.remove(&key) {
            None => ecart.ajoutees += 1,
            Some(old) if old != row => ecart.modifiees += 1,
            Some(_) => {}
        }
    }
    ecart.supprimees = known.len() as u64;
}

/// The columns that both files have.
fn common(before: &Path, after: &Path) -> Result<Vec<String>, WarehouseError> {
    let (old, new) = (columns(before)?, columns(after)?);
    Ok(new.into_iter().filter(|name| old.contains(name)).collect())
}

fn open(path: &Path) -> Result<File, WarehouseError> {
    File::open(path).on("Lecture de la version", path)
}

fn columns(path: &Path) -> Result<Vec<String>, WarehouseError> {
    let file = open(path)?;
    parquet_fichier::columns(file).map_err(|error| broken(path, &error.to_string()))
}

/// The fingerprint of the key and that of the content of every row, over those columns.
fn rows_of(
    table: &Table,
    common: &[String],
    path: &Path,
) -> Result<Vec<(u64, u64)>, WarehouseError> {
    let broken = |detail: String| broken(path, &detail);
    let batches =
        parquet_fichier::batches(open(path)?).map_err(|error| broken(error.to_string()))?;
    let key: Vec<String> = table.key.iter().map(|name| (*name).to_owned()).collect();
    let mut all = Vec::new();
    for batch in batches {
        let batch = batch.map_err(|error| broken(error.to_string()))?;
        let rows = batch.num_rows();
        let hashes = |names: &[String]| {
            empreinte::of_rows(pick(&batch, names), rows)
                .map_err(|kind| broken(format!("type de colonne {kind} inattendu")))
        };
        let rows = hashes(&key)?.into_iter().zip(hashes(common)?);
        all.extend(rows.map(|(key, row)| (empreinte::folded(key), empreinte::folded(row))));
    }
    Ok(all)
}

fn pick<'a>(batch: &'a RecordBatch, names: &'a [String]) -> impl Iterator<Item = &'a ArrayRef> {
    names.iter().filter_map(|name| batch.column_by_name(name))
}

fn broken(path: &Path, detail: &str) -> WarehouseError {
    WarehouseError::Abime { path: PathBuf::from(path), detail: detail.to_owned() }
}
