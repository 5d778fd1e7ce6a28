//! Beginning a rule: what it judges, and where.

use askama::Template;
use axum::response::{IntoResponse, Redirect, Response};
use mallette_app::lecture::reseau;
use mallette_app::redaction::writes_for;
use mallette_catalogue::redaction::Ebauche;
use serde::Deserialize;

use crate::bureau::Bureau;
use crate::chemin;
use crate::comptes::Guichet;
use crate::erreur::Erreur;
use crate::extraits::Formulaire;
use crate::page::{Cadre, Rubrique, render};

#[derive(Template)]
#[template(path = "redaction/nouvelle.html")]
struct Page {
    cadre: Cadre,
    /// Name and label of each view.
    vues: Vec<(String, String)>,
    /// Code and name of the centres for which the reader writes.
    centres: Vec<(String, String)>,
}

pub(super) async fn show(guichet: Guichet, bureau: Bureau) -> Result<Response, Erreur> {
    let personne = guichet.personne()?;
    let etat = bureau.atelier.etat();
    let vues = etat.catalogue.champs.vues.values();
    let acces = &personne.acces;
    let own = acces.centres().into_iter().filter(|id| writes_for(acces, Some(id)));
    render(&Page {
        cadre: Cadre::new(Rubrique::Redaction, "Écrire une règle")
            .under("Règles et indicateurs rédigés", chemin::REDACTION),
        vues: vues.map(|vue| (vue.nom.clone(), vue.libelle.clone())).collect(),
        centres: own.map(|id| (id.to_owned(), reseau::nom(&etat, id).to_owned())).collect(),
    })
}

/// What is chosen.
#[derive(Deserialize)]
pub(super) struct Choix {
    #[serde(default)]
    vue: String,
    #[serde(default)]
    titre: String,
    #[serde(default)]
    portee: String,
}

pub(super) async fn begin(
    guichet: Guichet,
    Formulaire(choix): Formulaire<Choix>,
) -> Result<Response, Erreur> {
    let personne = guichet.personne()?;
    let par = (personne.id.as_str(), &*personne.acces);
    let centre = Some(choix.portee.as_str()).filter(|portee| !portee.is_empty());
    let titre = choix.titre.trim().chars().take(200).collect();
    let ebauche = Ebauche { vue: choix.vue, titre, ..Ebauche::default() };
    let code = guichet.comptes.begin_rule(par, centre, &ebauche).await?;
    Ok(Redirect::to(&chemin::regle_redigee(&code)).into_response())
}
