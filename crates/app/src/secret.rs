//! What of a snapshot stays secret for who reads it: the one place that decides it, for pages, files, charts
//! and sentences alike.
//!
//! A snapshot says who reads it ([`Lecteur`]). Behind the wall, the figures of an own centre are whole; those
//! of the others, and of several centres together, come out of
//! [`crate::lecture::indicateurs::releve::Releve`] as secret where [`mallette_stats::secret`] says so: there is
//! no other way to a figure, so that what is hidden in a page is hidden in its chart and in its workbook.
//!
//! Masks are computed for an indicator over all that is stored of it: the months and quarters of a year hide
//! the same centres. A period that was not stored is shown when it is a year, or made of stored months; any
//! other one could be subtracted from another, a day apart, and stays secret outside of the own centres.

mod places;
mod reperes;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, OnceLock};

use mallette_catalogue::{Calcul, Indicateur};
use mallette_domain::periode::Periode;
use mallette_domain::resultat::Niveau;
use mallette_stats::secret::{Audience, Marges, Masque, PLANCHER, Plan, protect, protect_within};

pub(crate) use places::Places;
pub use reperes::{Nombre, Reperes, hide, reperes};

use crate::etat::{Centre, Etat};
use crate::lecture::indicateurs::chiffre::Chiffre;
use crate::lecture::indicateurs::periodes::{Genre, genre};
use crate::lecture::indicateurs::releve::of_period;
use crate::mutex::lock;

/// Who reads a snapshot.
#[derive(Debug, Clone, Default)]
pub enum Lecteur {
    /// Whoever holds the machine, and what is computed for nobody in particular: nothing is secret.
    #[default]
    Machine,
    /// A person.
    Personne(Arc<Secrets>),
}

/// What a person may not read of a snapshot.
#[derive(Debug, Default)]
pub struct Secrets {
    /// Centres whose figures are that person's own.
    propres: BTreeSet<String>,
    /// The snapshot whose stored periods this one was computed beside, when it was.
    base: OnceLock<Arc<Etat>>,
    places: OnceLock<Arc<Places>>,
    /// By indicator.
    masques: Mutex<BTreeMap<String, Arc<Masques>>>,
    /// Of the period that this snapshot was computed for.
    calcules: Mutex<BTreeMap<(String, Periode), Masque>>,
}

/// The masks of an indicator, by year: of the year, and of every period within it.
#[derive(Debug, Default)]
struct Masques(BTreeMap<i16, (Masque, Masque)>);

/// What is stored of a year.
#[derive(Debug, Default)]
struct Annee {
    entiere: Option<Periode>,
    trimestres: Vec<Periode>,
    mois: Vec<Periode>,
}

impl Lecteur {
    /// A person of these centres.
    #[must_use]
    pub fn of(propres: BTreeSet<String>) -> Self {
        Self::Personne(Arc::new(Secrets { propres, ..Secrets::default() }))
    }

    /// Whether the figures of that centre are shown whole.
    #[must_use]
    pub fn owns(&self, structure_id: &str) -> bool {
        match self {
            Self::Machine => true,
            Self::Personne(secrets) => secrets.propres.contains(structure_id),
        }
    }

    /// Says which snapshot has the stored periods beside which this one was computed.
    pub(crate) fn computed_beside(&self, base: &Arc<Etat>) {
        if let Self::Personne(secrets) = self {
            let _ = secrets.base.set(Arc::clone(base));
        }
    }

    /// The places of the centres, and what is hidden of an indicator over a period; none for who reads all.
    pub(crate) fn masque(
        &self,
        etat: &Etat,
        indicateur: &Indicateur,
        periode: Periode,
    ) -> Option<Masque> {
        match self {
            Self::Machine => None,
            Self::Personne(secrets) => Some(secrets.masque(etat, indicateur, periode)),
        }
    }

    /// The cells that the reader knows anyway.
    pub(crate) fn known(&self, etat: &Etat) -> Vec<bool> {
        match self {
            Self::Machine => Vec::new(),
            Self::Personne(secrets) => secrets.places(etat).known(&secrets.propres),
        }
    }

    /// Where the centres stand in the totals; none for who reads all.
    pub(crate) fn places(&self, etat: &Etat) -> Option<Arc<Places>> {
        match self {
            Self::Machine => None,
            Self::Personne(secrets) => Some(secrets.places(etat)),
        }
    }
}

impl Secrets {
    fn places(&self, etat: &Etat) -> Arc<Places> {
        Arc::clone(self.places.get_or_init(|| Arc::new(Places::new(etat))))
    }

