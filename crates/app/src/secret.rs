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
//! subtracted too: the differences are looked at as the counts are (`marges`, `ecarts`). A count that several
//! indicators tell is hidden of the same centres in all of them (`communs`): each of them hiding it with
//! other centres, one would tell what the other hides.

mod annees;
mod arrondi;
mod communs;
mod comptes;
mod ecarts;
mod marges;
mod places;
mod reperes;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, OnceLock};

use mallette_catalogue::{Communs, Dit, Indicateur};
use mallette_domain::periode::Periode;
use mallette_stats::secret::{
    Audience, Donnees, Masque, Transparente, protect, protect_whole_first,
};

use annees::{Annee, months_of};
pub use arrondi::{PAS, is_rounded};
pub(crate) use arrondi::{blur_measures, blur_rule, blur_trial, blur_tried};
use communs::Commun;
use comptes::Comptes;
use ecarts::add_gaps;
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
    /// Which counts several indicators tell, by year.
    communs: Mutex<BTreeMap<i16, Arc<Communs>>>,
    /// The masks of each of these counts, by year.
    partages: Mutex<BTreeMap<(i16, Dit), Arc<Etages>>>,
    /// What stays secret of what rules found, by code of rule.
    reperes: Mutex<BTreeMap<String, Option<Arc<Reperes>>>>,
    /// Of the period that this snapshot was computed for.
    calcules: Mutex<BTreeMap<(String, Periode), Masque>>,
}

/// The masks of an indicator, by year.
#[derive(Debug, Default)]
struct Masques(BTreeMap<i16, Etages>);

/// The masks of a year, and of each period within it.
#[derive(Debug, Clone)]
struct Etages {
    annee: Masque,
    dedans: BTreeMap<Periode, Masque>,
}

impl Etages {
    /// The same for all that is stored of a year.
    fn all(stored: &Annee, masque: &Masque) -> Self {
        let dedans = stored.within().map(|periode| (periode, masque.clone()));
        Self { annee: masque.clone(), dedans: dedans.collect() }
    }

    fn join(&mut self, other: &Self) {
        self.annee.join(&other.annee);
        for (periode, masque) in &mut self.dedans {
            if let Some(beside) = other.dedans.get(periode) {
                masque.join(beside);
            }
        }
    }

