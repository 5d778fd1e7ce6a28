//! What it would take a median to pass a threshold: the fewest of its measures to bring to a wanted value.
//!
//! A median is not moved row by row by so much, but its measures are stored: how many times each number of days was
//! seen. The wanted value is the nearest whole number of days at which the figure would pass the threshold. The measures
//! on the wrong side of it are brought to it one after the other, the furthest first, and the median is computed again.

use std::collections::BTreeMap;

use mallette_domain::resultat::Cumul;
use mallette_stats::seuil::{Reponse, Vers};

/// The fewest measures, and the value that they are brought to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Ramenes {
    /// How many.
    pub(super) reponse: Reponse,
    /// The wanted value; none when there is nothing to do, or nothing that does it.
    pub(super) cible: Option<i64>,
    /// The median then.
    pub(super) apres: Option<f64>,
}

impl Ramenes {
    const fn none(reponse: Reponse) -> Self {
        Self { reponse, cible: None, apres: None }
    }
}

/// How many of the measures of a median are to be brought to a wanted value for it to pass what `passes` says, never
/// further than `limite`. None without any measure.
pub(super) fn fewest_moved(
    mesures: &BTreeMap<i64, u64>,
    passes: impl Fn(f64) -> bool,
    (vers, limite): (Vers, i64),
) -> Option<Ramenes> {
    let own = median(mesures)?;
    if passes(own) {
        return Some(Ramenes::none(Reponse::Deja));
    }
    let Some(cible) = wanted(own, &passes, (vers, limite)) else {
        return Some(Ramenes::none(Reponse::Jamais));
    };
    let wrong = |mesure: i64| match vers {
        Vers::Bas => mesure > cible,
        Vers::Haut => mesure < cible,
    };
    let all: u64 = mesures.iter().filter(|(own, _)| wrong(**own)).map(|(_, count)| count).sum();
    let then = |count: u64| median(&moved(mesures, (count, cible), vers));
    // All of them do it: none is then on the wrong side of what passes.
    let (mut short, mut enough) = (0, all);
    while enough - short > 1 {
        let middle = short + (enough - short) / 2;
        if then(middle).is_some_and(&passes) { enough = middle } else { short = middle }
    }
    let apres = then(enough);
    let many = u32::try_from(enough).ok().filter(|_| apres.is_some_and(&passes));
    Some(match many {
        Some(many) => Ramenes { reponse: Reponse::Faits(many), cible: Some(cible), apres },
        None => Ramenes::none(Reponse::Jamais),
    })
}

fn median(mesures: &BTreeMap<i64, u64>) -> Option<f64> {
    Cumul { mesures: mesures.clone(), ..Cumul::default() }.median()
}

/// The whole number nearest to the median at which it passes; none up to the limit.
fn wanted(own: f64, passes: impl Fn(f64) -> bool, (vers, limite): (Vers, i64)) -> Option<i64> {
    #[expect(clippy::cast_possible_truncation, reason = "a median of days is far below 2^52")]
    let (near, step) = match vers {
        Vers::Bas => (own.ceil() as i64, -1),
        Vers::Haut => (own.floor() as i64, 1),
    };
    let far = (limite - near) * step;
    #[expect(clippy::cast_precision_loss, reason = "a number of days is far below 2^52")]
    let there = |steps: i64| passes((near + step * steps) as f64);
    if far < 1 || !there(far) {
        return None;
    }
    let (mut short, mut enough) = (0, far);
    while enough - short > 1 {
        let middle = short + (enough - short) / 2;
        if there(middle) { enough = middle } else { short = middle }
    }
    Some(near + step * enough)
}

