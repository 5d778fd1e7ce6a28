//! Making an account by a link that was sent, and choosing another password the same way. A link
//! serves once, and ends.

mod valeur;

use std::sync::Arc;

use jiff::Timestamp;
use mallette_acces::jeton::{Jeton, Usage};
use mallette_acces::mot_de_passe;
use mallette_courriel::{Adresse, Message, Suite, modele};
use mallette_domain::acces::{Acces, Habilitation, Role};
use mallette_domain::structure;
use mallette_registry::{
    GenreJeton, JetonRefuse, NouveauJeton, Personne as Inscrite, RegistryError, Scelle, check_nom,
    proposition,
};
use serde_json::json;
use zeroize::Zeroizing;

use super::connexion::Origine;
use super::{Comptes, INVITATION, REINITIALISATION, act, new_id, refuse, zone};
use crate::port::Refus;
use crate::tentative::{self, Tentative};

pub(super) use valeur::give_proposed;

/// Who makes the first account: the installation itself.
const INSTALLATION: &str = "installation";

/// What became of a link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lien {
    /// Sent by mail.
    Envoye,
    /// To be handed on by who asked for it: there is no mail server, or it refused, which is said.
    ATransmettre {
        /// The link.
        lien: String,
        /// Why it was not sent.
        pourquoi: Option<String>,
    },
}

/// An invitation that was not used.
#[derive(Debug, Clone, PartialEq)]
pub struct InvitationVue {
    /// What names it.
    pub cle: String,
    /// Name of the person invited.
    pub nom: String,
    /// Address it was sent to.
    pub courriel: String,
    /// Roles proposed.
    pub roles: Vec<Habilitation>,
    /// When it ends.
    pub expire_le: Timestamp,
}

impl Comptes {
    /// The link by which the first administrator opens the account of the installation. Those given
    /// before serve no more.
    ///
    /// # Errors
    /// When the installation has accounts already, or the address is not one.
    pub async fn initialise(&self, nom: &str, courriel: &str) -> Result<String, Refus> {
        if !self.registry().personnes().await.map_err(refuse)?.is_empty() {
            let raison =
                "Cette installation a déjà des comptes. Les gérer depuis la page Personnes.";
            return Err(Refus(raison.to_owned()));
        }
        let role = Habilitation {
            role: Role::Administrateur,
            structure_id: None,
            conseiller_id: None,
            debut: None,
            fin: None,
        };
        let earlier = self.registry().jetons(GenreJeton::Invitation).await.map_err(refuse)?;
        let (lien, _) = self.create_invitation(INSTALLATION, nom, courriel, &[role]).await?;
        // After: what is refused leaves the earlier link as it was. A death in between leaves one
        // that nobody was told, and that the next call cancels too.
        let mut unite = self.registry().begin(self.now()).await.map_err(refuse)?;
        for earlier in earlier.into_iter().filter(|earlier| earlier.par == INSTALLATION) {
            unite.cancel_jeton(&earlier.empreinte, INSTALLATION).await.map_err(refuse)?;
        }
        unite.commit().await.map_err(refuse)?;
        Ok(lien)
    }

    /// Invites a person with roles.
    ///
    /// # Errors
    /// When a role is not in the hands of `par`, or when the address has an account already.
    pub async fn invite(
        &self,
        par: (&str, &Acces),
        nom: &str,
        courriel: &str,
        roles: &[Habilitation],
    ) -> Result<Lien, Refus> {
        let (id, acces) = par;
        if roles.is_empty() {
            return Err(Refus("Choisir au moins un rôle pour cette personne.".to_owned()));
        }
        for role in roles {
            self.check_gift(acces, role).await?;
        }
        let host = self.registry().personne(id).await.map_err(refuse)?;
        let host = host.map_or_else(|| "Mallette".to_owned(), |host| host.nom);
        let (lien, expire) = self.create_invitation(id, nom, courriel, roles).await?;
        self.send_invitation(&host, (nom, courriel), roles, (&lien, expire)).await
    }

