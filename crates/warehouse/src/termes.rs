//! The days on which what the rules of deadline caught ends: told once by who evaluates a version, kept
//! beside its lists, so that a page that names a day asks nothing of the query engine.

use std::fs;
use std::path::Path;

use mallette_domain::terme::Terme;

use crate::disque;
use crate::erreur::{OnPath as _, WarehouseError};

pub(crate) const FILE: &str = "termes.json";

/// Writes the terms of a version beside its lists: whole or not at all.
///
/// # Errors
/// When the disk refuses.
pub fn write(dir: &Path, termes: &[Terme]) -> Result<(), WarehouseError> {
    let path = dir.join(FILE);
    disque::replace(&path, |out| Ok(serde_json::to_writer(out, termes)?))
        .on("Écriture des échéances", &path)
}

/// The terms of a version; none of them when nobody told any.
///
/// # Errors
/// When they are not what [`write()`] wrote.
pub fn read(dir: &Path) -> Result<Vec<Terme>, WarehouseError> {
    let path = dir.join(FILE);
    let bytes = match fs::read(&path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && dir.is_dir() => {
            return Ok(Vec::new());
        }
        bytes => bytes.on("Lecture des échéances", &path)?,
    };
    let read = serde_json::from_slice(&bytes);
    read.map_err(|error| WarehouseError::Abime { path, detail: error.to_string() })
}
