//! The link of a mail that stops the weekly mail: without signing in, by whoever holds it. Opening it
//! changes nothing, since programs open links too; the form does, and so does a mail program that follows
//! RFC 8058.

use askama::Template;
use axum::response::Response;

use crate::comptes::Guichet;
use crate::erreur::Erreur;
use crate::extraits::Segment;
use crate::page::{Cadre, Rubrique, render};

#[derive(Template)]
#[template(path = "alertes/arret.html")]
struct Page {
    cadre: Cadre,
    fait: bool,
}

fn page(fait: bool) -> Page {
    Page { cadre: Cadre::new(Rubrique::Aucune, "Résumé hebdomadaire"), fait }
}

fn unknown() -> Erreur {
    Erreur::Introuvable(
        "Ce lien n'arrête aucun résumé : il est incomplet, ou trop ancien. Celui du dernier courriel sert \
         encore ; sinon, se connecter et choisir sur la page Alertes."
            .to_owned(),
    )
}

pub(super) async fn show(
    guichet: Guichet,
    Segment(jeton): Segment<String>,
) -> Result<Response, Erreur> {
    match guichet.comptes.knows_stop_link(&jeton).await? {
        true => render(&page(false)),
        false => Err(unknown()),
    }
}

pub(super) async fn stop(
    guichet: Guichet,
    Segment(jeton): Segment<String>,
) -> Result<Response, Erreur> {
    match guichet.comptes.stop_resume(&jeton).await? {
        true => render(&page(true)),
        false => Err(unknown()),
    }
}
