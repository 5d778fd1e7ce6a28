//! The attacker of these tests tries every table: it knows all totals that are shown, every figure that is
//! shown, and that what is hidden is not zero.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;

const SEUIL: u64 = Audience::Reseau.seuil();

fn small(counts: &[u64]) -> bool {
    counts.iter().any(|count| Audience::Reseau.is_small(*count))
}

fn flat(marges: &[Vec<u64>]) -> (Vec<bool>, bool) {
    let parts = marges.iter().map(Vec::len).max().unwrap_or_default();
    let plan = Plan::flat(parts);
    let masque = protect(&plan, &marges.to_vec(), Audience::Reseau, &[], small);
    ((0..parts).map(|part| masque.hides(part)).collect(), masque.hides(plan.general()))
}

fn mask(marge: &[u64]) -> (Vec<bool>, bool) {
    flat(&[marge.to_vec()])
}

#[test]
fn what_nothing_can_hide_is_told() {
    let plan = Plan::flat(3);
    // The total is always read.
    let mut known = vec![false; plan.cells()];
    known[plan.general()] = true;
    let small = |counts: &[u64]| counts.iter().any(|count| Audience::Reseau.is_small(*count));
    for (counts, kept) in [([1, 0, 0], false), ([1, 6, 0], true), ([7, 6, 0], true)] {
        let marges = vec![counts.to_vec()];
        let masque = protect(&plan, &marges, Audience::Reseau, &known, small);
        let enough = is_protected(&plan, &marges, Audience::Reseau, &known, (small, &masque));
        assert_eq!(enough, kept, "{counts:?}");
    }
}

#[test]
fn small_counts_are_hidden_and_zeros_are_not() {
    assert_eq!(mask(&[0, 5, 12, 0]), (vec![false; 4], false));
    // One small count takes the smallest other with it.
    assert_eq!(mask(&[3, 30, 8, 0]), (vec![true, false, true, false], false));
    // Two small ones that would tell each other apart (1 + 1 = 2) take a third.
    assert_eq!(mask(&[1, 1, 9, 40]), (vec![true, true, true, false], false));
    // Two that leave room are enough.
    assert_eq!(mask(&[4, 4, 9, 40]), (vec![true, true, false, false], false));
    assert_eq!(mask(&[]), (Vec::new(), false));
}

#[test]
fn the_total_is_hidden_when_nothing_else_keeps_a_count() {
    assert_eq!(mask(&[3, 0, 0]), (vec![true, false, false], true));
    assert_eq!(mask(&[1, 2]), (vec![true, true], true));
}

#[test]
fn the_public_is_shown_less() {
    let plan = Plan::flat(3);
    let shown = |audience: Audience| {
        let sensible = |counts: &[u64]| counts.iter().any(|count| audience.is_small(*count));
        protect(&plan, &vec![vec![7, 40, 60]], audience, &[], sensible)
    };
    assert_eq!(shown(Audience::Reseau), Masque::none(&plan));
    let public = shown(Audience::Public);
    assert_eq!((public.hides(0), public.hides(1), public.hides(2)), (true, true, false));
}

#[test]
fn a_rate_is_hidden_by_its_numerator_and_by_what_is_left() {
    let (below, above): (Vec<u64>, Vec<u64>) = (vec![40, 50, 60], vec![2, 25, 30]);
    let rest: Vec<u64> = below.iter().zip(&above).map(|(b, a)| b - a).collect();
    assert_eq!(flat(&[below, above, rest]), (vec![true, true, false], false));
    // Nearly everybody: who is not among them would be told.
    let rest = vec![vec![40, 50, 60], vec![39, 25, 30], vec![1, 25, 30]];
    assert_eq!(flat(&rest), (vec![true, true, false], false));
}

#[test]
fn a_share_of_85_percent_dominates() {
    assert!(is_dominated([85.0, 15.0]) && !is_dominated([84.9, 15.1]));
    assert!(is_dominated([3.0]) && !is_dominated([]) && !is_dominated([0.0, 0.0]));
    assert!(is_dominated([90.0, -200.0, 10.0]), "what is taken back hides nobody");
}

