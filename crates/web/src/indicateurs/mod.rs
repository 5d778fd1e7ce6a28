//! Indicators: the table of centres, the page of each indicator, the lists behind a figure.

pub(crate) mod chiffres;
pub(crate) mod entete;
mod fiche;
mod graphiques;
pub(crate) mod liens;
mod liste;
pub(crate) mod position;
mod provenance;
mod tableau;

use axum::Router;
use axum::routing::get;

use crate::Serveur;

pub(crate) fn routes() -> Router<Serveur> {
    Router::new()
        .route("/indicateurs", get(tableau::show))
        .route("/indicateurs.xlsx", get(tableau::download))
        .route("/indicateurs/{code}", get(fiche::show))
        .route("/indicateurs/{code}/liste", get(liste::show))
        .route("/indicateurs/{code}/liste.xlsx", get(liste::download))
}
