//! Stored results: what was evaluated over a version, kept beside it so that pages read and do not
//! compute.

use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::path::Path;

use mallette_domain::resultat::Resultats;

use crate::erreur::{OnPath, WarehouseError};

const FILE: &str = "resultats.json";

/// Writes the results into the folder of a version being prepared.
///
/// # Errors
/// When the disk refuses.
pub fn write(dir: &Path, resultats: &Resultats) -> Result<(), WarehouseError> {
    let path = dir.join(FILE);
    let file = File::create(&path).on("Écriture des résultats", &path)?;
    let mut out = BufWriter::new(file);
    serde_json::to_writer(&mut out, resultats)
        .map_err(std::io::Error::from)
        .and_then(|()| out.flush())
        .on("Écriture des résultats", &path)
}

/// Reads the results of a version.
///
/// # Errors
/// When they are not there, or are not what [`write()`] wrote.
pub fn read(dir: &Path) -> Result<Resultats, WarehouseError> {
    let path = dir.join(FILE);
    let bytes = fs::read(&path).on("Lecture des résultats", &path)?;
    serde_json::from_slice(&bytes)
        .map_err(|error| WarehouseError::Abime { path, detail: error.to_string() })
}
