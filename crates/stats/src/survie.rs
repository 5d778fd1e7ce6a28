//! How long things last when some are still there: the estimator of Kaplan and Meier (1958).
//!
//! The mean age of what is gone would say too little: what lasts longest is still there and would not
//! count. Here each one still standing counts for as long as it was seen.

use std::collections::BTreeMap;

/// Share still standing after each age at which something ended, in increasing order of age. `ended` and
/// `standing` are numbers by age.
#[must_use]
pub fn curve(ended: &BTreeMap<u32, u64>, standing: &BTreeMap<u32, u64>) -> Vec<(u32, f64)> {
    let total: u64 = ended.values().chain(standing.values()).sum();
    let mut at_risk = total;
    let mut standing = standing.iter().peekable();
    let mut share = 1.0;
    let mut curve = Vec::new();
    for (age, ends) in ended.iter().filter(|(_, ends)| **ends > 0) {
        // What stands at that very age was still there when the others ended.
        while let Some((_, count)) = standing.next_if(|(seen, _)| *seen < age) {
            at_risk = at_risk.saturating_sub(*count);
        }
        #[expect(
            clippy::cast_precision_loss,
            reason = "a network has far fewer than 2^52 anomalies"
        )]
        let left = at_risk.saturating_sub(*ends) as f64 / at_risk.max(1) as f64;
        share *= left;
        curve.push((*age, share));
        at_risk = at_risk.saturating_sub(*ends);
    }
    curve
}

/// Half-life: the first age at which half or less are still standing; none while more than half last
/// longer than what was seen, or when nothing was seen to end.
#[must_use]
pub fn half_life(ended: &BTreeMap<u32, u64>, standing: &BTreeMap<u32, u64>) -> Option<u32> {
    // Rounding must not push an exact half to the next age.
    let half = |(_, share): &(u32, f64)| *share <= 0.5 + 1e-12;
    curve(ended, standing).into_iter().find(half).map(|(age, _)| age)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn agrees_with_the_worked_example() {
        // Six mice of the textbook: ends at 6, 6, 6, 7, 10; still there at 6, 9 (first rows of the
        // leukaemia data of Gehan, 1965, cut at 10 of 21).
        let ended = BTreeMap::from([(6, 3), (7, 1), (10, 1)]);
        let standing = BTreeMap::from([(6, 1), (9, 1), (10, 1), (11, 1), (35, 12)]);
        let curve = curve(&ended, &standing);
        let expected = [(6, 18.0 / 21.0), (7, 18.0 / 21.0 * 16.0 / 17.0), (10, 0.752_941_176_470)];
        for ((age, share), (at, known)) in curve.into_iter().zip(expected) {
            assert!(age == at && (share - known).abs() < 1e-9, "{age} {share} {known}");
        }
        assert_eq!(half_life(&ended, &standing), None);
    }

    #[test]
    fn without_anything_standing_it_is_the_median() {
        let none = BTreeMap::new();
        assert_eq!(half_life(&BTreeMap::from([(30, 1), (60, 1), (90, 1)]), &none), Some(60));
        assert_eq!(half_life(&BTreeMap::from([(30, 2), (60, 2)]), &none), Some(30));
        assert_eq!(half_life(&none, &none), None);
        assert_eq!(half_life(&none, &BTreeMap::from([(30, 5)])), None);
    }

    #[test]
    fn what_still_stands_makes_it_longer() {
        let ended = BTreeMap::from([(30, 4), (60, 4)]);
        assert_eq!(half_life(&ended, &BTreeMap::from([(5, 3)])), Some(30));
        assert_eq!(half_life(&ended, &BTreeMap::from([(45, 3)])), Some(60));
        assert_eq!(half_life(&ended, &BTreeMap::from([(90, 30)])), None);
    }

    fn numbers() -> impl Strategy<Value = BTreeMap<u32, u64>> {
        prop::collection::btree_map(0u32..200, 0u64..30, 0..12)
    }

    proptest! {
        /// Against the definition, product over the ages of one less the share that ends, each set at
        /// risk counted anew.
        #[test]
        fn agrees_with_the_definition(ended in numbers(), standing in numbers()) {
            for (age, share) in curve(&ended, &standing) {
                let mut expected = 1.0;
                for (at, ends) in ended.range(..=age) {
                    let risk: u64 = ended.range(at..).map(|(_, n)| n).sum::<u64>()
                        + standing.range(at..).map(|(_, n)| n).sum::<u64>();
                    if risk > 0 {
                        expected *= 1.0 - *ends as f64 / risk as f64;
                    }
                }
                prop_assert!((share - expected).abs() < 1e-9, "{} {} {}", age, share, expected);
            }
        }
    }
}
