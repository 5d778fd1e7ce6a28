//! The published figures in force, the files that brought them, the file that Mallette comes with; a file
//! dropped.

use askama::Template;
use axum::extract::multipart::{Multipart, MultipartRejection};
use axum::response::{IntoResponse, Redirect, Response};
use mallette_app::apport::OCTETS;
use mallette_app::publies::DEPART;
use mallette_app::publies::acte::{LIGNES, Publies};
use mallette_domain::acces::Exigence;

use super::Ligne;
use crate::apport;
use crate::apport::envoi::Envoi;
use crate::apport::fichiers::{Fichier, files};
use crate::bureau::Bureau;
use crate::comptes::Guichet;
use crate::erreur::Erreur;
use crate::extraits::Parametres;
use crate::format::entier;
use crate::page::{Cadre, Rubrique, render, render_refused};
use crate::{chemin, telechargement};

#[derive(Template)]
#[template(path = "observatoire/publies/liste.html")]
struct Page {
    cadre: Cadre,
    fait: Option<&'static str>,
    refus: Option<String>,
    publies: Vec<Ligne>,
    /// What who reads the network may do; none for the others.
    depot: Option<Depot>,
}

struct Depot {
    imports: Vec<Fichier>,
    lignes: String,
    poids: usize,
}

async fn page(
    bureau: &Bureau,
    (fait, refus): (Option<&'static str>, Option<String>),
) -> Result<Page, Erreur> {
    // As the registry has them now, where there is one: an import shows at once.
    let publies = match &bureau.comptes {
        Some(comptes) => comptes.publies().await?.into_iter().map(|(_, publie)| publie).collect(),
        None => bureau.atelier.etat().contexte.publies.clone(),
    };
    let brings = bureau.person_allows(Exigence::Reseau);
    let comptes = bureau.comptes.as_ref().filter(|_| brings);
    let depot = match comptes {
        None => None,
        Some(comptes) => Some(Depot {
            imports: files::<Publies>(comptes).await?,
            lignes: entier(u64::try_from(LIGNES).unwrap_or(u64::MAX)),
            poids: OCTETS >> 20,
        }),
    };
    Ok(Page {
        cadre: Cadre::new(Rubrique::Indicateurs, "Statistiques publiées")
            .under("Observatoire", chemin::OBSERVATOIRE),
        fait,
        refus,
        publies: publies.iter().map(Ligne::from).collect(),
        depot,
    })
}

pub(in crate::observatoire) async fn show(
    bureau: Bureau,
    parametres: Parametres,
) -> Result<Response, Erreur> {
    render(&page(&bureau, (apport::done(parametres.get("fait")), None)).await?)
}

/// Receives the file: in memory, and nowhere else.
pub(in crate::observatoire) async fn receive(
    guichet: Guichet,
    bureau: Bureau,
    multipart: Result<Multipart, MultipartRejection>,
) -> Result<Response, Erreur> {
    let envoi = Envoi::read(multipart).await?;
    match apport::receive(&guichet, &Publies, envoi)? {
        Ok(depot) => Ok(Redirect::to(&depot).into_response()),
        Err(raison) => render_refused(&page(&bureau, (None, Some(raison))).await?),
    }
}

/// The file that Mallette comes with: to be read, completed, imported.
pub(in crate::observatoire) async fn start() -> Response {
    // The mark that tells spreadsheets that it is UTF-8.
    let text = format!("\u{feff}{DEPART}");
    telechargement::octets(
        "mallette-statistiques-publiees.csv",
        "text/csv; charset=utf-8",
        text.into_bytes(),
    )
}
