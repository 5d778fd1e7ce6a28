//! What stays secret of the publics of a cohort of the network: each is a part of it, the rest is told by
//! subtraction, and they cut one another.
//!
//! In each table, **the same values are hidden of every public**, zeros included. What is then known of those values
//! is how many there are of each in all, and how many members of each public hold one or another of them: members
//! may exchange such values as one likes, and nothing that is read changes. A small count is thus one of an interval
//! that is reckoned exactly (`colonnes`), whatever is known of who is of which publics. Values that nearly the same
//! members hold at two moments are hidden together, and never counted on when one of them is told.
//!
//! How two traits that make publics cross (women who live in a QPV) is told by the tables of both: `croises`.
//!
//! A public is read when it and the rest count [`EFFECTIF`] members at least. Nobody reads the flows of one, nor the
//! public of one centre that is not the own: they would cross with the tables of centres and with the flows of all.

mod colonnes;
mod croises;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use mallette_domain::cohorte::{Cohorte, Etape, Etat, Public, TRAITS, Tenue};

use super::EFFECTIF;
use super::passages::linked;
use super::secrets::{Passages, Secrets, Zeros, count, few, owned, tells_late};
use super::tardifs::{late, tells_hidden, tells_rest};
use crate::port::Suivie;
use crate::secret::Lecteur;
use colonnes::{Colonnes, Soustraction};

/// What stays secret of a public, for a reader.
pub(super) fn of(suivie: &Suivie, public: Public, lecteur: &Lecteur) -> Secrets {
    if matches!(lecteur, Lecteur::Machine) {
        return Secrets::default();
    }
    let tous = Secrets::of_network(suivie, lecteur);
    let whole = &suivie.reseau;
    if size(whole, public) == 0 && !tous.tout && !hides_size(&tous, public) {
        // Nobody: that is what the table of the trait says.
        return Secrets::default();
    }
    let left = whole.without(&owned(suivie, lecteur));
    let found = Coupe::new(whole, &left, &tous).secrets();
    found.get(&public).cloned().unwrap_or_else(|| Secrets::of_closed(whole))
}

/// The publics of a cohort side by side.
struct Coupe<'a> {
    whole: &'a Cohorte,
    /// All members, then those that the reader does not own.
    marges: Vec<&'a Cohorte>,
    /// What stays secret of all publics together.
    tous: &'a Secrets,
    /// Those that are read.
    lus: Vec<Public>,
    /// Everybody that is told by subtraction.
    groupes: Vec<Soustraction>,
}

impl<'a> Coupe<'a> {
    fn new(whole: &'a Cohorte, left: &'a Cohorte, tous: &'a Secrets) -> Self {
        let mut marges = vec![whole];
        if whole.effectif != left.effectif {
            marges.push(left);
        }
        let mut coupe = Self { whole, marges, tous, lus: Vec::new(), groupes: Vec::new() };
        for public in Public::PARTS.into_iter().filter(|_| !tous.tout) {
            let pairs = coupe.lus.iter().flat_map(|other| coupe.beside(*other, public));
            let pairs: Vec<Soustraction> = pairs.collect();
            if coupe.is_read(public) && !pairs.iter().any(|pair| coupe.is_few(pair)) {
                coupe.lus.push(public);
                coupe.groupes.extend([Soustraction::of(public), Soustraction::rest(&[public])]);
                coupe.groupes.extend(pairs);
            }
        }
        coupe
    }

    /// Whether a public is large enough, its rest too, and its number of members read among the traits of all.
    fn is_read(&self, public: Public) -> bool {
        let large = |count: u64| count == 0 || count >= EFFECTIF;
        let sizes = self.marges.iter().all(|all| {
            let own = size(all, public);
            large(own) && large(all.effectif.saturating_sub(own))
        });
        sizes && size(self.whole, public) > 0 && !hides_size(self.tous, public)
    }

