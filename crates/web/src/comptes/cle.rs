//! The key of a centre, in the hands of its director: taken, shared, replaced, given up.

use askama::Template;
use axum::response::{IntoResponse, Redirect, Response};
use mallette_app::comptes::cle::EtatCoffre;
use mallette_app::port::Refus;
use serde::Deserialize;
use zeroize::Zeroizing;

use super::entree::Guichet;
use super::mots;
use crate::chemin;
use crate::erreur::Erreur;
use crate::extraits::{Formulaire, Parametres};
use crate::format::instant;
use crate::page::{Cadre, Rubrique, render, render_refused};

#[derive(Template)]
#[template(path = "comptes/cle.html")]
struct Page {
    cadre: Cadre,
    centres: Vec<Centre>,
    refus: Option<String>,
    fait: Option<&'static str>,
}

struct Centre {
    code: String,
    nom: String,
    partagee: bool,
    ouvert: bool,
    depuis: Option<String>,
    porteurs: Vec<String>,
    /// Who may be given a share, and who must sign in first.
    a_remettre: Vec<String>,
    a_attendre: Vec<String>,
}

impl From<EtatCoffre> for Centre {
    fn from(etat: EtatCoffre) -> Self {
        let (ready, waiting): (Vec<_>, Vec<_>) =
            etat.sans_part.into_iter().partition(|(_, giveable)| *giveable);
        let names = |list: Vec<(String, bool)>| list.into_iter().map(|(nom, _)| nom).collect();
        Self {
            nom: mots::centre(&etat.structure_id).to_owned(),
            code: etat.structure_id,
            partagee: etat.partagee,
            ouvert: etat.ouvert,
            depuis: etat.depuis.map(|(when, by)| format!("le {}, par {by}", instant(when))),
            porteurs: etat.porteurs,
            a_remettre: names(ready),
            a_attendre: names(waiting),
        }
    }
}

async fn page(
    guichet: &Guichet,
    refus: Option<String>,
    fait: Option<&'static str>,
) -> Result<Page, Erreur> {
    let personne = guichet.personne()?;
    let states = guichet.comptes.key_states(&personne, guichet.token()).await?;
    Ok(Page {
        cadre: Cadre::new(Rubrique::Cle, "La clé des noms"),
        centres: states.into_iter().map(Centre::from).collect(),
        refus,
        fait,
    })
}

pub(super) async fn show(guichet: Guichet, parametres: Parametres) -> Result<Response, Erreur> {
    let fait = match parametres.get("fait") {
        Some("parts") => Some("Les parts sont remises : elles serviront à la prochaine connexion."),
        Some("renonciation") => Some("La clé est rendue à l'installation."),
        Some("secours") => {
            Some("Le coffre est ouvert par la phrase, et vous avez une nouvelle part.")
        }
        _ => None,
    };
    render(&page(&guichet, None, fait).await?)
}

/// Which centre.
#[derive(Deserialize)]
pub(super) struct Demande {
    structure: String,
}

#[derive(Template)]
#[template(path = "comptes/phrase.html")]
struct Phrase {
    cadre: Cadre,
    nom: String,
    phrase: Zeroizing<String>,
}

/// Shows the recovery phrase, once.
fn told(structure_id: &str, phrase: Zeroizing<String>) -> Result<Response, Erreur> {
    let cadre =
        Cadre::new(Rubrique::Cle, "Phrase de secours").under("La clé des noms", chemin::CLE);
    render(&Phrase { cadre, nom: mots::centre(structure_id).to_owned(), phrase })
}

async fn refused(guichet: &Guichet, refus: Refus) -> Result<Response, Erreur> {
    render_refused(&page(guichet, Some(refus.0), None).await?)
}

pub(super) async fn take(
    guichet: Guichet,
    Formulaire(form): Formulaire<Demande>,
) -> Result<Response, Erreur> {
    let par = guichet.personne()?;
    match guichet.comptes.take_key(&par, guichet.token(), &form.structure).await {
        Ok(phrase) => told(&form.structure, phrase),
        Err(refus) => refused(&guichet, refus).await,
    }
}

pub(super) async fn replace(
    guichet: Guichet,
    Formulaire(form): Formulaire<Demande>,
) -> Result<Response, Erreur> {
    let par = guichet.personne()?;
    match guichet.comptes.replace_half(&par, guichet.token(), &form.structure).await {
        Ok(phrase) => told(&form.structure, phrase),
        Err(refus) => refused(&guichet, refus).await,
    }
}

pub(super) async fn give(
    guichet: Guichet,
    Formulaire(form): Formulaire<Demande>,
) -> Result<Response, Erreur> {
    let par = guichet.personne()?;
    match guichet.comptes.give_parts(&par, guichet.token(), &form.structure).await {
        Ok(_) => Ok(Redirect::to("/cle?fait=parts").into_response()),
        Err(refus) => refused(&guichet, refus).await,
    }
}

pub(super) async fn renounce(
    guichet: Guichet,
    Formulaire(form): Formulaire<Demande>,
) -> Result<Response, Erreur> {
    let par = guichet.personne()?;
    match guichet.comptes.renounce(&par, guichet.token(), &form.structure).await {
        Ok(()) => Ok(Redirect::to("/cle?fait=renonciation").into_response()),
        Err(refus) => refused(&guichet, refus).await,
    }
}

/// The recovery phrase of a centre.
#[derive(Deserialize)]
pub(super) struct Secours {
    structure: String,
    phrase: Zeroizing<String>,
}

pub(super) async fn recover(
    guichet: Guichet,
    Formulaire(form): Formulaire<Secours>,
) -> Result<Response, Erreur> {
    let par = guichet.personne()?;
    let Guichet { comptes, origine, .. } = &guichet;
    let token = guichet.token();
    match comptes.recover(&par, token, &form.structure, &form.phrase, origine).await {
        Ok(()) => Ok(Redirect::to("/cle?fait=secours").into_response()),
        Err(refus) => refused(&guichet, refus).await,
    }
}
