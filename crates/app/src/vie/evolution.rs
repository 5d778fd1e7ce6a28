//! What changed with the last extract, how long anomalies last, how many are corrected from one campaign to
//! the next: numbers only, for a centre or for the network.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::Date;
use mallette_domain::vie::Sort;
use mallette_stats::survie::half_life;
use mallette_warehouse::vie::{self, Tete, VieRegle};

use super::{Ouverts, Qui, refused_open};
use crate::atelier::{AtelierLocal, refuse};
use crate::comptes::Comptes;
use crate::mutex::lock;
use crate::port::{Atelier as _, Refus};
use crate::session::blocking;

/// Sums over rules and centres.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totaux {
    /// Not in the version before.
    pub nouvelles: u64,
    /// In both.
    pub persistantes: u64,
    /// Of which nothing before tells whether they are new.
    pub premieres_vues: u64,
    /// Gone: corrected.
    pub disparues: u64,
    /// Of the version before, not judged again by the same rule: neither gone nor here.
    pub non_rejugees: u64,
}

impl Totaux {
    /// Share corrected of those that were judged again; none when there were none.
    #[must_use]
    pub fn taux(&self) -> Option<f64> {
        let judged = self.persistantes + self.disparues;
        #[expect(
            clippy::cast_precision_loss,
            reason = "a network has far fewer than 2^52 anomalies"
        )]
        let rate = (judged > 0).then(|| self.disparues as f64 / judged as f64);
        rate
    }

    fn add(&mut self, regle: &VieRegle) {
        self.nouvelles += regle.nouvelles;
        self.persistantes += regle.persistantes;
        self.premieres_vues += regle.premieres_vues;
        self.disparues += regle.disparues;
        self.non_rejugees += regle.suspendues + regle.ecartees;
    }

    fn merge(&mut self, other: &Self) {
        self.nouvelles += other.nouvelles;
        self.persistantes += other.persistantes;
        self.premieres_vues += other.premieres_vues;
        self.disparues += other.disparues;
        self.non_rejugees += other.non_rejugees;
    }

    /// From one version of a centre to a later one, whatever came between them: what stands in both
    /// without a break persists, what stood in the first alone is corrected, and what went and came back
    /// counts on both sides. A rule that did not judge both, or that changed, is not compared.
    fn between(before: &Tete, after: &Tete) -> Self {
        let gap = (after.date - before.date).get_days().unsigned_abs();
        let mut sums = Self::default();
        for (code, then) in &before.regles {
            let now = after.regles.get(code);
            let same =
                now.filter(|now| then.jugee && now.jugee && then.definition == now.definition);
            match same {
                None => sums.non_rejugees += then.vives(),
                Some(now) => {
                    let old: u64 = now.ages.range(gap..).map(|(_, count)| count).sum();
                    let persisting = old.min(then.vives());
                    sums.persistantes += persisting;
                    sums.disparues += then.vives() - persisting;
                    sums.nouvelles += now.vives() - persisting;
                }
            }
        }
        sums
    }
}

/// A rule, or a centre, over the last extract.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Ligne {
    /// Sums.
    pub totaux: Totaux,
    /// Median time before a correction, in days; none while more than half last longer.
    pub demi_vie: Option<u32>,
    /// Numbers gone and standing, by age: what the half-life is computed from.
    ages: (BTreeMap<u32, u64>, BTreeMap<u32, u64>),
}

impl Ligne {
    fn add(&mut self, regle: &VieRegle) {
        self.totaux.add(regle);
        for (sum, found) in [(&mut self.ages.0, &regle.eteintes), (&mut self.ages.1, &regle.ages)] {
            for (age, count) in found {
                *sum.entry(*age).or_default() += count;
            }
        }
    }

    fn close(&mut self) {
        self.demi_vie = half_life(&self.ages.0, &self.ages.1);
    }
}

/// A campaign: what its versions say since those of the campaign before.
#[derive(Debug, Clone, PartialEq)]
pub struct BilanCampagne {
    /// Its name.
    pub nom: String,
    /// Centres that have a version in both, and a later one in this one.
    pub centres: usize,
    /// Sums over them.
    pub totaux: Totaux,
}

/// What changed, over the centres asked for.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Evolution {
    /// For one centre: extraction dates of the version that counts and of the one before.
    pub dates: Option<(Date, Option<Date>)>,
    /// Over all rules and centres.
    pub total: Ligne,
    /// By code of rule, those with anything to say.
    pub regles: BTreeMap<String, Ligne>,
    /// By centre.
    pub centres: BTreeMap<String, Ligne>,
    /// By conseiller (none: nobody), for who may read the lists of the centre.
    pub conseillers: BTreeMap<Option<String>, Totaux>,
    /// By campaign, the latest first.
    pub campagnes: Vec<BilanCampagne>,
    /// Anomalies with a reason that holds today, over the centres asked for.
    pub justifiees: u64,
}

