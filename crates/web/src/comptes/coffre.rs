//! Opening the vault in a session that did not: the server was started again since the sign-in, a
//! share was handed on meanwhile, or one signed in by an identity provider, without the password.

use askama::Template;
use axum::response::{IntoResponse, Redirect, Response};
use mallette_app::port::Refus;
use serde::Deserialize;
use zeroize::Zeroizing;

use super::entree::Guichet;
use super::mots;
use crate::chemin;
use crate::erreur::Erreur;
use crate::extraits::Formulaire;
use crate::page::{Cadre, Rubrique, render, render_refused};

#[derive(Template)]
#[template(path = "comptes/coffre.html")]
struct Page {
    cadre: Cadre,
    /// Centres whose names this session cannot open.
    fermes: Vec<String>,
    refus: Option<String>,
}

fn page(guichet: &Guichet, refus: Option<String>) -> Result<Page, Erreur> {
    let personne = guichet.personne()?;
    Ok(Page {
        cadre: Cadre::new(Rubrique::Aucune, "Ouvrir le coffre")
            .under("Votre compte", chemin::COMPTE),
        fermes: personne.fermes.iter().map(|id| mots::centre(id).to_owned()).collect(),
        refus,
    })
}

pub(super) async fn show(guichet: Guichet) -> Result<Response, Erreur> {
    render(&page(&guichet, None)?)
}

/// The password of the person.
#[derive(Deserialize)]
pub(super) struct Demande {
    mot_de_passe: Zeroizing<String>,
}

pub(super) async fn open(
    guichet: Guichet,
    Formulaire(form): Formulaire<Demande>,
) -> Result<Response, Erreur> {
    let Guichet { comptes, origine, .. } = &guichet;
    match comptes.unlock(guichet.token(), form.mot_de_passe, origine).await {
        Ok(()) => Ok(Redirect::to(chemin::COFFRE).into_response()),
        Err(Refus(refus)) => render_refused(&page(&guichet, Some(refus))?),
    }
}
