//! People: who has an account, who is invited, and the form that invites.

use std::collections::BTreeSet;

use askama::Template;
use axum::response::{IntoResponse, Redirect, Response};
use jiff::civil::Date;
use mallette_app::administration::suites::Declaree;
use mallette_app::comptes::entre::EntreConseillers;
use mallette_app::comptes::invitation::Lien;
use mallette_app::port::Refus;
use mallette_app::visiteur::Personne;
use mallette_domain::acces::{Habilitation, Role};
use mallette_domain::calendrier::read_day;
use mallette_domain::structure;
use serde::Deserialize;

use super::entree::Guichet;
use super::mots;
use crate::bureau::Bureau;
use crate::chemin;
use crate::erreur::Erreur;
use crate::extraits::{Formulaire, Parametres};
use crate::format::{compte, instant};
use crate::page::{Cadre, Rubrique, render, render_refused};

#[derive(Template)]
#[template(path = "comptes/personnes.html")]
struct Page {
    cadre: Cadre,
    phrase: String,
    personnes: Vec<Ligne>,
    invitations: Vec<Invitation>,
    choix: Choix,
    ouvertures: Vec<Ouverture>,
    /// Own centres that follow others: name, and where their roles are taken over.
    reprises: Vec<(String, String)>,
    saisie: Demande,
    refus: Option<String>,
    fait: Option<&'static str>,
}

struct Ligne {
    lien: String,
    nom: String,
    courriel: String,
    roles: Vec<String>,
    connexion: String,
    fermee: bool,
    second_facteur: bool,
}

struct Invitation {
    cle: String,
    nom: String,
    courriel: String,
    roles: String,
    expire: String,
}

/// A centre of which the person is director.
struct Ouverture {
    code: String,
    nom: String,
    /// What its conseillers see of each other: word, wording, whether it is so.
    choix: Vec<(&'static str, &'static str, bool)>,
}

/// What the form of a role offers.
pub(super) struct Choix {
    pub(super) roles: Vec<(&'static str, &'static str)>,
    pub(super) centres: Vec<(String, String)>,
    /// Conseillers of the own centres, known by their data.
    pub(super) conseillers: Vec<(String, String)>,
}

/// The fields of a role, as a form gives them.
#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct Saisie {
    #[serde(default)]
    pub(super) role: String,
    #[serde(default)]
    pub(super) structure: String,
    #[serde(default)]
    pub(super) conseiller: String,
    #[serde(default)]
    pub(super) debut: String,
    #[serde(default)]
    pub(super) fin: String,
}

fn filled(text: &str) -> Option<String> {
    Some(text.trim()).filter(|text| !text.is_empty()).map(str::to_owned)
}

fn day(text: &str, quoi: &str) -> Result<Option<Date>, Refus> {
    let Some(text) = filled(text) else { return Ok(None) };
    read_day(&text)
        .map(Some)
        .ok_or_else(|| Refus(format!("La date {quoi} « {text} » n'est pas une date.")))
}

impl Saisie {
    /// The role that the form describes.
    pub(super) fn habilitation(&self) -> Result<Habilitation, Refus> {
        let role = Role::from_code(&self.role);
        let role = role.ok_or_else(|| Refus("Choisir un rôle dans la liste.".to_owned()))?;
        let of_centre = role.is_of_centre();
        let structure_id = filled(&self.structure).filter(|_| of_centre);
        if of_centre && structure_id.is_none() {
            return Err(Refus("Ce rôle se tient dans un centre : le choisir.".to_owned()));
        }
        let conseiller_id = filled(&self.conseiller).filter(|_| role == Role::Conseiller);
        let (debut, fin) = (day(&self.debut, "de début")?, day(&self.fin, "de fin")?);
        Ok(Habilitation { role, structure_id, conseiller_id, debut, fin })
    }
}

