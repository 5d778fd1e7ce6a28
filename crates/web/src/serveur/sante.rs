//! Whether the server is well, for what watches it and starts it again.

use std::time::Duration;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use mallette_app::port::Atelier;
use mallette_domain::acces::Exigence;

use crate::droits::Routes;
use crate::{Serveur, chemin};

/// For the workshop to answer.
const LIMIT: Duration = Duration::from_secs(5);

pub(crate) fn routes() -> Routes {
    Routes::new().get(Exigence::Publique, chemin::SANTE, show)
}

async fn show(State(serveur): State<Serveur>) -> impl IntoResponse {
    answer(&*serveur.mur.whole()).await
}

/// `ok`, or that it is not; never why, since anybody may ask.
pub(super) async fn answer(atelier: &dyn Atelier) -> impl IntoResponse + use<> {
    // The shortest question that goes all the way to the registry.
    let well = tokio::time::timeout(LIMIT, atelier.correspondances()).await;
    let (status, text) = match well {
        Ok(Ok(_)) => (StatusCode::OK, "ok\n"),
        Ok(Err(_)) | Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "indisponible\n"),
    };
    let headers =
        [(header::CONTENT_TYPE, "text/plain; charset=utf-8"), (header::CACHE_CONTROL, "no-store")];
    (status, headers, text)
}
