//! What is stored of each year: itself, its quarters, its months.

use std::collections::{BTreeMap, BTreeSet};

use mallette_domain::periode::Periode;

use crate::etat::Etat;
use crate::lecture::indicateurs::periodes::{Genre, genre};

/// What is stored of a year.
#[derive(Debug, Default)]
pub(super) struct Annee {
    /// The year itself.
    pub(super) entiere: Option<Periode>,
    trimestres: Vec<Periode>,
    mois: Vec<Periode>,
}

impl Annee {
    /// The years of which a snapshot stores something.
    pub(super) fn of(etat: &Etat) -> BTreeMap<i16, Self> {
        let mut years: BTreeMap<i16, Self> = BTreeMap::new();
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
        years
    }

    /// The periods within it that say something of their own: a quarter whose months are stored is their sum, and
    /// tells nothing more.
    pub(super) fn within(&self) -> impl Iterator<Item = Periode> {
        let lacking = self.trimestres.iter().filter(|quarter| {
            months_of(**quarter).is_none_or(|own| own.iter().any(|m| !self.mois.contains(m)))
        });
        self.mois.iter().chain(lacking).copied()
    }

    /// A period of it, to be asked which definitions are in force.
    pub(super) fn any(&self) -> Option<Periode> {
        self.entiere.or_else(|| self.within().next())
    }
}

/// The months that a period is made of; none when it is not made of whole months.
pub(super) fn months_of(periode: Periode) -> Option<Vec<Periode>> {
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
