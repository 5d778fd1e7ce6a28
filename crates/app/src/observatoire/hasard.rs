//! How far chance could move a share of a cohort, and whether it would do for the gap between two of them.
//!
//! Everything is reckoned from counts that the reader is told, and from nothing else: of a share of which one of the
//! two counts is secret nothing is said, so that no interval leads back to it.
//!
//! A cohort that is part of another one is compared with the others of that one, whose counts the two tell by
//! subtraction. Two cohorts may have members in common: the two intervals hold together 19 times out of 20 all the
//! same, whatever they share, since the risks of both add up to no more (Bonferroni).

use std::cmp::Ordering;

use mallette_stats::interval::Rate;
use mallette_stats::ordre::{beside, risk_of_each};
use mallette_stats::secret::PLANCHER;

use super::lue::Compte;
use crate::lecture::indicateurs::hasard::Echantillon;

/// A share of a cohort, as its reader may know it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// How many; none when it stays secret.
    pub compte: Compte,
    /// Out of how many; none when it stays secret.
    pub sur: Compte,
}

/// Between what the true share is, 19 times out of 20.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Intervalle {
    /// Nothing is said: the share is secret, or out of nobody.
    Tu,
    /// Out of fewer than [`PLANCHER`]: too few for the share to be read as a rate.
    Fragile,
    /// Its limits, between 0 and 1 (Wilson).
    Entre(f64, f64),
}

/// What may be said of the gap between two shares.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Ecart {
    /// Nothing: one of them is secret, or out of nobody.
    Tu,
    /// One of them is out of fewer than [`PLANCHER`].
    Fragile,
    /// It was judged.
    Juge {
        /// The first less the other.
        ecart: f64,
        /// The side of the other on which the first surely is; `Equal` when chance would do.
        cote: Ordering,
    },
}

impl Part {
    /// The share as cases out of cases; none when it is not told, or out of nobody.
    fn rate(self) -> Option<Rate> {
        let (compte, sur) = self.compte.zip(self.sur)?;
        let rate = Rate {
            numerateur: u32::try_from(compte).ok()?,
            denominateur: u32::try_from(sur).ok()?,
        };
        (rate.denominateur > 0 && rate.numerateur <= rate.denominateur).then_some(rate)
    }

    /// The interval to show beside it, at 95 %.
    #[must_use]
    pub fn interval(self) -> Intervalle {
        let Some(rate) = self.rate() else { return Intervalle::Tu };
        if is_few(rate) {
            return Intervalle::Fragile;
        }
        let Some((low, high)) = Echantillon::Taux(rate).interval() else { return Intervalle::Tu };
        // Of nobody and of all, the limit is that very end: what the reckoning leaves beside it is dust.
        let low = if rate.numerateur == 0 { 0.0 } else { low };
        let high = if rate.numerateur == rate.denominateur { 1.0 } else { high };
        Intervalle::Entre(low, high)
    }

    /// That of the others of a whole that holds this one; secret as soon as one of the two is.
    #[must_use]
    pub fn others(self, whole: Self) -> Self {
        let left = |whole: Compte, own: Compte| whole?.checked_sub(own?);
        Self { compte: left(whole.compte, self.compte), sur: left(whole.sur, self.sur) }
    }

    /// Whether chance would do for the gap with another one, by intervals that hold together: those that meet are not
    /// put in order.
    #[must_use]
    pub fn beside(self, other: Self) -> Ecart {
        let Some((own, there)) = self.rate().zip(other.rate()) else { return Ecart::Tu };
        if is_few(own) || is_few(there) {
            return Ecart::Fragile;
        }
        let limits = [own, there].map(|rate| Echantillon::Taux(rate).within(risk_of_each(2)));
        let judged = beside(&limits, 0, &[1]);
        judged.map_or(Ecart::Tu, |cote| Ecart::Juge { ecart: value(own) - value(there), cote })
    }
}

impl Intervalle {
    /// Where a value stands beside it: below (`Less`), within (`Equal`), above; none where there are no limits.
    #[must_use]
    pub fn place(self, value: f64) -> Option<Ordering> {
        match self {
            Self::Entre(low, _) if value < low => Some(Ordering::Less),
            Self::Entre(_, high) if value > high => Some(Ordering::Greater),
            Self::Entre(..) => Some(Ordering::Equal),
            Self::Tu | Self::Fragile => None,
        }
    }
}

fn is_few(rate: Rate) -> bool {
    u64::from(rate.denominateur) < PLANCHER
}

