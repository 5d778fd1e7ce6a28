//! The anomalies of a centre in the version that counts, each with its life: read once, kept for those
//! who read the same centre.

use std::collections::BTreeMap;
use std::sync::Arc;

use mallette_catalogue::{Catalogue, Gravite};
use mallette_domain::resultat::Objet;
use mallette_domain::terme::Terme;
use mallette_registry::Cible;
use mallette_warehouse::vie::{self, Tete, VieObjet};
use mallette_warehouse::{objets, termes};

use crate::atelier::{AtelierLocal, refuse};
use crate::mutex::lock;
use crate::port::{Refus, Source};

/// Anomalies kept in memory, over all centres: some 30 MB. The centre read last is kept whatever its size.
const GARDEES: usize = 100_000;

/// An anomaly of the extract.
#[derive(Debug, Clone, PartialEq)]
pub struct Anomalie {
    /// Code of the rule.
    pub regle: Arc<str>,
    /// How serious the rule is.
    pub gravite: Gravite,
    /// The object caught.
    pub objet: Objet,
    /// Since when, and its row.
    pub vie: VieObjet,
}

impl Anomalie {
    /// What names it from one extract to the next.
    #[must_use]
    pub fn cible(&self) -> Cible {
        Cible {
            regle: self.regle.to_string(),
            table: self.objet.table.clone(),
            objet: self.objet.id.clone(),
        }
    }
}

/// All those of a centre.
#[derive(Debug)]
pub(crate) struct Lot {
    pub(crate) structure_id: String,
    pub(crate) version: String,
    pub(crate) tete: Arc<Tete>,
    pub(crate) anomalies: Vec<Anomalie>,
    /// On which day those of the rules of deadline end.
    termes: BTreeMap<Cible, Terme>,
    /// Their ranks, in the order of what names them: one is found without a second copy of all names.
    ordre: Vec<usize>,
}

/// What names an anomaly from one extract to the next, as [`Anomalie::cible`] writes it.
fn nom(anomalie: &Anomalie) -> (&str, &str, &str) {
    (&anomalie.regle, &anomalie.objet.table, &anomalie.objet.id)
}

impl Lot {
    fn new(
        structure_id: &str,
        (version, tete): (String, Arc<Tete>),
        anomalies: Vec<Anomalie>,
        termes: Vec<Terme>,
    ) -> Self {
        let mut ordre: Vec<usize> = (0..anomalies.len()).collect();
        ordre.sort_by_key(|rank| anomalies.get(*rank).map(nom));
        let named = termes.into_iter().map(|terme| {
            let (table, objet) = (terme.objet.table.clone(), terme.objet.id.clone());
            (Cible { regle: terme.regle.clone(), table, objet }, terme)
        });
        let structure_id = structure_id.to_owned();
        Self { structure_id, version, tete, anomalies, termes: named.collect(), ordre }
    }

    /// The term of an anomaly of a rule of deadline.
    pub(crate) fn terme(&self, anomalie: &Anomalie) -> Option<&Terme> {
        // Most anomalies are of no such rule: no key is made for them.
        let dated = anomalie.gravite == Gravite::Info && !self.termes.is_empty();
        dated.then(|| self.termes.get(&anomalie.cible())).flatten()
    }

    pub(crate) fn find(&self, cible: &Cible) -> Option<&Anomalie> {
        let wanted = (cible.regle.as_str(), cible.table.as_str(), cible.objet.as_str());
        let named = |rank: &usize| self.anomalies.get(*rank).map(nom).cmp(&Some(wanted));
        let place = self.ordre.binary_search_by(named).ok()?;
        self.anomalies.get(*self.ordre.get(place)?)
    }
}

impl AtelierLocal {
    /// The anomalies of a centre in the version that counts.
    pub(crate) fn read_lot(&self, structure_id: &str) -> Result<Arc<Lot>, Refus> {
        let (version, tete) = self.current_vie(structure_id).ok_or_else(|| no_vie(structure_id))?;
        let is = |lot: &Arc<Lot>| {
            lot.structure_id == structure_id
                && lot.version == version
                && Arc::ptr_eq(&lot.tete, &tete)
        };
        if let Some(found) = lock(&self.vies.lots).iter().find(|lot| is(lot)) {
            return Ok(Arc::clone(found));
        }
        let dir = self.warehouse().version_dir(structure_id, &version);
        let lists = objets::read_all(&dir).map_err(refuse)?;
        let mut lives = vie::read_all_vives(&dir).map_err(refuse)?;
        let anomalies = join(&self.catalogue(), lists, &mut lives);
        let termes = termes::read(&dir).map_err(refuse)?;
        let lot = Arc::new(Lot::new(structure_id, (version, tete), anomalies, termes));
        let mut kept = lock(&self.vies.lots);
        kept.retain(|known| known.structure_id != lot.structure_id);
        keep(&mut kept, Arc::clone(&lot), GARDEES, |lot| lot.anomalies.len());
        Ok(lot)
    }

    /// Where the tables of the version of a centre that counts are.
    pub(crate) fn current_source(&self, structure_id: &str) -> Option<Source> {
        let (version, tete) = self.current_vie(structure_id)?;
        let dir = self.warehouse().version_dir(structure_id, &version);
        Some(Source { structure_id: structure_id.to_owned(), date_extraction: tete.date, dir })
    }
}

/// Adds one more, and lets the oldest go while all together are above the bound.
fn keep<T>(kept: &mut Vec<T>, newest: T, bound: usize, size: impl Fn(&T) -> usize) {
    kept.push(newest);
    while kept.len() > 1 && kept.iter().map(&size).sum::<usize>() > bound {
        kept.remove(0);
    }
}

fn join(
    catalogue: &Catalogue,
    lists: BTreeMap<String, Vec<Objet>>,
    lives: &mut BTreeMap<String, Vec<VieObjet>>,
) -> Vec<Anomalie> {
    let mut anomalies = Vec::new();
    for (code, list) in lists {
        // A rule that left the catalogue since is shown nowhere.
        let Some(regle) = catalogue.regles.iter().find(|regle| regle.code == code) else {
            continue;
        };
        let (name, gravite): (Arc<str>, _) = (code.as_str().into(), regle.gravite);
        let own = lives.remove(&code).unwrap_or_default();
        let joined = list.into_iter().zip(own).map(|(objet, vie)| Anomalie {
            regle: Arc::clone(&name),
            gravite,
            objet,
            vie,
        });
        anomalies.extend(joined);
    }
    anomalies
}

pub(crate) fn no_vie(structure_id: &str) -> Refus {
    Refus(format!(
        "Le centre {structure_id} n'a pas d'anomalies à suivre : son extraction n'est pas importée, ou \
         n'a pas pu être comparée aux précédentes (le journal du serveur dit pourquoi)."
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_go_first_and_the_newest_stays_whatever_its_size() {
        let after = |sizes: &[usize], newest| {
            let mut kept = sizes.to_vec();
            keep(&mut kept, newest, 100, |size| *size);
            kept
        };
        assert_eq!(after(&[], 500), [500]);
        assert_eq!(after(&[40, 30], 30), [40, 30, 30]);
        assert_eq!(after(&[40, 30], 31), [30, 31]);
        assert_eq!(after(&[40, 30, 20], 75), [20, 75]);
        assert_eq!(after(&[40, 30, 20], 101), [101]);
    }
}
