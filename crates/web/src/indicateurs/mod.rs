//! Indicators: the table of centres, the page of each indicator, the lists behind a figure.

mod chiffrage;
pub(crate) mod chiffres;
mod demande;
pub(crate) mod entete;
mod faits;
mod fiche;
mod graphiques;
pub(crate) mod liens;
mod liste;
mod origine;
pub(crate) mod position;
mod tableau;

use axum::Router;
use axum::routing::get;

use crate::Serveur;

pub(crate) fn routes() -> Router<Serveur> {
    Router::new()
        .route("/indicateurs", get(tableau::show))
        .route("/indicateurs.xlsx", get(tableau::download_xlsx))
        .route("/indicateurs.csv", get(tableau::download_csv))
        .route("/indicateurs/{code}", get(fiche::show))
        .route("/indicateurs/{code}/liste", get(liste::show))
        .route("/indicateurs/{code}/liste.xlsx", get(liste::download_xlsx))
        .route("/indicateurs/{code}/liste.csv", get(liste::download_csv))
}
