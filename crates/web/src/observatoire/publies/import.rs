//! A file of published figures that was brought in: what it brought, what it left out; undoing it.

use askama::Template;
use axum::response::{IntoResponse, Redirect, Response};
use mallette_app::port::Refus;

use super::Ligne;
use crate::chemin;
use crate::comptes::Guichet;
use crate::contexte::fault;
use crate::erreur::Erreur;
use crate::extraits::Segment;
use crate::format::instant;
use crate::page::{Cadre, Rubrique, render, render_refused};

#[derive(Template)]
#[template(path = "observatoire/publies/import.html")]
struct Page {
    cadre: Cadre,
    refus: Option<String>,
    par: String,
    le: String,
    annule: Option<String>,
    /// Each figure, and whether it is in force.
    publies: Vec<(Ligne, bool)>,
    fautes: Vec<(u32, String)>,
    annulation: String,
}

async fn page(guichet: &Guichet, rang: i64, refus: Option<String>) -> Result<Page, Erreur> {
    let found = guichet.comptes.publie_import(rang).await?;
    let (import, publies, fautes) = found.ok_or_else(|| {
        Erreur::Introuvable("Aucun fichier de statistiques publiées ne porte ce numéro.".to_owned())
    })?;
    let current = guichet.comptes.publies().await?;
    let authors = guichet.comptes.authors().await?;
    let stands =
        |cle: String| current.iter().any(|(own, other)| *own == rang && other.cle() == cle);
    Ok(Page {
        cadre: Cadre::new(Rubrique::Indicateurs, import.fichier)
            .under("Statistiques publiées", chemin::PUBLIES),
        refus,
        par: authors.get(&import.par).cloned().unwrap_or_default(),
        le: instant(import.le),
        annule: import.annule_le.map(instant),
        publies: publies.iter().map(|one| (Ligne::from(one), stands(one.cle()))).collect(),
        fautes: fautes.iter().map(|faute| (faute.ligne, fault(faute))).collect(),
        annulation: chemin::publies_annulation(rang),
    })
}

pub(in crate::observatoire) async fn show(
    guichet: Guichet,
    Segment(rang): Segment<i64>,
) -> Result<Response, Erreur> {
    render(&page(&guichet, rang, None).await?)
}

pub(in crate::observatoire) async fn undo(
    guichet: Guichet,
    Segment(rang): Segment<i64>,
) -> Result<Response, Erreur> {
    let personne = guichet.personne()?;
    let par = (personne.id.as_str(), &*personne.acces);
    match guichet.comptes.undo_publies(par, rang).await {
        Ok(()) => Ok(Redirect::to(&chemin::publies_fait("annulation")).into_response()),
        Err(Refus(raison)) => render_refused(&page(&guichet, rang, Some(raison)).await?),
    }
}
