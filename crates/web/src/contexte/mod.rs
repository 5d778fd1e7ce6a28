//! What surrounds centres, for who reads the network: the series of each year, those that indicators stand over, the
//! peer groups adopted, computed or by hand.

mod calcul;
mod fichier;
mod groupes;
mod mots;
mod saisie;
mod series;

pub(crate) use mots::{fidelity, separation, traits, valeur};

use axum::extract::DefaultBodyLimit;
use axum::http::Method;
use axum::middleware::from_fn;
use axum::routing::post;
use mallette_app::contexte::acte::Series;
use mallette_domain::acces::Exigence::Reseau;

use crate::apport::{apercu, import};
use crate::chemin;
use crate::droits::Routes;
use crate::serveur::corps;

pub(crate) fn routes() -> Routes {
    // Files are counted as they come: their limits are those of a file, not of a form.
    let receive =
        post(series::receive).layer(DefaultBodyLimit::disable()).layer(from_fn(corps::lift));
    let read = post(saisie::read).layer(DefaultBodyLimit::disable()).layer(from_fn(corps::lift));
    Routes::new()
        .get(Reseau, chemin::CONTEXTE, series::show)
        .add(Method::POST, Reseau, chemin::CONTEXTE, receive)
        .get(Reseau, chemin::CONTEXTE_MODELE, series::template)
        .get(Reseau, "/contexte/depots/{cle}", apercu::show::<Series>)
        .post(Reseau, "/contexte/depots/{cle}", apercu::apply::<Series>)
        .post(Reseau, "/contexte/depots/{cle}/oubli", apercu::forget::<Series>)
        .get(Reseau, "/contexte/imports/{rang}", import::show::<Series>)
        .post(Reseau, "/contexte/imports/{rang}/annulation", import::undo::<Series>)
        .get(Reseau, chemin::GROUPES, groupes::show)
        .get(Reseau, chemin::GROUPES_CALCUL, calcul::show)
        .post(Reseau, chemin::GROUPES_CALCUL, calcul::adopt)
        .get(Reseau, chemin::GROUPES_MAIN, saisie::show)
        .post(Reseau, chemin::GROUPES_MAIN, saisie::adopt)
        .add(Method::POST, Reseau, chemin::GROUPES_FICHIER, read)
        .post(Reseau, "/contexte/groupes/{rang}/retrait", groupes::withdraw)
}
