//! One indicator over a period, at every level.

use std::sync::OnceLock;

use mallette_catalogue::Indicateur;
use mallette_domain::periode::Periode;
use mallette_domain::resultat::{Niveau, Rattachement};

use super::chiffre::Chiffre;
use super::ensemble::{LigneEnsemble, totals};
use super::groupe::{Groupe, Place, compared_in, groups, members, place};
use super::releve::{Releve, Total, below};
use super::tableau::{compared, network};
use super::tendance::{Mois, months};
use crate::etat::{Centre, Etat};
use crate::lecture::reseau;

/// A centre of the network in the table of the page.
#[derive(Debug, Clone, PartialEq)]
pub struct LigneCentre<'a> {
    /// I-MILO code.
    pub structure_id: &'a str,
    /// Name to show.
    pub nom: &'a str,
    /// Peer group.
    pub groupe: Option<&'a str>,
    /// Its figure; none when its extract was not received.
    pub chiffre: Option<Chiffre>,
    /// For a rate or a median, how far chance alone could move it (95 %).
    pub intervalle: Option<(f64, f64)>,
}

/// The chosen centre.
#[derive(Debug, Clone)]
pub struct FicheCentre<'a> {
    /// I-MILO code.
    pub structure_id: &'a str,
    /// Its version and place in the network.
    pub centre: &'a Centre,
    /// Its figure; none when the period is not stored for it.
    pub chiffre: Option<Chiffre>,
    /// For a rate or a median, how far chance alone could move it (95 %).
    pub intervalle: Option<(f64, f64)>,
    /// Where it stands; none without a figure.
    pub place: Option<Place>,
    /// By antenne, in the order of their names; empty when the period is not stored so finely.
    pub antennes: Vec<(&'a str, Chiffre)>,
    /// By conseiller, in the order of their codes: never a ranking of persons.
    pub conseillers: Vec<(&'a str, Chiffre)>,
}

/// The page.
#[derive(Debug, Clone)]
pub struct Fiche<'a> {
    /// The indicator.
    pub indicateur: &'a Indicateur,
    /// The period.
    pub periode: Periode,
    /// The région shown: that of the chosen centre, else the largest.
    pub region: &'a str,
    /// All its centres together.
    pub total_region: Total,
    /// The centres of the group of the chosen centre, together.
    pub total_groupe: Option<(&'a str, Total)>,
    /// Région, départements and groups that have a centre in the région, with their figure.
    pub ensembles: Vec<LigneEnsemble<'a>>,
    /// The chosen centre.
    pub centre: Option<FicheCentre<'a>>,
    /// Boxes: the région, then its peer groups, then the network where it stands in for a région that is too small.
    pub groupes: Vec<Groupe<'a>>,
    /// Month by month, found when it is first asked for.
    mensuel: Mensuel<'a>,
    /// Every centre of the région that the reader may look into, received or not, by name.
    pub centres: Vec<LigneCentre<'a>>,
}

/// What the months of an indicator are read from.
#[derive(Debug, Clone)]
struct Mensuel<'a> {
    etat: &'a Etat,
    centre: Option<&'a str>,
    region: Vec<&'a str>,
    lus: OnceLock<Vec<Mois>>,
}

impl Fiche<'_> {
    /// Month by month; nothing for a yearly series, which has no months.
    #[must_use]
    pub fn mois(&self) -> &[Mois] {
        let Mensuel { etat, centre, region, lus } = &self.mensuel;
        lus.get_or_init(|| match self.indicateur.couverture {
            Some(_) => Vec::new(),
            None => months(etat, self.indicateur, *centre, region),
        })
    }
}

