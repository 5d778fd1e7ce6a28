//! The list of imports, and the form to make one.

use askama::Template;
use axum::response::Response;
use mallette_app::etat::{Etat, ImportVu};
use mallette_app::lecture::imports::Rapport;
use mallette_app::lecture::reseau;
use mallette_domain::acces::Exigence;

use crate::bureau::Bureau;
use crate::chemin;
use crate::erreur::Erreur;
use crate::format::{compte, entier, instant};
use crate::page::{Cadre, Rubrique, render};

#[derive(Template)]
#[template(path = "imports/liste.html")]
struct Page {
    cadre: Cadre,
    /// Whether who looks may import.
    importe: bool,
    centres: Vec<(String, String)>,
    imports: Vec<Ligne>,
}

struct Ligne {
    lien: String,
    quand: String,
    annule: bool,
    fichiers: String,
    centres: String,
    lues: String,
    acceptees: String,
    rejetees: String,
    doublons: String,
}

impl From<&ImportVu> for Ligne {
    fn from(import: &ImportVu) -> Self {
        let rapport = Rapport::of(import);
        let total = rapport.totals();
        let count = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
        Self {
            lien: chemin::import(&import.id),
            quand: instant(import.importe_le),
            annule: import.annule_le.is_some(),
            fichiers: compte(count(rapport.fichiers().len()), "fichier", "fichiers"),
            centres: entier(count(rapport.structures().len())),
            lues: entier(total.lues),
            acceptees: entier(total.acceptees),
            rejetees: entier(total.rejetees),
            doublons: entier(total.doublons),
        }
    }
}

pub(super) async fn show(serveur: Bureau) -> Result<Response, Erreur> {
    let etat = serveur.atelier.etat();
    render(&Page {
        cadre: Cadre::new(Rubrique::Imports, "Imports"),
        importe: serveur.allows(Exigence::Importation),
        centres: centres(&etat),
        imports: etat.imports.iter().map(Ligne::from).collect(),
    })
}

/// Code and name of the centres, by name.
fn centres(etat: &Etat) -> Vec<(String, String)> {
    let codes = reseau::codes(etat).into_iter();
    let mut centres: Vec<(String, String)> =
        codes.map(|id| (id.to_owned(), reseau::nom(etat, id).to_owned())).collect();
    centres.sort_by(|left, right| left.1.cmp(&right.1));
    centres
}
