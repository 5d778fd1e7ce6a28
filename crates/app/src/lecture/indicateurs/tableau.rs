//! Centres × indicators over a period.

use std::collections::BTreeMap;

use mallette_catalogue::{CadrePublic, Indicateur, chosen};
use mallette_domain::periode::Periode;
use mallette_domain::resultat::Rattachement;

use super::chiffre::Cellule;
use super::hasard::interval;
use super::releve::Releve;
use crate::etat::Etat;
use crate::lecture::reseau;

/// One centre, or several together.
#[derive(Debug, Clone, PartialEq)]
pub struct Ligne<'a> {
    /// I-MILO code of the centre, code of the région.
    pub cle: &'a str,
    /// Name to show.
    pub nom: &'a str,
    /// One figure per indicator, in their order.
    pub cellules: Vec<Cellule>,
    /// How far chance alone could move each (95 %), in the same order; none where it is not reckoned.
    pub intervalles: Vec<Option<(f64, f64)>>,
    /// Centres added up.
    pub centres: usize,
}

/// The table.
#[derive(Debug, Clone)]
pub struct Tableau<'a> {
    /// The period.
    pub periode: Periode,
    /// The columns.
    pub indicateurs: Vec<&'a Indicateur>,
    /// Each région, all its centres together: computed over sums.
    pub regions: Vec<Ligne<'a>>,
    /// The peer group that was asked for, its centres together.
    pub groupe: Option<Ligne<'a>>,
    /// Every centre of the network, or of the group, received or not, by name.
    pub centres: Vec<Ligne<'a>>,
}

pub use mallette_catalogue::SOCLE;

/// The family of an indicator, in words.
#[must_use]
pub fn famille(indicateur: &Indicateur) -> &str {
    indicateur.family()
}

/// The families of the catalogue, that of the reference first, each with its number of indicators.
#[must_use]
pub fn familles(etat: &Etat) -> Vec<(&str, usize)> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for indicateur in &etat.catalogue.indicateurs {
        *counts.entry(famille(indicateur)).or_default() += 1;
    }
    let mut familles: Vec<(&str, usize)> = counts.into_iter().collect();
    familles.sort_by_key(|(nom, _)| (*nom != SOCLE, *nom));
    familles
}

/// What the indicators of a page are chosen by: the reference, the public frames that have one at least, the other
/// families; each with its number of indicators.
#[must_use]
pub fn selections(etat: &Etat) -> Vec<(&str, usize)> {
    let all = &etat.catalogue.indicateurs;
    let frames = CadrePublic::ALL
        .into_iter()
        .map(|cadre| (cadre.nom(), all.iter().filter(|own| own.rank_in(cadre).is_some()).count()));
    let mut found = familles(etat);
    let first = usize::from(found.first().is_some_and(|(nom, _)| *nom == SOCLE));
    // A family of a network that is named as a frame is shown with it.
    found.retain(|(nom, _)| CadrePublic::find(nom).is_none());
    let first = first.min(found.len());
    found.splice(first..first, frames.filter(|(_, count)| *count > 0));
    found
}

/// The table of a period, of one peer group or of all, with every indicator.
#[must_use]
pub fn table<'a>(etat: &'a Etat, periode: Periode, groupe: Option<&'a str>) -> Tableau<'a> {
    table_of(etat, periode, groupe, None)
}

