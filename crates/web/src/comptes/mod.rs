//! Accounts: the way in, the own account, people and their roles, the trace.

mod appareil;
mod circonstance;
mod cle;
mod coffre;
mod compte;
mod connexion;
pub(crate) mod cookie;
mod entree;
mod facteur;
mod federation;
mod fichier;
mod fonctions;
mod initialisation;
mod invitation;
mod modele;
mod mot_de_passe;
pub(crate) mod mots;
mod personne;
mod personnes;
pub(crate) mod preuve;
mod remise;
mod reprise;
mod trace;
mod urgence;

use axum::extract::DefaultBodyLimit;
use axum::http::Method;
use axum::middleware::from_fn;
use axum::routing::post;
use mallette_domain::acces::Exigence;

use crate::chemin;
use crate::droits::Routes;
use crate::serveur::corps;

pub(crate) use entree::{Guichet, identify};

pub(crate) fn routes() -> Routes {
    use Exigence::{
        Administration, Annuaire, Chiffres, Comptes, Direction, Personne, Publique, Trace,
    };
    // The file is counted as it comes: its limits are those of a file, not of a form.
    let receive =
        post(fichier::receive).layer(DefaultBodyLimit::disable()).layer(from_fn(corps::lift));
    Routes::new()
        .get(Publique, chemin::CONNEXION, connexion::show)
        .post(Publique, chemin::CONNEXION, connexion::sign_in)
        .post(Publique, chemin::CONNEXION_OIDC, federation::leave_to_sign_in)
        .get_traced(Publique, chemin::RETOUR_OIDC, federation::come_back)
        .post(Publique, chemin::DECONNEXION, connexion::sign_out)
        .get(Publique, chemin::SECOND_FACTEUR, facteur::show)
        .post(Publique, chemin::SECOND_FACTEUR, facteur::give)
        .post(Publique, chemin::INSTALLATION_FACTEUR, facteur::install)
        .post(Personne, chemin::PREUVE, preuve::give)
        .get(Comptes, chemin::CIRCONSTANCES, circonstance::show)
        .post(Comptes, chemin::CIRCONSTANCES, circonstance::set)
        .get(Publique, "/invitation/{jeton}", invitation::show)
        .post(Publique, "/invitation/{jeton}", invitation::accept)
        .post(Publique, "/invitation/{jeton}/oidc", federation::leave_to_accept)
        .get(Publique, chemin::OUBLI, mot_de_passe::forgotten)
        .post(Publique, chemin::OUBLI, mot_de_passe::send)
        .get(Publique, "/mot-de-passe/{jeton}", mot_de_passe::show)
        .post(Publique, "/mot-de-passe/{jeton}", mot_de_passe::choose)
        .get(Personne, chemin::COMPTE, compte::show)
        .post(Personne, chemin::COMPTE_MOT_DE_PASSE, compte::change_password)
        .post(Personne, chemin::COMPTE_SESSIONS, compte::end_sessions)
        .post(Personne, chemin::COMPTE_APPAREILS, appareil::settle_own)
        .get(Personne, chemin::COMPTE_FACTEUR, facteur::replace)
        .post(Personne, chemin::COMPTE_FACTEUR, facteur::renew_codes)
        .post(Personne, chemin::COMPTE_OIDC, federation::leave_to_link)
        .post(Personne, chemin::COMPTE_OIDC_RETRAIT, federation::unlink)
        .get(Personne, chemin::COFFRE, coffre::show)
        .post(Personne, chemin::COFFRE, coffre::open)
        .get(Direction, chemin::CLE, cle::show)
        .post(Direction, "/cle/prise", cle::take)
        .post(Direction, "/cle/parts", cle::give)
        .post(Direction, "/cle/remplacement", cle::replace)
        .post(Direction, "/cle/renonciation", cle::renounce)
        .post(Direction, "/cle/secours", cle::recover)
        .get(Chiffres, chemin::URGENCE, urgence::show)
        .post(Chiffres, chemin::URGENCE, urgence::open)
        .post(Direction, chemin::URGENCE_SUITE, urgence::follow)
        .get(Comptes, chemin::PERSONNES, personnes::show)
        .post(Comptes, chemin::INVITATIONS, personnes::invite)
        .post(Comptes, chemin::INVITATIONS_RETRAIT, personnes::cancel)
        .post(Direction, chemin::OUVERTURE, personnes::open_centre)
        .get(Comptes, chemin::FICHIER, fichier::ask)
        .add(Method::POST, Comptes, chemin::FICHIER, receive)
        .get(Comptes, chemin::FICHIER_MODELE, modele::template_xlsx)
        .get(Comptes, chemin::FICHIER_MODELE_CSV, modele::template_csv)
        .get(Comptes, "/personnes/fichier/{cle}", fichier::show)
        .post(Comptes, "/personnes/fichier/{cle}", fichier::apply)
        .post(Comptes, "/personnes/fichier/{cle}/oubli", remise::forget)
        .get(Comptes, "/personnes/fichier/{cle}/liens.xlsx", remise::links_xlsx)
        .get(Comptes, "/personnes/fichier/{cle}/liens.csv", remise::links_csv)
        .get(Comptes, chemin::REPRISE, reprise::show)
        .post(Comptes, chemin::REPRISE, reprise::take)
        .get(Comptes, "/personnes/{id}", personne::show)
        .post(Comptes, "/personnes/{id}/roles", personne::give)
        .post(Comptes, "/personnes/{id}/retrait", personne::take_back)
        .post(Comptes, "/personnes/{id}/fermeture", personne::close)
        .post(Comptes, "/personnes/{id}/lien", personne::send_link)
        .post(Comptes, "/personnes/{id}/sessions", personne::end_sessions)
        .post(Comptes, "/personnes/{id}/appareils", appareil::settle)
        .post(Comptes, "/personnes/{id}/second-facteur", personne::remove_factor)
        .post(Comptes, "/personnes/{id}/fonctions", personne::give_fonction)
        .post(Comptes, "/personnes/{id}/fonctions-retrait", personne::take_back_fonction)
        .get(Annuaire, chemin::FONCTIONS, fonctions::show)
        .get_traced(Annuaire, "/fonctions.xlsx", fonctions::xlsx)
        .get_traced(Annuaire, "/fonctions.csv", fonctions::csv)
        .post(Administration, chemin::FONCTIONS_LISTE, fonctions::add)
        .post(Administration, chemin::FONCTIONS_RETRAIT, fonctions::remove)
        .get_traced(Trace, chemin::TRACE, trace::show)
        .get_traced(Trace, "/trace.xlsx", trace::download)
        .get(Administration, chemin::INSTALLATION, initialisation::show)
        .post(Administration, chemin::INITIALISATION, initialisation::open)
}
