//! Which values of a table are hidden of all publics at once, so that each small count keeps as many values as the
//! threshold for who reads all the rest.

use mallette_domain::cohorte::{Cohorte, Public};
use mallette_stats::secret::Audience;

use super::super::secrets::few;

/// Members told by adding and subtracting publics: so many times all, and each of them.
#[derive(Debug, Clone)]
pub(super) struct Soustraction {
    tous: i64,
    publics: Vec<(Public, i64)>,
    /// The only margin over which it counts somebody; none for all of them.
    marge: Option<usize>,
}

impl Soustraction {
    const fn new(tous: i64, publics: Vec<(Public, i64)>) -> Self {
        Self { tous, publics, marge: None }
    }

    /// Everybody.
    pub(super) const fn all() -> Self {
        Self::new(1, Vec::new())
    }

    /// Those of a public.
    pub(super) fn of(public: Public) -> Self {
        Self::new(0, vec![(public, 1)])
    }

    /// Those of none of these publics, which have nobody in common.
    pub(super) fn rest(publics: &[Public]) -> Self {
        Self::new(1, publics.iter().map(|public| (*public, -1)).collect())
    }

    /// Those of a public and not of another one, that lies within it.
    pub(super) fn less(public: Public, within: Public) -> Self {
        Self::new(0, vec![(public, 1), (within, -1)])
    }

    /// Those of both publics, of one of which everybody is.
    pub(super) fn both(one: Public, other: Public) -> Self {
        Self::new(-1, vec![(one, 1), (other, 1)])
    }

    /// Over one margin only.
    pub(super) fn over(mut self, marge: usize) -> Self {
        self.marge = Some(marge);
        self
    }

    /// What it counts over each margin.
    pub(super) fn counts(&self, marges: &[&Cohorte], of: &impl Fn(&Cohorte) -> u64) -> Vec<u64> {
        let signed = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
        let one = |(rank, all): (usize, &&Cohorte)| {
            if self.marge.is_some_and(|only| only != rank) {
                return 0;
            }
            let parts = self.publics.iter().map(|(public, times)| {
                all.publics.get(public).map_or(0, |own| signed(of(own)).saturating_mul(*times))
            });
            let sum = parts.fold(signed(of(all)).saturating_mul(self.tous), i64::saturating_add);
            u64::try_from(sum).unwrap_or_default()
        };
        marges.iter().enumerate().map(one).collect()
    }
}

/// The columns of a table.
pub(super) struct Colonnes {
    /// Of everybody, by margin.
    pub(super) tous: Vec<Vec<u64>>,
    /// By group, then by margin.
    pub(super) groupes: Vec<Vec<Vec<u64>>>,
    /// Those that are hidden anyway.
    pub(super) caches: Vec<bool>,
    /// Those that another table tells: never hidden for the good of another one.
    pub(super) fixes: Vec<bool>,
}

impl Colonnes {
    /// Which columns are hidden of every public.
    pub(super) fn hide(mut self) -> Vec<bool> {
        let width = self.caches.len();
        for column in 0..width {
            let at = |marge: &Vec<u64>| marge.get(column).copied().unwrap_or_default();
            if self.groupes.iter().any(|own| few(&own.iter().map(at).collect::<Vec<_>>())) {
                self.set(column);
            }
        }
        while self.is_told() {
            let size = |column: &usize| self.tous.first().and_then(|all| all.get(*column).copied());
            let free = (0..width).filter(|column| {
                !is(&self.caches, *column) && !is(&self.fixes, *column) && size(column) > Some(0)
            });
            match free.min_by_key(size) {
                Some(column) => self.set(column),
                None => return vec![true; width],
            }
        }
        self.caches
    }

    fn set(&mut self, column: usize) {
        if let Some(place) = self.caches.get_mut(column) {
            *place = true;
        }
    }

    /// Whether what is read leaves too few values to a small count.
    fn is_told(&self) -> bool {
        self.groupes.iter().any(|own| {
            own.iter().zip(&self.tous).any(|(group, all)| {
                (0..group.len()).any(|column| {
                    let small = group.get(column).is_some_and(|n| Audience::Reseau.is_small(*n));
                    small && self.values(group, all, column) < Audience::Reseau.seuil()
                })
            })
        })
    }

    /// How many values the count of a group in a hidden column may have: members exchange the values of the hidden
    /// columns, so many of the group, so many of the column.
    fn values(&self, group: &[u64], all: &[u64], column: usize) -> u64 {
        let counts = |at: usize| is(&self.caches, at) && (at == column || !is(&self.fixes, at));
        let sum = |counted: &[u64]| -> u64 {
            counted.iter().enumerate().filter(|(at, _)| counts(*at)).map(|(_, n)| n).sum()
        };
        let (members, everybody) = (sum(group), sum(all));
        let holders = all.get(column).copied().unwrap_or_default();
        let least = (members + holders).saturating_sub(everybody);
        members.min(holders).saturating_sub(least) + 1
    }
}

fn is(flags: &[bool], at: usize) -> bool {
    flags.get(at).copied().unwrap_or(false)
}
