//! Restoring a backup: aside, checked whole, synced, then put in place. Nothing is ever replaced.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use super::chiffrement::Clef;
use super::erreur::SauvegardeError;
use super::lecture;
use super::manifeste::{Manifeste, SQLITE};
use crate::cles::{self, Maitresse, to_hex};
use crate::disque;
use crate::erreur::{OnPath as _, WarehouseError};

/// A backup restored.
#[derive(Debug)]
pub struct Restauree {
    /// What it holds.
    pub manifeste: Manifeste,
    /// The master key, when it was in the backup: not written anywhere, to be put where the
    /// installation keeps its own ([`crate::SourceMaitresse::keep`]).
    pub maitresse: Option<Maitresse>,
}

/// A backup read whole and written beside the folder to come, which is not there yet. Dropped before
/// [`Preparee::put_in_place`], nothing is left of it.
pub struct Preparee {
    chantier: Chantier,
    target: PathBuf,
    restauree: Restauree,
}

impl std::fmt::Debug for Preparee {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Preparee").field("target", &self.target).finish_non_exhaustive()
    }
}

impl Preparee {
    /// The folder, aside, that will be put in place.
    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.chantier.dir
    }

    /// The copy of the registry in it, a SQLite file.
    #[must_use]
    pub fn registre(&self) -> PathBuf {
        self.chantier.dir.join(SQLITE)
    }

    /// Leaves the copy of the registry out: it was put elsewhere.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn remove_registre(&self) -> Result<(), SauvegardeError> {
        Ok(disque::remove_file(&self.registre())?)
    }

    /// Puts the folder in place, on the disk for good.
    ///
    /// # Errors
    /// When the folder to come was filled meanwhile, or the disk refuses.
    pub fn put_in_place(self) -> Result<Restauree, SauvegardeError> {
        self.chantier.put_in_place(&self.target)?;
        Ok(self.restauree)
    }
}

/// Restores a backup in a folder that does not exist, or is empty.
///
/// # Errors
/// When the folder is not empty, or the backup is not to be trusted: nothing is then left.
pub fn restore(path: &Path, clef: &Clef, dir: &Path) -> Result<Restauree, SauvegardeError> {
    prepare(path, clef, dir)?.put_in_place()
}

/// Reads a backup whole and writes it beside the folder where it will be restored, which does not
/// exist, or is empty.
///
/// # Errors
/// As [`restore`].
pub fn prepare(path: &Path, clef: &Clef, dir: &Path) -> Result<Preparee, SauvegardeError> {
    let target = std::path::absolute(dir).on("Ouverture du dossier", dir)?;
    if target.exists() && (!target.is_dir() || !disque::entries(&target)?.is_empty()) {
        return Err(SauvegardeError::PasVide(target));
    }
    let chantier = Chantier::start(&target)?;
    let lue = lecture::read(path, clef, &mut |name| chantier.create(name).map(Some))?;
    let restauree = Restauree { manifeste: lue.manifeste, maitresse: lue.maitresse };
    Ok(Preparee { chantier, target, restauree })
}

/// A folder beside the one to come, removed unless it is put in place.
struct Chantier {
    dir: PathBuf,
}

impl Chantier {
    fn start(target: &Path) -> Result<Self, WarehouseError> {
        let mut mark = [0; 6];
        getrandom::fill(&mut mark).map_err(|error| cles::CleError::Alea(error.to_string()))?;
        let mut name = target.file_name().unwrap_or_default().to_owned();
        name.push(format!(".restauration-{}", to_hex(&mark)));
        let dir = target.with_file_name(name);
        if let Some(parent) = dir.parent() {
            disque::create_dir(parent)?;
        }
        fs::create_dir(&dir).on("Création du dossier", &dir)?;
        Ok(Self { dir })
    }

    /// A new file of that path, which [`super::manifeste::admit`] has admitted.
    fn create(&self, name: &str) -> Result<File, SauvegardeError> {
        let path = self.dir.join(name);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).on("Création du dossier", parent)?;
        }
        // New: where the file system takes two names for one, the second is refused.
        let file = disque::create_private(&path).on("Écriture du fichier restauré", &path)?;
        Ok(file)
    }

    fn put_in_place(self, target: &Path) -> Result<(), WarehouseError> {
        let keys = self.dir.join("cles");
        if keys.is_dir() {
            cles::restrict(&keys)?;
        }
        disque::sync_trees(std::slice::from_ref(&self.dir))?;
        if target.exists() {
            // Refuses a folder that someone filled meanwhile.
            fs::remove_dir(target).on("Mise en place de la restauration", target)?;
        }
        fs::rename(&self.dir, target).on("Mise en place de la restauration", target)?;
        target.parent().map_or(Ok(()), disque::sync_dir)
    }
}

impl Drop for Chantier {
    fn drop(&mut self) {
        // Nothing there once it is put in place.
        let _ = disque::remove_dir(&self.dir);
    }
}