impl Comptes {
    /// What changed in a centre, or in all those whose figures are open to who asks.
    ///
    /// # Errors
    /// When the centre asked for is not open, or the lives cannot be read.
    pub async fn read_evolution(
        &self,
        qui: &Qui,
        structure_id: Option<&str>,
    ) -> Result<Evolution, Refus> {
        if structure_id.is_some_and(|id| !qui.reads_figures(id)) {
            return Err(refused_open());
        }
        let wanted =
            |id: &str| structure_id.is_none_or(|asked| asked == id) && qui.reads_figures(id);
        let heads: BTreeMap<String, (String, Arc<Tete>)> = {
            let known = lock(&self.atelier.vies.courantes);
            let kept = known.iter().filter(|(id, _)| wanted(id));
            kept.map(|(id, held)| (id.clone(), held.clone())).collect()
        };
        let mut evolution = sum(&heads);
        if let (Some(id), Some((version, tete))) =
            (structure_id, structure_id.and_then(|id| heads.get(id)))
        {
            evolution.dates = Some((tete.date, tete.precedente.as_ref().map(|(_, date)| *date)));
            if let Ok(ouverts) = qui.open(id) {
                let (atelier, id, version) =
                    (Arc::clone(&self.atelier), id.to_owned(), version.clone());
                let work = move || atelier.by_conseiller(&id, &version, &ouverts);
                evolution.conseillers = blocking(work).await?;
            }
        }
        let justified = self.registry().justifiees(self.today()).await.map_err(refuse)?;
        let own = justified.iter().filter(|((id, _), _)| wanted(id));
        evolution.justifiees = own.map(|(_, count)| count).sum();
        // Those of the snapshot: out of the registry, three years of a country take a tenth of a second.
        let etat = self.atelier.etat();
        let campagnes = &etat.campagnes;
        let before = campagnes.iter().skip(1).map(Some).chain([None]);
        for (campagne, before) in campagnes.iter().zip(before) {
            let own = campagne.versions.iter().filter(|(id, _)| wanted(id));
            let pairs = own.filter_map(|(id, after)| {
                let before = before?.versions.get(id)?;
                let later = before.date_extraction < after.date_extraction;
                later.then(|| (id.clone(), before.id.clone(), after.id.clone()))
            });
            let pairs: Vec<(String, String, String)> = pairs.collect();
            let atelier = Arc::clone(&self.atelier);
            let (centres, totaux) = blocking(move || atelier.sum_between(&pairs)).await?;
            let nom = campagne.nom.clone();
            evolution.campagnes.push(BilanCampagne { nom, centres, totaux });
        }
        Ok(evolution)
    }
}

fn sum(heads: &BTreeMap<String, (String, Arc<Tete>)>) -> Evolution {
    let mut evolution = Evolution::default();
    for (id, (_, tete)) in heads {
        let centre = evolution.centres.entry(id.clone()).or_default();
        for (code, regle) in &tete.regles {
            centre.add(regle);
            evolution.total.add(regle);
            let quiet = regle.vives() + regle.disparues + regle.suspendues + regle.ecartees == 0;
            if !quiet || !regle.eteintes.is_empty() {
                evolution.regles.entry(code.clone()).or_default().add(regle);
            }
        }
        centre.close();
    }
    evolution.total.close();
    evolution.regles.values_mut().for_each(Ligne::close);
    evolution
}

impl AtelierLocal {
    /// What changed by the conseiller whom the data name.
    fn by_conseiller(
        &self,
        structure_id: &str,
        version: &str,
        ouverts: &Ouverts,
    ) -> Result<BTreeMap<Option<String>, Totaux>, Refus> {
        let lot = self.read_lot(structure_id)?;
        let mut sums: BTreeMap<Option<String>, Totaux> = BTreeMap::new();
        let open = |conseiller: &Option<String>| ouverts.keeps(conseiller.as_deref(), None);
        for anomalie in lot.anomalies.iter().filter(|one| open(&one.objet.conseiller_id)) {
            let sum = sums.entry(anomalie.objet.conseiller_id.clone()).or_default();
            *match anomalie.vie.vive.sort {
                Sort::Nouvelle => &mut sum.nouvelles,
                Sort::Persistante => &mut sum.persistantes,
                Sort::PremiereVue => &mut sum.premieres_vues,
            } += 1;
        }
        let dir = self.warehouse().version_dir(structure_id, version);
        let gone = vie::read_disparues(&dir).map_err(refuse)?;
        for (objet, _) in gone.into_values().flatten().filter(|(o, _)| open(&o.conseiller_id)) {
            sums.entry(objet.conseiller_id).or_default().disparues += 1;
        }
        Ok(sums)
    }

    /// Sums from one version to a later one of the same centre: how many were compared, and what they
    /// say. A version whose lives are not there is compared with nothing.
    fn sum_between(&self, pairs: &[(String, String, String)]) -> Result<(usize, Totaux), Refus> {
        let (mut centres, mut sums) = (0, Totaux::default());
        for key in pairs {
            let known = lock(&self.vies.totaux).get(key).copied();
            let own = match known {
                Some(own) => own,
                None => {
                    let (structure_id, before, after) = key;
                    let head = |version: &String| {
                        vie::read_head(&self.warehouse().version_dir(structure_id, version))
                    };
                    let heads = (head(before).map_err(refuse)?, head(after).map_err(refuse)?);
                    let own = match &heads {
                        (Some(before), Some(after)) => Some(Totaux::between(before, after)),
                        _ => None,
                    };
                    lock(&self.vies.totaux).insert(key.clone(), own);
                    own
                }
            };
            if let Some(own) = own {
                centres += 1;
                sums.merge(&own);
            }
        }
        Ok((centres, sums))
    }
}
