//! The figures of centres over a period, read in place: nothing of the snapshot is copied. What is secret for
//! who reads the snapshot comes out as secret.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use mallette_catalogue::{Calcul, Indicateur};
use mallette_domain::mesures::Mesures;
use mallette_domain::periode::Periode;
use mallette_domain::resultat::{Cumul, Niveau};
use mallette_stats::secret::{Masque, Montant, is_dominated};

use super::chiffre::Chiffre;
use super::hasard::{Echantillon, rate};
use crate::contexte::couverture::Couvert;
use crate::etat::{Centre, Etat, Version};
use crate::mutex::lock;
use crate::secret::{Places, hides_parts};

/// What each centre measured over a period.
#[derive(Debug, Clone)]
pub struct Releve<'a> {
    /// The period.
    pub periode: Periode,
    centres: BTreeMap<&'a str, Recu<'a>>,
    voile: Option<Voile<'a>>,
}

/// What hides figures from who reads.
#[derive(Debug, Clone)]
struct Voile<'a> {
    etat: &'a Etat,
    places: Arc<Places>,
    /// The versions that have the period, in the order of the places.
    recues: Vec<Option<&'a Version>>,
    /// What is hidden of each indicator that was read, so that a figure costs no more than finding it.
    masques: Arc<Mutex<BTreeMap<String, Option<Arc<Masque>>>>>,
}

/// What one centre measured.
#[derive(Debug, Clone)]
struct Recu<'a> {
    version: &'a Version,
    /// Where it stands in the totals, for who does not read all.
    part: Option<usize>,
    mesures: &'a Mesures,
    /// What the series of the context make of what it counted over the period.
    posees: &'a [Couvert],
}

/// What a centre that counted nothing measured.
static NUL: Cumul =
    Cumul { numerateur: 0.0, denominateur: 0.0, mesures: BTreeMap::new(), majeure: None };

impl<'a> Recu<'a> {
    /// What was measured; none when nothing was counted.
    fn measured(&self, indicateur: &Indicateur, periode: Periode) -> Option<&'a Cumul> {
        let own = self.mesures.of_structure(&indicateur.code).map(|own| &own.cumul);
        let laid = || {
            let mut laid = self.posees.iter();
            laid.find(|own| own.periode == periode && own.code == indicateur.code)
        };
        own.or_else(|| Some(&laid()?.cumul))
    }

    /// The part of an indicator, zero when nothing was counted; none without a table it needs. Of what stands over a
    /// series that does not have the centre there is nothing on either side: not calculable.
    fn cumul(&self, indicateur: &Indicateur, periode: Periode) -> Option<&'a Cumul> {
        let judged = self.version.has(&indicateur.tables);
        judged.then(|| self.measured(indicateur, periode).unwrap_or(&NUL))
    }

    /// Whether its part goes into a total: both sides of what stands over a series are of the same centres.
    fn adds(&self, indicateur: &Indicateur, periode: Periode) -> bool {
        indicateur.couverture.is_none() || self.measured(indicateur, periode).is_some()
    }
}