/// The measures once so many of those on the wrong side of a value, the furthest first, are brought to it.
fn moved(
    mesures: &BTreeMap<i64, u64>,
    (count, cible): (u64, i64),
    vers: Vers,
) -> BTreeMap<i64, u64> {
    let mut moved = mesures.clone();
    let mut left = count;
    let furthest: Vec<i64> = match vers {
        Vers::Bas => mesures.keys().rev().copied().take_while(|own| *own > cible).collect(),
        Vers::Haut => mesures.keys().copied().take_while(|own| *own < cible).collect(),
    };
    for own in furthest {
        let Some(there) = moved.get_mut(&own) else { continue };
        let taken = left.min(*there);
        *there -= taken;
        left -= taken;
    }
    moved.retain(|_, there| *there > 0);
    *moved.entry(cible).or_default() += count - left;
    moved.retain(|_, there| *there > 0);
    moved
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn counted(mesures: &[i64]) -> BTreeMap<i64, u64> {
        let mut counts = BTreeMap::new();
        for mesure in mesures {
            *counts.entry(*mesure).or_default() += 1;
        }
        counts
    }

    /// The median of a list, as one does by hand.
    fn by_hand(mesures: &[i64]) -> f64 {
        let mut sorted = mesures.to_vec();
        sorted.sort_unstable();
        let middle = sorted.len() / 2;
        match sorted.len() % 2 {
            1 => sorted[middle] as f64,
            _ => (sorted[middle - 1] + sorted[middle]) as f64 / 2.0,
        }
    }

    #[test]
    fn a_target_of_thirty_days_by_hand() {
        // 12, 25, 40, 50, 90: the median is 40. One of the three above 30 brought to 30: 12, 25, 30, 40, 50.
        let mesures = counted(&[12, 25, 40, 50, 90]);
        let under = |target: f64| move |median: f64| median <= target;
        let told = |target| fewest_moved(&mesures, under(target), (Vers::Bas, 0)).unwrap();
        let thirty = told(30.0);
        assert_eq!(
            (thirty.reponse, thirty.cible, thirty.apres),
            (Reponse::Faits(1), Some(30), Some(30.0))
        );
        // 12, 20, 20, 25, 40: then both of 25 and 40 are beyond.
        assert_eq!(told(20.0).reponse, Reponse::Faits(2));
        assert_eq!(told(40.0), Ramenes::none(Reponse::Deja));
        // At ten days, all but two of the five.
        assert_eq!(told(10.5).cible, Some(10));
        assert_eq!(told(-1.0), Ramenes::none(Reponse::Jamais), "no delay is under zero");
        assert!(fewest_moved(&BTreeMap::new(), under(30.0), (Vers::Bas, 0)).is_none());
        // Upwards, 12 brought to 45: 25, 40, 45, 50, 90.
        let over = fewest_moved(&mesures, |median| median >= 45.0, (Vers::Haut, 90)).unwrap();
        assert_eq!(
            (over.reponse, over.cible, over.apres),
            (Reponse::Faits(1), Some(45), Some(45.0))
        );
    }

    #[test]
    fn between_two_middles_the_furthest_are_brought_first() {
        // 10, 31, 60, 70: 70 brought to 30 leaves 31 in the middle, 30.5; 31 brought to it would leave 60.
        let mesures = counted(&[10, 31, 60, 70]);
        let found = fewest_moved(&mesures, |median| median <= 30.5, (Vers::Bas, 0)).unwrap();
        assert_eq!(
            (found.reponse, found.cible, found.apres),
            (Reponse::Faits(1), Some(30), Some(30.5))
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1_000))]
        /// Against every choice of measures, each brought to the wanted value, and a median done by hand.
        #[test]
        fn the_fewest_are_the_fewest_of_all_choices(
            mesures in prop::collection::vec(0i64..25, 1..9),
            half_days in 0i64..50,
            up in any::<bool>(),
        ) {
            let target = half_days as f64 / 2.0;
            let passes = |median: f64| if up { median >= target } else { median <= target };
            let asked = if up { (Vers::Haut, 25) } else { (Vers::Bas, 0) };
            let found = fewest_moved(&counted(&mesures), passes, asked).unwrap();
            if passes(by_hand(&mesures)) {
                prop_assert_eq!(found, Ramenes::none(Reponse::Deja));
                return Ok(());
            }
            let cible = if up { target.ceil() } else { target.floor() } as i64;
            prop_assert_eq!(found.cible, Some(cible));
            let beyond = |own: i64| if up { own < cible } else { own > cible };
            let fewest = (0u32..1 << mesures.len()).filter_map(|choice| {
                let chosen = |rank: usize| choice >> rank & 1 == 1;
                let fits = mesures.iter().enumerate().all(|(rank, own)| !chosen(rank) || beyond(*own));
                let then = mesures.iter().enumerate();
                let then: Vec<i64> =
                    then.map(|(rank, own)| if chosen(rank) { cible } else { *own }).collect();
                (fits && passes(by_hand(&then))).then(|| choice.count_ones())
            });
            prop_assert_eq!(found.reponse, Reponse::Faits(fewest.min().unwrap()));
            prop_assert!(passes(found.apres.unwrap()));
        }
    }
}
