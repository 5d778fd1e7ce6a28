//! Files that were received and wait to be confirmed: kept in memory, for who brought them only, half an hour.

use std::sync::Mutex;

use jiff::{SignedDuration, Timestamp};

use crate::comptes::new_id;
use crate::mutex::lock;
use crate::port::Refus;

/// How long a file waits.
const DUREE: SignedDuration = SignedDuration::from_mins(30);
/// Files of a kind kept at once; the oldest goes first.
const PLACES: usize = 20;

/// A file received: what it says.
#[derive(Debug, Clone)]
pub(crate) struct Depot<T> {
    cle: String,
    par: String,
    /// Name of the file.
    pub(crate) nom: String,
    /// What it says.
    pub(crate) lu: T,
    le: Timestamp,
}

/// The files of one kind. Public for those who name what a file says; only this crate opens it.
#[derive(Debug)]
pub struct Depots<T>(Mutex<Vec<Depot<T>>>);

impl<T> Default for Depots<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T: Clone> Depots<T> {
    fn at<R>(&self, now: Timestamp, work: impl FnOnce(&mut Vec<Depot<T>>) -> R) -> R {
        let mut held = lock(&self.0);
        held.retain(|depot| now.duration_since(depot.le) < DUREE);
        work(&mut held)
    }

    /// Keeps a file of that person, in the place of the one that they had not confirmed; what names it.
    pub(crate) fn keep(
        &self,
        now: Timestamp,
        par: &str,
        nom: &str,
        lu: T,
    ) -> Result<String, Refus> {
        let cle = new_id()?;
        let (par, nom) = (par.to_owned(), nom.to_owned());
        let depot = Depot { cle: cle.clone(), par, nom, lu, le: now };
        self.at(now, |held| {
            held.retain(|other| other.par != depot.par);
            if held.len() >= PLACES {
                held.remove(0);
            }
            held.push(depot);
        });
        Ok(cle)
    }

    /// The file of that key, of that person.
    pub(crate) fn find(&self, now: Timestamp, par: &str, cle: &str) -> Result<Depot<T>, Refus> {
        let own = |held: &mut Vec<Depot<T>>| {
            held.iter().find(|depot| depot.cle == cle && depot.par == par).cloned()
        };
        self.at(now, own).ok_or_else(|| {
            let raison = "Ce fichier n'est plus gardé : il l'est une demi-heure, en mémoire \
                          seulement. Le déposer de nouveau.";
            Refus(raison.to_owned())
        })
    }

    /// Forgets a file.
    pub(crate) fn forget(&self, now: Timestamp, par: &str, cle: &str) {
        self.at(now, |held| held.retain(|depot| depot.cle != cle || depot.par != par));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minutes: i64) -> Timestamp {
        Timestamp::from_second(minutes * 60).unwrap()
    }

    #[test]
    fn a_file_is_kept_half_an_hour_for_who_brought_it_only() {
        let depots = Depots::default();
        let cle = depots.keep(at(0), "p1", "a.csv", 1).unwrap();
        assert_eq!(depots.find(at(29), "p1", &cle).unwrap().lu, 1);
        assert!(depots.find(at(29), "p2", &cle).is_err());
        // Another one of the same person takes its place.
        let other = depots.keep(at(1), "p1", "b.csv", 2).unwrap();
        assert!(depots.find(at(1), "p1", &cle).is_err());
        assert_eq!(depots.find(at(30), "p1", &other).unwrap().nom, "b.csv");
        assert!(depots.find(at(31), "p1", &other).is_err());
        let last = depots.keep(at(40), "p1", "c.csv", 3).unwrap();
        depots.forget(at(40), "p2", &last);
        assert!(depots.find(at(40), "p1", &last).is_ok());
        depots.forget(at(40), "p1", &last);
        assert!(depots.find(at(40), "p1", &last).is_err());
    }
}
