//! Where an account is open, and ending that: the own sessions, a factor given again; those of somebody else, for who manages the
//! account. To end one gives nothing: whoever may close the account may end its sessions.

use mallette_domain::acces::Acces;
use serde_json::json;
use zeroize::Zeroizing;

use super::connexion::{Origine, SessionVue};
use super::habilitation::{manages, not_yours};
use super::{Comptes, act, refuse};
use crate::port::Refus;

impl Comptes {
    /// The sessions of who carries that token.
    ///
    /// # Errors
    /// When the session is over.
    pub async fn sessions(&self, jeton: &str) -> Result<Vec<SessionVue>, Refus> {
        let own = self.own_session(jeton).await?;
        let all =
            self.registry().sessions_of(&own.personne_id, self.now()).await.map_err(refuse)?;
        Ok(all.into_iter().map(|session| SessionVue::new(session, &own.jeton)).collect())
    }

    /// Ends another session of the same person, or every other one when `cle` is none. A factor is given again: the password, or, where
    /// there is none, a code of the second factor.
    ///
    /// # Errors
    /// When the session that asks is over, or what was given is not right.
    pub async fn revoke(
        &self,
        jeton: &str,
        cle: Option<&str>,
        donne: &Zeroizing<String>,
        origine: &Origine,
    ) -> Result<(), Refus> {
        let own = self.own_session(jeton).await?;
        let id = own.personne_id.as_str();
        self.check_given(id, donne, origine).await?;
        let now = self.now();
        let all = self.registry().sessions_of(&own.personne_id, now).await.map_err(refuse)?;
        let mut unite = self.registry().begin_quiet(now).await.map_err(refuse)?;
        for session in all.iter().filter(|session| session.jeton != own.jeton) {
            if cle.is_none_or(|cle| !cle.is_empty() && session.jeton.starts_with(cle)) {
                unite.revoke_session(&session.jeton).await.map_err(refuse)?;
                self.take_coffre(&session.jeton);
            }
        }
        unite
            .trace(&[act(&own.personne_id, "sessions_fermees", None, json!({}))])
            .await
            .map_err(refuse)?;
        unite.commit().await.map_err(refuse)
    }

    /// The open sessions of a person, the last used first; none when `par` does not manage that
    /// account.
    ///
    /// # Errors
    /// When the registry does not answer.
    pub async fn sessions_of(
        &self,
        par: (&str, &Acces),
        personne_id: &str,
    ) -> Result<Vec<SessionVue>, Refus> {
        if !self.may_end(par, personne_id).await? {
            return Ok(Vec::new());
        }
        let all = self.registry().sessions_of(personne_id, self.now()).await.map_err(refuse)?;
        Ok(all.into_iter().map(|session| SessionVue::new(session, "")).collect())
    }

    /// Ends a session of a person, or every one when `cle` is none.
    ///
    /// # Errors
    /// When `par` does not manage that account.
    pub async fn end_sessions_of(
        &self,
        par: (&str, &Acces),
        personne_id: &str,
        cle: Option<&str>,
    ) -> Result<(), Refus> {
        if !self.may_end(par, personne_id).await? {
            return Err(not_yours());
        }
        let now = self.now();
        let all = self.registry().sessions_of(personne_id, now).await.map_err(refuse)?;
        let mut unite = self.registry().begin_quiet(now).await.map_err(refuse)?;
        for session in &all {
            if cle.is_none_or(|cle| !cle.is_empty() && session.jeton.starts_with(cle)) {
                unite.revoke_session(&session.jeton).await.map_err(refuse)?;
                self.take_coffre(&session.jeton);
            }
        }
        let detail = json!({ "personne": personne_id });
        unite.trace(&[act(par.0, "sessions_fermees", None, detail)]).await.map_err(refuse)?;
        unite.commit().await.map_err(refuse)
    }

    /// That a factor was given again: the password, or, where there is none, a code of the second factor.
    pub(super) async fn check_given(
        &self,
        personne_id: &str,
        donne: &Zeroizing<String>,
        origine: &Origine,
    ) -> Result<(), Refus> {
        if self.registry().mot_de_passe(personne_id).await.map_err(refuse)?.is_some() {
            self.check_password(personne_id, donne, origine).await
        } else if self.registry().second_facteur(personne_id).await.map_err(refuse)?.is_some() {
            self.check_code(personne_id, donne, origine).await
        } else {
            Ok(())
        }
    }

    /// Somebody else's account, of which every role is in those hands.
    pub(super) async fn may_end(
        &self,
        par: (&str, &Acces),
        personne_id: &str,
    ) -> Result<bool, Refus> {
        let roles = self.registry().current_habilitations().await.map_err(refuse)?;
        Ok(par.0 != personne_id && manages(par.1, &roles, personne_id))
    }
}
