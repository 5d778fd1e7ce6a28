//! The own account and its identity at the provider's.

use mallette_acces::oidc::Identite;
use serde_json::json;

use super::super::{Comptes, act, refuse};
use crate::port::Refus;

impl Comptes {
    /// Whether the account of that person is linked to an identity of the provider.
    ///
    /// # Errors
    /// When the registry does not answer.
    pub async fn is_linked(&self, personne_id: &str) -> Result<bool, Refus> {
        Ok(self.federation.is_some() && self.own_subject(personne_id).await?.is_some())
    }

    /// Forgets the identity of who carries that session, unless it is the only way in.
    ///
    /// # Errors
    /// When the account has no password, or no identity.
    pub async fn unlink(&self, jeton: &str) -> Result<(), Refus> {
        let session = self.own_session(jeton).await?;
        let id = session.personne_id.as_str();
        let sujet = self.own_subject(id).await?;
        let sujet = sujet.ok_or_else(|| Refus("Ce compte n'est pas relié.".to_owned()))?;
        if self.registry().mot_de_passe(id).await.map_err(refuse)?.is_none() {
            let raison = "Ce compte n'a pas de mot de passe : délié, il ne s'ouvrirait plus. En \
                          choisir un d'abord, par « Mot de passe oublié » de la page de connexion.";
            return Err(Refus(raison.to_owned()));
        }
        let emetteur = self.federation()?.reglage.emetteur.clone();
        let mut unite = self.registry().begin(self.now()).await.map_err(refuse)?;
        unite.unlink_identite(id, &emetteur, &sujet).await.map_err(refuse)?;
        unite.trace(&[act(id, "identite_deliee", None, json!({}))]).await.map_err(refuse)?;
        unite.commit().await.map_err(refuse)
    }

    /// What the provider calls that person, if the account is linked.
    pub(super) async fn own_subject(&self, personne_id: &str) -> Result<Option<String>, Refus> {
        let emetteur = &self.federation()?.reglage.emetteur;
        let all = self.registry().identites(personne_id).await.map_err(refuse)?;
        Ok(all.into_iter().find(|(from, _)| from == emetteur).map(|(_, sujet)| sujet))
    }

    /// Links an identity to an account; refused when it is another account's.
    pub(super) async fn link_own(&self, id: &str, identite: &Identite) -> Result<(), Refus> {
        let Identite { emetteur, sujet, .. } = identite;
        if self.own_subject(id).await?.is_some_and(|own| own != *sujet) {
            return Err(Refus("Ce compte est déjà relié : le délier d'abord.".to_owned()));
        }
        let mut unite = self.registry().begin(self.now()).await.map_err(refuse)?;
        unite.link_identite(id, emetteur, sujet).await.map_err(refuse)?;
        unite.trace(&[act(id, "identite_liee", None, json!({}))]).await.map_err(refuse)?;
        unite.commit().await.map_err(refuse)
    }
}
