//! A person: roles, and what is done to the account.

use std::collections::BTreeSet;

use askama::Template;
use axum::response::{IntoResponse, Redirect, Response};
use mallette_app::comptes::invitation::Lien;
use mallette_app::port::Refus;
use mallette_app::tentative::{self, Tentative};
use serde::Deserialize;

use super::appareil::{self, Appareil};
use super::entree::Guichet;
use super::mots;
use super::personnes::{Choix, Saisie, choices, hand_on};
use crate::bureau::Bureau;
use crate::chemin;
use crate::erreur::Erreur;
use crate::extraits::{Formulaire, Parametres, Segment};
use crate::format::instant;
use crate::page::{Cadre, Rubrique, render, render_refused};

#[derive(Template)]
#[template(path = "comptes/personne.html")]
struct Page {
    cadre: Cadre,
    id: String,
    courriel: String,
    fermee: bool,
    connexion: String,
    second_facteur: bool,
    roles: Vec<Role>,
    choix: Choix,
    saisie: Saisie,
    /// Where the account is open, for who manages it.
    sessions: Vec<Session>,
    /// Browsers where the person signed in, likewise.
    appareils: Vec<Appareil>,
    fonctions: Vec<Fonction>,
    /// Functions that may be given, and the centres in which they may: code, wording.
    fonctions_offertes: Vec<(String, String)>,
    fonctions_centres: Vec<(String, String)>,
    /// Whether who looks answers for this account, and may enter it.
    repond: bool,
    /// Whether it is the own account.
    soi: bool,
    refus: Option<String>,
    fait: Option<&'static str>,
}

struct Role {
    rang: i64,
    texte: String,
    donne: String,
    retirable: bool,
}

/// A browser where the account is open.
struct Session {
    cle: String,
    agent: String,
    ouverte: String,
    vue: String,
}

struct Fonction {
    code: String,
    libelle: String,
    structure_id: String,
    centre: String,
    donnee: String,
    compte: bool,
}

impl Page {
    fn acte(&self, acte: &str) -> String {
        chemin::personne_acte(&self.id, acte)
    }
}

async fn page(
    guichet: &Guichet,
    bureau: &Bureau,
    id: &str,
    saisie: Saisie,
    refus: Option<String>,
    fait: Option<&'static str>,
) -> Result<Page, Erreur> {
    let par = guichet.personne()?;
    let people = guichet.comptes.people(&par.acces).await?;
    let known = people.into_iter().find(|known| known.id == id);
    let known = known.ok_or_else(|| {
        tentative::note(Tentative::Acte);
        Erreur::Introuvable("Cette personne n'a pas de compte que vous gérez.".to_owned())
    })?;
    let held = guichet.comptes.fonctions_of(&par.acces, id).await?;
    let fonctions = held.into_iter().map(|held| Fonction {
        centre: mots::centre(&held.structure_id).to_owned(),
        donnee: format!("par {}, le {}", held.donnee_par, instant(held.donnee_le)),
        code: held.code,
        libelle: held.libelle,
        structure_id: held.structure_id,
        compte: held.compte,
    });
    let offertes = guichet.comptes.fonctions().await?.into_iter();
    let places: BTreeSet<&str> = known
        .roles
        .iter()
        .filter_map(|role| role.habilitation.structure_id.as_deref())
        .filter(|id| par.acces.may_give_fonction(id))
        .collect();
    let fonctions_centres = mots::centres(&bureau.atelier.etat(), places);
    let roles = known.roles.into_iter().map(|role| Role {
        rang: role.rang,
        texte: mots::role(&role.habilitation),
        donne: format!("par {}, le {}", role.donnee_par, instant(role.donnee_le)),
        retirable: role.retirable,
    });
    let sessions = guichet.comptes.sessions_of((&par.id, &par.acces), id).await?;
    let sessions = sessions.into_iter().map(|session| Session {
        cle: session.cle,
        agent: mots::agent(&session.agent),
        ouverte: instant(session.cree_le),
        vue: instant(session.vue_le),
    });
    let devices = guichet.comptes.devices_of((&par.id, &par.acces), id).await?;
    Ok(Page {
        sessions: sessions.collect(),
        appareils: devices.into_iter().map(appareil::view).collect(),
        cadre: Cadre::new(Rubrique::Personnes, known.nom).under("Personnes", chemin::PERSONNES),
        id: id.to_owned(),
        courriel: known.courriel,
        fermee: known.fermee,
        connexion: known.derniere_connexion.map_or_else(|| "jamais".to_owned(), instant),
        second_facteur: known.second_facteur,
        roles: roles.collect(),
        choix: choices(bureau, &par, &guichet.comptes.declarations().await?),
        saisie,
        fonctions: fonctions.collect(),
        fonctions_offertes: offertes.map(|known| (known.code, known.libelle)).collect(),
        fonctions_centres,
        repond: guichet.comptes.answers_for(&par.acces, id).await?,
        soi: par.id == id,
        refus,
        fait,
    })
}

