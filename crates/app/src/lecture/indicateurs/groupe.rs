//! Which centres a centre is compared with, and where it stands among them: its peer group; the région when fewer than
//! [`PLUS_PETIT_GROUPE`] of the group have a figure; the whole network when the région has no more, and there are others.

use std::collections::BTreeMap;

use mallette_catalogue::Indicateur;
use mallette_domain::resultat::{Niveau, Rattachement};
use mallette_stats::boxplot::BoxPlot;
use mallette_stats::ordre::{Ordre as Sure, order_intervals, risk_of_each};
use mallette_stats::position::{Position, position};

use super::chiffre::Chiffre;
use super::colonne::Colonne;
use super::hasard::Echantillon;
pub use super::hasard::interval;
pub use super::marge::Marge;
use super::marge::what_if;
pub use super::membres::{Membres, Ordre, RESEAU, holds_several_regions, members, members_beside};
use super::releve::Releve;

/// Fewer centres with a figure than this are no group: the région stands in, then the network.
pub const PLUS_PETIT_GROUPE: usize = 5;

/// The figures of an indicator over the centres of a group.
#[derive(Debug, Clone, PartialEq)]
pub struct Groupe<'a> {
    /// [`Niveau::GroupePairs`], [`Niveau::Region`] or [`Niveau::Reseau`].
    pub niveau: Niveau,
    /// Name of the group, code of the région, or [`RESEAU`].
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
        if !self.is_large() {
            return BTreeMap::new();
        }
        let risque = risk_of_each(self.echantillons.len());
        let within = |own: &(&'a str, Echantillon<'a>)| Some((own.0, own.1.within(risque)?));
        let known: Vec<(&str, (f64, f64))> = self.echantillons.iter().filter_map(within).collect();
        let intervals: Vec<_> = known.iter().map(|(_, interval)| Some(*interval)).collect();
        known.iter().map(|(id, _)| *id).zip(order_intervals(&intervals)).collect()
    }

    /// What is sure of the order of one of its centres: that of [`Groupe::ordre`], for less than the order of all.
    #[must_use]
    pub fn ordre_of(&self, structure_id: &str) -> Option<Sure> {
        if !self.is_large() {
            return None;
        }
        let risque = risk_of_each(self.echantillons.len());
        let (_, own) = self.echantillons.iter().find(|(id, _)| *id == structure_id)?;
        let limits = own.within(risque)?;
        let mut found = Sure { au_dessus: 0, au_dessous: 0, n: 0 };
        for side in self.echantillons.iter().filter_map(|(_, other)| other.side(limits, risque)) {
            found.n += 1;
            found.au_dessus += usize::from(side.is_gt());
            found.au_dessous += usize::from(side.is_lt());
        }
        Some(found)
    }

    /// Whether enough of its centres have a figure for a place among them to say something.
    #[must_use]
    pub fn is_large(&self) -> bool {
        self.size() >= PLUS_PETIT_GROUPE
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

/// Where a centre stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    /// What it is compared with: its group; the région for want of a group large enough; the network for want of both.
    pub niveau: Niveau,
    /// Name of that group, code of that région, or [`RESEAU`].
    pub groupe: String,
    /// Whether the région or the network stands in for a group that is too small, and of how many centres.
    pub groupe_trop_petit: Option<usize>,
    /// Whether the network stands in for a région that is too small, and of how many centres; none for a centre of no
    /// région either.
    pub region_trop_petite: Option<usize>,
    /// Centres compared, itself included.
    pub n: usize,
    /// Quarter, ranks, distance to the median.
    pub position: Position,
    /// For a rate or a median, who is surely higher or lower, chance being counted.
    pub ordre: Option<Sure>,
    /// For a rate, what it lacks to move one quarter to its better side; up when it has none.
    pub marge: Option<Marge>,
}

/// The groups of an indicator: each région, then each peer group, then the whole network where a centre may have nothing
/// smaller to be compared in.
#[must_use]
pub fn groups<'a>(
    members: &Membres<'a>,
    releve: &Releve<'a>,
    indicateur: &Indicateur,
) -> Vec<Groupe<'a>> {
    groups_of(members, &Colonne::new(releve, indicateur))
}

