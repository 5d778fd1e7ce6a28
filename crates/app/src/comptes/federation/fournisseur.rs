//! The provider: how it is set, and as it was last discovered. Discovered when first needed, then
//! again now and then: a provider that is down keeps nobody from starting the server, nor from
//! signing in with a password.

use std::sync::{Arc, PoisonError, RwLock};

use jiff::{SignedDuration, Timestamp};
use mallette_acces::oidc::{self, Erreur, Identite, Userinfo};
use mallette_registry::Niveau;
use tokio::sync::Mutex;
use zeroize::Zeroizing;

/// How long what a provider said of itself is believed.
const VALIDITE: SignedDuration = SignedDuration::from_mins(60);
/// How long a provider that did not answer is left alone.
const REPIT: SignedDuration = SignedDuration::from_secs(10);

/// What the administrator says of the provider.
#[derive(Clone)]
pub struct Reglage {
    /// What people call it: « Se connecter avec ProConnect ».
    pub nom: String,
    /// Its issuer identifier, exactly as it writes it.
    pub emetteur: String,
    /// What it calls this installation.
    pub client_id: String,
    /// The secret that it gave.
    pub secret: Option<Zeroizing<String>>,
    /// Whether what it says of persons must be signed (ProConnect).
    pub userinfo_signee: bool,
    /// Levels of authentication (`acr`) that are asked for, and stand for the second factor.
    pub acr: Vec<String>,
    /// Means of authentication (`amr`) that stand for the second factor.
    pub amr: Vec<String>,
    /// Levels of authentication (`acr`) without which the installation is not run: two factors, from a machine that the provider knows to
    /// be kept. None is asked for when empty.
    pub acr_administration: Vec<String>,
    /// Other origins where it sends browsers on at once: a form of ours leads there too.
    pub origines: Vec<String>,
    /// Authorities to trust beside the public ones, in PEM.
    pub autorites: Option<String>,
}

impl Reglage {
    /// How far an identity goes: two factors only when the provider says one of the values of the
    /// setting. Without any, the second factor is always asked for here.
    fn niveau(&self, identite: &Identite) -> Niveau {
        let said =
            |levels: &[String]| identite.acr.as_ref().is_some_and(|acr| levels.contains(acr));
        let amr = identite.amr.iter().any(|means| self.amr.contains(means));
        match () {
            () if said(&self.acr_administration) => Niveau::Atteste,
            () if said(&self.acr) || amr => Niveau::Double,
            () => Niveau::Simple,
        }
    }
}

impl std::fmt::Debug for Reglage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reglage").field("emetteur", &self.emetteur).finish_non_exhaustive()
    }
}

/// The provider of an installation.
pub(in crate::comptes) struct Fournisseur {
    pub(super) reglage: Reglage,
    oidc: oidc::Reglage,
    /// Held while the provider is asked: the others wait for the same answer.
    etat: Mutex<Etat>,
    origines: RwLock<Vec<String>>,
}

/// What is known of the provider.
#[derive(Default)]
struct Etat {
    decouvert: Option<(Arc<oidc::Fournisseur>, Timestamp)>,
    echec: Option<(Erreur, Timestamp)>,
}

impl Fournisseur {
    pub(super) fn new(reglage: Reglage, retour: String) -> Result<Self, Erreur> {
        let oidc = oidc::Reglage {
            emetteur: reglage.emetteur.clone(),
            client_id: reglage.client_id.clone(),
            client_secret: reglage.secret.as_ref().map(|secret| secret.to_string().into()),
            retour,
            // The address alone, which an invitation is compared with: names are those given here.
            portees: vec!["email".to_owned()],
            acr: reglage.acr.clone(),
            amr_demande: !reglage.amr.is_empty(),
            userinfo: if reglage.userinfo_signee { Userinfo::Signe } else { Userinfo::Libre },
            autorites: reglage.autorites.clone(),
            ..oidc::Reglage::default()
        };
        let own = oidc.validate()?.origin().ascii_serialization();
        let origines: Vec<String> =
            std::iter::once(own).chain(reglage.origines.iter().cloned()).collect();
        Ok(Self { reglage, oidc, etat: Mutex::default(), origines: RwLock::new(origines) })
    }

    pub(super) fn niveau(&self, identite: &Identite) -> Niveau {
        self.reglage.niveau(identite)
    }

