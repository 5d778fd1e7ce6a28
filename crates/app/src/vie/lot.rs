//! The anomalies of a centre in the version that counts, each with its life: read once, kept for those
//! who read the same centre.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use jiff::civil::Date;
use mallette_catalogue::{Catalogue, Gravite};
use mallette_domain::effet::JoursEffets;
use mallette_domain::resultat::Objet;
use mallette_domain::terme::Terme;
use mallette_registry::Cible;
use mallette_warehouse::vie::{self, Tete, VieObjet};
use mallette_warehouse::{jours, objets, termes};

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
    /// On which day those whose correction moves an indicator count for it.
    jours: JoursEffets,
    /// The ranks of the anomalies of each rule that has such days: they follow one another, as in its list.
    suites: BTreeMap<Arc<str>, Range<usize>>,
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
        (termes, jours): (Vec<Terme>, JoursEffets),
    ) -> Self {
        let mut ordre: Vec<usize> = (0..anomalies.len()).collect();
        ordre.sort_by_key(|rank| anomalies.get(*rank).map(nom));
        let named = termes.into_iter().map(|terme| {
            let (table, objet) = (terme.objet.table.clone(), terme.objet.id.clone());
            (Cible { regle: terme.regle.clone(), table, objet }, terme)
        });
        let structure_id = structure_id.to_owned();
        let termes = named.collect();
        let mut suites: BTreeMap<Arc<str>, Range<usize>> = BTreeMap::new();
        let dated = anomalies.iter().enumerate().filter(|(_, a)| jours.contains_key(&*a.regle));
        for (rank, anomalie) in dated {
            suites.entry(Arc::clone(&anomalie.regle)).or_insert(rank..rank).end = rank + 1;
        }
        Self { structure_id, version, tete, anomalies, termes, jours, suites, ordre }
    }

    /// The term of an anomaly of a rule of deadline.
    pub(crate) fn terme(&self, anomalie: &Anomalie) -> Option<&Terme> {
        // Most anomalies are of no such rule: no key is made for them.
        let dated = anomalie.gravite == Gravite::Info && !self.termes.is_empty();
        dated.then(|| self.termes.get(&anomalie.cible())).flatten()
    }

    /// The day on which an anomaly counts for an indicator that its correction moves, none when it never does;
    /// not known when who evaluated the version did not tell.
    pub(crate) fn jour(&self, anomalie: &Anomalie, indicateur: &str) -> Option<Option<Date>> {
        let days = self.jours.get(&*anomalie.regle)?.get(indicateur)?;
        let suite = self.suites.get(&anomalie.regle)?;
        // Of another list than that of this version, days would be those of others.
        let rank = self.rank(nom(anomalie))?.checked_sub(suite.start)?;
        (days.len() == suite.len()).then(|| days.get(rank).copied()).flatten()
    }

    pub(crate) fn find(&self, cible: &Cible) -> Option<&Anomalie> {
        let wanted = (cible.regle.as_str(), cible.table.as_str(), cible.objet.as_str());
        self.anomalies.get(self.rank(wanted)?)
    }

    fn rank(&self, wanted: (&str, &str, &str)) -> Option<usize> {
        let named = |rank: &usize| self.anomalies.get(*rank).map(nom).cmp(&Some(wanted));
        let place = self.ordre.binary_search_by(named).ok()?;
        self.ordre.get(place).copied()
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
        let dated = (termes, jours::read(&dir).map_err(refuse)?);
        let lot = Arc::new(Lot::new(structure_id, (version, tete), anomalies, dated));
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
    use jiff::civil::date;
    use mallette_domain::vie::{Sort, Vive};

    use super::*;

    fn anomalie(regle: &Arc<str>, id: &str) -> Anomalie {
        let vive = Vive { sort: Sort::Persistante, depuis: date(2019, 1, 1) };
        Anomalie {
            regle: Arc::clone(regle),
            gravite: Gravite::Medium,
            objet: Objet {
                structure_id: "A".to_owned(),
                table: "parcours".to_owned(),
                id: id.to_owned(),
                dossier_id: None,
                conseiller_id: None,
                antenne: None,
            },
            vie: VieObjet { vive, empreinte: None, reapparue: false },
        }
    }

    #[test]
    fn the_days_of_a_list_are_those_of_its_objects_and_of_no_other_list() {
        let (first, second): (Arc<str>, Arc<str>) = ("EVT-01".into(), "PAC-14".into());
        let all = [(&first, "E1"), (&second, "P2"), (&second, "P1"), (&second, "P3")];
        let anomalies: Vec<Anomalie> = all.map(|(regle, id)| anomalie(regle, id)).to_vec();
        let days = |days: Vec<Option<Date>>| {
            let effets = BTreeMap::from([("PAC-P".to_owned(), days)]);
            let jours = BTreeMap::from([("PAC-14".to_owned(), effets)]);
            let tete = serde_json::json!({
                "format": 1, "chaine": "", "date": "2019-11-04", "precedente": null, "regles": {}, "mots": []
            });
            let tete: Arc<Tete> = Arc::new(serde_json::from_value(tete).unwrap());
            Lot::new("A", ("v1".to_owned(), tete), anomalies.clone(), (Vec::new(), jours))
        };
        let (may, june) = (Some(date(2019, 5, 1)), Some(date(2019, 6, 1)));
        let lot = days(vec![may, None, june]);
        let told = |lot: &Lot, rank: usize, code: &str| lot.jour(&lot.anomalies[rank], code);
        assert_eq!(told(&lot, 1, "PAC-P"), Some(may));
        assert_eq!(told(&lot, 2, "PAC-P"), Some(None), "it never counts");
        assert_eq!(told(&lot, 3, "PAC-P"), Some(june));
        assert_eq!((told(&lot, 0, "PAC-P"), told(&lot, 1, "PAC-D")), (None, None), "not told");
        assert_eq!(told(&days(vec![may, june]), 1, "PAC-P"), None, "a list of another length");
    }

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
