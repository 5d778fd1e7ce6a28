//! The header of a file of series: which column names the centre, which says the year, the source, the
//! unit, and which are variables.

use std::collections::{BTreeMap, BTreeSet};

use mallette_domain::normalise;
use mallette_ingest::{Cellule, LigneBrute, Tableau};

use crate::apport::fichier::{ENTETE, VALEUR, shown};
use crate::port::Refus;

/// Where the columns with a sense of their own stand; every other one is a variable.
#[derive(Debug, Default)]
pub(super) struct Places {
    pub(super) centre: usize,
    pub(super) annee: Option<usize>,
    pub(super) source: Option<usize>,
    pub(super) unite: Option<usize>,
    /// In long form: the columns of the variable and of its value.
    pub(super) long: Option<(usize, usize)>,
    /// In wide form: place, key and label of each variable.
    pub(super) variables: Vec<(usize, String, String)>,
    pub(super) ignorees: Vec<String>,
    /// Headers, as they are repeated.
    pub(super) entetes: BTreeMap<usize, String>,
}

const CODES: [&str; 7] =
    ["code", "codecentre", "codeducentre", "codestructure", "structureid", "codeimilo", "codeml"];
const CENTRES: [&str; 8] = [
    "centre",
    "nom",
    "nomducentre",
    "structure",
    "missionlocale",
    "ml",
    "nomdelastructure",
    "libelle",
];
const PLACES: [&str; 7] =
    ["departement", "codedepartement", "dep", "region", "coderegion", "reg", "groupepairs"];

/// The header of a sheet: its first row that names a column of centres and another one.
pub(super) fn header(tableau: &Tableau) -> Option<(usize, Result<Places, Refus>)> {
    tableau.lignes.iter().take(ENTETE).enumerate().find_map(|(rank, ligne)| {
        let texts: Vec<(usize, &str)> = ligne
            .cellules
            .iter()
            .enumerate()
            .filter_map(|(place, cellule)| match cellule {
                Cellule::Texte(text) => Some((place, text.as_str())),
                _ => None,
            })
            .collect();
        let among = |known: &[&str]| {
            texts.iter().find(|(_, text)| known.contains(&normalise(text).as_str())).map(|t| t.0)
        };
        let centre = among(&CODES).or_else(|| among(&CENTRES))?;
        let data: &[LigneBrute] = tableau.lignes.get(rank + 1..).unwrap_or_default();
        (texts.len() > 1).then(|| (rank, places(centre, &texts, data)))
    })
}

/// What each column of a header is.
fn places(centre: usize, texts: &[(usize, &str)], data: &[LigneBrute]) -> Result<Places, Refus> {
    let find = |wanted: &[&str]| {
        let mut others = texts.iter().filter(|(place, _)| *place != centre);
        others.find(|(_, text)| wanted.contains(&normalise(text).as_str())).map(|(place, _)| *place)
    };
    let mut places = Places {
        centre,
        annee: find(&["annee", "an", "millesime"]),
        entetes: texts.iter().map(|(place, text)| (*place, shown(text))).collect(),
        ..Places::default()
    };
    if let (Some(variable), Some(valeur)) =
        (find(&["variable", "indicateur", "serie"]), find(&["valeur", "value"]))
    {
        places.long = Some((variable, valeur));
        places.source = find(&["source"]);
        places.unite = find(&["unite"]);
    }
    let mut taken = vec![Some(centre), places.annee, places.source, places.unite];
    taken.extend([places.long.map(|long| long.0), places.long.map(|long| long.1)]);
    let mut known: BTreeMap<String, String> = BTreeMap::new();
    for (place, text) in texts.iter().filter(|(place, _)| !taken.contains(&Some(*place))) {
        let key = normalise(text);
        let names = [&CODES[..], &CENTRES, &PLACES].concat().contains(&key.as_str());
        if places.long.is_some() || names || key.is_empty() {
            places.ignorees.push(shown(text));
            continue;
        }
        let libelle = label(text).ok_or_else(|| {
            Refus(format!(
                "L'en-tête « {} » est trop long : {VALEUR} caractères au plus.",
                shown(text)
            ))
        })?;
        if let Some(other) = known.insert(key.clone(), libelle.clone()) {
            return Err(Refus(format!(
                "Deux colonnes disent la même variable : « {other} » et « {libelle} ». En garder une."
            )));
        }
        places.variables.push((*place, key, libelle));
    }
    // Columns that hold something under no header.
    let headed: Vec<usize> = texts.iter().map(|(place, _)| *place).collect();
    let filled = data.iter().flat_map(|ligne| ligne.cellules.iter().enumerate());
    let filled =
        filled.filter(|(place, cellule)| **cellule != Cellule::Vide && !headed.contains(place));
    let bare: BTreeSet<usize> = filled.map(|(place, _)| place).collect();
    places.ignorees.extend(bare.iter().map(|place| format!("colonne {} sans en-tête", place + 1)));
    if places.long.is_none() && places.variables.is_empty() {
        let raison = "Aucune colonne n'est une variable : à côté de celle des centres, il en faut une \
                      par variable.";
        return Err(Refus(raison.to_owned()));
    }
    Ok(places)
}

/// A label, its spaces made single; none when it is too long.
pub(super) fn label(text: &str) -> Option<String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let libelle = words.join(" ");
    (!libelle.is_empty() && libelle.chars().count() <= VALEUR).then_some(libelle)
}
