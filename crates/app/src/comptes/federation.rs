//! Signing in by an identity provider (ProConnect, Keycloak…), for who has an account here: a
//! provider opens none by itself.
//!
//! - [`fournisseur`]: the setting, and the provider as it was last discovered;
//! - [`depart`]: sending a browser there, to sign in, to link the own account, to accept an
//!   invitation;
//! - [`arrivee`]: what the browser brings back;
//! - [`liaison`]: the own account and its identity there;
//! - [`sortie`]: closing the session there with ours.
//!
//! A person is known by issuer and subject, never by address: an address changes hands. It counts
//! once, when an invitation sent to it is accepted by an identity of which the provider says that
//! the address is verified.

pub mod arrivee;
pub mod depart;
pub mod fournisseur;
pub mod liaison;
pub mod sortie;

use fournisseur::{Fournisseur, Reglage};
use mallette_registry::Niveau;

use super::{Comptes, refuse};
use crate::port::Refus;

/// Where the provider sends browsers back, under the address of the installation.
pub const RETOUR: &str = "/connexion/oidc/retour";
/// Where it sends them once its own session is closed.
pub const APRES_SORTIE: &str = "/connexion";

impl Comptes {
    /// The same accounts, which may also be entered by that provider. It is asked for nothing yet.
    ///
    /// # Errors
    /// When the setting is wrong, which is said.
    pub fn with_federation(mut self, reglage: Reglage) -> Result<Self, Refus> {
        let retour = self.link(RETOUR);
        self.federation = Some(Fournisseur::new(reglage, retour).map_err(refuse)?);
        Ok(self)
    }

    /// What people call the provider; none when there is none.
    #[must_use]
    pub fn federation_name(&self) -> Option<&str> {
        self.federation.as_ref().map(|federation| federation.reglage.nom.as_str())
    }

    /// The provider by which to sign in before running the installation, for a session that goes that far; none when nothing is missing.
    pub(super) fn attestation_due(&self, niveau: Niveau) -> Option<String> {
        let reglage = &self.federation.as_ref()?.reglage;
        let due = !reglage.acr_administration.is_empty() && niveau != Niveau::Atteste;
        due.then(|| reglage.nom.clone())
    }

    /// The origins that our forms may lead to: those of the provider. Empty when there is none.
    #[must_use]
    pub fn federation_origins(&self) -> Vec<String> {
        self.federation.as_ref().map(Fournisseur::origins).unwrap_or_default()
    }

    /// Asks the provider for its description, so that the first person does not wait for it.
    ///
    /// # Errors
    /// What the provider answers, said in French; it is asked again at the next sign-in.
    pub async fn discover_federation(&self) -> Result<(), Refus> {
        let Some(federation) = &self.federation else { return Ok(()) };
        federation.discovered(self.now()).await.map(drop).map_err(refuse)
    }

    fn federation(&self) -> Result<&Fournisseur, Refus> {
        self.federation.as_ref().ok_or_else(|| {
            let raison = "Cette installation n'a pas de fournisseur d'identité. Se connecter avec un \
                          mot de passe.";
            Refus(raison.to_owned())
        })
    }
}
