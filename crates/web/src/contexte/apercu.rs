//! What a file of series would bring, and what is wrong in it; bringing it in, forgetting it.

use askama::Template;
use axum::response::{IntoResponse, Redirect, Response};
use mallette_app::contexte::acte::{Apercu, SeriePrevue, Suite};
use mallette_app::port::Refus;
use serde::Deserialize;

use super::mots;
use crate::bureau::Bureau;
use crate::chemin;
use crate::comptes::Guichet;
use crate::erreur::Erreur;
use crate::extraits::{Formulaire, Segment};
use crate::format::{compte, instant};
use crate::page::{Cadre, LIGNES_PAR_PAGE, Rubrique, render, render_refused};

/// Names of centres told at once.
const NOMS: usize = 8;

#[derive(Template)]
#[template(path = "contexte/apercu.html")]
struct Page {
    cadre: Cadre,
    refus: Option<String>,
    nom: String,
    ignorees: String,
    fautes: Vec<(u32, String)>,
    /// How many faults are not shown.
    reste: usize,
    fautives: usize,
    fautives_mots: String,
    series: Vec<Ligne>,
    vide: bool,
    empreinte: String,
    ici: String,
    oubli: String,
}

struct Ligne {
    libelle: String,
    annee: i16,
    source: String,
    centres: usize,
    manquants: String,
    bornes: String,
    suite: String,
    signe: &'static str,
}

fn words(suite: &Suite) -> (&'static str, String) {
    match suite {
        Suite::Nouvelle => ("bien", "Nouvelle".to_owned()),
        Suite::Pareille => ("etat", "Déjà en vigueur".to_owned()),
        Suite::Remplace { le, changes, perdus } => {
            let count = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
            let changed = compte(count(*changes), "valeur change", "valeurs changent");
            let lost = match perdus {
                0 => String::new(),
                _ => format!(
                    ", {} n'en {} plus",
                    compte(count(*perdus), "centre", "centres"),
                    if *perdus == 1 { "a" } else { "ont" }
                ),
            };
            ("medium", format!("Remplace celle du {} : {changed}{lost}", instant(*le)))
        }
    }
}

impl From<SeriePrevue> for Ligne {
    fn from(serie: SeriePrevue) -> Self {
        let (signe, suite) = words(&serie.suite);
        let told: Vec<&str> = serie.manquants.iter().take(NOMS).map(String::as_str).collect();
        let more = serie.manquants.len().saturating_sub(NOMS);
        let more = if more > 0 { format!(" et {more} autres") } else { String::new() };
        let unite =
            if serie.unite.is_empty() { String::new() } else { format!(" {}", serie.unite) };
        Self {
            libelle: serie.libelle,
            annee: serie.annee,
            source: serie.source,
            centres: serie.centres,
            manquants: format!("{}{more}", told.join(", ")),
            bornes: format!(
                "de {} à {}{unite}",
                mots::valeur(serie.bornes.0),
                mots::valeur(serie.bornes.1)
            ),
            suite,
            signe,
        }
    }
}

fn page(cle: &str, apercu: Apercu, refus: Option<String>) -> Page {
    let vide = apercu.is_empty();
    Page {
        cadre: Cadre::new(Rubrique::Contexte, "Ce que le fichier apporterait")
            .under("Contexte", chemin::CONTEXTE),
        refus,
        nom: apercu.nom,
        ignorees: apercu.ignorees.join(", "),
        reste: apercu.fautes.len().saturating_sub(LIGNES_PAR_PAGE),
        fautes: apercu
            .fautes
            .iter()
            .take(LIGNES_PAR_PAGE)
            .map(|faute| (faute.ligne, mots::fault(faute)))
            .collect(),
        fautives_mots: compte(
            u64::try_from(apercu.fautives).unwrap_or(u64::MAX),
            "ligne fautive",
            "lignes fautives",
        ),
        fautives: apercu.fautives,
        series: apercu.series.into_iter().map(Ligne::from).collect(),
        vide,
        empreinte: apercu.empreinte,
        ici: chemin::contexte_depot(cle),
        oubli: chemin::contexte_oubli(cle),
    }
}

pub(super) async fn show(
    guichet: Guichet,
    bureau: Bureau,
    Segment(cle): Segment<String>,
) -> Result<Response, Erreur> {
    let personne = guichet.personne()?;
    let par = (personne.id.as_str(), &*personne.acces);
    let apercu = guichet.comptes.preview_context(par, &bureau.atelier.etat(), &cle).await?;
    render(&page(&cle, apercu, None))
}

/// What is confirmed.
#[derive(Deserialize)]
pub(super) struct Confirmation {
    #[serde(default)]
    empreinte: String,
    laisser: Option<String>,
}

pub(super) async fn apply(
    guichet: Guichet,
    bureau: Bureau,
    Segment(cle): Segment<String>,
    Formulaire(form): Formulaire<Confirmation>,
) -> Result<Response, Erreur> {
    let personne = guichet.personne()?;
    let par = (personne.id.as_str(), &*personne.acces);
    let etat = bureau.atelier.etat();
    let laisser = form.laisser.as_deref() == Some("oui");
    let applied = guichet.comptes.apply_context(par, &etat, &cle, (&form.empreinte, laisser)).await;
    match applied {
        Ok(rang) => Ok(Redirect::to(&chemin::contexte_import(rang)).into_response()),
        Err(Refus(raison)) => {
            let apercu = guichet.comptes.preview_context(par, &etat, &cle).await?;
            render_refused(&page(&cle, apercu, Some(raison)))
        }
    }
}

pub(super) async fn forget(
    guichet: Guichet,
    Segment(cle): Segment<String>,
) -> Result<Response, Erreur> {
    let personne = guichet.personne()?;
    guichet.comptes.forget_context(&personne.id, &cle);
    Ok(Redirect::to(&chemin::contexte_fait("oubli")).into_response())
}
