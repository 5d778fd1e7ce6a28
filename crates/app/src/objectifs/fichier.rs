//! A file of targets: centre, indicator, year, target, in any table file. Read line by line; what is wrong is
//! said with its line, and nothing is written before it was shown.

use std::collections::BTreeMap;

use mallette_catalogue::{Catalogue, Indicateur};
use mallette_domain::normalise;
use mallette_domain::structure::{self, Reconnaissance};
use mallette_ingest::{Bornes, Cellule, LigneBrute, Tableau, read_cells};

use super::{ANNEES, CleObjectif, PorteeObjectif, lecture};
use crate::apport::fichier::{ENTETE, Faute, find_sheet, shown};
use crate::comptes::{Comptes, refuse};
use crate::etat::Etat;
use crate::port::{Atelier as _, Refus};
use crate::vie::Qui;

/// Largest file of targets, in bytes.
pub const OCTETS: usize = 2 << 20;
/// Most lines of such a file.
pub const LIGNES: usize = 5_000;
/// How large it may be once unfolded.
const BORNES: Bornes = Bornes { octets: 64 << 20, lignes: LIGNES, colonnes: 60 };

/// The columns, in the order of the template, with their other wordings as [`normalise`] leaves them.
const COLONNES: [(&str, &[&str]); 4] = [
    ("Centre", &["structure", "codecentre", "codestructure", "missionlocale", "ml"]),
    ("Indicateur", &["code", "codeindicateur"]),
    ("Année", &["exercice", "an"]),
    ("Objectif", &["cible", "valeur", "valeurcible"]),
];

const CENTRE: usize = 0;
const INDICATEUR: usize = 1;
const ANNEE: usize = 2;
const OBJECTIF: usize = 3;

/// The headers of the template.
#[must_use]
pub fn headers() -> [&'static str; 4] {
    COLONNES.map(|(libelle, _)| libelle)
}

/// A target that a line asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Demande {
    /// Line of the file.
    pub ligne: u32,
    /// What it is about.
    pub cle: CleObjectif,
    /// In the parts in which targets are kept; none for an empty cell, which takes it back.
    pub valeur: Option<i64>,
    /// What is in force; none when nothing is.
    pub avant: Option<i64>,
}

impl Demande {
    /// Whether it changes something.
    #[must_use]
    pub fn changes(&self) -> bool {
        self.valeur != self.avant
    }
}

/// What a file asks for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lu {
    /// The sheet that was read; none in a text file.
    pub feuille: Option<String>,
    /// Lines that can be read.
    pub demandes: Vec<Demande>,
    /// What is wrong in those that cannot, in their order.
    pub fautes: Vec<Faute>,
}

impl Comptes {
    /// Reads one target as a form gives it: centre, indicator, year, target.
    ///
    /// # Errors
    /// Why it is not one, in French.
    pub fn read_objectif(
        &self,
        portee: PorteeObjectif,
        textes: [&str; 4],
    ) -> Result<(CleObjectif, Option<i64>), String> {
        let etat = self.atelier.etat();
        let textes = textes.map(|text| Ok(text.trim().to_owned()));
        one(textes, &etat.catalogue, &names(&etat), portee).map_err(|(_, raison)| raison)
    }

    /// Whether a code is that of a centre of the network, even of one that ended, or of the built-in list.
    #[must_use]
    pub fn knows_centre(&self, structure_id: &str) -> bool {
        let etat = self.atelier.etat();
        etat.reseau.contains_key(structure_id)
            || etat.termines.contains_key(structure_id)
            || structure::find(structure_id).is_some()
    }

    /// Reads a file of targets, each held against what is in force. Nothing is kept of it.
    ///
    /// # Errors
    /// When it is no table file, is too large, or has no line of targets.
    pub async fn read_objectifs(
        &self,
        qui: &Qui,
        portee: PorteeObjectif,
        (nom, octets): (&str, Vec<u8>),
    ) -> Result<Lu, Refus> {
        if octets.len() > OCTETS {
            return Err(Refus(format!("Ce fichier dépasse {} Mio. Le partager.", OCTETS >> 20)));
        }
        let tableaux = read_cells(nom, octets, BORNES).map_err(refuse)?;
        let etat = self.atelier.etat();
        let mut lu = read(&tableaux, &etat.catalogue, &names(&etat), portee)?;
        let refused =
            |demande: &Demande| !qui.sets_objectif(demande.cle.portee, &demande.cle.structure_id);
        let (others, own): (Vec<_>, Vec<_>) = lu.demandes.into_iter().partition(refused);
        let why = "ce centre n'est pas de ceux dont ce compte fixe les objectifs";
        let feuille = lu.feuille.clone();
        lu.fautes.extend(others.into_iter().map(|other| {
            let valeur = other.cle.structure_id;
            fault((feuille.as_deref(), other.ligne), (CENTRE, &valeur), why)
        }));
        lu.fautes.sort_by_key(|faute| faute.ligne);
        lu.demandes = own;
        let mut held: BTreeMap<CleObjectif, i64> = BTreeMap::new();
        let mut annees: Vec<i16> = lu.demandes.iter().map(|demande| demande.cle.annee).collect();
        annees.sort_unstable();
        annees.dedup();
        for annee in annees {
            for objectif in self.objectifs(qui, annee).await? {
                if let Some(valeur) = objectif.valeur {
                    held.insert(objectif.cle, valeur);
                }
            }
        }
        for demande in &mut lu.demandes {
            demande.avant = held.get(&demande.cle).copied();
        }
        Ok(lu)
    }
}