/// What a centre measured, as far as who reads may know it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Mesuree<'a> {
    /// It has not sent this period, or a table that the indicator needs.
    NonRecue,
    /// It may not be read.
    Secrete,
    /// What was counted: the figure is of it, and what would be added to it moves it.
    Connue(&'a Cumul),
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
    /// The figures of a period.
    #[must_use]
    pub fn new(etat: &'a Etat, periode: Periode) -> Self {
        let mut releve = Self::unveiled(etat, periode);
        if let Some(places) = etat.lecteur.places(etat) {
            releve.centres.iter_mut().for_each(|(id, recu)| recu.part = places.part(id));
            let version = |id: &String| releve.centres.get(id.as_str()).map(|recu| recu.version);
            let recues = places.ids().iter().map(version).collect();
            releve.voile = Some(Voile { etat, places, recues, masques: Arc::default() });
        }
        releve
    }

    /// The same with nothing secret: for what hides by itself what it shows.
    pub(crate) fn unveiled(etat: &'a Etat, periode: Periode) -> Self {
        let centres = etat.compares().filter_map(|(id, centre)| {
            let mesures = of_period(centre, periode)?;
            let (version, posees) = (&centre.version, centre.couvertures.as_slice());
            Some((id, Recu { version, part: None, mesures, posees }))
        });
        Self { periode, centres: centres.collect(), voile: None }
    }

    /// The figure of a centre; none when it has not sent this period, or a table that the indicator
    /// needs. A centre that has sent them and has nothing to count is a zero, or `nc` for what needs
    /// a denominator. One that may not be read is secret.
    #[must_use]
    pub fn chiffre(&self, indicateur: &Indicateur, structure_id: &str) -> Option<Chiffre> {
        match self.mesuree(indicateur, structure_id) {
            Mesuree::NonRecue => None,
            Mesuree::Secrete => Some(Chiffre::SECRET),
            Mesuree::Connue(cumul) => Some(Chiffre::new(indicateur.calcul, cumul)),
        }
    }

    /// What stands behind that figure, for what goes on computing with it.
    #[must_use]
    pub fn mesuree(&self, indicateur: &Indicateur, structure_id: &str) -> Mesuree<'a> {
        let Some(recu) = self.centres.get(structure_id) else { return Mesuree::NonRecue };
        let Some(cumul) = recu.cumul(indicateur, self.periode) else { return Mesuree::NonRecue };
        match self.hides(indicateur, structure_id, (recu, cumul)) {
            true => Mesuree::Secrete,
            false => Mesuree::Connue(cumul),
        }
    }

    /// Whether what a centre measured may not be read.
    fn hides(
        &self,
        indicateur: &Indicateur,
        structure_id: &str,
        (recu, cumul): (&Recu<'_>, &Cumul),
    ) -> bool {
        let Some(voile) = &self.voile else { return false };
        if voile.etat.lecteur.owns(structure_id) {
            return false;
        }
        let chiffre = Chiffre::new(indicateur.calcul, cumul);
        self.masque(indicateur).is_some_and(|masque| {
            (is_something(indicateur, &chiffre) || masque.hides_zeros())
                && recu.part.is_none_or(|part| masque.hides(part))
        })
    }

    /// What a figure of a centre was drawn from: none for what chance is not reckoned of, nor of a secret.
    #[must_use]
    pub fn echantillon(
        &self,
        indicateur: &Indicateur,
        structure_id: &str,
        chiffre: &Chiffre,
    ) -> Option<Echantillon<'a>> {
        match indicateur.calcul {
            _ if indicateur.is_share() => rate(indicateur, chiffre).map(Echantillon::Taux),
            Calcul::Mediane if !chiffre.secret => {
                let cumul = self.centres.get(structure_id)?.cumul(indicateur, self.periode)?;
                Echantillon::of_measures(&cumul.mesures)
            }
            _ => None,
        }
    }

    fn masque(&self, indicateur: &Indicateur) -> Option<Arc<Masque>> {
        let voile = self.voile.as_ref()?;
        if let Some(known) = lock(&voile.masques).get(&indicateur.code) {
            return known.clone();
        }
        let found = voile.etat.lecteur.masque(voile.etat, indicateur, self.periode).map(Arc::new);
        lock(&voile.masques).insert(indicateur.code.clone(), found.clone());
        found
    }

    /// The figure of several centres together: computed over their sums, never the mean of their
    /// figures.
    pub fn total<'b>(
        &self,
        indicateur: &Indicateur,
        centres: impl IntoIterator<Item = &'b str>,
    ) -> Total {
        let mut sum = Cumul::default();
        let mut parts: Vec<(&str, Option<usize>, f64)> = Vec::new();
        let mut received = false;
        for (id, recu) in centres.into_iter().filter_map(|id| self.centres.get_key_value(id)) {
            let Some(cumul) = recu.cumul(indicateur, self.periode) else { continue };
            received = true;
            if recu.adds(indicateur, self.periode) {
                parts.push((*id, recu.part, cumul.numerateur));
                sum.merge(cumul);
            }
        }
        let chiffre = received.then(|| Chiffre::new(indicateur.calcul, &sum));
        let chiffre = chiffre.map(|chiffre| match self.hides_total(indicateur, &parts) {
            true if is_something(indicateur, &chiffre) => Chiffre::SECRET,
            _ => chiffre,
        });
        Total { chiffre, centres: parts.len() }
    }

    /// The sum of money that several centres measured together, and the largest contribution of one person:
    /// a person of two centres is two.
    pub(crate) fn amount<'b>(
        &self,
        indicateur: &Indicateur,
        centres: impl IntoIterator<Item = &'b str>,
    ) -> Montant {
        let mut sum = Montant::default();
        let known = centres.into_iter().filter_map(|id| self.centres.get(id));
        for cumul in known.filter_map(|recu| recu.cumul(indicateur, self.periode)) {
            sum = sum.beside(Montant { somme: cumul.numerateur, majeure: cumul.largest() });
        }
        sum
    }

    /// Whether the sum of these centres, each with its place and what it adds, may not be read.
    fn hides_total(&self, indicateur: &Indicateur, parts: &[(&str, Option<usize>, f64)]) -> bool {
        let Some(voile) = &self.voile else { return false };
        let own = |id: &str| voile.etat.lecteur.owns(id);
        if parts.iter().all(|(id, ..)| own(id)) {
            return false;
        }
        // Amounts of centres that are not shown one by one must not be told by their sum.
        let is_amount = matches!(indicateur.calcul, Calcul::Somme | Calcul::Ratio);
        let others = parts.iter().filter(|(id, ..)| !own(id)).map(|(.., amount)| *amount);
        if is_amount && !voile.etat.voisinage.is_empty() && is_dominated(others) {
            return true;
        }
        let Some(masque) = self.masque(indicateur) else { return false };
        let summed: Option<BTreeSet<usize>> = parts.iter().map(|(_, part, _)| *part).collect();
        // A centre without a table that the indicator needs adds nothing to a total either.
        let judged = |part: usize| {
            let known = voile.recues.get(part).copied().flatten();
            known.is_some_and(|version| version.has(&indicateur.tables))
        };
        summed.is_none_or(|summed| voile.places.hides_sum(&masque, &summed, judged))
    }

    /// Whether the centre has sent this period.
    #[must_use]
    pub fn covers(&self, structure_id: &str) -> bool {
        self.centres.contains_key(structure_id)
    }

    /// Whether the centre has sent this period and what it sent goes into the totals of an indicator: not that of one
    /// which stands over a series without the centre.
    #[must_use]
    pub fn adds(&self, indicateur: &Indicateur, structure_id: &str) -> bool {
        self.centres.get(structure_id).is_some_and(|recu| recu.adds(indicateur, self.periode))
    }
}

