//! Stored results: what was evaluated over a version, kept beside it so that pages read and do not
//! compute.

use std::fs;
use std::path::Path;

use mallette_domain::resultat::{ResultatRegle, Resultats};
use serde::{Deserialize, Serialize};

use crate::disque;
use crate::erreur::{OnPath, WarehouseError};

pub(crate) const FILE: &str = "resultats.json";

/// What this program keeps beside a version when it evaluates it. Results kept by one that kept less are
/// read as if no catalogue had given them, hence computed again.
/// 2: the largest contribution of one dossier to a sum of money.
const FORME: u32 = 2;

/// Results as they are kept: with the fingerprint of the definitions that gave them.
#[derive(Debug, Clone, PartialEq)]
pub struct Conserves {
    /// Fingerprint of the catalogue; empty for results kept by a program that kept less.
    pub catalogue: String,
    /// The results.
    pub resultats: Resultats,
}

/// The file.
#[derive(Serialize)]
struct Ecrits<'a> {
    forme: u32,
    catalogue: &'a str,
    resultats: &'a Resultats,
}

/// The catalogue that results of that form say they come from, as far as this program is concerned.
fn known(forme: u32, catalogue: String) -> String {
    if forme == FORME { catalogue } else { String::new() }
}

/// Writes the results into the folder of a version, in place of those that it may have: whole or
/// not at all.
///
/// # Errors
/// When the disk refuses.
pub fn write(dir: &Path, conserves: &Conserves) -> Result<(), WarehouseError> {
    let Conserves { catalogue, resultats } = conserves;
    let path = dir.join(FILE);
    let ecrits = Ecrits { forme: FORME, catalogue, resultats };
    disque::replace(&path, |out| Ok(serde_json::to_writer(out, &ecrits)?))
        .on("Écriture des résultats", &path)
}

/// Fingerprint of the catalogue that the results of a version were computed by; none when they were
/// never computed, empty for those kept by a program that kept less. The results themselves are not kept
/// in memory.
///
/// # Errors
/// When they are not what [`write()`] wrote.
pub fn catalogue_of(dir: &Path) -> Result<Option<String>, WarehouseError> {
    #[derive(Deserialize)]
    struct Tete {
        #[serde(default)]
        forme: u32,
        #[serde(default)]
        catalogue: String,
    }
    let path = dir.join(FILE);
    let Some(bytes) = bytes(dir, &path)? else { return Ok(None) };
    let tete = serde_json::from_slice::<Tete>(&bytes);
    tete.map(|tete| Some(known(tete.forme, tete.catalogue)))
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
    #[derive(Deserialize)]
    struct Lus {
        #[serde(default)]
        forme: u32,
        catalogue: String,
        resultats: Resultats,
    }
    let path = dir.join(FILE);
    let Some(bytes) = bytes(dir, &path)? else { return Ok(None) };
    let lus = serde_json::from_slice::<Lus>(&bytes);
    let Lus { forme, catalogue, resultats } =
        lus.map_err(|error| WarehouseError::Abime { path, detail: error.to_string() })?;
    Ok(Some(Conserves { catalogue: known(forme, catalogue), resultats: resultats.compact() }))
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
