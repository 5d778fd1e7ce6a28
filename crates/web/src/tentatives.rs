//! What is refused leaves a trace: gathered around each request, whoever refuses, then counted and kept by the accounts, with who tried
//! and the pattern of the route. The answer is what it would be: who is refused learns nothing of it.

use std::sync::Arc;

use axum::extract::{MatchedPath, Request, State};
use axum::http::HeaderMap;
use axum::middleware::Next;
use axum::response::Response;
use mallette_app::comptes::Comptes;
use mallette_app::comptes::tentative::{Essai, Suite};
use mallette_app::port::{Atelier, Refus};
use mallette_app::tentative::{Constat, watch};
use mallette_app::visiteur::{Personne, Visiteur};
use mallette_domain::structure;

use crate::comptes::cookie;
use crate::serveur::client::Pair;
use crate::serveur::exposition::Exposition;
use crate::serveur::{Suivi, named};

/// What keeps what is refused.
#[derive(Clone)]
pub(crate) struct Veilleur {
    pub(crate) comptes: Option<Arc<Comptes>>,
    /// The whole workshop: what exists, behind the wall or not.
    pub(crate) atelier: Arc<dyn Atelier>,
    pub(crate) exposition: Arc<Exposition>,
    pub(crate) suivi: Suivi,
}

/// Follows what is refused while a request is answered.
pub(crate) async fn follow(
    State(veilleur): State<Veilleur>,
    request: Request,
    next: Next,
) -> Response {
    let adresse = veilleur.exposition.arrival(Pair::of(&request), request.headers()).adresse;
    let path = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let route = format!("{} {}", named(request.method()), path.as_deref().unwrap_or("none"));
    let headers = request.headers().clone();
    let (response, seen) = watch(next.run(request)).await;
    if seen.is_empty() {
        return response;
    }
    for constat in &seen {
        veilleur.suivi.count_tentative(constat.tentative);
    }
    let Some(comptes) = &veilleur.comptes else { return response };
    let told = response.extensions().get::<Visiteur>().cloned();
    let qui = who(comptes, told, &headers).await;
    let essai = Essai { qui: qui.as_deref(), adresse, route: &route };
    for constat in &seen {
        match veilleur.keep(comptes, essai, constat).await {
            Ok(Suite::Journal(line)) => eprintln!("{line}"),
            Ok(Suite::Tracee | Suite::Comptee) => {}
            // What was refused stays refused: only its trace is missing, which is said.
            Err(Refus(cause)) => eprintln!("une tentative n'a pas pu être tracée : {cause}"),
        }
    }
    response
}

/// Who tried: as the way in found out, or, of what was refused before it, by the session carried.
async fn who(
    comptes: &Comptes,
    told: Option<Visiteur>,
    headers: &HeaderMap,
) -> Option<Arc<Personne>> {
    match told {
        Some(Visiteur::Personne(personne)) => return Some(personne),
        Some(_) => return None,
        None => {}
    }
    let token = cookie::token(headers, true).or_else(|| cookie::token(headers, false))?;
    let found = comptes.identify(&token).await.ok()??;
    Some(found.0)
}

impl Veilleur {
    async fn keep(
        &self,
        comptes: &Comptes,
        essai: Essai<'_>,
        constat: &Constat,
    ) -> Result<Suite, Refus> {
        let etat = self.atelier.etat();
        let exists = |vise: &str| {
            structure::find(vise).is_some()
                || etat.reseau.contains_key(vise)
                || etat.imports.iter().any(|import| import.id == vise)
        };
        comptes.note_tentative(essai, constat, exists).await
    }
}
