//! Stored results: what was evaluated over a version, kept beside it so that pages read and do not
//! compute.

use std::fs;
use std::path::Path;

use mallette_domain::resultat::{ResultatRegle, Resultats};
use serde::{Deserialize, Serialize};

use crate::disque;
use crate::erreur::{OnPath, WarehouseError};

pub(crate) const FILE: &str = "resultats.json";

/// Results as they are kept: with the fingerprint of the definitions that gave them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Conserves {
    /// Fingerprint of the catalogue; empty for results kept before there was one.
    pub catalogue: String,
    /// The results.
    pub resultats: Resultats,
}

/// Writes the results into the folder of a version, in place of those that it may have: whole or
/// not at all.
///
/// # Errors
/// When the disk refuses.
pub fn write(dir: &Path, conserves: &Conserves) -> Result<(), WarehouseError> {
    let path = dir.join(FILE);
    disque::replace(&path, |out| Ok(serde_json::to_writer(out, conserves)?))
        .on("Écriture des résultats", &path)
}

/// Fingerprint of the catalogue that the results of a version were computed by; none when they were
/// never computed, empty for those kept before there was one. The results themselves are not kept in
/// memory.
///
/// # Errors
/// When they are not what [`write()`] wrote.
pub fn catalogue_of(dir: &Path) -> Result<Option<String>, WarehouseError> {
    #[derive(Deserialize)]
    struct Tete {
        #[serde(default)]
        catalogue: String,
    }
    let path = dir.join(FILE);
    let Some(bytes) = bytes(dir, &path)? else { return Ok(None) };
    let tete = serde_json::from_slice::<Tete>(&bytes);
    tete.map(|tete| Some(tete.catalogue))
        .map_err(|error| WarehouseError::Abime { path, detail: error.to_string() })
}

/// Whether results are kept with a version, whatever catalogue gave them.
#[must_use]
pub fn are_kept(dir: &Path) -> bool {
    dir.join(FILE).is_file()
}

/// Reads the results of a version; none when they were never computed.
///
/// # Errors
/// When they are not what [`write()`] wrote.
pub fn read(dir: &Path) -> Result<Option<Conserves>, WarehouseError> {
    let path = dir.join(FILE);
    let Some(bytes) = bytes(dir, &path)? else { return Ok(None) };
    let kept = serde_json::from_slice::<Conserves>(&bytes).or_else(|error| {
        let old = serde_json::from_slice(&bytes);
        old.map(|resultats| Conserves { catalogue: String::new(), resultats }).map_err(|_| error)
    });
    kept.map(Some).map_err(|error| WarehouseError::Abime { path, detail: error.to_string() })
}

/// What the rules of a version judged, without the rest of its results.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Jugees {
    /// Fingerprint of the catalogue; empty for results kept before there was one.
    pub catalogue: String,
    /// Codes of the rules that judged at least one object.
    pub regles: Vec<String>,
}

/// The rules that judged a version; none when its results were never computed. Many times quicker than
/// [`read`]: the indicators, which are most of the file, are skipped.
///
/// # Errors
/// When they are not what [`write()`] wrote.
pub fn judged(dir: &Path) -> Result<Option<Jugees>, WarehouseError> {
    #[derive(Deserialize)]
    struct Tete {
        catalogue: String,
        resultats: Regles,
    }
    #[derive(Deserialize)]
    struct Regles {
        regles: Vec<ResultatRegle>,
    }
    let path = dir.join(FILE);
    let Some(bytes) = bytes(dir, &path)? else { return Ok(None) };
    let kept = serde_json::from_slice::<Tete>(&bytes).or_else(|error| {
        let old = serde_json::from_slice(&bytes);
        old.map(|resultats| Tete { catalogue: String::new(), resultats }).map_err(|_| error)
    });
    let Tete { catalogue, resultats } =
        kept.map_err(|error| WarehouseError::Abime { path, detail: error.to_string() })?;
    let regles = resultats.regles.into_iter().filter(|regle| regle.total().evalues > 0);
    Ok(Some(Jugees { catalogue, regles: regles.map(|regle| regle.code).collect() }))
}

/// The file, whole; none when results were never computed.
fn bytes(dir: &Path, path: &Path) -> Result<Option<Vec<u8>>, WarehouseError> {
    match fs::read(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && dir.is_dir() => Ok(None),
        bytes => bytes.map(Some).on("Lecture des résultats", path),
    }
}
