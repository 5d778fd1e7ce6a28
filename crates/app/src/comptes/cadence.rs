//! How fast one person may read about young people: faster than anybody reads, and slower than a program that takes everything away.
//! Readings are traced anyhow; this keeps a stolen session, or a script, from emptying a centre before anybody looks at the trace.

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::sync::Mutex;

use jiff::{SignedDuration, Timestamp};

use super::Comptes;
use crate::mutex::lock;
use crate::visiteur::Personne;

/// Readings a minute where nothing else is said: four pages of names a second, for a whole minute.
pub const LECTURES_PAR_MINUTE: NonZeroU32 = NonZeroU32::new(240).unwrap();

/// The time over which readings are counted.
const FENETRE: SignedDuration = SignedDuration::from_mins(1);

/// Persons from whom the counters of those who read nothing lately are cleared.
const OUBLI: usize = 1_000;

/// Too many readings in too little time: how long to wait, in seconds, at least one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attente(pub u64);

/// The readings of the current minute, by person.
#[derive(Debug)]
pub(super) struct Cadence {
    par_minute: NonZeroU32,
    comptes: Mutex<BTreeMap<String, (Timestamp, u32)>>,
}

impl Cadence {
    fn new(par_minute: NonZeroU32) -> Self {
        Self { par_minute, comptes: Mutex::default() }
    }

    /// Counts one reading of that person at that instant, or says how long to wait. What is refused is not counted: who waits is let in.
    fn read(&self, personne_id: &str, now: Timestamp) -> Result<(), Attente> {
        let mut comptes = lock(&self.comptes);
        // A clock put back starts a new minute: nobody waits for an hour that has passed.
        let over = |debut: Timestamp| now < debut || now.duration_since(debut) >= FENETRE;
        if comptes.len() >= OUBLI {
            comptes.retain(|_, (debut, _)| !over(*debut));
        }
        let (debut, lues) = comptes.entry(personne_id.to_owned()).or_insert((now, 0));
        if over(*debut) {
            (*debut, *lues) = (now, 0);
        }
        if *lues >= self.par_minute.get() {
            let left = FENETRE - now.duration_since(*debut);
            return Err(Attente(u64::try_from(left.as_secs()).unwrap_or_default().max(1)));
        }
        *lues += 1;
        Ok(())
    }
}

impl Comptes {
    /// With a bound on how many times a minute one person may read about young people.
    #[must_use]
    pub fn with_cadence(self, par_minute: NonZeroU32) -> Self {
        Self { cadence: Some(Cadence::new(par_minute)), ..self }
    }

    /// Counts a reading about young people, before it is traced.
    ///
    /// # Errors
    /// How long to wait, when that person read too much in the current minute.
    pub fn check_pace(&self, personne: &Personne) -> Result<(), Attente> {
        let Some(cadence) = &self.cadence else { return Ok(()) };
        cadence.read(&personne.id, self.now())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_000_000 + seconds).unwrap()
    }

    #[test]
    fn a_person_reads_that_many_times_a_minute_and_no_more() {
        let cadence = Cadence::new(NonZeroU32::new(3).unwrap());
        for second in [0, 10, 20] {
            assert_eq!(cadence.read("a", at(second)), Ok(()));
        }
        assert_eq!(cadence.read("a", at(20)), Err(Attente(40)));
        assert_eq!(cadence.read("a", at(59)), Err(Attente(1)));
        assert_eq!(cadence.read("b", at(20)), Ok(()), "each for oneself");
        assert_eq!(cadence.read("a", at(60)), Ok(()), "what was refused did not count");
        assert_eq!(cadence.read("a", at(-5)), Ok(()), "a clock put back keeps nobody out");
    }

    #[test]
    fn the_counters_of_those_who_left_are_cleared() {
        let cadence = Cadence::new(LECTURES_PAR_MINUTE);
        for person in 0..OUBLI {
            cadence.read(&person.to_string(), at(0)).unwrap();
        }
        cadence.read("new", at(61)).unwrap();
        assert_eq!(lock(&cadence.comptes).len(), 1);
    }
}
