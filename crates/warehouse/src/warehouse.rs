//! The data directory: where versions, keys and imports under way are, and the vault's door.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{AsArray, RecordBatch};

use crate::chemin::component;
use crate::cles::{Cles, SourceMaitresse, Trousseau};
use crate::coffre::Coffre;
use crate::ecrivain::COFFRE;
use crate::erreur::{OnPath, WarehouseError};
use crate::staging::Staging;
use crate::verrou::Verrou;
use crate::{disque, menage};

/// The data directory of an installation.
#[derive(Debug, Clone)]
pub struct Warehouse {
    dir: PathBuf,
    cles: Arc<Cles>,
}

impl Warehouse {
    /// Opens the data directory, created with its folders when missing. Removes nothing. The master
    /// key comes from where the environment says: [`SourceMaitresse::from_environment`].
    ///
    /// # Errors
    /// When the folders cannot be created, or the environment names two sources.
    pub fn open(dir: &Path) -> Result<Self, WarehouseError> {
        Self::open_with(dir, SourceMaitresse::from_environment()?)
    }

    /// As [`Warehouse::open`], with the master key of that source.
    ///
    /// # Errors
    /// When the folders cannot be created, or keys in clear of an earlier program cannot be wrapped.
    pub fn open_with(dir: &Path, source: SourceMaitresse) -> Result<Self, WarehouseError> {
        let dir = std::path::absolute(dir).on("Ouverture du dossier", dir)?;
        for name in ["versions", "en_cours"] {
            disque::create_dir(&dir.join(name))?;
        }
        let cles = Arc::new(Cles::open(dir.join("cles"), dir.join("versions"), source)?);
        Ok(Self { dir, cles })
    }

    /// Opens a data directory to read it only: no byte of it changes, and what is missing in it is not
    /// made.
    ///
    /// # Errors
    /// When it is not there.
    pub fn open_read_only(dir: &Path, source: SourceMaitresse) -> Result<Self, WarehouseError> {
        let dir = fs::canonicalize(dir).on("Ouverture du dossier", dir)?;
        let cles = Arc::new(Cles::open_as_is(dir.join("cles"), dir.join("versions"), source));
        Ok(Self { dir, cles })
    }

    /// Takes part in the work on the data directory, with others; none while it is frozen.
    ///
    /// # Errors
    /// When the folder cannot be opened.
    pub fn work(&self) -> Result<Option<Verrou>, WarehouseError> {
        Verrou::try_on_dir(&self.dir, false)
    }

    /// Freezes the data directory: nobody works on it until the value is dropped. None while somebody
    /// does.
    ///
    /// # Errors
    /// When the folder cannot be opened.
    pub fn freeze(&self) -> Result<Option<Verrou>, WarehouseError> {
        Verrou::try_on_dir(&self.dir, true)
    }

    /// The right to serve the pages of the data directory; none when another program does.
    ///
    /// # Errors
    /// When the lock file cannot be opened.
    pub fn reserve(&self) -> Result<Option<Verrou>, WarehouseError> {
        Verrou::try_take(&self.dir.join("serveur.verrou"))
    }

    /// The data directory, absolute.
    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The keys of the centres.
    #[must_use]
    pub fn keys(&self) -> &Cles {
        &self.cles
    }

    /// The keyring of a session in which nobody presented a second half: it opens the centres in
    /// simple mode.
    #[must_use]
    pub fn trousseau(&self) -> Trousseau {
        Trousseau::new(Arc::clone(&self.cles))
    }

    /// Starts an import with the keys of a session, under the import lock; what a killed import left aside is removed first.
    ///
    /// # Errors
    /// [`WarehouseError::ImportEnCours`] when another import holds the lock.
    pub fn stage(&self, trousseau: &Trousseau) -> Result<Staging, WarehouseError> {
        let verrou =
            self.try_lock()?.ok_or_else(|| WarehouseError::ImportEnCours(self.dir.clone()))?;
        Staging::start(trousseau.clone(), self.dir.clone(), verrou)
    }

    /// The import lock; none when an import holds it.
    ///
    /// # Errors
    /// When the lock file cannot be opened.
    pub fn try_lock(&self) -> Result<Option<Verrou>, WarehouseError> {
        Verrou::try_take(&self.dir.join("import.verrou"))
    }

    /// Where a version's files are.
    #[must_use]
    pub fn version_dir(&self, structure_id: &str, version: &str) -> PathBuf {
        self.dir.join("versions").join(component(structure_id)).join(component(version))
    }

