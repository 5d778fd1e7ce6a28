//! What one session may open: the centres in simple mode, through the master key, and those whose
//! second half its person presented.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use mallette_ingest::{CentreKeys, SinkError};

use super::secret::CleCentre;
use super::{CleError, Cles};
use crate::erreur::WarehouseError;

/// A keyring. Keys that it holds are wiped from memory with it.
#[derive(Debug, Clone)]
pub struct Trousseau {
    cles: Arc<Cles>,
    ouvertes: BTreeMap<String, CleCentre>,
    /// Centres that stay shut, whatever else is held: not from there, not at that hour.
    fermes: BTreeSet<String>,
    /// The only centres that open, whatever else is held; every one when none is said.
    seuls: Option<BTreeSet<String>>,
}

impl Trousseau {
    /// That of a session in which nobody presented a second half.
    pub(crate) fn new(cles: Arc<Cles>) -> Self {
        Self { cles, ouvertes: BTreeMap::new(), fermes: BTreeSet::new(), seuls: None }
    }

    /// Adds a key that [`Cles::unlock`] gave.
    pub fn add(&mut self, key: CleCentre) {
        self.ouvertes.insert(key.structure_id().to_owned(), key);
    }

    /// Forgets the key of a centre; whether it was there.
    pub fn remove(&mut self, structure_id: &str) -> bool {
        self.ouvertes.remove(structure_id).is_some()
    }

    /// Shuts these centres: none of their vaults opens with this keyring.
    pub fn shut(&mut self, centres: impl IntoIterator<Item = String>) {
        self.fermes.extend(centres);
    }

    /// Holds this keyring to those centres: no vault of another one opens with it, be its key in the hands of the installation.
    pub fn confine(&mut self, centres: BTreeSet<String>) {
        self.seuls = Some(centres);
    }

    fn check_open(&self, structure_id: &str) -> Result<(), CleError> {
        if self.seuls.as_ref().is_some_and(|seuls| !seuls.contains(structure_id)) {
            return Err(CleError::HorsPerimetre(structure_id.to_owned()));
        }
        match self.fermes.contains(structure_id) {
            true => Err(CleError::HorsCirconstances(structure_id.to_owned())),
            false => Ok(()),
        }
    }

    /// The centres whose second half was presented.
    pub fn unlocked(&self) -> impl Iterator<Item = &str> {
        self.ouvertes.keys().map(String::as_str)
    }

    /// The key of that centre; never makes one.
    ///
    /// # Errors
    /// [`super::CleError::SecondeMoitie`] when the centre keeps the second half and nobody presented
    /// it; [`super::CleError::HorsCirconstances`] when it is shut; [`super::CleError::HorsPerimetre`] when the
    /// keyring is held to others; when there is no key, or it cannot be read.
    pub fn get(&self, structure_id: &str) -> Result<CleCentre, WarehouseError> {
        self.check_open(structure_id)?;
        match self.ouvertes.get(structure_id) {
            Some(key) => Ok(key.clone()),
            None => self.cles.get(structure_id),
        }
    }

    /// The key of that centre, made on first use.
    ///
    /// # Errors
    /// As [`Trousseau::get`], and when the centre has data but its key is gone: a new key would make
    /// that data unreadable for ever without a word.
    pub fn get_or_create(&self, structure_id: &str) -> Result<CleCentre, WarehouseError> {
        self.check_open(structure_id)?;
        match self.ouvertes.get(structure_id) {
            Some(key) => Ok(key.clone()),
            None => self.cles.get_or_create(structure_id),
        }
    }
}

impl CentreKeys for Trousseau {
    fn key(&self, structure_id: &str) -> Result<[u8; 32], SinkError> {
        Ok(*self.get_or_create(structure_id)?.pseudonymes())
    }

    fn prepare(&self, structure_ids: &[&str]) -> Result<(), SinkError> {
        let closed = structure_ids.iter().filter(|id| !self.ouvertes.contains_key(**id));
        Ok(self.cles.create_missing(closed.copied())?)
    }
}
