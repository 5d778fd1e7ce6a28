//! `version.json`: what a version holds, written with it and read when it is carried forward.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::disque;
use crate::erreur::{OnPath, WarehouseError};

/// Name of the file in the folder of a version.
pub(crate) const FILE: &str = "version.json";

/// Form of the stored versions that this program writes.
const FORMAT: u32 = 1;

/// One table of a version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FicheTable {
    /// Activity rows.
    pub(crate) lignes: u64,
    /// Fingerprint of its rows, both forms.
    pub(crate) empreinte: String,
    /// Whether names were sealed beside it.
    pub(crate) coffre: bool,
    /// BLAKE3 hash of its file, in hexadecimal; none in the versions written before it was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) fichier: Option<String>,
    /// That of the sealed file beside it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) fichier_coffre: Option<String>,
}

/// What a version holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Fiche {
    format: u32,
    /// I-MILO code of the centre.
    pub(crate) structure_id: String,
    /// Extraction date.
    pub(crate) date_extraction: Date,
    /// Fingerprint of all its rows.
    pub(crate) empreinte: String,
    /// Activity rows of all its tables.
    pub(crate) lignes: u64,
    /// When it was published.
    pub(crate) publiee_le: Timestamp,
    /// Its tables, by canonical name.
    pub(crate) tables: BTreeMap<String, FicheTable>,
}

impl Fiche {
    /// The record of a version about to be published.
    pub(crate) fn new(
        structure_id: &str,
        date_extraction: Date,
        publiee_le: Timestamp,
        tables: BTreeMap<String, FicheTable>,
    ) -> Self {
        Self {
            format: FORMAT,
            structure_id: structure_id.to_owned(),
            date_extraction,
            empreinte: of_tables(&tables),
            lignes: tables.values().map(|table| table.lignes).sum(),
            publiee_le,
            tables,
        }
    }

    /// Writes it into the folder of a version about to be synced.
    pub(crate) fn write(&self, dir: &Path) -> Result<(), WarehouseError> {
        let path = dir.join(FILE);
        let bytes = serde_json::to_vec_pretty(self).map_err(|error| WarehouseError::Abime {
            path: path.clone(),
            detail: error.to_string(),
        })?;
        fs::write(&path, &bytes).on("Écriture de la version", &path)
    }

    /// Writes it in place of the one of a published version, whole or not at all.
    pub(crate) fn replace(&self, dir: &Path) -> Result<(), WarehouseError> {
        let path = dir.join(FILE);
        let bytes = serde_json::to_vec_pretty(self).map_err(|error| WarehouseError::Abime {
            path: path.clone(),
            detail: error.to_string(),
        })?;
        disque::replace_private(&path, &bytes).on("Écriture de la version", &path)
    }

    /// Reads it from the folder of a version.
    pub(crate) fn read(dir: &Path) -> Result<Self, WarehouseError> {
        let path = dir.join(FILE);
        let bytes = fs::read(&path).on("Lecture de la version", &path)?;
        let refuse = |detail: String| WarehouseError::Abime { path: path.clone(), detail };
        let fiche: Self =
            serde_json::from_slice(&bytes).map_err(|error| refuse(error.to_string()))?;
        if fiche.format != FORMAT {
            return Err(refuse(format!("format {} inconnu de ce programme", fiche.format)));
        }
        Ok(fiche)
    }
}

/// The fingerprint of a version with those tables.
pub(crate) fn of_tables(tables: &BTreeMap<String, FicheTable>) -> String {
    crate::empreinte::of_version(
        tables.iter().map(|(name, table)| (name.as_str(), table.empreinte.as_str())),
    )
}
