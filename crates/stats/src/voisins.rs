//! What could be expected of a centre, given what surrounds it: the figures of the centres whose context
//! is the nearest to its own.
//!
//! A regression over dozens of variables and as many centres would say what one wants to hear. The
//! median of the nearest ones can be checked by hand: their names are shown.

use crate::pairs::distance;
use crate::quartile::quartiles;

/// What the nearest centres have.
#[derive(Debug, Clone, PartialEq)]
pub struct Attendu {
    /// The nearest centres with a figure, by rank, the nearest first.
    pub voisins: Vec<usize>,
    /// Median of their figures: what is expected.
    pub mediane: f64,
    /// First and third quarters of their figures.
    pub quarts: (f64, f64),
}

/// What is expected of a centre: what its `count` nearest centres have. None when fewer have a figure,
/// or for a centre that is not there. `points` are on one scale, `values` the figures, none where there
/// is no figure.
#[must_use]
pub fn expect(
    points: &[Vec<f64>],
    values: &[Option<f64>],
    rank: usize,
    count: usize,
) -> Option<Attendu> {
    let own = points.get(rank)?;
    let known = points.iter().zip(values).enumerate().filter(|(other, _)| *other != rank);
    let mut known: Vec<(f64, usize, f64)> = known
        .filter_map(|(other, (point, value))| Some((distance(own, point), other, (*value)?)))
        .collect();
    known.sort_by(|left, right| left.0.total_cmp(&right.0).then(left.1.cmp(&right.1)));
    let nearest = known.get(..count).filter(|nearest| !nearest.is_empty())?;
    let figures: Vec<f64> = nearest.iter().map(|(.., value)| *value).collect();
    let [low, mediane, high] = quartiles(&figures)?;
    let voisins = nearest.iter().map(|(_, other, _)| *other).collect();
    Some(Attendu { voisins, mediane, quarts: (low, high) })
}

/// How much of the gaps between centres their context explains: the part of the mean gap that goes when
/// each centre is compared with its nearest ones instead of with all the others. 0 or less: nothing, and
/// what is expected is that of the network. None when some centre cannot be compared.
#[must_use]
pub fn explained(points: &[Vec<f64>], values: &[Option<f64>], count: usize) -> Option<f64> {
    let (mut near, mut far) = (0.0, 0.0);
    for (rank, value) in values.iter().enumerate() {
        let Some(value) = value else { continue };
        let others = values.iter().enumerate().filter(|(other, _)| *other != rank);
        let others: Vec<f64> = others.filter_map(|(_, value)| *value).collect();
        let [_, median, _] = quartiles(&others)?;
        near += (value - expect(points, values, rank, count)?.mediane).abs();
        far += (value - median).abs();
    }
    (far > 0.0).then(|| 1.0 - near / far)
}

/// How often chance does as well as the context: the share of `trials` shuffles of the figures among the
/// centres that have one in which the nearest centres explain at least as much, the figures as they are
/// counted among them. `seed` draws the shuffles: the same one gives the same answer. None when some
/// centre cannot be compared.
#[must_use]
pub fn chance(
    points: &[Vec<f64>],
    values: &[Option<f64>],
    count: usize,
    trials: u32,
    seed: u64,
) -> Option<f64> {
    let known: Vec<(usize, f64)> =
        values.iter().enumerate().filter_map(|(rank, value)| Some((rank, (*value)?))).collect();
    // The nearest of each do not depend on the figures: found once, by their rank among those known.
    let place = |rank: &usize| known.iter().position(|(known, _)| known == rank);
    let nearest = known.iter().map(|(rank, _)| {
        let found = expect(points, values, *rank, count)?;
        found.voisins.iter().map(place).collect::<Option<Vec<usize>>>()
    });
    let nearest: Vec<Vec<usize>> = nearest.collect::<Option<_>>()?;
    // The gaps to all the others add up to the same whatever the shuffle.
    let gaps = |figures: &[f64]| {
        let one = |(own, near): (&f64, &Vec<usize>)| {
            let near: Vec<f64> = near.iter().filter_map(|at| figures.get(*at)).copied().collect();
            quartiles(&near).map(|[_, median, _]| (own - median).abs())
        };
        figures.iter().zip(&nearest).map(one).sum::<Option<f64>>()
    };
    let mut figures: Vec<f64> = known.iter().map(|(_, value)| *value).collect();
    let own = gaps(&figures)?;
    let (mut state, mut as_good) = (seed, 1_u32);
    for _ in 0..trials {
        for last in (1..figures.len()).rev() {
            let drawn = draw(&mut state) % (u64::try_from(last).ok()? + 1);
            figures.swap(last, usize::try_from(drawn).ok()?);
        }
        // Sums of the same numbers in another order are the same but for the last digits.
        as_good += u32::from(gaps(&figures)? <= own * (1.0 + 1e-9));
    }
    Some(f64::from(as_good) / f64::from(trials + 1))
}