/// The centres of the network, with their names.
fn names(etat: &Etat) -> BTreeMap<&str, &str> {
    let known = etat.reseau.iter();
    known.map(|(id, place)| (id.as_str(), place.nom.as_deref().unwrap_or_default())).collect()
}

/// The targets of the first sheet that has the columns.
fn read(
    tableaux: &[Tableau],
    catalogue: &Catalogue,
    noms: &BTreeMap<&str, &str>,
    portee: PorteeObjectif,
) -> Result<Lu, Refus> {
    let Some((tableau, (rank, places), _)) = find_sheet(tableaux, header) else {
        return Err(Refus(format!(
            "Aucune ligne d'en-tête n'a été reconnue : il faut les colonnes « {} ». Partir du modèle à \
             télécharger.",
            headers().join(" », « ")
        )));
    };
    let mut lu = Lu { feuille: tableau.feuille.as_deref().map(shown), ..Lu::default() };
    let feuille = lu.feuille.clone();
    let mut seen: BTreeMap<CleObjectif, u32> = BTreeMap::new();
    for ligne in tableau.lignes.iter().skip(rank + 1) {
        let texts = places.map(|place| cell(ligne, place));
        if texts.iter().all(|text| text.as_deref() == Ok("")) {
            continue;
        }
        let wrong = |colonne: usize, raison: &str| {
            let place = places.get(colonne).copied().unwrap_or_default();
            let at = (feuille.as_deref(), ligne.ligne);
            fault(at, (colonne, &said(ligne, place)), raison)
        };
        match one(texts, catalogue, noms, portee) {
            Err((colonne, raison)) => lu.fautes.push(wrong(colonne, &raison)),
            Ok((cle, valeur)) => match seen.get(&cle) {
                Some(first) => {
                    let raison = format!("le même objectif est déjà demandé à la ligne {first}");
                    lu.fautes.push(wrong(OBJECTIF, &raison));
                }
                None => {
                    seen.insert(cle.clone(), ligne.ligne);
                    lu.demandes.push(Demande { ligne: ligne.ligne, cle, valeur, avant: None });
                }
            },
        }
    }
    if lu.demandes.is_empty() && lu.fautes.is_empty() {
        let raison = "Ce fichier a un en-tête et aucune ligne : y écrire un objectif par ligne.";
        return Err(Refus(raison.to_owned()));
    }
    Ok(lu)
}

/// The row of the header, and where each column is.
fn header(tableau: &Tableau) -> Option<(usize, [usize; 4])> {
    tableau.lignes.iter().take(ENTETE).enumerate().find_map(|(rank, ligne)| {
        let place = |(libelle, wordings): &(&str, &[&str])| {
            ligne.cellules.iter().position(|cellule| {
                let Cellule::Texte(text) = cellule else { return false };
                let key = normalise(text);
                key == normalise(libelle) || wordings.contains(&key.as_str())
            })
        };
        let [centre, indicateur, annee, objectif] = COLONNES;
        let places = [place(&centre)?, place(&indicateur)?, place(&annee)?, place(&objectif)?];
        Some((rank, places))
    })
}

fn cell(ligne: &LigneBrute, place: usize) -> Result<String, String> {
    match ligne.cellules.get(place) {
        None | Some(Cellule::Vide) => Ok(String::new()),
        Some(Cellule::Texte(text)) => Ok(text.trim().to_owned()),
        Some(Cellule::Jour(day)) => {
            Err(format!("« {day} » est une date, là où un nombre est attendu"))
        }
        Some(Cellule::Illisible(text)) => Err(format!("« {} » ne se lit pas", shown(text))),
    }
}

/// What a cell says, to be repeated.
fn said(ligne: &LigneBrute, place: usize) -> String {
    match ligne.cellules.get(place) {
        None | Some(Cellule::Vide) => String::new(),
        Some(Cellule::Texte(text) | Cellule::Illisible(text)) => text.trim().to_owned(),
        Some(Cellule::Jour(day)) => day.to_string(),
    }
}

/// A fault, its reason made a sentence.
fn fault(
    (feuille, ligne): (Option<&str>, u32),
    (colonne, valeur): (usize, &str),
    raison: &str,
) -> Faute {
    let mut letters = raison.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    Faute {
        feuille: feuille.map(str::to_owned),
        ligne,
        colonne: COLONNES.get(colonne).map_or("", |(titre, _)| *titre).to_owned(),
        valeur: shown(valeur),
        raison: format!("{first}{}.", letters.as_str()),
    }
}

