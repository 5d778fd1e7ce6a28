//! One centre: state of its data, its main figures with their position, its anomalies, its
//! antennes and its conseillers.

use std::collections::BTreeMap;

use mallette_catalogue::{Gravite, Indicateur};
use mallette_domain::periode::Periode;
use mallette_domain::resultat::{Groupe, Niveau};

use super::anomalies::{Bilan, Fautes, bilan, faults_by};
use super::reseau::{QUALITE, find_indicateur};
use crate::etat::{Centre, Etat};
use crate::lecture::indicateurs::chiffre::Chiffre;
use crate::lecture::indicateurs::groupe::{Place, groups, members_beside, place};
use crate::lecture::indicateurs::releve::{Releve, below};
use crate::lecture::requis::{Manque, missing};

/// The ten figures of a director, in the order of a young person's way. What a « sortie positive » counts is that of
/// the year: SOR-P, not PAC-P, which counts training in every year.
pub const PRINCIPAUX: [&str; 10] =
    ["ACC-N", "ACC-J", "DIA-T", "DIA-D", "PAC-E", "PAC-R", "PAC-V", "SOR-P", "PAC-D", QUALITE];

/// The one shown first, where a page is about one indicator and none is asked for.
const PREMIER: &str = "SOR-P";

/// The indicator that a page is about when none is asked for; none of a catalogue without any of the main figures.
#[must_use]
pub fn first(etat: &Etat) -> Option<&Indicateur> {
    let codes = std::iter::once(PREMIER).chain(PRINCIPAUX);
    codes.into_iter().find_map(|code| find_indicateur(etat, code))
}

/// The use of the envelope, beside the ten.
pub const ENVELOPPE: &str = "ALL-C";

/// One of the main figures.
#[derive(Debug, Clone)]
pub struct Principal<'a> {
    /// The indicator, under the definition that counts for the period.
    pub indicateur: &'a Indicateur,
    /// The figure; none when the period is not stored for the centre.
    pub chiffre: Option<Chiffre>,
    /// For a rate or a median, how far chance alone could move it (95 %).
    pub intervalle: Option<(f64, f64)>,
    /// Where the centre stands; none without a figure, or under the floor.
    pub place: Option<Place>,
}

/// An antenne or a conseiller.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sous<'a> {
    /// Its name, or I-MILO code; empty for what has none.
    pub cle: &'a str,
    /// Its faults at the extraction.
    pub fautes: Fautes,
    /// Its active dossiers, and the period whose figures count them; none when they are not stored so finely.
    pub actifs: Option<(Periode, u64)>,
}

/// The page.
#[derive(Debug, Clone)]
pub struct Fiche<'a> {
    /// The centre.
    pub centre: &'a Centre,
    /// The period of the figures.
    pub periode: Option<Periode>,
    /// Days between its extraction and the latest of the network.
    pub retard: i32,
    /// The main figures that the catalogue defines.
    pub principaux: Vec<Principal<'a>>,
    /// The tables that it never sent, and what they prevent.
    pub manques: Vec<Manque<'a>>,
    /// The use of the envelope; none without a period that is stored.
    pub enveloppe: Option<(&'a Indicateur, Chiffre)>,
    /// What rules caught.
    pub bilan: Bilan<'a>,
    /// Antennes, by name.
    pub antennes: Vec<Sous<'a>>,
    /// Conseillers, by code: never a ranking of persons.
    pub conseillers: Vec<Sous<'a>>,
}

/// The page of a centre; none when it has sent nothing.
#[must_use]
pub fn sheet<'a>(
    etat: &'a Etat,
    structure_id: &str,
    periode: Option<Periode>,
) -> Option<Fiche<'a>> {
    let centre = etat.centres.get(structure_id)?;
    Some(Fiche {
        centre,
        periode,
        retard: etat.date_extraction().map_or(0, |latest| {
            centre.version.date_extraction.until(latest).map_or(0, |span| span.get_days())
        }),
        manques: missing(&etat.catalogue, &centre.version),
        principaux: periode.map(|p| main_figures(etat, centre, p)).unwrap_or_default(),
        enveloppe: periode.and_then(|periode| {
            let indicateur = find_indicateur(etat, ENVELOPPE)?;
            let releve = Releve::new(etat, periode);
            Some((indicateur, releve.chiffre(indicateur, &centre.structure_id)?))
        }),
        bilan: own_bilan(etat, centre),
        antennes: parts(etat, centre, Niveau::Antenne, |groupe| groupe.antenne.as_deref()),
        // Who animates the network reads no conseiller: everything would stand there as nobody's.
        conseillers: match etat.lecteur.owns(structure_id) {
            true => parts(etat, centre, Niveau::Conseiller, |g| g.conseiller_id.as_deref()),
            false => Vec::new(),
        },
    })
}

