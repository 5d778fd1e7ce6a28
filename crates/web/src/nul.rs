//! The null character, which nobody types and PostgreSQL does not hold: refused at the door, so that what
//! one engine keeps the other can.

use axum::body::{Body, Bytes};
use axum::extract::{FromRequest as _, Request};
use axum::http::header;
use mallette_app::tentative::{self, Tentative};

use crate::erreur::Erreur;

/// The request as it came; refused when its address or its form holds a null character.
pub(crate) async fn refuse(request: Request) -> Result<Request, Erreur> {
    let address = request.uri().path_and_query().map(|path| path.as_str()).unwrap_or_default();
    if holds_null(address.as_bytes()) {
        return Err(unreadable());
    }
    let kind = request.headers().get(header::CONTENT_TYPE);
    if kind.is_none_or(|kind| !kind.as_bytes().starts_with(b"application/x-www-form-urlencoded")) {
        return Ok(request);
    }
    let (parts, body) = request.into_parts();
    // Bounded as forms are.
    let again = Request::from_parts(parts.clone(), body);
    let Ok(bytes) = Bytes::from_request(again, &()).await else {
        return Err(Erreur::TropGrand(
            "Le formulaire reçu est trop long, ou n'est pas arrivé en entier : rien n'a été changé. Revenir \
             à la page et raccourcir ce qui y est écrit."
                .to_owned(),
        ));
    };
    if holds_null(&bytes) {
        return Err(unreadable());
    }
    Ok(Request::from_parts(parts, Body::from(bytes)))
}

fn holds_null(text: &[u8]) -> bool {
    text.contains(&0) || text.windows(3).any(|part| part == b"%00")
}

fn unreadable() -> Erreur {
    tentative::note(Tentative::Illisible);
    let text = "Ce qui est demandé contient un caractère nul, que rien ne permet de taper. Revenir à la \
                page précédente et recommencer.";
    Erreur::Requete(text.to_owned())
}
