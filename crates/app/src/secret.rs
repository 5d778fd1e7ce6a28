//! What of a snapshot stays secret for who reads it: the one place that decides it, for pages, files, charts
//! and sentences alike.
//!
//! A snapshot says who reads it ([`Lecteur`]). Behind the wall, the figures of an own centre are whole; those
//! of the others, and of several centres together, come out of
//! [`crate::lecture::indicateurs::releve::Releve`] as secret where [`mallette_stats::secret`] says so: there is
//! no other way to a figure, so that what is hidden in a page is hidden in its chart and in its workbook.
//!
//! Masks are computed for an indicator over all that is stored of it: the months and quarters of a year hide
//! the same centres, and are hidden before the year is. A period that was not stored is shown when it is a year, or made of stored months; any
//! other one could be subtracted from another, a day apart, and stays secret outside of the own centres.
//!
//! What one indicator counts within another, and what a year counts at one campaign and at the next, are
//! subtracted too: the differences are looked at as the counts are (`marges`, `ecarts`).

mod arrondi;
mod ecarts;
mod marges;
mod places;
mod reperes;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, OnceLock};

use mallette_catalogue::Indicateur;
use mallette_domain::periode::Periode;
use mallette_stats::secret::{
    Audience, Donnees, Masque, Transparente, protect, protect_whole_first,
};

pub use arrondi::{PAS, is_rounded};
pub(crate) use arrondi::{blur_measures, blur_rule, blur_trial, blur_tried};
use marges::Lecture;
pub(crate) use marges::hides_parts;
pub(crate) use places::Places;
pub(crate) use reperes::is_about_persons;
pub use reperes::{Nombre, Reperes, hide, reperes};

use crate::etat::Etat;
use crate::lecture::indicateurs::periodes::{Genre, genre};
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
    /// The codes of the centres that this snapshot has under other keys.
    codes: BTreeMap<String, String>,
    /// The snapshots that came after this one, the latest first, whole: this one is of a campaign.
    apres: OnceLock<Vec<Arc<Etat>>>,
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

    /// The same, who sees other centres under keys that say nothing of them: `codes` are theirs.
    #[must_use]
    pub(crate) fn beside(propres: BTreeSet<String>, codes: BTreeMap<String, String>) -> Self {
        Self::Personne(Arc::new(Secrets { propres, codes, ..Secrets::default() }))
    }

    /// Whether it was said what came after the campaign that this snapshot is of, or nobody has to know.
    #[must_use]
    pub(crate) fn knows_after(&self) -> bool {
        match self {
            Self::Machine => true,
            Self::Personne(secrets) => secrets.apres.get().is_some(),
        }
    }

    /// Says what came after the campaign that this snapshot is of: the latest first, whole.
    pub(crate) fn read_before(&self, apres: Vec<Arc<Etat>>) {
        if let Self::Personne(secrets) = self {
            let _ = secrets.apres.set(apres);
        }
    }

    /// Whether the figures of that centre are shown whole.
    #[must_use]
    pub fn owns(&self, structure_id: &str) -> bool {
        match self {
            Self::Machine => true,
            Self::Personne(secrets) => secrets.propres.contains(structure_id),
        }
    }

    /// Whether one of these centres is that person's own.
    pub(crate) fn owns_any<'a>(&self, mut ids: impl Iterator<Item = &'a str>) -> bool {
        ids.any(|id| self.owns(id))
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
            // What stands over a series that everybody reads tells its count, and nothing more.
            Self::Personne(secrets) => {
                Some(secrets.masque(etat, etat.catalogue.counted(indicateur), periode))
            }
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
        // Of a campaign, what later ones have of the same days is not there to be compared with.
        if base.campagne.is_some() {
            return Masque::all(&places.plan);
        }
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
        let lecture = Lecture::new(etat, indicateur, periode, places);
        let sensible = |counts: &[u64]| lecture.is_sensitive(counts);
        let known = places.known(&self.propres);
        let donnees = lecture.read(periode);
        let protected = protect(&places.plan, &donnees, Audience::Reseau, &known, sensible);
        protected.unwrap_or_else(|Transparente| Masque::opaque(&places.plan))
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
        let masks = years.into_iter().map(|(year, stored)| {
            let masks = self.build_year(etat, indicateur, places, stored);
            let opaque = || Masque::opaque(&places.plan);
            (year, masks.unwrap_or_else(|Transparente| (opaque(), opaque())))
        });
        Masques(masks.collect())
    }

    fn build_year(
        &self,
        etat: &Etat,
        indicateur: &Indicateur,
        places: &Places,
        stored: Annee,
    ) -> Result<(Masque, Masque), Transparente> {
        let Annee { entiere: whole, trimestres: quarters, mois: mut within } = stored;
        // A quarter whose months are stored is their sum: it tells nothing more.
        let lacking = quarters.into_iter().filter(|quarter| {
            months_of(*quarter).is_none_or(|own| own.iter().any(|m| !within.contains(m)))
        });
        let lacking: Vec<Periode> = lacking.collect();
        within.extend(lacking);
        let plan = &places.plan;
        let Some(any) = whole.or_else(|| within.first().copied()) else {
            return Ok((Masque::all(plan), Masque::all(plan)));
        };
        let lecture = Lecture::new(etat, indicateur, any, places);
        let parts: Vec<Donnees> = within.iter().map(|periode| lecture.read(*periode)).collect();
        let whole = match whole {
            Some(periode) => {
                let mut donnees = lecture.read(periode);
                let apres = self.apres.get().map(Vec::as_slice).unwrap_or_default();
                lecture.add_gaps(&mut donnees, periode, apres, &self.codes);
                donnees
            }
            None => parts.iter().fold(Donnees::default(), Donnees::after),
        };
        let known = places.known(&self.propres);
        let sensible = |counts: &[u64]| lecture.is_sensitive(counts);
        protect_whole_first(plan, &whole, &parts, Audience::Reseau, &known, sensible)
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
