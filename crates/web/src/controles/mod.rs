//! Rules: what the data breaks, and the objects to correct.

pub(crate) mod bloc;
mod exemple;
mod fiche;
mod liste;
mod objets;
mod selection;
pub(crate) mod suivi;
use mallette_domain::acces::Exigence;

use crate::droits::Routes;

pub(crate) fn routes() -> Routes {
    Routes::new()
        .get(Exigence::Chiffres, "/controles", liste::show)
        .get(Exigence::Chiffres, "/controles.xlsx", liste::download_xlsx)
        .get(Exigence::Chiffres, "/controles.csv", liste::download_csv)
        .get(Exigence::Chiffres, "/controles/{code}", fiche::show)
        .get(Exigence::Chiffres, "/controles/{code}/objets.xlsx", objets::download_xlsx)
        .get(Exigence::Chiffres, "/controles/{code}/objets.csv", objets::download_csv)
}
