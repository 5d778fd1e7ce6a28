//! Emergency accesses: opening one with a reason, and what directors do of those of their centre.

use askama::Template;
use axum::response::{IntoResponse, Redirect, Response};
use mallette_app::port::Refus;
use mallette_domain::acces::Role;
use serde::Deserialize;

use super::entree::Guichet;
use super::mots;
use crate::bureau::Bureau;
use crate::erreur::Erreur;
use crate::extraits::{Formulaire, Parametres};
use crate::format::instant;
use crate::page::{Cadre, Rubrique, render, render_refused};

#[derive(Template)]
#[template(path = "comptes/urgence.html")]
struct Page {
    cadre: Cadre,
    /// Centres in which one may be opened.
    centres: Vec<(String, String)>,
    acces: Vec<Ligne>,
    motif: String,
    refus: Option<String>,
    fait: Option<&'static str>,
}

struct Ligne {
    id: String,
    personne: String,
    centre: String,
    motif: String,
    ouvert: String,
    fin: String,
    en_cours: bool,
    vue: bool,
    /// Whether who looks directs the centre.
    dirige: bool,
}

async fn page(
    guichet: &Guichet,
    bureau: &Bureau,
    motif: String,
    refus: Option<String>,
    fait: Option<&'static str>,
) -> Result<Page, Erreur> {
    let personne = guichet.personne()?;
    let etat = bureau.atelier.etat();
    let open = personne.acces.emergency_centres();
    let now = bureau.atelier.now();
    let acces = guichet.comptes.emergencies(&personne).await?.into_iter().map(|urgence| Ligne {
        centre: mots::centre(&urgence.structure_id).to_owned(),
        dirige: personne.acces.has_in(Role::Directeur, &urgence.structure_id),
        ouvert: instant(urgence.ouvert_le),
        fin: instant(urgence.ferme_le.unwrap_or(urgence.expire_le)),
        en_cours: urgence.ferme_le.is_none() && urgence.expire_le > now,
        vue: urgence.vue_le.is_some(),
        id: urgence.id,
        personne: urgence.personne,
        motif: urgence.motif.unwrap_or_else(|| {
            "Scellé\u{a0}: ouvrir d'abord les noms du centre dans cette session.".to_owned()
        }),
    });
    Ok(Page {
        cadre: Cadre::new(Rubrique::Aucune, "Accès d'urgence"),
        centres: mots::centres(&etat, open.iter().map(String::as_str)),
        acces: acces.collect(),
        motif,
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
        Some("ouvert") => {
            Some("L'accès est ouvert pour trois heures. La direction en est informée.")
        }
        Some("suite") => Some("C'est noté."),
        _ => None,
    };
    render(&page(&guichet, &bureau, String::new(), None, fait).await?)
}

/// Why, and where.
#[derive(Deserialize)]
pub(super) struct Demande {
    structure: String,
    motif: String,
}

pub(super) async fn open(
    guichet: Guichet,
    bureau: Bureau,
    Formulaire(form): Formulaire<Demande>,
) -> Result<Response, Erreur> {
    let par = guichet.personne()?;
    match guichet.comptes.open_emergency(&par, &form.structure, &form.motif).await {
        Ok(()) => Ok(Redirect::to("/urgence?fait=ouvert").into_response()),
        Err(Refus(refus)) => {
            render_refused(&page(&guichet, &bureau, form.motif, Some(refus), None).await?)
        }
    }
}

/// Which access, and whether it is closed.
#[derive(Deserialize)]
pub(super) struct Suite {
    id: String,
    fermer: Option<String>,
}

pub(super) async fn follow(
    guichet: Guichet,
    Formulaire(form): Formulaire<Suite>,
) -> Result<Redirect, Erreur> {
    let par = guichet.personne()?;
    guichet.comptes.acknowledge_emergency(&par, &form.id, form.fermer.is_some()).await?;
    Ok(Redirect::to("/urgence?fait=suite"))
}
