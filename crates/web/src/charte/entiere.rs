//! The principles on one page, and the whole charter: both made for paper.

use askama::Template;
use axum::response::Response;
use mallette_app::charte::mots;
use mallette_catalogue::charte::{Principes, THEMES};

use super::versions::in_force;
use super::vue::{ActeVue, Portee};
use crate::bureau::Bureau;
use crate::chemin;
use crate::erreur::Erreur;
use crate::format::jour;
use crate::page::{Cadre, Rubrique, render};

#[derive(Template)]
#[template(path = "charte/principes.html")]
struct Memo {
    cadre: Cadre,
    principes: Principes,
    version: Option<String>,
}

pub(super) async fn principles(bureau: Bureau) -> Result<Response, Erreur> {
    let etat = bureau.atelier.etat();
    let principes = etat.catalogue.charte.principes.clone();
    render(&Memo {
        cadre: Cadre::new(Rubrique::Charte, &principes.titre)
            .under("Charte de saisie", chemin::CHARTE),
        principes,
        version: in_force(&bureau).await?,
    })
}

#[derive(Template)]
#[template(path = "charte/entiere.html")]
struct Page {
    cadre: Cadre,
    principes: Principes,
    version: Option<String>,
    extraction: String,
    themes: Vec<(String, Vec<ActeVue>)>,
}

pub(super) async fn show(bureau: Bureau) -> Result<Response, Erreur> {
    let etat = bureau.atelier.etat();
    let portee = Portee::links(&bureau, &etat);
    let charte = &etat.catalogue.charte;
    let of = |theme: &str| {
        let own = charte.actes.iter().filter(|acte| acte.theme == theme);
        (mots::theme(theme).to_owned(), own.map(|acte| ActeVue::new(acte, &portee)).collect())
    };
    let themes = THEMES.into_iter().map(of).filter(|(_, actes): &(_, Vec<_>)| !actes.is_empty());
    render(&Page {
        cadre: Cadre::new(Rubrique::Charte, "Charte de saisie, entière")
            .under("Charte de saisie", chemin::CHARTE),
        principes: charte.principes.clone(),
        version: in_force(&bureau).await?,
        extraction: jour(mallette_catalogue::charte::EXTRACTION),
        themes: themes.collect(),
    })
}