    /// Of a period within the year; a quarter hides what one of its months hides.
    fn within(&self, periode: Periode) -> Option<Masque> {
        if let Some(known) = self.dedans.get(&periode) {
            return Some(known.clone());
        }
        let months = months_of(periode)?;
        let mut months = months.iter().map(|month| self.dedans.get(month));
        let mut masque = months.next()??.clone();
        for month in months {
            masque.join(month?);
        }
        Some(masque)
    }
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
        Arc::clone(self.places.get_or_init(|| Arc::new(Places::new(etat, &self.codes))))
    }

    /// What stays secret of what a rule found, as known or as `find` says.
    fn reperes(&self, code: &str, find: impl FnOnce() -> Option<Reperes>) -> Option<Arc<Reperes>> {
        if let Some(known) = lock(&self.reperes).get(code) {
            return known.clone();
        }
        let found = find().map(Arc::new);
        lock(&self.reperes).insert(code.to_owned(), found.clone());
        found
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
            Genre::Annee => known.map(|known| known.annee.clone()),
            Genre::Trimestre | Genre::Mois => known.and_then(|known| known.within(periode)),
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
        let mut closed = Masque::none(&places.plan);
        let communs = self.communs(etat, periode);
        for dit in communs.of(&indicateur.code) {
            let commun = Commun::new(etat, places, &communs, dit);
            closed.join(&self.protect_alone(&commun, periode, &Masque::none(&places.plan)));
        }
        self.protect_alone(&Lecture::new(etat, indicateur, periode, places), periode, &closed)
    }

    fn protect_alone(&self, comptes: &impl Comptes, periode: Periode, closed: &Masque) -> Masque {
        let places = comptes.places();
        let mut donnees = comptes.read(periode);
        donnees.fermees = closed.cells();
        let (known, sensible) =
            (places.known(&self.propres), |own: &[u64]| comptes.is_sensitive(own));
        let protected = protect(&places.plan, &donnees, Audience::Reseau, &known, sensible);
        let mut masque = protected.unwrap_or_else(|Transparente| Masque::opaque(&places.plan));
        masque.join(closed);
        masque
    }

    fn build(&self, etat: &Etat, indicateur: &Indicateur, places: &Places) -> Masques {
        let years = Annee::of(etat).into_iter();
        let masks =
            years.map(|(year, stored)| (year, self.build_year(etat, indicateur, places, &stored)));
        Masques(masks.collect())
    }

    fn build_year(
        &self,
        etat: &Etat,
        indicateur: &Indicateur,
        places: &Places,
        stored: &Annee,
    ) -> Etages {
        let Some(any) = stored.any() else {
            return Etages::all(stored, &Masque::all(&places.plan));
        };
        let mut closed = Etages::all(stored, &Masque::none(&places.plan));
        let communs = self.communs(etat, any);
        for dit in communs.of(&indicateur.code) {
            closed.join(&self.shared(etat, (&communs, dit), places, (any, stored)));
        }
        let lecture = Lecture::new(etat, indicateur, any, places);
        self.protect_year(&lecture, stored, &closed)
    }

    /// Which counts several indicators tell in the year of a period.
    fn communs(&self, etat: &Etat, periode: Periode) -> Arc<Communs> {
        let year = periode.debut.year();
        if let Some(known) = lock(&self.communs).get(&year) {
            return Arc::clone(known);
        }
        let found = Arc::new(etat.catalogue.communs(periode));
        lock(&self.communs).insert(year, Arc::clone(&found));
        found
    }

    /// Of a count that several indicators tell, in a year.
    fn shared(
        &self,
        etat: &Etat,
        (communs, dit): (&Communs, &Dit),
        places: &Places,
        (any, stored): (Periode, &Annee),
    ) -> Arc<Etages> {
        let key = (any.debut.year(), dit.clone());
        if let Some(known) = lock(&self.partages).get(&key) {
            return Arc::clone(known);
        }
        let commun = Commun::new(etat, places, communs, dit);
        let none = Etages::all(stored, &Masque::none(&places.plan));
        let found = Arc::new(self.protect_year(&commun, stored, &none));
        lock(&self.partages).insert(key, Arc::clone(&found));
        found
    }

    /// Counts over a year and over what is stored within it, the `closed` cells being hidden anyway.
    fn protect_year(&self, comptes: &impl Comptes, stored: &Annee, closed: &Etages) -> Etages {
        let places = comptes.places();
        let read = |periode: Periode, closed: &Masque| Donnees {
            fermees: closed.cells(),
            ..comptes.read(periode)
        };
        let parts: Vec<Donnees> =
            closed.dedans.iter().map(|(periode, closed)| read(*periode, closed)).collect();
        let whole = match stored.entiere {
            Some(periode) => {
                let mut donnees = read(periode, &closed.annee);
                let apres = self.apres.get().map(Vec::as_slice).unwrap_or_default();
                add_gaps(comptes, &mut donnees, periode, apres, &self.codes);
                donnees
            }
            None => {
                let sum = parts.iter().fold(Donnees::default(), Donnees::after);
                Donnees { fermees: closed.annee.cells(), ..sum }
            }
        };
        let (known, sensible) =
            (places.known(&self.propres), |own: &[u64]| comptes.is_sensitive(own));
        let audience = Audience::Reseau;
        let found = protect_whole_first(&places.plan, &whole, &parts, audience, &known, sensible);
        let mut etages = match found {
            Ok(found) => Etages {
                annee: found.ensemble,
                dedans: closed.dedans.keys().copied().zip(found.dedans).collect(),
            },
            Err(Transparente) => Etages::all(stored, &Masque::opaque(&places.plan)),
        };
        etages.join(closed);
        etages
    }
}
