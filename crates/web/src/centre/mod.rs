//! Centres: the network, one centre, its levels and parts, one conseiller.

mod anomalies;
mod apercu;
mod conseiller;
mod fiche;
mod groupe;
mod listes;
mod niveaux;
mod partie;
mod reseau;
mod theme;

use mallette_domain::acces::Exigence;

use crate::chemin;
use crate::droits::Routes;

pub(crate) fn routes() -> Routes {
    Routes::new()
        .get(Exigence::Chiffres, "/centres", reseau::show)
        .get(Exigence::Chiffres, "/centres/{id}", fiche::show)
        .get(Exigence::Chiffres, "/centres/{id}/indicateurs", apercu::show)
        .get(Exigence::Chiffres, chemin::ANOMALIES_PARTIE, partie::show)
        .get(Exigence::Chiffres, chemin::NIVEAUX, niveaux::show)
        .get(Exigence::Chiffres, chemin::NIVEAUX_XLSX, niveaux::download_xlsx)
        .get(Exigence::Chiffres, chemin::NIVEAUX_CSV, niveaux::download_csv)
        .get(Exigence::Chiffres, "/centres/{id}/conseillers/{conseiller}", conseiller::show)
}
