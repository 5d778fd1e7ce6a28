//! Reading a version whole, and comparing it with what was recorded when it was written: files by
//! their hash, then rows of activity and names, read back, by their fingerprint, which the registry
//! knows too. Versions written before hashes were kept are compared by their rows alone.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use arrow::array::RecordBatch;

use crate::chemin::component;
use crate::cles::{CleError, Trousseau};
use crate::ecrivain::COFFRE;
use crate::empreinte::{Partie, of_table};
use crate::erreur::{OnPath as _, WarehouseError};
use crate::fiche::{FILE, Fiche, FicheTable, of_tables};
use crate::{Warehouse, parquet_fichier};

/// A version found to be what was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verifiee {
    /// Fingerprint of its rows: what the registry must say too.
    pub empreinte: String,
    /// Activity rows.
    pub lignes: u64,
    /// Tables.
    pub tables: usize,
    /// Those of them whose names could not be read, since the centre keeps the second half of its
    /// key: the sealed files are compared by their hash alone.
    pub scellees: usize,
}

impl Warehouse {
    /// Reads a version whole, names included when its centre's key opens. What can be computed again
    /// (views, results) is not looked at.
    ///
    /// # Errors
    /// The first file that is missing, or is not what was written.
    pub fn verify_version(
        &self,
        trousseau: &Trousseau,
        structure_id: &str,
        version: &str,
    ) -> Result<Verifiee, WarehouseError> {
        let dir = self.version_dir(structure_id, version);
        let fiche = Fiche::read(&dir)?;
        if fiche.structure_id != structure_id {
            let detail = format!("version du centre {}", fiche.structure_id);
            return Err(damaged(&dir.join(FILE), detail));
        }
        let lignes = fiche.tables.values().map(|table| table.lignes).sum();
        if of_tables(&fiche.tables) != fiche.empreinte || fiche.lignes != lignes {
            return Err(damaged(&dir.join(FILE), "ses comptes ont changé".to_owned()));
        }
        let opens = match trousseau.get(structure_id) {
            Err(WarehouseError::Cle(CleError::SecondeMoitie(_))) => false,
            key => key.map(|_| true)?,
        };
        let mut scellees = 0;
        for (table, recorded) in &fiche.tables {
            let path = dir.join(format!("{}.parquet", component(table)));
            let coffre = dir.join(COFFRE).join(format!("{}.bin", component(table)));
            check_hash(&path, recorded.fichier.as_deref())?;
            if recorded.coffre {
                check_hash(&coffre, recorded.fichier_coffre.as_deref())?;
            }
            let activite = read_guarded(&path)?;
            if activite.rows() != recorded.lignes {
                let (found, expected) = (activite.rows(), recorded.lignes);
                return Err(damaged(&path, format!("{found} lignes, {expected} attendues")));
            }
            if recorded.coffre && !opens {
                scellees += 1;
                continue;
            }
            let sealed = match recorded.coffre {
                true => self.identities(trousseau, structure_id, version, table)?,
                false => Vec::new(),
            };
            compare(table, recorded, (&path, &activite), (&coffre, sealed))?;
        }
        let tables = fiche.tables.len();
        Ok(Verifiee { empreinte: fiche.empreinte, lignes, tables, scellees })
    }
}

/// The fingerprint of a table must be the one recorded.
fn compare(
    table: &str,
    recorded: &FicheTable,
    (path, activite): (&Path, &Partie),
    (coffre, sealed): (&PathBuf, Vec<RecordBatch>),
) -> Result<(), WarehouseError> {
    let mut identites = Partie::default();
    for batch in sealed {
        identites.add(&batch).map_err(|kind| damaged(coffre, unexpected(&kind)))?;
    }
    if of_table(table, activite, &identites) == recorded.empreinte {
        return Ok(());
    }
    // The vault is authenticated by its seal: the activity is what changed.
    Err(damaged(path, "ses lignes ne sont pas celles qui ont été écrites".to_owned()))
}

/// A file must be there, and be the one whose hash was recorded, if one was.
fn check_hash(path: &Path, recorded: Option<&str>) -> Result<(), WarehouseError> {
    let mut file = File::open(path).on("Lecture du fichier", path)?;
    let Some(recorded) = recorded else { return Ok(()) };
    let mut hasher = blake3::Hasher::new();
    io::copy(&mut file, &mut hasher).on("Lecture du fichier", path)?;
    // Hashes are compared in constant time.
    if blake3::Hash::from_hex(recorded).is_ok_and(|recorded| recorded == hasher.finalize()) {
        return Ok(());
    }
    Err(damaged(path, "ce n'est plus le fichier qui a été écrit".to_owned()))
}

/// As [`read_activity`]. The library that reads Parquet panics on some files that were altered, which
/// a hash, when there is one, has told before.
fn read_guarded(path: &Path) -> Result<Partie, WarehouseError> {
    std::panic::catch_unwind(|| read_activity(path))
        .unwrap_or_else(|_| Err(damaged(path, "il ne se lit pas".to_owned())))
}

fn read_activity(path: &Path) -> Result<Partie, WarehouseError> {
    walk_activity(path, |_| ())
}

/// The rows of an activity file, each batch shown on its way to the fingerprint.
pub(crate) fn walk_activity(
    path: &Path,
    mut see: impl FnMut(&RecordBatch),
) -> Result<Partie, WarehouseError> {
    let file = File::open(path).on("Lecture du fichier", path)?;
    let mut partie = Partie::default();
    let unreadable = |error: parquet::errors::ParquetError| damaged(path, error.to_string());
    for batch in parquet_fichier::batches(file).map_err(unreadable)? {
        let batch = batch.map_err(unreadable)?;
        see(&batch);
        partie.add(&batch).map_err(|kind| damaged(path, unexpected(&kind)))?;
    }
    Ok(partie)
}

pub(crate) fn unexpected(kind: &arrow::datatypes::DataType) -> String {
    format!("type de colonne {kind} inattendu")
}

pub(crate) fn damaged(path: &Path, detail: String) -> WarehouseError {
    WarehouseError::Abime { path: path.to_owned(), detail }
}
