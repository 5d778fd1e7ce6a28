//! Which centres differ by more than chance, the ranks that a centre may truly hold, and the side of the median
//! on which it surely is.
//!
//! Each figure of a group is given an interval wide enough that, all centres together, the true figures
//! are in theirs 19 times out of 20. Two centres whose intervals overlap are not put in order. Were
//! all centres alike, their one true rate would be in every interval, so that none would be told
//! apart: the risk of ever being wrong about anybody is the 5 % of the group, not of each pair.
//!
//! One interval of 95 % each would not do: of 61 centres that are all alike, three on average would
//! leave theirs by chance alone. The risk of each is therefore `1 - 0.95^(1/n)` (Z. Sidak, 1967), and the interval
//! is the exact one, which keeps it whatever the rate and the size: see [`crate::exact`].
//!
//! Whether a centre is above the median of its group is judged on the same intervals: the median is drawn too,
//! and a centre compared with it as if it were the truth would be set apart by the chance of all the others.

use std::cmp::Ordering;

use crate::exact::exact;
use crate::interval::Rate;

/// Share of networks of identical centres in which one may be wrongly set apart.
const RISQUE: f64 = 0.05;

/// What is sure of one centre among its group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ordre {
    /// Centres surely higher.
    pub au_dessus: usize,
    /// Centres surely lower.
    pub au_dessous: usize,
    /// Centres compared, itself included.
    pub n: usize,
}

impl Ordre {
    /// First and last rank that it may hold, 1 being the highest figure.
    #[must_use]
    pub fn rangs(self) -> (usize, usize) {
        (self.au_dessus + 1, self.n - self.au_dessous)
    }

    /// The side of the true median of its group on which it surely is: above (`Greater`) when half of the group
    /// or more is surely lower, itself being in the other half; `Equal` when chance would do.
    #[must_use]
    pub fn cote(self) -> Ordering {
        match (self.au_dessous * 2 >= self.n, self.au_dessus * 2 >= self.n) {
            (true, _) => Ordering::Greater,
            (_, true) => Ordering::Less,
            _ => Ordering::Equal,
        }
    }
}

/// The risk that each of `n` independent intervals may take for all of them to hold together 19 times out of
/// 20; that of one interval for a group of one.
#[must_use]
pub fn risk_of_each(n: usize) -> f64 {
    let n = u32::try_from(n.max(1)).unwrap_or(u32::MAX);
    1.0 - (1.0 - RISQUE).powf(1.0 / f64::from(n))
}

/// The order of a group of rates, centre by centre; one without a denominator is compared with
/// nobody.
#[must_use]
pub fn order(rates: &[Rate]) -> Vec<Ordre> {
    let risque = risk_of_each(rates.iter().filter(|rate| rate.denominateur > 0).count());
    let interval = |rate: &Rate| exact(rate.numerateur, rate.denominateur, risque);
    order_intervals(&rates.iter().map(interval).collect::<Vec<_>>())
}

/// The order of a group of figures of which the intervals all hold together; one without an interval is
/// compared with nobody.
#[must_use]
pub fn order_intervals(intervals: &[Option<(f64, f64)>]) -> Vec<Ordre> {
    let ends = |end: fn(&(f64, f64)) -> f64| {
        let mut ends: Vec<f64> = intervals.iter().flatten().map(end).collect();
        ends.sort_by(f64::total_cmp);
        ends
    };
    let (lows, highs) = (ends(|(low, _)| *low), ends(|(_, high)| *high));
    let of_one = |interval: &Option<(f64, f64)>| {
        let Some((low, high)) = *interval else {
            return Ordre { au_dessus: 0, au_dessous: 0, n: 1 };
        };
        Ordre {
            au_dessus: lows.len() - lows.partition_point(|other| *other <= high),
            au_dessous: highs.partition_point(|other| *other < low),
            n: lows.len(),
        }
    };
    intervals.iter().map(of_one).collect()
}

/// Whether a centre is surely higher (`Greater`) or lower (`Less`) than most of some others, more than half of
/// them, so than their true median; `Equal` when chance would do. None without an interval of its own, or when
/// one of the others has none. The intervals hold together.
#[must_use]
pub fn beside(intervals: &[Option<(f64, f64)>], own: usize, others: &[usize]) -> Option<Ordering> {
    let interval = |rank: usize| intervals.get(rank).copied().flatten();
    let (low, high) = interval(own)?;
    let others: Vec<(f64, f64)> =
        others.iter().map(|rank| interval(*rank)).collect::<Option<_>>()?;
    let most = |count: usize| count * 2 > others.len();
    let lower = others.iter().filter(|other| other.1 < low).count();
    let higher = others.iter().filter(|other| other.0 > high).count();
    Some(match (most(lower), most(higher)) {
        (true, _) => Ordering::Greater,
        (_, true) => Ordering::Less,
        _ => Ordering::Equal,
    })
}

#[cfg(test)]
mod tests;
