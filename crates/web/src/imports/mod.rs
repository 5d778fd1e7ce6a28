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

use axum::extract::DefaultBodyLimit;
use axum::http::Method;
use axum::middleware::from_fn;
use axum::routing::post;
use mallette_domain::acces::Exigence;

use crate::chemin;
use crate::droits::Routes;
use crate::serveur::corps;

pub(crate) fn routes() -> Routes {
    use Exigence::{Chiffres, Importation};
    // The deposit counts what it receives itself: its limits are those of files, not of a form.
    let receive =
        post(depot::receive).layer(DefaultBodyLimit::disable()).layer(from_fn(corps::lift));
    let feuille = "/imports/travaux/{job}/feuilles/{rang}";
    Routes::new()
        .get(Chiffres, chemin::IMPORTS, liste::show)
        .add(Method::POST, Importation, chemin::IMPORTS, receive)
        .get(Importation, "/imports/travaux/{job}", travail::show)
        .post(Importation, "/imports/travaux/{job}/arret", travail::cancel)
        .post(Importation, "/imports/travaux/{job}/reprise", travail::restart)
        .post(Importation, "/imports/travaux/{job}/oubli", travail::forget)
        .get(Importation, feuille, feuille::show)
        .post(Importation, feuille, feuille::save)
        .get(Importation, chemin::CORRESPONDANCES, correspondances::show)
        .post(Importation, chemin::CORRESPONDANCES, correspondances::replace)
        .post(Importation, chemin::CORRESPONDANCES_RETRAIT, correspondances::remove)
        .get(Chiffres, "/imports/{id}", compte_rendu::show)
        .get(Chiffres, "/imports/{id}/rejets.xlsx", rejets::download)
        .get_traced(Importation, "/imports/{id}/rejets/{centre}", renvoi::download)
        .get(Importation, "/imports/{id}/annulation", actions::confirm_undo)
        .post(Importation, "/imports/{id}/annulation", actions::undo)
        .post(Importation, "/imports/{id}/correspondance", actions::map_header)
}

use mallette_app::etat::{Etat, ImportVu};

use crate::erreur::Erreur;

/// The import of that identifier.
fn find<'a>(etat: &'a Etat, id: &str) -> Result<&'a ImportVu, Erreur> {
    let found = etat.imports.iter().find(|import| import.id == id);
    found.ok_or_else(|| Erreur::no_import(id))
}
