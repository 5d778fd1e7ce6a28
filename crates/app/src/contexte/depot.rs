//! The files of series that were received: kept in memory, for who brought them only, half an hour.

use jiff::{SignedDuration, Timestamp};

use super::lecture::Lu;
use crate::comptes::{Comptes, new_id};
use crate::mutex::lock;
use crate::port::Refus;

/// How long a file waits.
const DUREE: SignedDuration = SignedDuration::from_mins(30);
/// Files kept at once; the oldest goes first.
const PLACES: usize = 20;

/// A file received.
#[derive(Debug, Clone)]
pub(crate) struct Depot {
    cle: String,
    par: String,
    /// Name of the file.
    pub(super) nom: String,
    pub(super) lu: Lu,
    le: Timestamp,
}

impl Comptes {
    fn depots<T>(&self, work: impl FnOnce(&mut Vec<Depot>) -> T) -> T {
        let now = self.now();
        let mut held = lock(&self.contextes);
        held.retain(|depot| now.duration_since(depot.le) < DUREE);
        work(&mut held)
    }

    /// Keeps a file of that person, in the place of the one that they had not confirmed.
    pub(super) fn keep_context(&self, par: &str, nom: &str, lu: Lu) -> Result<String, Refus> {
        let (cle, le) = (new_id()?, self.now());
        let depot = Depot { cle: cle.clone(), par: par.to_owned(), nom: nom.to_owned(), lu, le };
        self.depots(|held| {
            held.retain(|other| other.par != par);
            if held.len() >= PLACES {
                held.remove(0);
            }
            held.push(depot);
        });
        Ok(cle)
    }

    /// The file of that key, of that person.
    pub(super) fn context(&self, par: &str, cle: &str) -> Result<Depot, Refus> {
        let found = self
            .depots(|held| held.iter().find(|depot| depot.cle == cle && depot.par == par).cloned());
        found.ok_or_else(|| {
            let raison = "Ce fichier n'est plus gardé : il l'est une demi-heure, en mémoire \
                          seulement. Le déposer de nouveau.";
            Refus(raison.to_owned())
        })
    }

    /// Forgets a file.
    pub fn forget_context(&self, par: &str, cle: &str) {
        self.depots(|held| held.retain(|depot| depot.cle != cle || depot.par != par));
    }
}
