//! What a backup says of itself, and the only paths that it may hold.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::chemin::component;

/// Form of the backups that this program writes.
pub(super) const FORMAT: u32 = 1;

/// Name of the first entry.
pub(super) const TETE: &str = "mallette-sauvegarde.json";
/// Name of the last entry.
pub(super) const MANIFESTE: &str = "manifeste.json";
/// Name of the master key, when it was asked for. It is never restored in the data directory.
pub(super) const MAITRESSE: &str = "maitresse.cle";
/// Name of the registry: a SQLite file.
pub(super) const SQLITE: &str = "mallette.db";

/// Folders of the data directory that a backup holds.
pub(super) const DOSSIERS: [&str; 5] = ["versions", "cles", "rejets", "effacements", "catalogue"];

/// Beyond what any file system takes in one path of ours.
pub(super) const MAX_CHEMIN: usize = 1024;

/// What the backup is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Tete {
    pub(super) format: u32,
    /// Version of Mallette that wrote it.
    pub(super) mallette: String,
    pub(super) instant: Timestamp,
}

/// One file of a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fichier {
    /// Bytes.
    pub octets: u64,
    /// BLAKE3 hash, in hexadecimal.
    pub blake3: String,
}

/// What a backup holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifeste {
    /// Form of the backup.
    pub format: u32,
    /// Version of Mallette that wrote it.
    pub mallette: String,
    /// When it was made.
    pub instant: Timestamp,
    /// Identifiers of the master keys that open the centres' keys in it; none when it has no key.
    pub maitresses: Vec<String>,
    /// The versions: centre and version.
    pub versions: BTreeSet<(String, String)>,
    /// The files, by path in the data directory.
    pub fichiers: BTreeMap<String, Fichier>,
}

impl Manifeste {
    /// Whether the master key is in the backup.
    #[must_use]
    pub fn has_maitresse(&self) -> bool {
        self.fichiers.contains_key(MAITRESSE)
    }

    /// Bytes of all its files.
    #[must_use]
    pub fn octets(&self) -> u64 {
        self.fichiers.values().map(|fichier| fichier.octets).sum()
    }

    /// What must be there and is not, in French: a backup that would not serve.
    pub(super) fn missing(&self) -> Option<String> {
        let has = |path: &str| self.fichiers.contains_key(path);
        if !has(SQLITE) {
            return Some("la base n'y est pas".to_owned());
        }
        for (structure_id, version) in &self.versions {
            let (centre, version) = (component(structure_id), component(version));
            if !has(&format!("versions/{centre}/{version}/{}", crate::fiche::FILE)) {
                return Some(format!("la version {version} du centre {centre} n'y est pas"));
            }
            if !has(&format!("cles/{centre}.cle")) {
                return Some(format!("la clé du centre {centre} n'y est pas"));
            }
        }
        None
    }
}

/// A path that a backup may hold, as text: relative, without any way out of its folder. None for
/// any other.
pub(super) fn admit(path: &[u8]) -> Option<&str> {
    let path = std::str::from_utf8(path).ok().filter(|path| path.len() <= MAX_CHEMIN)?;
    let sound = |part: &str| {
        !part.is_empty()
            && part != "."
            && part != ".."
            && !part.chars().any(|c| c.is_control() || matches!(c, '\\' | ':'))
    };
    if !path.split('/').all(sound) {
        return None;
    }
    let known = match path.split_once('/') {
        Some((dossier, _)) => DOSSIERS.contains(&dossier),
        None => [TETE, MANIFESTE, MAITRESSE, SQLITE].contains(&path),
    };
    known.then_some(path)
}
