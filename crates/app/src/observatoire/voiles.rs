//! What stays secret of the cohorts of the centres and of the régions, one by one: reckoned over all of them at once,
//! and kept with the counts, since it is the same for everybody who owns none of them.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use super::secrets::Secrets;
use super::{centre, regions};
use crate::port::Suivie;
use crate::secret::Lecteur;

/// What is hidden of each centre and of each région, for who owns none, once it was reckoned.
#[derive(Debug, Clone, Default)]
pub struct Voiles(OnceLock<Connus>);

/// By code.
#[derive(Debug, Clone)]
struct Connus {
    centres: BTreeMap<String, Secrets>,
    regions: BTreeMap<String, Secrets>,
}

/// It follows from the counts that it is kept with, and says nothing more.
impl PartialEq for Voiles {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Voiles {}

impl Connus {
    fn new(suivie: &Suivie, lecteur: &Lecteur) -> Self {
        let regions = regions_of(suivie, lecteur);
        Self { centres: centre::hidden(suivie, lecteur, &regions), regions }
    }
}

fn regions_of(suivie: &Suivie, lecteur: &Lecteur) -> BTreeMap<String, Secrets> {
    if suivie.regions.is_empty() { BTreeMap::new() } else { regions::hidden(suivie, lecteur) }
}

impl Voiles {
    /// Reckons them before anybody asks.
    pub(crate) fn prepare(suivie: &Suivie) {
        let nobody = Lecteur::of(std::collections::BTreeSet::new());
        suivie.voiles.known(suivie, &nobody);
    }

    fn known(&self, suivie: &Suivie, lecteur: &Lecteur) -> &Connus {
        self.0.get_or_init(|| Connus::new(suivie, lecteur))
    }

    /// What stays secret of a centre for a reader.
    pub(super) fn of(&self, suivie: &Suivie, structure_id: &str, lecteur: &Lecteur) -> Secrets {
        if lecteur.owns(structure_id) {
            return Secrets::default();
        }
        let found = match owns_some(suivie, lecteur) {
            true => Connus::new(suivie, lecteur).centres.remove(structure_id),
            false => self.known(suivie, lecteur).centres.get(structure_id).cloned(),
        };
        found.unwrap_or_else(|| Secrets::of_closed(&suivie.reseau))
    }

    /// What stays secret of a région for a reader.
    pub(super) fn region(&self, suivie: &Suivie, region: &str, lecteur: &Lecteur) -> Secrets {
        let found = match owns_some(suivie, lecteur) {
            true => regions_of(suivie, lecteur).remove(region),
            false => self.known(suivie, lecteur).regions.get(region).cloned(),
        };
        found.unwrap_or_else(|| Secrets::of_closed(&suivie.reseau))
    }
}

fn owns_some(suivie: &Suivie, lecteur: &Lecteur) -> bool {
    lecteur.owns_any(suivie.centres.keys().map(String::as_str))
}