    /// The tables that a version received, each with its rows: a table received without rows is
    /// there, one that was never sent is not.
    ///
    /// # Errors
    /// When the record of the version cannot be read.
    pub fn tables(
        &self,
        structure_id: &str,
        version: &str,
    ) -> Result<BTreeMap<String, u64>, WarehouseError> {
        let fiche = crate::fiche::Fiche::read(&self.version_dir(structure_id, version))?;
        Ok(fiche.tables.into_iter().map(|(name, table)| (name, table.lignes)).collect())
    }

    /// Removes every version but those referenced (centre, version), under the import lock; what
    /// was removed, nothing when an import holds the lock. When imports may run in another process,
    /// an import may end between the reading of `referenced` and the lock: take the lock first,
    /// then read, then [`Warehouse::sweep_locked`].
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn sweep(
        &self,
        referenced: &BTreeSet<(String, String)>,
    ) -> Result<Vec<PathBuf>, WarehouseError> {
        match self.try_lock()? {
            Some(verrou) => self.sweep_locked(&verrou, referenced),
            None => Ok(Vec::new()),
        }
    }

    /// As [`Warehouse::sweep`], for who already holds the lock, and read `referenced` under it. No
    /// version is removed while a backup is made.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn sweep_locked(
        &self,
        _verrou: &Verrou,
        referenced: &BTreeSet<(String, String)>,
    ) -> Result<Vec<PathBuf>, WarehouseError> {
        for leftover in disque::entries(&self.dir.join("en_cours"))? {
            disque::remove_dir(&leftover)?;
        }
        // While a backup is made, no version goes: the next sweep will do it.
        match self.unprotected()? {
            Some(_alone) => menage::sweep(&self.dir.join("versions"), referenced),
            None => Ok(Vec::new()),
        }
    }

    /// The identity rows of one table of a version, out of the vault; none when the version has
    /// none for that table. Only who may read the names of the centre may call this.
    ///
    /// # Errors
    /// When the version is not there, or the vault does not open with the centre's key.
    pub fn identities(
        &self,
        trousseau: &Trousseau,
        structure_id: &str,
        version: &str,
        table: &str,
    ) -> Result<Vec<RecordBatch>, WarehouseError> {
        let dir = self.version_dir(structure_id, version);
        let path = dir.join(COFFRE).join(format!("{}.bin", component(table)));
        let sealed = match fs::read(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound && dir.is_dir() => {
                return self.without_vault(&dir, structure_id, table);
            }
            sealed => sealed.on("Lecture du coffre", &path)?,
        };
        let key = trousseau.get(structure_id)?;
        Coffre { structure_id, table }.open(&key, &sealed)
    }

    /// A vault that is not there was never written, or has been lost: the version's record tells.
    fn without_vault(
        &self,
        dir: &Path,
        structure_id: &str,
        table: &str,
    ) -> Result<Vec<RecordBatch>, WarehouseError> {
        let fiche = crate::fiche::Fiche::read(dir)?;
        if fiche.tables.get(table).is_some_and(|table| table.coffre) {
            let table = table.to_owned();
            return Err(WarehouseError::CoffreScelle {
                structure_id: structure_id.to_owned(),
                table,
            });
        }
        Ok(Vec::new())
    }

    /// The real number of each dossier of a version, by pseudonym, out of the vault. Only who may
    /// read the names of the centre may call this.
    ///
    /// # Errors
    /// As [`Warehouse::identities`].
    pub fn real_ids(
        &self,
        trousseau: &Trousseau,
        structure_id: &str,
        version: &str,
    ) -> Result<HashMap<String, String>, WarehouseError> {
        let mut numbers = HashMap::new();
        for batch in self.identities(trousseau, structure_id, version, "dossiers")? {
            let column = |name: &str| batch.column_by_name(name)?.as_string_opt::<i32>();
            let (Some(pseudonyms), Some(reals)) = (column("dossier_id"), column("numero_dossier"))
            else {
                return Err(WarehouseError::Abime {
                    path: self.version_dir(structure_id, version),
                    detail: "coffre des dossiers sans numéro de dossier".to_owned(),
                });
            };
            for (pseudonym, real) in pseudonyms.iter().zip(reals) {
                if let (Some(pseudonym), Some(real)) = (pseudonym, real) {
                    numbers.insert(pseudonym.to_owned(), real.to_owned());
                }
            }
        }
        Ok(numbers)
    }
}
