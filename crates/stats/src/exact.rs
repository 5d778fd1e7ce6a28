//! Exact limits, where an approximation would promise more than it holds: of a rate (C. J. Clopper and E. S.
//! Pearson, 1934), and of a median, by the order of the measures (W. R. Thompson, 1936).
//!
//! Wilson's interval is the one to show: its risk is right on average. Near 0 and near 1 it is too short for
//! some rates, and a network of small centres beside a large one is told apart too often. These ones never miss
//! the truth more often than they say, whatever the rate and the size: what is called sure rests on them.

use std::cmp::Ordering;
use std::collections::BTreeMap;

/// The exact interval of a rate of `numerateur` cases over `denominateur`: the true rate is out of it with a
/// chance of `risque` at most. None when the denominator is zero.
#[must_use]
pub fn exact(numerateur: u32, denominateur: u32, risque: f64) -> Option<(f64, f64)> {
    if denominateur == 0 {
        return None;
    }
    let cases = numerateur.min(denominateur);
    let low = lower(cases, denominateur, risque / 2.0);
    Some((low, 1.0 - lower(denominateur - cases, denominateur, risque / 2.0)))
}

/// On which side of those limits the whole of [`exact`] is, without finding it: `Equal` where it meets them. None when
/// the denominator is zero. Among many rates, most are told by their figure alone.
#[must_use]
pub fn exact_side(
    (numerateur, denominateur): (u32, u32),
    (low, high): (f64, f64),
    risque: f64,
) -> Option<Ordering> {
    if denominateur == 0 {
        return None;
    }
    let (cases, chance) = (numerateur.min(denominateur), risque / 2.0);
    Some(if is_above(cases, denominateur, high, chance) {
        Ordering::Greater
    } else if is_above(denominateur - cases, denominateur, 1.0 - low, chance) {
        Ordering::Less
    } else {
        Ordering::Equal
    })
}

/// On which side of the second interval the first one is: `Equal` where they meet.
#[must_use]
pub fn side(own: (f64, f64), other: (f64, f64)) -> Ordering {
    if own.0 > other.1 {
        Ordering::Greater
    } else if own.1 < other.0 {
        Ordering::Less
    } else {
        Ordering::Equal
    }
}

/// Whether the lower limit of a rate is above that one: with it, as many cases as those, or more, would be less likely
/// than `chance`.
fn is_above(cases: u32, n: u32, rate: f64, chance: f64) -> bool {
    // The limit is under the figure, whatever the chance.
    if f64::from(cases) <= f64::from(n) * rate || rate >= 1.0 {
        return false;
    }
    let (k, size, wanted) = (f64::from(cases), f64::from(n), chance.ln());
    if rate <= 0.0 || cases == n {
        return size * rate.ln() < wanted;
    }
    // The chance is at most Chernoff's bound, and at least what is known of that count alone (R. Ash, 1965): one of
    // them tells nearly all.
    let (figure, rest) = (k / size, (size - k) / size);
    let most = -size * (figure * (figure / rate).ln() + rest * (rest / (1.0 - rate)).ln());
    let least = most - 0.5 * (8.0 * k * rest).ln();
    most < wanted || (least < wanted && tail(cases, n, rate).0 < wanted)
}

/// The exact interval of the median of what was measured so many times each, whatever the law of the measures:
/// between two of them. None when there are too few for that risk.
#[must_use]
pub fn median_limits(mesures: &BTreeMap<i64, u64>, risque: f64) -> Option<(f64, f64)> {
    let n = u32::try_from(mesures.values().sum::<u64>()).ok()?;
    // At most `rank - 1` measures out of `n` are below the median with a chance of half the risk at most.
    let holds = |rank: u32| log_tail(n - rank + 1, n, 0.5) <= (risque / 2.0).ln();
    if n < 2 || !holds(1) {
        return None;
    }
    let (mut held, mut over) = (1, n / 2 + 1);
    while over - held > 1 {
        let middle = held + (over - held) / 2;
        if holds(middle) { held = middle } else { over = middle }
    }
    Some((measure(mesures, held)?, measure(mesures, n - held + 1)?))
}

/// The measure of that rank, 1 being the smallest.
fn measure(mesures: &BTreeMap<i64, u64>, rank: u32) -> Option<f64> {
    let mut seen = 0;
    mesures.iter().find_map(|(mesure, count)| {
        seen += count;
        #[expect(clippy::cast_precision_loss, reason = "a measure is a number of days or of euros")]
        let found = *mesure as f64;
        (seen >= u64::from(rank)).then_some(found)
    })
}

