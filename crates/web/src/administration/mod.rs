//! The running of an installation: its centres, its settings, its catalogue, its jobs, its disk, its
//! health. For the administrator of the network, and for who holds a machine without accounts.

mod catalogue;
mod centres;
mod index;
mod reglages;
mod sante;
mod stockage;
mod suites;
mod travaux;

use mallette_domain::acces::Exigence::Administration;

use crate::chemin;
use crate::droits::Routes;
use crate::page::{Cadre, Rubrique};

pub(crate) fn routes() -> Routes {
    Routes::new()
        .get(Administration, chemin::ADMINISTRATION, index::show)
        .get(Administration, chemin::ADMIN_CENTRES, centres::show)
        .get(Administration, chemin::SUITES, suites::show)
        .get(Administration, chemin::SUITES_APERCU, suites::preview)
        .post(Administration, chemin::SUITES, suites::declare)
        .post(Administration, chemin::SUITES_RETRAIT, suites::withdraw)
        .get(Administration, chemin::REGLAGES, reglages::show)
        .post(Administration, chemin::REGLAGES_TRACE, reglages::set_trace)
        .get(Administration, chemin::ADMIN_CATALOGUE, catalogue::show)
        .get(Administration, chemin::TRAVAUX, travaux::show)
        .get(Administration, chemin::STOCKAGE, stockage::show)
        .post(Administration, chemin::STOCKAGE_MENAGE, stockage::sweep)
        .get(Administration, chemin::ADMIN_SANTE, sante::show)
        .post(Administration, chemin::SANTE_TRACE, sante::walk)
}

/// The frame of a page of this area.
fn frame(titre: &str) -> Cadre {
    Cadre::new(Rubrique::Administration, titre).under("Administration", chemin::ADMINISTRATION)
}