#[test]
fn a_count_alone_in_its_departement_hides_two_departements() {
    // Two départements of one région: 3 alone in the first, 20 and 30 in the second.
    let plan = Plan::new(
        [&[None, Some(0), Some(0)], &[]],
        &[[Some(1), None], [Some(2), None], [Some(2), None]],
    );
    let masque = protect(&plan, &vec![vec![3, 20, 30]], Audience::Reseau, &[], small);
    let parts: Vec<bool> = (0..3).map(|part| masque.hides(part)).collect();
    assert_eq!(parts, [true, true, false]);
    let totals: Vec<bool> = (0..3).map(|total| masque.hides(plan.total(0, total))).collect();
    assert_eq!(totals, [false, true, true], "the région is shown, its two départements are not");
    assert!(!masque.hides(plan.general()));
}

#[test]
fn what_the_reader_knows_is_not_counted_on() {
    // Who holds the 20 would subtract it.
    let plan = Plan::flat(3);
    let masque =
        protect(&plan, &vec![vec![3, 20, 30]], Audience::Reseau, &[false, true, false], small);
    assert_eq!((masque.hides(0), masque.hides(1), masque.hides(2)), (true, false, true));
}

#[test]
fn a_month_is_not_found_by_subtracting_the_others_from_the_year() {
    let plan = Plan::flat(3);
    // The first centre: 3 in March, 20 in April. The year is 23: it is shown, neither month is.
    let months = [vec![vec![3, 30, 40]], vec![vec![20, 30, 40]]];
    let year = vec![vec![23, 60, 80]];
    let (whole, detail) = protect_within(&plan, &year, &months, Audience::Reseau, &[], small);
    assert_eq!(whole, Masque::none(&plan));
    assert_eq!((detail.hides(0), detail.hides(1), detail.hides(2)), (true, true, false));
    // Everything in one month: the year is that month.
    let months = [vec![vec![3, 30, 40]], vec![vec![0, 30, 40]]];
    let (whole, _) =
        protect_within(&plan, &vec![vec![3, 60, 80]], &months, Audience::Reseau, &[], small);
    assert!(whole.hides(0) && (whole.hides(1) || whole.hides(2)));
}

/// A table of the attacker: counts that it tries, among the few around the true ones (others would only
/// give it more to hesitate between).
struct Attaque<'a> {
    plan: &'a Plan,
    /// By period, the true counts of the parts; the last is the whole when there are several.
    vrais: Vec<Vec<u64>>,
    masques: Vec<&'a Masque>,
}

impl Attaque<'_> {
    /// The values that each part of the first period may have.
    fn possible(&self) -> Vec<BTreeSet<u64>> {
        let mut found = vec![BTreeSet::new(); self.plan.parts()];
        let mut tried: Vec<Vec<u64>> = Vec::new();
        self.walk(&mut tried, &mut Vec::new(), &mut found);
        found
    }

    /// Periods tried one after the other; of several, the whole is the sum and is tried last.
    fn walk(&self, done: &mut Vec<Vec<u64>>, row: &mut Vec<u64>, found: &mut [BTreeSet<u64>]) {
        let several = self.vrais.len() > 1;
        let periods = self.vrais.len() - usize::from(several);
        let period = done.len();
        if period == periods {
            let sums: Vec<u64> =
                (0..self.plan.parts()).map(|p| done.iter().map(|row| row[p]).sum()).collect();
            if !several || self.agrees(periods, &sums) {
                for (values, value) in found.iter_mut().zip(&done[0]) {
                    values.insert(*value);
                }
            }
            return;
        }
        if row.len() == self.plan.parts() {
            if self.agrees(period, row) {
                done.push(std::mem::take(row));
                self.walk(done, row, found);
                *row = done.pop().unwrap();
            }
            return;
        }
        let part = row.len();
        let vrai = self.vrais[period][part];
        let around = match self.masques[period].hides(part) && vrai > 0 {
            true => vrai.saturating_sub(SEUIL - 1).max(1)..=vrai + SEUIL - 1,
            false => vrai..=vrai,
        };
        for value in around {
            row.push(value);
            self.walk(done, row, found);
            row.pop();
        }
    }

    /// Whether a table has the figures that are shown of a period.
    fn agrees(&self, period: usize, tried: &[u64]) -> bool {
        let (tried, vrais) = (self.plan.sums(tried), self.plan.sums(&self.vrais[period]));
        (0..self.plan.cells())
            .all(|cell| self.masques[period].hides(cell) || tried[cell] == vrais[cell])
    }
}

/// Régions with départements on one side, groups on the other; places of the parts.
fn plans(parts: std::ops::Range<usize>) -> impl Strategy<Value = Plan> {
    let place = (prop::option::of(0usize..4), prop::option::of(0usize..2));
    prop::collection::vec(place, parts).prop_map(|places| {
        // A région of two départements, another of one.
        let first = [None, Some(0), Some(0), None];
        let places: Vec<[Option<usize>; 2]> =
            places.into_iter().map(|(left, right)| [left, right]).collect();
        Plan::new([&first, &[None, None]], &places)
    })
}

