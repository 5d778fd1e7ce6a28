//! Signing in by an identity provider, linking the own account to it, accepting an invitation by it.

use axum::extract::RawQuery;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Redirect, Response};
use mallette_app::comptes::federation::arrivee::{Arrivee, Porteur};
use mallette_app::comptes::federation::depart::Depart;
use mallette_app::port::Refus;
use mallette_app::visiteur::{Facteurs, Visiteur};
use serde::Deserialize;
use zeroize::Zeroizing;

use super::entree::Guichet;
use super::{compte, connexion, cookie, invitation};
use crate::chemin;
use crate::erreur::Erreur;
use crate::extraits::{Formulaire, Segment};

/// Nothing answers there on an installation without a provider.
fn check_configured(guichet: &Guichet) -> Result<(), Erreur> {
    let known = guichet.comptes.federation_name().is_some();
    let text = "Cette installation n'a pas de fournisseur d'identité.";
    if known { Ok(()) } else { Err(Erreur::Introuvable(text.to_owned())) }
}

/// The browser sent there, which will be known again.
fn away(depart: &Depart, secure: bool) -> Result<Response, Erreur> {
    let cookie = cookie::set_retour(&depart.navigateur, secure);
    let cookie = cookie.ok_or_else(|| Erreur::Interne("un jeton ne tient pas en cookie".into()))?;
    Ok(([(header::SET_COOKIE, cookie)], Redirect::to(&depart.url)).into_response())
}

/// Where one was going.
#[derive(Deserialize)]
pub(super) struct Depuis {
    retour: Option<String>,
    /// Said when the provider is to vouch for what running the installation asks.
    attestation: Option<String>,
}

pub(super) async fn leave_to_sign_in(
    guichet: Guichet,
    Formulaire(form): Formulaire<Depuis>,
) -> Result<Response, Erreur> {
    check_configured(&guichet)?;
    let retour = chemin::own(form.retour.as_deref());
    let vers = retour.unwrap_or_default();
    let left = match form.attestation {
        Some(_) => guichet.comptes.leave_to_be_vouched_for(vers).await,
        None => guichet.comptes.leave_to_sign_in(vers).await,
    };
    match left {
        Ok(depart) => away(&depart, guichet.secure),
        Err(Refus(refus)) => connexion::refused(&guichet, retour, refus),
    }
}

/// The present password: linking is as much as changing it.
#[derive(Deserialize)]
pub(super) struct Accord {
    present: Zeroizing<String>,
}

pub(super) async fn leave_to_link(
    guichet: Guichet,
    Formulaire(form): Formulaire<Accord>,
) -> Result<Response, Erreur> {
    check_configured(&guichet)?;
    let Guichet { comptes, origine, secure, .. } = &guichet;
    match comptes.leave_to_link(guichet.token(), form.present, origine).await {
        Ok(depart) => away(&depart, *secure),
        Err(Refus(refus)) => compte::refused(&guichet, refus).await,
    }
}

pub(super) async fn leave_to_accept(
    guichet: Guichet,
    Segment(jeton): Segment<String>,
) -> Result<Response, Erreur> {
    check_configured(&guichet)?;
    match guichet.comptes.leave_to_accept(&jeton).await {
        Ok(depart) => away(&depart, guichet.secure),
        Err(Refus(refus)) => invitation::refused(&guichet, &jeton, refus).await,
    }
}

/// What the provider sends the browser back with.
pub(super) async fn come_back(
    guichet: Guichet,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Response, Erreur> {
    check_configured(&guichet)?;
    let navigateur = cookie::retour_token(&headers, guichet.secure);
    let porteur = Porteur {
        navigateur: navigateur.as_ref().map_or("", |token| token.as_str()),
        session: guichet.token(),
        origine: &guichet.origine,
    };
    let came = guichet.comptes.come_back(query.as_deref().unwrap_or_default(), porteur).await;
    let done = came.is_ok();
    let mut response = match came {
        Ok(Arrivee::Connectee { ouverte, vers }) => {
            connexion::welcome(&ouverte, chemin::own(Some(&vers)), guichet.secure)?
        }
        Ok(Arrivee::Liee) => Redirect::to("/compte?fait=lien").into_response(),
        Err(Refus(refus)) => refused(&guichet, refus).await?,
    };
    // A refusal may be about another browser's answer: what this one began still stands.
    if done && let Some(cookie) = cookie::clear_retour(guichet.secure) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

/// Why nothing came of it: on the own account for who is signed in, else where one signs in.
async fn refused(guichet: &Guichet, refus: String) -> Result<Response, Erreur> {
    match &guichet.visiteur {
        Visiteur::Personne(personne) if personne.facteurs == Facteurs::Complets => {
            compte::refused(guichet, refus).await
        }
        _ => connexion::refused(guichet, None, refus),
    }
}

pub(super) async fn unlink(guichet: Guichet) -> Result<Response, Erreur> {
    check_configured(&guichet)?;
    match guichet.comptes.unlink(guichet.token()).await {
        Ok(()) => Ok(Redirect::to("/compte?fait=delie").into_response()),
        Err(Refus(refus)) => compte::refused(&guichet, refus).await,
    }
}
