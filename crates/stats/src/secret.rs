//! Statistical disclosure: which counts of a published table stay secret, so that no person can be
//! told behind a small one, nor a hidden count found again by subtraction from its total.
//!
//! A count from 1 to 4 is secret (primary secret). Zero is not: nothing is behind it. Where the total
//! is published, one hidden count alone is the total less the others: more are hidden until what is
//! left to find has room (secondary secret), else the total is hidden too.
//!
//! Sources: the rule of at least [`SEUIL`] is Mallette's own, in line with the usual practice of
//! French official statistics on persons (Insee, *Guide du secret statistique*).

/// Fewest persons or acts that may stand behind a published count other than zero.
pub const SEUIL: u64 = 5;

/// What stays secret of one group of columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Masque {
    /// By part, in the order given.
    pub parts: Vec<bool>,
    /// Whether the totals must stay secret too: nothing else would keep the parts so.
    pub total: bool,
}

/// Whether a count is secret by itself.
#[must_use]
pub const fn is_small(count: u64) -> bool {
    count > 0 && count < SEUIL
}

/// What to hide of a table whose rows are the parts of a total.
///
/// `marges` are the counts of one or several columns, each with one count per part, all hidden
/// together where one of them is: for a rate, its denominator, its numerator, and what is left. All
/// their totals are taken as published.
#[must_use]
pub fn protect(marges: &[Vec<u64>]) -> Masque {
    let count = marges.iter().map(Vec::len).max().unwrap_or_default();
    let mut parts: Vec<bool> =
        (0..count).map(|part| marges.iter().any(|marge| is_small(at(marge, part)))).collect();
    loop {
        let Some(open) = marges.iter().find(|marge| !is_safe(marge, &parts)) else {
            return Masque { parts, total: false };
        };
        // The smallest of those that can help: the least is lost.
        let helping = (0..count).filter(|part| !hidden(&parts, *part) && at(open, *part) > 0);
        match helping.min_by_key(|part| (at(open, *part), *part)) {
            Some(part) => {
                if let Some(place) = parts.get_mut(part) {
                    *place = true;
                }
            }
            None => return Masque { parts, total: true },
        }
    }
}

fn at(marge: &[u64], part: usize) -> u64 {
    marge.get(part).copied().unwrap_or_default()
}

fn hidden(parts: &[bool], part: usize) -> bool {
    parts.get(part).copied().unwrap_or_default()
}

/// Whether who knows the total, every count that is shown, and that hidden counts are not zero, is
/// left with at least [`SEUIL`] values for each hidden count. They add up to a known sum: each may be
/// from 1 to that sum less one for each of the others.
fn is_safe(marge: &[u64], parts: &[bool]) -> bool {
    let values = (0..marge.len()).filter(|part| hidden(parts, *part)).map(|part| at(marge, part));
    let (mut count, mut sum) = (0u64, 0u64);
    for value in values.filter(|value| *value > 0) {
        count += 1;
        sum = sum.saturating_add(value);
    }
    count == 0 || (count > 1 && sum >= count + SEUIL - 1)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn mask(marge: &[u64]) -> Masque {
        protect(&[marge.to_vec()])
    }

    #[test]
    fn small_counts_are_hidden_and_zeros_are_not() {
        let shown = mask(&[0, 5, 12, 0]);
        assert_eq!(shown, Masque { parts: vec![false; 4], total: false });
        // One small count takes the smallest other with it.
        assert_eq!(mask(&[3, 30, 8, 0]).parts, [true, false, true, false]);
        // Two small ones that would tell each other apart (1 + 1 = 2) take a third.
        assert_eq!(mask(&[1, 1, 9, 40]).parts, [true, true, true, false]);
        // Two that leave room are enough.
        assert_eq!(mask(&[4, 4, 9, 40]).parts, [true, true, false, false]);
        assert_eq!(mask(&[]), Masque { parts: Vec::new(), total: false });
    }

    #[test]
    fn the_total_is_hidden_when_nothing_else_keeps_a_count() {
        assert_eq!(mask(&[3, 0, 0]), Masque { parts: vec![true, false, false], total: true });
        assert_eq!(mask(&[1, 2]), Masque { parts: vec![true, true], total: true });
    }

    #[test]
    fn a_rate_is_hidden_by_its_numerator_and_by_what_is_left() {
        let (below, above): (Vec<u64>, Vec<u64>) = (vec![40, 50, 60], vec![2, 25, 30]);
        let rest: Vec<u64> = below.iter().zip(&above).map(|(b, a)| b - a).collect();
        let masque = protect(&[below, above, rest]);
        assert_eq!(masque.parts, [true, true, false]);
        assert!(!masque.total);
        // Nearly everybody: who is not among them would be told.
        let masque = protect(&[vec![40, 50, 60], vec![39, 25, 30], vec![1, 25, 30]]);
        assert_eq!(masque.parts, [true, true, false]);
    }

    /// Every value that each hidden count may have for who reads the rest: found by trying all.
    fn possible(marge: &[u64], parts: &[bool]) -> Vec<BTreeSet<u64>> {
        let secret: Vec<u64> =
            marge.iter().zip(parts).filter(|(v, h)| **h && **v > 0).map(|(v, _)| *v).collect();
        let mut found = vec![BTreeSet::new(); secret.len()];
        let mut tried = Vec::new();
        walk(secret.iter().sum(), secret.len(), &mut tried, &mut found);
        found
    }

    fn walk(left: u64, count: usize, tried: &mut Vec<u64>, found: &mut [BTreeSet<u64>]) {
        if tried.len() == count {
            if left == 0 {
                for (values, value) in found.iter_mut().zip(tried.iter()) {
                    values.insert(*value);
                }
            }
            return;
        }
        for value in 1..=left {
            tried.push(value);
            walk(left - value, count, tried, found);
            tried.pop();
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(400))]
        #[test]
        fn no_hidden_count_is_found_by_any_sum(
            marges in (1usize..5).prop_flat_map(|parts| {
                prop::collection::vec(prop::collection::vec(0u64..9, parts), 1..4)
            })
        ) {
            let masque = protect(&marges);
            for marge in &marges {
                for (value, hidden) in marge.iter().zip(&masque.parts) {
                    prop_assert!(*hidden || !is_small(*value), "{marge:?} {masque:?}");
                }
                if !masque.total {
                    for values in possible(marge, &masque.parts) {
                        prop_assert!(
                            values.len() >= usize::try_from(SEUIL).unwrap(),
                            "{marge:?} {masque:?} {values:?}"
                        );
                    }
                }
            }
        }

        #[test]
        fn a_table_without_small_counts_is_shown_whole(
            marge in prop::collection::vec(prop_oneof![Just(0u64), 5u64..1_000_000], 0..80)
        ) {
            let masque = mask(&marge);
            prop_assert!(!masque.total && masque.parts.iter().all(|hidden| !hidden));
        }

        #[test]
        fn a_large_table_ends_and_hides_every_small_count(
            marge in prop::collection::vec(0u64..40, 100..400)
        ) {
            let masque = mask(&marge);
            for (value, hidden) in marge.iter().zip(&masque.parts) {
                prop_assert!(*hidden || !is_small(*value));
            }
        }
    }
}
