//! Rules that people write: the list, the editor, the trial on the data of the moment, review, publication;
//! indicators that they define, likewise (`indicateur`); and reading queries in SQL.

mod acte;
mod editeur;
mod essai;
mod etendue;
mod fiche;
mod formulaire;
mod indicateur;
mod liste;
mod mots;
mod nouvelle;
mod sql;
mod vie;

use mallette_domain::acces::Exigence;

use crate::chemin;
use crate::droits::Routes;

pub(crate) fn routes() -> Routes {
    use Exigence::Redaction;
    Routes::new()
        .get(Redaction, chemin::REDACTION, liste::show)
        .get(Redaction, chemin::NOUVELLE_REGLE, nouvelle::show)
        .post(Redaction, chemin::NOUVELLE_REGLE, nouvelle::begin)
        .get(Redaction, chemin::SQL, sql::show)
        .post(Redaction, chemin::SQL, sql::run)
        .get(Redaction, "/redaction/regles/{code}", fiche::show)
        .post(Redaction, "/redaction/regles/{code}", editeur::write)
        .get_traced(Redaction, "/redaction/regles/{code}/essai", essai::show)
        .post(Redaction, "/redaction/regles/{code}/actes", acte::act_on_rule)
        .merge(indicateur::routes())
}
