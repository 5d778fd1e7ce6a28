//! Browsers in which a person signed in: known again by a random token that each keeps, shown on the account, forgotten on demand.
//!
//! A browser is known once the person went through every factor in it. It is *confirmed* when it is the first one ever of that
//! person, when that person says so in a confirmed one, or when who manages the account does. Being known spares the person the
//! waits that the failures of others cause; names may be held to confirmed browsers ([`super::circonstance`]). It opens nothing by
//! itself: factors are asked for everywhere.

use std::sync::Arc;

use jiff::Timestamp;
use mallette_acces::jeton::{Jeton, Usage};
use mallette_courriel::{Adresse, modele};
use mallette_domain::acces::Acces;
use mallette_registry::{Appareil, Personne as Inscrite, Vu};
use serde_json::json;
use zeroize::Zeroizing;

use super::connexion::Origine;
use super::habilitation::not_yours;
use super::{Comptes, act, refuse, zone};
use crate::port::Refus;

/// Characters of a fingerprint that name a browser on a page.
const CLE: usize = 16;

/// A browser, as a page shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppareilVu {
    /// What names it on the page: not what makes it known.
    pub cle: String,
    /// What it said it was.
    pub agent: String,
    /// Since when it is known.
    pub cree_le: Timestamp,
    /// When the person last signed in there.
    pub vu_le: Timestamp,
    /// Whether somebody said that it is that person's.
    pub confirme: bool,
    /// Whether it is the one that asks.
    pub courant: bool,
}

/// What is done with a browser.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Geste {
    /// It is that person's.
    Confirmer,
    /// It is to be unknown again; the sessions of the person end with it, but the one that asks.
    Oublier,
}

/// The fingerprint of the token that a browser keeps; none when it keeps none, or one that has not the shape of ours.
#[must_use]
pub fn print(jeton: &str) -> Option<String> {
    Jeton::parse(jeton).map(|jeton| jeton.empreinte(Usage::Appareil).to_string())
}

/// What a browser says it is, in few words.
#[must_use]
pub fn navigateur(agent: &str) -> String {
    let found = |names: &[(&'static str, &'static str)]| {
        names.iter().find(|(sign, _)| agent.contains(sign)).map(|(_, name)| *name)
    };
    // The order counts: most browsers also say that they are Chrome, or Safari.
    let browser = found(&[
        ("Firefox/", "Firefox"),
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    ]);
    let system = found(&[
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS", "macOS"),
        ("Linux", "Linux"),
    ]);
    match (browser, system) {
        (Some(browser), Some(system)) => format!("{browser}, {system}"),
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
        (None, None) => "Navigateur inconnu".to_owned(),
    }
}

fn unknown() -> Refus {
    Refus("Ce navigateur n'est plus connu. Relire la liste ; rien n'a été modifié.".to_owned())
}

fn view(known: Appareil, own: Option<&str>) -> AppareilVu {
    AppareilVu {
        courant: own == Some(known.empreinte.as_str()),
        cle: known.empreinte.chars().take(CLE).collect(),
        agent: known.agent,
        cree_le: known.cree_le,
        vu_le: known.vu_le,
        confirme: known.confirme_le.is_some(),
    }
}

impl Comptes {
    /// Remembers the browser in which a person just went through every factor; the token that it is to keep from now on, when it
    /// had none. The person is told of one that was never seen.
    pub(super) async fn recognise(
        &self,
        known: &Inscrite,
        origine: &Origine,
    ) -> Result<Option<Zeroizing<String>>, Refus> {
        let mut unite = self.registry().begin_quiet(self.now()).await.map_err(refuse)?;
        let mut vu = Vu::Oublie;
        if let Some(own) = &origine.appareil {
            let noted = unite.note_appareil(&known.id, own, &origine.agent).await;
            vu = noted.map_err(refuse)?;
        }
        let mut given = None;
        if vu == Vu::Oublie {
            let jeton = Jeton::generate().map_err(refuse)?;
            let own = jeton.empreinte(Usage::Appareil).to_string();
            vu = unite.note_appareil(&known.id, &own, &origine.agent).await.map_err(refuse)?;
            given = Some(jeton.text());
        }
        if vu != Vu::Connu {
            let detail = json!({ "objet": navigateur(&origine.agent) });
            let entry = act(&known.id, "appareil_nouveau", None, detail);
            unite.trace(&[entry]).await.map_err(refuse)?;
        }
        unite.commit().await.map_err(refuse)?;
        if vu == Vu::Nouveau {
            self.tell_of_device(known, origine)?;
        }
        Ok(given)
    }

    /// Tells a person by mail, beside, that the account was opened in a browser that was never seen; the page of the account says
    /// it too.
    fn tell_of_device(&self, known: &Inscrite, origine: &Origine) -> Result<(), Refus> {
        if !self.sends_mail() {
            return Ok(());
        }
        let adresse = Adresse::new(&known.courriel, Some(&known.nom)).map_err(refuse)?;
        let message = modele::connexion_inhabituelle(
            &adresse,
            &modele::ConnexionInhabituelle {
                reseau: &self.reglage.reseau,
                quand: zone().to_datetime(self.now()),
                reussie: true,
                adresse: &origine.adresse,
                navigateur: &navigateur(&origine.agent),
                lien: &self.link("/compte"),
            },
        );
        let (envoi, now) = (Arc::clone(&self.envoi), self.now());
        tokio::spawn(async move {
            if let Err(error) = envoi.send(&message, now).await {
                eprintln!("un avis de nouvelle connexion n'a pas pu être envoyé : {error}");
            }
        });
        Ok(())
    }