/// What one may give: a director, the roles of the own centres; an administrator, those of the
/// network, and a first director. `declared` may name centres that the national list does not have
/// yet.
pub(super) fn choices(bureau: &Bureau, personne: &Personne, declared: &[Declaree]) -> Choix {
    let acces = &personne.acces;
    let admin = acces.has(Role::Administrateur);
    let directs: BTreeSet<&str> = acces
        .centres()
        .into_iter()
        .filter(|centre| acces.has_in(Role::Directeur, centre))
        .collect();
    let roles = Role::ALL.into_iter().filter(|role| match role.is_of_centre() {
        true => !directs.is_empty() || (admin && *role == Role::Directeur),
        false => admin,
    });
    let etat = bureau.atelier.etat();
    let listed = structure::all().map(|known| known.structure_id);
    let made = declared.iter().flat_map(|declared| &declared.declaration.nouveaux);
    let made = made.map(String::as_str).filter(|id| structure::find(id).is_none());
    let everywhere: BTreeSet<&str> = listed.chain(made).collect();
    let centres = match admin {
        true => mots::centres(&etat, everywhere),
        false => mots::centres(&etat, directs.iter().copied()),
    };
    let mut conseillers = BTreeSet::new();
    for (id, centre) in etat.centres.iter().filter(|(id, _)| directs.contains(id.as_str())) {
        for (groupe, _) in centre.resultats.regles.iter().flat_map(|regle| &regle.comptes) {
            if let Some(code) = &groupe.conseiller_id {
                conseillers.insert((code.clone(), mots::centre(id).to_owned()));
            }
        }
    }
    Choix {
        roles: roles.map(|role| (role.code(), role.libelle())).collect(),
        centres,
        conseillers: conseillers.into_iter().collect(),
    }
}

async fn page(
    guichet: &Guichet,
    bureau: &Bureau,
    saisie: Demande,
    refus: Option<String>,
    fait: Option<&'static str>,
) -> Result<Page, Erreur> {
    let personne = guichet.personne()?;
    let acces = &personne.acces;
    let people = guichet.comptes.people(acces).await?;
    let mut waiting = Vec::new();
    for invitation in guichet.comptes.invitations().await? {
        // One sees the invitations that one may cancel.
        if guichet.comptes.may_give_all(acces, &invitation.roles).await? {
            let roles: Vec<String> = invitation.roles.iter().map(mots::role).collect();
            waiting.push(Invitation {
                cle: invitation.cle,
                nom: invitation.nom,
                courriel: invitation.courriel,
                roles: roles.join(" ; "),
                expire: instant(invitation.expire_le),
            });
        }
    }
    let own = acces.centres().into_iter().filter(|id| acces.has_in(Role::Directeur, id));
    let mut ouvertures = Vec::new();
    for id in own {
        let set = guichet.comptes.between_conseillers(id).await?;
        let choix = EntreConseillers::ALL.map(|one| (one.code(), between(one), one == set)).into();
        ouvertures.push(Ouverture { code: id.to_owned(), nom: mots::centre(id).to_owned(), choix });
    }
    let declared = guichet.comptes.declarations().await?;
    let followers = declared.iter().flat_map(|declared| &declared.declaration.nouveaux);
    let followers: BTreeSet<&String> =
        followers.filter(|id| acces.has_in(Role::Directeur, id)).collect();
    let reprises = followers
        .into_iter()
        .map(|id| (mots::centre(id).to_owned(), chemin::reprise(id, None)))
        .collect();
    let count = u64::try_from(people.len()).unwrap_or(u64::MAX);
    let personnes = people.into_iter().map(|known| Ligne {
        lien: chemin::personne(&known.id),
        roles: known.roles.iter().map(|role| mots::role(&role.habilitation)).collect(),
        connexion: known.derniere_connexion.map_or_else(|| "jamais".to_owned(), instant),
        fermee: known.fermee,
        second_facteur: known.second_facteur,
        nom: known.nom,
        courriel: known.courriel,
    });
    Ok(Page {
        cadre: Cadre::new(Rubrique::Personnes, "Personnes"),
        phrase: compte(count, "personne a un compte", "personnes ont un compte"),
        personnes: personnes.collect(),
        invitations: waiting,
        choix: choices(bureau, &personne, &declared),
        ouvertures,
        reprises,
        saisie,
        refus,
        fait,
    })
}

