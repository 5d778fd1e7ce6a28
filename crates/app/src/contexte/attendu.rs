//! « À contexte égal »: what the centres in the nearest context lead to expect of a rate, a mean, a
//! ratio. Counts are not compared: they follow the size of centres; nor are figures under the floor.
//!
//! Of eight centres that are all alike, six in ten leave the central half of the others by chance alone: a
//! centre is said to be apart from its neighbours only where its interval leaves out those of most of them, the
//! intervals of all centres holding together.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use mallette_catalogue::{Calcul, Indicateur};
use mallette_domain::periode::Periode;
use mallette_stats::ordre::{beside, risk_of_each};
use mallette_stats::pairs::standardise;
use mallette_stats::voisins::{chance, expect, explained};

use super::Serie;
use crate::etat::Etat;
use crate::lecture::indicateurs::releve::Releve;

/// How many centres a centre is compared with.
pub const VOISINS: usize = 8;
/// Fewer centres with a figure and a context than this are not compared so.
pub const ASSEZ: usize = 12;
/// Below that part of the gaps, the context explains nothing worth telling.
const RIEN: f64 = 0.05;
/// When chance does as well more often than that, it explains nothing either.
const HASARD: f64 = 0.05;
/// Shuffles by which that is told, and what draws them: the same figures, the same answer.
const TIRAGES: (u32, u64) = (199, 2019);

/// What is expected of a centre.
#[derive(Debug, Clone, PartialEq)]
pub struct Attendu<'a> {
    /// The centres in the nearest context, the nearest first.
    pub voisins: Vec<&'a str>,
    /// Median of their figures.
    pub mediane: f64,
    /// First and third quarters of their figures.
    pub quarts: (f64, f64),
    /// Its own figure less what is expected; none without a figure, or under the floor.
    pub ecart: Option<f64>,
    /// Whether it is surely above or below most of them; equal when chance would do, none where chance is not
    /// reckoned.
    pub cote: Option<Ordering>,
    /// The floor that its figure does not reach: it is compared with nobody.
    pub plancher: Option<u64>,
}

/// What the context says of an indicator.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict<'a> {
    /// Too few centres have a figure and a context: how many.
    TropPeu(usize),
    /// It explains nothing, or no more than chance would: nothing is expected.
    Rien,
    /// It explains that part of the gaps; what is expected of each centre.
    Explique(f64, BTreeMap<&'a str, Attendu<'a>>),
}

/// The comparison, and the series that it is made from.
#[derive(Debug, Clone, PartialEq)]
pub struct Egal<'a> {
    /// The series, one per variable.
    pub series: Vec<&'a Serie>,
    /// What comes out.
    pub verdict: Verdict<'a>,
}

/// Whether an indicator may be compared between centres of different sizes.
#[must_use]
pub fn is_comparable(indicateur: &Indicateur) -> bool {
    // What stands over a series of the context is compared with the context already.
    indicateur.couverture.is_none()
        && !matches!(indicateur.calcul, Calcul::Effectif | Calcul::Distinct | Calcul::Somme)
}

/// Compares centres with those in the nearest context. None for a count, and without any series.
/// `figures` is the snapshot that has the period.
#[must_use]
pub fn compare<'a>(
    etat: &'a Etat,
    figures: &Etat,
    indicateur: &Indicateur,
    periode: Periode,
) -> Option<Egal<'a>> {
    let series = etat.contexte.at(periode.fin.year());
    if series.is_empty() || !is_comparable(indicateur) {
        return None;
    }
    let releve = Releve::new(figures, periode);
    let (mut centres, mut rows, mut values) = (Vec::new(), Vec::new(), Vec::new());
    let (mut samples, mut floors) = (Vec::new(), Vec::new());
    for id in super::centres(etat) {
        let row: Vec<Option<f64>> =
            series.iter().map(|serie| serie.valeurs.get(id).copied()).collect();
        if row.iter().any(Option::is_some) {
            centres.push(id);
            rows.push(row);
            let chiffre = releve.chiffre(indicateur, id);
            floors.push(chiffre.as_ref().and_then(|chiffre| chiffre.floor(indicateur)));
            let compared =
                chiffre.filter(|own| own.valeur.is_some() && own.floor(indicateur).is_none());
            values.push(compared.and_then(|own| own.valeur));
            samples.push(compared.and_then(|own| releve.echantillon(indicateur, id, &own)));
        }
    }
    let risque = risk_of_each(samples.iter().flatten().count());
    let intervals: Vec<_> =
        samples.iter().map(|own| own.and_then(|own| own.within(risque))).collect();
    let known = values.iter().flatten().count();
    let points = standardise(&rows).points;
    let is_chance = || {
        let share = chance(&points, &values, VOISINS, TIRAGES.0, TIRAGES.1);
        share.is_none_or(|share| share > HASARD)
    };
    let verdict = match explained(&points, &values, VOISINS) {
        _ if known < ASSEZ => Verdict::TropPeu(known),
        Some(part) if part >= RIEN && !is_chance() => {
            let expected = (0..centres.len()).filter_map(|rank| {
                let found = expect(&points, &values, rank, VOISINS)?;
                let own = values.get(rank).copied().flatten();
                let attendu = Attendu {
                    voisins: found
                        .voisins
                        .iter()
                        .filter_map(|at| centres.get(*at))
                        .copied()
                        .collect(),
                    mediane: found.mediane,
                    quarts: found.quarts,
                    ecart: own.map(|own| own - found.mediane),
                    cote: beside(&intervals, rank, &found.voisins),
                    plancher: floors.get(rank).copied().flatten(),
                };
                Some((*centres.get(rank)?, attendu))
            });
            Verdict::Explique(part, expected.collect())
        }
        _ => Verdict::Rien,
    };
    Some(Egal { series, verdict })
}
