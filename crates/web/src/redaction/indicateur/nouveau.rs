//! Beginning an indicator: what it computes, over which lines.

use askama::Template;
use axum::response::{IntoResponse, Redirect, Response};
use mallette_catalogue::redaction::{CALCULS_REDIGES, EbaucheIndicateur};
use serde::Deserialize;

use super::editeur::views;
use crate::bureau::Bureau;
use crate::chemin;
use crate::comptes::Guichet;
use crate::erreur::Erreur;
use crate::extraits::Formulaire;
use crate::page::{Cadre, Rubrique, render};

/// Longest title kept at the beginning, in characters.
const MAX_TITRE: usize = 200;

#[derive(Template)]
#[template(path = "redaction/indicateur/nouveau.html")]
struct Page {
    cadre: Cadre,
    calculs: [(&'static str, &'static str); 9],
    /// Name and label of each view.
    vues: Vec<(String, String)>,
}

pub(super) async fn show(guichet: Guichet, bureau: Bureau) -> Result<Response, Erreur> {
    guichet.personne()?;
    let etat = bureau.atelier.etat();
    render(&Page {
        cadre: Cadre::new(Rubrique::Redaction, "Définir un indicateur")
            .under("Règles et indicateurs rédigés", chemin::REDACTION),
        calculs: CALCULS_REDIGES,
        vues: views(&etat.catalogue.champs)
            .map(|vue| (vue.nom.clone(), vue.libelle.clone()))
            .collect(),
    })
}

/// What is chosen.
#[derive(Deserialize)]
pub(super) struct Choix {
    #[serde(default)]
    titre: String,
    #[serde(default)]
    calcul: String,
    #[serde(default)]
    vue: String,
}

pub(super) async fn begin(
    guichet: Guichet,
    Formulaire(choix): Formulaire<Choix>,
) -> Result<Response, Erreur> {
    let personne = guichet.personne()?;
    let par = (personne.id.as_str(), &*personne.acces);
    let Choix { titre, calcul, vue } = choix;
    let ebauche = EbaucheIndicateur {
        titre: titre.trim().chars().take(MAX_TITRE).collect(),
        // What is not of the lists is said on the page of the draft, where it may be chosen again.
        calcul: calcul.chars().take(MAX_TITRE).collect(),
        vue: vue.chars().take(MAX_TITRE).collect(),
        ..EbaucheIndicateur::default()
    };
    let code = guichet.comptes.begin_indicator(par, &ebauche).await?;
    Ok(Redirect::to(&chemin::indicateur_redige(&code)).into_response())
}
