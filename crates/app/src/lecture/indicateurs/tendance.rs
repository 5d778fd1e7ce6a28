//! One indicator month by month, over the months that were stored.

use mallette_catalogue::Indicateur;
use mallette_domain::periode::Periode;

use super::chiffre::Cellule;
use super::hasard::limits_of_two;
use super::periodes::{Genre, available, genre};
use super::releve::Releve;
use crate::etat::Etat;

/// One month.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mois {
    /// The month.
    pub periode: Periode,
    /// The figure of the centre; not received without a centre.
    pub centre: Cellule,
    /// The figure of the région.
    pub region: Cellule,
    /// Between what chance leaves the figure of the centre, or that of the région without a centre, when it is
    /// compared with that of another month; none where chance is not reckoned.
    pub limites: Option<(f64, f64)>,
}

/// The months of an indicator, the oldest first, for a centre and the centres of its région. A
/// month that is not over at the extraction is left out: its counts would look like a fall.
#[must_use]
pub fn months(
    etat: &Etat,
    indicateur: &Indicateur,
    centre: Option<&str>,
    region: &[&str],
) -> Vec<Mois> {
    let extraction = match centre.and_then(|id| etat.centres.get(id)) {
        Some(centre) => Some(centre.version.date_extraction),
        None => etat.date_extraction(),
    };
    let stored = available(etat).into_iter().rev();
    let reached = stored.filter(|periode| {
        genre(*periode) == Genre::Mois && extraction.is_some_and(|day| periode.fin <= day)
    });
    let months = reached.map(|periode| {
        let releve = Releve::new(etat, periode);
        let own = centre.and_then(|id| releve.chiffre(indicateur, id));
        let total = releve.total(indicateur, region.iter().copied());
        let told = (centre, if centre.is_some() { own.as_ref() } else { total.chiffre.as_ref() });
        Mois {
            periode,
            centre: own.as_ref().into(),
            region: total.chiffre.as_ref().into(),
            limites: limits_of_two(&releve, indicateur, told),
        }
    });
    months.collect()
}