/// The table of a period, of one peer group or of all, with the indicators of one of the [`selections`] or all.
#[must_use]
pub fn table_of<'a>(
    etat: &'a Etat,
    periode: Periode,
    groupe: Option<&'a str>,
    of_family: Option<&str>,
) -> Tableau<'a> {
    let indicateurs: Vec<&Indicateur> = chosen(&etat.catalogue.indicateurs, of_family);
    let releve = Releve::new(etat, periode);
    let totals = |cle: &'a str, ids: &[&str]| {
        let figures = indicateurs.iter().map(|indicateur| {
            let chiffre = releve.total(indicateur, ids.iter().copied()).chiffre;
            let limits = chiffre.and_then(|chiffre| interval(indicateur, &chiffre));
            (Cellule::from(chiffre.as_ref()), limits)
        });
        let (cellules, intervalles) = figures.unzip();
        let centres = ids.iter().filter(|id| releve.covers(id)).count();
        Ligne { cle, nom: cle, cellules, intervalles, centres }
    };
    let (network, compared) = (network(etat), compared(etat));
    let mut by_region: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (id, rattachement) in &compared {
        by_region.entry(rattachement.region.as_deref().unwrap_or_default()).or_default().push(id);
    }
    let regions = by_region.into_iter().filter(|(region, _)| !region.is_empty());
    let regions = regions.map(|(region, ids)| totals(region, &ids));
    let shown = |rattachement: &Rattachement| {
        groupe.is_none_or(|groupe| rattachement.groupe_pairs.as_deref() == Some(groupe))
    };
    let chosen: Vec<&str> = network.iter().filter(|(_, r)| shown(r)).map(|(id, _)| *id).collect();
    let groupe = groupe.map(|groupe| {
        let own = compared.iter().filter(|(_, r)| shown(r)).map(|(id, _)| *id);
        totals(groupe, &own.collect::<Vec<&str>>())
    });
    let mut centres: Vec<Ligne<'_>> = chosen
        .iter()
        .map(|id| {
            let figures = indicateurs.iter().map(|indicateur| {
                let chiffre = releve.chiffre(indicateur, id);
                let drawn =
                    chiffre.as_ref().and_then(|own| releve.echantillon(indicateur, id, own));
                (Cellule::from(chiffre.as_ref()), drawn.and_then(|drawn| drawn.interval()))
            });
            let (cellules, intervalles) = figures.unzip();
            let centres = usize::from(releve.covers(id));
            Ligne { cle: id, nom: reseau::nom(etat, id), cellules, intervalles, centres }
        })
        .collect();
    centres.sort_by(|left, right| left.nom.cmp(right.nom).then_with(|| left.cle.cmp(right.cle)));
    Tableau { periode, regions: regions.collect(), groupe, centres, indicateurs }
}

/// Every centre known, received or not: what an extract says of a centre wins over the list.
#[must_use]
pub fn network(etat: &Etat) -> BTreeMap<&str, &Rattachement> {
    let listed = etat.reseau.iter().map(|(id, rattachement)| (id.as_str(), rattachement));
    let received = etat.centres.iter().map(|(id, centre)| (id.as_str(), &centre.rattachement));
    listed.chain(received).collect()
}

/// Every centre that figures are added up over and compared among, received or not: those of
/// [`network`], and those that the reader may not look into.
#[must_use]
pub fn compared(etat: &Etat) -> BTreeMap<&str, &Rattachement> {
    let absents = etat.voisinage.absents.iter().map(|(id, place)| (id.as_str(), place));
    let received = etat.voisinage.centres.iter();
    let received = received.map(|(id, centre)| (id.as_str(), &centre.rattachement));
    network(etat).into_iter().chain(absents).chain(received).collect()
}

/// The peer group of a centre that the reader may look into.
#[must_use]
pub fn groupe_of<'a>(etat: &'a Etat, structure_id: &str) -> Option<&'a str> {
    let received = etat.centres.get(structure_id).map(|centre| &centre.rattachement);
    received.or_else(|| etat.reseau.get(structure_id))?.groupe_pairs.as_deref()
}

/// The peer groups of the network, by name, each with its number of centres.
#[must_use]
pub fn groupes_pairs(etat: &Etat) -> BTreeMap<&str, usize> {
    let mut groups: BTreeMap<&str, usize> = BTreeMap::new();
    for rattachement in compared(etat).into_values() {
        if let Some(groupe) = &rattachement.groupe_pairs {
            *groups.entry(groupe).or_default() += 1;
        }
    }
    groups
}
