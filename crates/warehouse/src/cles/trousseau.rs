//! What one session may open: the centres in simple mode, through the master key, and those whose
//! second half its person presented.

use std::collections::BTreeMap;
use std::sync::Arc;

use mallette_ingest::{CentreKeys, SinkError};

use super::Cles;
use super::secret::CleCentre;
use crate::erreur::WarehouseError;

/// A keyring. Keys that it holds are wiped from memory with it.
#[derive(Debug, Clone)]
pub struct Trousseau {
    cles: Arc<Cles>,
    ouvertes: BTreeMap<String, CleCentre>,
}

impl Trousseau {
    /// That of a session in which nobody presented a second half.
    pub(crate) fn new(cles: Arc<Cles>) -> Self {
        Self { cles, ouvertes: BTreeMap::new() }
    }

    /// Adds a key that [`Cles::unlock`] gave.
    pub fn add(&mut self, key: CleCentre) {
        self.ouvertes.insert(key.structure_id().to_owned(), key);
    }

    /// Forgets the key of a centre; whether it was there.
    pub fn remove(&mut self, structure_id: &str) -> bool {
        self.ouvertes.remove(structure_id).is_some()
    }

    /// The centres whose second half was presented.
    pub fn unlocked(&self) -> impl Iterator<Item = &str> {
        self.ouvertes.keys().map(String::as_str)
    }

    /// The key of that centre; never makes one.
    ///
    /// # Errors
    /// [`super::CleError::SecondeMoitie`] when the centre keeps the second half and nobody presented
    /// it; when there is no key, or it cannot be read.
    pub fn get(&self, structure_id: &str) -> Result<CleCentre, WarehouseError> {
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
