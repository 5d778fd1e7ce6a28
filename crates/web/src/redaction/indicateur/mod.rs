//! Indicators that people define without SQL: beginning one, the editor, the trial on the data of the moment
//! with its list and its months, review, publication.

mod classeur;
mod editeur;
mod essai;
mod essaye;
pub(super) mod fiche;
mod formulaire;
mod mots;
mod nouveau;

use mallette_app::redaction::indicateur::IndicateurRedige;
use mallette_domain::acces::Exigence;

use super::acte::act_on_indicator;
use crate::chemin;
use crate::droits::Routes;

/// The title of an indicator, or what stands for it.
pub(super) fn title(version: &IndicateurRedige) -> String {
    match version.ebauche.titre.as_str() {
        "" => "Indicateur sans titre".to_owned(),
        titre => titre.to_owned(),
    }
}

pub(super) fn routes() -> Routes {
    use Exigence::Redaction;
    Routes::new()
        .get(Redaction, chemin::NOUVEL_INDICATEUR, nouveau::show)
        .post(Redaction, chemin::NOUVEL_INDICATEUR, nouveau::begin)
        .get(Redaction, "/redaction/indicateurs/{code}", fiche::show)
        .post(Redaction, "/redaction/indicateurs/{code}", editeur::write)
        .get_traced(Redaction, "/redaction/indicateurs/{code}/essai", essai::show)
        .get_traced(Redaction, "/redaction/indicateurs/{code}/essai.xlsx", classeur::download)
        .post(Redaction, "/redaction/indicateurs/{code}/actes", act_on_indicator)
}
