//! Campaigns: which version of each centre counts for a month, what changed since the one before,
//! and the choice of one on the pages of figures.

mod actions;
pub(crate) mod choix;
mod fiche;
mod liste;

use axum::Router;
use axum::routing::get;
use mallette_app::etat::{Campagne, Etat};

use crate::erreur::Erreur;
use crate::{Serveur, chemin};

pub(crate) fn routes() -> Router<Serveur> {
    Router::new()
        .route(chemin::CAMPAGNES, get(liste::show))
        .route(chemin::FIXATION, get(actions::confirm_fix).post(actions::fix))
        .route("/campagnes/{nom}", get(fiche::show))
        .route("/campagnes/{nom}/retrait", get(actions::confirm_removal).post(actions::remove))
}

/// The campaign of that name.
fn find<'a>(etat: &'a Etat, nom: &str) -> Result<&'a Campagne, Erreur> {
    etat.find_campagne(nom).ok_or_else(|| {
        Erreur::Introuvable(format!(
            "Aucune campagne ne porte le nom « {nom} ». La page Campagnes donne celles qui sont \
             fixées."
        ))
    })
}
