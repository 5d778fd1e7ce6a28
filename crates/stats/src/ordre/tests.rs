//! Ten thousand networks of identical centres, again and again: what is called sure is wrong in one of twenty at
//! most. The rates near 0 and 1 and the sizes that differ most are those that an approximation gets wrong.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::exact::median_limits;

fn rate(numerateur: u32, denominateur: u32) -> Rate {
    Rate { numerateur, denominateur }
}

#[test]
fn the_risks_of_all_make_that_of_the_group() {
    assert!((risk_of_each(1) - RISQUE).abs() < 1e-12 && (risk_of_each(0) - RISQUE).abs() < 1e-12);
    // Sidak's level for ten: 1 - 0.95^0.1.
    assert!((risk_of_each(10) - 0.005_116_2).abs() < 5e-8, "{}", risk_of_each(10));
}

#[test]
fn who_is_surely_apart_is_ranked_and_others_share_their_ranks() {
    let far = order(&[rate(900, 1000), rate(500, 1000), rate(510, 1000), rate(3, 0), rate(1, 9)]);
    let ranks: Vec<(usize, usize)> = far.iter().map(|ordre| ordre.rangs()).collect();
    // The last has too few rows to be told from anybody but the first.
    assert_eq!(ranks, [(1, 1), (2, 4), (2, 4), (1, 1), (2, 4)]);
}

#[test]
fn a_centre_is_on_a_side_of_the_median_only_past_half_of_its_group() {
    use Ordering::{Equal, Greater, Less};
    let side = |au_dessus, au_dessous, n| Ordre { au_dessus, au_dessous, n }.cote();
    // Of five, the median is the third: three must be lower. Of four it is between the second and the third.
    assert_eq!((side(0, 2, 5), side(0, 3, 5)), (Equal, Greater));
    assert_eq!((side(1, 0, 4), side(2, 1, 4)), (Equal, Less));
    assert_eq!(side(0, 0, 1), Equal);
    let rates = [900, 500, 480, 520, 510].map(|above| rate(above, 1000));
    let sides: Vec<Ordering> = order(&rates).into_iter().map(Ordre::cote).collect();
    assert_eq!(sides, [Greater, Equal, Equal, Equal, Equal]);
}

#[test]
fn a_centre_is_set_apart_from_most_of_its_neighbours_or_from_none() {
    let intervals = [Some((0.6, 0.7)), Some((0.1, 0.2)), Some((0.3, 0.4)), Some((0.5, 0.65)), None];
    assert_eq!(beside(&intervals, 0, &[1, 2, 3]), Some(Ordering::Greater));
    assert_eq!(beside(&intervals, 1, &[2, 3]), Some(Ordering::Less));
    // One of two is no more than half, and what has no interval says nothing.
    assert_eq!(beside(&intervals, 0, &[1, 3]), Some(Ordering::Equal));
    assert_eq!((beside(&intervals, 0, &[1, 4]), beside(&intervals, 4, &[1])), (None, None));
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

/// Centres of these sizes that all have the same true rate.
struct Semblables<'a> {
    tailles: &'a [u32],
    lois: BTreeMap<u32, Vec<f64>>,
    /// The intervals of [`order`], each computed once.
    connus: BTreeMap<(u32, u32), Option<(f64, f64)>>,
}

impl<'a> Semblables<'a> {
    fn new(tailles: &'a [u32], p: f64) -> Self {
        let lois = tailles.iter().map(|n| (*n, cumulated(*n, p))).collect();
        Self { tailles, lois, connus: BTreeMap::new() }
    }

    fn draw(&mut self, hasard: &mut Hasard) -> Vec<Rate> {
        let one = |n: &u32| {
            let drawn = hasard.next();
            let cases = self.lois[n].partition_point(|chance| *chance < drawn);
            rate(u32::try_from(cases).unwrap().min(*n), *n)
        };
        self.tailles.iter().map(one).collect()
    }

    fn intervals(&mut self, rates: &[Rate]) -> Vec<Option<(f64, f64)>> {
        let risque = risk_of_each(rates.len());
        let one = |own: &Rate| {
            let key = (own.numerateur, own.denominateur);
            *self.connus.entry(key).or_insert_with(|| exact(key.0, key.1, risque))
        };
        rates.iter().map(one).collect()
    }
}