    /// Sends the link of an invitation, made by `host`, else gives it back to be handed on.
    pub(super) async fn send_invitation(
        &self,
        host: &str,
        (nom, courriel): (&str, &str),
        roles: &[Habilitation],
        (lien, expire): (&str, Timestamp),
    ) -> Result<Lien, Refus> {
        let adresse = Adresse::new(courriel, Some(nom)).map_err(refuse)?;
        let first = roles.first().map(|role| (role.role.libelle(), role.structure_id.as_deref()));
        let (role, centre) = first.unwrap_or_default();
        let centre = centre.map(|id| structure::find(id).map_or(id, |known| known.nom));
        let message = modele::invitation(
            &adresse,
            &modele::Invitation {
                reseau: &self.reglage.reseau,
                invite_par: host,
                role,
                centre,
                lien,
                expire: zone().to_datetime(expire),
            },
        );
        Ok(self.send(&message, lien.to_owned()).await)
    }

    async fn create_invitation(
        &self,
        par: &str,
        nom: &str,
        courriel: &str,
        roles: &[Habilitation],
    ) -> Result<(String, Timestamp), Refus> {
        let now = self.now();
        check_invited(nom, courriel)?;
        if self.registry().personne_by_courriel(courriel).await.map_err(refuse)?.is_some() {
            let raison = "Cette adresse a déjà un compte : lui donner le rôle depuis sa fiche.";
            return Err(Refus(raison.to_owned()));
        }
        let contenu = proposition(roles);
        let (nouveau, lien) = self.new_invitation(par, (nom, courriel), contenu, now)?;
        let expire_le = nouveau.expire_le;
        let mut unite = self.registry().begin(now).await.map_err(refuse)?;
        unite.invite(&nouveau).await.map_err(refuse)?;
        let codes: Vec<&str> = roles.iter().map(|role| role.role.code()).collect();
        unite
            .trace(&[act(par, "invitation", None, json!({ "roles": codes }))])
            .await
            .map_err(refuse)?;
        unite.commit().await.map_err(refuse)?;
        Ok((lien, expire_le))
    }

    /// An invitation to write, and its link.
    pub(super) fn new_invitation(
        &self,
        par: &str,
        (nom, courriel): (&str, &str),
        contenu: serde_json::Value,
        now: Timestamp,
    ) -> Result<(NouveauJeton, String), Refus> {
        let jeton = Jeton::generate().map_err(refuse)?;
        let nouveau = NouveauJeton {
            empreinte: jeton.empreinte(Usage::Invitation).to_string(),
            genre: GenreJeton::Invitation,
            courriel: Some(courriel.to_owned()),
            nom: Some(nom.trim().to_owned()),
            contenu,
            par: par.to_owned(),
            expire_le: now.checked_add(INVITATION).map_err(refuse)?,
        };
        Ok((nouveau, self.link(&format!("/invitation/{}", *jeton.text()))))
    }

    /// The invitations that still wait, for who manages accounts: those that one may cancel.
    ///
    /// # Errors
    /// When the registry does not answer.
    pub async fn invitations(&self) -> Result<Vec<InvitationVue>, Refus> {
        let now = self.now();
        let all = self.registry().jetons(GenreJeton::Invitation).await.map_err(refuse)?;
        let waiting = all.into_iter().filter(|jeton| jeton.refused_at(now).is_none());
        let views = waiting.map(|jeton| {
            Ok(InvitationVue {
                roles: jeton.habilitations().map_err(refuse)?,
                cle: jeton.empreinte,
                nom: jeton.nom.unwrap_or_default(),
                courriel: jeton.courriel.unwrap_or_default(),
                expire_le: jeton.expire_le,
            })
        });
        views.collect()
    }

    /// Cancels an invitation.
    ///
    /// # Errors
    /// When one of its roles is not in the hands of `par`.
    pub async fn cancel_invitation(&self, par: (&str, &Acces), cle: &str) -> Result<(), Refus> {
        let (id, acces) = par;
        let waiting = self.invitations().await?;
        let found = waiting.into_iter().find(|invitation| invitation.cle == cle);
        let found = found.ok_or_else(|| Refus("Cette invitation n'attend plus.".to_owned()))?;
        for role in &found.roles {
            self.check_gift(acces, role).await?;
        }
        let mut unite = self.registry().begin(self.now()).await.map_err(refuse)?;
        unite.cancel_jeton(cle, id).await.map_err(refuse)?;
        unite.commit().await.map_err(refuse)
    }

