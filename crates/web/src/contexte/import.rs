//! A file of series that was brought in: what it brought, what it left out; undoing it.

use askama::Template;
use axum::response::{IntoResponse, Redirect, Response};
use mallette_app::port::Refus;

use super::mots;
use crate::chemin;
use crate::comptes::Guichet;
use crate::erreur::Erreur;
use crate::extraits::Segment;
use crate::format::instant;
use crate::page::{Cadre, Rubrique, render, render_refused};

#[derive(Template)]
#[template(path = "contexte/import.html")]
struct Page {
    cadre: Cadre,
    refus: Option<String>,
    par: String,
    le: String,
    annule: Option<String>,
    series: Vec<Ligne>,
    fautes: Vec<(u32, String)>,
    annulation: String,
}

struct Ligne {
    libelle: String,
    annee: i16,
    unite: String,
    source: String,
    centres: usize,
    /// Whether another stands in its place.
    remplacee: bool,
}

async fn page(guichet: &Guichet, rang: i64, refus: Option<String>) -> Result<Page, Erreur> {
    let found = guichet.comptes.contexte_import(rang).await?;
    let (import, series, fautes) = found.ok_or_else(|| {
        Erreur::Introuvable("Aucun fichier de contexte ne porte ce numéro.".to_owned())
    })?;
    let current = guichet.comptes.contexte().await?;
    let authors = guichet.comptes.authors().await?;
    let lines = series.into_iter().map(|serie| Ligne {
        remplacee: !current.series.iter().any(|other| {
            other.import_rang == rang
                && other.variable == serie.variable
                && other.annee == serie.annee
        }),
        centres: serie.valeurs.len(),
        libelle: serie.libelle,
        annee: serie.annee,
        unite: serie.unite,
        source: serie.source,
    });
    Ok(Page {
        cadre: Cadre::new(Rubrique::Contexte, import.fichier).under("Contexte", chemin::CONTEXTE),
        refus,
        par: authors.get(&import.par).cloned().unwrap_or_default(),
        le: instant(import.le),
        annule: import.annule_le.map(instant),
        series: lines.collect(),
        fautes: fautes.iter().map(|faute| (faute.ligne, mots::fault(faute))).collect(),
        annulation: chemin::contexte_annulation(rang),
    })
}

pub(super) async fn show(
    guichet: Guichet,
    Segment(rang): Segment<i64>,
) -> Result<Response, Erreur> {
    render(&page(&guichet, rang, None).await?)
}

pub(super) async fn undo(
    guichet: Guichet,
    Segment(rang): Segment<i64>,
) -> Result<Response, Erreur> {
    let personne = guichet.personne()?;
    let par = (personne.id.as_str(), &*personne.acces);
    match guichet.comptes.undo_context(par, rang).await {
        Ok(()) => Ok(Redirect::to(&chemin::contexte_fait("annulation")).into_response()),
        Err(Refus(raison)) => render_refused(&page(&guichet, rang, Some(raison)).await?),
    }
}
