//! Backups: one encrypted file, made while Mallette runs, read back whole before it is trusted.
//!
//! The file is an `age` file (a public format) around a `tar` archive: should Mallette be gone, both
//! open with common tools. It begins with what it is (`mallette-sauvegarde.json`) and ends with the
//! list of its files, each with its size and BLAKE3 hash (`manifeste.json`).
//!
//! It holds what cannot be computed again: the versions that the registry refers to, the centres'
//! keys (wrapped as they are), the refused lines, the network's own catalogue and a copy of the
//! registry. Not the enriched views and the results, which the first opening computes; not the
//! master key, unless it is asked for.
//!
//! The copy of the registry is a SQLite file whatever engine it was on: the one form that any
//! installation takes back, on either engine.
//!
//! Consistent while imports run: the caller takes a [`Protection`], then copies the registry, reads in that copy which versions and imports it refers to, and calls
//! [`Warehouse::save`]. Versions never change once the registry refers to them, and the protection
//! keeps sweeps away.

mod archive;
mod chiffrement;
mod ecriture;
mod erreur;
mod lecture;
mod manifeste;
mod restauration;

use std::collections::BTreeSet;
use std::path::Path;

use jiff::Timestamp;

use crate::Warehouse;
use crate::cles::Maitresse;
use crate::erreur::WarehouseError;
use crate::verrou::Verrou;

pub use chiffrement::{Clef, Paire, Serrure};
pub use erreur::SauvegardeError;
pub use lecture::verify;
pub use manifeste::{Fichier, Manifeste};
pub use restauration::{Preparee, Restauree, prepare, restore};

/// Name of the lock file, in the data directory.
const VERROU: &str = "sauvegarde.verrou";

/// Keeps sweeps away while a backup is made. Imports go on.
#[derive(Debug)]
pub struct Protection {
    _verrou: Verrou,
}

/// What to save.
#[derive(Debug, Clone, Copy)]
pub struct Demande<'a> {
    /// The copy of the registry, made by the caller: a SQLite file that nobody writes any more.
    pub registre: &'a Path,
    /// The versions that it refers to: centre and version.
    pub versions: &'a BTreeSet<(String, String)>,
    /// Its imports, whose refused lines are kept.
    pub imports: &'a BTreeSet<String>,
    /// The master key, when the backup must be enough to read the names: whoever opens it then can.
    pub maitresse: Option<&'a Maitresse>,
    /// The moment.
    pub now: Timestamp,
}

impl Warehouse {
    /// Keeps sweeps away until the value is dropped: to be taken before the registry is copied. None
    /// when a sweep is under way: try again.
    ///
    /// # Errors
    /// When the lock file cannot be opened.
    pub fn protect(&self) -> Result<Option<Protection>, WarehouseError> {
        let verrou = Verrou::try_share(&self.dir().join(VERROU))?;
        Ok(verrou.map(|verrou| Protection { _verrou: verrou }))
    }

    /// The right to sweep; none while a backup is made.
    pub(crate) fn unprotected(&self) -> Result<Option<Verrou>, WarehouseError> {
        Verrou::try_take(&self.dir().join(VERROU))
    }

    /// Writes a backup in a new file, whole or not at all: it is read back whole before it takes its
    /// name.
    ///
    /// # Errors
    /// When the file exists already, when something that the registry refers to is not there or
    /// damaged, when what was written is not read back, or when the disk refuses. Nothing is left of it.
    pub fn save(
        &self,
        _protection: &Protection,
        demande: &Demande<'_>,
        serrure: &Serrure,
        path: &Path,
    ) -> Result<Manifeste, SauvegardeError> {
        ecriture::save(self, demande, serrure, path)
    }
}
