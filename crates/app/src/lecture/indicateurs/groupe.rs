//! Which centres a centre is compared with, and where it stands among them.

use std::collections::BTreeMap;

use mallette_catalogue::{Indicateur, Sens};
use mallette_domain::resultat::{Niveau, Rattachement};
use mallette_stats::boxplot::BoxPlot;
use mallette_stats::ordre::{Ordre as Sure, order_intervals, risk_of_each};
use mallette_stats::position::{Position, position, quarter};
use mallette_stats::quartile::quartiles;
use mallette_stats::seuil::{Reponse, Seuil, Vers, fewest};

use super::chiffre::Chiffre;
pub use super::hasard::interval;
use super::hasard::{Echantillon, rate};
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
    /// Centres that have sent the period, with their figure, but those of `fragiles`.
    pub centres: Vec<(&'a str, Chiffre)>,
    /// Centres whose figure is under the floor of the indicator: in no box, compared with nobody, and said apart.
    pub fragiles: Vec<(&'a str, Chiffre)>,
    /// Their box; none when no centre has a figure.
    pub boite: Option<BoxPlot>,
    /// Centres whose figure is secret for who reads: in no box, and said apart.
    pub secrets: usize,
    /// What the figures of the box were drawn from, where chance can be reckoned.
    echantillons: Vec<(&'a str, Echantillon<'a>)>,
}

/// The centres of a group that are in no box, by what they lack.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Apart {
    /// Not calculable.
    pub nc: usize,
    /// Secret for who reads.
    pub secrets: usize,
    /// Under the floor of the indicator.
    pub fragiles: usize,
}

impl<'a> Groupe<'a> {
    /// The centres that are in no box.
    #[must_use]
    pub fn apart(&self) -> Apart {
        let nc = self.boite.as_ref().map_or(0, |boite| boite.nc);
        Apart { nc, secrets: self.secrets, fragiles: self.fragiles.len() }
    }

    /// Every centre that has sent the period, whatever its figure.
    pub fn ids(&self) -> impl Iterator<Item = &'a str> {
        self.centres.iter().chain(&self.fragiles).map(|(id, _)| *id)
    }

    /// What is sure of the order of its centres, the intervals of all holding together; nothing of too few
    /// centres, nor of those for whom chance is not reckoned.
    #[must_use]
    pub fn ordre(&self) -> BTreeMap<&'a str, Sure> {
        if self.size() < PLUS_PETIT_GROUPE {
            return BTreeMap::new();
        }
        let risque = risk_of_each(self.echantillons.len());
        let within = |own: &(&'a str, Echantillon<'a>)| Some((own.0, own.1.within(risque)?));
        let known: Vec<(&str, (f64, f64))> = self.echantillons.iter().filter_map(within).collect();
        let intervals: Vec<_> = known.iter().map(|(_, interval)| Some(*interval)).collect();
        known.iter().map(|(id, _)| *id).zip(order_intervals(&intervals)).collect()
    }

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

/// What a rate lacks to move to the next better quarter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Marge {
    /// Cases of the numerator, the fewest: more of them upwards, fewer downwards.
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
    /// For a rate or a median, who is surely higher or lower, chance being counted.
    pub ordre: Option<Sure>,
    /// For a rate, what it lacks to move one quarter to its better side; up when it has none.
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

/// The région and the peer group of one centre, with the centres that are theirs: all that it is compared in.
#[must_use]
pub fn members_beside<'a>(
    etat: &'a Etat,
    own: &Rattachement,
) -> BTreeMap<(Ordre, &'a str), Vec<&'a str>> {
    let mut members = members(etat);
    members.retain(|(ordre, nom), _| {
        let mine = match ordre {
            Ordre::Region => own.region.as_deref(),
            Ordre::Groupe => own.groupe_pairs.as_deref(),
        };
        mine == Some(*nom)
    });
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
    releve: &Releve<'a>,
    indicateur: &Indicateur,
) -> Vec<Groupe<'a>> {
    let groups = members.iter().map(|((ordre, nom), ids)| {
        let known = ids.iter().filter_map(|id| Some((*id, releve.chiffre(indicateur, id)?)));
        let (fragiles, centres): (Vec<_>, Vec<_>) =
            known.partition(|(_, chiffre)| chiffre.floor(indicateur).is_some());
        let shown = centres.iter().filter(|(_, chiffre)| !chiffre.secret);
        let values: Vec<Option<f64>> = shown.map(|(_, chiffre)| chiffre.valeur).collect();
        let drawn = centres.iter().filter(|(_, chiffre)| chiffre.valeur.is_some());
        let drawn = drawn
            .filter_map(|(id, chiffre)| Some((*id, releve.echantillon(indicateur, id, chiffre)?)));
        Groupe {
            niveau: ordre.niveau(),
            nom,
            boite: BoxPlot::new(&values),
            secrets: centres.len() - values.len(),
            echantillons: drawn.collect(),
            centres,
            fragiles,
        }
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
/// when it has no figure, when its figure is under the floor of the indicator, or when fewer than
/// [`PLUS_PETIT_GROUPE`] have one to compare it with, the région included: a quarter of two centres says nothing.
#[must_use]
pub fn place(
    groups: &[Groupe<'_>],
    rattachement: &Rattachement,
    indicateur: &Indicateur,
    (structure_id, chiffre): (&str, &Chiffre),
) -> Option<Place> {
    let own = own_group(groups, rattachement);
    let group = compared_in(groups, rattachement)?;
    let valeur = chiffre.valeur.filter(|_| chiffre.floor(indicateur).is_none())?;
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
        marge: what_if(indicateur, chiffre, (&values, position.quart)),
        position,
        ordre: group.ordre().remove(structure_id),
    })
}

/// The fewest cases that move a rate one quarter to its better side, and that quarter: fewer of them where low is
/// better, more everywhere else.
fn what_if(
    indicateur: &Indicateur,
    chiffre: &Chiffre,
    (values, quart): (&[f64], u8),
) -> Option<Marge> {
    let (rate, valeur) = (rate(indicateur, chiffre)?, chiffre.valeur?);
    let mut others = values.to_vec();
    let own = others.iter().position(|value| value.total_cmp(&valeur).is_eq())?;
    others.swap_remove(own);
    let (vers, wanted, most) = match indicateur.sens {
        Sens::Bas => (Vers::Bas, quart.checked_sub(1).filter(|next| *next > 0)?, rate.numerateur),
        _ => (Vers::Haut, quart + 1, rate.denominateur - rate.numerateur),
    };
    let moved = |cases: u32| {
        let above = match vers {
            Vers::Haut => rate.numerateur.checked_add(cases)?,
            Vers::Bas => rate.numerateur.checked_sub(cases)?,
        };
        Some(f64::from(above) / f64::from(rate.denominateur))
    };
    let Reponse::Faits(cas) = fewest(moved, &others, most, (Seuil::Quart(wanted), vers))? else {
        return None;
    };
    let valeur = moved(cas)?;
    others.push(valeur);
    Some(Marge { cas, quart: quarter(valeur, quartiles(&others)?) })
}
