//! The charter of data entry: its acts and their search, one act, the principles on one page, the whole of
//! it on paper or as a workbook, the versions that were served and what changed, what each centre does its
//! own way. No name of a person and no row of data: a few counts, for who reads figures.

mod acte;
mod classeur;
mod ecarts;
mod entiere;
mod index;
mod variante;
mod versions;
mod vue;

use mallette_domain::acces::Exigence;

use crate::chemin;
use crate::droits::Routes;

pub(crate) use vue::{links_of_regle, mark};

pub(crate) fn routes() -> Routes {
    use Exigence::{Annuaire, Importation};
    Routes::new()
        .get(Annuaire, chemin::CHARTE, index::show)
        .get(Annuaire, chemin::CHARTE_PRINCIPES, entiere::principles)
        .get(Annuaire, chemin::CHARTE_ENTIERE, entiere::show)
        .get(Annuaire, chemin::CHARTE_XLSX, classeur::download)
        .get(Annuaire, "/charte/actes/{acte}", acte::show)
        .post(Importation, "/charte/actes/{acte}/variante", variante::declare)
        .get(Annuaire, chemin::CHARTE_VERSIONS, versions::show)
        .get(Annuaire, "/charte/versions/{numero}", versions::read)
        .get(Annuaire, chemin::CHARTE_ECARTS, ecarts::show)
}
