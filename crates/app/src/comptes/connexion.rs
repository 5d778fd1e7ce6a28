//! Signing in: password, second factor, session. Every refusal says the same thing, whether the
//! account exists or not, in the same time.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use mallette_acces::frein::{Compteurs, Echecs, Portee};
use mallette_acces::jeton::{Jeton, Usage};
use mallette_acces::secours::Code;
use mallette_registry::{
    Niveau, NouvelleSession, NouvelleTrace, Personne as Inscrite, Scelle, Session,
};
use serde_json::json;
use zeroize::Zeroizing;

use super::coffre::Coffre;
use super::{Comptes, INACTIVITE, SESSION, act, refuse};
use crate::port::{Ouverture, Refus};
use crate::tentative::{self, Tentative};
use crate::visiteur::{Facteurs, Personne};

/// Where a request comes from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origine {
    /// Address of the machine, as text.
    pub adresse: String,
    /// What the browser says it is.
    pub agent: String,
    /// Fingerprint of the token by which the browser is known again ([`super::appareil::print`]); none when it keeps none.
    pub appareil: Option<String>,
}

/// A session just opened.
pub struct Ouverte {
    /// What the browser is to carry.
    pub jeton: Zeroizing<String>,
    /// What the browser is to keep, to be known again; none when it keeps it already, or more is asked for first.
    pub appareil: Option<Zeroizing<String>>,
    /// Whether more is asked for.
    pub facteurs: Facteurs,
}

impl std::fmt::Debug for Ouverte {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ouverte").field("facteurs", &self.facteurs).finish_non_exhaustive()
    }
}

/// A session, as its person sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionVue {
    /// What names it on the page: not what opens it.
    pub cle: String,
    /// What the browser said it was.
    pub agent: String,
    /// When it was opened.
    pub cree_le: Timestamp,
    /// When it was last used.
    pub vue_le: Timestamp,
    /// Whether it is the one that asks.
    pub courante: bool,
}

impl SessionVue {
    /// A session as a page shows it; `own` is the one that asks.
    pub(super) fn new(session: Session, own: &str) -> Self {
        Self {
            courante: session.jeton == own,
            cle: session.jeton.chars().take(16).collect(),
            agent: session.agent,
            cree_le: session.cree_le,
            vue_le: session.vue_le,
        }
    }
}

/// Of a cookie that does not have the shape of ours: no session, and a try. A session that is over has that shape.
fn altered(jeton: &str) -> Option<Jeton> {
    if !jeton.is_empty() {
        tentative::note(Tentative::Session);
    }
    None
}

fn wrong() -> Refus {
    let raison = "L'adresse ou le mot de passe ne convient pas. Vérifier les deux, ou demander un lien \
                  pour choisir un nouveau mot de passe.";
    Refus(raison.to_owned())
}

fn wrong_code() -> Refus {
    let raison = "Ce code ne convient pas. Taper les six chiffres affichés maintenant par \
                  l'application, ou un code de secours encore inutilisé.";
    Refus(raison.to_owned())
}

/// The counters of failures of a try. What was typed as an address may be a password, or somebody's
/// name: the store keeps its fingerprint. From a browser known to be that person's, the failures made there are counted apart from
/// those of the address, which others may share.
fn counters(courriel: &str, origine: &Origine, appareil: Option<&str>) -> [(Portee, String); 4] {
    let Origine { adresse, .. } = origine;
    let typed = blake3::derive_key("mallette 2026 compteur d'essais", courriel.as_bytes());
    let compte = blake3::Hash::from(typed).to_hex();
    let lieu = appareil.unwrap_or(adresse);
    [
        (Portee::CompteAdresse, format!("compte:{compte}@{lieu}")),
        (Portee::Compte, format!("compte:{compte}")),
        (Portee::Adresse, format!("adresse:{adresse}")),
        (Portee::Tous, "tous".to_owned()),
    ]
}