pub(super) async fn show(
    guichet: Guichet,
    bureau: Bureau,
    parametres: Parametres,
) -> Result<Response, Erreur> {
    let fait = match parametres.get("fait") {
        Some("envoyee") => Some("L'invitation est envoyée."),
        Some("retiree") => Some("L'invitation est annulée : son lien ne sert plus."),
        Some("ouverture") => Some("Le réglage du centre est enregistré."),
        _ => None,
    };
    render(&page(&guichet, &bureau, Demande::default(), None, fait).await?)
}

/// The form of an invitation.
#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct Demande {
    nom: String,
    courriel: String,
    #[serde(flatten)]
    role: Saisie,
}

#[derive(Template)]
#[template(path = "comptes/lien.html")]
struct Transmission {
    cadre: Cadre,
    quoi: &'static str,
    nom: String,
    lien: String,
    pourquoi: Option<String>,
    retour: String,
}

/// A link to hand on oneself: there is no mail server, or it refused.
pub(super) fn hand_on(
    quoi: &'static str,
    nom: &str,
    lien: String,
    pourquoi: Option<String>,
    retour: String,
) -> Result<Response, Erreur> {
    let cadre = Cadre::new(Rubrique::Personnes, quoi).under("Personnes", chemin::PERSONNES);
    render(&Transmission { cadre, quoi, nom: nom.to_owned(), lien, pourquoi, retour })
}

pub(super) async fn invite(
    guichet: Guichet,
    bureau: Bureau,
    Formulaire(form): Formulaire<Demande>,
) -> Result<Response, Erreur> {
    let personne = guichet.personne()?;
    let invited = match form.role.habilitation() {
        Ok(role) => {
            let par = (personne.id.as_str(), &*personne.acces);
            guichet.comptes.invite(par, &form.nom, &form.courriel, &[role]).await
        }
        Err(refus) => Err(refus),
    };
    match invited {
        Ok(Lien::Envoye) => Ok(Redirect::to("/personnes?fait=envoyee").into_response()),
        Ok(Lien::ATransmettre { lien, pourquoi }) => {
            let retour = chemin::PERSONNES.to_owned();
            hand_on("Invitation à transmettre", &form.nom, lien, pourquoi, retour)
        }
        Err(Refus(refus)) => {
            render_refused(&page(&guichet, &bureau, form, Some(refus), None).await?)
        }
    }
}

/// Which invitation.
#[derive(Deserialize)]
pub(super) struct Retrait {
    cle: String,
}

pub(super) async fn cancel(
    guichet: Guichet,
    Formulaire(form): Formulaire<Retrait>,
) -> Result<Redirect, Erreur> {
    let personne = guichet.personne()?;
    guichet.comptes.cancel_invitation((&personne.id, &personne.acces), &form.cle).await?;
    Ok(Redirect::to("/personnes?fait=retiree"))
}

/// What the conseillers of a centre are to see of each other.
#[derive(Deserialize)]
pub(super) struct Reglage {
    structure: String,
    entre: String,
}

/// What each choice opens, in words.
fn between(entre: EntreConseillers) -> &'static str {
    match entre {
        EntreConseillers::Rien => {
            "Rien d'autre que les siens : chacun lit les listes et les noms des dossiers qu'il suit, et de ceux \
             où un accompagnement ou un événement est à son nom ; des autres, il ne lit rien."
        }
        EntreConseillers::Chiffres => {
            "Les chiffres des collègues, sans dire de qui : les mêmes listes et les mêmes noms, et, à partir de \
             cinq collègues, leurs chiffres sans code, sur la page « Niveaux » du centre."
        }
        EntreConseillers::Tout => {
            "Tout le centre : chaque conseiller lit les listes, les noms et les chiffres de tous."
        }
    }
}

pub(super) async fn open_centre(
    guichet: Guichet,
    Formulaire(form): Formulaire<Reglage>,
) -> Result<Redirect, Erreur> {
    let personne = guichet.personne()?;
    let par = (personne.id.as_str(), &*personne.acces);
    let entre = EntreConseillers::from_code(&form.entre).ok_or_else(|| {
        Erreur::Requete("Ce réglage n'existe pas : choisir l'une des trois réponses.".to_owned())
    })?;
    guichet.comptes.open_centre(par, &form.structure, entre).await?;
    Ok(Redirect::to("/personnes?fait=ouverture"))
}