fn value(rate: Rate) -> f64 {
    f64::from(rate.numerateur) / f64::from(rate.denominateur)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(compte: u64, sur: u64) -> Part {
        Part { compte: Some(compte), sur: Some(sur) }
    }

    /// The share without its count.
    fn uncounted(sur: u64) -> Part {
        Part { compte: None, sur: Some(sur) }
    }

    /// The share without what it is out of.
    fn unmeasured(compte: u64) -> Part {
        Part { compte: Some(compte), sur: None }
    }

    fn side(own: Part, other: Part) -> Option<Ordering> {
        match own.beside(other) {
            Ecart::Juge { cote, .. } => Some(cote),
            Ecart::Tu | Ecart::Fragile => None,
        }
    }

    #[test]
    fn a_share_has_the_interval_of_the_tables_from_twenty_on() {
        // Newcombe (1998), table I, method 3.
        let Intervalle::Entre(low, high) = part(81, 263).interval() else { panic!() };
        assert!((low - 0.2553).abs() < 5e-5 && (high - 0.3662).abs() < 5e-5, "{low} {high}");
        let Intervalle::Entre(low, high) = part(0, 20).interval() else { panic!() };
        assert!(low == 0.0 && (high - 0.1611).abs() < 5e-5, "{low} {high}");
        let Intervalle::Entre(low, high) = part(20, 20).interval() else { panic!() };
        assert!((low - 0.8389).abs() < 5e-5 && high == 1.0, "{low} {high}");
        for few in [part(0, 19), part(7, 19), part(1, 1)] {
            assert_eq!(few.interval(), Intervalle::Fragile, "{few:?}");
        }
    }

    #[test]
    fn nothing_is_said_of_what_is_secret_or_out_of_nobody() {
        let told = part(30, 100);
        let none = Part { compte: None, sur: None };
        for silent in [uncounted(100), unmeasured(30), none, part(0, 0), part(5, 4)] {
            assert_eq!(silent.interval(), Intervalle::Tu, "{silent:?}");
            assert_eq!(silent.beside(told), Ecart::Tu, "{silent:?}");
            assert_eq!(told.beside(silent), Ecart::Tu, "{silent:?}");
            // A few on the other side would say that something is there to be judged.
            assert_eq!(part(1, 5).beside(silent), Ecart::Tu, "{silent:?}");
        }
    }

    #[test]
    fn the_others_of_a_whole_are_what_is_left_and_no_secret_is() {
        assert_eq!(part(30, 100).others(part(50, 300)), part(20, 200));
        assert_eq!(part(30, 100).others(part(30, 100)), part(0, 0));
        for (own, whole) in [
            (uncounted(100), part(50, 300)),
            (part(30, 100), uncounted(300)),
            (part(60, 100), part(50, 300)),
        ] {
            assert_eq!(own.others(whole).compte, None, "{own:?} {whole:?}");
        }
        assert_eq!(unmeasured(30).others(part(50, 300)).sur, None);
        assert_eq!(part(30, 400).others(part(50, 300)).sur, None);
    }

    #[test]
    fn what_chance_would_do_for_is_not_put_in_order() {
        assert_eq!(side(part(40, 100), part(45, 100)), Some(Ordering::Equal));
        assert_eq!(side(part(10, 100), part(90, 100)), Some(Ordering::Less));
        assert_eq!(side(part(90, 100), part(10, 100)), Some(Ordering::Greater));
        // Ten points: of hundreds chance does, of tens of thousands it does not.
        assert_eq!(side(part(120, 300), part(150, 300)), Some(Ordering::Equal));
        assert_eq!(side(part(12_000, 30_000), part(15_000, 30_000)), Some(Ordering::Less));
        let Ecart::Juge { ecart, .. } = part(10, 100).beside(part(90, 100)) else { panic!() };
        assert!((ecart + 0.8).abs() < 1e-12, "{ecart}");
        for (own, other) in [(part(1, 19), part(900, 1_000)), (part(900, 1_000), part(1, 19))] {
            assert_eq!(own.beside(other), Ecart::Fragile);
        }
    }

    /// The gap is judged on wider intervals than those that are shown.
    #[test]
    fn intervals_that_are_shown_to_meet_are_never_put_in_order() {
        let sizes = [20, 21, 30, 100, 1_000];
        let shares = |n: u64| [0, 1, 2, 5, n / 4, n / 3, n / 2, n - 2, n].map(|k| part(k, n));
        let all: Vec<Part> = sizes.into_iter().flat_map(shares).collect();
        let mut apart = 0;
        for (own, other) in all.iter().flat_map(|own| all.iter().map(move |other| (*own, *other))) {
            let (Intervalle::Entre(low, high), Intervalle::Entre(from, to)) =
                (own.interval(), other.interval())
            else {
                panic!("{own:?} {other:?}")
            };
            let meet = low <= to && from <= high;
            let cote = side(own, other).unwrap();
            assert!(!meet || cote == Ordering::Equal, "{own:?} {other:?}");
            apart += usize::from(cote != Ordering::Equal);
        }
        assert!(apart > 500, "{apart}");
    }

    #[test]
    fn a_value_stands_below_within_or_above() {
        let shown = Intervalle::Entre(0.25, 0.5);
        for (value, place) in [
            (0.2, Ordering::Less),
            (0.25, Ordering::Equal),
            (0.5, Ordering::Equal),
            (0.51, Ordering::Greater),
        ] {
            assert_eq!(shown.place(value), Some(place), "{value}");
        }
        assert_eq!((Intervalle::Tu.place(0.3), Intervalle::Fragile.place(0.3)), (None, None));
    }
}
