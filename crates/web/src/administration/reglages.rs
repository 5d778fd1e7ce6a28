//! The settings in force, where each comes from, and those that are changed here.

use askama::Template;
use axum::response::{IntoResponse, Redirect, Response};
use mallette_app::administration::reglages::{Origine, ReglageVu, TRACE_BORNES};
use mallette_app::port::Refus;
use serde::Deserialize;

use super::frame;
use crate::chemin;
use crate::comptes::Guichet;
use crate::erreur::Erreur;
use crate::extraits::{Formulaire, Parametres};
use crate::format::instant;
use crate::page::{Cadre, render, render_refused};

#[derive(Template)]
#[template(path = "administration/reglages.html")]
struct Page {
    cadre: Cadre,
    programme: Vec<Ligne>,
    reseau: Vec<Ligne>,
    centres: Vec<(String, Ligne)>,
    trace: String,
    bornes: (u16, u16),
    agit: bool,
    fait: Option<&'static str>,
    refus: Option<String>,
}

struct Ligne {
    quoi: String,
    valeur: String,
    origine: String,
    changer: &'static str,
}

impl From<ReglageVu> for Ligne {
    fn from(vu: ReglageVu) -> Self {
        let origine = match vu.origine {
            Origine::Option(nom) => format!("option {nom}"),
            Origine::Variable(nom) => format!("variable {nom}"),
            Origine::Fichier(path) => format!("fichier {}", path.display()),
            Origine::Registre(le) => format!("réglé le {}", instant(le)),
            Origine::Defaut => "par défaut".to_owned(),
        };
        Self { quoi: vu.quoi, valeur: vu.valeur, origine, changer: vu.changer }
    }
}

async fn page(
    guichet: &Guichet,
    trace: Option<String>,
    refus: Option<String>,
) -> Result<Page, Erreur> {
    let found = guichet.comptes.settings().await?;
    Ok(Page {
        cadre: frame("Réglages"),
        programme: found.programme.into_iter().map(Ligne::from).collect(),
        reseau: found.reseau.into_iter().map(Ligne::from).collect(),
        centres: found.centres.into_iter().map(|(nom, vu)| (nom, Ligne::from(vu))).collect(),
        trace: trace.unwrap_or_else(|| found.trace_mois.to_string()),
        bornes: (*TRACE_BORNES.start(), *TRACE_BORNES.end()),
        agit: guichet.personne().is_ok(),
        fait: None,
        refus,
    })
}

pub(super) async fn show(guichet: Guichet, parametres: Parametres) -> Result<Response, Erreur> {
    let fait = match parametres.get("fait") {
        Some("trace") => Some("La durée de la trace est réglée."),
        _ => None,
    };
    render(&Page { fait, ..page(&guichet, None, None).await? })
}

/// Months for which the trace is kept.
#[derive(Deserialize)]
pub(super) struct Duree {
    mois: String,
}

pub(super) async fn set_trace(
    guichet: Guichet,
    Formulaire(form): Formulaire<Duree>,
) -> Result<Response, Erreur> {
    let personne = guichet.personne()?;
    let set = match form.mois.trim().parse() {
        Ok(mois) => guichet.comptes.set_trace_months((&personne.id, &personne.acces), mois).await,
        Err(_) => Err(Refus(format!("« {} » n'est pas un nombre de mois.", form.mois.trim()))),
    };
    match set {
        Ok(()) => Ok(Redirect::to(&format!("{}?fait=trace", chemin::REGLAGES)).into_response()),
        Err(Refus(refus)) => render_refused(&page(&guichet, Some(form.mois), Some(refus)).await?),
    }
}
