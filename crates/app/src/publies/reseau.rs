//! What the network counts of the very thing that a published figure counts, over the same days.
//!
//! Only where both count the same: the wording and the unit of a line say what is counted, its population that
//! everybody is, and the indicator is the one that was read beside that definition. Of anything else nothing is said:
//! places are no entries, and renewals are not left out of what counts them.
//!
//! A figure is read as every page reads it, secret where it is; and not at all where extracts stop before the last
//! day, since part of a month is no share of it.

mod comptes;

use std::collections::BTreeMap;
use std::rc::Rc;

use jiff::civil::Date;
use mallette_catalogue::Indicateur;
use mallette_domain::periode::Periode;
use mallette_domain::publie::{Publie, Territoire};
use mallette_domain::resultat::Rattachement;

use comptes::Compte;

use crate::etat::Etat;
use crate::lecture::indicateurs::periodes::{Genre, genre};
use crate::lecture::indicateurs::releve::Releve;
use crate::lecture::indicateurs::tableau::compared;

/// What is said of the network beside a published count.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Reponse {
    /// It counts so many.
    Compte {
        /// Its figure.
        compte: f64,
        /// Its share of what is published; none when that is nothing.
        part: Option<f64>,
        /// Centres that it adds up.
        centres: usize,
        /// Centres of the network there, received or not.
        attendus: usize,
    },
    /// Its figure is secret for who reads.
    Secret,
    /// Every extract stops before the last day.
    Arretee,
    /// That many extracts stop within the period.
    Incomplete(usize),
    /// These days were not reckoned: they are when asked for.
    NonCalculee,
    /// No centre sent what the indicator needs.
    NonRecue,
    /// The network has no centre there.
    HorsReseau,
}

/// What stands beside a published count.
#[derive(Debug, Clone, Copy)]
pub struct Rapproche<'a> {
    /// The indicator that counts the same.
    pub indicateur: &'a Indicateur,
    /// What it counts, in words.
    pub quoi: &'static str,
    /// The days.
    pub periode: Periode,
    /// What is said of them.
    pub reponse: Reponse,
}

/// The figures of the network, as its reader may know them.
#[derive(Debug)]
pub struct Reseau<'a> {
    etat: &'a Etat,
    /// A period that was asked for, and the snapshot that has its figures.
    calculee: Option<(Periode, &'a Etat)>,
    releves: BTreeMap<Periode, Releve<'a>>,
    /// The centres of each territory, of the snapshot or of what was reckoned beside it.
    lieux: BTreeMap<(Territoire, bool), Rc<Lieu<'a>>>,
}

/// The centres of a territory.
#[derive(Debug)]
struct Lieu<'a> {
    /// Those of the network, received or not.
    centres: Vec<&'a str>,
    /// Of which day the extract of each that was received is.
    extractions: Vec<Date>,
}

impl<'a> Lieu<'a> {
    fn of(figures: &'a Etat, territoire: &Territoire) -> Self {
        let there = |place: &Rattachement| match territoire {
            Territoire::France => true,
            Territoire::Region(code) => place.region.as_deref() == Some(code.as_str()),
        };
        let network = compared(figures).into_iter().filter(|(_, place)| there(place));
        let received = figures.compares().filter(|(_, centre)| there(&centre.rattachement));
        Self {
            centres: network.map(|(id, _)| id).collect(),
            extractions: received.map(|(_, centre)| centre.version.date_extraction).collect(),
        }
    }
}

/// The days that a published count may be compared over, when an indicator counts the same. What is counted on the last
/// day is compared over a month.
#[must_use]
pub fn days(publie: &Publie) -> Option<Periode> {
    let own = Compte::of(publie)?;
    let periode = Periode::new(publie.du, publie.au)?;
    (own.date.is_some() || genre(periode) == Genre::Mois).then_some(periode)
}

impl<'a> Reseau<'a> {
    /// Those of a snapshot, and of the period that was reckoned beside it.
    #[must_use]
    pub fn new(etat: &'a Etat, calculee: Option<(Periode, &'a Etat)>) -> Self {
        Self { etat, calculee, releves: BTreeMap::new(), lieux: BTreeMap::new() }
    }

    /// What stands beside a published figure; nothing when no indicator counts the same.
    pub fn beside(&mut self, publie: &Publie) -> Option<Rapproche<'a>> {
        let (own, periode) = (Compte::of(publie)?, days(publie)?);
        let figures = match self.calculee {
            Some((known, figures)) if known == periode => figures,
            _ => self.etat,
        };
        let mut known = figures.catalogue.indicateurs.iter();
        let base = known.find(|known| known.code == own.code)?;
        let indicateur = base.at(periode);
        if !own.is_of(indicateur) {
            return None;
        }
        let reponse = self.answer(figures, base, periode, publie);
        Some(Rapproche { indicateur, quoi: own.quoi, periode, reponse })
    }

    fn place(&mut self, figures: &'a Etat, territoire: &Territoire) -> Rc<Lieu<'a>> {
        let key = (territoire.clone(), std::ptr::eq(figures, self.etat));
        let known = self.lieux.entry(key);
        Rc::clone(known.or_insert_with(|| Rc::new(Lieu::of(figures, territoire))))
    }

    fn answer(
        &mut self,
        figures: &'a Etat,
        indicateur: &Indicateur,
        periode: Periode,
        publie: &Publie,
    ) -> Reponse {
        let lieu = self.place(figures, &publie.territoire);
        if lieu.centres.is_empty() {
            return Reponse::HorsReseau;
        }
        let days = &lieu.extractions;
        if days.is_empty() {
            return Reponse::NonRecue;
        }
        if days.iter().all(|day| *day < periode.fin) {
            return Reponse::Arretee;
        }
        // One that stops before the first day counts nothing there, and is missing; in between, part of the period.
        let part = days.iter().filter(|day| (periode.debut..periode.fin).contains(day)).count();
        if part > 0 {
            return Reponse::Incomplete(part);
        }
        if !figures.stores(periode) {
            return Reponse::NonCalculee;
        }
        let releve = self.releves.entry(periode).or_insert_with(|| Releve::new(figures, periode));
        let total = releve.total(indicateur, lieu.centres.iter().copied());
        match total.chiffre {
            None => Reponse::NonRecue,
            Some(chiffre) if chiffre.secret => Reponse::Secret,
            Some(chiffre) => {
                let compte = chiffre.valeur.unwrap_or_default();
                let published = publie.nombre().filter(|published| *published > 0.0);
                Reponse::Compte {
                    compte,
                    part: published.map(|published| compte / published),
                    centres: total.centres,
                    attendus: lieu.centres.len(),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
