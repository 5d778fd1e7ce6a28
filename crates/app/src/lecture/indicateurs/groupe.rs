//! Which centres a centre is compared with, and where it stands among them.

use std::collections::BTreeMap;

use mallette_catalogue::{Calcul, Indicateur};
use mallette_domain::resultat::{Niveau, Rattachement};
use mallette_stats::boxplot::BoxPlot;
use mallette_stats::interval::{Rate, Z_95, wilson};
use mallette_stats::ordre::{Ordre as Sure, order};
use mallette_stats::position::{Position, position, quarter};
use mallette_stats::quartile::quartiles;
use mallette_stats::what_if::cases_to_next_quarter;

use super::chiffre::Chiffre;
use super::releve::Releve;
use crate::etat::Etat;

/// Fewer centres with a figure than this are no group: the région stands in.
pub const PLUS_PETIT_GROUPE: usize = 5;

/// The figures of an indicator over the centres of a group.
#[derive(Debug, Clone, PartialEq)]
pub struct Groupe<'a> {
    /// [`Niveau::GroupePairs`] or [`Niveau::Region`].
    pub niveau: Niveau,
    /// Name of the group, or code of the région.
    pub nom: &'a str,
    /// Centres that have sent the period, with their figure.
    pub centres: Vec<(&'a str, Chiffre)>,
    /// Their box; none when no centre has a figure.
    pub boite: Option<BoxPlot>,
    /// Centres whose figure is secret for who reads: in no box, and said apart.
    pub secrets: usize,
}

impl Groupe<'_> {
    /// The known values of its centres.
    #[must_use]
    pub fn values(&self) -> Vec<f64> {
        self.centres.iter().filter_map(|(_, chiffre)| chiffre.valeur).collect()
    }

    /// Number of centres with a figure.
    #[must_use]
    pub fn size(&self) -> usize {
        self.boite.as_ref().map_or(0, |boite| boite.n)
    }
}

/// What a rate lacks to move up one quarter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Marge {
    /// Additional cases of the numerator, the fewest.
    pub cas: u32,
    /// The quarter that they bring.
    pub quart: u8,
}

/// Where a centre stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    /// What it is compared with: its group, or the région for want of a group large enough.
    pub niveau: Niveau,
    /// Name of that group, or code of that région.
    pub groupe: String,
    /// Whether the région stands in for a group that is too small, and of how many centres.
    pub groupe_trop_petit: Option<usize>,
    /// Centres compared, itself included.
    pub n: usize,
    /// Quarter, ranks, distance to the median.
    pub position: Position,
    /// For a rate, who is surely higher or lower, chance being counted.
    pub ordre: Option<Sure>,
    /// For a rate, what it lacks to move up one quarter.
    pub marge: Option<Marge>,
}

/// Every région and peer group of the snapshot, with the centres that are theirs; régions first.
#[must_use]
pub fn members(etat: &Etat) -> BTreeMap<(Ordre, &str), Vec<&str>> {
    let mut members: BTreeMap<(Ordre, &str), Vec<&str>> = BTreeMap::new();
    for (id, centre) in etat.compares() {
        let Rattachement { region, groupe_pairs, .. } = &centre.rattachement;
        if let Some(region) = region {
            members.entry((Ordre::Region, region)).or_default().push(id);
        }
        if let Some(groupe) = groupe_pairs {
            members.entry((Ordre::Groupe, groupe)).or_default().push(id);
        }
    }
    members
}

/// The order in which groups are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ordre {
    /// Régions first.
    Region,
    /// Then peer groups.
    Groupe,
}

impl Ordre {
    /// The level it stands for.
    #[must_use]
    pub fn niveau(self) -> Niveau {
        match self {
            Self::Region => Niveau::Region,
            Self::Groupe => Niveau::GroupePairs,
        }
    }
}

/// The groups of an indicator: each région, then each peer group.
#[must_use]
pub fn groups<'a>(
    members: &BTreeMap<(Ordre, &'a str), Vec<&'a str>>,
    releve: &Releve<'_>,
    indicateur: &Indicateur,
) -> Vec<Groupe<'a>> {
    let groups = members.iter().map(|((ordre, nom), ids)| {
        let known = ids.iter().filter_map(|id| Some((*id, releve.chiffre(indicateur, id)?)));
        let centres: Vec<(&str, Chiffre)> = known.collect();
        let shown = centres.iter().filter(|(_, chiffre)| !chiffre.secret);
        let values: Vec<Option<f64>> = shown.map(|(_, chiffre)| chiffre.valeur).collect();
        let secrets = centres.len() - values.len();
        Groupe { niveau: ordre.niveau(), nom, boite: BoxPlot::new(&values), centres, secrets }
    });
    groups.collect()
}

