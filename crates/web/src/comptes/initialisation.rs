//! The running of the installation; on a machine without accounts, opening the first one.

use askama::Template;
use axum::response::{IntoResponse, Redirect, Response};
use mallette_app::port::Refus;
use serde::Deserialize;

use super::entree::Guichet;
use crate::chemin;
use crate::erreur::Erreur;
use crate::extraits::Formulaire;
use crate::page::{Cadre, Rubrique, render, render_refused};

#[derive(Template)]
#[template(path = "comptes/initialisation.html")]
struct Page {
    cadre: Cadre,
    comptes: bool,
    envoie: bool,
    saisie: Demande,
    refus: Option<String>,
}

/// What is served without accounts: an example, a preview.
#[derive(Template)]
#[template(path = "comptes/sans_comptes.html")]
struct SansComptes {
    cadre: Cadre,
}

const TITRE: &str = "Installation";

fn frame() -> Cadre {
    Cadre::new(Rubrique::Administration, TITRE).under("Administration", chemin::ADMINISTRATION)
}

async fn page(guichet: &Guichet, saisie: Demande, refus: Option<String>) -> Result<Page, Erreur> {
    Ok(Page {
        cadre: frame(),
        comptes: guichet.comptes.are_open().await?,
        envoie: guichet.comptes.sends_mail(),
        saisie,
        refus,
    })
}

pub(super) async fn show(guichet: Result<Guichet, Erreur>) -> Result<Response, Erreur> {
    match guichet {
        Ok(guichet) => render(&page(&guichet, Demande::default(), None).await?),
        Err(_) => render(&SansComptes { cadre: frame() }),
    }
}

/// Who is to be the first administrator.
#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct Demande {
    nom: String,
    courriel: String,
}

/// Makes the first invitation, and opens it.
pub(super) async fn open(
    guichet: Guichet,
    Formulaire(form): Formulaire<Demande>,
) -> Result<Response, Erreur> {
    match guichet.comptes.initialise(&form.nom, &form.courriel).await {
        // The same machine goes on: the link needs no mail.
        Ok(lien) => {
            let path = lien.find("/invitation/").and_then(|at| lien.get(at..));
            Ok(Redirect::to(path.unwrap_or(&lien)).into_response())
        }
        Err(Refus(refus)) => render_refused(&page(&guichet, form, Some(refus)).await?),
    }
}
