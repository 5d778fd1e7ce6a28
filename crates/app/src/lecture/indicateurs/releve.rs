//! The figures of centres over a period, read in place: nothing of the snapshot is copied.

use std::collections::BTreeMap;

use mallette_catalogue::Indicateur;
use mallette_domain::periode::Periode;
use mallette_domain::resultat::{Cumul, Mesure, Niveau};

use super::chiffre::Chiffre;
use crate::etat::{Centre, Etat};

/// What each centre measured over a period.
#[derive(Debug, Clone)]
pub struct Releve<'a> {
    /// The period.
    pub periode: Periode,
    centres: BTreeMap<&'a str, BTreeMap<&'a str, &'a Cumul>>,
}

/// A figure of several centres together.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Total {
    /// The figure; none when no centre has sent this period.
    pub chiffre: Option<Chiffre>,
    /// Centres that it adds up.
    pub centres: usize,
}

impl<'a> Releve<'a> {
    /// The figures of these indicators, of all when `codes` is empty.
    #[must_use]
    pub fn new(etat: &'a Etat, periode: Periode, codes: &[&str]) -> Self {
        let centres = etat.centres.iter().filter_map(|(id, centre)| {
            let own = of_period(centre, periode)?.iter().filter(|mesure| {
                mesure.niveau == Niveau::Structure
                    && (codes.is_empty() || codes.contains(&mesure.code.as_str()))
            });
            let cumuls = own.map(|mesure| (mesure.code.as_str(), &mesure.cumul)).collect();
            Some((id.as_str(), cumuls))
        });
        Self { periode, centres: centres.collect() }
    }

    /// The figure of a centre; none when it has not sent this period. A centre that has sent it
    /// and has nothing to count is a zero, or `nc` for what needs a denominator.
    #[must_use]
    pub fn chiffre(&self, indicateur: &Indicateur, structure_id: &str) -> Option<Chiffre> {
        let cumuls = self.centres.get(structure_id)?;
        let chiffre = match cumuls.get(indicateur.code.as_str()) {
            Some(cumul) => Chiffre::new(indicateur.calcul, cumul),
            None => Chiffre::new(indicateur.calcul, &Cumul::default()),
        };
        Some(chiffre)
    }

    /// The figure of several centres together: computed over their sums, never the mean of their
    /// figures.
    pub fn total<'b>(
        &self,
        indicateur: &Indicateur,
        centres: impl IntoIterator<Item = &'b str>,
    ) -> Total {
        let mut sum = Cumul::default();
        let mut count = 0;
        for cumuls in centres.into_iter().filter_map(|id| self.centres.get(id)) {
            count += 1;
            if let Some(cumul) = cumuls.get(indicateur.code.as_str()) {
                sum.merge(cumul);
            }
        }
        let chiffre = (count > 0).then(|| Chiffre::new(indicateur.calcul, &sum));
        Total { chiffre, centres: count }
    }

    /// Whether the centre has sent this period.
    #[must_use]
    pub fn covers(&self, structure_id: &str) -> bool {
        self.centres.contains_key(structure_id)
    }
}

/// What a centre measured over a period; none when the period is not stored.
pub(crate) fn of_period(centre: &Centre, periode: Periode) -> Option<&[Mesure]> {
    let mut stored = centre.resultats.indicateurs.iter();
    stored.find(|stored| stored.periode == periode).map(|stored| stored.mesures.as_slice())
}

/// The figures of an indicator by antenne or by conseiller of a centre, in the order of their
/// names: never a ranking.
#[must_use]
pub fn below<'a>(
    centre: &'a Centre,
    indicateur: &Indicateur,
    periode: Periode,
    niveau: Niveau,
) -> BTreeMap<&'a str, Chiffre> {
    let mesures = of_period(centre, periode).unwrap_or_default();
    let own = mesures.iter().filter(|m| m.niveau == niveau && m.code == indicateur.code);
    own.map(|mesure| (mesure.sous_cle.as_str(), Chiffre::new(indicateur.calcul, &mesure.cumul)))
        .collect()
}