const RESEAUX: u32 = 10_000;
/// From one of a thousand to all but one of a thousand.
const TAUX: [f64; 7] = [0.001, 0.03, 0.2, 0.5, 0.77, 0.96, 0.999];

/// In how many networks somebody is told from somebody, and somebody from the median: as the pages tell it.
fn wrong(tailles: &[u32], p: f64, seed: u64) -> (u32, u32) {
    let mut semblables = Semblables::new(tailles, p);
    let mut hasard = Hasard(seed);
    let (mut apart, mut aside) = (0, 0);
    for network in 0..RESEAUX {
        let rates = semblables.draw(&mut hasard);
        let found = order_intervals(&semblables.intervals(&rates));
        if network < 20 {
            assert_eq!(found, order(&rates), "the intervals are those of the pages");
        }
        apart += u32::from(found.iter().any(|ordre| ordre.au_dessus > 0));
        aside += u32::from(found.iter().any(|ordre| ordre.cote() != Ordering::Equal));
    }
    (apart, aside)
}

#[test]
fn of_identical_networks_one_in_twenty_at_most_is_told_apart() {
    // Sizes from the floor of a denominator to the largest centre of a region; then groups of five, alike, from
    // small to large, and of which one is far larger than the others.
    let region: Vec<u32> = (0..61).map(|centre| 20 + centre * centre / 4).collect();
    let groups: [&[u32]; 5] = [
        &region,
        &[100; 5],
        &[60, 150, 300, 600, 900],
        &[20, 25, 30, 35, 2_000],
        &[20, 20, 20, 20, 20_000],
    ];
    for (seed, tailles) in (1..).zip(groups) {
        for p in TAUX {
            let (apart, aside) = wrong(tailles, p, seed);
            assert!(apart * 20 <= RESEAUX, "{apart} of {RESEAUX} at {p}: {tailles:?}");
            assert!(aside <= apart, "{aside} told from the median, {apart} from anybody at {p}");
        }
    }
}

/// A measure drawn for each row of a centre, of one law for all centres: how many times each was found.
fn measures(taille: u32, cumulees: &[f64], hasard: &mut Hasard) -> BTreeMap<i64, u64> {
    let mut counts = vec![0_u64; cumulees.len()];
    for _ in 0..taille {
        let drawn = hasard.next();
        counts[cumulees.partition_point(|chance| *chance < drawn).min(cumulees.len() - 1)] += 1;
    }
    (0_i64..).zip(counts).filter(|(_, count)| *count > 0).collect()
}

#[test]
fn of_networks_whose_measures_are_of_one_law_one_in_twenty_at_most_has_a_median_told_apart() {
    // Delays that spread and tail off; three values only, where half of the rows are ties; two humps, between
    // which a median jumps.
    let laws: [Vec<f64>; 3] = [
        (0..90_u32).map(|day| 0.95_f64.powf(f64::from(day))).collect(),
        vec![0.3, 0.45, 0.25],
        (0..40_u32).map(|day| if (10..30).contains(&day) { 0.01 } else { 1.0 }).collect(),
    ];
    // From the floor of a denominator, below which no median is ordered.
    let region: Vec<u32> = (0..61).map(|centre| 20 + centre * 2).collect();
    let groups: [&[u32]; 3] = [&region, &[100; 5], &[20, 20, 25, 40, 400]];
    for (law, poids) in laws.iter().enumerate() {
        let total: f64 = poids.iter().sum();
        let running = poids.iter().scan(0.0, |sum, weight| {
            *sum += weight / total;
            Some(*sum)
        });
        let cumulees: Vec<f64> = running.collect();
        for (seed, tailles) in (31..).zip(groups) {
            let (mut hasard, risque) = (Hasard(seed), risk_of_each(tailles.len()));
            let (mut apart, mut ordered) = (0, 0);
            for _ in 0..RESEAUX {
                let one = |taille: &u32| {
                    median_limits(&measures(*taille, &cumulees, &mut hasard), risque)
                };
                let intervals: Vec<_> = tailles.iter().map(one).collect();
                ordered += intervals.iter().flatten().count();
                let found = order_intervals(&intervals);
                apart += u32::from(found.iter().any(|ordre| ordre.au_dessus > 0));
            }
            assert!(ordered > tailles.len() * 5_000, "law {law}: the medians have limits");
            assert!(apart * 20 <= RESEAUX, "{apart} of {RESEAUX} with the law {law}: {tailles:?}");
        }
    }
}

