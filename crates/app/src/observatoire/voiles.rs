//! What stays secret of the cohorts of the centres, one by one: reckoned over all of them at once, and kept with the
//! counts, since it is the same for everybody who owns none of them.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use super::{Secrets, centre};
use crate::port::Suivie;
use crate::secret::Lecteur;

/// What is hidden of each centre, for who owns none, once it was reckoned.
#[derive(Debug, Clone, Default)]
pub struct Voiles(OnceLock<BTreeMap<String, Secrets>>);

/// It follows from the counts that it is kept with, and says nothing more.
impl PartialEq for Voiles {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Voiles {}

impl Voiles {
    /// Reckons them before anybody asks.
    pub(crate) fn prepare(suivie: &Suivie) {
        let nobody = Lecteur::of(std::collections::BTreeSet::new());
        suivie.voiles.0.get_or_init(|| centre::hidden(suivie, &nobody));
    }

    /// What stays secret of a centre for a reader.
    pub(super) fn of(&self, suivie: &Suivie, structure_id: &str, lecteur: &Lecteur) -> Secrets {
        if lecteur.owns(structure_id) {
            return Secrets::default();
        }
        let found = |known: &BTreeMap<String, Secrets>| known.get(structure_id).cloned();
        let own = suivie.centres.keys().map(String::as_str);
        let found = match lecteur.owns_any(own) {
            true => found(&centre::hidden(suivie, lecteur)),
            false => found(self.0.get_or_init(|| centre::hidden(suivie, lecteur))),
        };
        found.unwrap_or_else(|| Secrets::of_closed(&suivie.reseau))
    }
}
