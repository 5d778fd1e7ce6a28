//! A list of accounts compared with what is there, then applied: one transaction, one entry of the
//! trace per act. Mails leave once it is committed.

use std::sync::Arc;

use jiff::Timestamp;
use mallette_domain::acces::{Acces, Habilitation};
use mallette_registry::{GenreJeton, NouvelleTrace, Unite, proposition_with};
use serde_json::json;

use super::TERMINAL;
use super::comparaison::prepare;
use super::depot::{Fait, Invitee, Remise};
use super::lecture::Liste;
use super::plan::{Attente, Existant, Geste, Plan, Suite};
use crate::comptes::fonction::FonctionConnue;
use crate::comptes::invitation::{Lien, check_invited};
use crate::comptes::{Comptes, act, refuse};
use crate::port::Refus;

/// What a list would change, to be shown before it does.
#[derive(Debug, Clone, PartialEq)]
pub struct Apercu {
    /// Name of the file.
    pub nom: String,
    /// Headers that were not read.
    pub ignorees: Vec<String>,
    /// What it would change.
    pub plan: Plan,
    /// The functions that may be given, for the words of those of the lines.
    pub fonctions: Vec<FonctionConnue>,
}

/// What is written as the list is walked.
#[derive(Default)]
struct Suivi {
    fait: Fait,
    courriers: Vec<Courrier>,
    traces: Vec<NouvelleTrace>,
}

/// A mail to send: the roles of the invitation at that rank, and when it ends.
struct Courrier {
    rang: usize,
    roles: Vec<Habilitation>,
    expire_le: Timestamp,
}

impl Comptes {
    /// What a list received would change now.
    ///
    /// # Errors
    /// When it is kept no more, or the registry does not answer.
    pub async fn preview_list(
        &self,
        par: (&str, &Acces),
        cle: &str,
        retraits: bool,
    ) -> Result<Apercu, Refus> {
        let depot = self.list(par.0, cle)?;
        let plan = self.plan(par, &depot.liste, retraits).await?;
        let fonctions = self.fonctions().await?;
        Ok(Apercu { nom: depot.nom, ignorees: depot.liste.ignorees, plan, fonctions })
    }

    /// Applies a list as it was shown: all of it or nothing.
    ///
    /// # Errors
    /// When accounts changed since it was shown (`empreinte` tells), when it is kept no more, when
    /// taking back was asked for and a line is refused.
    pub async fn apply_list(
        self: &Arc<Self>,
        par: (&str, &Acces),
        cle: &str,
        retraits: bool,
        empreinte: &str,
    ) -> Result<(), Refus> {
        let depot = self.list(par.0, cle)?;
        if depot.fait.is_some() {
            return Err(Refus("Ce fichier est déjà appliqué.".to_owned()));
        }
        let now = self.now();
        // From here on nobody else writes: what is read is what is changed.
        let mut unite = self.registry().begin(now).await.map_err(refuse)?;
        let plan = self.plan(par, &depot.liste, retraits).await?;
        if plan.empreinte() != empreinte {
            let raison = "Les comptes ont changé depuis que ce fichier a été montré, et rien n'a été \
                          fait. Relire ce qu'il changerait maintenant.";
            return Err(Refus(raison.to_owned()));
        }
        if retraits && plan.refused() > 0 {
            let raison = "Des lignes sont refusées : les corriger avant de retirer les rôles absents \
                          du fichier.";
            return Err(Refus(raison.to_owned()));
        }
        let mut suivi = Suivi::default();
        for geste in &plan.gestes {
            self.write(&mut unite, (par.0, now), geste, &mut suivi).await?;
        }
        let Suivi { mut fait, courriers, mut traces } = suivi;
        // A role whose dates change is taken back and given.
        fait.retraits -= plan.count(|suite| matches!(suite, Suite::Dates)).min(fait.retraits);
        let mut detail = json!({
            "invitations": fait.invitations.len(),
            "roles": fait.roles,
            "retraits": fait.retraits,
            "fonctions": fait.fonctions,
        });
        // The name of a file may be anything; that nobody was signed in is said.
        if depot.nom == TERMINAL {
            detail["objet"] = TERMINAL.into();
        }
        traces.push(act(par.0, "fichier_comptes", None, detail));
        unite.trace(&traces).await.map_err(refuse)?;
        unite.commit().await.map_err(refuse)?;
        let invitees = fait.invitations.clone();
        self.note_done(par.0, cle, fait);
        self.post_list(par.0.to_owned(), cle.to_owned(), invitees, courriers);
        Ok(())
    }

    async fn plan(
        &self,
        par: (&str, &Acces),
        liste: &Liste,
        retraits: bool,
    ) -> Result<Plan, Refus> {
        let existant = self.existing().await?;
        Ok(prepare(liste, &existant, par, self.today(), retraits))
    }