impl Comptes {
    /// Who carries that token, how far the sign-in went, and the keys that the session opened; none
    /// when it opens nothing.
    ///
    /// # Errors
    /// When the registry does not answer.
    pub async fn identify(&self, jeton: &str) -> Result<Option<(Arc<Personne>, Ouverture)>, Refus> {
        let Some(session) = self.session(jeton).await? else { return Ok(None) };
        let known = self.registry().personne(&session.personne_id).await.map_err(refuse)?;
        let Some(known) = known.filter(|known| known.desactivee_le.is_none()) else {
            return Ok(None);
        };
        let now = self.now();
        // Once a minute is enough to know that it lives.
        let old = now.duration_since(session.vue_le).as_secs() >= 60;
        if old && !self.registry().is_read_only() {
            self.registry().touch_session(&session.jeton, now).await.map_err(refuse)?;
        }
        let acces = self.acces(&known.id).await?;
        let needed = self.needs_factor(&acces).await?;
        let facteurs = self.factors(&known.id, session.niveau, needed).await?;
        let own = acces.centres().into_iter().map(str::to_owned).collect();
        let cles = self.ouverture(&session.jeton).within(own);
        let fermes = self.closed_centres(&acces, &cles)?;
        let urgences = self.unseen_emergencies(&acces).await?;
        let (id, nom, acces) = (known.id, known.nom, Arc::new(acces));
        let (ecarts, preuve_le) = (BTreeMap::new(), session.cree_le);
        let attestation = self.attestation_due(session.niveau);
        let personne =
            Personne { id, nom, acces, facteurs, fermes, ecarts, preuve_le, attestation, urgences };
        Ok(Some((Arc::new(personne), cles)))
    }

    async fn factors(&self, id: &str, niveau: Niveau, needed: bool) -> Result<Facteurs, Refus> {
        if niveau.is_double() {
            return Ok(Facteurs::Complets);
        }
        let installed = self.registry().second_facteur(id).await.map_err(refuse)?.is_some();
        Ok(match (installed, needed) {
            (true, _) => Facteurs::Attendus,
            (false, true) => Facteurs::AInstaller,
            (false, false) => Facteurs::Complets,
        })
    }

    async fn session(&self, jeton: &str) -> Result<Option<Session>, Refus> {
        let Some(jeton) = Jeton::parse(jeton).or_else(|| altered(jeton)) else { return Ok(None) };
        let empreinte = jeton.empreinte(Usage::Session).to_string();
        let found = self.registry().live_session(&empreinte, self.now(), INACTIVITE).await;
        found.map_err(refuse)
    }

    /// Signs in with a password.
    ///
    /// # Errors
    /// The same for an unknown account, a wrong password and a closed account; another when too
    /// many tries failed.
    pub async fn sign_in(
        &self,
        courriel: &str,
        mot_de_passe: Zeroizing<String>,
        origine: &Origine,
    ) -> Result<Ouverte, Refus> {
        let courriel = courriel.trim().to_lowercase();
        self.refuse_guessing(&courriel, origine).await?;
        let known = self.registry().personne_by_courriel(&courriel).await.map_err(refuse)?;
        let known = known.filter(|known| known.desactivee_le.is_none());
        let stored = match &known {
            Some(known) => self.registry().mot_de_passe(&known.id).await.map_err(refuse)?,
            None => None,
        };
        let stored = stored.map(|stored| stored.empreinte.0);
        let given = mot_de_passe.clone();
        let right = self.hacheur.verify(mot_de_passe.clone(), stored.clone()).await;
        let tried = known.as_ref().map(|known| known.id.clone());
        let Some(known) = known.filter(|_| matches!(right, Ok(true))) else {
            right.map_err(refuse)?;
            let count = self.note_failure(&courriel, origine).await?;
            self.trace_failure(tried.as_deref(), "mot_de_passe", count, origine).await?;
            return Err(wrong());
        };
        if stored.is_some_and(|stored| self.hacheur.needs_rehash(&stored)) {
            let empreinte = self.hacheur.hash(mot_de_passe).await.map_err(refuse)?;
            let mut unite = self.registry().begin_quiet(self.now()).await.map_err(refuse)?;
            unite.store_mot_de_passe(&known.id, &Scelle(empreinte)).await.map_err(refuse)?;
            unite.commit().await.map_err(refuse)?;
        }
        self.clear_failures(&courriel, origine).await?;
        let acces = self.acces(&known.id).await?;
        let coffre = self.open_coffre(&known.id, &acces, &given).await?;
        let coffre = coffre.map(Arc::new);
        self.open(&known, (Niveau::Simple, "mot_de_passe"), coffre, origine).await
    }

    /// Opens a session for a person who proved who they are, that far and by those means.
    pub(super) async fn open(
        &self,
        known: &Inscrite,
        (niveau, moyen): (Niveau, &str),
        coffre: Option<Arc<Coffre>>,
        origine: &Origine,
    ) -> Result<Ouverte, Refus> {
        let expire_le = self.now().checked_add(SESSION).map_err(refuse)?;
        self.open_until(known, (niveau, moyen), coffre, origine, expire_le).await
    }

