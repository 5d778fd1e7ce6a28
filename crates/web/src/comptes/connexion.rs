//! Signing in and out.

use askama::Template;
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{AppendHeaders, IntoResponse, Redirect, Response};
use mallette_app::comptes::connexion::Ouverte;
use mallette_app::port::Refus;
use mallette_app::visiteur::{Facteurs, Visiteur};
use serde::Deserialize;
use zeroize::Zeroizing;

use super::cookie;
use super::entree::Guichet;
use crate::chemin;
use crate::erreur::Erreur;
use crate::extraits::{Formulaire, Parametres};
use crate::page::{Cadre, Rubrique, render, render_refused};

#[derive(Template)]
#[template(path = "comptes/connexion.html")]
struct Page {
    cadre: Cadre,
    courriel: String,
    retour: Option<String>,
    /// The identity provider by which one may also sign in, as people call it.
    fournisseur: Option<String>,
    refus: Option<String>,
    /// What was just done, said above the form.
    fait: Option<&'static str>,
}

impl Page {
    fn new(guichet: &Guichet, retour: Option<&str>) -> Self {
        Self {
            cadre: Cadre::new(Rubrique::Aucune, "Se connecter"),
            courriel: String::new(),
            retour: chemin::own(retour).map(str::to_owned),
            fournisseur: guichet.comptes.federation_name().map(str::to_owned),
            refus: None,
            fait: None,
        }
    }
}

pub(super) async fn show(guichet: Guichet, parametres: Parametres) -> Result<Response, Erreur> {
    let retour = chemin::own(parametres.get("retour"));
    match &guichet.visiteur {
        Visiteur::Machine => return Ok(Redirect::to(chemin::ACCUEIL).into_response()),
        Visiteur::Personne(personne) => return Ok(onward(personne.facteurs, retour)),
        Visiteur::Inconnu => {}
    }
    let fait = match parametres.get("fait") {
        Some("compte") => Some("Votre compte est ouvert. Vous pouvez vous connecter."),
        Some("mot-de-passe") => Some("Votre mot de passe est changé. Vous pouvez vous connecter."),
        Some("sortie") => Some("Vous êtes déconnecté."),
        Some("sortie-ici") => Some(
            "Vous êtes déconnecté de Mallette. Le fournisseur d'identité n'a pas répondu : votre \
             session peut y être encore ouverte. Sur un poste partagé, fermer le navigateur.",
        ),
        _ => None,
    };
    render(&Page { fait, ..Page::new(&guichet, retour) })
}

/// Where one goes once signed in that far.
fn onward(facteurs: Facteurs, retour: Option<&str>) -> Response {
    match facteurs {
        Facteurs::Complets => Redirect::to(retour.unwrap_or(chemin::ACCUEIL)).into_response(),
        Facteurs::Attendus | Facteurs::AInstaller => {
            Redirect::to(&chemin::second_facteur(retour)).into_response()
        }
    }
}

/// The session given to the browser, and what it keeps to be known again.
pub(super) fn carry(
    ouverte: &Ouverte,
    secure: bool,
) -> Result<AppendHeaders<Vec<(HeaderName, HeaderValue)>>, Erreur> {
    let known = ouverte.appareil.as_ref();
    let cookies = std::iter::once(cookie::set(&ouverte.jeton, secure))
        .chain(known.map(|token| cookie::set_appareil(token, secure)));
    let cookies: Option<Vec<_>> =
        cookies.map(|cookie| Some((header::SET_COOKIE, cookie?))).collect();
    let cookies =
        cookies.ok_or_else(|| Erreur::Interne("un jeton ne tient pas en cookie".into()))?;
    Ok(AppendHeaders(cookies))
}

/// The session given to the browser, which goes on.
pub(super) fn welcome(
    ouverte: &Ouverte,
    retour: Option<&str>,
    secure: bool,
) -> Result<Response, Erreur> {
    Ok((carry(ouverte, secure)?, onward(ouverte.facteurs, retour)).into_response())
}

/// The form of signing in.
#[derive(Deserialize)]
pub(super) struct Demande {
    courriel: String,
    mot_de_passe: Zeroizing<String>,
    retour: Option<String>,
}

pub(super) async fn sign_in(
    guichet: Guichet,
    Formulaire(form): Formulaire<Demande>,
) -> Result<Response, Erreur> {
    let retour = chemin::own(form.retour.as_deref());
    let Guichet { comptes, origine, secure, .. } = &guichet;
    match comptes.sign_in(&form.courriel, form.mot_de_passe, origine).await {
        Ok(ouverte) => welcome(&ouverte, retour, *secure),
        Err(Refus(refus)) => {
            let courriel = form.courriel.trim().to_owned();
            render_refused(&Page { courriel, refus: Some(refus), ..Page::new(&guichet, retour) })
        }
    }
}

/// The form again, with why one was not signed in.
pub(super) fn refused(
    guichet: &Guichet,
    retour: Option<&str>,
    refus: String,
) -> Result<Response, Erreur> {
    render_refused(&Page { refus: Some(refus), ..Page::new(guichet, retour) })
}

pub(super) async fn sign_out(guichet: Guichet) -> Result<Response, Erreur> {
    guichet.comptes.sign_out(guichet.token()).await?;
    // Ours is closed, whatever becomes of the one at the identity provider's.
    let onward = match guichet.comptes.logout_address(guichet.token()).await {
        Ok(Some(address)) => Redirect::to(&address),
        Ok(None) => Redirect::to("/connexion?fait=sortie"),
        Err(_) => Redirect::to("/connexion?fait=sortie-ici"),
    };
    let cookie = cookie::clear(guichet.secure);
    let cookie = cookie.ok_or_else(|| Erreur::Interne("un cookie ne s'efface pas".into()))?;
    // What was read stays in no cache of the browser.
    let headers = [
        (header::SET_COOKIE, cookie),
        (
            HeaderName::from_static("clear-site-data"),
            HeaderValue::from_static("\"cache\", \"storage\""),
        ),
    ];
    Ok((headers, onward).into_response())
}
