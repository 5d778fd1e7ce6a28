//! What a file of published figures would bring, and what is wrong in it; bringing it in, forgetting it.

use askama::Template;
use axum::response::{IntoResponse, Redirect, Response};
use mallette_app::port::Refus;
use mallette_app::publies::acte::{Apercu, Suite};
use serde::Deserialize;

use super::Ligne;
use crate::chemin;
use crate::comptes::Guichet;
use crate::contexte::fault;
use crate::erreur::Erreur;
use crate::extraits::{Formulaire, Segment};
use crate::format::compte;
use crate::page::{Cadre, LIGNES_PAR_PAGE, Rubrique, render, render_refused};

#[derive(Template)]
#[template(path = "observatoire/publies/apercu.html")]
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
    /// Each figure, the class and the words of what it comes to.
    publies: Vec<(Ligne, &'static str, String)>,
    vide: bool,
    empreinte: String,
    ici: String,
    oubli: String,
}

fn words(suite: &Suite) -> (&'static str, String) {
    match suite {
        Suite::Nouveau => ("bien", "Nouvelle".to_owned()),
        Suite::Pareil => ("etat", "Déjà en vigueur".to_owned()),
        Suite::Remplace(valeur, source) => {
            ("medium", format!("Remplace {} ({source})", valeur.replace('.', ",")))
        }
    }
}

fn page(cle: &str, apercu: Apercu, refus: Option<String>) -> Page {
    let vide = apercu.is_empty();
    let fautes = apercu.fautes.iter().take(LIGNES_PAR_PAGE);
    let publies = apercu.publies.iter().map(|(publie, suite)| {
        let (signe, suite) = words(suite);
        (Ligne::from(publie), signe, suite)
    });
    Page {
        cadre: Cadre::new(Rubrique::Indicateurs, "Ce que le fichier apporterait")
            .under("Statistiques publiées", chemin::PUBLIES),
        refus,
        ignorees: apercu.ignorees.join(", "),
        reste: apercu.fautes.len().saturating_sub(LIGNES_PAR_PAGE),
        fautes: fautes.map(|faute| (faute.ligne, fault(faute))).collect(),
        fautives_mots: compte(
            u64::try_from(apercu.fautives).unwrap_or(u64::MAX),
            "ligne fautive",
            "lignes fautives",
        ),
        fautives: apercu.fautives,
        publies: publies.collect(),
        vide,
        nom: apercu.nom,
        empreinte: apercu.empreinte,
        ici: chemin::publies_depot(cle),
        oubli: chemin::publies_oubli(cle),
    }
}

pub(in crate::observatoire) async fn show(
    guichet: Guichet,
    Segment(cle): Segment<String>,
) -> Result<Response, Erreur> {
    let personne = guichet.personne()?;
    let par = (personne.id.as_str(), &*personne.acces);
    render(&page(&cle, guichet.comptes.preview_publies(par, &cle).await?, None))
}

/// What is confirmed.
#[derive(Deserialize)]
pub(in crate::observatoire) struct Confirmation {
    #[serde(default)]
    empreinte: String,
    laisser: Option<String>,
}

pub(in crate::observatoire) async fn apply(
    guichet: Guichet,
    Segment(cle): Segment<String>,
    Formulaire(form): Formulaire<Confirmation>,
) -> Result<Response, Erreur> {
    let personne = guichet.personne()?;
    let par = (personne.id.as_str(), &*personne.acces);
    let laisser = form.laisser.as_deref() == Some("oui");
    match guichet.comptes.apply_publies(par, &cle, (&form.empreinte, laisser)).await {
        Ok(rang) => Ok(Redirect::to(&chemin::publies_import(rang)).into_response()),
        Err(Refus(raison)) => {
            let apercu = guichet.comptes.preview_publies(par, &cle).await?;
            render_refused(&page(&cle, apercu, Some(raison)))
        }
    }
}

pub(in crate::observatoire) async fn forget(
    guichet: Guichet,
    Segment(cle): Segment<String>,
) -> Result<Response, Erreur> {
    let personne = guichet.personne()?;
    guichet.comptes.forget_publies(&personne.id, &cle);
    Ok(Redirect::to(&chemin::publies_fait("oubli")).into_response())
}
