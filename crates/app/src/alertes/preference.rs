//! What a person wants to be told, from where on, on which day by mail, or not at all.

use jiff::Timestamp;
use mallette_acces::jeton::{Jeton, Usage};
use mallette_domain::acces::{Acces, Exigence};
use mallette_domain::alerte::{Genre, Seuils, are_for};
use mallette_registry::Preference;
pub use mallette_registry::{EtatResume, ResumeSuivi};
use serde_json::json;

use crate::atelier::refuse;
use crate::comptes::{Comptes, act};
use crate::port::Refus;
use crate::tentative::{self, Tentative};
use crate::visiteur::Personne;

/// The setting of the network: thresholds of who chose none.
pub const PARAMETRE_SEUILS: &str = "alerte_seuils";
/// Day of the digest of who chose none: Monday.
const JOUR: i8 = 1;
/// Digests shown.
const DERNIERS: i64 = 5;

/// What a person is told, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choix {
    /// What the person wants.
    pub preference: Preference,
    /// Thresholds in force for that person.
    pub seuils: Seuils,
    /// Those of the network.
    pub reseau: Seuils,
    /// The last digests, the latest first.
    pub resumes: Vec<ResumeSuivi>,
    /// Whether mails are sent at all.
    pub courriel: bool,
}

/// What a form asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Demande {
    /// Day of the week of the digest, 1 for Monday; none to stop it.
    pub jour: Option<i8>,
    /// Kinds to be told.
    pub genres: Vec<Genre>,
    /// Own thresholds; none for those of the network.
    pub seuils: Option<Seuils>,
}

/// What holds for who never chose.
pub(crate) fn default_preference(depuis: Timestamp) -> Preference {
    Preference { jour: Some(JOUR), sans: Vec::new(), seuils: None, depuis }
}

fn check(seuils: &Seuils) -> Result<(), Refus> {
    if seuils.are_sound() {
        return Ok(());
    }
    let raison = "Un seuil est hors de ses bornes : nombre de 1 à 100 000, part de 0 à 1 000 %, retard de 1 à \
                  366 jours, baisse de 1 à 100 %, fins de 1 à 90 jours. Rien n'a été modifié.";
    Err(Refus(raison.to_owned()))
}

impl Comptes {
    /// Thresholds of the network.
    ///
    /// # Errors
    /// When the registry does not answer.
    pub async fn network_thresholds(&self) -> Result<Seuils, Refus> {
        let said = self.registry().parametre(PARAMETRE_SEUILS, None).await.map_err(refuse)?;
        let read = said.and_then(|text| serde_json::from_str::<Seuils>(&text).ok());
        Ok(read.filter(Seuils::are_sound).unwrap_or_default())
    }

    /// The lowest thresholds that somebody asked for, one by one.
    pub(super) async fn lowest_thresholds(&self) -> Result<Seuils, Refus> {
        let network = self.network_thresholds().await?;
        let known = self.registry().alerte_preferences().await.map_err(refuse)?;
        let own = known.values().filter_map(|wanted| wanted.seuils);
        Ok(own.fold(network, |low, own| low.lower(&own)))
    }

    /// What a person is told, and how.
    ///
    /// # Errors
    /// When the registry does not answer.
    pub async fn alert_choice(&self, personne: &Personne) -> Result<Choix, Refus> {
        let reseau = self.network_thresholds().await?;
        let known = self.registry().alerte_preferences().await.map_err(refuse)?;
        let own = known.get(&personne.id).cloned();
        let preference = own.unwrap_or_else(|| default_preference(self.now()));
        Ok(Choix {
            seuils: preference.seuils.unwrap_or(reseau),
            preference,
            reseau,
            resumes: self.registry().resumes(&personne.id, DERNIERS).await.map_err(refuse)?,
            courriel: self.sends_mail(),
        })
    }

