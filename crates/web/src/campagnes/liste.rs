//! The list of campaigns, and the form to fix one.

use askama::Template;
use axum::response::Response;
use mallette_app::etat::{Campagne, Etat};
use mallette_app::lecture::campagnes::{default_nom, portee};
use mallette_app::lecture::portee::Portee;
use mallette_domain::acces::Exigence;

use crate::bureau::Bureau;
use crate::chemin;
use crate::erreur::Erreur;
use crate::format::instant;
use crate::page::{Cadre, Rubrique, render};

#[derive(Template)]
#[template(path = "campagnes/liste.html")]
struct Page {
    cadre: Cadre,
    /// Whether who looks may fix and remove campaigns.
    fixe: bool,
    /// Name proposed for a new campaign; none without data.
    propose: Option<String>,
    actuelle: String,
    campagnes: Vec<Ligne>,
}

struct Ligne {
    nom: String,
    lien: String,
    fixee: String,
    centres: String,
    extractions: String,
    controles: String,
    indicateurs: String,
}

impl Ligne {
    fn new(etat: &Etat, campagne: &Campagne) -> Self {
        let nom = campagne.nom.as_str();
        let covered = portee(etat, campagne);
        Self {
            nom: nom.to_owned(),
            lien: chemin::campagne(nom),
            fixee: instant(campagne.fixee_le),
            centres: format!("{} sur {}", covered.recus, covered.connus),
            extractions: covered.dates(),
            controles: chemin::keep(chemin::CONTROLES, Some(nom)),
            indicateurs: chemin::keep(chemin::INDICATEURS, Some(nom)),
        }
    }
}

pub(super) async fn show(serveur: Bureau) -> Result<Response, Erreur> {
    let etat = serveur.atelier.etat();
    render(&Page {
        cadre: Cadre::new(Rubrique::Campagnes, "Campagnes"),
        fixe: serveur.allows(Exigence::Reseau),
        propose: etat.date_extraction().map(default_nom),
        actuelle: Portee::of(&etat).to_string(),
        campagnes: etat.campagnes.iter().map(|campagne| Ligne::new(&etat, campagne)).collect(),
    })
}
