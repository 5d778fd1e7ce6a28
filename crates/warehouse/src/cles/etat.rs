//! `cles/etat.json`: which master key is in force, and how far each centre's key has come. It holds
//! no secret. Sealed by the master key, so that a key file put back from an older copy is told.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::erreur::CleError;
use super::secret::Maitresse;
use crate::disque;
use crate::erreur::{OnPath as _, WarehouseError};

/// Name of the file in the folder of keys.
pub(super) const FILE: &str = "etat.json";

const FORMAT: u32 = 1;

const SCEAU: &str = "mallette 2026-11 etat des cles, sceau";

/// How far the key of a centre has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Marque {
    pub(super) generation: u64,
    pub(super) seconde_moitie: Option<String>,
}

/// What is sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Etat {
    format: u32,
    /// Identifier of the master key in force: new keys are wrapped under it.
    pub(super) courante: String,
    /// The one to come: keys are being wrapped under it too.
    pub(super) suivante: Option<String>,
    /// The one to leave: keys are forgetting it.
    pub(super) precedente: Option<String>,
    pub(super) centres: BTreeMap<String, Marque>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Fichier {
    etat: Etat,
    /// By identifier of the master key.
    sceaux: BTreeMap<String, String>,
}

impl Etat {
    /// That of a directory without keys.
    pub(super) fn new(courante: &Maitresse) -> Self {
        Self {
            format: FORMAT,
            courante: courante.id().to_owned(),
            suivante: None,
            precedente: None,
            centres: BTreeMap::new(),
        }
    }

    /// The master keys that may open a key.
    pub(super) fn maitresses(&self) -> Vec<&str> {
        std::iter::once(self.courante.as_str()).chain(self.unfinished()).collect()
    }

    /// The other master key, when one has not yet replaced the other.
    pub(super) fn unfinished(&self) -> Option<&str> {
        self.suivante.as_deref().or(self.precedente.as_deref())
    }

    /// Writes it, sealed by those master keys: those that may have to read it.
    pub(super) fn write(
        &self,
        dir: &Path,
        maitresses: &[&Maitresse],
    ) -> Result<(), WarehouseError> {
        let sceaux = maitresses
            .iter()
            .map(|key| (key.id().to_owned(), self.sceau(key).to_hex().to_string()));
        let sceaux = sceaux.collect();
        let path = dir.join(FILE);
        // Texts and numbers in a structure: this cannot fail.
        let bytes = serde_json::to_vec_pretty(&Fichier { etat: self.clone(), sceaux });
        disque::replace_private(&path, &bytes.unwrap_or_default())
            .on("Écriture de l'état des clés", &path)
    }

    fn sceau(&self, maitresse: &Maitresse) -> blake3::Hash {
        let key = blake3::derive_key(SCEAU, maitresse.bytes());
        let bytes = serde_json::to_vec(self).unwrap_or_default();
        blake3::keyed_hash(&key, &bytes)
    }
}

/// The state as it was read, before its seal is checked.
#[derive(Debug)]
pub(super) struct EtatLu(Etat, BTreeMap<String, String>);

impl EtatLu {
    /// What it says, unchecked: enough to know which master key to ask for.
    pub(super) fn claimed(&self) -> &Etat {
        &self.0
    }

    /// What it says, once its seal is checked.
    pub(super) fn checked(self, dir: &Path, maitresse: &Maitresse) -> Result<Etat, CleError> {
        let Self(etat, sceaux) = self;
        let given = sceaux.get(maitresse.id()).map(blake3::Hash::from_hex);
        match given {
            // Hashes are compared in constant time.
            Some(Ok(given)) if given == etat.sceau(maitresse) => Ok(etat),
            _ => Err(CleError::Etat(dir.join(FILE))),
        }
    }
}

/// Reads the state; none when there is no key yet.
pub(super) fn read(dir: &Path) -> Result<Option<EtatLu>, WarehouseError> {
    let path = dir.join(FILE);
    let bytes = match fs::read(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        bytes => bytes.on("Lecture de l'état des clés", &path)?,
    };
    match serde_json::from_slice::<Fichier>(&bytes) {
        Ok(Fichier { etat, sceaux }) if etat.format == FORMAT => Ok(Some(EtatLu(etat, sceaux))),
        _ => Err(CleError::Etat(path).into()),
    }
}