/// The next number of a sequence (SplitMix64, Steele and others, 2014).
fn draw(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut drawn = *state;
    drawn = (drawn ^ (drawn >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    drawn = (drawn ^ (drawn >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    drawn ^ (drawn >> 31)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn line(values: &[f64]) -> Vec<Vec<f64>> {
        values.iter().map(|value| vec![*value]).collect()
    }

    #[test]
    fn the_nearest_with_a_figure_say_what_is_expected() {
        let points = line(&[0.0, 1.0, 2.0, 3.0, 50.0]);
        let values = [Some(90.0), Some(10.0), None, Some(30.0), Some(99.0)];
        let found = expect(&points, &values, 0, 2).unwrap();
        assert_eq!(found.voisins, [1, 3]);
        assert_eq!((found.mediane, found.quarts), (20.0, (15.0, 25.0)));
        // The one without a figure has an expected one all the same.
        assert_eq!(expect(&points, &values, 2, 2).unwrap().voisins, [1, 3]);
        assert_eq!(expect(&points, &values, 0, 4), None);
        assert_eq!(expect(&points, &values, 0, 0), None);
        assert_eq!(expect(&points, &values, 9, 1), None);
    }

    #[test]
    fn a_context_that_makes_the_figure_explains_it_and_another_does_not() {
        let ranks: Vec<f64> = (0..40).map(f64::from).collect();
        let follows: Vec<Option<f64>> = ranks.iter().map(|rank| Some(rank * 2.0)).collect();
        assert!(explained(&line(&ranks), &follows, 4).unwrap() > 0.9);
        // Figures in no order: the nearest ones say nothing.
        let alternate: Vec<Option<f64>> = (0..40).map(|i| Some(f64::from(i * 17 % 40))).collect();
        assert!(explained(&line(&ranks), &alternate, 4).unwrap() < 0.1);
        assert_eq!(explained(&line(&ranks), &vec![Some(1.0); 40], 4), None);
        assert_eq!(explained(&line(&[1.0]), &[Some(1.0)], 4), None);
    }

    #[test]
    fn chance_seldom_does_as_well_as_a_true_context_and_often_as_no_context() {
        let ranks: Vec<f64> = (0..40).map(f64::from).collect();
        let follows: Vec<Option<f64>> = ranks.iter().map(|rank| Some(rank * 2.0)).collect();
        assert_eq!(chance(&line(&ranks), &follows, 4, 199, 7), Some(1.0 / 200.0));
        // In two hundred networks without any link, one in twenty at most seems to have one: the drawn
        // figures are ranks, their order what the sequence makes of it.
        let (mut state, mut fooled) = (1, 0);
        for _ in 0..200 {
            let drawn: Vec<Option<f64>> = (0..40)
                .map(|_| Some(f64::from(u32::try_from(draw(&mut state) >> 40).unwrap())))
                .collect();
            let share = chance(&line(&ranks), &drawn, 4, 199, 7).unwrap();
            fooled += u32::from(share <= 0.05);
        }
        assert!((2..=20).contains(&fooled), "{fooled} of 200, ten expected");
        assert_eq!(chance(&line(&[1.0, 2.0]), &[Some(1.0), Some(2.0)], 4, 9, 7), None);
    }

    proptest! {
        #[test]
        fn what_is_expected_is_among_the_figures_of_the_others(
            values in prop::collection::vec((-5.0..5.0f64, 0.0..100.0f64), 6..30),
            count in 1..5usize,
        ) {
            let points: Vec<Vec<f64>> = values.iter().map(|(place, _)| vec![*place]).collect();
            let figures: Vec<Option<f64>> = values.iter().map(|(_, figure)| Some(*figure)).collect();
            for rank in 0..values.len() {
                let found = expect(&points, &figures, rank, count).unwrap();
                prop_assert!(!found.voisins.contains(&rank) && found.voisins.len() == count);
                let held = found.voisins.iter().filter_map(|at| figures[*at]);
                let (low, high) = held.fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| (l.min(v), h.max(v)));
                prop_assert!(low <= found.mediane && found.mediane <= high);
            }
        }
    }
}
