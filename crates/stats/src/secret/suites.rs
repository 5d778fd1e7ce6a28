//! Counts of the same thing over spans of days that lie within one another, told one after the other: what a
//! reader who kept them all finds by subtracting.
//!
//! Two ways are looked at, and both exactly: one span less another that lies within it (or over the same days,
//! once data were corrected), and one span less any number of others that lie within it without a day in
//! common (a year less eleven months). What is left must be nothing, or as many as the threshold. And what was
//! hidden stays so: a count must not join the ends of a span whose own count is secret ([`reveals`]).

use std::collections::{BTreeMap, BTreeSet};

/// So many sums are looked at; beyond, the new count is taken to tell something.
const SOMMES: usize = 200_000;

/// A count over a span of days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Etendue {
    /// The first day, as a number of days.
    pub du: i64,
    /// The day after the last.
    pub au: i64,
    /// The count.
    pub compte: u64,
}

impl Etendue {
    /// Whether the other lies within this one, the same days included.
    #[must_use]
    pub const fn holds(&self, other: &Self) -> bool {
        self.du <= other.du && other.au <= self.au
    }
}

/// Whether two counts differ by too few for both to be told.
#[must_use]
pub const fn is_near(one: u64, other: u64, seuil: u64) -> bool {
    let gap = one.abs_diff(other);
    gap > 0 && gap < seuil
}

/// Whether a new count may not be told to who knows the others: by one subtraction it leaves too few.
#[must_use]
pub fn tells_beside_one(connues: &[Etendue], nouvelle: Etendue, seuil: u64) -> bool {
    connues.iter().any(|known| {
        (known.holds(&nouvelle) || nouvelle.holds(known))
            && is_near(known.compte, nouvelle.compte, seuil)
    })
}

/// The same for who also takes several counts away from one, whose spans lie within its own and have no day in
/// common. Only for what adds up over time.
#[must_use]
pub fn tells_beside_many(connues: &[Etendue], nouvelle: Etendue, seuil: u64) -> bool {
    if tells_beside_one(connues, nouvelle, seuil) {
        return true;
    }
    let mut all: Vec<Etendue> = connues.to_vec();
    all.push(nouvelle);
    all.sort_unstable();
    all.dedup();
    let mut wholes = all.iter().filter(|whole| whole.holds(&nouvelle));
    wholes.any(|whole| leaves_few(whole, &all, seuil))
}

/// Whether taking disjoint spans away from a whole may leave too few.
fn leaves_few(whole: &Etendue, all: &[Etendue], seuil: u64) -> bool {
    let same = |part: &Etendue| (part.du, part.au) == (whole.du, whole.au);
    let parts = all.iter().filter(|part| whole.holds(part) && !same(part));
    let most = whole.compte.saturating_add(seuil);
    // By the day after the last, the sums of disjoint spans that end there; in the order of the first days.
    let mut sums: BTreeMap<i64, BTreeSet<u64>> = BTreeMap::new();
    let mut looked = 0;
    for part in parts {
        let mut own: BTreeSet<u64> = BTreeSet::from([part.compte]);
        for (_, before) in sums.range(..=part.du) {
            let longer = before.iter().map(|sum| sum.saturating_add(part.compte));
            own.extend(longer.filter(|sum| *sum < most));
        }
        looked += own.len();
        if looked > SOMMES || own.iter().any(|sum| is_near(*sum, whole.compte, seuil)) {
            return true;
        }
        sums.entry(part.au).or_default().append(&mut own);
    }
    false
}

/// Whether a new count tells, with those known, the count of a span that was kept secret: every span is the
/// difference between two days, and what joins its two ends, however many counts it takes, tells it. What was told
/// without the new count is not held against it.
#[must_use]
pub fn reveals(connues: &[Etendue], secretes: &[(i64, i64)], nouvelle: Etendue) -> bool {
    let spans: Vec<(i64, i64)> = connues.iter().map(|known| (known.du, known.au)).collect();
    let new = (nouvelle.du, nouvelle.au);
    secretes.iter().any(|secret| {
        let before = reached(&spans, secret.0);
        if before.contains(&secret.1) {
            return false;
        }
        let all: Vec<(i64, i64)> = spans.iter().copied().chain([new]).collect();
        reached(&all, secret.0).contains(&secret.1)
    })
}

