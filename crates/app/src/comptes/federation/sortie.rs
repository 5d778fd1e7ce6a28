//! Closing the session at the provider's with ours. The identity token that it asks for is kept,
//! sealed, as long as the session may live.

use std::time::Duration;

use mallette_acces::jeton::Usage;
use mallette_registry::{GenreJeton, NouveauJeton, RegistryError};
use serde_json::json;

use super::super::connexion::Ouverte;
use super::super::invitation::fingerprint;
use super::super::{Comptes, SESSION, refuse};
use super::APRES_SORTIE;
use crate::port::Refus;

/// What the sealed tokens are for.
const USAGE: &str = "sortie chez le fournisseur";
/// How long who signs out waits for a provider that has still to describe itself.
const PATIENCE: Duration = Duration::from_secs(5);

impl Comptes {
    /// Keeps what closes the session at the provider's beside the session just opened by it.
    pub(super) async fn keep_logout(
        &self,
        ouverte: &Ouverte,
        personne_id: &str,
        jeton: &str,
    ) -> Result<(), Refus> {
        let (session, now) = (fingerprint(&ouverte.jeton, Usage::Session)?, self.now());
        let scelle =
            self.atelier.warehouse.keys().seal_secret(USAGE, personne_id, jeton.as_bytes());
        let nouveau = NouveauJeton {
            empreinte: row(&session),
            genre: GenreJeton::Sortie,
            courriel: None,
            nom: None,
            contenu: json!(scelle.map_err(refuse)?),
            par: personne_id.to_owned(),
            expire_le: now.checked_add(SESSION).map_err(refuse)?,
        };
        let mut unite = self.registry().begin_quiet(now).await.map_err(refuse)?;
        unite.create_jeton(&nouveau).await.map_err(refuse)?;
        unite.commit().await.map_err(refuse)
    }

    /// The session goes on under another token.
    pub(in crate::comptes) async fn move_logout(
        &self,
        from: &str,
        to: &Ouverte,
    ) -> Result<(), Refus> {
        if self.federation.is_none() {
            return Ok(());
        }
        match self.take_logout(from).await? {
            Some((personne_id, jeton)) => self.keep_logout(to, &personne_id, &jeton).await,
            None => Ok(()),
        }
    }

    /// Where the browser closes the session at the provider's, once ours is closed; none when it was
    /// not opened there, or when the provider closes none.
    ///
    /// # Errors
    /// When the provider does not answer: the session there may still be open.
    pub async fn logout_address(&self, jeton: &str) -> Result<Option<String>, Refus> {
        let (Some(federation), Ok(session)) =
            (&self.federation, fingerprint(jeton, Usage::Session))
        else {
            return Ok(None);
        };
        let Some((_, kept)) = self.take_logout(&session).await? else { return Ok(None) };
        let found = tokio::time::timeout(PATIENCE, federation.discovered(self.now())).await;
        let fournisseur = found.map_err(refuse)?.map_err(refuse)?;
        let url = fournisseur.logout_url(&kept, &self.link(APRES_SORTIE)).map_err(refuse)?;
        Ok(url.map(Into::into))
    }

    /// What was kept beside a session, by its fingerprint: whose, and the token.
    async fn take_logout(&self, session: &str) -> Result<Option<(String, String)>, Refus> {
        let mut unite = self.registry().begin_quiet(self.now()).await.map_err(refuse)?;
        let kept = match unite.consume_jeton(GenreJeton::Sortie, &row(session)).await {
            Ok(kept) => kept,
            Err(RegistryError::Jeton(_)) => return Ok(None),
            Err(error) => return Err(refuse(error)),
        };
        unite.commit().await.map_err(refuse)?;
        let scelle = kept.contenu.as_str().unwrap_or_default();
        let opened = self.atelier.warehouse.keys().open_secret(USAGE, &kept.par, scelle);
        let jeton = String::from_utf8(opened.map_err(refuse)?.to_vec()).map_err(refuse)?;
        Ok(Some((kept.par, jeton)))
    }
}

/// The row of a session among the tokens.
fn row(session: &str) -> String {
    format!("sortie:{session}")
}