/// What the rules found; of a centre that is not the reader's own, not what is about persons: the page of
/// margins of the network has those, small counts kept secret.
fn own_bilan<'a>(etat: &'a Etat, centre: &Centre) -> Bilan<'a> {
    bilan_of(etat, centre, |_| true)
}

/// The same of the groups of a centre that `keep` accepts.
pub(super) fn bilan_of<'a>(
    etat: &'a Etat,
    centre: &Centre,
    keep: impl Fn(&Groupe) -> bool,
) -> Bilan<'a> {
    let mut bilan = bilan(&etat.catalogue, centre, keep);
    if !etat.lecteur.owns(&centre.structure_id) {
        bilan.attrapees.retain(|own| own.regle.gravite != Gravite::Info);
        bilan.reperes = 0;
    }
    bilan
}

fn main_figures<'a>(etat: &'a Etat, centre: &Centre, periode: Periode) -> Vec<Principal<'a>> {
    let releve = Releve::new(etat, periode);
    let members = members_beside(etat, &centre.rattachement);
    let known = PRINCIPAUX.iter().filter_map(|code| find_indicateur(etat, code));
    let figures = known.map(|indicateur| {
        let id = centre.structure_id.as_str();
        let chiffre = releve.chiffre(indicateur, id);
        let groups = groups(&members, &releve, indicateur);
        let own = chiffre.as_ref();
        let place = own.and_then(|c| place(&groups, &centre.rattachement, indicateur, (id, c)));
        let drawn = own.and_then(|own| releve.echantillon(indicateur, id, own));
        let intervalle = drawn.and_then(|drawn| drawn.interval());
        Principal { indicateur: indicateur.at(periode), chiffre, intervalle, place }
    });
    figures.collect()
}

/// The parts of a centre at a level, with their faults and their active dossiers.
fn parts<'a>(
    etat: &'a Etat,
    centre: &'a Centre,
    niveau: Niveau,
    key: impl Fn(&'a Groupe) -> Option<&'a str>,
) -> Vec<Sous<'a>> {
    let (periode, actives) = active_parts(etat, centre, niveau).unzip();
    let mut parts: BTreeMap<&str, Sous<'_>> = faults_by(&etat.catalogue, &centre.resultats, key)
        .into_iter()
        .map(|(cle, fautes)| (cle, Sous { cle, fautes, actifs: None }))
        .collect();
    for (cle, chiffre) in actives.unwrap_or_default() {
        let empty = Sous { cle, fautes: Fautes::default(), actifs: None };
        parts.entry(cle).or_insert(empty).actifs = periode.zip(chiffre.lignes);
    }
    parts.into_values().collect()
}

/// Active dossiers at the extraction by part of a centre: what the indicator of quality divides by.
pub(crate) fn active_dossiers<'a>(
    etat: &Etat,
    centre: &'a Centre,
    niveau: Niveau,
) -> BTreeMap<&'a str, Chiffre> {
    active_parts(etat, centre, niveau).map(|(_, parts)| parts).unwrap_or_default()
}

/// The same, with the first period whose figures are stored so finely.
fn active_parts<'a>(
    etat: &Etat,
    centre: &'a Centre,
    niveau: Niveau,
) -> Option<(Periode, BTreeMap<&'a str, Chiffre>)> {
    let indicateur = find_indicateur(etat, QUALITE)?;
    let periodes = centre.resultats.indicateurs.iter().map(|stored| stored.periode);
    let found = periodes.map(|periode| (periode, below(etat, centre, indicateur, periode, niveau)));
    found.into_iter().find(|(_, parts)| !parts.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lecture::indicateurs::essai::{measure, region};

    #[test]
    fn the_positive_exits_of_the_ten_are_those_of_the_year() {
        let mut etat = region();
        let key = ("A", Niveau::Structure, "");
        for (annee, code, found) in [
            ("2019", "SOR-P", 60.0),
            // From 2020 on training no longer counts: 30 of the 60 that PAC-P still does.
            ("2020", "SOR-P", 30.0),
            ("2020", "PAC-P", 60.0),
        ] {
            measure(&mut etat, key, annee, code, (found, 100.0));
        }
        let told = |annee: &str| {
            let fiche = sheet(&etat, "A", Some(annee.parse().unwrap())).unwrap();
            assert!(fiche.principaux.iter().all(|own| own.indicateur.code != "PAC-P"));
            assert_eq!(fiche.principaux.len(), 10);
            let own =
                fiche.principaux.into_iter().find(|own| own.indicateur.code == "SOR-P").unwrap();
            (own.chiffre.unwrap().valeur, own.indicateur.definition.clone())
        };
        let (before, after) = (told("2019"), told("2020"));
        assert_eq!((before.0, after.0), (Some(0.6), Some(0.3)));
        assert!(
            before.1.starts_with("Jusqu'en 2019") && before.1.contains("formation"),
            "{before:?}"
        );
        assert!(
            after.1.starts_with("Depuis 2020") && after.1.contains("ne compte plus"),
            "{after:?}"
        );
    }
}
