//! Situations of the centres side by side, of all moments together: those of the entry by themselves; those of the exit
//! and of the months after it or after the entry as soon as one table is too sparse, since who has not left is the
//! same number at several, and who is late is among them.
//!
//! What is hidden of a row is so of situations that nearly the same members hold at another moment: those of the network
//! that are linked, and in each row those who are late with those among whom they are.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use mallette_domain::cohorte::{Etape, Tenue};
use mallette_stats::secret::{Masque, Transparente};

use super::super::passages::linked;
use super::super::secrets::{Secrets, count};
use super::super::tardifs::{counts, entailed, late, shut, tells_rest};
use super::tableau::Tableau;
use super::{Rangees, of};

/// How many times what is linked is looked for again, before nothing of the moments is shown.
const TOURS: usize = 12;

/// The table of a moment.
struct Moment {
    etape: Etape,
    /// Its columns.
    cles: Vec<Tenue>,
    tableau: Tableau,
}

/// How many are in each situation at each moment.
type Etats = BTreeMap<Tenue, u64>;

/// A column of the tables: which moment, which value.
type Place = (usize, usize);

impl Rangees<'_> {
    pub(super) fn hide_moments(
        &self,
        reseau: &Secrets,
        all: &mut [Secrets],
    ) -> Result<(), Transparente> {
        let rangs = self.rangs();
        let mut moments: Vec<Moment> =
            Etape::ALL.into_iter().map(|at| self.moment(at, reseau, &rangs)).collect();
        let groupes = groups(&moments, &linked(self.reseau));
        let mut masques = Vec::new();
        for turn in 0..=TOURS {
            let (first, later) = moments.split_at(1);
            let tables = [first, later].map(|own| own.iter().map(|moment| &moment.tableau));
            masques.clear();
            for own in tables {
                let own: Vec<&Tableau> = own.collect();
                masques.extend(Tableau::mask(&own, turn == TOURS)?);
            }
            let linked = join_linked(&mut moments, &masques, &groupes, rangs.len());
            let late = join_late(&mut moments, &masques, &rangs);
            if !(linked || late) {
                break;
            }
        }
        for (moment, masque) in moments.iter().zip(&masques) {
            for (row, own) in all.iter_mut().enumerate() {
                let hidden = moment.tableau.hidden(masque, row);
                own.etats.extend(hidden.filter_map(|rank| moment.cles.get(rank).copied()));
                own.zeros.etapes.extend(masque.hides_zeros().then_some(moment.etape));
            }
        }
        for (own, etats) in all.iter_mut().zip(&rangs) {
            own.join_unseen(self.reseau);
            let shut = shut(&counts(etats), &|tenue| own.etats.contains(tenue));
            let keys = self.reseau.etats.keys();
            own.etats.extend(keys.filter(|(etape, _)| shut.contains(etape)).copied());
        }
        Ok(())
    }

    /// The situations of each row, those of what is left of the network last.
    fn rangs(&self) -> Vec<Cow<'_, Etats>> {
        let mut rangs: Vec<Cow<'_, Etats>> =
            self.lues.iter().map(|(_, cohorte, _)| Cow::Borrowed(&cohorte.etats)).collect();
        if self.reste {
            let left = self.reseau.etats.iter().map(|(tenue, all)| {
                let read: u64 = rangs.iter().map(|etats| count(etats, tenue)).sum();
                (*tenue, all.saturating_sub(read))
            });
            rangs.push(Cow::Owned(left.collect()));
        }
        rangs
    }

    fn moment(&self, etape: Etape, reseau: &Secrets, rangs: &[Cow<'_, Etats>]) -> Moment {
        let cles: Vec<Tenue> =
            self.reseau.etats.keys().filter(|(at, _)| *at == etape).copied().collect();
        let keys: Vec<&Tenue> = cles.iter().collect();
        let secret = |rank: usize| cles.get(rank).is_some_and(|key| reseau.etats.contains(key));
        let mut tableau = self.table(cles.len(), |c| of(&keys, &c.etats), secret);
        if let Some(value) = cles.iter().position(|key| *key == late(etape)) {
            for (row, etats) in rangs.iter().enumerate() {
                if tells_rest(etape, &counts(etats)) {
                    tableau.name(row, value);
                }
            }
        }
        Moment { etape, cles, tableau }
    }
}

/// Names, in each row, all columns of a group of which one is hidden; whether there was any more.
fn join_linked(
    moments: &mut [Moment],
    masques: &[Masque],
    groupes: &[Vec<Place>],
    rangs: usize,
) -> bool {
    let mut more = false;
    for groupe in groupes {
        for row in 0..rangs {
            if groupe.iter().any(|place| hides(moments, masques, row, *place)) {
                for (moment, value) in groupe {
                    let found = moments.get_mut(*moment);
                    more |= found.is_some_and(|own| own.tableau.name(row, *value));
                }
            }
        }
    }
    more
}

/// Names, in each row, what is to be hidden for the good of those who are late; whether there was any more.
fn join_late(moments: &mut [Moment], masques: &[Masque], rangs: &[Cow<'_, Etats>]) -> bool {
    let mut more = false;
    for (row, etats) in rangs.iter().enumerate() {
        for etape in Etape::ALL {
            let is_hidden = |tenue: &Tenue| {
                place(moments, *tenue).is_some_and(|at| hides(moments, masques, row, at))
            };
            for tenue in entailed(etape, &counts(etats), &is_hidden) {
                let Some((moment, value)) = place(moments, tenue) else { continue };
                let found = moments.get_mut(moment);
                more |= found.is_some_and(|own| own.tableau.name(row, value));
            }
        }
    }
    more
}

/// Where a situation at a moment stands.
fn place(moments: &[Moment], tenue: Tenue) -> Option<Place> {
    let rank = moments.iter().position(|moment| moment.etape == tenue.0)?;
    let value = moments.get(rank)?.cles.iter().position(|key| *key == tenue)?;
    Some((rank, value))
}

fn hides(moments: &[Moment], masques: &[Masque], row: usize, (moment, value): Place) -> bool {
    let width = moments.get(moment).map_or(0, |own| own.tableau.largeur);
    masques.get(moment).is_some_and(|own| own.hides(row * width + value))
}

/// Columns that are linked, directly or by others: what is hidden of one is of all.
fn groups(moments: &[Moment], links: &[(Tenue, Tenue)]) -> Vec<Vec<Place>> {
    let mut groupes: Vec<BTreeSet<Place>> = Vec::new();
    for (one, other) in links {
        let (Some(one), Some(other)) = (place(moments, *one), place(moments, *other)) else {
            continue;
        };
        let mut joined = BTreeSet::from([one, other]);
        groupes.retain(|groupe| {
            let apart = !groupe.contains(&one) && !groupe.contains(&other);
            if !apart {
                joined.extend(groupe);
            }
            apart
        });
        groupes.push(joined);
    }
    groupes.into_iter().map(|groupe| groupe.into_iter().collect()).collect()
}