    /// Keeps what a person wants to be told.
    ///
    /// # Errors
    /// When alerts are not for that person, when the day or a threshold is out of its bounds.
    pub async fn choose_alerts(&self, personne: &Personne, demande: &Demande) -> Result<(), Refus> {
        if !are_for(&personne.acces) {
            return Err(Refus("Aucune alerte ne concerne ce compte.".to_owned()));
        }
        if demande.jour.is_some_and(|jour| !(1..=7).contains(&jour)) {
            return Err(Refus("Choisir un jour de la semaine. Rien n'a été modifié.".to_owned()));
        }
        if let Some(seuils) = &demande.seuils {
            check(seuils)?;
        }
        let now = self.now();
        let known = self.registry().alerte_preferences().await.map_err(refuse)?;
        let before = known.get(&personne.id);
        // Another day starts from now; the same one keeps the week under way.
        let depuis = before.filter(|before| before.jour == demande.jour).map_or(now, |b| b.depuis);
        let sans = Genre::ALL.into_iter().filter(|genre| !demande.genres.contains(genre));
        let wanted =
            Preference { jour: demande.jour, sans: sans.collect(), seuils: demande.seuils, depuis };
        let sans: Vec<&str> = wanted.sans.iter().map(|genre| genre.code()).collect();
        let detail = json!({
            "resume": wanted.jour, "sans": sans, "seuils_propres": wanted.seuils.is_some(),
        });
        let mut unite = self.registry().begin_quiet(now).await.map_err(refuse)?;
        unite.set_alerte_preference(&personne.id, &wanted).await.map_err(refuse)?;
        let entry = act(&personne.id, "alertes_reglees", None, detail);
        unite.trace(&[entry]).await.map_err(refuse)?;
        unite.commit().await.map_err(refuse)?;
        self.retry_alerts().await
    }

    /// Sets the thresholds of the network.
    ///
    /// # Errors
    /// When `par` does not run the installation, or a threshold is out of its bounds.
    pub async fn set_network_thresholds(
        &self,
        (id, acces): (&str, &Acces),
        seuils: &Seuils,
    ) -> Result<(), Refus> {
        if !Exigence::Administration.admits(acces) {
            let raison = "Seule l'administration régionale règle les seuils du réseau.";
            return Err(Refus(raison.to_owned()));
        }
        check(seuils)?;
        let value = serde_json::to_string(seuils).map_err(refuse)?;
        let mut unite = self.registry().begin(self.now()).await.map_err(refuse)?;
        let set = unite.set_parametre(PARAMETRE_SEUILS, None, Some(&value), id).await;
        if set.map_err(refuse)? {
            let detail = json!({ "objet": "seuils des alertes", "seuils": seuils });
            unite.trace(&[act(id, "parametre_change", None, detail)]).await.map_err(refuse)?;
        }
        unite.commit().await.map_err(refuse)?;
        self.retry_alerts().await
    }

    /// Looks for alerts again under other thresholds. Where they cannot be now, the next run will.
    async fn retry_alerts(&self) -> Result<(), Refus> {
        let _ = self.run_alertes().await;
        Ok(())
    }

    /// Whether that text is a link that stops a digest.
    ///
    /// # Errors
    /// When the registry does not answer.
    pub async fn knows_stop_link(&self, jeton: &str) -> Result<bool, Refus> {
        Ok(self.stop_link(jeton).await?.is_some())
    }

    /// Stops the digest that a link of it stops, whoever holds the link; false when it is not one.
    ///
    /// # Errors
    /// When the registry does not answer.
    pub async fn stop_resume(&self, jeton: &str) -> Result<bool, Refus> {
        let Some(id) = self.stop_link(jeton).await? else { return Ok(false) };
        let now = self.now();
        let known = self.registry().alerte_preferences().await.map_err(refuse)?;
        let before = known.get(&id).cloned().unwrap_or_else(|| default_preference(now));
        if before.jour.is_none() {
            return Ok(true);
        }
        let wanted = Preference { jour: None, depuis: now, ..before };
        let mut unite = self.registry().begin_quiet(now).await.map_err(refuse)?;
        unite.set_alerte_preference(&id, &wanted).await.map_err(refuse)?;
        let entry = act(&id, "resume_arrete", None, json!({ "par": "lien du courriel" }));
        unite.trace(&[entry]).await.map_err(refuse)?;
        unite.commit().await.map_err(refuse)?;
        Ok(true)
    }

    async fn stop_link(&self, jeton: &str) -> Result<Option<String>, Refus> {
        let found = match Jeton::parse(jeton) {
            None => None,
            Some(jeton) => {
                let empreinte = jeton.empreinte(Usage::Arret).to_string();
                self.registry().resume_arret(&empreinte).await.map_err(refuse)?
            }
        };
        if found.is_none() {
            tentative::note(Tentative::Lien);
        }
        Ok(found)
    }
}
