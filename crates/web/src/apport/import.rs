//! A file that was brought in: what it brought, what it left out; undoing it.

use axum::response::{IntoResponse, Redirect, Response};
use mallette_app::port::Refus;

use super::{Ecart, Pages, place};
use crate::chemin;
use crate::comptes::Guichet;
use crate::erreur::Erreur;
use crate::extraits::Segment;
use crate::format::instant;
use crate::page::{render, render_refused};

/// What `apport/import.html` shows around the table of the figures.
pub(crate) struct Apporte {
    /// « séries ».
    pub(crate) quoi: &'static str,
    pub(crate) refus: Option<String>,
    /// The file, and its sheet when lines of it were left out.
    pub(crate) lieu: String,
    pub(crate) par: String,
    pub(crate) le: String,
    pub(crate) annule: Option<String>,
    pub(crate) fautes: Vec<Ecart>,
    pub(crate) annulation: String,
}

async fn page<P: Pages>(
    guichet: &Guichet,
    rang: i64,
    refus: Option<String>,
) -> Result<Response, Erreur> {
    let found = guichet.comptes.figure_file::<P>(rang).await?;
    let (file, brought, fautes) = found.ok_or_else(|| {
        Erreur::Introuvable(format!("Aucun fichier de {} ne porte ce numéro.", P::QUOI))
    })?;
    let authors = guichet.comptes.authors().await?;
    let refused = refus.is_some();
    let feuille = fautes.first().and_then(|faute| faute.feuille.as_deref());
    let apport = Apporte {
        quoi: P::QUOI,
        refus,
        lieu: place(&file.fichier, feuille),
        par: authors.get(&file.par).cloned().unwrap_or_default(),
        le: instant(file.le),
        annule: file.annule_le.map(instant),
        fautes: fautes.iter().map(Ecart::from).collect(),
        annulation: chemin::apport_annulation(P::LIEU, rang),
    };
    let page = P::import(P::frame(file.fichier), apport, brought);
    if refused { render_refused(&page) } else { render(&page) }
}

pub(crate) async fn show<P: Pages>(
    guichet: Guichet,
    Segment(rang): Segment<i64>,
) -> Result<Response, Erreur> {
    page::<P>(&guichet, rang, None).await
}

pub(crate) async fn undo<P: Pages>(
    guichet: Guichet,
    Segment(rang): Segment<i64>,
) -> Result<Response, Erreur> {
    let personne = guichet.personne()?;
    let par = (personne.id.as_str(), &*personne.acces);
    match guichet.comptes.undo_figures::<P>(par, rang).await {
        Ok(()) => Ok(Redirect::to(&chemin::apport_fait(P::LIEU, "annulation")).into_response()),
        Err(Refus(raison)) => page::<P>(&guichet, rang, Some(raison)).await,
    }
}
