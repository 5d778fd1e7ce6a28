//! An act of the charter: the text in force, what the network changed of it, what each centre does its own
//! way.

use askama::Template;
use axum::response::Response;
use mallette_app::charte::{contenu, ecarts as differences};
use mallette_app::etat::Etat;
use mallette_catalogue::charte::Acte;

use super::ecarts::{Article, article};
use super::variante;
use super::variante::{Chez, Saisie, Voisin};
use super::vue::{ActeVue, Portee};
use crate::bureau::Bureau;
use crate::chemin;
use crate::erreur::Erreur;
use crate::extraits::{Parametres, Segment};
use crate::format::{compte, jour};
use crate::page::{Cadre, Rubrique, render};

#[derive(Template)]
#[template(path = "charte/acte.html")]
pub(super) struct Page {
    cadre: Cadre,
    acte: ActeVue,
    extraction: String,
    /// Over which centres the counts are.
    portee: Option<String>,
    /// What the network changed of the program's text.
    regional: Vec<Article>,
    /// The own centres: what is declared there, and the form for who may.
    chez: Vec<Chez>,
    /// What other centres declare.
    voisins: Vec<Voisin>,
    fait: bool,
    refus: Option<String>,
}

pub(super) fn find<'a>(etat: &'a Etat, code: &str) -> Result<&'a Acte, Erreur> {
    let found = etat.catalogue.charte.acte(code);
    found.ok_or_else(|| Erreur::Introuvable(format!("La charte n'a pas d'acte « {code} ».")))
}

pub(super) async fn show(
    bureau: Bureau,
    Segment(code): Segment<String>,
    parametres: Parametres,
) -> Result<Response, Erreur> {
    let fait = parametres.get("fait") == Some("variante");
    render(&page(&bureau, &code, None, (fait, None)).await?)
}

/// The page of an act; `saisie` is what was typed and refused.
pub(super) async fn page(
    bureau: &Bureau,
    code: &str,
    saisie: Option<&Saisie>,
    (fait, refus): (bool, Option<String>),
) -> Result<Page, Erreur> {
    let etat = bureau.atelier.etat();
    let acte = find(&etat, code)?;
    let catalogue = &etat.catalogue;
    let regional = acte.socle.as_deref().map(|socle| {
        let (before, after) =
            (contenu::text_of(catalogue, socle), contenu::text_of(catalogue, acte));
        differences::compare_articles(&before, &after).into_iter().map(article).collect()
    });
    let (chez, voisins) = variante::declared(bureau, &etat, code, saisie).await?;
    let portee = Portee::counts(bureau, &etat);
    let centres = u64::try_from(etat.centres.len()).unwrap_or(u64::MAX);
    let over = portee.comptes.as_ref().map(|_| match etat.centres.keys().next() {
        Some(id) if centres == 1 => crate::comptes::mots::centre(id).to_owned(),
        _ => compte(centres, "centre", "centres"),
    });
    Ok(Page {
        cadre: Cadre::new(Rubrique::Charte, &acte.titre).under("Charte de saisie", chemin::CHARTE),
        acte: ActeVue::new(acte, &portee),
        extraction: jour(mallette_catalogue::charte::EXTRACTION),
        portee: over,
        regional: regional.unwrap_or_default(),
        chez,
        voisins,
        fait,
        refus,
    })
}
