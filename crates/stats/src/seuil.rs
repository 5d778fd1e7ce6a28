//! What-if: the fewest dossiers with which a centre passes a threshold of its group, everyone else
//! unchanged. The box is computed again for each number tried, with the centre's own new figure in it: the
//! threshold moves as the centre does.
//!
//! The search is a bisection. It is exact because, the others fixed, neither a quarter nor a place ever gets
//! worse when the value gets better: the weight of one value in a quartile is at most 1. Tests hold it against
//! trying every number, over 10,000 networks.

use crate::interval::{Rate, Z_95, poisson, wilson};
use crate::position::quarter;
use crate::quartile::quartiles;

/// The side on which a figure gets better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Vers {
    /// A higher figure is better, or is what is looked at.
    Haut,
    /// A lower figure is better.
    Bas,
}

/// What is to be passed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Seuil {
    /// That quarter, or a better one: quarters are by increasing value, so 4 is the best one upwards and
    /// 1 downwards. The median is passed at the third quarter upwards, at the second downwards.
    Quart(u8),
    /// A value, reached or passed: a target.
    Valeur(f64),
    /// At most so many places from the best, equals sharing the best of theirs: the place of another
    /// centre.
    Place(usize),
}

/// How many it takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reponse {
    /// The centre is there already.
    Deja,
    /// That many, and not one less.
    Faits(u32),
    /// No number does it.
    Jamais,
}

/// Whether a value passes the threshold among the others, the box being computed again with it.
#[must_use]
pub fn passes(value: f64, others: &[f64], seuil: Seuil, vers: Vers) -> bool {
    match seuil {
        Seuil::Valeur(cible) => match vers {
            Vers::Haut => value >= cible,
            Vers::Bas => value <= cible,
        },
        Seuil::Place(place) => {
            let better = others.iter().filter(|other| match vers {
                Vers::Haut => **other > value,
                Vers::Bas => **other < value,
            });
            better.count() < place
        }
        Seuil::Quart(wanted) => {
            let mut values = others.to_vec();
            values.push(value);
            quartiles(&values).is_some_and(|found| match vers {
                Vers::Haut => quarter(value, found) >= wanted,
                Vers::Bas => quarter(value, found) <= wanted,
            })
        }
    }
}

/// The fewest steps, `most` at most, with which a value that never gets worse from one step to the next
/// passes a threshold. None when there is no value to start from, or when some step on the way has none.
#[must_use]
pub fn fewest(
    value: impl Fn(u32) -> Option<f64>,
    others: &[f64],
    most: u32,
    (seuil, vers): (Seuil, Vers),
) -> Option<Reponse> {
    let there = |steps: u32| Some(passes(value(steps)?, others, seuil, vers));
    if there(0)? {
        return Some(Reponse::Deja);
    }
    if !there(most)? {
        return Some(Reponse::Jamais);
    }
    let (mut short, mut enough) = (0, most);
    while enough - short > 1 {
        let middle = short + (enough - short) / 2;
        if there(middle)? {
            enough = middle;
        } else {
            short = middle;
        }
    }
    Some(Reponse::Faits(enough))
}

/// Whether chance alone, from one year to the next, moves a rate as far: the new one is within the interval
/// (95 %) of the one of today. None without a denominator.
#[must_use]
pub fn is_chance_rate(today: Rate, then: f64) -> Option<bool> {
    let (low, high) = wilson(today.numerateur, today.denominateur, Z_95)?;
    Some((low..=high).contains(&then))
}

