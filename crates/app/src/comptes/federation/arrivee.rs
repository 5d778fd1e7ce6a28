//! What a browser brings back from the provider: the pending demand is taken out, once, if that
//! browser began it; then the answer is checked (`mallette_acces::oidc`), and does what it was for.

use mallette_acces::jeton::Usage;
use mallette_acces::oidc::{Demande, Erreur, Identite, Retour};
use mallette_registry::{GenreJeton, JetonRefuse, RegistryError};
use serde_json::json;

use super::super::connexion::{Origine, Ouverte, signed_out};
use super::super::invitation::{fingerprint, give_proposed};
use super::super::{Comptes, act, new_id, refuse};
use super::depart::{But, Garde, USAGE};
use crate::port::Refus;
use crate::tentative::{self, Tentative};

/// What came of it.
#[derive(Debug)]
pub enum Arrivee {
    /// Somebody is signed in.
    Connectee {
        /// The session.
        ouverte: Ouverte,
        /// Where the person was going.
        vers: String,
    },
    /// The account of who was signed in is linked.
    Liee,
}

/// What the browser carries beside the answer.
#[derive(Debug, Clone, Copy)]
pub struct Porteur<'a> {
    /// The cookie given when it left; empty when it has none.
    pub navigateur: &'a str,
    /// The token of its session; empty when it has none.
    pub session: &'a str,
    /// Where it comes from.
    pub origine: &'a Origine,
}

impl Comptes {
    /// Ends what a browser was sent to the provider for. `query` is what follows `?` in the address
    /// it was sent back to.
    ///
    /// # Errors
    /// Whatever does not hold, said in French. Nobody is signed in, nothing is linked then.
    pub async fn come_back(&self, query: &str, porteur: Porteur<'_>) -> Result<Arrivee, Refus> {
        let federation = self.federation()?;
        let retour = Retour::parse(query).map_err(refuse)?;
        let (demande, but) = self.take_out(&retour, porteur.navigateur).await?;
        let now = self.now();
        let fournisseur = federation.discovered(now).await.map_err(refuse)?;
        let identite = match fournisseur.finish(demande, &retour, now).await {
            Ok(identite) => identite,
            Err(erreur) => {
                // It may have moved.
                if matches!(erreur, Erreur::Injoignable { .. }) {
                    federation.forget().await;
                }
                return Err(refuse(erreur));
            }
        };
        match but {
            But::Connexion => self.sign_in_as(&identite, porteur.origine).await,
            But::Liaison { personne, session } => {
                let own = self.own_session(porteur.session).await?;
                if own.personne_id != personne || own.jeton != session {
                    return Err(signed_out());
                }
                self.link_own(&personne, &identite).await?;
                Ok(Arrivee::Liee)
            }
            But::Invitation { invitation } => {
                self.accept_as(&invitation, &identite, porteur.origine).await
            }
        }
    }

    /// What was kept for that state, once, for the browser that began it only. Another browser takes
    /// nothing out: it cannot spoil the sign-in of somebody else.
    async fn take_out(&self, retour: &Retour, navigateur: &str) -> Result<(Demande, But), Refus> {
        let unknown = || self.not_begun_here();
        let etat = retour.etat().ok_or_else(unknown)?;
        let etat = fingerprint(etat, Usage::Retour).map_err(|_| unknown())?;
        let browser = fingerprint(navigateur, Usage::Navigateur).map_err(|_| unknown())?;
        let mut unite = self.registry().begin_quiet(self.now()).await.map_err(refuse)?;
        let kept = match unite.consume_jeton(GenreJeton::Retour, &etat).await {
            Ok(kept) => kept,
            Err(RegistryError::Jeton(JetonRefuse::Expire)) => {
                return Err(refuse(Erreur::DemandePerimee));
            }
            Err(RegistryError::Jeton(_)) => return Err(unknown()),
            Err(error) => return Err(refuse(error)),
        };
        let garde: Garde =
            serde_json::from_value(kept.contenu).map_err(|_| refuse(Erreur::DemandeIllisible))?;
        // Both are fingerprints of 256 random bits: comparing them tells nothing of the cookie.
        if garde.navigateur != browser {
            return Err(unknown());
        }
        unite.commit().await.map_err(refuse)?;
        let unreadable = |_| refuse(Erreur::DemandeIllisible);
        let cles = self.atelier.warehouse.keys();
        let text = cles.open_secret(USAGE, &etat, &garde.demande).map_err(unreadable)?;
        let text = std::str::from_utf8(&text).map_err(|_| refuse(Erreur::DemandeIllisible))?;
        Ok((Demande::parse(text).map_err(refuse)?, garde.but))
    }

