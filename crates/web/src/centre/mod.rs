//! Centres: the network, one centre, one conseiller.

mod anomalies;
mod conseiller;
mod fiche;
mod reseau;

use axum::Router;
use axum::routing::get;

use crate::Serveur;

pub(crate) fn routes() -> Router<Serveur> {
    Router::new()
        .route("/centres", get(reseau::show))
        .route("/centres/{id}", get(fiche::show))
        .route("/centres/{id}/conseillers/{conseiller}", get(conseiller::show))
}
