//! Several centres together: a région, a département, a peer group.

use std::collections::BTreeMap;

use mallette_catalogue::Indicateur;
use mallette_domain::resultat::{Niveau, Rattachement};

use super::releve::{Releve, Total};
use super::tableau::{compared, network};
use crate::etat::Etat;
use crate::lecture::reseau;

/// Several centres together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ensemble<'a> {
    /// [`Niveau::Region`], [`Niveau::Departement`] or [`Niveau::GroupePairs`].
    pub niveau: Niveau,
    /// Code of the région or of the département, name of the group.
    pub cle: &'a str,
}

/// The levels above a centre, the largest first.
const NIVEAUX: [Niveau; 3] = [Niveau::Region, Niveau::Departement, Niveau::GroupePairs];

impl<'a> Ensemble<'a> {
    /// The one of that level and key, when the network has it; the key is then that of the network.
    /// None for a reader who may not look into all its centres: its list would not be whole.
    #[must_use]
    pub fn find(etat: &'a Etat, niveau: Niveau, cle: &str) -> Option<Self> {
        if !etat.voisinage.is_empty() {
            return None;
        }
        let mut keys = network(etat).into_values().filter_map(|place| key_of(place, niveau));
        keys.find(|known| *known == cle && !known.is_empty()).map(|cle| Self { niveau, cle })
    }

    /// Its centres, received or not, by name.
    #[must_use]
    pub fn centres(&self, etat: &'a Etat) -> Vec<&'a str> {
        let own = network(etat).into_iter();
        let own = own.filter(|(_, place)| key_of(place, self.niveau) == Some(self.cle));
        let mut ids: Vec<&str> = own.map(|(id, _)| id).collect();
        ids.sort_by(|left, right| {
            reseau::nom(etat, left).cmp(reseau::nom(etat, right)).then_with(|| left.cmp(right))
        });
        ids
    }

    /// « Région 84 », « Département 69 », « Groupe « Urbain » ».
    #[must_use]
    pub fn nom(&self) -> String {
        match self.niveau {
            Niveau::Departement => format!("Département {}", self.cle),
            Niveau::GroupePairs => format!("Groupe «\u{a0}{}\u{a0}»", self.cle),
            _ => format!("Région {}", self.cle),
        }
    }
}

fn key_of(place: &Rattachement, niveau: Niveau) -> Option<&str> {
    match niveau {
        Niveau::Region => place.region.as_deref(),
        Niveau::Departement => place.departement.as_deref(),
        Niveau::GroupePairs => place.groupe_pairs.as_deref(),
        _ => None,
    }
}

/// The figure of several centres together.
#[derive(Debug, Clone, PartialEq)]
pub struct LigneEnsemble<'a> {
    /// Which centres.
    pub ensemble: Ensemble<'a>,
    /// Their figure, over their sums, and how many of them have one.
    pub total: Total,
    /// Centres of it in the network, received or not.
    pub attendus: usize,
}

/// The figure of every ensemble that has a centre among these: the région, the départements, the
/// groups, each by its key.
#[must_use]
pub(super) fn totals<'a>(
    etat: &'a Etat,
    releve: &Releve<'_>,
    indicateur: &Indicateur,
    among: &[&str],
) -> Vec<LigneEnsemble<'a>> {
    let network = compared(etat);
    let mut lines = Vec::new();
    for niveau in NIVEAUX {
        let mut by_key: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (id, place) in &network {
            if let Some(cle) = key_of(place, niveau).filter(|cle| !cle.is_empty()) {
                by_key.entry(cle).or_default().push(id);
            }
        }
        let wanted = by_key.into_iter().filter(|(_, ids)| ids.iter().any(|id| among.contains(id)));
        lines.extend(wanted.map(|(cle, ids)| LigneEnsemble {
            ensemble: Ensemble { niveau, cle },
            attendus: ids.len(),
            total: releve.total(indicateur, ids),
        }));
    }
    lines
}
