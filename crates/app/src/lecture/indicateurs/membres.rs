//! The centres that each centre may be compared with: its peer group, its région, the whole network.

use std::collections::{BTreeMap, BTreeSet};

use mallette_domain::resultat::{Niveau, Rattachement};

use crate::etat::Etat;

/// Name of the whole network among the groups.
pub const RESEAU: &str = "réseau";

/// The centres of each group, by what it is and its name.
pub type Membres<'a> = BTreeMap<(Ordre, &'a str), Vec<&'a str>>;

/// The order in which groups are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ordre {
    /// Régions first.
    Region,
    /// Then peer groups.
    Groupe,
    /// Then the whole network, where it holds several régions.
    Reseau,
}

impl Ordre {
    /// The level it stands for.
    #[must_use]
    pub fn niveau(self) -> Niveau {
        match self {
            Self::Region => Niveau::Region,
            Self::Groupe => Niveau::GroupePairs,
            Self::Reseau => Niveau::Reseau,
        }
    }
}

/// Every région and peer group of the snapshot, with the centres that are theirs, then the whole network when it holds
/// several régions; régions first.
#[must_use]
pub fn members(etat: &Etat) -> Membres<'_> {
    gather(etat, |_, _| true)
}

/// The région and the peer group of one centre, with the centres that are theirs, and the whole network when it holds
/// several régions: all that it is compared in.
#[must_use]
pub fn members_beside<'a>(etat: &'a Etat, own: &Rattachement) -> Membres<'a> {
    gather(etat, |ordre, nom| match ordre {
        Ordre::Region => own.region.as_deref() == Some(nom),
        Ordre::Groupe => own.groupe_pairs.as_deref() == Some(nom),
        Ordre::Reseau => true,
    })
}

fn gather<'a>(etat: &'a Etat, keeps: impl Fn(Ordre, &str) -> bool) -> Membres<'a> {
    let mut members = Membres::new();
    let mut all = Vec::new();
    for (id, centre) in etat.compares() {
        let Rattachement { region, groupe_pairs, .. } = &centre.rattachement;
        for (ordre, nom) in [(Ordre::Region, region), (Ordre::Groupe, groupe_pairs)] {
            if let Some(nom) = nom.as_deref().filter(|nom| keeps(ordre, nom)) {
                members.entry((ordre, nom)).or_default().push(id);
            }
        }
        all.push(id);
    }
    if holds_several_regions(etat) {
        members.insert((Ordre::Reseau, RESEAU), all);
    }
    members
}

/// Whether centres of several régions are compared, so that the whole network is wider than any of them.
#[must_use]
pub fn holds_several_regions(etat: &Etat) -> bool {
    let regions = etat.compares().filter_map(|(_, centre)| centre.rattachement.region.as_deref());
    has_several(regions)
}

/// Whether these régions are not all the same one.
pub(crate) fn has_several<'a>(regions: impl Iterator<Item = &'a str>) -> bool {
    regions.filter(|region| !region.is_empty()).collect::<BTreeSet<&str>>().len() > 1
}