/// The days whose distance to one is known.
fn reached(spans: &[(i64, i64)], from: i64) -> BTreeSet<i64> {
    let mut reached = BTreeSet::from([from]);
    let mut waiting = vec![from];
    while let Some(day) = waiting.pop() {
        for (start, end) in spans {
            let other = if *start == day { *end } else { *start };
            if (*start == day || *end == day) && reached.insert(other) {
                waiting.push(other);
            }
        }
    }
    reached
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SEUIL: u64 = 11;

    fn span(du: i64, au: i64, compte: u64) -> Etendue {
        Etendue { du, au, compte }
    }

    #[test]
    fn a_year_to_date_is_not_told_a_few_after_the_last_one() {
        let until_march = [span(1, 91, 40)];
        for (count, told) in [(40, false), (41, true), (50, true), (51, false), (39, true)] {
            assert_eq!(tells_beside_one(&until_march, span(1, 121, count), SEUIL), told, "{count}");
        }
        // Other days, not within: nothing to subtract.
        assert!(!tells_beside_one(&until_march, span(60, 121, 41), SEUIL));
        // The same days again, once three rows were corrected.
        assert!(tells_beside_one(&until_march, span(1, 91, 43), SEUIL));
    }

    #[test]
    fn a_year_less_all_its_other_months_is_the_month_that_was_hidden() {
        let mut known = vec![span(1, 31, 20), span(31, 61, 30), span(1, 121, 97)];
        // 97 - 20 - 30 - 44 = 3: the third month tells the fourth.
        assert!(!tells_beside_one(&known, span(61, 91, 44), SEUIL));
        assert!(tells_beside_many(&known, span(61, 91, 44), SEUIL));
        // The year last: it would do the same.
        known.retain(|one| one.au != 121);
        known.push(span(61, 91, 44));
        assert!(tells_beside_many(&known, span(1, 121, 97), SEUIL));
        assert!(!tells_beside_many(&known, span(1, 121, 94), SEUIL), "nothing in the fourth");
    }

    #[test]
    fn what_was_hidden_is_not_told_by_what_surrounds_it() {
        // The first month was hidden to keep another centre: 70 of the year less the two others would tell it.
        let known = [span(31, 61, 30), span(61, 91, 20)];
        assert!(reveals(&known, &[(1, 31)], span(1, 91, 70)));
        assert!(!reveals(&known, &[(1, 31)], span(1, 121, 90)), "a month is still not known");
        // Told twice over the same days, it would be told.
        assert!(reveals(&[], &[(1, 31)], span(1, 31, 20)));
        // By a way round: to April, less March and April.
        let round = [span(1, 121, 90), span(61, 121, 40)];
        assert!(reveals(&round, &[(1, 31)], span(31, 61, 30)));
        // What was known anyway is not held against it.
        assert!(!reveals(&[span(1, 31, 20)], &[(1, 31)], span(1, 61, 50)));
    }

    /// Spans of months of a year, in the order in which they are told.
    fn spans() -> impl Strategy<Value = Vec<(usize, usize)>> {
        let one = (0usize..8, 0usize..8).prop_map(|(a, b)| (a.min(b), a.max(b)));
        prop::collection::vec(one, 1..9)
    }

    /// What is left of each whole once any number of disjoint others are taken away, tried one by one.
    fn differences(told: &[Etendue]) -> Vec<u64> {
        let mut found = Vec::new();
        for whole in told {
            for chosen in 1u32..(1 << told.len()) {
                let parts: Vec<&Etendue> = (0..told.len())
                    .filter(|rank| chosen & (1 << rank) != 0)
                    .map(|rank| &told[rank])
                    .collect();
                let apart = parts.iter().enumerate().all(|(rank, one)| {
                    parts[rank + 1..].iter().all(|other| one.au <= other.du || other.au <= one.du)
                });
                if apart && parts.iter().all(|part| whole.holds(part)) {
                    let sum: u64 = parts.iter().map(|part| part.compte).sum();
                    found.push(whole.compte.abs_diff(sum));
                }
            }
        }
        found
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(600))]
        /// The reader keeps everything that is told, month after month, and subtracts all it can.
        #[test]
        fn no_difference_of_what_is_told_is_small(
            months in prop::collection::vec(prop_oneof![Just(0u64), 1..6u64, 11..40u64], 8),
            spans in spans(),
        ) {
            let mut told: Vec<Etendue> = Vec::new();
            for (first, last) in spans {
                let compte: u64 = months[first..=last].iter().sum();
                let (du, au) = (i64::try_from(first).unwrap(), i64::try_from(last + 1).unwrap());
                let new = span(du, au, compte);
                let small = compte > 0 && compte < SEUIL;
                if !small && !tells_beside_many(&told, new, SEUIL) {
                    told.push(new);
                }
            }
            for gap in differences(&told) {
                prop_assert!(gap == 0 || gap >= SEUIL, "{told:?}: {gap}");
            }
        }
    }
}
