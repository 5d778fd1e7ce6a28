//! Where a centre stands for a target: distance, pace, and where its year would end.
//!
//! The end of the year is told from the months: those of the year so far, and the share of the year that was
//! behind at the same day of the year before (the days, for want of a year before, or where one of its months is
//! secret for who reads). It is told only where the months add up to the year, which is checked; of what is measured
//! on the day of the extraction, of medians and of means it is not told, and of amounts it is told without an
//! interval, since no law of chance is known of them. See [`mallette_stats::atterrissage`] for the intervals.
//!
//! A rapport whose numerator is among its denominator is a share, and ends as a rate does where its months add up:
//! where the same young people are counted month after month, they do not, and a share that grows all year long is
//! not taken for one that stays.
//!
//! Where the end is not told, what is left to be done still is, as long as it is a number of rows: so many more,
//! or fewer, before the year ends.

mod annee;
mod lot;

use jiff::civil::Date;
use mallette_catalogue::{Indicateur, Sens};
use mallette_registry::{CleObjectif, Objectif};
use mallette_stats::atterrissage::Fourchette;
use mallette_stats::seuil::Vers;

use annee::Annee;
use lot::{Lot, Sujet};

use super::value;
use crate::et_si::towards;
use crate::etat::Etat;
use crate::lecture::indicateurs::chiffre::Chiffre;
use crate::lecture::indicateurs::releve::Mesuree;

/// Why the end of a year is not told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Raison {
    /// The centre has not sent what the figure needs, or that year is not stored.
    NonRecu,
    /// The year had not begun.
    PasCommencee,
    /// It is measured on the day of the extraction, or is a median or a mean.
    Mesure,
    /// The months that were do not add up to the year.
    NonAdditif,
    /// It stands over a yearly series.
    Serie,
    /// Too few events, or too short a time.
    TropPeu,
    /// The figure is secret for who reads, and so is what it would become.
    Secret,
}

/// What the share of the year that is behind was told by.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Methode {
    /// The year before at the same day: that share of its events.
    Saison(f64),
    /// The days gone: that share of the year.
    Jours(f64),
}

/// Where the year would end.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Fin {
    /// It is over: the figure is that of the year.
    Finie,
    /// At that figure, within that interval.
    Prevue(Fourchette, Methode),
    /// At that amount, at the same pace; no interval is known.
    Rythme(f64, Methode),
    /// Not told.
    Non(Raison),
}

/// What is left to be done.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Rythme {
    /// Of a count or an amount, per month: what was, what it would take in those that are left.
    ParMois {
        /// So far.
        fait: f64,
        /// From now on.
        requis: f64,
        /// Months left.
        mois: f64,
    },
    /// Of a rate: the rate that the events still to come would have to reach, and how many are expected; above
    /// one, or below zero, it cannot be reached by them.
    Taux {
        /// Rate of what is to come.
        requis: f64,
        /// Events to come.
        attendus: f64,
    },
    /// Of what is counted and whose end is not told: how many more before the year ends, fewer when negative;
    /// what it is divided by unchanged.
    EnTout {
        /// So many.
        reste: f64,
        /// Months left.
        mois: f64,
    },
}

/// A target, and where the centre stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Suivi<'a> {
    /// The target.
    pub objectif: Objectif,
    /// The indicator.
    pub indicateur: &'a Indicateur,
    /// What is counted above its bar: the numerator of a rapport, else the indicator itself.
    pub compte: &'a Indicateur,
    /// What is counted below its bar: the denominator of a rapport, else the indicator itself.
    pub parmi: &'a Indicateur,
    /// The target, in the unit of the figure.
    pub cible: f64,
    /// Extraction of the centre; none when nothing was received.
    pub extraction: Option<Date>,
    /// The figure; none when it is not received.
    pub chiffre: Option<Chiffre>,
    /// Whether the target is reached by the figure; none without one.
    pub atteint: Option<bool>,
    /// Where the year would end.
    pub fin: Fin,
    /// What is left to be done; none when the target is reached or when it is not told.
    pub rythme: Option<Rythme>,
}

impl Suivi<'_> {
    /// By how much the figure is above the target, in its own unit; none without a figure.
    #[must_use]
    pub fn distance(&self) -> Option<f64> {
        Some(self.chiffre.as_ref()?.valeur? - self.cible)
    }
}

/// Whether a value reaches a target.
#[must_use]
pub fn reaches(sens: Sens, valeur: f64, cible: f64) -> bool {
    match towards(sens) {
        Vers::Haut => valeur >= cible,
        Vers::Bas => valeur <= cible,
    }
}

/// Where the centres of the snapshot stand for these targets, in their order; those of an indicator that the
/// catalogue no longer has are left out. What targets share is read once: the year, the months of a centre when its
/// targets follow one another.
#[must_use]
pub fn follow<'a>(etat: &'a Etat, objectifs: &[Objectif]) -> Vec<Suivi<'a>> {
    let lot = Lot::new(etat, objectifs);
    let same = |left: &Objectif, right: &Objectif| {
        (&left.cle.structure_id, left.cle.annee) == (&right.cle.structure_id, right.cle.annee)
    };
    objectifs.chunk_by(same).flat_map(|own| of_centre(etat, &lot, own)).collect()
}

/// The same for targets of one centre and one year.
fn of_centre<'a>(etat: &'a Etat, lot: &Lot<'a>, objectifs: &[Objectif]) -> Vec<Suivi<'a>> {
    let Some(CleObjectif { structure_id, annee, .. }) = objectifs.first().map(|own| &own.cle)
    else {
        return Vec::new();
    };
    let Some(exercice) = lot.annee(*annee) else { return Vec::new() };
    let centre = etat.centres.get(structure_id);
    let mois = centre.map(|centre| exercice.mois(centre)).unwrap_or_default();
    let followed = objectifs.iter().filter_map(|objectif| {
        let sujet = lot.sujet(&objectif.cle.indicateur)?;
        let Sujet { indicateur, compte, parmi } = sujet;
        let cible = value(objectif.valeur?);
        let measured = centre.map_or(Mesuree::NonRecue, |centre| {
            exercice.releve.mesuree(indicateur, &centre.structure_id)
        });
        let chiffre = match measured {
            Mesuree::NonRecue => None,
            Mesuree::Secrete => Some(Chiffre::SECRET),
            Mesuree::Connue(own) => Some(Chiffre::new(indicateur.calcul, own)),
        };
        let valeur = chiffre.as_ref().and_then(|chiffre| chiffre.valeur);
        let atteint = valeur.map(|valeur| reaches(indicateur.sens, valeur, cible));
        let (fin, rythme) = match (centre, measured) {
            (_, Mesuree::Secrete) => (Fin::Non(Raison::Secret), None),
            (Some(centre), Mesuree::Connue(own)) => {
                let annee = Annee { exercice, centre, mois: &mois, sujet };
                annee.tell(own, (atteint == Some(false)).then_some(cible))
            }
            _ => (Fin::Non(Raison::NonRecu), None),
        };
        Some(Suivi {
            objectif: objectif.clone(),
            indicateur,
            compte,
            parmi,
            cible,
            extraction: centre.map(|centre| centre.version.date_extraction),
            chiffre,
            atteint,
            fin,
            rythme,
        })
    });
    followed.collect()
}

#[cfg(test)]
mod tests;
