//! What chance can do to a figure, where it can be reckoned from what is stored: the cases of a rate, the
//! measures of a median.
//!
//! Of the rest it cannot, and nothing is made up. A mean is stored as a sum, without its spread. What stands
//! above the bar of a rapport counts other objects than what stands below it, or several of one person (events,
//! months): they do not vary one by one, unless the definition says that they are among them. A count, a sum and the
//! faults of dossiers are facts.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use mallette_catalogue::{Calcul, Indicateur};
use mallette_stats::exact::{exact, exact_side, median_limits, side};
use mallette_stats::interval::{Rate, Z_95, wilson};
use mallette_stats::ordre::risk_of_each;
use mallette_stats::secret::PLANCHER;

use super::chiffre::Chiffre;
use super::releve::Releve;

/// The risk of an interval that stands alone.
const RISQUE: f64 = 0.05;

/// What a figure was drawn from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Echantillon<'a> {
    /// Cases out of cases.
    Taux(Rate),
    /// How many times each measure was found.
    Mesures(&'a BTreeMap<i64, u64>),
}

impl<'a> Echantillon<'a> {
    /// The measures of a median. None under [`PLANCHER`] of them: the limits are measures of the data, and those
    /// of a few would be the shortest and the longest, which are somebody's.
    pub(super) fn of_measures(mesures: &'a BTreeMap<i64, u64>) -> Option<Self> {
        (mesures.values().sum::<u64>() >= PLANCHER).then_some(Self::Mesures(mesures))
    }

    /// The interval to show beside the figure, at 95 %: Wilson's for a rate, the exact one for a median.
    #[must_use]
    pub fn interval(self) -> Option<(f64, f64)> {
        match self {
            Self::Taux(rate) => wilson(rate.numerateur, rate.denominateur, Z_95),
            Self::Mesures(mesures) => median_limits(mesures, RISQUE),
        }
    }

    /// The exact interval that the true figure leaves with that chance at most: what orders rest on.
    #[must_use]
    pub fn within(self, risque: f64) -> Option<(f64, f64)> {
        match self {
            Self::Taux(rate) => exact(rate.numerateur, rate.denominateur, risque),
            Self::Mesures(mesures) => median_limits(mesures, risque),
        }
    }

    /// On which side of those limits all that [`Echantillon::within`] leaves the true figure is: equal where it meets
    /// them. None where chance is not reckoned.
    pub(super) fn side(self, limits: (f64, f64), risque: f64) -> Option<Ordering> {
        match self {
            Self::Taux(rate) => exact_side((rate.numerateur, rate.denominateur), limits, risque),
            Self::Mesures(mesures) => Some(side(median_limits(mesures, risque)?, limits)),
        }
    }
}

/// Whether the figures of an indicator follow the size of a centre: counts and sums. A quarter then tells a size,
/// and no side of the median is the better one.
#[must_use]
pub fn is_size(indicateur: &Indicateur) -> bool {
    matches!(indicateur.calcul, Calcul::Effectif | Calcul::Distinct | Calcul::Somme)
}

/// Whether chance can be reckoned for the figures of an indicator.
#[must_use]
pub fn is_drawn(indicateur: &Indicateur) -> bool {
    indicateur.is_share() || indicateur.calcul == Calcul::Mediane
}

/// The uncertainty of a rate: Wilson's interval at 95 %. None for what is not a rate: see
/// [`Releve::echantillon`](super::releve::Releve::echantillon) for a median.
#[must_use]
pub fn interval(indicateur: &Indicateur, chiffre: &Chiffre) -> Option<(f64, f64)> {
    Echantillon::Taux(rate(indicateur, chiffre)?).interval()
}

/// What chance leaves between two figures that are compared: the limits of one of them, of a centre or of several.
/// None for what it is not reckoned of.
pub(crate) fn limits_of_two(
    releve: &Releve<'_>,
    indicateur: &Indicateur,
    (structure_id, chiffre): (Option<&str>, Option<&Chiffre>),
) -> Option<(f64, f64)> {
    let chiffre = chiffre?;
    let drawn = match structure_id {
        Some(id) => releve.echantillon(indicateur, id, chiffre),
        None => rate(indicateur, chiffre).map(Echantillon::Taux),
    };
    drawn?.within(risk_of_each(2))
}

/// A rate as cases out of cases; none for what is not one.
pub(crate) fn rate(indicateur: &Indicateur, chiffre: &Chiffre) -> Option<Rate> {
    if !indicateur.is_share() {
        return None;
    }
    let (above, below) = match indicateur.calcul {
        Calcul::Taux => (chiffre.lignes_numerateur?, chiffre.lignes?),
        // Of a rapport no rows are told, but what both sides count.
        _ => (persons(chiffre.numerateur?)?, persons(chiffre.denominateur?)?),
    };
    let (numerateur, denominateur) = (u32::try_from(above).ok()?, u32::try_from(below).ok()?);
    (numerateur <= denominateur).then_some(Rate { numerateur, denominateur })
}

/// A side of a rapport, as the number of those that it counts; none when it is no number of them.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "whole, positive and below 2^32"
)]
fn persons(side: f64) -> Option<u64> {
    let counts = side.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(&side);
    counts.then_some(side as u64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lecture::indicateurs::essai::{empty, indicateur};

    #[test]
    fn a_median_has_limits_from_twenty_measures_on() {
        let twenty: BTreeMap<i64, u64> = (1..=20).map(|day| (day, 1)).collect();
        let sample = Echantillon::of_measures(&twenty).unwrap();
        // The sixth and the fifteenth of twenty, by the table of the median.
        assert_eq!(sample.interval(), Some((6.0, 15.0)));
        let (low, high) = sample.within(0.001).unwrap();
        assert!(low < 6.0 && high > 15.0);
        let few: BTreeMap<i64, u64> = (1..=19).map(|day| (day, 1)).collect();
        assert_eq!(Echantillon::of_measures(&few), None);
    }

    #[test]
    fn what_follows_the_size_of_a_centre_is_no_merit() {
        let etat = empty();
        let told = |code: &str| {
            let own = indicateur(&etat, code);
            (is_size(own), is_drawn(own))
        };
        assert_eq!(
            (told("ACC-N"), told("ACC-J"), told("ALL-P")),
            ((true, false), (true, false), (true, false))
        );
        assert_eq!((told("PAC-P"), told("DIA-D")), ((false, true), (false, true)));
        for code in ["PAC-L", "QUA-H", "RAT-7", "DAR-M", "ALL-C"] {
            assert_eq!(told(code), (false, false), "{code}");
        }
    }
}