    /// Who a link invites: name and address; refused when it serves no more.
    ///
    /// # Errors
    /// When the link is unknown, used, cancelled or over: which is said.
    pub async fn look_at_invitation(&self, jeton: &str) -> Result<(String, String), Refus> {
        let empreinte = fingerprint(jeton, Usage::Invitation)?;
        let found =
            self.registry().live_jeton(GenreJeton::Invitation, &empreinte, self.now()).await;
        let found = found.map_err(refuse_link)?;
        self.check_still_given(&found).await?;
        Ok((found.nom.unwrap_or_default(), found.courriel.unwrap_or_default()))
    }

    /// Opens the account of an invitation, with the password chosen.
    ///
    /// # Errors
    /// When the link serves no more, or the password is refused: the link then still serves.
    pub async fn accept_invitation(
        &self,
        jeton: &str,
        mot_de_passe: Zeroizing<String>,
    ) -> Result<(), Refus> {
        let (nom, courriel) = self.look_at_invitation(jeton).await?;
        let empreinte = self.hash_new(&mot_de_passe, &nom, &courriel).await?;
        let (id, now) = (new_id()?, self.now());
        let print = fingerprint(jeton, Usage::Invitation)?;
        let mut unite = self.registry().begin(now).await.map_err(refuse)?;
        let used =
            unite.consume_jeton(GenreJeton::Invitation, &print).await.map_err(refuse_link)?;
        // Again, now that nobody else writes: of two first directors, one is.
        self.check_still_given(&used).await?;
        unite.create_personne(&id, &nom, &courriel).await.map_err(refuse)?;
        unite.set_mot_de_passe(&id, &Scelle(empreinte)).await.map_err(refuse)?;
        give_proposed(&mut unite, &id, &used).await?;
        unite.trace(&[act(&id, "compte_ouvert", None, json!({}))]).await.map_err(refuse)?;
        unite.commit().await.map_err(refuse)
    }

    /// Sends a link to choose another password, to an address that has an account; says the same,
    /// in the same time, when it has none.
    ///
    /// # Errors
    /// When too many links were asked for, or the registry does not answer.
    pub async fn forgot(self: &Arc<Self>, courriel: &str, origine: &Origine) -> Result<(), Refus> {
        let key = format!("oubli:{}", courriel.trim().to_lowercase());
        self.refuse_guessing(&key, origine).await?;
        // Each demand counts as a failed try: nobody fills somebody's mailbox.
        self.note_failure(&key, origine).await?;
        let known = self.registry().personne_by_courriel(courriel).await.map_err(refuse)?;
        let Some(known) = known.filter(|known| known.desactivee_le.is_none()) else {
            return Ok(());
        };
        if !self.sends_mail() {
            return Ok(());
        }
        let comptes = Arc::clone(self);
        tokio::spawn(async move {
            let sent = comptes.send_reset(&known, &known.id).await;
            let failed = match &sent {
                Ok(Lien::ATransmettre { pourquoi: Some(pourquoi), .. }) => Some(pourquoi),
                Err(Refus(raison)) => Some(raison),
                Ok(_) => None,
            };
            if let Some(failed) = failed {
                eprintln!("un lien de mot de passe n'a pas pu être envoyé : {failed}");
            }
        });
        Ok(())
    }

    /// Makes a link to choose another password, and sends it.
    pub(super) async fn send_reset(&self, known: &Inscrite, par: &str) -> Result<Lien, Refus> {
        let (lien, expire) = self.create_reset(&known.id, &known.courriel, par).await?;
        let adresse = Adresse::new(&known.courriel, Some(&known.nom)).map_err(refuse)?;
        let message = modele::reinitialisation(
            &adresse,
            &modele::Reinitialisation {
                reseau: &self.reglage.reseau,
                lien: &lien,
                expire: zone().to_datetime(expire),
            },
        );
        Ok(self.send(&message, lien).await)
    }

