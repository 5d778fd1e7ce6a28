//! What a person is told: the alerts of the own roles that pass the own thresholds, with the marks put on
//! them.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use mallette_domain::acces::Acces;
use mallette_domain::alerte::{Alerte, Cle, Public, Seuils};
use mallette_registry::{AlerteSuivie, Marque, Preference};
use serde_json::json;

use super::TACHE;
use crate::atelier::refuse;
use crate::comptes::{Comptes, act};
use crate::port::Refus;
use crate::vie::Qui;

/// An alert, as a person reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlerteVue {
    /// What it says.
    pub alerte: Alerte,
    /// Since when it stands.
    pub depuis: Timestamp,
    /// Whether the person saw it as it is now.
    pub vue: bool,
    /// Whether the person asked not to be told of it as it is now.
    pub tue: bool,
}

/// What a person is told.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MesAlertes {
    /// Those to be told, the unseen first, then the most important.
    pub alertes: Vec<AlerteVue>,
    /// Those that the person asked not to be told.
    pub tues: Vec<AlerteVue>,
    /// When they were last looked for; none before the first time.
    pub cherchees_le: Option<Timestamp>,
}

impl MesAlertes {
    /// Those not seen yet.
    pub fn unseen(&self) -> impl Iterator<Item = &AlerteVue> {
        self.alertes.iter().filter(|alerte| !alerte.vue)
    }
}

/// What a person does about an alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Geste {
    /// It was seen.
    Vue,
    /// Not to be told any more, until it says something else.
    Taire,
    /// To be told again.
    Redire,
}

/// Which alerts among those that stand a person with that access is told, under these wishes.
pub(super) fn select(
    all: &[AlerteSuivie],
    concerns: impl Fn(&Alerte) -> bool,
    (seuils, wanted): (&Seuils, Option<&Preference>),
    marks: &BTreeMap<String, Marque>,
) -> (Vec<AlerteVue>, Vec<AlerteVue>) {
    let heard = |alerte: &Alerte| {
        let asked = wanted.is_none_or(|wanted| !wanted.sans.contains(&alerte.cle.genre));
        asked && alerte.passes(seuils) && concerns(alerte)
    };
    let told: Vec<&AlerteSuivie> = all.iter().filter(|held| heard(&held.alerte)).collect();
    let own: BTreeSet<Cle> = told.iter().map(|held| held.alerte.cle.clone()).collect();
    // What is said of a centre to its people and to the network is said once to who is both.
    let twice = |cle: &Cle| {
        let twin = Cle { public: Public::Centre, ..cle.clone() };
        cle.public == Public::Reseau && own.contains(&twin)
    };
    let seen = told.iter().filter(|held| !twice(&held.alerte.cle)).map(|held| {
        let marque = marks.get(&held.alerte.cle.text());
        let marque = marque.filter(|marque| marque.etat == held.alerte.etat());
        AlerteVue {
            alerte: held.alerte.clone(),
            depuis: held.depuis,
            vue: marque.is_some(),
            tue: marque.is_some_and(|marque| marque.tue),
        }
    });
    let (tues, mut alertes): (Vec<AlerteVue>, Vec<AlerteVue>) = seen.partition(|seen| seen.tue);
    alertes.sort_by(|a, b| {
        let key = |seen: &AlerteVue| {
            (seen.vue, seen.alerte.importance, seen.alerte.cle.public, seen.alerte.cle.genre)
        };
        key(a)
            .cmp(&key(b))
            .then(b.alerte.chiffre.cmp(&a.alerte.chiffre))
            .then_with(|| a.alerte.cle.cmp(&b.alerte.cle))
    });
    (alertes, tues)
}

/// Who holds the machine reads all but the portfolios, which are in the figures of their centre.
fn concerns_machine(alerte: &Alerte) -> bool {
    alerte.cle.public != Public::Conseiller
}

/// Whether an alert is for that person.
fn concerns(qui: &Qui, alerte: &Alerte) -> bool {
    match qui {
        Qui::Machine => concerns_machine(alerte),
        Qui::Personne(personne) => alerte.concerns(&personne.acces),
    }
}

impl Comptes {
    /// What a person is told.
    ///
    /// # Errors
    /// When the registry does not answer.
    pub async fn my_alerts(&self, qui: &Qui) -> Result<MesAlertes, Refus> {
        let registry = self.registry();
        let all = registry.alertes().await.map_err(refuse)?;
        let marks = registry.alerte_marques(qui.id()).await.map_err(refuse)?;
        let wanted = registry.alerte_preferences().await.map_err(refuse)?;
        let wanted = wanted.get(qui.id());
        let network = self.network_thresholds().await?;
        let seuils = wanted.and_then(|wanted| wanted.seuils).unwrap_or(network);
        let kept = select(&all, |alerte| concerns(qui, alerte), (&seuils, wanted), &marks);
        let last = registry.taches(Some(TACHE), 1).await.map_err(refuse)?;
        let cherchees_le = last.first().map(|run| run.debut);
        Ok(MesAlertes { alertes: kept.0, tues: kept.1, cherchees_le })
    }

