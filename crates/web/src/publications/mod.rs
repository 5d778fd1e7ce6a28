//! Figures published to funders: the list, each of them with its files, and the act of publishing.

mod chiffres;
mod fiche;
mod liste;
mod nouvelle;

use mallette_domain::acces::Exigence;

use crate::chemin;
use crate::droits::Routes;

pub(crate) fn routes() -> Routes {
    use Exigence::{Publications, Reseau};
    Routes::new()
        .get(Publications, chemin::PUBLICATIONS, liste::show)
        .get(Reseau, chemin::NOUVELLE_PUBLICATION, nouvelle::preview)
        .post(Reseau, chemin::NOUVELLE_PUBLICATION, nouvelle::publish)
        .get(Publications, "/publications/{id}", fiche::show)
        .get(Publications, "/publications/{id}/chiffres.xlsx", fiche::download_xlsx)
        .get(Publications, "/publications/{id}/chiffres.csv", fiche::download_csv)
        .post(Reseau, "/publications/{id}/retrait", fiche::withdraw)
}
