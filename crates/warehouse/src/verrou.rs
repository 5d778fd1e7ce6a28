//! One import at a time: an exclusive lock on a file of the data directory, let go by the system
//! when its holder dies.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;

use crate::erreur::{OnPath, WarehouseError};

/// A lock, held until this value is dropped.
#[derive(Debug)]
pub struct Verrou {
    file: File,
}

impl Drop for Verrou {
    fn drop(&mut self) {
        // Closing is not enough: a process being started at this moment holds a copy of the open
        // file, and with it the lock, until it runs its program.
        let _ = self.file.unlock();
    }
}

impl Verrou {
    /// The lock of that file, waited for: held for the time of a few writings.
    pub(crate) fn take(path: &Path) -> Result<Self, WarehouseError> {
        let file = open(path).on("Ouverture du verrou", path)?;
        file.lock().on("Pose du verrou", path)?;
        Ok(Self { file })
    }

    /// The lock of that file with others who share it; none when one holds it alone.
    pub(crate) fn try_share(path: &Path) -> Result<Option<Self>, WarehouseError> {
        let file = open(path).on("Ouverture du verrou", path)?;
        match file.try_lock_shared() {
            Ok(()) => Ok(Some(Self { file })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error).on("Pose du verrou", path),
        }
    }

    /// The lock of that file; none when another holds it.
    pub(crate) fn try_take(path: &Path) -> Result<Option<Self>, WarehouseError> {
        let file = open(path).on("Ouverture du verrou d'import", path)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Self { file })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error).on("Pose du verrou d'import", path),
        }
    }

    /// The lock of a folder itself, for which no file is made in it: with others who share it, or alone
    /// when `seul`. None when it cannot be had so.
    pub(crate) fn try_on_dir(dir: &Path, seul: bool) -> Result<Option<Self>, WarehouseError> {
        // Elsewhere a folder cannot be opened as a file.
        let opened = if cfg!(unix) { File::open(dir) } else { open(&dir.join("dossier.verrou")) };
        let file = opened.on("Ouverture du dossier", dir)?;
        let locked = if seul { file.try_lock() } else { file.try_lock_shared() };
        match locked {
            Ok(()) => Ok(Some(Self { file })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error).on("Pose du verrou", dir),
        }
    }
}

fn open(path: &Path) -> std::io::Result<File> {
    OpenOptions::new().create(true).truncate(false).write(true).open(path)
}
