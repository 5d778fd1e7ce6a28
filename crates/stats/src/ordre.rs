//! Which centres differ by more than chance, and the ranks that a centre may truly hold.
//!
//! Each rate of a group is given an interval wide enough that, all centres together, the true rates
//! are in theirs 19 times out of 20. Two centres whose intervals overlap are not put in order. Were
//! all centres alike, their one true rate would be in every interval, so that none would be told
//! apart: the risk of ever being wrong about anybody is the 5 % of the group, not of each pair.
//!
//! One interval of 95 % each would not do: of 61 centres that are all alike, three on average would
//! leave theirs by chance alone. The level of each is therefore `0.95^(1/n)` (Z. Sidak, 1967).

use std::cmp::Ordering;

use crate::interval::Rate;
use crate::interval::wilson;

/// Share of networks of identical centres in which one may be wrongly set apart.
const RISK: f64 = 0.05;

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
    /// First and last rank that it may hold, 1 being the highest rate.
    #[must_use]
    pub fn rangs(self) -> (usize, usize) {
        (self.au_dessus + 1, self.n - self.au_dessous)
    }
}

/// The order of a group of rates, centre by centre; one without a denominator is compared with
/// nobody.
#[must_use]
pub fn order(rates: &[Rate]) -> Vec<Ordre> {
    let compared = rates.iter().filter(|rate| rate.denominateur > 0).count();
    let z = simultaneous_z(compared);
    let intervals: Vec<Option<(f64, f64)>> =
        rates.iter().map(|rate| wilson(rate.numerateur, rate.denominateur, z)).collect();
    let of_one = |interval: &Option<(f64, f64)>| {
        let Some((low, high)) = *interval else {
            return Ordre { au_dessus: 0, au_dessous: 0, n: 1 };
        };
        let others = || intervals.iter().flatten();
        Ordre {
            au_dessus: others().filter(|other| other.0 > high).count(),
            au_dessous: others().filter(|other| other.1 < low).count(),
            n: compared,
        }
    };
    intervals.iter().map(of_one).collect()
}

/// Which rates are surely above (`Greater`) or below (`Less`) a value of their group, all intervals holding
/// together; `Equal` when chance would do, none without a denominator.
#[must_use]
pub fn apart_from(rates: &[Rate], reference: f64) -> Vec<Option<Ordering>> {
    let z = simultaneous_z(rates.iter().filter(|rate| rate.denominateur > 0).count());
    let of_one = |rate: &Rate| {
        let (low, high) = wilson(rate.numerateur, rate.denominateur, z)?;
        Some(match (low > reference, high < reference) {
            (true, _) => Ordering::Greater,
            (_, true) => Ordering::Less,
            _ => Ordering::Equal,
        })
    };
    rates.iter().map(of_one).collect()
}

