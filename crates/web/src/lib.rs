//! Pages: French, rendered here, whole without a script.
//!
//! One folder per area, each with its handlers, and the templates beside them:
//! - `accueil`: where the data stands; `imports`: what was received, refused, undone;
//!   `controles`: rules and the objects they caught; `indicateurs`: figures, charts, the lists
//!   behind them; `centre`: the network, a centre, a conseiller; `campagnes`: which version of each
//!   centre counts for a month;
//! - `page`, `format`, `mots`, `requis`, `chemin`, `erreur`: the frame of a page, figures and codes
//!   in French, what was not received, links, refusals;
//! - `preuves`, `provenance`: the rows behind a figure, and where they come from;
//! - `garde`: who may ask, and what a browser may load; `serveur`: the listening socket.
//!
//! To add a page: a handler and its template in the folder of its area, a link builder in
//! `chemin`, a route in the area's `routes`. The tests walk every link from `/`.

mod accueil;
mod campagnes;
mod centre;
mod chemin;
mod controles;
mod erreur;
mod extraits;
mod format;
mod garde;
mod imports;
mod indicateurs;
mod mots;
mod page;
mod preuves;
mod provenance;
mod requis;
mod serveur;
mod statique;
mod telechargement;

use std::sync::Arc;

use axum::Router;
use mallette_app::port::Atelier;

pub use serveur::{ServeError, serve};

/// What every handler reads.
#[derive(Clone)]
pub(crate) struct Serveur {
    /// The running workshop.
    pub(crate) atelier: Arc<dyn Atelier>,
}

/// Every page, behind the checks of `garde`.
pub fn router(atelier: Arc<dyn Atelier>) -> Router {
    let pages = Router::new()
        .merge(accueil::routes())
        .merge(imports::routes())
        .merge(controles::routes())
        .merge(indicateurs::routes())
        .merge(centre::routes())
        .merge(campagnes::routes())
        .merge(statique::routes())
        .fallback(erreur::not_found)
        .method_not_allowed_fallback(erreur::wrong_method)
        .with_state(Serveur { atelier });
    garde::protect(pages)
}
