//! The published figures in force, the files that brought them, the file that Mallette comes with; a file
//! dropped.

use askama::Template;
use axum::extract::multipart::{Multipart, MultipartRejection};
use axum::response::{IntoResponse, Redirect, Response};
use mallette_app::apport::OCTETS;
use mallette_app::publies::DEPART;
use mallette_app::publies::acte::{LIGNES, Publies};
use mallette_domain::acces::Exigence;
use mallette_domain::publie::Publie;

use super::Ligne;
use super::reseau::{Chiffres, findings};
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
    /// What the network counts of the latest of each series.
    constats: Vec<String>,
    /// The files, when there is something to save; days that were asked for with them.
    fichiers: Option<(String, String)>,
    /// Whether days that were asked for are being reckoned.
    attente: bool,
    /// What who reads the network may do; none for the others.
    depot: Option<Depot>,
}

struct Depot {
    imports: Vec<Fichier>,
    lignes: String,
    poids: usize,
}

/// Seconds before the page looks again.
const RECHARGEMENT: u32 = 3;

/// The figures in force, as the registry has them now where there is one: an import shows at once.
pub(super) async fn in_force(bureau: &Bureau) -> Result<Vec<Publie>, Erreur> {
    Ok(match &bureau.comptes {
        Some(comptes) => comptes.publies().await?.into_iter().map(|(_, publie)| publie).collect(),
        None => bureau.atelier.etat().contexte.publies.clone(),
    })
}

async fn page(
    bureau: &Bureau,
    parametres: &Parametres,
    (fait, refus): (Option<&'static str>, Option<String>),
) -> Result<Page, Erreur> {
    let publies = in_force(bureau).await?;
    let chiffres = Chiffres::read(bureau, parametres, &publies);
    let beside = chiffres.beside(&publies);
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
    let cadre = Cadre::new(Rubrique::Indicateurs, "Statistiques publiées")
        .under("Observatoire", chemin::OBSERVATOIRE);
    let attente = chiffres.waits();
    let periode = parametres.get("periode");
    let file = |nom: &str| chemin::url(&["observatoire", nom], &[("periode", periode)]);
    let some = !publies.is_empty() && !chiffres.etat().centres.is_empty();
    Ok(Page {
        cadre: if attente { cadre.refreshed(RECHARGEMENT) } else { cadre },
        fait,
        refus: refus.or_else(|| chiffres.refus.clone()),
        publies: chiffres.lines(&publies, &beside),
        constats: findings(&publies, &beside),
        fichiers: some.then(|| (file("publies.xlsx"), file("publies.csv"))),
        attente,
        depot,
    })
}

pub(in crate::observatoire) async fn show(
    bureau: Bureau,
    parametres: Parametres,
) -> Result<Response, Erreur> {
    let fait = apport::done(parametres.get("fait"));
    render(&page(&bureau, &parametres, (fait, None)).await?)
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
        Err(raison) => {
            render_refused(&page(&bureau, &Parametres::default(), (None, Some(raison))).await?)
        }
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