/// The page of an indicator, for a centre or for the région. `figures` is the snapshot that has the
/// period: that of the moment, or the one computed for it; the months are those of the moment.
#[must_use]
pub fn sheet<'a>(
    etat: &'a Etat,
    figures: &'a Etat,
    indicateur: &'a Indicateur,
    periode: Periode,
    centre: Option<&str>,
) -> Fiche<'a> {
    let chosen = centre.and_then(|id| figures.centres.get_key_value(id));
    let members = members(figures);
    let region = match chosen {
        Some((_, centre)) => centre.rattachement.region.as_deref().unwrap_or_default(),
        None => largest_region(etat),
    };
    let releve = Releve::new(figures, periode);
    let (network, compared) = (network(etat), compared(etat));
    let is_of_region = |id: &str| {
        let own = compared.get(id).and_then(|rattachement| rattachement.region.as_deref());
        own.unwrap_or_default() == region
    };
    let in_region: Vec<&str> = compared.keys().copied().filter(|id| is_of_region(id)).collect();
    let all_groups = groups(&members, &releve, indicateur);
    let total_groupe = chosen.and_then(|(_, centre)| {
        let nom = centre.rattachement.groupe_pairs.as_deref()?;
        let group = all_groups.iter().find(|g| g.niveau == Niveau::GroupePairs && g.nom == nom)?;
        let total = releve.total(indicateur, group.ids());
        Some((nom, total))
    });
    let limits = |id: &str, chiffre: Option<&Chiffre>| {
        releve.echantillon(indicateur, id, chiffre?)?.interval()
    };
    let fiche_centre = chosen.map(|(id, centre)| {
        let chiffre = releve.chiffre(indicateur, id);
        FicheCentre {
            structure_id: id,
            centre,
            intervalle: limits(id, chiffre.as_ref()),
            place: chiffre
                .as_ref()
                .and_then(|c| place(&all_groups, &centre.rattachement, indicateur, (id, c))),
            chiffre,
            antennes: below(figures, centre, indicateur, periode, Niveau::Antenne)
                .into_iter()
                .collect(),
            conseillers: below(figures, centre, indicateur, periode, Niveau::Conseiller)
                .into_iter()
                .collect(),
        }
    });
    let rattachement = chosen.map(|(_, centre)| &centre.rattachement);
    let in_network = shows_network(&all_groups, rattachement, region);
    let groupes = all_groups.into_iter().filter(|group| match group.niveau {
        Niveau::Region => group.nom == region,
        Niveau::Reseau => in_network,
        _ => group.ids().any(is_of_region),
    });
    let mut centres: Vec<LigneCentre<'_>> = in_region
        .iter()
        .filter_map(|id| {
            let (id, rattachement) = network.get_key_value(id)?;
            let nom = reseau::nom(etat, id);
            let groupe = rattachement.groupe_pairs.as_deref();
            let chiffre = releve.chiffre(indicateur, id);
            let intervalle = limits(id, chiffre.as_ref());
            Some(LigneCentre { structure_id: id, nom, groupe, chiffre, intervalle })
        })
        .collect();
    centres.sort_by(|left, right| {
        left.nom.cmp(right.nom).then_with(|| left.structure_id.cmp(right.structure_id))
    });
    Fiche {
        indicateur,
        periode,
        region,
        total_region: releve.total(indicateur, in_region.iter().copied()),
        total_groupe,
        ensembles: totals(etat, &releve, indicateur, &in_region),
        centre: fiche_centre,
        groupes: groupes.collect(),
        mensuel: Mensuel {
            etat,
            centre: chosen.map(|(id, _)| id.as_str()),
            region: in_region,
            lus: OnceLock::new(),
        },
        centres,
    }
}

/// Whether the network is a box of the page: that of those who are compared in it, the chosen centre, or else some of a
/// région that is too small.
fn shows_network(groups: &[Groupe<'_>], chosen: Option<&Rattachement>, region: &str) -> bool {
    match chosen {
        Some(place) => compared_in(groups, place).is_some_and(|g| g.niveau == Niveau::Reseau),
        None => {
            let mut large = groups.iter().filter(|g| g.niveau == Niveau::Region && g.is_large());
            large.all(|g| g.nom != region)
        }
    }
}

/// The région with the most centres received; by code among equals, empty without any.
fn largest_region(etat: &Etat) -> &str {
    let mut regions: Vec<(&str, usize)> = Vec::new();
    for centre in etat.centres.values() {
        let Some(region) = centre.rattachement.region.as_deref() else { continue };
        match regions.iter_mut().find(|(known, _)| *known == region) {
            Some((_, count)) => *count += 1,
            None => regions.push((region, 1)),
        }
    }
    regions.sort_by(|left, right| right.1.cmp(&left.1).then_with(|| left.0.cmp(right.0)));
    regions.first().map_or("", |(region, _)| region)
}
