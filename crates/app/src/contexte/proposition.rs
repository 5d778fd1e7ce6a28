//! Peer groups computed from the series: which variables, how many groups and why, what sets each
//! apart, how sure they are. The same series always give the same groups.

use mallette_stats::pairs::{
    Arbre, Coupe, Stabilite, propose as best, silhouettes, standardise, try_cuts, try_stability,
    ward,
};

use serde::{Deserialize, Serialize};

use super::Contexte;
use crate::lecture::indicateurs::groupe::PLUS_PETIT_GROUPE;
use crate::port::Refus;

/// Most groups that are tried.
pub const PLUS: usize = 12;
/// What sets a group apart: that many standard deviations from the mean, at least.
const ECART: f64 = 0.5;
/// Variables told for a group.
const TRAITS: usize = 3;
/// Longest label in the name proposed for a group.
const NOM: usize = 26;

/// What is chosen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Choix {
    /// The year: each variable is that of this year, or of the last one before.
    pub annee: i16,
    /// Keys of the variables; all of them when empty.
    pub variables: Vec<String>,
    /// How many groups; none for the number that the silhouette proposes.
    pub groupes: Option<usize>,
}

/// A variable that was used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variable {
    /// Its key.
    pub variable: String,
    /// Its label.
    pub libelle: String,
    /// Year of its series.
    pub annee: i16,
    /// Where it comes from.
    pub source: String,
}

/// What sets a group apart from the others.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Trait {
    /// Label of the variable.
    pub libelle: String,
    /// Mean of the group, in standard deviations from the mean of the network.
    pub ecart: f64,
}

/// Groups computed.
#[derive(Debug, Clone, PartialEq)]
pub struct Proposition {
    /// The variables that they are made from.
    pub variables: Vec<Variable>,
    /// Labels of those left out: the same for every centre.
    pub ecartees: Vec<String>,
    /// The centres in a group, by code.
    pub centres: Vec<String>,
    /// Codes of those without any value: in no group.
    pub sans_donnee: Vec<String>,
    /// How many values each centre lacks, counted as the mean.
    pub lacunes: Vec<usize>,
    /// Groups in groups.
    pub arbre: Arbre,
    /// What each number of groups gives.
    pub coupes: Vec<Coupe>,
    /// The number proposed; none when no number leaves five centres in each group.
    pub proposee: Option<Coupe>,
    /// The number chosen.
    pub groupes: usize,
    /// The group of each centre, from 0.
    pub membres: Vec<usize>,
    /// The silhouette of each centre.
    pub silhouettes: Vec<f64>,
    /// What becomes of the groups when one thing is taken away.
    pub stabilite: Stabilite,
    /// What sets each group apart, the strongest first.
    pub traits: Vec<Vec<Trait>>,
}

/// Computes groups of those centres.
///
/// # Errors
/// Why none can be: too few centres with a value, no variable that tells them apart.
pub fn propose(contexte: &Contexte, centres: &[&str], choix: &Choix) -> Result<Proposition, Refus> {
    let chosen = |variable: &str| {
        choix.variables.is_empty() || choix.variables.iter().any(|wanted| wanted == variable)
    };
    let series = contexte.at(choix.annee);
    let series: Vec<_> = series.into_iter().filter(|serie| chosen(&serie.variable)).collect();
    if series.is_empty() {
        return Err(Refus(format!(
            "Aucune série n'est en vigueur pour {} ni avant : en importer.",
            choix.annee
        )));
    }
    let row = |id: &&str| series.iter().map(|serie| serie.valeurs.get(*id).copied()).collect();
    let (mut kept, mut without, mut rows) =
        (Vec::new(), Vec::new(), Vec::<Vec<Option<f64>>>::new());
    for id in centres {
        let row: Vec<Option<f64>> = row(id);
        if row.iter().all(Option::is_none) {
            without.push((*id).to_owned());
        } else {
            kept.push((*id).to_owned());
            rows.push(row);
        }
    }
    if kept.len() < 2 * PLUS_PETIT_GROUPE {
        return Err(Refus(format!(
            "Il faut au moins {} centres avec des valeurs pour en faire des groupes de {} ou plus : {} \
             en ont.",
            2 * PLUS_PETIT_GROUPE,
            PLUS_PETIT_GROUPE,
            kept.len()
        )));
    }
    let echelle = standardise(&rows);
    if echelle.gardees.is_empty() {
        let raison = "Les variables choisies ont la même valeur partout : elles ne distinguent aucun \
                      centre.";
        return Err(Refus(raison.to_owned()));
    }
    let libelle = |rank: &usize| series.get(*rank).map(|serie| serie.libelle.clone());
    let variables: Vec<Variable> = echelle
        .gardees
        .iter()
        .filter_map(|rank| series.get(*rank))
        .map(|serie| Variable {
            variable: serie.variable.clone(),
            libelle: serie.libelle.clone(),
            annee: serie.annee,
            source: serie.source.clone(),
        })
        .collect();
    let arbre = ward(&echelle.points);
    let coupes = try_cuts(&echelle.points, &arbre, PLUS);
    let proposee = best(&coupes, PLUS_PETIT_GROUPE);
    let tried = |wanted: &usize| coupes.iter().any(|coupe| coupe.groupes == *wanted);
    let groupes = choix.groupes.filter(tried).or(proposee.map(|coupe| coupe.groupes)).unwrap_or(2);
    let membres = arbre.cut(groupes);
    let traits = (0..groupes).map(|group| traits(&echelle.points, &membres, group, &variables));
    Ok(Proposition {
        traits: traits.collect(),
        ecartees: echelle.ecartees.iter().filter_map(libelle).collect(),
        lacunes: rows.iter().map(|row| row.iter().filter(|v| v.is_none()).count()).collect(),
        silhouettes: silhouettes(&echelle.points, &membres),
        stabilite: try_stability(&echelle.points, &membres),
        centres: kept,
        sans_donnee: without,
        variables,
        arbre,
        coupes,
        proposee,
        groupes,
        membres,
    })
}