    fn masque(&self, etat: &Etat, indicateur: &Indicateur, periode: Periode) -> Masque {
        let places = self.places(etat);
        let Some(base) = self.base.get() else {
            return self.stored(etat, indicateur, periode, &places);
        };
        if base.stores(periode) {
            return self.stored(etat, indicateur, periode, &places);
        }
        let key = (indicateur.code.clone(), periode);
        if let Some(known) = lock(&self.calcules).get(&key) {
            return known.clone();
        }
        let masque = self.computed(base, etat, indicateur, periode);
        lock(&self.calcules).insert(key, masque.clone());
        masque
    }

    /// Of a period that is not stored.
    fn computed(
        &self,
        base: &Arc<Etat>,
        etat: &Etat,
        indicateur: &Indicateur,
        periode: Periode,
    ) -> Masque {
        let places = self.places(etat);
        let own = self.alone(etat, indicateur, periode, &places);
        if periode.is_year() {
            return own;
        }
        let Some(months) = months_of(periode) else { return Masque::all(&places.plan) };
        let Lecteur::Personne(beside) = &base.lecteur else { return Masque::all(&places.plan) };
        if beside.places(base).ids() != places.ids() || !months.iter().all(|m| base.stores(*m)) {
            return Masque::all(&places.plan);
        }
        let mut masque = own;
        for month in months {
            masque.join(&beside.stored(base, indicateur, month, &places));
        }
        masque
    }

    /// Of a period of the snapshot, the periods stored around it being known too.
    fn stored(
        &self,
        etat: &Etat,
        indicateur: &Indicateur,
        periode: Periode,
        places: &Places,
    ) -> Masque {
        let found = lock(&self.masques).get(&indicateur.code).map(Arc::clone);
        let masques = found.unwrap_or_else(|| {
            let built = Arc::new(self.build(etat, indicateur, places));
            lock(&self.masques).insert(indicateur.code.clone(), Arc::clone(&built));
            built
        });
        let known = masques.0.get(&periode.debut.year());
        match genre(periode) {
            Genre::Annee => known.map(|(year, _)| year.clone()),
            Genre::Trimestre | Genre::Mois => known.map(|(_, within)| within.clone()),
            Genre::Jours => None,
        }
        .unwrap_or_else(|| Masque::all(&places.plan))
    }

    /// Of a period by itself.
    fn alone(
        &self,
        etat: &Etat,
        indicateur: &Indicateur,
        periode: Periode,
        places: &Places,
    ) -> Masque {
        let marges = margins(etat, indicateur, periode, places);
        let sensible = |counts: &[u64]| is_sensitive(indicateur.calcul, counts, Audience::Reseau);
        protect(&places.plan, &marges, Audience::Reseau, &places.known(&self.propres), sensible)
    }

    fn build(&self, etat: &Etat, indicateur: &Indicateur, places: &Places) -> Masques {
        let mut years: BTreeMap<i16, Annee> = BTreeMap::new();
        let stored = etat.compares().flat_map(|(_, centre)| &centre.resultats.indicateurs);
        let distinct: BTreeSet<Periode> = stored.map(|stored| stored.periode).collect();
        for periode in distinct {
            let year = years.entry(periode.debut.year()).or_default();
            match genre(periode) {
                Genre::Annee => year.entiere = Some(periode),
                Genre::Trimestre => year.trimestres.push(periode),
                Genre::Mois => year.mois.push(periode),
                Genre::Jours => {}
            }
        }
        let known = places.known(&self.propres);
        let sensible = |counts: &[u64]| is_sensitive(indicateur.calcul, counts, Audience::Reseau);
        let masks = years.into_iter().map(|(year, stored)| {
            let Annee { entiere: whole, trimestres: quarters, mois: mut within } = stored;
            // A quarter whose months are stored is their sum: it tells nothing more.
            let lacking = quarters.into_iter().filter(|quarter| {
                months_of(*quarter).is_none_or(|own| own.iter().any(|m| !within.contains(m)))
            });
            let lacking: Vec<Periode> = lacking.collect();
            within.extend(lacking);
            let parts: Vec<Marges> =
                within.iter().map(|p| margins(etat, indicateur, *p, places)).collect();
            let whole = match whole {
                Some(periode) => margins(etat, indicateur, periode, places),
                None => sum(&parts),
            };
            let plan = &places.plan;
            let masks = protect_within(plan, &whole, &parts, Audience::Reseau, &known, sensible);
            (year, masks)
        });
        Masques(masks.collect())
    }
}

