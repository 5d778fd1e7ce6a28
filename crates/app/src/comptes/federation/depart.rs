//! Sending a browser to the provider. What must be kept until it comes back is kept here, sealed,
//! under the fingerprint of the state, and bound to that browser by a cookie.

use mallette_acces::jeton::{Jeton, Usage};
use mallette_registry::{GenreJeton, NouveauJeton};
use serde::{Deserialize, Serialize};
use serde_json::json;
use zeroize::Zeroizing;

use super::super::connexion::Origine;
use super::super::invitation::fingerprint;
use super::super::{Comptes, refuse};
use crate::port::Refus;

/// What the sealed demands are for.
pub(super) const USAGE: &str = "retour du fournisseur";
/// Sign-ins that may be under way at once: whoever begins some for ever fills no disk.
const EN_COURS: i64 = 5_000;
/// Longest address of ours that is gone back to, in bytes.
const VERS: usize = 2_000;

/// A browser to send to the provider.
pub struct Depart {
    /// Where to.
    pub url: String,
    /// What its cookie is to carry until it comes back.
    pub navigateur: Zeroizing<String>,
}

impl std::fmt::Debug for Depart {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Depart")
    }
}

/// What the person wants there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "but", rename_all = "snake_case")]
pub(super) enum But {
    /// To sign in.
    Connexion,
    /// To link the own account.
    Liaison {
        /// Whose.
        personne: String,
        /// From which session: its fingerprint.
        session: String,
    },
    /// To accept an invitation.
    Invitation {
        /// Which: its fingerprint.
        invitation: String,
    },
}

/// What is kept of a browser that was sent there.
#[derive(Serialize, Deserialize)]
pub(super) struct Garde {
    /// The demand, sealed: it holds the secrets of the exchange.
    pub(super) demande: String,
    /// The fingerprint of the browser's cookie.
    pub(super) navigateur: String,
    /// What for.
    #[serde(flatten)]
    pub(super) but: But,
}

impl Comptes {
    /// Sends somebody to sign in at the provider's, then on to `vers`, a page of ours.
    ///
    /// # Errors
    /// When there is no provider, or it does not answer: which is said.
    pub async fn leave_to_sign_in(&self, vers: &str) -> Result<Depart, Refus> {
        self.leave(But::Connexion, vers, &[]).await
    }

    /// The same, asking the provider for what running the installation needs.
    ///
    /// # Errors
    /// As [`Comptes::leave_to_sign_in`].
    pub async fn leave_to_be_vouched_for(&self, vers: &str) -> Result<Depart, Refus> {
        let levels = &self.federation()?.reglage.acr_administration;
        self.leave(But::Connexion, vers, levels).await
    }

    /// Sends who carries that session to prove an identity, which will then be linked to the
    /// account. The password is asked for, as to change it: an unattended screen links nothing.
    ///
    /// # Errors
    /// When the password is not right, when an identity is already linked, or when the provider
    /// does not answer.
    pub async fn leave_to_link(
        &self,
        jeton: &str,
        mot_de_passe: Zeroizing<String>,
        origine: &Origine,
    ) -> Result<Depart, Refus> {
        let session = self.own_session(jeton).await?;
        let id = session.personne_id;
        if self.own_subject(&id).await?.is_some() {
            return Err(Refus("Ce compte est déjà relié : le délier d'abord.".to_owned()));
        }
        self.check_password(&id, &mot_de_passe, origine).await?;
        self.leave(But::Liaison { personne: id, session: session.jeton }, "", &[]).await
    }

    /// Sends somebody who holds the link of an invitation to accept it by an identity.
    ///
    /// # Errors
    /// When the link serves no more, or the provider does not answer.
    pub async fn leave_to_accept(&self, jeton: &str) -> Result<Depart, Refus> {
        self.look_at_invitation(jeton).await?;
        let invitation = fingerprint(jeton, Usage::Invitation)?;
        self.leave(But::Invitation { invitation }, "", &[]).await
    }

    /// Sends a browser there, which is to come back at one of those levels of authentication, when some are given.
    async fn leave(&self, but: But, vers: &str, levels: &[String]) -> Result<Depart, Refus> {
        let (federation, now) = (self.federation()?, self.now());
        let fournisseur = federation.discovered(now).await.map_err(refuse)?;
        if self.registry().sweep_retours(now).await.map_err(refuse)? >= EN_COURS {
            let raison = "Trop de connexions sont en cours. Recommencer dans quelques minutes, ou se \
                          connecter avec un mot de passe.";
            return Err(Refus(raison.to_owned()));
        }
        let vers = if vers.len() > VERS { "" } else { vers };
        let (url, demande) = fournisseur.start_at(now, vers, levels).map_err(refuse)?;
        let etat = fingerprint(demande.etat(), Usage::Retour)?;
        let navigateur = Jeton::generate().map_err(refuse)?;
        let cles = self.atelier.warehouse.keys();
        let text = Zeroizing::new(demande.text());
        let garde = Garde {
            demande: cles.seal_secret(USAGE, &etat, text.as_bytes()).map_err(refuse)?,
            navigateur: navigateur.empreinte(Usage::Navigateur).to_string(),
            but,
        };
        let nouveau = NouveauJeton {
            empreinte: etat,
            genre: GenreJeton::Retour,
            courriel: None,
            nom: None,
            contenu: json!(garde),
            par: "navigateur".to_owned(),
            expire_le: demande.expire(),
        };
        let mut unite = self.registry().begin_quiet(now).await.map_err(refuse)?;
        unite.create_jeton(&nouveau).await.map_err(refuse)?;
        unite.commit().await.map_err(refuse)?;
        Ok(Depart { url: url.into(), navigateur: navigateur.text() })
    }
}
