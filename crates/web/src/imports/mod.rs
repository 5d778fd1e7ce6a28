//! Imports: files received, what was kept and refused, what changed, going back.

mod actions;
mod changements;
mod compte_rendu;
mod correspondances;
mod depot;
mod feuille;
mod liste;
mod rejets;
mod renvoi;
mod travail;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};

use crate::{Serveur, chemin};

pub(crate) fn routes() -> Router<Serveur> {
    // The deposit counts what it receives itself: its limit is that of files, not of a form.
    let receive = post(depot::receive).layer(DefaultBodyLimit::disable());
    Router::new()
        .route("/imports", get(liste::show).merge(receive))
        .route("/imports/travaux/{job}", get(travail::show))
        .route("/imports/travaux/{job}/arret", post(travail::cancel))
        .route("/imports/travaux/{job}/reprise", post(travail::restart))
        .route("/imports/travaux/{job}/oubli", post(travail::forget))
        .route("/imports/travaux/{job}/feuilles/{rang}", get(feuille::show).post(feuille::save))
        .route(chemin::CORRESPONDANCES, get(correspondances::show).post(correspondances::replace))
        .route(chemin::CORRESPONDANCES_RETRAIT, post(correspondances::remove))
        .route("/imports/{id}", get(compte_rendu::show))
        .route("/imports/{id}/rejets.xlsx", get(rejets::download))
        .route("/imports/{id}/rejets/{centre}", get(renvoi::download))
        .route("/imports/{id}/annulation", get(actions::confirm_undo).post(actions::undo))
        .route("/imports/{id}/correspondance", post(actions::map_header))
}

use mallette_app::etat::{Etat, ImportVu};

use crate::erreur::Erreur;

/// The import of that identifier.
fn find<'a>(etat: &'a Etat, id: &str) -> Result<&'a ImportVu, Erreur> {
    let found = etat.imports.iter().find(|import| import.id == id);
    found.ok_or_else(|| Erreur::Introuvable(format!("Aucun import ne porte le numéro « {id} ».")))
}