    /// The accounts as they are.
    async fn existing(&self) -> Result<Existant, Refus> {
        let registry = self.registry();
        let mut existant = Existant {
            roles: registry.current_habilitations().await.map_err(refuse)?,
            fonctions: registry.current_fonctions().await.map_err(refuse)?,
            ..Existant::default()
        };
        for personne in registry.personnes().await.map_err(refuse)? {
            existant.personnes.insert(personne.courriel.clone(), personne);
        }
        let now = self.now();
        for jeton in registry.jetons(GenreJeton::Invitation).await.map_err(refuse)? {
            let Some(courriel) = jeton.courriel.clone() else { continue };
            if jeton.refused_at(now).is_none() {
                let attente = Attente {
                    roles: jeton.habilitations().map_err(refuse)?,
                    fonctions: jeton.fonctions().map_err(refuse)?,
                    cle: jeton.empreinte,
                };
                existant.invitations.entry(courriel).or_default().push(attente);
            }
        }
        Ok(existant)
    }

    /// Writes one thing to do, and what the trace says of it.
    async fn write(
        &self,
        unite: &mut Unite,
        (par, now): (&str, Timestamp),
        geste: &Geste,
        suivi: &mut Suivi,
    ) -> Result<(), Refus> {
        let Suivi { fait, courriers, traces } = suivi;
        match geste {
            Geste::Inviter { nom, courriel, roles, fonctions, remplace } => {
                check_invited(nom, courriel)?;
                for cle in remplace {
                    unite.cancel_jeton(cle, par).await.map_err(refuse)?;
                }
                let contenu = proposition_with(roles, fonctions);
                let (nouveau, lien) = self.new_invitation(par, (nom, courriel), contenu, now)?;
                unite.invite(&nouveau).await.map_err(refuse)?;
                let codes: Vec<&str> = roles.iter().map(|role| role.role.code()).collect();
                traces.push(act(par, "invitation", None, json!({ "roles": codes })));
                courriers.push(Courrier {
                    rang: fait.invitations.len(),
                    roles: roles.clone(),
                    expire_le: nouveau.expire_le,
                });
                fait.invitations.push(Invitee {
                    nom: nom.clone(),
                    courriel: courriel.clone(),
                    lien,
                    remise: match self.sends_mail() {
                        true => Remise::EnCours,
                        false => Remise::ATransmettre(None),
                    },
                });
            }
            Geste::Donner { personne_id, habilitation } => {
                unite.give_habilitation(personne_id, habilitation, par).await.map_err(refuse)?;
                fait.roles += 1;
                traces.push(role_entry(par, "role_donne", personne_id, habilitation));
            }
            Geste::Retirer { rang, personne_id, habilitation } => {
                unite.take_back_habilitation(*rang, par).await.map_err(refuse)?;
                fait.retraits += 1;
                traces.push(role_entry(par, "role_retire", personne_id, habilitation));
            }
            Geste::Fonction { personne_id, code, structure_id } => {
                unite.give_fonction(personne_id, code, structure_id, par).await.map_err(refuse)?;
                fait.fonctions += 1;
                let detail = json!({ "personne": personne_id, "fonction": code });
                traces.push(act(par, "fonction_donnee", Some(structure_id), detail));
            }
        }
        Ok(())
    }

    /// Sends the mails of an applied list, one after the other, beside what the pages do.
    fn post_list(
        self: &Arc<Self>,
        par: String,
        cle: String,
        invitees: Vec<Invitee>,
        courriers: Vec<Courrier>,
    ) {
        if !self.sends_mail() {
            return;
        }
        let comptes = Arc::clone(self);
        tokio::spawn(async move {
            let host = comptes.registry().personne(&par).await.ok().flatten();
            let host = host.map_or_else(|| "Mallette".to_owned(), |host| host.nom);
            for courrier in courriers {
                let Some(invitee) = invitees.get(courrier.rang) else { continue };
                let whom = (invitee.nom.as_str(), invitee.courriel.as_str());
                let link = (invitee.lien.as_str(), courrier.expire_le);
                let sent = comptes.send_invitation(&host, whom, &courrier.roles, link).await;
                let remise = match sent {
                    Ok(Lien::Envoye) => Remise::Envoyee,
                    Ok(Lien::ATransmettre { pourquoi, .. }) => Remise::ATransmettre(pourquoi),
                    Err(Refus(raison)) => Remise::ATransmettre(Some(raison)),
                };
                comptes.note_sent(&cle, courrier.rang, &remise);
            }
        });
    }
}

fn role_entry(
    par: &str,
    acte: &str,
    personne_id: &str,
    habilitation: &Habilitation,
) -> NouvelleTrace {
    let detail = json!({ "personne": personne_id, "role": habilitation.role.code() });
    act(par, acte, habilitation.structure_id.as_deref(), detail)
}
