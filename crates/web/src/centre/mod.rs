//! Centres: the network, one centre, one conseiller.

mod anomalies;
mod apercu;
mod conseiller;
mod fiche;
mod reseau;
use mallette_domain::acces::Exigence;

use crate::droits::Routes;

pub(crate) fn routes() -> Routes {
    Routes::new()
        .get(Exigence::Chiffres, "/centres", reseau::show)
        .get(Exigence::Chiffres, "/centres/{id}", fiche::show)
        .get(Exigence::Chiffres, "/centres/{id}/indicateurs", apercu::show)
        .get(Exigence::Chiffres, "/centres/{id}/conseillers/{conseiller}", conseiller::show)
}