/// Two-sided quantile of the normal law at which `n` independent intervals all hold together with
/// 95 %; that of one interval for a group of one.
fn simultaneous_z(n: usize) -> f64 {
    let n = u32::try_from(n.max(1)).unwrap_or(u32::MAX);
    let outside = 1.0 - (1.0 - RISK).powf(1.0 / f64::from(n));
    // The tail is a decreasing function: a bisection, to the last bit that matters.
    let (mut low, mut high) = (0.0, 10.0);
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        if libm::erfc(middle / std::f64::consts::SQRT_2) > outside {
            low = middle;
        } else {
            high = middle;
        }
    }
    high
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::interval::Z_95;

    fn rate(numerateur: u32, denominateur: u32) -> Rate {
        Rate { numerateur, denominateur }
    }

    #[test]
    fn the_quantile_is_that_of_the_tables() {
        assert!((simultaneous_z(1) - Z_95).abs() < 1e-9);
        // Sidak's level for ten: 1 - 0.95^0.1 = 0.0051162, whose two-sided quantile is 2.7995.
        assert!((simultaneous_z(10) - 2.799_5).abs() < 5e-4, "{}", simultaneous_z(10));
    }

    #[test]
    fn who_is_surely_apart_is_ranked_and_others_share_their_ranks() {
        let far =
            order(&[rate(900, 1000), rate(500, 1000), rate(510, 1000), rate(3, 0), rate(1, 9)]);
        let ranks: Vec<(usize, usize)> = far.iter().map(|ordre| ordre.rangs()).collect();
        // The last has too few rows to be told from anybody but the first.
        assert_eq!(ranks, [(1, 1), (2, 4), (2, 4), (1, 1), (2, 4)]);
    }

    #[test]
    fn a_rate_is_told_from_a_value_only_where_its_interval_leaves_it_out() {
        let rates = [rate(900, 1000), rate(500, 1000), rate(3, 0), rate(2, 9)];
        let apart = apart_from(&rates, 0.52);
        // 2 of 9, three rates together (z = 2.39): 5 % to 61 %.
        let expected =
            [Some(Ordering::Greater), Some(Ordering::Equal), None, Some(Ordering::Equal)];
        assert_eq!(apart, expected);
        assert_eq!(apart_from(&rates, 0.58)[1], Some(Ordering::Less));
    }

    /// A generator of the test's own (Vigna's splitmix64): the simulation is the same everywhere.
    struct Hasard(u64);

    impl Hasard {
        fn next(&mut self) -> f64 {
            self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut z = self.0;
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            f64::from(u32::try_from((z ^ (z >> 31)) >> 32).unwrap()) / 4_294_967_296.0
        }
    }

    /// The chances of at most 0, 1, … cases out of `n`, each with chance `p`.
    fn cumulated(n: u32, p: f64) -> Vec<f64> {
        // By logarithms: the first chances are too small for a number.
        let mut chance = f64::from(n) * (1.0 - p).ln();
        let mut sum = 0.0;
        (0..=n)
            .map(|k| {
                sum += chance.exp();
                chance += (f64::from(n - k) / f64::from(k + 1) * p / (1.0 - p)).ln();
                sum
            })
            .collect()
    }

    #[test]
    fn of_identical_networks_one_in_twenty_at_most_is_told_apart() {
        // Sizes from the floor of a denominator to the largest centre of a region.
        let sizes: Vec<u32> = (0..61).map(|centre| 20 + centre * centre / 4).collect();
        for (seed, p) in [(1, 0.03), (2, 0.2), (3, 0.5), (4, 0.77), (5, 0.96)] {
            let laws: Vec<Vec<f64>> = sizes.iter().map(|n| cumulated(*n, p)).collect();
            let mut hasard = Hasard(seed);
            let mut wrong = 0;
            let networks = 10_000;
            for _ in 0..networks {
                let rates: Vec<Rate> = sizes
                    .iter()
                    .zip(&laws)
                    .map(|(n, law)| {
                        let drawn = hasard.next();
                        let cases = law.partition_point(|chance| *chance < drawn);
                        rate(u32::try_from(cases).unwrap().min(*n), *n)
                    })
                    .collect();
                if order(&rates).iter().any(|ordre| ordre.au_dessus > 0) {
                    wrong += 1;
                }
            }
            assert!(wrong * 20 <= networks, "{wrong} of {networks} networks at {p}");
        }
    }

    proptest! {
        #[test]
        fn above_and_below_answer_each_other(
            counts in prop::collection::vec((0_u32..400, 0_u32..400), 1..30),
        ) {
            let rates: Vec<Rate> =
                counts.iter().map(|(a, b)| rate(*a.min(b), *a.max(b))).collect();
            let order = order(&rates);
            let above: usize = order.iter().map(|ordre| ordre.au_dessus).sum();
            let below: usize = order.iter().map(|ordre| ordre.au_dessous).sum();
            prop_assert_eq!(above, below);
            let value = |rate: &Rate| f64::from(rate.numerateur) / f64::from(rate.denominateur);
            let known = || order.iter().zip(&rates).filter(|(_, rate)| rate.denominateur > 0);
            for (ordre, rate) in known() {
                let (best, worst) = ordre.rangs();
                prop_assert!(1 <= best && best <= worst && worst <= ordre.n);
                // A rate is in its own interval: who is surely higher has a higher one.
                let higher = known().filter(|(_, other)| value(other) > value(rate)).count();
                let lower = known().filter(|(_, other)| value(other) < value(rate)).count();
                prop_assert!(ordre.au_dessus <= higher && ordre.au_dessous <= lower);
            }
        }
    }
}
