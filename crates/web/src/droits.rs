//! What each route asks of who wants it: said where the route is made, enforced before its handler,
//! walked by the tests. A route cannot be made without saying it.

use axum::Router;
use axum::extract::Request;
use axum::handler::Handler;
use axum::http::Method;
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{MethodRouter, get, post};
use mallette_app::visiteur::{Verdict, Visiteur};
use mallette_domain::acces::Exigence;

use crate::erreur::Erreur;
use crate::{Serveur, chemin};

/// A route and what it asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// `GET` or `POST`.
    pub methode: Method,
    /// Its path, with `{…}` for what varies.
    pub chemin: &'static str,
    /// What it asks.
    pub exigence: Exigence,
}

/// Routes being put together.
pub(crate) struct Routes {
    router: Router<Serveur>,
    pub(crate) declarees: Vec<Route>,
}

impl Routes {
    pub(crate) fn new() -> Self {
        Self { router: Router::new(), declarees: Vec::new() }
    }

    /// A page.
    pub(crate) fn get<H, T>(self, exigence: Exigence, chemin: &'static str, handler: H) -> Self
    where
        H: Handler<T, Serveur>,
        T: 'static,
    {
        self.add(Method::GET, exigence, chemin, get(handler))
    }

    /// An act.
    pub(crate) fn post<H, T>(self, exigence: Exigence, chemin: &'static str, handler: H) -> Self
    where
        H: Handler<T, Serveur>,
        T: 'static,
    {
        self.add(Method::POST, exigence, chemin, post(handler))
    }

    /// A route with layers of its own.
    pub(crate) fn add(
        mut self,
        methode: Method,
        exigence: Exigence,
        chemin: &'static str,
        route: MethodRouter<Serveur>,
    ) -> Self {
        self.declarees.push(Route { methode, chemin, exigence });
        let guarded =
            route.route_layer(from_fn(move |request, next| guard(exigence, request, next)));
        self.router = self.router.route(chemin, guarded);
        self
    }

    /// With the routes of another area.
    pub(crate) fn merge(mut self, other: Self) -> Self {
        self.declarees.extend(other.declarees);
        self.router = self.router.merge(other.router);
        self
    }

    /// The router, every route behind its guard.
    pub(crate) fn into_router(self) -> Router<Serveur> {
        self.router
    }
}

/// Lets pass who may, sends the others where they can.
async fn guard(exigence: Exigence, request: Request, next: Next) -> Response {
    let visiteur = request.extensions().get::<Visiteur>().unwrap_or(&Visiteur::Inconnu);
    let back = request.uri().path_and_query().map(|path| path.as_str()).unwrap_or_default();
    let back = (request.method() == Method::GET).then_some(back);
    match visiteur.judge(exigence) {
        Verdict::Passe => next.run(request).await,
        Verdict::Connexion => Redirect::to(&chemin::connexion(back)).into_response(),
        Verdict::SecondFacteur => Redirect::to(&chemin::second_facteur(back)).into_response(),
        Verdict::Refuse => Erreur::not_entitled().into_response(),
    }
}
