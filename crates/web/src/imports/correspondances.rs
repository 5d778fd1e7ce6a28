//! The mappings kept: what people said that headers mean, to be seen, replaced and removed.

use askama::Template;
use axum::response::{Redirect, Response};
use mallette_app::port::Correspondance;
use mallette_domain::table;
use serde::Deserialize;

use super::actions::{self, check};
use crate::bureau::Bureau;
use crate::erreur::Erreur;
use crate::extraits::{Formulaire, Parametres};
use crate::page::{Cadre, Rubrique, render};
use crate::{chemin, mots};

#[derive(Template)]
#[template(path = "imports/correspondances.html")]
struct Page {
    cadre: Cadre,
    fait: Option<&'static str>,
    lignes: Vec<Ligne>,
}

struct Ligne {
    rang: usize,
    table: String,
    table_nom: String,
    entete: String,
    colonne_nom: String,
    sans_effet: Option<String>,
    choix: Vec<(&'static str, String, bool)>,
}

impl Ligne {
    fn new((rang, kept): (usize, Correspondance)) -> Self {
        let columns = table::find(&kept.table).map_or(&[][..], |table| table.columns);
        Self {
            rang,
            table_nom: mots::table(&kept.table).to_owned(),
            colonne_nom: mots::words(&kept.colonne),
            choix: columns
                .iter()
                .map(|column| (column.name, mots::words(column.name), column.name == kept.colonne))
                .collect(),
            table: kept.table,
            entete: kept.entete,
            sans_effet: kept.sans_effet,
        }
    }
}

pub(super) async fn show(serveur: Bureau, parametres: Parametres) -> Result<Response, Erreur> {
    let kept = serveur.atelier.correspondances().await?;
    render(&Page {
        cadre: Cadre::new(Rubrique::Imports, "Correspondances retenues")
            .under("Imports", chemin::IMPORTS),
        fait: match parametres.get("fait") {
            Some("retenue") => Some("La correspondance est remplacée."),
            Some("retiree") => Some("La correspondance est oubliée."),
            _ => None,
        },
        lignes: kept.into_iter().enumerate().map(Ligne::new).collect(),
    })
}

/// Replaces a mapping.
pub(super) async fn replace(
    serveur: Bureau,
    Formulaire(form): Formulaire<actions::Correspondance>,
) -> Result<Redirect, Erreur> {
    let (table, entete, colonne) = check(form)?;
    serveur.atelier.save_correspondance(table, entete, colonne).await?;
    Ok(Redirect::to(&chemin::correspondances("retenue")))
}

/// « Forget what that header of that table means. »
#[derive(Debug, Deserialize)]
pub(super) struct Retrait {
    table: String,
    entete: String,
}

/// Removes a mapping.
pub(super) async fn remove(
    serveur: Bureau,
    Formulaire(Retrait { table, entete }): Formulaire<Retrait>,
) -> Result<Redirect, Erreur> {
    serveur.atelier.remove_correspondance(table, entete).await?;
    Ok(Redirect::to(&chemin::correspondances("retiree")))
}