    /// As [`Comptes::open`], until that moment.
    async fn open_until(
        &self,
        known: &Inscrite,
        (niveau, moyen): (Niveau, &str),
        coffre: Option<Arc<Coffre>>,
        origine: &Origine,
        expire_le: Timestamp,
    ) -> Result<Ouverte, Refus> {
        let jeton = Jeton::generate().map_err(refuse)?;
        let now = self.now();
        let session = NouvelleSession {
            jeton: jeton.empreinte(Usage::Session).to_string(),
            personne_id: known.id.clone(),
            niveau,
            agent: origine.agent.clone(),
            expire_le,
        };
        let mut unite = self.registry().begin_quiet(now).await.map_err(refuse)?;
        unite.open_session(&session).await.map_err(refuse)?;
        let detail = json!({ "facteurs": niveau.code(), "moyen": moyen });
        unite.trace(&[act(&known.id, "connexion", None, detail)]).await.map_err(refuse)?;
        unite.commit().await.map_err(refuse)?;
        self.keep_coffre(&session.jeton, coffre);
        let needed = self.needs_factor(&self.acces(&known.id).await?).await?;
        let facteurs = self.factors(&known.id, niveau, needed).await?;
        // A password alone, where more is asked for, proves no browser to be theirs.
        let appareil = match facteurs {
            Facteurs::Complets => self.recognise(known, origine).await?,
            Facteurs::Attendus | Facteurs::AInstaller => None,
        };
        Ok(Ouverte { jeton: jeton.text(), appareil, facteurs })
    }

    /// Gives the second factor: the six digits of the moment, or a recovery code. The session is
    /// replaced by another, so that a token seen before opens nothing more.
    ///
    /// # Errors
    /// When the code is not right or was used, and when too many tries failed.
    pub async fn give_second_factor(
        &self,
        jeton: &str,
        code: &str,
        origine: &Origine,
    ) -> Result<Ouverte, Refus> {
        let session = self.session(jeton).await?.ok_or_else(signed_out)?;
        self.check_code(&session.personne_id, code, origine).await?;
        self.upgrade(&session, origine).await
    }

    /// That the code is right, now, and not used before.
    pub(super) async fn check_code(
        &self,
        personne_id: &str,
        code: &str,
        origine: &Origine,
    ) -> Result<(), Refus> {
        let key = format!("second:{personne_id}");
        self.refuse_guessing(&key, origine).await?;
        if !self.accept_code(personne_id, code).await? {
            let count = self.note_failure(&key, origine).await?;
            let tried = Some(personne_id);
            self.trace_failure(tried, "second_facteur", count, origine).await?;
            return Err(wrong_code());
        }
        self.clear_failures(&key, origine).await
    }

    /// Replaces a session of one factor by one of two.
    pub(super) async fn upgrade(
        &self,
        session: &Session,
        origine: &Origine,
    ) -> Result<Ouverte, Refus> {
        let expire = self.now().checked_add(SESSION).map_err(refuse)?;
        self.replace_session(session, "second_facteur", expire, origine).await
    }

    /// Replaces a session by one of two factors, proved by those means, that ends then: the token of before opens nothing more.
    pub(super) async fn replace_session(
        &self,
        session: &Session,
        moyen: &str,
        expire_le: Timestamp,
        origine: &Origine,
    ) -> Result<Ouverte, Refus> {
        let known = self.registry().personne(&session.personne_id).await.map_err(refuse)?;
        let known = known.ok_or_else(signed_out)?;
        let coffre = self.take_coffre(&session.jeton);
        // What the provider vouched for at the start of the session still holds.
        let means = (session.niveau.max(Niveau::Double), moyen);
        let opened = self.open_until(&known, means, coffre, origine, expire_le).await?;
        self.move_logout(&session.jeton, &opened).await?;
        self.close(&session.jeton).await?;
        Ok(opened)
    }

    /// Whether the code is right; it then never is again.
    async fn accept_code(&self, personne_id: &str, code: &str) -> Result<bool, Refus> {
        let now = self.now();
        let stored = self.registry().second_facteur(personne_id).await.map_err(refuse)?;
        let Some(stored) = stored else { return Ok(false) };
        let secret = self.open_secret(personne_id, &stored.secret.0)?;
        let last = u64::try_from(stored.dernier_pas).ok();
        let mut unite = self.registry().begin_quiet(now).await.map_err(refuse)?;
        let accepted = match secret.verify(code, now, last) {
            Ok(pas) => {
                let pas = i64::try_from(pas).map_err(refuse)?;
                unite.accept_pas(personne_id, pas).await.map_err(refuse)?
            }
            Err(_) => match Code::parse(code) {
                Ok(code) => {
                    let empreinte = code.empreinte(personne_id).to_string();
                    unite.use_code_secours(personne_id, &empreinte).await.map_err(refuse)?
                }
                Err(_) => false,
            },
        };
        unite.commit().await.map_err(refuse)?;
        Ok(accepted)
    }