fn counts(parts: usize, most: u64) -> impl Strategy<Value = Vec<u64>> {
    prop::collection::vec(prop_oneof![Just(0), 1..6u64, 1..=most], parts)
}

fn tables(parts: std::ops::Range<usize>) -> impl Strategy<Value = (Plan, Vec<u64>, Vec<u64>)> {
    plans(parts).prop_flat_map(|plan| {
        let n = plan.parts();
        (Just(plan), counts(n, 14), counts(n, 14))
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_500))]
    /// Two hierarchies, rates: both sides of the bar and what is below it.
    #[test]
    fn no_hidden_count_is_found_from_all_that_is_shown((plan, above, rest) in tables(1..5)) {
        let below: Vec<u64> = above.iter().zip(&rest).map(|(a, r)| a + r).collect();
        let marges = vec![below, above, rest];
        let masque = protect(&plan, &marges, Audience::Reseau, &[], small);
        let sums: Vec<Vec<u64>> = marges.iter().map(|marge| plan.sums(marge)).collect();
        for cell in 0..plan.cells() {
            let own: Vec<u64> = sums.iter().map(|sum| sum[cell]).collect();
            prop_assert!(masque.hides(cell) || !small(&own), "{plan:?} {marges:?} {masque:?}");
        }
        for marge in &marges {
            let attaque =
                Attaque { plan: &plan, vrais: vec![marge.clone()], masques: vec![&masque] };
            for (part, values) in attaque.possible().iter().enumerate() {
                let own: Vec<u64> = marges.iter().map(|marge| marge[part]).collect();
                if small(&own) && marge[part] > 0 {
                    prop_assert!(
                        values.len() as u64 >= SEUIL,
                        "{plan:?} {marges:?} {masque:?} {part} {values:?}"
                    );
                }
            }
        }
    }

    /// With a part that the reader holds.
    #[test]
    fn nor_by_who_knows_a_part((plan, counts, _) in tables(2..5)) {
        let mut connues = vec![false; plan.cells()];
        connues[0] = true;
        let masque = protect(&plan, &vec![counts.clone()], Audience::Reseau, &connues, small);
        prop_assert!(!masque.hides(0));
        let attaque = Attaque { plan: &plan, vrais: vec![counts.clone()], masques: vec![&masque] };
        for (part, values) in attaque.possible().iter().enumerate().skip(1) {
            if small(&[counts[part]]) {
                prop_assert!(values.len() as u64 >= SEUIL, "{plan:?} {counts:?} {masque:?} {part}");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]
    /// Two months and their sum.
    #[test]
    fn nor_from_the_months_and_their_year((plan, first, second) in tables(1..4)) {
        let whole: Vec<u64> = first.iter().zip(&second).map(|(a, b)| a + b).collect();
        let months = [vec![first.clone()], vec![second.clone()]];
        let (year, detail) =
            protect_within(&plan, &vec![whole.clone()], &months, Audience::Reseau, &[], small);
        for (one, other) in [(&first, &second), (&second, &first)] {
            let attaque = Attaque {
                plan: &plan,
                vrais: vec![one.clone(), other.clone(), whole.clone()],
                masques: vec![&detail, &detail, &year],
            };
            for (part, values) in attaque.possible().iter().enumerate() {
                if small(&[one[part]]) {
                    prop_assert!(
                        values.len() as u64 >= SEUIL,
                        "{plan:?} {one:?} {other:?} {year:?} {detail:?} {part} {values:?}"
                    );
                }
            }
        }
    }
}

proptest! {
    #[test]
    fn a_table_without_small_counts_is_shown_whole(
        marge in prop::collection::vec(prop_oneof![Just(0u64), 5u64..1_000_000], 0..80)
    ) {
        let (parts, total) = mask(&marge);
        prop_assert!(!total && parts.iter().all(|hidden| !hidden));
    }

    #[test]
    fn a_large_table_ends_and_hides_every_small_count(
        marge in prop::collection::vec(0u64..40, 100..400)
    ) {
        let (parts, _) = mask(&marge);
        for (value, hidden) in marge.iter().zip(&parts) {
            prop_assert!(*hidden || !Audience::Reseau.is_small(*value));
        }
    }
}
