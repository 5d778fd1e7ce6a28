//! Campaigns: which version of each centre counts for a month, what changed since the one before,
//! and the choice of one on the pages of figures.

mod actions;
pub(crate) mod choix;
mod fiche;
mod liste;

use mallette_app::etat::{Campagne, Etat};
use mallette_domain::acces::Exigence;

use crate::chemin;
use crate::droits::Routes;
use crate::erreur::Erreur;

pub(crate) fn routes() -> Routes {
    Routes::new()
        .get(Exigence::Chiffres, chemin::CAMPAGNES, liste::show)
        .get(Exigence::Reseau, chemin::FIXATION, actions::confirm_fix)
        .post(Exigence::Reseau, chemin::FIXATION, actions::fix)
        .get(Exigence::Chiffres, "/campagnes/{nom}", fiche::show)
        .get(Exigence::Reseau, "/campagnes/{nom}/retrait", actions::confirm_removal)
        .post(Exigence::Reseau, "/campagnes/{nom}/retrait", actions::remove)
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
