//! What changed between two versions of a centre, table by table: rows added, removed, modified.
//!
//! Counted once, when a version is about to be published, and kept with it in `ecarts.json`: what
//! an import changed can then be read for as long as its version is there. Rows are told apart by
//! the key of their table, and compared over the columns of activity that both versions have: a name
//! corrected shows through the fingerprint of the identity, in `dossiers`.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use arrow::array::{ArrayRef, RecordBatch};
use mallette_domain::table::{self, Table};
use serde::{Deserialize, Serialize};

use crate::chemin::component;
use crate::empreinte;
use crate::erreur::{OnPath, WarehouseError};
use crate::fiche::{Fiche, FicheTable};
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
        let previous = Fiche::read(previous_dir)?;
        let names: BTreeSet<&String> = previous.tables.keys().chain(centre.tables.keys()).collect();
        let mut tables = BTreeMap::new();
        for name in names {
            let (before, after) = (previous.tables.get(name), centre.tables.get(name));
            let ecart = compare(name, (previous_dir, before), (&centre.dir, after))?;
            tables.insert(name.clone(), ecart);
        }
        let ecarts = Ecarts::new(previous_id.to_owned(), previous.date_extraction, tables);
        let path = centre.dir.join(FILE);
        let bytes = serde_json::to_vec(&ecarts).map_err(|error| WarehouseError::Abime {
            path: path.clone(),
            detail: error.to_string(),
        })?;
        fs::write(&path, bytes).on("Écriture des écarts", &path)
    }
}

/// A table of one side: its folder, and its record when it is there.
type Cote<'a> = (&'a Path, Option<&'a FicheTable>);

fn compare(
    name: &str,
    (before_dir, before): Cote<'_>,
    (after_dir, after): Cote<'_>,
) -> Result<EcartTable, WarehouseError> {
    let rows = |fiche: Option<&FicheTable>| fiche.map_or(0, |fiche| fiche.lignes);
    let mut ecart = EcartTable { avant: rows(before), apres: rows(after), ..EcartTable::default() };
    match (before, after, table::find(name)) {
        (Some(before), Some(after), Some(table)) if before.empreinte != after.empreinte => {
            let file = format!("{}.parquet", component(name));
            count(table, &before_dir.join(&file), &after_dir.join(&file), &mut ecart)?;
        }
        (Some(_), Some(_), _) => {}
        _ => (ecart.ajoutees, ecart.supprimees) = (ecart.apres, ecart.avant),
    }
    Ok(ecart)
}

fn count(
    table: &Table,
    before: &Path,
    after: &Path,
    ecart: &mut EcartTable,
) -> Result<(), WarehouseError> {
    let (old, new) = (columns(before)?, columns(after)?);
    let common: Vec<String> = new.into_iter().filter(|name| old.contains(name)).collect();
    let mut known: HashMap<u128, u128> = HashMap::new();
    each_row(table, &common, before, |key, row| {
        known.insert(key, row);
    })?;
    each_row(table, &common, after, |key, row| match known.remove(&key) {
        None => ecart.ajoutees += 1,
        Some(old) if old != row => ecart.modifiees += 1,
        Some(_) => {}
    })?;
    ecart.supprimees = known.len() as u64;
    Ok(())
}

fn open(path: &Path) -> Result<File, WarehouseError> {
    File::open(path).on("Lecture de la version", path)
}

fn columns(path: &Path) -> Result<Vec<String>, WarehouseError> {
    let file = open(path)?;
    parquet_fichier::columns(file).map_err(|error| broken(path, &error.to_string()))
}

/// Tells the fingerprint of the key and that of the content of every row.
fn each_row(
    table: &Table,
    common: &[String],
    path: &Path,
    mut tell: impl FnMut(u128, u128),
) -> Result<(), WarehouseError> {
    let broken = |detail: String| broken(path, &detail);
    let batches =
        parquet_fichier::batches(open(path)?).map_err(|error| broken(error.to_string()))?;
    let key: Vec<String> = table.key.iter().map(|name| (*name).to_owned()).collect();
    for batch in batches {
        let batch = batch.map_err(|error| broken(error.to_string()))?;
        let rows = batch.num_rows();
        let hashes = |names: &[String]| {
            empreinte::of_rows(pick(&batch, names), rows)
                .map_err(|kind| broken(format!("type de colonne {kind} inattendu")))
        };
        for (key, row) in hashes(&key)?.into_iter().zip(hashes(common)?) {
            tell(key, row);
        }
    }
    Ok(())
}

fn pick<'a>(batch: &'a RecordBatch, names: &'a [String]) -> impl Iterator<Item = &'a ArrayRef> {
    names.iter().filter_map(|name| batch.column_by_name(name))
}

fn broken(path: &Path, detail: &str) -> WarehouseError {
    WarehouseError::Abime { path: PathBuf::from(path), detail: detail.to_owned() }
}
