//! The wall: the workshop opened for one person. What that person may not see is not there: pages
//! cannot show it, whatever their address asks for.
//!
//! - a person of a centre sees that centre, and is compared with the others without their names;
//! - a conseiller without the whole centre sees the lists of own dossiers only;
//! - a chargé de mission sees every centre, nothing of one conseiller, and rows that no two lists have in common;
//! - nobody else sees a figure.

#[cfg(test)]
pub(crate) mod essai;
mod numeros;
mod rapport;
mod renommes;
mod restriction;
mod vue;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use mallette_domain::acces::Acces;

use crate::mutex::lock;
use crate::port::{Atelier, Ouverture};
use numeros::Numeros;
use restriction::Restrictions;
use vue::VueRestreinte;

/// The wall around a workshop.
pub struct Mur {
    atelier: Arc<dyn Atelier>,
    /// Whether names stay shut to everybody: where no reading can be traced, none is read.
    sans_noms: bool,
    restrictions: Restrictions,
    /// Numbers the rows of lists that are read outside of their centre.
    numeros: Numeros,
    /// The centres on whose behalf each import under way was launched.
    travaux: Mutex<BTreeMap<u64, BTreeSet<String>>>,
}

impl std::fmt::Debug for Mur {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Mur").finish_non_exhaustive()
    }
}

impl Mur {
    /// Around that workshop.
    #[must_use]
    pub fn new(atelier: Arc<dyn Atelier>) -> Arc<Self> {
        Self::around_all(atelier, false)
    }

    /// Around that workshop, behind which no person reads a name.
    #[must_use]
    pub fn without_names(atelier: Arc<dyn Atelier>) -> Arc<Self> {
        Self::around_all(atelier, true)
    }

    fn around_all(atelier: Arc<dyn Atelier>, sans_noms: bool) -> Arc<Self> {
        let (restrictions, travaux) = (Restrictions::default(), Mutex::default());
        Arc::new(Self { atelier, sans_noms, restrictions, numeros: Numeros::default(), travaux })
    }

    /// The whole workshop: for who holds the machine and its keys.
    #[must_use]
    pub fn whole(&self) -> Arc<dyn Atelier> {
        Arc::clone(&self.atelier)
    }

    /// The workshop, as that access opens it, with the keys that the session opened.
    #[must_use]
    pub fn open_for(self: &Arc<Self>, acces: &Arc<Acces>, cles: &Ouverture) -> Arc<dyn Atelier> {
        self.around(Arc::clone(&self.atelier), acces, cles)
    }

    /// Another workshop of the same data, that of a campaign, behind the same wall.
    fn around(
        self: &Arc<Self>,
        atelier: Arc<dyn Atelier>,
        acces: &Arc<Acces>,
        cles: &Ouverture,
    ) -> Arc<dyn Atelier> {
        let etat = self.restrictions.restrict(&atelier.etat(), acces);
        let (mur, acces, cles) = (Arc::clone(self), Arc::clone(acces), cles.clone());
        Arc::new(VueRestreinte { mur, atelier, acces, cles, etat })
    }

    fn note_job(&self, job: u64, centres: BTreeSet<String>) {
        lock(&self.travaux).insert(job, centres);
    }

    fn job_centres(&self, job: u64) -> Option<BTreeSet<String>> {
        lock(&self.travaux).get(&job).cloned()
    }
}