    fn not_begun_here(&self) -> Refus {
        tentative::note(Tentative::Retour);
        Refus(format!(
            "Cette connexion n'a pas commencé dans ce navigateur, ou elle a déjà abouti. Recommencer \
             depuis la page de connexion, à l'adresse {}, avec les cookies acceptés.",
            self.reglage.adresse
        ))
    }

    async fn sign_in_as(&self, identite: &Identite, origine: &Origine) -> Result<Arrivee, Refus> {
        let Identite { emetteur, sujet, .. } = identite;
        let found = self.registry().personne_by_identite(emetteur, sujet).await.map_err(refuse)?;
        let Some(id) = found else { return Err(self.not_linked()) };
        let known = self.registry().personne(&id).await.map_err(refuse)?;
        let known = known.filter(|known| known.desactivee_le.is_none()).ok_or_else(|| {
            let raison = "Ce compte est fermé. S'adresser au directeur du centre ou à \
                          l'administrateur régional.";
            Refus(raison.to_owned())
        })?;
        let niveau = self.federation()?.niveau(identite);
        // No password was typed: what it would open of a centre that keeps its key stays closed.
        let ouverte = self.open(&known, (niveau, "fournisseur"), None, origine).await?;
        self.keep_logout(&ouverte, &known.id, &identite.jeton).await?;
        Ok(Arrivee::Connectee { ouverte, vers: identite.vers.clone() })
    }

    fn not_linked(&self) -> Refus {
        let nom = self.federation_name().unwrap_or_default();
        Refus(format!(
            "{nom} vous a reconnu, mais aucun compte d'ici n'est relié à cette identité. Si vous avez \
             un compte, vous connecter avec votre mot de passe, puis le relier depuis « Votre \
             compte ». Sinon, un compte s'ouvre sur invitation du directeur de votre centre ou de \
             l'administrateur régional."
        ))
    }

    /// Opens the account of an invitation, entered by that identity: it has no password.
    async fn accept_as(
        &self,
        invitation: &str,
        identite: &Identite,
        origine: &Origine,
    ) -> Result<Arrivee, Refus> {
        let (genre, now) = (GenreJeton::Invitation, self.now());
        let invited = self.registry().live_jeton(genre, invitation, now).await.map_err(refuse)?;
        let courriel = invited.courriel.unwrap_or_default();
        self.check_invited(&courriel, identite)?;
        let id = new_id()?;
        let mut unite = self.registry().begin(now).await.map_err(refuse)?;
        let used = unite.consume_jeton(genre, invitation).await.map_err(refuse)?;
        self.check_still_given(&used).await?;
        let nom = used.nom.clone().unwrap_or_default();
        unite.create_personne(&id, &nom, &courriel).await.map_err(refuse)?;
        unite.link_identite(&id, &identite.emetteur, &identite.sujet).await.map_err(refuse)?;
        give_proposed(&mut unite, &id, &used).await?;
        let detail = json!({ "moyen": "fournisseur" });
        unite.trace(&[act(&id, "compte_ouvert", None, detail)]).await.map_err(refuse)?;
        unite.commit().await.map_err(refuse)?;
        self.sign_in_as(identite, origine).await
    }

    /// Whether the provider vouches that the identity has the address that was invited.
    fn check_invited(&self, courriel: &str, identite: &Identite) -> Result<(), Refus> {
        let nom = self.federation_name().unwrap_or_default();
        let said = identite.courriel.as_deref().unwrap_or_default().trim().to_lowercase();
        if identite.courriel_verifie && !said.is_empty() && said == courriel.trim().to_lowercase() {
            return Ok(());
        }
        let pourquoi = match (said.is_empty(), identite.courriel_verifie) {
            (true, _) => format!("{nom} ne dit pas votre adresse électronique"),
            (false, false) => {
                format!("{nom} ne garantit pas que votre adresse électronique a été vérifiée")
            }
            (false, true) => format!(
                "l'adresse électronique que {nom} connaît de vous n'est pas celle de l'invitation"
            ),
        };
        Err(Refus(format!(
            "L'invitation n'a pas été acceptée, et sert encore : {pourquoi}. Ouvrir de nouveau le \
             lien reçu et choisir un mot de passe ; le compte pourra ensuite être relié à {nom}."
        )))
    }
}
