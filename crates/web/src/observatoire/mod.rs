//! The observatory: a cohort, who it is at the entry, and where it stands at the exit and after; who its members
//! are, in the own centre; the published figures that stand beside it. Each share has its interval (`hasard`), and of what
//! stands beside it the page says whether chance would do for the gap (`ecarts`).

mod case;
mod chiffres;
mod demande;
mod dessin;
mod ecarts;
mod fichier;
mod hasard;
mod membres;
mod origine;
mod page;
mod publies;
mod rapprochement;
mod tableau;

use axum::extract::DefaultBodyLimit;
use axum::http::Method;
use axum::middleware::from_fn;
use axum::routing::post;
use mallette_app::publies::acte::Publies;
use mallette_domain::acces::Exigence::{Chiffres, Reseau};

use crate::apport::{apercu, import};
use crate::chemin;
use crate::droits::Routes;
use crate::serveur::corps;

pub(crate) fn routes() -> Routes {
    // Files are counted as they come: their limits are those of a file, not of a form.
    let receive = post(publies::liste::receive)
        .layer(DefaultBodyLimit::disable())
        .layer(from_fn(corps::lift));
    Routes::new()
        .get(Chiffres, chemin::OBSERVATOIRE, page::show)
        .get(Chiffres, chemin::OBSERVATOIRE_XLSX, fichier::download_xlsx)
        .get(Chiffres, chemin::OBSERVATOIRE_CSV, fichier::download_csv)
        .get(Chiffres, chemin::MEMBRES, membres::show)
        .get(Chiffres, chemin::MEMBRES_XLSX, membres::download_xlsx)
        .get(Chiffres, chemin::MEMBRES_CSV, membres::download_csv)
        .get(Chiffres, chemin::PUBLIES, publies::liste::show)
        .get(Chiffres, chemin::PUBLIES_XLSX, publies::export::download_xlsx)
        .get(Chiffres, chemin::PUBLIES_CSV, publies::export::download_csv)
        .add(Method::POST, Reseau, chemin::PUBLIES, receive)
        .get(Chiffres, chemin::PUBLIES_DEPART, publies::liste::start)
        .get(Reseau, "/observatoire/publies/depots/{cle}", apercu::show::<Publies>)
        .post(Reseau, "/observatoire/publies/depots/{cle}", apercu::apply::<Publies>)
        .post(Reseau, "/observatoire/publies/depots/{cle}/oubli", apercu::forget::<Publies>)
        .get(Reseau, "/observatoire/publies/imports/{rang}", import::show::<Publies>)
        .post(Reseau, "/observatoire/publies/imports/{rang}/annulation", import::undo::<Publies>)
}
