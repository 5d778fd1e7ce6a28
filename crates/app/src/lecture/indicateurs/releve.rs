//! The figures of centres over a period, read in place: nothing of the snapshot is copied.

use std::collections::BTreeMap;

use mallette_catalogue::Indicateur;
use mallette_domain::periode::Periode;
use mallette_domain::resultat::{Cumul, Mesure, Niveau};

use super::chiffre::Chiffre;
use crate::etat::{Centre, Etat, Version};

/// What each centre measured over a period.
#[derive(Debug, Clone)]
pub struct Releve<'a> {
    /// The period.
    pub periode: Periode,
    centres: BTreeMap<&'a str, Recu<'a>>,
}

/// What one centre measured.
#[derive(Debug, Clone)]
struct Recu<'a> {
    version: &'a Version,
    cumuls: BTreeMap<&'a str, &'a Cumul>,
}

/// What a centre that counted nothing measured.
static NUL: Cumul = Cumul { numerateur: 0.0, denominateur: 0.0, mesures: BTreeMap::new() };

impl<'a> Recu<'a> {
    /// The part of an indicator, zero when nothing was counted; none without a table it needs.
    fn cumul(&self, indicateur: &Indicateur) -> Option<&'a Cumul> {
        let judged = self.version.has(&indicateur.tables);
        judged.then(|| self.cumuls.get(indicateur.code.as_str()).copied().unwrap_or(&NUL))
    }
}

/// A figure of several centres together.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Total {
    /// The figure; none when no centre has sent this period and what the indicator needs.
    pub chiffre: Option<Chiffre>,
    /// Centres that it adds up.
    pub centres: usize,
}

impl<'a> Releve<'a> {
    /// The figures of these indicators, of all when `codes` is empty.
    #[must_use]
    pub fn new(etat: &'a Etat, periode: Periode, codes: &[&str]) -> Self {
        let centres = etat.compares().filter_map(|(id, centre)| {
            let own = of_period(centre, periode)?.iter().filter(|mesure| {
                mesure.niveau == Niveau::Structure
                    && (codes.is_empty() || codes.contains(&mesure.code.as_str()))
            });
            let cumuls = own.map(|mesure| (mesure.code.as_str(), &mesure.cumul)).collect();
            Some((id, Recu { version: &centre.version, cumuls }))
        });
        Self { periode, centres: centres.collect() }
    }

    /// The figure of a centre; none when it has not sent this period, or a table that the indicator
    /// needs. A centre that has sent them and has nothing to count is a zero, or `nc` for what needs
    /// a denominator.
    #[must_use]
    pub fn chiffre(&self, indicateur: &Indicateur, structure_id: &str) -> Option<Chiffre> {
        let cumul = self.centres.get(structure_id)?.cumul(indicateur)?;
        Some(Chiffre::new(indicateur.calcul, cumul))
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
        let received = centres.into_iter().filter_map(|id| self.centres.get(id));
        for cumul in received.filter_map(|recu| recu.cumul(indicateur)) {
            count += 1;
            sum.merge(cumul);
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
    let judged = centre.version.has(&indicateur.tables);
    let mesures = of_period(centre, periode).filter(|_| judged).unwrap_or_default();
    let own = mesures.iter().filter(|m| m.niveau == niveau && m.code == indicateur.code);
    own.map(|mesure| (mesure.sous_cle.as_str(), Chiffre::new(indicateur.calcul, &mesure.cumul)))
        .collect()
}