/// The months that a period is made of; none when it is not made of whole months.
fn months_of(periode: Periode) -> Option<Vec<Periode>> {
    if periode.debut.day() != 1 || periode.fin != periode.fin.last_of_month() {
        return None;
    }
    let mut months = Vec::new();
    let mut debut = periode.debut;
    while debut <= periode.fin {
        let fin = debut.last_of_month();
        months.push(Periode::new(debut, fin)?);
        debut = fin.tomorrow().ok()?;
    }
    Some(months)
}

fn sum(parts: &[Marges]) -> Marges {
    let mut whole = Marges::new();
    for marges in parts {
        whole.resize(whole.len().max(marges.len()), Vec::new());
        for (sums, counts) in whole.iter_mut().zip(marges) {
            sums.resize(sums.len().max(counts.len()), 0);
            sums.iter_mut().zip(counts).for_each(|(sum, count)| *sum = sum.saturating_add(*count));
        }
    }
    whole
}

/// The counts that the figures of an indicator give away, centre by centre.
fn margins(etat: &Etat, indicateur: &Indicateur, periode: Periode, places: &Places) -> Marges {
    let figures: Vec<Option<Chiffre>> = places
        .ids()
        .iter()
        .map(|id| {
            let received = etat.centres.get(id).or_else(|| etat.voisinage.centres.get(id));
            figure(received?, indicateur, periode)
        })
        .collect();
    let counts: Vec<Vec<u64>> = figures
        .iter()
        .map(|found| found.map(|found| given_away(indicateur.calcul, &found)).unwrap_or_default())
        .collect();
    let width = counts.iter().map(Vec::len).max().unwrap_or_default();
    let column =
        |rank: usize| counts.iter().map(|own| own.get(rank).copied().unwrap_or_default()).collect();
    (0..width).map(column).collect()
}

/// The figure of a centre as it was measured.
fn figure(centre: &Centre, indicateur: &Indicateur, periode: Periode) -> Option<Chiffre> {
    if !centre.version.has(&indicateur.tables) {
        return None;
    }
    let mut own = of_period(centre, periode)?.iter();
    let own = own.find(|m| m.niveau == Niveau::Structure && m.code == indicateur.code)?;
    Some(Chiffre::new(indicateur.calcul, &own.cumul))
}

/// The counts that one figure gives away: above the bar and what is left, for a rate (below the bar is their sum,
/// and keeps its secret with either); of anomalies, the dossiers only, since how well data is entered is no
/// attribute of a person.
#[must_use]
pub(crate) fn given_away(calcul: Calcul, chiffre: &Chiffre) -> Vec<u64> {
    let below = chiffre.lignes.unwrap_or_default();
    match calcul {
        Calcul::Taux => {
            let above = chiffre.lignes_numerateur.unwrap_or_default();
            vec![above, below.saturating_sub(above)]
        }
        // Two sums of money: how many persons are behind them is not known.
        Calcul::Ratio => Vec::new(),
        _ => vec![below],
    }
}

/// Whether a figure is secret by itself, out of the counts that it gives away.
#[must_use]
pub(crate) fn is_sensitive(calcul: Calcul, counts: &[u64], audience: Audience) -> bool {
    let below: u64 = counts.iter().sum();
    let is_over = matches!(calcul, Calcul::Taux | Calcul::PourCentDossiers);
    let few = is_over && below > 0 && below < PLANCHER;
    few || counts.iter().any(|count| audience.is_small(*count))
}

/// Whether the figures by antenne of a centre that is not the reader's own are secret: all of them, as soon
/// as one is, or as one could be found from the figure of the centre.
#[must_use]
pub(crate) fn hides_parts<'a>(
    indicateur: &Indicateur,
    parts: impl Iterator<Item = &'a Chiffre>,
) -> bool {
    let counts: Vec<Vec<u64>> = parts.map(|part| given_away(indicateur.calcul, part)).collect();
    let width = counts.iter().map(Vec::len).max().unwrap_or_default();
    let marges: Marges = (0..width)
        .map(|rank| counts.iter().map(|own| own.get(rank).copied().unwrap_or(0)).collect())
        .collect();
    let plan = Plan::flat(counts.len());
    let sensible = |counts: &[u64]| is_sensitive(indicateur.calcul, counts, Audience::Reseau);
    let masque = protect(&plan, &marges, Audience::Reseau, &[], sensible);
    (0..plan.cells()).any(|cell| masque.hides(cell))
}