    /// Whether that browser is confirmed to be that person's.
    ///
    /// # Errors
    /// When the registry does not answer.
    pub async fn is_confirmed(&self, personne_id: &str, origine: &Origine) -> Result<bool, Refus> {
        let Some(own) = &origine.appareil else { return Ok(false) };
        let known = self.registry().appareil(own, personne_id).await.map_err(refuse)?;
        Ok(known.is_some_and(|known| known.confirme_le.is_some()))
    }

    /// The fingerprint of the browser, when the person whose account is tried signed in there before: the account is named as the
    /// counters of failures name it.
    pub(super) async fn known_device<'a>(
        &self,
        compte: &str,
        origine: &'a Origine,
    ) -> Result<Option<&'a str>, Refus> {
        let Some(own) = &origine.appareil else { return Ok(None) };
        let personne = compte.rsplit(':').next().unwrap_or(compte);
        let known = self.registry().appareil(own, personne).await.map_err(refuse)?;
        Ok(known.map(|_| own.as_str()))
    }

    /// The browsers of a person, for that person.
    ///
    /// # Errors
    /// When the registry does not answer.
    pub async fn own_devices(
        &self,
        personne_id: &str,
        origine: &Origine,
    ) -> Result<Vec<AppareilVu>, Refus> {
        let all = self.registry().appareils_of(personne_id).await.map_err(refuse)?;
        Ok(all.into_iter().map(|known| view(known, origine.appareil.as_deref())).collect())
    }

    /// The browsers of a person, for who manages the account; none for anybody else.
    ///
    /// # Errors
    /// When the registry does not answer.
    pub async fn devices_of(
        &self,
        par: (&str, &Acces),
        personne_id: &str,
    ) -> Result<Vec<AppareilVu>, Refus> {
        if !self.may_end(par, personne_id).await? {
            return Ok(Vec::new());
        }
        let all = self.registry().appareils_of(personne_id).await.map_err(refuse)?;
        Ok(all.into_iter().map(|known| view(known, None)).collect())
    }

    /// Confirms or forgets a browser of the own account, a factor given again; all the others when `cle` is none and they are to be
    /// forgotten. Only in a confirmed browser is another one confirmed.
    ///
    /// # Errors
    /// When the session is over, the factor is not right, the browser is unknown or may not be confirmed from here.
    pub async fn settle_own_device(
        &self,
        jeton: &str,
        (geste, cle): (Geste, Option<&str>),
        donne: &Zeroizing<String>,
        origine: &Origine,
    ) -> Result<(), Refus> {
        let session = self.own_session(jeton).await?;
        let id = session.personne_id.as_str();
        if geste == Geste::Confirmer && !self.is_confirmed(id, origine).await? {
            let raison = "Un navigateur se confirme depuis un autre, déjà confirmé, ou par la personne qui gère votre \
                          compte : la direction du centre ou l'administrateur régional. Rien n'a été modifié.";
            return Err(Refus(raison.to_owned()));
        }
        self.check_given(id, donne, origine).await?;
        self.settle_device(id, id, (geste, cle), Some(&session.jeton)).await
    }

    /// Confirms or forgets a browser of somebody else, by who manages the account; all of them when `cle` is none and they are to
    /// be forgotten.
    ///
    /// # Errors
    /// When `par` does not manage that account, or the browser is unknown.
    pub async fn settle_device_of(
        &self,
        par: (&str, &Acces),
        personne_id: &str,
        what: (Geste, Option<&str>),
    ) -> Result<(), Refus> {
        if !self.may_end(par, personne_id).await? {
            return Err(not_yours());
        }
        self.settle_device(par.0, personne_id, what, None).await
    }

    async fn settle_device(
        &self,
        par: &str,
        personne_id: &str,
        (geste, cle): (Geste, Option<&str>),
        but: Option<&str>,
    ) -> Result<(), Refus> {
        let all = self.registry().appareils_of(personne_id).await.map_err(refuse)?;
        let named = |cle: &str| {
            let found =
                all.iter().find(|known| cle.len() == CLE && known.empreinte.starts_with(cle));
            found.map(|known| known.empreinte.as_str()).ok_or_else(unknown)
        };
        let empreinte = cle.map(named).transpose()?;
        let mut unite = self.registry().begin_quiet(self.now()).await.map_err(refuse)?;
        let (acte, changed) = match (geste, empreinte) {
            (Geste::Confirmer, None) => return Err(unknown()),
            (Geste::Confirmer, Some(one)) => {
                let done = unite.confirm_appareil(personne_id, one, par).await;
                ("appareil_confirme", done.map_err(refuse)?)
            }
            (Geste::Oublier, one) => {
                let gone = unite.forget_appareils(personne_id, one).await.map_err(refuse)?;
                // Which session is of which browser is not kept: none may go on in one that is no longer known.
                unite.revoke_sessions(personne_id, but).await.map_err(refuse)?;
                ("appareil_oublie", gone > 0)
            }
        };
        if !changed {
            return Err(unknown());
        }
        let detail = json!({ "personne": personne_id });
        unite.trace(&[act(par, acte, None, detail)]).await.map_err(refuse)?;
        unite.commit().await.map_err(refuse)?;
        if geste == Geste::Oublier {
            self.forget_coffres_but(personne_id, but);
        }
        Ok(())
    }
}