/// The largest rate with which `cases` or more out of `n` has a chance of `chance` at most.
///
/// Newton's method on the logarithms of both: the one is a concave, increasing function of the other, so that
/// from the second step on every value tried is below the limit. Stopping early widens the interval, no more.
fn lower(cases: u32, n: u32, chance: f64) -> f64 {
    if cases == 0 {
        return 0.0;
    }
    let wanted = chance.ln();
    let mut rate = start(cases, n, chance);
    for _ in 0..40 {
        let (log, sum) = tail(cases, n, rate);
        let step = (wanted - log) * sum / f64::from(cases);
        rate = (rate * step.exp()).min(1.0 - f64::EPSILON);
        if step.abs() < 1e-10 {
            break;
        }
    }
    rate
}

/// A rate near the limit: Wilson's, at a quantile of the normal law read in closed form (Abramowitz and Stegun,
/// 26.2.22).
fn start(cases: u32, n: u32, chance: f64) -> f64 {
    let t = (-2.0 * chance.ln()).sqrt();
    let z = t - (2.307_53 + 0.270_61 * t) / (1.0 + t * (0.992_29 + 0.044_81 * t));
    crate::interval::wilson(cases, n, z).map_or(0.5, |(low, _)| low.clamp(1e-12, 1.0 - 1e-9))
}

/// The logarithm of the chance of `cases` or more out of `n`, each with that chance.
fn log_tail(cases: u32, n: u32, rate: f64) -> f64 {
    if cases == 0 { 0.0 } else { tail(cases, n, rate).0 }
}