    /// What the alerts of a person with that access and these wishes are: for the digest.
    pub(super) async fn alerts_for(
        &self,
        (id, acces): (&str, &Acces),
        (network, wanted): (&Seuils, &Preference),
        all: &[AlerteSuivie],
    ) -> Result<Vec<AlerteVue>, Refus> {
        let marks = self.registry().alerte_marques(id).await.map_err(refuse)?;
        let seuils = wanted.seuils.unwrap_or(*network);
        let concerns = |alerte: &Alerte| alerte.concerns(acces);
        Ok(select(all, concerns, (&seuils, Some(wanted)), &marks).0)
    }

    /// Puts a mark on one alert of the own, or on all when none is named. What it said is what was read,
    /// `etat`: should it say something else by now, it is told again.
    ///
    /// # Errors
    /// When the registry does not answer.
    pub async fn mark_alerts(
        &self,
        qui: &Qui,
        named: Option<(&str, &str)>,
        geste: Geste,
    ) -> Result<usize, Refus> {
        let own = self.my_alerts(qui).await?;
        let all = own.alertes.iter().chain(&own.tues);
        let chosen: Vec<&Alerte> = match named {
            None => own.alertes.iter().map(|seen| &seen.alerte).collect(),
            Some((cle, _)) => {
                all.map(|seen| &seen.alerte).filter(|alerte| alerte.cle.text() == cle).collect()
            }
        };
        if chosen.is_empty() {
            return Ok(0);
        }
        let mut unite = self.registry().begin_quiet(self.now()).await.map_err(refuse)?;
        for alerte in &chosen {
            let etat = named.map_or_else(|| alerte.etat(), |(_, etat)| etat.to_owned());
            let marque = match geste {
                Geste::Vue => Some(Marque { etat, tue: false }),
                Geste::Taire => Some(Marque { etat, tue: true }),
                Geste::Redire => None,
            };
            let cle = alerte.cle.text();
            unite.mark_alerte(qui.id(), &cle, marque.as_ref()).await.map_err(refuse)?;
        }
        // What was seen is nobody's business; not to be told any more is a decision.
        if let (Qui::Personne(personne), Geste::Taire | Geste::Redire) = (qui, geste) {
            let acte = if geste == Geste::Taire { "alerte_tue" } else { "alerte_redite" };
            let entries: Vec<_> = chosen
                .iter()
                .map(|alerte| {
                    let cle = &alerte.cle;
                    let detail = json!({ "genre": cle.genre.code(), "objet": cle.objet });
                    act(&personne.id, acte, cle.structure_id.as_deref(), detail)
                })
                .collect();
            unite.trace(&entries).await.map_err(refuse)?;
        }
        unite.commit().await.map_err(refuse)?;
        Ok(chosen.len())
    }
}

#[cfg(test)]
mod tests {
    use mallette_domain::alerte::{Genre, Importance};

    use super::*;

    fn held(public: Public, centre: Option<&str>, genre: Genre, chiffre: u64) -> AlerteSuivie {
        let cle = Cle {
            public,
            genre,
            structure_id: centre.map(str::to_owned),
            conseiller_id: None,
            objet: String::new(),
        };
        let importance = Importance::Haute;
        let alerte = Alerte { cle, chiffre, reference: 0, jour: None, importance };
        AlerteSuivie { alerte, depuis: Timestamp::UNIX_EPOCH, vue_le: Timestamp::UNIX_EPOCH }
    }

    #[test]
    fn who_is_of_a_centre_and_of_the_network_is_told_once() {
        let all = [
            held(Public::Reseau, Some("A"), Genre::Retard, 40),
            held(Public::Reseau, Some("B"), Genre::Retard, 50),
            held(Public::Centre, Some("A"), Genre::Retard, 40),
        ];
        let marks = BTreeMap::new();
        let seuils = Seuils::default();
        let both = select(&all, |_| true, (&seuils, None), &marks).0;
        let names: Vec<String> = both.iter().map(|seen| seen.alerte.cle.text()).collect();
        assert_eq!(names, ["reseau/retard/B//", "centre/retard/A//"]);
        let network = |alerte: &Alerte| alerte.cle.public == Public::Reseau;
        assert_eq!(select(&all, network, (&seuils, None), &marks).0.len(), 2);
    }

    #[test]
    fn a_mark_is_read_as_long_as_the_alert_says_the_same() {
        let all = [held(Public::Centre, Some("A"), Genre::Echeance, 3)];
        let cle = all[0].alerte.cle.text();
        let seuils = Seuils::default();
        let read = |etat: &str, tue| {
            let marks = BTreeMap::from([(cle.clone(), Marque { etat: etat.to_owned(), tue })]);
            let (told, silent) = select(&all, |_| true, (&seuils, None), &marks);
            (told.iter().map(|seen| seen.vue).collect::<Vec<_>>(), silent.len())
        };
        let same = all[0].alerte.etat();
        assert_eq!(read(&same, false), (vec![true], 0));
        assert_eq!(read(&same, true), (vec![], 1));
        assert_eq!(read("autre", true), (vec![false], 0));
        let deaf = Preference { sans: vec![Genre::Echeance], ..wishes() };
        let none = select(&all, |_| true, (&seuils, Some(&deaf)), &BTreeMap::new());
        assert_eq!(none, (vec![], vec![]));
    }

    fn wishes() -> Preference {
        super::super::preference::default_preference(Timestamp::UNIX_EPOCH)
    }
}
