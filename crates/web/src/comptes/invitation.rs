//! Opening the account of an invitation.

use askama::Template;
use axum::response::{IntoResponse, Redirect, Response};
use mallette_app::port::Refus;

use super::entree::Guichet;
use super::mot_de_passe::Choix;
use crate::chemin;
use crate::erreur::Erreur;
use crate::extraits::{Formulaire, Segment};
use crate::page::{Cadre, Rubrique, render, render_refused};

#[derive(Template)]
#[template(path = "comptes/invitation.html")]
struct Page {
    cadre: Cadre,
    nom: String,
    courriel: String,
    /// The identity provider that may vouch for the address: what people call it, and the act.
    fournisseur: Option<(String, String)>,
    refus: Option<String>,
}

async fn page(guichet: &Guichet, jeton: &str, refus: Option<String>) -> Result<Page, Erreur> {
    let (nom, courriel) = guichet.comptes.look_at_invitation(jeton).await?;
    let cadre = Cadre::new(Rubrique::Aucune, "Ouvrir votre compte");
    let fournisseur = guichet.comptes.federation_name();
    let fournisseur = fournisseur.map(|nom| (nom.to_owned(), chemin::invitation_oidc(jeton)));
    Ok(Page { cadre, nom, courriel, fournisseur, refus })
}

/// The form again, with why the account was not opened.
pub(super) async fn refused(
    guichet: &Guichet,
    jeton: &str,
    refus: String,
) -> Result<Response, Erreur> {
    render_refused(&page(guichet, jeton, Some(refus)).await?)
}

pub(super) async fn show(
    guichet: Guichet,
    Segment(jeton): Segment<String>,
) -> Result<Response, Erreur> {
    render(&page(&guichet, &jeton, None).await?)
}

pub(super) async fn accept(
    guichet: Guichet,
    Segment(jeton): Segment<String>,
    Formulaire(form): Formulaire<Choix>,
) -> Result<Response, Erreur> {
    let chosen = match form.chosen() {
        Ok(chosen) => guichet.comptes.accept_invitation(&jeton, chosen).await,
        Err(refus) => Err(refus),
    };
    match chosen {
        Ok(()) => Ok(Redirect::to("/connexion?fait=compte").into_response()),
        Err(Refus(refus)) => refused(&guichet, &jeton, refus).await,
    }
}
