//! One figure, and how long the lists behind it are.

use mallette_catalogue::{Calcul, Indicateur};
use mallette_domain::resultat::Cumul;

use crate::cumul::finish;
use crate::port::Part;

/// An indicator for one centre, one group or one person.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Chiffre {
    /// Count or sum above the bar; none for a median.
    pub numerateur: Option<f64>,
    /// Count or sum below the bar, number of measures for a median; none for a count or a sum.
    pub denominateur: Option<f64>,
    /// The figure; none when it cannot be calculated (`nc`).
    pub valeur: Option<f64>,
    /// Rows behind the numerator, when rows are what it counts.
    pub lignes_numerateur: Option<u64>,
    /// Rows behind the denominator or, for a count, a sum or a median, the population itself.
    pub lignes: Option<u64>,
    /// Whether it is secret for who reads: then nothing of it is here.
    pub secret: bool,
}

impl Chiffre {
    /// A figure that may not be read.
    pub const SECRET: Self = Self {
        numerateur: None,
        denominateur: None,
        valeur: None,
        lignes_numerateur: None,
        lignes: None,
        secret: true,
    };

    /// What a cumul is worth.
    #[must_use]
    pub fn new(calcul: Calcul, cumul: &Cumul) -> Self {
        let (numerateur, denominateur, valeur) = finish(calcul, cumul);
        let above = whole(cumul.numerateur);
        let below = whole(cumul.denominateur);
        let (lignes_numerateur, lignes) = match calcul {
            Calcul::Effectif | Calcul::Distinct => (None, above),
            Calcul::Taux | Calcul::PourCentDossiers => (above, below),
            Calcul::Mediane => (None, Some(cumul.mesures.values().sum())),
            Calcul::Moyenne | Calcul::Somme => (None, below),
            Calcul::Ratio | Calcul::Rapport => (None, None),
            // Rows stand on the side of the count; without a series nothing is told of them.
            Calcul::Couverture(_) => (valeur.and(above), None),
            Calcul::ParUnite(_) => (None, valeur.and(below)),
        };
        Self { numerateur, denominateur, valeur, lignes_numerateur, lignes, secret: false }
    }

    /// How long the list of that side must be; none when the figure does not count rows.
    #[must_use]
    pub fn length(&self, part: Part) -> Option<u64> {
        match part {
            Part::Numerateur => self.lignes_numerateur,
            Part::Denominateur => self.lignes,
        }
    }

    /// The floor that what stands below the bar does not reach: the figure is then fragile. None when it
    /// does, when there is no figure, or no floor.
    #[must_use]
    pub fn floor(&self, indicateur: &Indicateur) -> Option<u64> {
        let plancher = indicateur.plancher?;
        self.valeur?;
        #[expect(clippy::cast_precision_loss, reason = "a floor is a small number")]
        let reached = self.denominateur? >= plancher as f64;
        (!reached).then_some(plancher)
    }

    /// What the measures of the list of that side must add up to; none when the figure is not a sum.
    #[must_use]
    pub fn sum(&self, calcul: Calcul, part: Part) -> Option<f64> {
        match (calcul, part) {
            (Calcul::Ratio | Calcul::Rapport, Part::Denominateur) => self.denominateur,
            (Calcul::Ratio | Calcul::Rapport, Part::Numerateur)
            | (Calcul::Somme | Calcul::Moyenne, _) => self.numerateur,
            _ => None,
        }
    }
}

/// A figure in a table.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Cellule {
    /// A figure.
    Valeur(f64),
    /// Not calculable: nothing below the bar.
    Nc,
    /// The extract that would tell was not received.
    NonRecu,
    /// Secret for who reads.
    Secret,
}

impl Cellule {
    /// The figure, when there is one to show.
    #[must_use]
    pub const fn valeur(self) -> Option<f64> {
        match self {
            Self::Valeur(valeur) => Some(valeur),
            Self::Nc | Self::NonRecu | Self::Secret => None,
        }
    }
}