/// The same, from figures that are read for more than the groups.
pub(super) fn groups_of<'a>(members: &Membres<'a>, colonne: &Colonne<'_, 'a>) -> Vec<Groupe<'a>> {
    let (whole, near): (Vec<_>, Vec<_>) =
        members.iter().partition(|((ordre, _), _)| *ordre == Ordre::Reseau);
    let read = |((ordre, nom), ids): (&(Ordre, &'a str), &Vec<&'a str>)| {
        group((ordre.niveau(), nom), ids, colonne)
    };
    let mut groups: Vec<Groupe<'_>> = near.iter().copied().map(read).collect();
    // The network is read last, and not at all where nobody needs it.
    let regions = near.iter().filter(|((ordre, _), _)| *ordre == Ordre::Region);
    let placed: usize = regions.map(|(_, ids)| ids.len()).sum();
    for (key, ids) in whole {
        if needs_network(&groups, placed < ids.len()) {
            groups.push(read((key, ids)));
        }
    }
    groups
}

/// Whether a centre may be left without a group or a région large enough. Of one centre, all that it is compared in is
/// too small; of all of them, one of a small région is in no large group, or one is of no région.
fn needs_network(groups: &[Groupe<'_>], is_some_placed_nowhere: bool) -> bool {
    let of = |niveau: Niveau| groups.iter().filter(move |group| group.niveau == niveau);
    if of(Niveau::Region).count() < 2 {
        return !groups.iter().any(Groupe::is_large);
    }
    let in_large_group = |id: &str| {
        let mut large = of(Niveau::GroupePairs).filter(|group| group.is_large());
        large.any(|group| group.ids().any(|own| own == id))
    };
    let mut left = of(Niveau::Region).filter(|region| !region.is_large()).flat_map(Groupe::ids);
    is_some_placed_nowhere || left.any(|id| !in_large_group(id))
}

/// The figures of an indicator over these centres.
fn group<'a>(
    (niveau, nom): (Niveau, &'a str),
    ids: &[&'a str],
    colonne: &Colonne<'_, 'a>,
) -> Groupe<'a> {
    let (releve, indicateur) = (colonne.releve, colonne.indicateur);
    let known = ids.iter().filter_map(|id| Some((*id, colonne.chiffre(id)?)));
    let (fragiles, centres): (Vec<_>, Vec<_>) =
        known.partition(|(_, chiffre)| chiffre.floor(indicateur).is_some());
    let shown = centres.iter().filter(|(_, chiffre)| !chiffre.secret);
    let values: Vec<Option<f64>> = shown.map(|(_, chiffre)| chiffre.valeur).collect();
    let drawn = centres.iter().filter(|(_, chiffre)| chiffre.valeur.is_some());
    let drawn =
        drawn.filter_map(|(id, chiffre)| Some((*id, releve.echantillon(indicateur, id, chiffre)?)));
    Groupe {
        niveau,
        nom,
        boite: BoxPlot::new(&values),
        secrets: centres.len() - values.len(),
        echantillons: drawn.collect(),
        centres,
        fragiles,
    }
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

fn own_region<'g, 'a>(
    groups: &'g [Groupe<'a>],
    rattachement: &Rattachement,
) -> Option<&'g Groupe<'a>> {
    find(groups, Niveau::Region, rattachement.region.as_deref())
}

/// The group that a centre is compared in: its own; its région when its group has too few centres; the network when its
/// région has too few as well. Where none of them has enough, the région, or its own group without one.
#[must_use]
pub fn compared_in<'g, 'a>(
    groups: &'g [Groupe<'a>],
    rattachement: &Rattachement,
) -> Option<&'g Groupe<'a>> {
    let (own, region) = (own_group(groups, rattachement), own_region(groups, rattachement));
    let network = || find(groups, Niveau::Reseau, Some(RESEAU)).filter(|group| group.is_large());
    let large = [own, region].into_iter().flatten().find(|group| group.is_large());
    large.or_else(network).or(region).or(own)
}

/// Where a centre stands in its group, or in its région when its group has too few centres, or in the network when its
/// région has too few as well. None when it has no figure, when its figure is under the floor of the indicator, or when
/// fewer than [`PLUS_PETIT_GROUPE`] have one to compare it with in all of them: a quarter of two centres says nothing.
#[must_use]
pub fn place(
    groups: &[Groupe<'_>],
    rattachement: &Rattachement,
    indicateur: &Indicateur,
    (structure_id, chiffre): (&str, &Chiffre),
) -> Option<Place> {
    let (own, region) = (own_group(groups, rattachement), own_region(groups, rattachement));
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
        groupe_trop_petit: own.filter(|_| group.niveau != Niveau::GroupePairs).map(Groupe::size),
        region_trop_petite: region.filter(|_| group.niveau == Niveau::Reseau).map(Groupe::size),
        n: values.len(),
        marge: what_if(indicateur, chiffre, (&values, position.quart)),
        position,
        ordre: group.ordre_of(structure_id),
    })
}
