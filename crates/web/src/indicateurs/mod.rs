//! Indicators: the table of centres, their positions (`carte`), the page of each indicator, the lists behind a
//! figure, the guide to reading them.

pub(crate) mod bloc;
pub(crate) mod cadre;
mod carte;
pub(crate) mod chiffrage;
pub(crate) mod chiffres;
mod contexte;
pub(crate) mod couverture;
mod definition;
mod demande;
mod egalite;
pub(crate) mod entete;
pub(crate) mod faits;
mod fiche;
pub(crate) mod graphiques;
mod guide;
mod guide_contexte;
mod guide_leviers;
pub(crate) mod liens;
mod liste;
mod origine;
mod origine_contexte;
pub(crate) mod position;
mod raison;
pub(crate) mod tableau;
mod trajet;
use mallette_domain::acces::Exigence;

use crate::chemin;
use crate::droits::Routes;

pub(crate) fn routes() -> Routes {
    Routes::new()
        .get(Exigence::Chiffres, "/indicateurs", tableau::show)
        .get(Exigence::Chiffres, "/indicateurs.xlsx", tableau::download_xlsx)
        .get(Exigence::Chiffres, "/indicateurs.csv", tableau::download_csv)
        .get(Exigence::Chiffres, chemin::GUIDE, guide::show)
        .get(Exigence::Reseau, chemin::POSITIONS, carte::show)
        .get(Exigence::Reseau, chemin::POSITIONS_XLSX, carte::download)
        .get(Exigence::Chiffres, "/indicateurs/{code}", fiche::show)
        .get(Exigence::Chiffres, "/indicateurs/{code}/contexte.xlsx", egalite::download)
        .get(Exigence::Chiffres, "/indicateurs/{code}/liste", liste::show)
        .get(Exigence::Chiffres, "/indicateurs/{code}/liste.xlsx", liste::download_xlsx)
        .get(Exigence::Chiffres, "/indicateurs/{code}/liste.csv", liste::download_csv)
}