/// The logarithm of the chance of `cases` or more out of `n`, and that chance over that of `cases` alone.
fn tail(cases: u32, n: u32, rate: f64) -> (f64, f64) {
    let (k, size) = (f64::from(cases), f64::from(n));
    let choices = libm::lgamma(size + 1.0) - libm::lgamma(k + 1.0) - libm::lgamma(size - k + 1.0);
    let first = choices + k * rate.ln() + (size - k) * (-rate).ln_1p();
    let odds = rate / (1.0 - rate);
    let (mut term, mut sum) = (1.0, 1.0);
    for above in cases..n {
        term *= f64::from(n - above) / f64::from(above + 1) * odds;
        sum += term;
        if term < sum * 1e-14 {
            break;
        }
    }
    (first + sum.ln(), sum)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::interval::{Z_95, wilson};

    #[test]
    fn limits_are_those_of_the_tables() {
        // Newcombe (1998), table I, method 5: 81/263 gives 0.2527 to 0.3676; 15/148: 0.0578 to 0.1617; 0/20:
        // 0 to 0.1684; 1/29: 0.0009 to 0.1776.
        for (cases, n, low, high) in [
            (81, 263, 0.2527, 0.3676),
            (15, 148, 0.0578, 0.1617),
            (0, 20, 0.0, 0.1684),
            (1, 29, 0.0009, 0.1776),
        ] {
            let (found_low, found_high) = exact(cases, n, 0.05).unwrap();
            let near = (found_low - low).abs() < 5.1e-5 && (found_high - high).abs() < 5.1e-5;
            assert!(near, "{cases} / {n}: {found_low} {found_high}");
        }
        // None and all: closed forms.
        let (low, high) = exact(20, 20, 0.002).unwrap();
        assert!((low - 0.001_f64.powf(0.05)).abs() < 1e-9 && high == 1.0);
        assert_eq!(exact(0, 0, 0.05), None);
    }

    #[test]
    fn near_zero_wilson_is_too_short_and_this_is_not() {
        // One case of 20 where one of a thousand is true: Wilson leaves it out at a level of 99.9 % (z = 3.29)
        // though it happens twice in a hundred.
        let (low, _) = exact(1, 20, 0.001).unwrap();
        assert!(low < 0.001 && wilson(1, 20, 3.29).unwrap().0 > 0.003);
    }

    #[test]
    fn the_median_is_between_the_measures_of_the_tables() {
        // Twenty different measures at 95 %: the sixth and the fifteenth (Conover, table of the median).
        let twenty: BTreeMap<i64, u64> = (1..=20).map(|rank| (rank, 1)).collect();
        assert_eq!(median_limits(&twenty, 0.05), Some((6.0, 15.0)));
        // Six is the fewest that have one: 2 / 64 is below 5 %, 2 / 32 is not.
        let few = |n| median_limits(&(1..=n).map(|rank| (rank, 1)).collect(), 0.05);
        assert_eq!((few(6), few(5), few(0)), (Some((1.0, 6.0)), None, None));
        // The same measures ten times each: ranks 86 and 115 of two hundred.
        let many: BTreeMap<i64, u64> = (1..=20).map(|rank| (rank, 10)).collect();
        assert_eq!(median_limits(&many, 0.05), Some((9.0, 12.0)));
        assert_eq!(median_limits(&[(7, 100)].into(), 0.05), Some((7.0, 7.0)));
    }

    #[test]
    fn two_intervals_are_told_apart_when_they_do_not_meet() {
        // Of 20 at 0.2 %: none leaves up to 1 - 0.001^(1/20), all from 0.001^(1/20), 70.8 %.
        let all = exact(20, 20, 0.002).unwrap();
        assert_eq!(exact_side((0, 20), all, 0.002), Some(Ordering::Less));
        assert_eq!(exact_side((20, 20), (0.1, 0.7), 0.002), Some(Ordering::Greater));
        assert_eq!(exact_side((20, 20), (0.1, 0.71), 0.002), Some(Ordering::Equal));
        // Nothing is above all, nor below none.
        assert_eq!(exact_side((20, 20), (0.5, 1.0), 0.002), Some(Ordering::Equal));
        assert_eq!(exact_side((0, 20), (0.0, 0.5), 0.002), Some(Ordering::Equal));
        assert_eq!(exact_side((0, 0), (0.0, 0.5), 0.002), None);
        assert_eq!(side((0.2, 0.3), (0.3, 0.4)), Ordering::Equal, "they meet");
    }

    proptest! {
        #[test]
        fn the_side_of_an_interval_is_that_of_its_limits(
            (own, other) in ((1_u32..3_000), (1_u32..3_000))
                .prop_flat_map(|(n, m)| ((0..=n, Just(n)), (0..=m, Just(m)))),
            risque in prop::sample::select(vec![0.05, 0.01, 0.000_117]),
        ) {
            let limits = exact(other.0, other.1, risque).unwrap();
            let (low, high) = exact(own.0, own.1, risque).unwrap();
            // Where they meet within what Newton's method leaves, either is right.
            let near = |one: f64, two: f64| (one - two).abs() < 1e-8;
            prop_assume!(!near(low, limits.1) && !near(high, limits.0));
            prop_assert_eq!(exact_side(own, limits, risque), Some(side((low, high), limits)));
        }
    }

    /// The chance of `cases` or more, term by term from the first.
    fn by_hand(cases: u32, n: u32, rate: f64) -> f64 {
        // By logarithms: the first chances are too small for a number.
        let mut chance = f64::from(n) * (1.0 - rate).ln();
        let mut below = 0.0;
        for drawn in 0..cases {
            below += chance.exp();
            chance += (f64::from(n - drawn) / f64::from(drawn + 1) * rate / (1.0 - rate)).ln();
        }
        1.0 - below
    }

    proptest! {
        /// The limit is where the chance of as many cases or more is that asked for, and not beyond.
        #[test]
        fn the_limit_has_the_chance_asked_for(
            n in 1u32..300,
            share in 0.0f64..=1.0,
            chance in 0.000_1f64..0.1,
        ) {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most 300")]
            let cases = (f64::from(n) * share).round().max(1.0) as u32;
            let (low, _) = exact(cases, n, 2.0 * chance).unwrap();
            let found = by_hand(cases, n, low);
            prop_assert!((found - chance).abs() < 1e-6, "{cases} / {n} at {low}: {found}, not {chance}");
        }

        #[test]
        fn a_rate_is_within_and_sides_answer_each_other(
            (a, b) in (0u32..2_000, 1u32..2_000),
            risque in 0.000_5f64..0.2,
        ) {
            let (cases, n) = (a.min(b), b);
            let (low, high) = exact(cases, n, risque).unwrap();
            let value = f64::from(cases) / f64::from(n);
            prop_assert!(0.0 <= low && low <= value && value <= high && high <= 1.0);
            let (other_low, other_high) = exact(n - cases, n, risque).unwrap();
            prop_assert!((1.0 - other_high - low).abs() < 1e-12 && (1.0 - other_low - high).abs() < 1e-12);
            // Wider than Wilson's where it counts: a lower risk never makes it narrower.
            let wider = exact(cases, n, risque / 10.0).unwrap();
            prop_assert!(wider.0 <= low + 1e-12 && high <= wider.1 + 1e-12);
            prop_assert!(wilson(cases, n, Z_95).is_some());
        }
    }
}
