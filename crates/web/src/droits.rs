//! What each route asks of who wants it: said where the route is made, enforced before its handler,
//! walked by the tests. A route cannot be made without saying it.

use axum::Router;
use axum::extract::Request;
use axum::handler::Handler;
use axum::http::Method;
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{MethodRouter, get, post};
use mallette_app::comptes::LectureSeule;
use mallette_app::tentative::{self, Tentative};
use mallette_app::visiteur::{Verdict, Visiteur};
use mallette_domain::acces::Exigence;

use crate::comptes::preuve::{self, Due};
use crate::erreur::{Empeche, Erreur};
use crate::{Serveur, chemin, nul};

/// A route and what it asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// `GET` or `POST`.
    pub methode: Method,
    /// Its path, with `{…}` for what varies.
    pub chemin: &'static str,
    /// What it asks.
    pub exigence: Exigence,
    /// Whether what it shows is not read without a trace, or what it is asked for changes something:
    /// an installation that is read only does not answer it.
    pub ecrit: bool,
    /// Whether it is an act that gives rights, runs the installation, takes a key or opens names: it asks for a fresh proof of the second
    /// factor, where the installation set that.
    pub preuve: bool,
}

/// Whether an act asks for a fresh proof, where one is asked for: said of every act at once, so that one that is added is not forgotten.
fn asks_proof(methode: &Method, exigence: Exigence, chemin: &str) -> bool {
    let rights = matches!(exigence, Exigence::Administration | Exigence::Comptes);
    let named = chemin == chemin::URGENCE || chemin == chemin::OUVERTURE;
    let keys = chemin.strip_prefix(chemin::CLE).is_some_and(|rest| rest.starts_with('/'));
    *methode == Method::POST && (rights || named || keys)
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
        self.declare(Method::GET, exigence, chemin, get(handler), false)
    }

    /// A page that is not shown without writing: the trace of who reads it, most often.
    pub(crate) fn get_traced<H, T>(
        self,
        exigence: Exigence,
        chemin: &'static str,
        handler: H,
    ) -> Self
    where
        H: Handler<T, Serveur>,
        T: 'static,
    {
        self.declare(Method::GET, exigence, chemin, get(handler), true)
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
        self,
        methode: Method,
        exigence: Exigence,
        chemin: &'static str,
        route: MethodRouter<Serveur>,
    ) -> Self {
        let ecrit = methode == Method::POST;
        self.declare(methode, exigence, chemin, route, ecrit)
    }

    fn declare(
        mut self,
        methode: Method,
        exigence: Exigence,
        chemin: &'static str,
        route: MethodRouter<Serveur>,
        ecrit: bool,
    ) -> Self {
        let preuve = asks_proof(&methode, exigence, chemin);
        self.declarees.push(Route { methode, chemin, exigence, ecrit, preuve });
        let guarded = route.route_layer(from_fn(move |request, next| {
            guard(exigence, (ecrit, preuve), request, next)
        }));
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
async fn guard(
    exigence: Exigence,
    (ecrit, preuve): (bool, bool),
    request: Request,
    next: Next,
) -> Response {
    let visiteur = request.extensions().get::<Visiteur>().unwrap_or(&Visiteur::Inconnu);
    let back = request.uri().path_and_query().map(|path| path.as_str()).unwrap_or_default();
    let back = (request.method() == Method::GET).then_some(back);
    match visiteur.judge(exigence) {
        Verdict::Passe => match request.extensions().get::<LectureSeule>() {
            Some(lecture) if ecrit => {
                let read = request.method() != Method::POST;
                let empeche = if read { Empeche::Lecture } else { Empeche::Acte };
                Erreur::LectureSeule(*lecture, empeche).into_response()
            }
            _ => match nul::refuse(request).await {
                Ok(request) => match request.extensions().get::<Due>().cloned() {
                    Some(due) if preuve => preuve::ask(&due, request).await,
                    _ => next.run(request).await,
                },
                Err(erreur) => erreur.into_response(),
            },
        },
        Verdict::Connexion => Redirect::to(&chemin::connexion(back)).into_response(),
        Verdict::SecondFacteur => Redirect::to(&chemin::second_facteur(back)).into_response(),
        Verdict::Attestation => preuve::vouch(visiteur, back),
        Verdict::Refuse => {
            tentative::note(Tentative::HorsDroits);
            Erreur::not_entitled().into_response()
        }
    }
}
