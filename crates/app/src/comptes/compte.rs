//! The own account, and what those who answer for a person may do to the account: end its sessions,
//! take its second factor away, make a link to choose another password.
//!
//! Who could do this to an account could enter it: it is for who answers for every role of the
//! person. An administrator answers for the roles of the network, not for those of a centre, which
//! give names.

use jiff::Timestamp;
use mallette_acces::secours::{self, Code};
use mallette_domain::acces::{Acces, Habilitation, Role};
use mallette_registry::HabilitationDonnee;
use serde_json::json;
use zeroize::Zeroizing;

use super::connexion::Origine;
use super::invitation::Lien;
use super::{Comptes, act, refuse};
use crate::port::Refus;
use crate::visiteur::Personne;

/// The own account.
#[derive(Debug, Clone, PartialEq)]
pub struct CompteVu {
    /// Mail address.
    pub courriel: String,
    /// Whether it has a password; otherwise an identity provider opens it.
    pub mot_de_passe: bool,
    /// Roles that hold today.
    pub roles: Vec<Habilitation>,
    /// Since when a second factor is in place.
    pub second_facteur: Option<Timestamp>,
    /// Recovery codes not used yet.
    pub codes: u64,
}

fn not_yours() -> Refus {
    crate::tentative::note(crate::tentative::Tentative::Acte);
    let raison = "Ce compte n'est pas à votre main. Le directeur répond des comptes de son centre, \
                  l'administrateur régional de ceux qui n'ont que des rôles du réseau : qui peut entrer \
                  dans un compte peut lire les noms qu'il ouvre.";
    Refus(raison.to_owned())
}

impl Comptes {
    /// The own account of a person.
    ///
    /// # Errors
    /// When the registry does not answer.
    pub async fn own_account(&self, personne: &Personne) -> Result<CompteVu, Refus> {
        let known = self.registry().personne(&personne.id).await.map_err(refuse)?;
        let stored = self.registry().mot_de_passe(&personne.id).await.map_err(refuse)?;
        let factor = self.registry().second_facteur(&personne.id).await.map_err(refuse)?;
        let codes = self.registry().codes_secours_left(&personne.id).await.map_err(refuse)?;
        Ok(CompteVu {
            courriel: known.map(|known| known.courriel).unwrap_or_default(),
            mot_de_passe: stored.is_some(),
            roles: personne.acces.habilitations().to_vec(),
            second_facteur: factor.map(|factor| factor.pose_le),
            codes: u64::try_from(codes).unwrap_or_default(),
        })
    }

    /// Replaces the recovery codes by new ones, shown once. The password is asked for again, where there is
    /// one: a session left open would otherwise be enough to take the second factor away with it.
    ///
    /// # Errors
    /// When the session gave one factor only; when the password is not right.
    pub async fn renew_codes(
        &self,
        jeton: &str,
        mot_de_passe: &Zeroizing<String>,
        origine: &Origine,
    ) -> Result<Vec<Zeroizing<String>>, Refus> {
        let session = self.own_session(jeton).await?;
        let id = session.personne_id.as_str();
        if !session.niveau.is_double() {
            return Err(super::connexion::signed_out());
        }
        if self.registry().mot_de_passe(id).await.map_err(refuse)?.is_some() {
            if mot_de_passe.is_empty() {
                let raison = "Taper le mot de passe du compte. Les codes d'avant servent encore.";
                return Err(Refus(raison.to_owned()));
            }
            self.check_password(id, mot_de_passe, origine).await?;
        }
        let codes = secours::generate().map_err(refuse)?;
        let prints: Vec<String> = codes.iter().map(|code| code.empreinte(id).to_string()).collect();
        let mut unite = self.registry().begin(self.now()).await.map_err(refuse)?;
        unite.set_codes_secours(id, &prints).await.map_err(refuse)?;
        unite.trace(&[act(id, "codes_secours_changes", None, json!({}))]).await.map_err(refuse)?;
        unite.commit().await.map_err(refuse)?;
        Ok(codes.iter().map(Code::text).collect())
    }

    /// Whether a person with that access answers for every role of another.
    ///
    /// # Errors
    /// When the registry does not answer.
    pub async fn answers_for(&self, acces: &Acces, personne_id: &str) -> Result<bool, Refus> {
        let roles = self.registry().current_habilitations().await.map_err(refuse)?;
        Ok(answers_for(acces, &roles, personne_id))
    }

    async fn check_answers(&self, par: (&str, &Acces), personne_id: &str) -> Result<(), Refus> {
        let (id, acces) = par;
        if id == personne_id || !self.answers_for(acces, personne_id).await? {
            return Err(not_yours());
        }
        Ok(())
    }

    /// Takes the second factor of a person away: the next sign-in sets up another. Sessions end.
    ///
    /// # Errors
    /// When `par` does not answer for that person.
    pub async fn remove_factor(&self, par: (&str, &Acces), personne_id: &str) -> Result<(), Refus> {
        self.check_answers(par, personne_id).await?;
        let mut unite = self.registry().begin(self.now()).await.map_err(refuse)?;
        unite.remove_second_facteur(personne_id).await.map_err(refuse)?;
        unite.set_codes_secours(personne_id, &[]).await.map_err(refuse)?;
        unite.revoke_sessions(personne_id, None).await.map_err(refuse)?;
        // Whoever held the telephone may have signed in: no browser of before is taken for theirs.
        unite.forget_appareils(personne_id, None).await.map_err(refuse)?;
        self.forget_coffres(personne_id);
        let detail = json!({ "personne": personne_id });
        unite.trace(&[act(par.0, "second_facteur_retire", None, detail)]).await.map_err(refuse)?;
        unite.commit().await.map_err(refuse)
    }

    /// Makes a link by which a person chooses another password: sent by mail, or given back to be
    /// handed on.
    ///
    /// # Errors
    /// When `par` does not answer for that person.
    pub async fn make_reset(&self, par: (&str, &Acces), personne_id: &str) -> Result<Lien, Refus> {
        self.check_answers(par, personne_id).await?;
        let known = self.registry().personne(personne_id).await.map_err(refuse)?;
        let known = known.filter(|known| known.desactivee_le.is_none());
        let known = known.ok_or_else(|| Refus("Ce compte est fermé.".to_owned()))?;
        let link = self.send_reset(&known, par.0).await?;
        let mut unite = self.registry().begin(self.now()).await.map_err(refuse)?;
        let detail = json!({ "personne": personne_id });
        unite.trace(&[act(par.0, "lien_mot_de_passe", None, detail)]).await.map_err(refuse)?;
        unite.commit().await.map_err(refuse)?;
        Ok(link)
    }
}

/// Whether every role of that person is one that `acces` answers for; a person without a role is
/// the administrator's.
fn answers_for(acces: &Acces, roles: &[HabilitationDonnee], personne_id: &str) -> bool {
    let own = || roles.iter().filter(|role| role.personne_id == personne_id);
    let admin = acces.has(Role::Administrateur);
    let answered = own().all(|role| match &role.habilitation.structure_id {
        Some(centre) => acces.has_in(Role::Directeur, centre),
        None => admin,
    });
    answered && (admin || own().next().is_some())
}
