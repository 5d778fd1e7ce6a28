//! Pages: French, rendered here, whole without a script.
//!
//! One folder per area, each with its handlers, and the templates beside them:
//! - `afaire`: anomalies to deal with, whose, how they stand, what changed;
//! - `alertes`: what deserves attention, on the page and by mail;
//! - `marges`: what there is to win, what it would move, what ends and when;
//! - `contexte`: what surrounds centres: series, coverage, peer groups;
//! - `accueil`: where the data stands; `imports`: what was received, refused, undone;
//!   `controles`: rules and the objects they caught; `charte`: what is entered for each act; `indicateurs`: figures, charts, the lists
//!   behind them; `centre`: the network, a centre, a conseiller; `campagnes`: which version of each
//!   centre counts for a month; `comptes`: the way in, people, roles, the trace; `rgpd`: what the law
//!   gives to young persons, for the director of their centre; `redaction`: rules that people write; `administration`: the running of the
//!   installation; `tableaux`: blocks of those pages put together;
//! - `page`, `format`, `mots`, `requis`, `chemin`, `erreur`: the frame of a page, figures and codes
//!   in French, what was not received, links, refusals;
//! - `preuves`, `provenance`: the rows behind a figure, and where they come from;
//! - `tentatives`: what is refused, kept;
//! - `garde`: who may ask, and what a browser may load; `serveur`: where the server listens, TLS,
//!   limits, health, counts.
//!
//! To add a page: a handler and its template in the folder of its area, a link builder in
//! `chemin`, a route in the area's `routes`. The tests walk every link from `/`.

mod accueil;
mod administration;
mod afaire;
mod alertes;
mod antivirus;
mod apport;
mod bureau;
mod campagnes;
mod centre;
mod charte;
mod chemin;
mod comptes;
mod contexte;
mod controles;
mod droits;
mod erreur;
mod et_si;
mod extraits;
mod format;
mod garde;
mod imports;
mod indicateurs;
mod marges;
mod mots;
mod nominatif;
mod nul;
mod objectifs;
mod observatoire;
mod packs;
mod page;
mod parametres;
mod preuves;
mod provenance;
mod publications;
mod redaction;
mod requis;
mod rgpd;
mod serveur;
mod statique;
mod tableaux;
mod telechargement;
mod tentatives;

use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn_with_state;
use mallette_app::comptes::Comptes;
use mallette_app::mur::Mur;
use mallette_app::port::Atelier;

pub use droits::Route;
use droits::Routes;
pub use ipnet::IpNet;
pub use serveur::{
    Ecoute, Exposition, Journal, Limites, Reglage, ServeError, TlsError, serve, serve_until,
    tell_panics,
};

/// What the whole server shares.
#[derive(Clone)]
pub(crate) struct Serveur {
    /// The workshop, behind its wall.
    pub(crate) mur: Arc<Mur>,
    /// The accounts; none when whoever holds the machine is served without asking who it is.
    pub(crate) comptes: Option<Arc<Comptes>>,
}

/// The routes of every area.
fn routes() -> Routes {
    Routes::new()
        .merge(accueil::routes())
        .merge(afaire::routes())
        .merge(alertes::routes())
        .merge(marges::routes())
        .merge(et_si::routes())
        .merge(objectifs::routes())
        .merge(imports::routes())
        .merge(controles::routes())
        .merge(charte::routes())
        .merge(indicateurs::routes())
        .merge(observatoire::routes())
        .merge(centre::routes())
        .merge(campagnes::routes())
        .merge(contexte::routes())
        .merge(comptes::routes())
        .merge(rgpd::routes())
        .merge(publications::routes())
        .merge(redaction::routes())
        .merge(administration::routes())
        .merge(packs::routes())
        .merge(parametres::routes())
        .merge(tableaux::routes())
        .merge(statique::routes())
        .merge(serveur::sante::routes())
}

/// Every route, with what it asks of who wants it.
#[must_use]
pub fn declared() -> Vec<Route> {
    routes().declarees
}

/// Every page, as this machine is answered: each person behind the wall once `comptes` has an
/// account; without accounts, every page is open to who holds the machine.
pub fn router(atelier: Arc<dyn Atelier>, comptes: Option<Arc<Comptes>>) -> Router {
    let veilleur = tentatives::Veilleur {
        comptes: comptes.clone(),
        atelier: Arc::clone(&atelier),
        exposition: Arc::new(Exposition::Locale),
        suivi: serveur::Suivi::quiet(),
    };
    serveur::wrap(pages(atelier, comptes), &Limites::default(), veilleur)
}

/// The pages, before what every request goes through. Who asks is who signed in; where there are no
/// accounts, what [`serveur::client::tell`] says: on a server seen from other machines, nobody.
fn pages(atelier: Arc<dyn Atelier>, comptes: Option<Arc<Comptes>>) -> Router {
    let read_only = comptes.as_ref().is_some_and(|comptes| comptes.lecture_seule().is_some());
    let mur = if read_only { Mur::without_names(atelier) } else { Mur::new(atelier) };
    let serveur = Serveur { mur, comptes };
    routes()
        .into_router()
        .fallback(erreur::not_found)
        .method_not_allowed_fallback(erreur::wrong_method)
        .with_state(serveur.clone())
        .layer(from_fn_with_state(serveur, comptes::identify))
}