/// The variables whose mean in the group is the farthest from that of all.
fn traits(
    points: &[Vec<f64>],
    membres: &[usize],
    group: usize,
    variables: &[Variable],
) -> Vec<Trait> {
    let own =
        || points.iter().zip(membres).filter(|(_, own)| **own == group).map(|(point, _)| point);
    let mut all: Vec<Trait> = variables
        .iter()
        .enumerate()
        .map(|(rank, variable)| {
            let (sum, count) = own().fold((0.0, 0.0), |(sum, count), point| {
                (sum + point.get(rank).copied().unwrap_or_default(), count + 1.0)
            });
            Trait { libelle: variable.libelle.clone(), ecart: sum / f64::max(count, 1.0) }
        })
        .collect();
    all.sort_by(|left, right| right.ecart.abs().total_cmp(&left.ecart.abs()));
    all.truncate(TRAITS);
    all
}

impl Proposition {
    /// Mean silhouette of the groups chosen.
    #[must_use]
    pub fn silhouette(&self) -> f64 {
        let chosen = self.coupes.iter().find(|coupe| coupe.groupes == self.groupes);
        chosen.map_or(0.0, |coupe| coupe.silhouette)
    }

    /// Mean agreement with the groups found without one variable, or one centre.
    #[must_use]
    pub fn agreement(&self) -> f64 {
        let tried = self.stabilite.sans_variable.iter().chain(&self.stabilite.sans_centre);
        let (sum, count) = tried.fold((0.0, 0.0), |(sum, count), one| (sum + one, count + 1.0));
        if count > 0.0 { sum / count } else { 1.0 }
    }

    /// The variable whose absence changes the groups the most, and what agreement is left.
    #[must_use]
    pub fn weakest(&self) -> Option<(&str, f64)> {
        let tried = self.variables.iter().zip(&self.stabilite.sans_variable);
        let worst = tried.min_by(|left, right| left.1.total_cmp(right.1));
        worst.filter(|(_, left)| **left < 1.0).map(|(v, left)| (v.libelle.as_str(), *left))
    }

    /// How many centres a group has.
    #[must_use]
    pub fn size(&self, group: usize) -> usize {
        self.membres.iter().filter(|own| **own == group).count()
    }

    /// The names proposed for the groups, all different.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        for traits in &self.traits {
            let name = name(traits);
            let mut proposed = name.clone();
            let mut rank = 2;
            while names.contains(&proposed) {
                proposed = format!("{name} ({rank})");
                rank += 1;
            }
            names.push(proposed);
        }
        names
    }

    /// What tells these groups from others: the same variables, centres and groups have the same.
    #[must_use]
    pub fn empreinte(&self) -> String {
        let told = format!("{:?}{:?}{:?}", self.variables, self.centres, self.membres);
        blake3::hash(told.as_bytes()).to_hex().to_string()
    }
}

/// « Taux de chômage au-dessus, densité au-dessous »: what sets a group apart, as a name.
fn name(traits: &[Trait]) -> String {
    let told = traits.iter().filter(|told| told.ecart.abs() >= ECART).take(2).map(|told| {
        let libelle: String = told.libelle.chars().take(NOM).collect();
        let side = if told.ecart > 0.0 { "au-dessus" } else { "au-dessous" };
        format!("{} {side}", libelle.trim_end())
    });
    let told: Vec<String> = told.collect();
    if told.is_empty() { "Proche de la moyenne".to_owned() } else { told.join(", ") }
}
