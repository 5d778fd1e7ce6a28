//! Rules: what the data breaks, and the objects to correct.

mod exemple;
mod fiche;
mod liste;
mod objets;
mod selection;

use axum::Router;
use axum::routing::get;

use crate::Serveur;

pub(crate) fn routes() -> Router<Serveur> {
    Router::new()
        .route("/controles", get(liste::show))
        .route("/controles.xlsx", get(liste::download_xlsx))
        .route("/controles.csv", get(liste::download_csv))
        .route("/controles/{code}", get(fiche::show))
        .route("/controles/{code}/objets.xlsx", get(objets::download_xlsx))
        .route("/controles/{code}/objets.csv", get(objets::download_csv))
}
