//! What a person decides on an import: undo it, or say what a column is.

use askama::Template;
use axum::response::{Redirect, Response};
use mallette_app::lecture::campagnes::holding;
use mallette_app::lecture::imports::Rapport;
use mallette_app::lecture::reseau;
use mallette_domain::table;
use serde::Deserialize;

use super::find;
use crate::bureau::Bureau;
use crate::chemin;
use crate::erreur::Erreur;
use crate::extraits::{Formulaire, Segment};
use crate::format::instant;
use crate::page::{Cadre, Rubrique, render};

/// Longest header that a mapping keeps, in characters.
pub(super) const MAX_HEADER: usize = 300;

#[derive(Template)]
#[template(path = "imports/annulation.html")]
struct Confirmation {
    cadre: Cadre,
    lien: String,
    action: String,
    quand: String,
    annule: Option<String>,
    retours: Vec<String>,
    vides: Vec<String>,
    depasses: Vec<String>,
    /// Campaigns that keep its versions.
    campagnes: Vec<String>,
}

/// Says what undoing would do, and asks.
pub(super) async fn confirm_undo(
    serveur: Bureau,
    Segment(id): Segment<String>,
) -> Result<Response, Erreur> {
    let etat = serveur.atelier.etat();
    let import = find(&etat, &id)?;
    let (mut retours, mut vides, mut depasses) = (Vec::new(), Vec::new(), Vec::new());
    for structure in Rapport::of(import).structures() {
        let nom = reseau::nom(&etat, structure.structure_id).to_owned();
        let centre = etat.centres.get(structure.structure_id);
        match centre.filter(|centre| centre.version.import_id == import.id) {
            None => depasses.push(nom),
            Some(centre) if centre.precedents.is_some() => retours.push(nom),
            Some(_) => vides.push(nom),
        }
    }
    let quand = instant(import.importe_le);
    render(&Confirmation {
        cadre: Cadre::new(Rubrique::Imports, "Annuler cet import ?")
            .under("Imports", chemin::IMPORTS)
            .under(format!("Import du {quand}"), chemin::import(&id)),
        lien: chemin::import(&id),
        action: chemin::annulation(&id),
        quand,
        annule: import.annule_le.map(instant),
        retours,
        vides,
        depasses,
        campagnes: holding(&etat, &id).into_iter().map(Into::into).collect(),
    })
}

/// Undoes an import.
pub(super) async fn undo(
    serveur: Bureau,
    Segment(id): Segment<String>,
) -> Result<Redirect, Erreur> {
    find(&serveur.atelier.etat(), &id)?;
    serveur.atelier.undo_import(id.clone()).await?;
    Ok(Redirect::to(&chemin::import(&id)))
}

/// « This header of that table is that column. »
#[derive(Debug, Deserialize)]
pub(super) struct Correspondance {
    table: String,
    entete: String,
    colonne: String,
}

/// Keeps a mapping for the next imports.
pub(super) async fn map_header(
    serveur: Bureau,
    Segment(id): Segment<String>,
    Formulaire(form): Formulaire<Correspondance>,
) -> Result<Redirect, Erreur> {
    find(&serveur.atelier.etat(), &id)?;
    let (table, entete, colonne) = check(form)?;
    serveur.atelier.save_correspondance(table, entete, colonne).await?;
    Ok(Redirect::to(&chemin::import_mapped(&id)))
}

/// Table, header and column of a mapping that can be kept.
pub(super) fn check(form: Correspondance) -> Result<(String, String, String), Erreur> {
    let Correspondance { table, entete, colonne } = form;
    let known = table::find(&table).is_some_and(|table| table.column(&colonne).is_some());
    let header = entete.trim();
    if !known || header.is_empty() || header.chars().count() > MAX_HEADER {
        let text = "Choisir dans la liste ce que la colonne contient, puis envoyer de nouveau.";
        return Err(Erreur::Requete(text.to_owned()));
    }
    Ok((table, entete, colonne))
}
