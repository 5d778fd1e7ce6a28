//! The way in: who carries which session, found before any page.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use mallette_app::comptes::connexion::Origine;
use mallette_app::comptes::{Comptes, appareil};
use mallette_app::port::{Ouverture, Refus};
use mallette_app::session::with_keys;
use mallette_app::visiteur::{Personne, Visiteur};
use zeroize::Zeroizing;

use super::cookie;
use super::preuve::Due;
use crate::Serveur;
use crate::chemin;
use crate::erreur::Erreur;
use crate::garde::Destinations;
use crate::page::{LECTURE, VISITEUR};
use crate::serveur::{Adresse, Securise};
use crate::statique;

/// The token of the session that a request carries.
#[derive(Clone)]
struct Porte(Arc<Zeroizing<String>>);

/// Finds who asks, tells the guards and the frame of the page.
pub(crate) async fn identify(
    State(serveur): State<Serveur>,
    mut request: Request,
    next: Next,
) -> Response {
    let visiteur = match &serveur.comptes {
        // The same for everybody; and whether the server is well is said by it alone.
        Some(_) if is_for_all(request.uri().path()) => Visiteur::Inconnu,
        Some(comptes) => match look(comptes, &mut request).await {
            Ok(visiteur) => visiteur,
            Err(Refus(cause)) => return Erreur::Interne(cause).into_response(),
        },
        None => told(&request),
    };
    request.extensions_mut().insert(visiteur.clone());
    let lecture = serveur.comptes.as_ref().and_then(|comptes| comptes.lecture_seule());
    if let Some(lecture) = lecture {
        request.extensions_mut().insert(lecture);
    }
    let cles = request.extensions().get::<Ouverture>().cloned();
    // Where there are accounts, who is not signed in opens no vault, whatever a page would ask.
    let cles = cles.unwrap_or_else(|| match visiteur {
        Visiteur::Machine => Ouverture::default(),
        Visiteur::Inconnu | Visiteur::Personne(_) => Ouverture::none(),
    });
    let answered = with_keys(cles, next.run(request));
    let scoped = VISITEUR.scope(visiteur.clone(), answered);
    let mut response = LECTURE.scope(lecture, scoped).await;
    // For who keeps what was refused.
    response.extensions_mut().insert(visiteur);
    if let Some(comptes) = &serveur.comptes {
        let origines = comptes.federation_origins();
        response.extensions_mut().insert(Destinations(origines));
    }
    response
}

/// Who asks where there are no accounts: who holds the machine, from that machine only.
fn told(request: &Request) -> Visiteur {
    request.extensions().get::<Visiteur>().cloned().unwrap_or(Visiteur::Inconnu)
}

fn is_for_all(path: &str) -> bool {
    path.starts_with(statique::DOSSIER) || path == chemin::SANTE
}

async fn look(comptes: &Comptes, request: &mut Request) -> Result<Visiteur, Refus> {
    if !comptes.are_open().await? {
        return Ok(told(request));
    }
    let secure = request.extensions().get::<Securise>().is_some_and(|secure| secure.0);
    let Some(token) = cookie::token(request.headers(), secure) else {
        return Ok(Visiteur::Inconnu);
    };
    let found = comptes.identify(&token).await?;
    request.extensions_mut().insert(Porte(Arc::new(token)));
    Ok(match found {
        Some((personne, cles)) => {
            let (adresse, origine) =
                (address(request), origin(request.extensions(), request.headers()));
            let (personne, cles) = comptes.in_context(personne, cles, adresse, &origine).await?;
            if request.method() == Method::POST
                && let Some(due) = comptes.proof_due(&personne, &origine).await?
            {
                request.extensions_mut().insert(Due(due));
            }
            request.extensions_mut().insert(cles);
            Visiteur::Personne(personne)
        }
        None => Visiteur::Inconnu,
    })
}

/// The address of the client, as the server found it.
fn address(request: &Request) -> IpAddr {
    told_address(request.extensions())
}

fn told_address(extensions: &Extensions) -> IpAddr {
    let told = extensions.get::<Adresse>();
    told.map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |told| told.0)
}

/// Where a request comes from: address, what the browser says it is, whether it is known.
fn origin(extensions: &Extensions, headers: &HeaderMap) -> Origine {
    let secure = extensions.get::<Securise>().is_some_and(|secure| secure.0);
    let known = cookie::appareil_token(headers, secure);
    Origine {
        adresse: told_address(extensions).to_string(),
        agent: agent(headers),
        appareil: known.and_then(|token| appareil::print(&token)),
    }
}

/// What the pages of accounts work with.
pub(crate) struct Guichet {
    /// The accounts.
    pub(crate) comptes: Arc<Comptes>,
    /// Who asks.
    pub(crate) visiteur: Visiteur,
    /// Where the request comes from.
    pub(crate) origine: Origine,
    /// Whether it came over TLS.
    pub(crate) secure: bool,
    porte: Option<Porte>,
}

impl Guichet {
    /// The token of the session; empty, which opens nothing, when the request carries none.
    pub(crate) fn token(&self) -> &str {
        self.porte.as_ref().map_or("", |porte| porte.0.as_str())
    }

    /// The person signed in.
    pub(crate) fn personne(&self) -> Result<Arc<Personne>, Erreur> {
        match &self.visiteur {
            Visiteur::Personne(personne) => Ok(Arc::clone(personne)),
            Visiteur::Machine | Visiteur::Inconnu => Err(Erreur::not_entitled()),
        }
    }
}

/// Longest description of a browser that is kept.
const AGENT: usize = 200;

fn agent(headers: &HeaderMap) -> String {
    let said = headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok());
    said.unwrap_or_default().chars().take(AGENT).collect()
}

impl FromRequestParts<Serveur> for Guichet {
    type Rejection = Erreur;

    async fn from_request_parts(parts: &mut Parts, serveur: &Serveur) -> Result<Self, Erreur> {
        let comptes = serveur.comptes.clone().ok_or_else(Erreur::no_account)?;
        Ok(Self {
            comptes,
            visiteur: crate::bureau::visitor(parts),
            origine: origin(&parts.extensions, &parts.headers),
            secure: parts.extensions.get::<Securise>().is_some_and(|secure| secure.0),
            porte: parts.extensions.get::<Porte>().cloned(),
        })
    }
}
