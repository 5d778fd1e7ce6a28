//! On which day each object of the lists of a version counts for the indicators that its correction moves: told
//! once by who evaluates a version, kept beside its lists, so that a page asks nothing of the query engine.

use std::fs;
use std::path::Path;

use mallette_domain::effet::JoursEffets;

use crate::disque;
use crate::erreur::{OnPath as _, WarehouseError};

pub(crate) const FILE: &str = "jours.json";

/// Writes the days of a version beside its lists: whole or not at all.
///
/// # Errors
/// When the disk refuses.
pub fn write(dir: &Path, jours: &JoursEffets) -> Result<(), WarehouseError> {
    let path = dir.join(FILE);
    disque::replace(&path, |out| Ok(serde_json::to_writer(out, jours)?))
        .on("Écriture des jours d'effet", &path)
}

/// The days of a version; none of them when nobody told any.
///
/// # Errors
/// When they are not what [`write()`] wrote.
pub fn read(dir: &Path) -> Result<JoursEffets, WarehouseError> {
    let path = dir.join(FILE);
    let bytes = match fs::read(&path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && dir.is_dir() => {
            return Ok(JoursEffets::new());
        }
        bytes => bytes.on("Lecture des jours d'effet", &path)?,
    };
    let read = serde_json::from_slice(&bytes);
    read.map_err(|error| WarehouseError::Abime { path, detail: error.to_string() })
}