    /// Of two publics that do not cross, or of which one holds the other, everybody that both tell.
    fn beside(&self, one: Public, other: Public) -> Vec<Soustraction> {
        let mut found = Vec::new();
        for (rank, all) in self.marges.iter().enumerate() {
            let both = crossing(all, one, other);
            let (a, b) = (size(all, one), size(all, other));
            let neither = all.effectif.saturating_sub(a + b - both);
            let only = |taken: Soustraction| taken.over(rank);
            if both == 0 {
                found.push(only(Soustraction::rest(&[one, other])));
            } else if a == both {
                found.push(only(Soustraction::less(other, one)));
            } else if b == both {
                found.push(only(Soustraction::less(one, other)));
            } else if neither == 0 {
                found.push(only(Soustraction::both(one, other)));
            }
        }
        found
    }

    fn is_few(&self, groupe: &Soustraction) -> bool {
        few(&groupe.counts(&self.marges, &|all| all.effectif))
    }

    /// What stays secret of each public that is read.
    fn secrets(&self) -> BTreeMap<Public, Secrets> {
        let mut base = Secrets { passages: Passages::all(), ..Secrets::default() };
        base.zeros = Zeros { etapes: Etape::ALL.into_iter().collect(), pendant: true };
        self.hide_traits(&mut base);
        self.hide_moments(&mut base);
        for etat in self.whole.pendant.keys() {
            let met = |all: &Cohorte| all.pendant.get(etat).copied().unwrap_or_default();
            let not = |all: &Cohorte| all.effectif.saturating_sub(met(all));
            let few = self.groupes.iter().any(|groupe| {
                few(&groupe.counts(&self.marges, &met)) || few(&groupe.counts(&self.marges, &not))
            });
            if few || self.tous.pendant.contains(etat) {
                base.pendant.insert(*etat);
            }
        }
        let pmsmp = |all: &Cohorte| all.pmsmp;
        base.pmsmp = self.tous.pmsmp
            || self.groupes.iter().any(|groupe| few(&groupe.counts(&self.marges, &pmsmp)));
        let each = self.lus.iter().map(|public| {
            let mut own = base.clone();
            own.traits.extend(croises::hidden(self, *public));
            (*public, own)
        });
        each.collect()
    }

    /// Traits that make no public.
    fn hide_traits(&self, base: &mut Secrets) {
        let plain = TRAITS.into_iter().filter(|name| !croises::makes_public(name));
        for name in plain {
            let keys: Vec<_> = self.whole.traits.keys().filter(|(own, _)| own == name).collect();
            let columns = Colonnes {
                caches: keys.iter().map(|key| self.tous.traits.contains(*key)).collect(),
                ..self.columns(&self.groupes, &keys, |all, key| {
                    all.traits.get(*key).copied().unwrap_or_default()
                })
            };
            let hidden = keys.iter().zip(columns.hide()).filter(|(_, hides)| *hides);
            base.traits.extend(hidden.map(|(key, _)| (*key).clone()));
        }
    }

    /// Situations, moment after moment, until those who are late tell nothing of what is hidden.
    fn hide_moments(&self, base: &mut Secrets) {
        let links = linked(self.whole);
        let mut named: BTreeSet<Tenue> = BTreeSet::new();
        named.extend(Etape::ALL.into_iter().filter(|at| self.tells_late(*at)).map(late));
        // Each turn names one moment more at least.
        for _ in 0..=Etape::ALL.len() {
            let mut etats = BTreeSet::new();
            for etape in Etape::ALL {
                let hidden = self.hidden_at(etape, &links, &named, &etats);
                etats.extend(hidden);
            }
            let hides = |tenue: &Tenue| etats.contains(tenue);
            let before = named.len();
            named.extend(
                Etape::ALL.into_iter().filter(|at| self.tells_hidden(*at, &hides)).map(late),
            );
            if named.len() == before {
                base.etats = etats;
                return;
            }
        }
    }