    async fn create_reset(
        &self,
        personne_id: &str,
        courriel: &str,
        par: &str,
    ) -> Result<(String, Timestamp), Refus> {
        let (jeton, now) = (Jeton::generate().map_err(refuse)?, self.now());
        let expire_le = now.checked_add(REINITIALISATION).map_err(refuse)?;
        let nouveau = NouveauJeton {
            empreinte: jeton.empreinte(Usage::Reinitialisation).to_string(),
            genre: GenreJeton::Reinitialisation,
            courriel: Some(courriel.to_owned()),
            nom: None,
            contenu: json!({ "personne": personne_id }),
            par: par.to_owned(),
            expire_le,
        };
        let mut unite = self.registry().begin_quiet(now).await.map_err(refuse)?;
        unite.create_jeton(&nouveau).await.map_err(refuse)?;
        unite.commit().await.map_err(refuse)?;
        Ok((self.link(&format!("/mot-de-passe/{}", *jeton.text())), expire_le))
    }

    /// Whose password a link chooses: the address; refused when it serves no more.
    ///
    /// # Errors
    /// When the link is unknown, used, cancelled or over: which is said.
    pub async fn look_at_reset(&self, jeton: &str) -> Result<String, Refus> {
        let print = fingerprint(jeton, Usage::Reinitialisation)?;
        let genre = GenreJeton::Reinitialisation;
        let found = self.registry().live_jeton(genre, &print, self.now()).await;
        let found = found.map_err(refuse_link)?;
        Ok(found.courriel.unwrap_or_default())
    }

    /// Sets the password chosen by a link, and ends every session of the person. The second factor
    /// stays.
    ///
    /// # Errors
    /// When the link serves no more, or the password is refused: the link then still serves.
    pub async fn reset(&self, jeton: &str, mot_de_passe: Zeroizing<String>) -> Result<(), Refus> {
        let courriel = self.look_at_reset(jeton).await?;
        let known = self.registry().personne_by_courriel(&courriel).await.map_err(refuse)?;
        let known = known.ok_or_else(|| Refus("Ce compte n'existe plus.".to_owned()))?;
        let empreinte = self.hash_new(&mot_de_passe, &known.nom, &known.courriel).await?;
        let print = fingerprint(jeton, Usage::Reinitialisation)?;
        let keys = self.new_keys(&known.id, &mot_de_passe).await?;
        let parts = self.registry().parts_of(&known.id).await.map_err(refuse)?;
        let mut unite = self.registry().begin(self.now()).await.map_err(refuse)?;
        unite.consume_jeton(GenreJeton::Reinitialisation, &print).await.map_err(refuse_link)?;
        unite.set_mot_de_passe(&known.id, &Scelle(empreinte)).await.map_err(refuse)?;
        unite.revoke_sessions(&known.id, None).await.map_err(refuse)?;
        if let Some((sel, keys)) = &keys {
            unite.set_cle_personnelle(&known.id, sel, keys).await.map_err(refuse)?;
        }
        // They were sealed for the former keys: others are to be handed on.
        for part in parts {
            let centre = &part.structure_id;
            unite.remove_part(centre, &known.id, &known.id).await.map_err(refuse)?;
        }
        self.forget_coffres(&known.id);
        let entry = act(&known.id, "mot_de_passe_reinitialise", None, json!({}));
        unite.trace(&[entry]).await.map_err(refuse)?;
        unite.commit().await.map_err(refuse)
    }

