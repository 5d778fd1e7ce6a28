//! What the targets of a year share, read once whatever their number: the indicators, the figures of the year, the
//! months of each centre, those of the year before.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use mallette_catalogue::{Catalogue, Indicateur};
use mallette_domain::mesures::Mesures;
use mallette_domain::periode::{self, Periode};
use mallette_domain::resultat::Cumul;
use mallette_registry::Objectif;

use crate::et_si::counted;
use crate::etat::{Centre, Etat};
use crate::lecture::indicateurs::releve::{Mesuree, Releve, of_period};

/// An indicator that has targets, and what it is made of.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sujet<'a> {
    /// The indicator.
    pub(super) indicateur: &'a Indicateur,
    /// What is counted above its bar: the numerator of a rapport, else itself.
    pub(super) compte: &'a Indicateur,
    /// What is counted below its bar: the denominator of a rapport, else itself.
    pub(super) parmi: &'a Indicateur,
}

impl<'a> Sujet<'a> {
    fn new(catalogue: &'a Catalogue, indicateur: &'a Indicateur) -> Self {
        let below = indicateur.rapport.as_ref().and_then(|rapport| {
            catalogue.indicateurs.iter().find(|known| known.code == rapport.denominateur)
        });
        let compte = counted(catalogue, indicateur);
        Self { indicateur, compte, parmi: below.unwrap_or(indicateur) }
    }
}

/// The indicators and the years of some targets.
pub(super) struct Lot<'a> {
    sujets: BTreeMap<&'a str, Sujet<'a>>,
    annees: BTreeMap<i16, Exercice<'a>>,
}

impl<'a> Lot<'a> {
    pub(super) fn new(etat: &'a Etat, objectifs: &[Objectif]) -> Self {
        let codes: BTreeSet<&str> = objectifs.iter().map(|o| o.cle.indicateur.as_str()).collect();
        let known = etat.catalogue.indicateurs.iter();
        let asked = known.filter(|known| codes.contains(known.code.as_str()));
        let sujets = asked.map(|own| (own.code.as_str(), Sujet::new(&etat.catalogue, own)));
        let annees: BTreeSet<i16> = objectifs.iter().map(|o| o.cle.annee).collect();
        let annees = annees.into_iter().map(|annee| (annee, Exercice::new(etat, annee)));
        Self { sujets: sujets.collect(), annees: annees.collect() }
    }

    /// The indicator of that code; none when the catalogue no longer has it.
    pub(super) fn sujet(&self, code: &str) -> Option<Sujet<'a>> {
        self.sujets.get(code).copied()
    }

    /// The year of some of the targets.
    pub(super) fn annee(&self, annee: i16) -> Option<&Exercice<'a>> {
        self.annees.get(&annee)
    }
}

/// A year of figures, of every centre.
pub(super) struct Exercice<'a> {
    etat: &'a Etat,
    /// The year.
    pub(super) periode: Periode,
    /// Its figures.
    pub(super) releve: Releve<'a>,
    /// The months of the year before, read when something first asks for them.
    avant: OnceCell<Vec<Releve<'a>>>,
}

impl<'a> Exercice<'a> {
    fn new(etat: &'a Etat, annee: i16) -> Self {
        let periode = periode::year(annee);
        Self { etat, periode, releve: Releve::new(etat, periode), avant: OnceCell::new() }
    }

    /// What a centre measured in each month of the year, in their order; none for a month that is not stored. Only for
    /// what says nothing of a month by itself.
    pub(super) fn mois(&self, centre: &'a Centre) -> Vec<Option<&'a Mesures>> {
        let months = months(self.periode.debut.year());
        months.into_iter().map(|month| of_period(centre, month)).collect()
    }

    /// What a centre counted of an indicator in each month of the year before; none unless all of them are stored and
    /// may be read by who reads. The share of that year that was behind tells them, from one extraction to the next: a
    /// month that is secret goes by no other road.
    pub(super) fn avant(
        &self,
        indicateur: &Indicateur,
        structure_id: &str,
    ) -> Option<Vec<&'a Cumul>> {
        let releves = self.avant.get_or_init(|| {
            let months = months(self.periode.debut.year() - 1);
            months.into_iter().map(|month| Releve::new(self.etat, month)).collect()
        });
        let measured =
            releves.iter().map(|releve| match releve.mesuree(indicateur, structure_id) {
                Mesuree::Connue(cumul) => Some(cumul),
                Mesuree::NonRecue | Mesuree::Secrete => None,
            });
        measured.collect::<Option<Vec<_>>>().filter(|months| months.len() == 12)
    }
}

/// The twelve months of a year.
fn months(year: i16) -> Vec<Periode> {
    let month = |rank: i8| {
        let first = Date::new(year, rank, 1).ok()?;
        Periode::new(first, first.last_of_month())
    };
    (1..=12).filter_map(month).collect()
}