    /// Which situations are hidden at a moment, those of the moments before it (`known`) being so.
    fn hidden_at(
        &self,
        etape: Etape,
        links: &[(Tenue, Tenue)],
        named: &BTreeSet<Tenue>,
        known: &BTreeSet<Tenue>,
    ) -> Vec<Tenue> {
        let held = |all: &Cohorte, key: &&Tenue| count(&all.etats, *key);
        let keys: Vec<&Tenue> = self.whole.etats.keys().filter(|(at, _)| *at == etape).collect();
        let before = |key: &Tenue| {
            let from = links.iter().filter(move |(_, to)| to == key).map(|(from, _)| *from);
            from.collect::<Vec<Tenue>>()
        };
        let caches = keys.iter().map(|key| {
            self.tous.etats.contains(*key)
                || named.contains(*key)
                || before(key).iter().any(|from| known.contains(from))
        });
        let caches: Vec<bool> = caches.collect();
        // What an earlier moment tells is not counted on.
        let fixes = keys.iter().map(|key| {
            key.1 == Etat::PasEncore || before(key).iter().any(|from| !known.contains(from))
        });
        let fixes: Vec<bool> = fixes.collect();
        let columns = Colonnes { caches, fixes, ..self.columns(&self.groupes, &keys, held) };
        let hidden = keys.iter().zip(columns.hide()).filter(|(_, hides)| *hides);
        hidden.map(|(key, _)| **key).collect()
    }

    /// As [`tells_late`], of everybody that is told by subtraction.
    fn tells_late(&self, etape: Etape) -> bool {
        self.is_so(|of| tells_rest(etape, of)) || tells_late(&self.marges, etape)
    }

    /// As [`tells_hidden`], of everybody that is told by subtraction.
    fn tells_hidden(&self, etape: Etape, hides: &impl Fn(&Tenue) -> bool) -> bool {
        self.is_so(|of| tells_hidden(etape, of, hides))
    }

    /// Whether something holds of a group over a margin, whose situations are counted so.
    fn is_so(&self, holds: impl Fn(&dyn Fn(&Tenue) -> u64) -> bool) -> bool {
        self.groupes.iter().any(|groupe| {
            let held = |tenue: &Tenue| groupe.counts(&self.marges, &|all| count(&all.etats, tenue));
            (0..self.marges.len())
                .any(|marge| holds(&|tenue| held(tenue).get(marge).copied().unwrap_or_default()))
        })
    }

    /// The counts of a table, by column, for those groups.
    fn columns<K>(
        &self,
        groupes: &[Soustraction],
        keys: &[K],
        count: impl Fn(&Cohorte, &K) -> u64,
    ) -> Colonnes {
        let by_column = |groupe: &Soustraction| -> Vec<Vec<u64>> {
            let columns: Vec<Vec<u64>> = keys
                .iter()
                .map(|key| groupe.counts(&self.marges, &|all| count(all, key)))
                .collect();
            let of = |marge: usize| columns.iter().map(|own| own[marge]).collect();
            (0..self.marges.len()).map(of).collect()
        };
        Colonnes {
            tous: by_column(&Soustraction::all()),
            groupes: groupes.iter().map(by_column).collect(),
            caches: vec![false; keys.len()],
            fixes: vec![false; keys.len()],
        }
    }
}

/// Members of a public.
fn size(all: &Cohorte, public: Public) -> u64 {
    all.publics.get(&public).map_or(0, |own| own.effectif)
}

/// Whether how many members of a public there are stays secret among the traits of all.
fn hides_size(tous: &Secrets, public: Public) -> bool {
    let Some((name, value)) = public.mark() else { return false };
    tous.traits.contains(&(name.to_owned(), Some(value.to_owned())))
}

/// Members of two publics at once.
fn crossing(all: &Cohorte, one: Public, other: Public) -> u64 {
    let Some((name, value)) = other.mark() else { return size(all, one) };
    let key = (name.to_owned(), Some(value.to_owned()));
    all.publics.get(&one).map_or(0, |own| own.traits.get(&key).copied().unwrap_or_default())
}