pub(super) async fn show(
    guichet: Guichet,
    bureau: Bureau,
    Segment(id): Segment<String>,
    parametres: Parametres,
) -> Result<Response, Erreur> {
    let fait = match parametres.get("fait") {
        Some("role") => Some("Le rôle est donné."),
        Some("retrait") => Some("Le rôle est retiré."),
        Some("fonction") => Some("La fonction est donnée."),
        Some("fonction-retrait") => Some("La fonction est retirée."),
        Some("fermeture") => Some("Le compte est fermé, et ses sessions aussi."),
        Some("reouverture") => Some("Le compte est rouvert."),
        Some("sessions") => Some("La session est fermée."),
        Some("appareils") => Some("C'est enregistré."),
        Some("lien") => Some("Le lien est envoyé."),
        Some("facteur") => Some("Le second facteur est retiré : il sera installé de nouveau."),
        _ => None,
    };
    render(&page(&guichet, &bureau, &id, Saisie::default(), None, fait).await?)
}

/// Back to the page of the person.
fn back(id: &str, fait: &str) -> Response {
    Redirect::to(&format!("{}?fait={fait}", chemin::personne(id))).into_response()
}

pub(super) async fn give(
    guichet: Guichet,
    bureau: Bureau,
    Segment(id): Segment<String>,
    Formulaire(form): Formulaire<Saisie>,
) -> Result<Response, Erreur> {
    let par = guichet.personne()?;
    let given = match form.habilitation() {
        Ok(role) => guichet.comptes.give((&par.id, &par.acces), &id, &role).await,
        Err(refus) => Err(refus),
    };
    match given {
        Ok(()) => Ok(back(&id, "role")),
        Err(Refus(refus)) => {
            render_refused(&page(&guichet, &bureau, &id, form, Some(refus), None).await?)
        }
    }
}

/// Which role.
#[derive(Deserialize)]
pub(super) struct Retrait {
    rang: i64,
}

pub(super) async fn take_back(
    guichet: Guichet,
    Segment(id): Segment<String>,
    Formulaire(form): Formulaire<Retrait>,
) -> Result<Response, Erreur> {
    let par = guichet.personne()?;
    guichet.comptes.take_back((&par.id, &par.acces), form.rang).await?;
    Ok(back(&id, "retrait"))
}

/// Which function, where.
#[derive(Deserialize)]
pub(super) struct SaisieFonction {
    fonction: String,
    structure: String,
}

pub(super) async fn give_fonction(
    guichet: Guichet,
    Segment(id): Segment<String>,
    Formulaire(form): Formulaire<SaisieFonction>,
) -> Result<Response, Erreur> {
    let par = guichet.personne()?;
    let what = (form.fonction.as_str(), form.structure.as_str());
    guichet.comptes.give_fonction((&par.id, &par.acces), &id, what).await?;
    Ok(back(&id, "fonction"))
}

pub(super) async fn take_back_fonction(
    guichet: Guichet,
    Segment(id): Segment<String>,
    Formulaire(form): Formulaire<SaisieFonction>,
) -> Result<Response, Erreur> {
    let par = guichet.personne()?;
    let what = (form.fonction.as_str(), form.structure.as_str());
    guichet.comptes.take_back_fonction((&par.id, &par.acces), &id, what).await?;
    Ok(back(&id, "fonction-retrait"))
}

/// Closed or open.
#[derive(Deserialize)]
pub(super) struct Fermeture {
    ouvrir: Option<String>,
}

pub(super) async fn close(
    guichet: Guichet,
    Segment(id): Segment<String>,
    Formulaire(form): Formulaire<Fermeture>,
) -> Result<Response, Erreur> {
    let par = guichet.personne()?;
    let close = form.ouvrir.is_none();
    guichet.comptes.set_closed((&par.id, &par.acces), &id, close).await?;
    Ok(back(&id, if close { "fermeture" } else { "reouverture" }))
}

/// Which session ends; every one when none is said.
#[derive(Deserialize)]
pub(super) struct FinDeSession {
    cle: Option<String>,
}

pub(super) async fn end_sessions(
    guichet: Guichet,
    Segment(id): Segment<String>,
    Formulaire(form): Formulaire<FinDeSession>,
) -> Result<Response, Erreur> {
    let par = guichet.personne()?;
    let whom = (par.id.as_str(), &*par.acces);
    guichet.comptes.end_sessions_of(whom, &id, form.cle.as_deref()).await?;
    Ok(back(&id, "sessions"))
}

pub(super) async fn send_link(
    guichet: Guichet,
    Segment(id): Segment<String>,
) -> Result<Response, Erreur> {
    let par = guichet.personne()?;
    match guichet.comptes.make_reset((&par.id, &par.acces), &id).await? {
        Lien::Envoye => Ok(back(&id, "lien")),
        Lien::ATransmettre { lien, pourquoi } => {
            let people = guichet.comptes.people(&par.acces).await?;
            let nom = people.into_iter().find(|known| known.id == id).map(|known| known.nom);
            let retour = chemin::personne(&id);
            hand_on("Lien à transmettre", &nom.unwrap_or_default(), lien, pourquoi, retour)
        }
    }
}

pub(super) async fn remove_factor(
    guichet: Guichet,
    Segment(id): Segment<String>,
) -> Result<Response, Erreur> {
    let par = guichet.personne()?;
    guichet.comptes.remove_factor((&par.id, &par.acces), &id).await?;
    Ok(back(&id, "facteur"))
}