    /// Changes the own password: the present one is asked for; the other sessions end.
    ///
    /// # Errors
    /// When the present password is not right, or the new one is refused.
    pub async fn change_password(
        &self,
        jeton: &str,
        present: Zeroizing<String>,
        nouveau: Zeroizing<String>,
        origine: &Origine,
    ) -> Result<(), Refus> {
        let session = self.own_session(jeton).await?;
        let id = session.personne_id;
        self.check_password(&id, &present, origine).await?;
        let known = self.registry().personne(&id).await.map_err(refuse)?;
        let known = known.ok_or_else(super::connexion::signed_out)?;
        let empreinte = self.hash_new(&nouveau, &known.nom, &known.courriel).await?;
        let keys = self.reseal_keys(&id, &present, &nouveau).await?;
        let mut unite = self.registry().begin(self.now()).await.map_err(refuse)?;
        if let Some((sel, keys)) = &keys {
            unite.set_cle_personnelle(&id, sel, keys).await.map_err(refuse)?;
        }
        unite.set_mot_de_passe(&id, &Scelle(empreinte)).await.map_err(refuse)?;
        unite.revoke_sessions(&id, Some(&session.jeton)).await.map_err(refuse)?;
        unite.trace(&[act(&id, "mot_de_passe_change", None, json!({}))]).await.map_err(refuse)?;
        unite.commit().await.map_err(refuse)
    }

    /// Refuses a password that is not that of the person, within the brake on guessing.
    pub(super) async fn check_password(
        &self,
        personne_id: &str,
        mot_de_passe: &Zeroizing<String>,
        origine: &Origine,
    ) -> Result<(), Refus> {
        let key = format!("mot-de-passe:{personne_id}");
        self.refuse_guessing(&key, origine).await?;
        let stored = self.registry().mot_de_passe(personne_id).await.map_err(refuse)?;
        let stored = stored.map(|stored| stored.empreinte.0);
        if !self.hacheur.verify(mot_de_passe.clone(), stored).await.map_err(refuse)? {
            self.note_failure(&key, origine).await?;
            return Err(Refus("Le mot de passe ne convient pas.".to_owned()));
        }
        Ok(())
    }

    /// The hash of a new password, once the rules accept it.
    async fn hash_new(
        &self,
        mot_de_passe: &Zeroizing<String>,
        nom: &str,
        courriel: &str,
    ) -> Result<String, Refus> {
        let (politique, given) = (self.politique.clone(), mot_de_passe.clone());
        let (nom, courriel) = (nom.to_owned(), courriel.to_owned());
        let reseau = self.reglage.reseau.clone();
        // Beside: the list of leaked passwords is read on the disk.
        let judged = tokio::task::spawn_blocking(move || {
            let personne = mot_de_passe::Personne {
                courriel: &courriel,
                nom: &nom,
                contexte: &[&reseau],
                ..mot_de_passe::Personne::default()
            };
            politique.check(&given, &personne)
        });
        judged.await.map_err(refuse)?.map_err(refuse)?;
        self.hacheur.hash(mot_de_passe.clone()).await.map_err(refuse)
    }

    /// Sends a message that carries a link, else gives the link back to be handed on.
    async fn send(&self, message: &Message, lien: String) -> Lien {
        match self.post(message).await {
            Ok(Suite::Envoye) => Lien::Envoye,
            Ok(Suite::ATransmettre) => Lien::ATransmettre { lien, pourquoi: None },
            Err(error) => Lien::ATransmettre { lien, pourquoi: Some(error.to_string()) },
        }
    }
}

/// Refuses a name or an address that an account could not have.
pub(super) fn check_invited(nom: &str, courriel: &str) -> Result<(), Refus> {
    if nom.trim().is_empty() {
        return Err(Refus("Donner le nom de la personne.".to_owned()));
    }
    let nom = check_nom(nom).map_err(refuse)?;
    Adresse::new(courriel, Some(&nom)).map(|_| ()).map_err(refuse)
}

/// A link that serves no more, in words. One that is late is nobody's fault; the others are tries.
fn refuse_link(error: RegistryError) -> Refus {
    if matches!(&error, RegistryError::Jeton(why) if *why != JetonRefuse::Expire) {
        tentative::note(Tentative::Lien);
    }
    refuse(error)
}

pub(super) fn fingerprint(jeton: &str, usage: Usage) -> Result<String, Refus> {
    let jeton = Jeton::parse(jeton).ok_or_else(|| {
        if matches!(usage, Usage::Invitation | Usage::Reinitialisation) {
            tentative::note(Tentative::Lien);
        }
        Refus("Ce lien n'est pas entier : le copier de nouveau depuis le message.".to_owned())
    })?;
    Ok(jeton.empreinte(usage).to_string())
}
