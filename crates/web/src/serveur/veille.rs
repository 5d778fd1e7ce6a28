//! What watches the server has its own address, on this machine: counts and health, and no page.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use mallette_app::comptes::Comptes;
use mallette_app::port::Atelier;
use tokio::net::TcpListener;

use super::exposition::Exposition;
use super::mesures::{FORMAT, Mesures};
use super::sante;
use crate::{chemin, garde};

const METRIQUES: &str = "/metrics";

/// What is counted: by the server, and by the accounts when there are some.
type Comptees = (Arc<Mesures>, Option<Arc<Comptes>>);

/// Answers for ever.
pub(super) async fn serve(listener: TcpListener, comptees: Comptees, atelier: Arc<dyn Atelier>) {
    let sante = get(async move || sante::answer(&*atelier).await);
    let routes = Router::new().route(METRIQUES, get(show)).route(chemin::SANTE, sante);
    let router = garde::protect(routes.with_state(comptees), Arc::new(Exposition::Locale));
    if let Err(error) = axum::serve(listener, router).await {
        eprintln!("Les mesures ne sont plus données : {error}");
    }
}

async fn show(State((mesures, comptes)): State<Comptees>) -> Response {
    if let Some(comptes) = comptes
        && let Some(resumes) = comptes.resume_counts().await
    {
        mesures.set_resumes(resumes);
    }
    match mesures.text() {
        Some(text) => ([(header::CONTENT_TYPE, FORMAT)], text).into_response(),
        None => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
