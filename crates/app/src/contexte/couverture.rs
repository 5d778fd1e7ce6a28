//! Counts over a series: first receptions for a thousand young people of the territory, entries per
//! full-time post. A centre without the count or without the series has no ratio, and neither counts
//! in the total: both sides of a total are of the same centres.

use std::collections::BTreeMap;

use mallette_catalogue::{Calcul, Indicateur};

use super::Serie;
use crate::etat::Etat;
use crate::lecture::indicateurs::fiche::Fiche;
use crate::lecture::indicateurs::releve::Releve;

/// The ratio of one centre.
#[derive(Debug, Clone, PartialEq)]
pub struct Ligne<'a> {
    /// I-MILO code.
    pub structure_id: &'a str,
    /// Its name.
    pub nom: &'a str,
    /// The count; none when it was not received.
    pub compte: Option<f64>,
    /// The value of the series; none when it does not have that centre.
    pub serie: Option<f64>,
    /// One over the other; none when either is missing, or the series is not above zero.
    pub rapport: Option<f64>,
}

/// Counts over one variable.
#[derive(Debug, Clone, PartialEq)]
pub struct Couverture<'a> {
    /// Label of the variable.
    pub libelle: &'a str,
    /// Its unit.
    pub unite: &'a str,
    /// For how many of its units the ratio is said.
    pub pour: i64,
    /// Year and source of its series; none when it has none for that year nor before.
    pub origine: Option<(i16, &'a str)>,
    /// The ratio of all the centres of the région that have both.
    pub region: Option<f64>,
    /// How many they are.
    pub comptes: usize,
    /// The centres shown by the page.
    pub lignes: Vec<Ligne<'a>>,
}

/// Whether an indicator is a count, which a series may stand under.
#[must_use]
pub fn is_count(indicateur: &Indicateur) -> bool {
    matches!(indicateur.calcul, Calcul::Effectif | Calcul::Distinct)
}

/// The coverage ratios of the page of an indicator. `figures` is the snapshot that has its period.
#[must_use]
pub fn coverages<'a>(etat: &'a Etat, figures: &'a Etat, fiche: &Fiche<'a>) -> Vec<Couverture<'a>> {
    if !is_count(fiche.indicateur) {
        return Vec::new();
    }
    let annee = fiche.periode.fin.year();
    let at: BTreeMap<&str, &Serie> =
        etat.contexte.at(annee).into_iter().map(|serie| (serie.variable.as_str(), serie)).collect();
    let releve = Releve::new(figures, fiche.periode, &[fiche.indicateur.code.as_str()]);
    let count = |id: &str| releve.chiffre(fiche.indicateur, id).and_then(|chiffre| chiffre.valeur);
    let of_region = |id: &&str| {
        let compared = etat.compares().find(|(other, _)| other == id);
        compared.is_some_and(|(_, centre)| {
            centre.rattachement.region.as_deref().unwrap_or_default() == fiche.region
        })
    };
    let region: Vec<&str> = etat.compares().map(|(id, _)| id).filter(of_region).collect();
    let known = etat.contexte.denominateurs.iter().filter_map(|(variable, pour)| {
        let mut any = etat.contexte.series.iter().rev();
        let label = any.find(|serie| serie.variable == *variable)?;
        Some((label, at.get(variable.as_str()).copied(), *pour))
    });
    let coverage = |(label, serie, pour): (&'a Serie, Option<&'a Serie>, i64)| {
        let value = |id: &str| serie.and_then(|serie| serie.valeurs.get(id).copied());
        let ratio = |count: f64, under: f64| (under > 0.0).then(|| count / under * scale(pour));
        let both = region.iter().filter_map(|id| Some((count(id)?, value(id)?)));
        let both: Vec<(f64, f64)> = both.filter(|(_, under)| *under > 0.0).collect();
        let sums = both.iter().fold((0.0, 0.0), |sums, one| (sums.0 + one.0, sums.1 + one.1));
        let lignes = fiche.centres.iter().map(|centre| {
            let (compte, serie) = (count(centre.structure_id), value(centre.structure_id));
            Ligne {
                structure_id: centre.structure_id,
                nom: centre.nom,
                compte,
                serie,
                rapport: compte.zip(serie).and_then(|(count, under)| ratio(count, under)),
            }
        });
        Couverture {
            libelle: &label.libelle,
            unite: &label.unite,
            pour,
            origine: serie.map(|serie| (serie.annee, serie.source.as_str())),
            region: ratio(sums.0, sums.1),
            comptes: both.len(),
            lignes: lignes.collect(),
        }
    };
    known.map(coverage).collect()
}

#[expect(clippy::cast_precision_loss, reason = "one of five numbers, ten thousand at most")]
fn scale(pour: i64) -> f64 {
    pour as f64
}
