//! What-if: how many more cases move a centre up one quarter.

use crate::interval::Rate;
use crate::position::quarter;
use crate::quartile::quartiles;
use crate::seuil::{Reponse, Seuil, Vers, fewest};

/// The fewest additional numerator cases, denominator unchanged, with which the centre moves to a
/// higher quarter, everyone else unchanged and the box recomputed with the centre's own new value.
/// None when no number of cases does it, when the centre is already in the fourth quarter or when
/// its rate cannot be calculated.
///
/// A test holds it against trying every number of cases.
#[must_use]
pub fn cases_to_next_quarter(rate: Rate, others: &[f64]) -> Option<u32> {
    let most = rate.denominateur.checked_sub(rate.numerateur)?;
    let value = |cases: u32| (rate.denominateur > 0).then(|| rate.plus(cases));
    steps_to_next_quarter(value, others, most)
}

/// The fewest steps, `most` at most, with which a value that never falls from one step to the next moves to
/// a higher quarter, everyone else unchanged and the box recomputed with the own new value. None when no
/// number of steps does it, or when there is no value.
#[must_use]
pub fn steps_to_next_quarter(
    value: impl Fn(u32) -> Option<f64>,
    others: &[f64],
    most: u32,
) -> Option<u32> {
    let mut today = others.to_vec();
    let own = value(0)?;
    today.push(own);
    let higher = quarter(own, quartiles(&today)?) + 1;
    match fewest(value, others, most, (Seuil::Quart(higher), Vers::Haut))? {
        Reponse::Faits(steps) => Some(steps),
        Reponse::Deja | Reponse::Jamais => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn by_trying_all(rate: Rate, others: &[f64]) -> Option<u32> {
        let quarter_with = |cases| {
            let value = rate.plus(cases);
            let values: Vec<f64> = others.iter().copied().chain([value]).collect();
            quarter(value, quartiles(&values).unwrap())
        };
        (1..=rate.denominateur - rate.numerateur)
            .find(|cases| quarter_with(*cases) > quarter_with(0))
    }

    #[test]
    fn alone_or_already_at_the_top_nothing_moves() {
        assert_eq!(cases_to_next_quarter(Rate { numerateur: 1, denominateur: 10 }, &[]), None);
        assert_eq!(cases_to_next_quarter(Rate { numerateur: 0, denominateur: 0 }, &[0.5]), None);
        let top = Rate { numerateur: 10, denominateur: 10 };
        assert_eq!(cases_to_next_quarter(top, &[0.1, 0.2, 0.3]), None);
    }

    proptest! {
        /// What counts above and below the bar at once, and what is a plain count, against trying all.
        #[test]
        fn steps_equal_recomputation(
            (numerateur, missing) in (0u32..40, 1u32..40),
            others in prop::collection::vec(0.0f64..1.0, 0..15),
            counted in any::<bool>(),
        ) {
            let value = |steps: u32| {
                let above = f64::from(numerateur + steps);
                let below = f64::from(numerateur + missing + steps);
                Some(if counted { above / 40.0 } else { above / below })
            };
            let quarter_with = |steps| {
                let value = value(steps).unwrap();
                let values: Vec<f64> = others.iter().copied().chain([value]).collect();
                quarter(value, quartiles(&values).unwrap())
            };
            let tried = (1..=300).find(|steps| quarter_with(*steps) > quarter_with(0));
            prop_assert_eq!(steps_to_next_quarter(value, &others, 300), tried);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(10_000))]
        #[test]
        fn equals_recomputation(
            numerateur in 0u32..60,
            missing in 0u32..60,
            others in prop::collection::vec((0u32..40, 1u32..40), 0..20),
        ) {
            prop_assume!(numerateur + missing > 0);
            let rate = Rate { numerateur, denominateur: numerateur + missing };
            let others: Vec<f64> =
                others.into_iter().map(|(n, d)| f64::from(n.min(d)) / f64::from(d)).collect();
            prop_assert_eq!(cases_to_next_quarter(rate, &others), by_trying_all(rate, &others));
        }
    }
}