/// The same for a count.
#[must_use]
pub fn is_chance_count(today: u32, then: f64) -> bool {
    let (low, high) = poisson(today, Z_95);
    (low..=high).contains(&then)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The same by trying every number, the quartiles of a spreadsheet computed apart from the code
    /// under test.
    fn by_trying_all(
        value: impl Fn(u32) -> f64,
        others: &[f64],
        most: u32,
        (seuil, vers): (Seuil, Vers),
    ) -> Reponse {
        let there = |steps: u32| {
            let own = value(steps);
            let better = |left: f64, right: f64| match vers {
                Vers::Haut => left > right,
                Vers::Bas => left < right,
            };
            match seuil {
                Seuil::Valeur(cible) => !better(cible, own),
                Seuil::Place(place) => {
                    let mut all: Vec<f64> = others.iter().copied().chain([own]).collect();
                    all.sort_by(f64::total_cmp);
                    if vers == Vers::Haut {
                        all.reverse();
                    }
                    all.iter().position(|other| *other == own).unwrap() < place
                }
                Seuil::Quart(wanted) => {
                    let mut all: Vec<f64> = others.iter().copied().chain([own]).collect();
                    all.sort_by(f64::total_cmp);
                    let at = |quarter: usize| {
                        let rank = (all.len() - 1) * quarter;
                        let (low, part) = (all[rank / 4], (rank % 4) as f64 / 4.0);
                        low + (all.get(rank / 4 + 1).copied().unwrap_or(low) - low) * part
                    };
                    let own = 1 + (1..4).filter(|quarter| own > at(*quarter)).count();
                    match vers {
                        Vers::Haut => own >= usize::from(wanted),
                        Vers::Bas => own <= usize::from(wanted),
                    }
                }
            }
        };
        match (0..=most).find(|steps| there(*steps)) {
            Some(0) => Reponse::Deja,
            Some(steps) => Reponse::Faits(steps),
            None => Reponse::Jamais,
        }
    }

    #[test]
    fn by_hand_the_target_the_place_and_the_quarter() {
        let rate = |steps: u32| Some(f64::from(20 + steps) / 100.0);
        let others = [0.1, 0.3, 0.4, 0.5];
        let up = |seuil| fewest(rate, &others, 80, (seuil, Vers::Haut)).unwrap();
        assert_eq!(up(Seuil::Valeur(0.35)), Reponse::Faits(15));
        assert_eq!(up(Seuil::Valeur(0.2)), Reponse::Deja);
        // 0.30 is as high as the third: two centres only are higher.
        assert_eq!(up(Seuil::Place(3)), Reponse::Faits(10));
        // With 0.31: 0.1, 0.3, 0.31, 0.4, 0.5; the first quartile is 0.3, the median 0.31 itself.
        assert_eq!(up(Seuil::Quart(2)), Reponse::Faits(11));
        // With 0.41 the median is 0.4.
        assert_eq!(up(Seuil::Quart(3)), Reponse::Faits(21));
        assert_eq!(up(Seuil::Quart(4)), Reponse::Faits(31));
        let short = fewest(rate, &others, 10, (Seuil::Quart(4), Vers::Haut));
        assert_eq!(short, Some(Reponse::Jamais));
        let none = fewest(|_| None, &others, 10, (Seuil::Quart(4), Vers::Haut));
        assert_eq!(none, None);
    }

    #[test]
    fn downwards_a_centre_is_in_a_quarter_as_soon_as_it_is_as_low_as_its_bound() {
        // Anomalies out of 100 dossiers: 40, others at 10, 20, 30, 50.
        let less = |steps: u32| Some(f64::from(40 - steps) / 100.0);
        let others = [0.1, 0.2, 0.3, 0.5];
        let down = |seuil| fewest(less, &others, 40, (seuil, Vers::Bas)).unwrap();
        assert_eq!(down(Seuil::Valeur(0.25)), Reponse::Faits(15));
        // At 0.3: 0.1, 0.2, 0.3, 0.3, 0.5; the median is 0.3, so the second quarter.
        assert_eq!(down(Seuil::Quart(2)), Reponse::Faits(10));
        assert_eq!(down(Seuil::Place(1)), Reponse::Faits(30));
    }

    #[test]
    fn a_move_that_chance_makes_by_itself_is_told() {
        // Newcombe: 81/263 lies between 25.5 % and 36.6 %.
        let today = Rate { numerateur: 81, denominateur: 263 };
        assert_eq!(is_chance_rate(today, 0.36), Some(true));
        assert_eq!(is_chance_rate(today, 0.37), Some(false));
        assert_eq!(is_chance_rate(Rate { numerateur: 0, denominateur: 0 }, 0.5), None);
        // Tables of the Poisson law: 10 observed, 4.80 to 18.39.
        assert!(is_chance_count(10, 18.0) && !is_chance_count(10, 19.0));
    }

    fn seuil() -> impl Strategy<Value = Seuil> {
        prop_oneof![
            (1u8..=4).prop_map(Seuil::Quart),
            (0u32..=100).prop_map(|cible| Seuil::Valeur(f64::from(cible) / 100.0)),
            (1usize..12).prop_map(Seuil::Place),
        ]
    }

    /// How one dossier more counts: above the bar, below, or both.
    #[derive(Debug, Clone, Copy)]
    enum Genre {
        Numerateur,
        LesDeux,
        Denominateur,
        Nombre,
        Moins,
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(10_000))]
        #[test]
        fn equals_recomputation_whatever_the_indicator_and_the_threshold(
            numerateur in 0u32..50,
            missing in 0u32..50,
            others in prop::collection::vec((0u32..40, 1u32..40), 0..20),
            seuil in seuil(),
            genre in prop_oneof![
                Just(Genre::Numerateur),
                Just(Genre::LesDeux),
                Just(Genre::Denominateur),
                Just(Genre::Nombre),
                Just(Genre::Moins),
            ],
        ) {
            prop_assume!(numerateur + missing > 0);
            let below = numerateur + missing;
            let share = |above: u32, below: u32| f64::from(above) / f64::from(below);
            // Values, the most steps, and the side on which each kind moves.
            let (most, vers) = match genre {
                Genre::Numerateur => (missing, Vers::Haut),
                Genre::LesDeux => (150, Vers::Haut),
                Genre::Denominateur => (150, Vers::Bas),
                Genre::Nombre => (150, Vers::Haut),
                Genre::Moins => (numerateur, Vers::Bas),
            };
            let value = |steps: u32| match genre {
                Genre::Numerateur => share(numerateur + steps, below),
                Genre::LesDeux => share(numerateur + steps, below + steps),
                Genre::Denominateur => share(numerateur, below + steps),
                Genre::Nombre => share(numerateur + steps, 100),
                Genre::Moins => share(numerateur - steps, below),
            };
            let others: Vec<f64> = others.into_iter().map(|(n, d)| share(n.min(d), d)).collect();
            let found = fewest(|steps| Some(value(steps)), &others, most, (seuil, vers));
            prop_assert_eq!(found, Some(by_trying_all(value, &others, most, (seuil, vers))));
        }
    }
}