    pub(super) fn origins(&self) -> Vec<String> {
        self.origines.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The provider, asked for its description when what is known is old, or nothing. One that
    /// answered before and does not now is taken as it was.
    pub(super) async fn discovered(
        &self,
        now: Timestamp,
    ) -> Result<Arc<oidc::Fournisseur>, Erreur> {
        let mut etat = self.etat.lock().await;
        let since = |then: Timestamp| now.duration_since(then).abs();
        let known = match &etat.decouvert {
            Some((known, when)) if since(*when) < VALIDITE => return Ok(Arc::clone(known)),
            Some((known, _)) => Some(Arc::clone(known)),
            None => None,
        };
        if let Some((erreur, when)) = &etat.echec
            && since(*when) < REPIT
        {
            return known.ok_or_else(|| erreur.clone());
        }
        match oidc::Fournisseur::discover(self.oidc.clone()).await {
            Ok(found) => {
                let found = Arc::new(found);
                self.remember_origins(&found);
                *etat = Etat { decouvert: Some((Arc::clone(&found), now)), echec: None };
                Ok(found)
            }
            Err(erreur) => {
                etat.echec = Some((erreur.clone(), now));
                known.ok_or(erreur)
            }
        }
    }

    /// What is known counts no more: the next sign-in asks again.
    pub(super) async fn forget(&self) {
        *self.etat.lock().await = Etat::default();
    }

    fn remember_origins(&self, found: &oidc::Fournisseur) {
        let mut origines = self.origines.write().unwrap_or_else(PoisonError::into_inner);
        for origine in found.origins() {
            if !origines.contains(&origine) {
                origines.push(origine);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reglage() -> Reglage {
        Reglage {
            nom: "ProConnect".to_owned(),
            // Nobody listens there.
            emetteur: "http://127.0.0.1:9".to_owned(),
            client_id: "mallette".to_owned(),
            secret: Some(Zeroizing::new("très secret".to_owned())),
            userinfo_signee: false,
            acr: vec!["eidas2".to_owned()],
            amr: vec!["otp".to_owned()],
            acr_administration: vec!["poste".to_owned()],
            origines: vec!["https://amont.example".to_owned()],
            autorites: None,
        }
    }

    fn said(acr: Option<&str>, amr: &[&str]) -> Identite {
        Identite {
            emetteur: "http://127.0.0.1:9".to_owned(),
            sujet: "s".to_owned(),
            courriel: None,
            courriel_verifie: false,
            prenom: None,
            nom: None,
            siret: None,
            acr: acr.map(str::to_owned),
            amr: amr.iter().map(|means| (*means).to_owned()).collect(),
            jeton: String::new(),
            vers: String::new(),
        }
    }

    #[test]
    fn only_the_values_of_the_setting_stand_for_a_second_factor() {
        let reglage = reglage();
        assert_eq!(reglage.niveau(&said(Some("eidas2"), &[])), Niveau::Double);
        assert_eq!(reglage.niveau(&said(None, &["pwd", "otp"])), Niveau::Double);
        assert_eq!(reglage.niveau(&said(Some("poste"), &["pwd"])), Niveau::Atteste);
        assert_eq!(reglage.niveau(&said(None, &["poste"])), Niveau::Simple, "a level, not a means");
        for (acr, amr) in [(None, &[][..]), (Some("eidas1"), &["pwd"]), (Some("otp"), &["eidas2"])]
        {
            assert_eq!(reglage.niveau(&said(acr, amr)), Niveau::Simple, "{acr:?} {amr:?}");
        }
        let silent = Reglage { acr: Vec::new(), amr: Vec::new(), ..reglage };
        assert_eq!(silent.niveau(&said(Some("eidas2"), &["otp", "mfa"])), Niveau::Simple);
        assert!(!format!("{silent:?}").contains("très"));
    }

    #[tokio::test]
    async fn a_provider_that_is_down_is_left_alone_a_moment_then_asked_again() {
        let retour = "http://localhost:8080/connexion/oidc/retour".to_owned();
        let fournisseur = Fournisseur::new(reglage(), retour).unwrap();
        assert_eq!(fournisseur.origins(), ["http://127.0.0.1:9", "https://amont.example"]);
        let now = Timestamp::from_second(1_790_000_000).unwrap();
        let refused = fournisseur.discovered(now).await.unwrap_err();
        assert!(matches!(&refused, Erreur::Injoignable { .. }), "{refused}");
        let failed = async || fournisseur.etat.lock().await.echec.clone().unwrap().1;
        let soon = now + SignedDuration::from_secs(9);
        assert_eq!(fournisseur.discovered(soon).await.unwrap_err(), refused);
        assert_eq!(failed().await, now, "not asked again yet");
        let later = now + SignedDuration::from_secs(10);
        assert!(fournisseur.discovered(later).await.is_err());
        assert_eq!(failed().await, later);
    }

    #[test]
    fn a_wrong_setting_is_refused_before_anybody_is_asked() {
        let wrong = Reglage { emetteur: "http://fournisseur.example".to_owned(), ..reglage() };
        let refused = Fournisseur::new(wrong, "http://localhost/retour".to_owned()).err().unwrap();
        assert!(refused.to_string().contains("https://"), "{refused}");
    }
}