fn find<'g, 'a>(
    groups: &'g [Groupe<'a>],
    niveau: Niveau,
    nom: Option<&str>,
) -> Option<&'g Groupe<'a>> {
    groups.iter().find(|group| group.niveau == niveau && Some(group.nom) == nom)
}

fn own_group<'g, 'a>(
    groups: &'g [Groupe<'a>],
    rattachement: &Rattachement,
) -> Option<&'g Groupe<'a>> {
    find(groups, Niveau::GroupePairs, rattachement.groupe_pairs.as_deref())
}

/// The group that a centre is compared in: its own, or its région when its group has too few centres.
#[must_use]
pub fn compared_in<'g, 'a>(
    groups: &'g [Groupe<'a>],
    rattachement: &Rattachement,
) -> Option<&'g Groupe<'a>> {
    let own = own_group(groups, rattachement);
    let large = own.filter(|group| group.size() >= PLUS_PETIT_GROUPE);
    let region = || find(groups, Niveau::Region, rattachement.region.as_deref());
    large.or_else(region).or(own)
}

/// Where a centre stands in its group, or in its région when its group has too few centres. None
/// when it has no figure, or when fewer than [`PLUS_PETIT_GROUPE`] have one, the région included: a quarter of
/// two centres says nothing.
#[must_use]
pub fn place(
    groups: &[Groupe<'_>],
    rattachement: &Rattachement,
    indicateur: &Indicateur,
    chiffre: &Chiffre,
) -> Option<Place> {
    let own = own_group(groups, rattachement);
    let group = compared_in(groups, rattachement)?;
    let valeur = chiffre.valeur?;
    let values = group.values();
    if values.len() < PLUS_PETIT_GROUPE {
        return None;
    }
    let position = position(valeur, &values)?;
    Some(Place {
        niveau: group.niveau,
        groupe: group.nom.to_owned(),
        groupe_trop_petit: own.filter(|_| group.niveau == Niveau::Region).map(Groupe::size),
        n: values.len(),
        position,
        ordre: sure(indicateur, group, chiffre),
        marge: what_if(indicateur, chiffre, &values),
    })
}

/// The fewest additional cases that move a rate up one quarter, and that quarter.
fn what_if(indicateur: &Indicateur, chiffre: &Chiffre, values: &[f64]) -> Option<Marge> {
    let (rate, valeur) = (rate(indicateur, chiffre)?, chiffre.valeur?);
    let mut others = values.to_vec();
    let own = others.iter().position(|value| value.total_cmp(&valeur).is_eq())?;
    others.swap_remove(own);
    let cas = cases_to_next_quarter(rate, &others)?;
    let moved = f64::from(rate.numerateur + cas) / f64::from(rate.denominateur);
    others.push(moved);
    Some(Marge { cas, quart: quarter(moved, quartiles(&others)?) })
}

/// What is sure of the order of a centre in its group; none for what is not a rate.
fn sure(indicateur: &Indicateur, groupe: &Groupe<'_>, chiffre: &Chiffre) -> Option<Sure> {
    let own = rate(indicateur, chiffre)?;
    let rates: Vec<Rate> =
        groupe.centres.iter().filter_map(|(_, chiffre)| rate(indicateur, chiffre)).collect();
    // Equal rates of equal sizes are in the same order.
    let rank = rates.iter().position(|rate| *rate == own)?;
    order(&rates).get(rank).copied()
}

/// The uncertainty of a rate: Wilson's interval at 95 %. None for what is not a rate.
#[must_use]
pub fn interval(indicateur: &Indicateur, chiffre: &Chiffre) -> Option<(f64, f64)> {
    let rate = rate(indicateur, chiffre)?;
    wilson(rate.numerateur, rate.denominateur, Z_95)
}

/// A rate as cases out of cases; none for what is not one.
pub(super) fn rate(indicateur: &Indicateur, chiffre: &Chiffre) -> Option<Rate> {
    if indicateur.calcul != Calcul::Taux {
        return None;
    }
    let numerateur = u32::try_from(chiffre.lignes_numerateur?).ok()?;
    let denominateur = u32::try_from(chiffre.lignes?).ok()?;
    (numerateur <= denominateur).then_some(Rate { numerateur, denominateur })
}