#[test]
fn a_median_that_truly_differs_is_told() {
    // One centre of five waits ten days more than the others, of 200 rows each.
    let cumulees: Vec<f64> = (1..=30_u32).map(|day| f64::from(day) / 30.0).collect();
    let (mut hasard, mut told) = (Hasard(41), 0);
    for _ in 0..200 {
        let mut drawn: Vec<_> = (0..5).map(|_| measures(200, &cumulees, &mut hasard)).collect();
        drawn[0] = drawn[0].iter().map(|(day, count)| (day + 10, *count)).collect();
        let limits = drawn.iter().map(|centre| median_limits(centre, risk_of_each(5)));
        let order = order_intervals(&limits.collect::<Vec<_>>());
        told += u32::from(order[0].cote() == Ordering::Greater);
    }
    assert!(told > 120, "{told} of 200");
}

#[test]
fn what_truly_differs_is_told() {
    // One centre of five at 70 % when the others are at 50 %, of 400 each: most networks tell it.
    let mut told = 0;
    let (mut high, mut usual) = (Semblables::new(&[400], 0.7), Semblables::new(&[400; 4], 0.5));
    let mut hasard = Hasard(7);
    for _ in 0..200 {
        let mut rates = high.draw(&mut hasard);
        rates.extend(usual.draw(&mut hasard));
        told += u32::from(order(&rates)[0].cote() == Ordering::Greater);
    }
    assert!(told > 120, "{told} of 200");
}

#[test]
fn of_identical_networks_one_in_twenty_at_most_has_a_centre_apart_from_its_neighbours() {
    // Each centre is compared with the eight nearest of a line, as « à contexte égal » compares it.
    let tailles: Vec<u32> = (0..61).map(|centre| 20 + (centre * 37 % 61) * 15).collect();
    let nearest = |own: usize| -> Vec<usize> {
        let mut others: Vec<usize> = (0..61).filter(|other| *other != own).collect();
        others.sort_by_key(|other| (other.abs_diff(own), *other));
        others.truncate(8);
        others
    };
    let neighbours: Vec<Vec<usize>> = (0..61).map(nearest).collect();
    for (seed, p) in (11..).zip(TAUX) {
        let mut semblables = Semblables::new(&tailles, p);
        let mut hasard = Hasard(seed);
        let (networks, mut wrong) = (2_000, 0);
        for _ in 0..networks {
            let rates = semblables.draw(&mut hasard);
            let intervals = semblables.intervals(&rates);
            let told =
                |own: usize| beside(&intervals, own, &neighbours[own]) != Some(Ordering::Equal);
            wrong += u32::from((0..61).any(told));
        }
        assert!(wrong * 20 <= networks, "{wrong} of {networks} at {p}");
    }
}

proptest! {
    #[test]
    fn above_and_below_answer_each_other(
        counts in prop::collection::vec((0_u32..400, 0_u32..400), 1..30),
    ) {
        let rates: Vec<Rate> = counts.iter().map(|(a, b)| rate(*a.min(b), *a.max(b))).collect();
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

    /// Two centres told to be on either side of the median are themselves in a sure order.
    #[test]
    fn both_sides_of_the_median_are_apart(
        ends in prop::collection::vec((0.0_f64..1.0, 0.0_f64..0.2), 2..12),
    ) {
        let intervals: Vec<Option<(f64, f64)>> =
            ends.iter().map(|(low, width)| Some((*low, low + width))).collect();
        let order = order_intervals(&intervals);
        let of = |side: Ordering| {
            order.iter().zip(&ends).filter(move |(ordre, _)| ordre.cote() == side).map(|(_, ends)| *ends)
        };
        for (low, _) in of(Ordering::Greater) {
            for (other, width) in of(Ordering::Less) {
                prop_assert!(other + width < low);
            }
        }
    }
}