    /// Ends the session of that token.
    ///
    /// # Errors
    /// When the registry does not answer.
    pub async fn sign_out(&self, jeton: &str) -> Result<(), Refus> {
        match self.session(jeton).await? {
            Some(session) => self.close(&session.jeton).await,
            None => Ok(()),
        }
    }

    async fn close(&self, empreinte: &str) -> Result<(), Refus> {
        self.take_coffre(empreinte);
        let mut unite = self.registry().begin_quiet(self.now()).await.map_err(refuse)?;
        unite.revoke_session(empreinte).await.map_err(refuse)?;
        unite.commit().await.map_err(refuse)
    }

    pub(super) async fn refuse_guessing(
        &self,
        compte: &str,
        origine: &Origine,
    ) -> Result<(), Refus> {
        let now = self.now();
        let appareil = self.known_device(compte, origine).await?;
        let mut compteurs =
            Compteurs { appareil_connu: appareil.is_some(), ..Compteurs::default() };
        for (portee, cle) in counters(compte, origine, appareil) {
            let known = self.registry().essais(&cle, now, self.frein.fenetre(portee)).await;
            let echecs = match known.map_err(refuse)? {
                Some((nombre, dernier)) => {
                    Echecs::new(u32::try_from(nombre).unwrap_or(u32::MAX), Some(dernier))
                }
                None => Echecs::default(),
            };
            match portee {
                Portee::CompteAdresse => compteurs.compte_adresse = echecs,
                Portee::Compte => compteurs.compte = echecs,
                Portee::Adresse => compteurs.adresse = echecs,
                Portee::Tous => compteurs.tous = echecs,
            }
        }
        match self.frein.decide(&compteurs, now).message(now) {
            Some(message) => Err(Refus(message)),
            None => Ok(()),
        }
    }

    /// Counts a failure; how many the account has in its window, this one included.
    pub(super) async fn note_failure(&self, compte: &str, origine: &Origine) -> Result<u64, Refus> {
        let now = self.now();
        let mut of_account = 0;
        let appareil = self.known_device(compte, origine).await?;
        for (portee, cle) in counters(compte, origine, appareil) {
            let window = self.frein.fenetre(portee);
            let count = self.registry().record_essai(&cle, now, window).await.map_err(refuse)?;
            if portee == Portee::Compte {
                of_account = u64::try_from(count).unwrap_or_default();
            }
        }
        Ok(of_account)
    }

    /// Keeps in the trace that tries on an account failed: the first, the second, the fourth… so that
    /// who guesses by the thousand writes a dozen entries. Those on an address without an open account, likewise: as often,
    /// so that the time taken tells neither apart, and without what was typed.
    async fn trace_failure(
        &self,
        tried: Option<&str>,
        moyen: &str,
        count: u64,
        origine: &Origine,
    ) -> Result<(), Refus> {
        if !count.is_power_of_two() {
            return Ok(());
        }
        let entry = match tried {
            Some(tried) => {
                let detail = json!({ "moyen": moyen, "essais": count });
                act(tried, "connexion_manquee", None, detail)
            }
            None if self.may_trace_unknown() => NouvelleTrace {
                acte: "connexion_manquee".to_owned(),
                detail: json!({
                    "genre": Tentative::CompteInconnu.code(),
                    "essais": count,
                    "adresse": origine.adresse,
                }),
                ..NouvelleTrace::default()
            },
            None => return Ok(()),
        };
        let mut unite = self.registry().begin_quiet(self.now()).await.map_err(refuse)?;
        unite.trace(&[entry]).await.map_err(refuse)?;
        unite.commit().await.map_err(refuse)
    }

    async fn clear_failures(&self, compte: &str, origine: &Origine) -> Result<(), Refus> {
        let appareil = self.known_device(compte, origine).await?;
        for (portee, cle) in counters(compte, origine, appareil) {
            if matches!(portee, Portee::CompteAdresse | Portee::Compte) {
                self.registry().clear_essais(&cle).await.map_err(refuse)?;
            }
        }
        Ok(())
    }

    /// The session of a token that must open something.
    pub(super) async fn own_session(&self, jeton: &str) -> Result<Session, Refus> {
        self.session(jeton).await?.ok_or_else(signed_out)
    }
}

pub(super) fn signed_out() -> Refus {
    Refus("La session est finie. Se connecter de nouveau.".to_owned())
}
