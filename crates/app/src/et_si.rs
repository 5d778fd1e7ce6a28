//! « Et si… »: what it would take a centre to pass a threshold, with which dossiers, and what became of what
//! was forecast.
//!
//! - [`manque`]: the fewest dossiers for each threshold, the box computed again each time; counts only;
//!   For a median, the fewest of its measures to bring to the value wanted (`delai`);
//! - [`chantier`]: the dossiers of the centre that would do it, the easiest first (in that order by `ordre`);
//! - [`plan`]: a forecast that a centre keeps, held against the extracts that follow.
//!
//! The counts are of who reads figures. Lists are of who reads the names of the centre, and never leave it.

pub mod chantier;
mod delai;
pub mod manque;
mod ordre;
pub mod plan;

use mallette_catalogue::{Calcul, Catalogue, Indicateur, Sens};
use mallette_stats::seuil::Vers;

/// The side on which a figure gets better; for one that only describes, the upper one, which is no aim.
#[must_use]
pub fn towards(sens: Sens) -> Vers {
    match sens {
        Sens::Haut | Sens::Neutre => Vers::Haut,
        Sens::Bas => Vers::Bas,
    }
}

/// How one dossier more counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Facon {
    /// One more above the bar, that was below it already: an exit that becomes positive.
    Numerateur,
    /// One more above and below the bar: an exit that was not there, and is positive.
    LesDeux,
    /// One more in a count.
    Nombre,
    /// One less above the bar, or in a count: an anomaly that is corrected.
    Moins,
    /// One measure of a median brought to the value wanted.
    Delai,
}

impl Facon {
    /// What it adds above and below the bar.
    #[must_use]
    pub const fn effet(self) -> (i64, i64) {
        match self {
            Self::Numerateur | Self::Nombre => (1, 0),
            Self::LesDeux => (1, 1),
            Self::Moins => (-1, 0),
            Self::Delai => (0, 0),
        }
    }

    /// The ways in which one dossier moves an indicator towards the better; none for what one dossier moves neither
    /// by whole rows nor among measures that are stored: a mean, an amount.
    #[must_use]
    pub fn of(catalogue: &Catalogue, indicateur: &Indicateur, vers: Vers) -> &'static [Self] {
        let counts =
            matches!(counted(catalogue, indicateur).calcul, Calcul::Effectif | Calcul::Distinct);
        match (indicateur.calcul, vers) {
            (Calcul::Rapport, Vers::Haut) if counts => &[Self::Numerateur],
            (Calcul::Rapport, Vers::Bas) if counts => &[Self::Moins],
            (Calcul::Taux, Vers::Haut) => &[Self::Numerateur, Self::LesDeux],
            (Calcul::Effectif | Calcul::Distinct | Calcul::PourCentDossiers, Vers::Haut) => {
                &[Self::Nombre]
            }
            (
                Calcul::Taux | Calcul::Effectif | Calcul::Distinct | Calcul::PourCentDossiers,
                Vers::Bas,
            ) => &[Self::Moins],
            (Calcul::Mediane, _) => &[Self::Delai],
            (Calcul::Moyenne | Calcul::Somme | Calcul::Ratio | Calcul::Rapport, _) => &[],
            // The series is what it is: one more is counted above it, as in a count.
            (Calcul::Couverture(_), Vers::Haut) => &[Self::Nombre],
            (Calcul::Couverture(_), Vers::Bas) => &[Self::Moins],
            (Calcul::ParUnite(_), _) => &[],
        }
    }
}

/// What stands above the bar of an indicator: for a rapport, the indicator that its numerator is; else itself.
#[must_use]
pub fn counted<'a>(catalogue: &'a Catalogue, indicateur: &'a Indicateur) -> &'a Indicateur {
    let part = indicateur.rapport.as_ref().and_then(|rapport| {
        catalogue.indicateurs.iter().find(|known| known.code == rapport.numerateur)
    });
    part.unwrap_or(indicateur)
}