/// What a centre counts as a whole over a period, zero when nothing was counted; none when it is not received.
pub(crate) fn of_centre(
    centre: &Centre,
    indicateur: &Indicateur,
    periode: Periode,
) -> Option<Cumul> {
    if !centre.version.has(&indicateur.tables) {
        return None;
    }
    let own = of_period(centre, periode)?.of_structure(&indicateur.code);
    let own = own.map(|mesure| &mesure.cumul).or_else(|| centre.couvert(&indicateur.code, periode));
    Some(own.cloned().unwrap_or_default())
}

/// What a centre measured over a period; none when the period is not stored.
pub(crate) fn of_period(centre: &Centre, periode: Periode) -> Option<&Mesures> {
    let mut stored = centre.resultats.indicateurs.iter();
    stored.find(|stored| stored.periode == periode).map(|stored| &stored.mesures)
}

/// Whether there is anything behind a figure: what is zero, or not calculable for want of anything below the
/// bar, is said as it is. Of what stands over a series, the count alone is somebody's.
fn is_something(indicateur: &Indicateur, chiffre: &Chiffre) -> bool {
    match indicateur.calcul {
        Calcul::Couverture(_) => return chiffre.numerateur.is_some_and(|count| count > 0.0),
        Calcul::ParUnite(_) => return chiffre.denominateur.is_some_and(|count| count > 0.0),
        _ => {}
    }
    let counted = [chiffre.lignes, chiffre.lignes_numerateur].into_iter().flatten();
    let summed = [chiffre.numerateur, chiffre.denominateur].into_iter().flatten();
    counted.into_iter().any(|count| count > 0) || summed.into_iter().any(|sum| sum.abs() > 0.0)
}

/// Whether figures under a centre are told over that period: all of them to its own people; to anybody else, those of
/// a whole year as it stands now. What an antenne counted over some months, or until an older campaign, would be
/// subtracted from its year, and leave a few.
#[must_use]
pub fn tells_below(etat: &Etat, structure_id: &str, periode: Periode) -> bool {
    etat.lecteur.owns(structure_id) || (periode.is_year() && etat.campagne.is_none())
}

/// The figures of an indicator by antenne or by conseiller of a centre, in the order of their
/// names: never a ranking. Of a centre that is not the reader's own they are all secret as soon as one is, and
/// there are none over a period that [`tells_below`] leaves out.
#[must_use]
pub fn below<'a>(
    etat: &Etat,
    centre: &'a Centre,
    indicateur: &Indicateur,
    periode: Periode,
    niveau: Niveau,
) -> BTreeMap<&'a str, Chiffre> {
    let id = centre.structure_id.as_str();
    if !tells_below(etat, id, periode) {
        return BTreeMap::new();
    }
    let cumuls = cumuls_below(centre, indicateur, periode, niveau);
    let mut figures: BTreeMap<&str, Chiffre> =
        cumuls.iter().map(|(key, cumul)| (*key, Chiffre::new(indicateur.calcul, cumul))).collect();
    if !etat.lecteur.owns(id) {
        let releve = Releve::new(etat, periode);
        let whole = releve.chiffre(indicateur, id).is_none_or(|whole| whole.secret);
        let spared = etat.catalogue.spared(indicateur, periode).into_iter();
        let spared: Vec<_> =
            spared.map(|other| (other, cumuls_below(centre, other, periode, niveau))).collect();
        if whole || hides_parts(indicateur, &cumuls, &spared) {
            figures.values_mut().for_each(|chiffre| *chiffre = Chiffre::SECRET);
        }
    }
    figures
}

/// What each antenne, or each conseiller, of a centre measured; nothing without a table that the indicator needs.
fn cumuls_below<'a>(
    centre: &'a Centre,
    indicateur: &Indicateur,
    periode: Periode,
    niveau: Niveau,
) -> BTreeMap<&'a str, &'a Cumul> {
    let judged = centre.version.has(&indicateur.tables);
    let mesures = of_period(centre, periode).filter(|_| judged);
    let own =
        mesures.into_iter().flatten().filter(|m| m.niveau == niveau && m.code == indicateur.code);
    own.map(|mesure| (mesure.sous_cle.as_str(), &mesure.cumul)).collect()
}