impl From<Option<&Chiffre>> for Cellule {
    fn from(chiffre: Option<&Chiffre>) -> Self {
        match chiffre {
            None => Self::NonRecu,
            Some(Chiffre { secret: true, .. }) => Self::Secret,
            Some(Chiffre { valeur: Some(valeur), .. }) => Self::Valeur(*valeur),
            Some(_) => Self::Nc,
        }
    }
}

/// The sides of an indicator that have a list: the population of a count, of a sum or of a median
/// stands as its denominator.
#[must_use]
pub fn parts(indicateur: &Indicateur) -> &'static [Part] {
    match indicateur.calcul {
        Calcul::Taux | Calcul::PourCentDossiers | Calcul::Ratio | Calcul::Rapport => {
            &[Part::Numerateur, Part::Denominateur]
        }
        Calcul::Couverture(_) => &[Part::Numerateur],
        _ => &[Part::Denominateur],
    }
}

/// A count that was kept as a number with decimals.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a count of rows is a whole number between 0 and 2^52"
)]
fn whole(count: f64) -> Option<u64> {
    (count.is_finite() && count >= 0.0).then(|| count.round() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_as_long_as_what_its_figure_counts() {
        let cumul = Cumul { numerateur: 3.0, denominateur: 8.0, ..Cumul::default() };
        let lengths = |calcul| {
            let chiffre = Chiffre::new(calcul, &cumul);
            (chiffre.length(Part::Numerateur), chiffre.length(Part::Denominateur))
        };
        assert_eq!(lengths(Calcul::Effectif), (None, Some(3)));
        assert_eq!(lengths(Calcul::Distinct), (None, Some(3)));
        assert_eq!(lengths(Calcul::Taux), (Some(3), Some(8)));
        assert_eq!(lengths(Calcul::PourCentDossiers), (Some(3), Some(8)));
        assert_eq!(lengths(Calcul::Somme), (None, Some(8)));
        assert_eq!(lengths(Calcul::Moyenne), (None, Some(8)));
        assert_eq!(lengths(Calcul::Ratio), (None, None));
        let sums = |calcul| {
            let chiffre = Chiffre::new(calcul, &cumul);
            (chiffre.sum(calcul, Part::Numerateur), chiffre.sum(calcul, Part::Denominateur))
        };
        assert_eq!(sums(Calcul::Ratio), (Some(3.0), Some(8.0)));
        assert_eq!(sums(Calcul::Somme).1, Some(3.0));
        assert_eq!(sums(Calcul::Taux), (None, None));
        let mesures = Cumul { mesures: [(4, 2), (9, 1)].into(), ..Cumul::default() };
        let median = Chiffre::new(Calcul::Mediane, &mesures);
        assert_eq!((median.valeur, median.length(Part::Denominateur)), (Some(4.0), Some(3)));
    }

    #[test]
    fn a_figure_over_few_cases_is_fragile_and_one_that_is_not_there_is_not() {
        let catalogue = mallette_catalogue::Catalogue::builtin().unwrap();
        let of = |code: &str, denominateur: f64| {
            let found = catalogue.indicateurs.iter().find(|indicateur| indicateur.code == code);
            let indicateur = found.unwrap();
            let cumul = Cumul { numerateur: 3.0, denominateur, ..Cumul::default() };
            Chiffre::new(indicateur.calcul, &cumul).floor(indicateur)
        };
        assert_eq!(of("PAC-P", 19.0), Some(20));
        assert_eq!((of("PAC-P", 20.0), of("PAC-P", 0.0)), (None, None));
        // A count has no bar, an envelope is money.
        assert_eq!((of("PAC-E", 1.0), of("ALL-C", 1.0)), (None, None));
        assert_eq!(of("RAT-7", 4.0), Some(20));
    }

    #[test]
    fn nothing_below_the_bar_is_not_zero_and_no_extract_is_neither() {
        let empty = Chiffre::new(Calcul::Taux, &Cumul::default());
        assert_eq!(Cellule::from(Some(&empty)), Cellule::Nc);
        let zero = Chiffre::new(Calcul::Effectif, &Cumul::default());
        assert_eq!(Cellule::from(Some(&zero)), Cellule::Valeur(0.0));
        assert_eq!(Cellule::from(None), Cellule::NonRecu);
    }
}