/// The target that a line asks for; else the column at fault, and why.
fn one(
    texts: [Result<String, String>; 4],
    catalogue: &Catalogue,
    noms: &BTreeMap<&str, &str>,
    portee: PorteeObjectif,
) -> Result<(CleObjectif, Option<i64>), (usize, String)> {
    let at = |colonne: usize| move |raison: String| (colonne, raison);
    let [centre, indicateur, annee, objectif] = texts;
    let centre = centre.map_err(at(CENTRE))?;
    let structure_id = find_centre(&centre, noms).map_err(at(CENTRE))?;
    let indicateur = indicateur.map_err(at(INDICATEUR))?;
    let found = find_indicateur(&indicateur, catalogue).map_err(at(INDICATEUR))?;
    let text = annee.map_err(at(ANNEE))?;
    // A spreadsheet may keep a year as a number with decimals.
    let year = text.strip_suffix(".0").unwrap_or(&text);
    let annee: i16 = year
        .parse()
        .ok()
        .filter(|annee| ANNEES.contains(annee))
        .ok_or_else(|| at(ANNEE)(format!("« {} » n'est pas une année", shown(&text))))?;
    let text = objectif.map_err(at(OBJECTIF))?;
    let valeur = match text.as_str() {
        "" => None,
        text => Some(lecture::read(found, &shown(text)).map_err(at(OBJECTIF))?),
    };
    let indicateur = found.code.clone();
    Ok((CleObjectif { structure_id, indicateur, annee, portee }, valeur))
}

/// The centre that a text names, by code or by name.
fn find_centre(text: &str, noms: &BTreeMap<&str, &str>) -> Result<String, String> {
    if text.is_empty() {
        return Err("le centre manque".to_owned());
    }
    let own = noms.iter().find(|(id, nom)| {
        id.eq_ignore_ascii_case(text) || (!nom.is_empty() && normalise(nom) == normalise(text))
    });
    if let Some((id, _)) = own {
        return Ok((*id).to_owned());
    }
    match structure::recognise(text) {
        Reconnaissance::Une(known) => Ok(known.structure_id.to_owned()),
        Reconnaissance::Plusieurs(_) => {
            Err(format!("plusieurs centres portent le nom « {} » : écrire le code", shown(text)))
        }
        Reconnaissance::Aucune => Err(format!("le centre « {} » n'est pas connu", shown(text))),
    }
}

/// The indicator that a text names, by code or by title.
fn find_indicateur<'a>(text: &str, catalogue: &'a Catalogue) -> Result<&'a Indicateur, String> {
    let key = normalise(text);
    let mut known = catalogue.indicateurs.iter();
    known
        .find(|known| known.code.eq_ignore_ascii_case(text) || normalise(&known.titre) == key)
        .ok_or_else(|| format!("l'indicateur « {} » n'est pas au catalogue", shown(text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lu(csv: &str) -> Result<Lu, Refus> {
        let tableaux = read_cells("objectifs.csv", csv.as_bytes().to_vec(), BORNES).unwrap();
        let catalogue = Catalogue::builtin().unwrap();
        let noms = [("A", "69-ML ESSAI")].into();
        read(&tableaux, &catalogue, &noms, PorteeObjectif::Reseau)
    }

    #[test]
    fn each_line_is_read_or_refused_with_its_number() {
        let found = lu("Objectifs notifiés;;;\nCentre;Indicateur;Année;Cible\n\
             A;PAC-P;2026;62,5 %\n69-ml essai;Sorties positives de PACEA, formation comprise;2025;60\n\
             69382S00;ACC-N;2026;1250\nA;PAC-P;2026;63\nA;PAC-P;26;60\nB;PAC-P;2026;60\n\
             A;PAC-X;2026;60\nA;PAC-P;2027;soixante\nA;ACC-N;2026;\n;;;\n")
        .unwrap();
        let told: Vec<_> = found
            .demandes
            .iter()
            .map(|d| (d.ligne, d.cle.structure_id.as_str(), d.cle.indicateur.as_str(), d.valeur))
            .collect();
        let expected = [
            (3, "A", "PAC-P", Some(62_500)),
            (4, "A", "PAC-P", Some(60_000)),
            (5, "69382S00", "ACC-N", Some(125_000_000)),
            (11, "A", "ACC-N", None),
        ];
        assert_eq!(told, expected);
        let lines: Vec<(u32, &str, &str)> = found
            .fautes
            .iter()
            .map(|faute| (faute.ligne, faute.colonne.as_str(), faute.valeur.as_str()))
            .collect();
        let expected = [
            (6, "Objectif", "63"),
            (7, "Année", "26"),
            (8, "Centre", "B"),
            (9, "Indicateur", "PAC-X"),
            (10, "Objectif", "soixante"),
        ];
        assert_eq!(lines, expected);
        assert!(found.fautes[0].raison.contains("ligne 3"), "{:?}", found.fautes);
        assert_eq!(found.fautes[2].raison, "Le centre « B » n'est pas connu.");
    }

    #[test]
    fn what_is_no_list_of_targets_is_refused_whole() {
        assert!(lu("Centre;Année\nA;2026\n").is_err());
        assert!(lu("Centre;Indicateur;Année;Objectif\n").is_err());
    }
}
