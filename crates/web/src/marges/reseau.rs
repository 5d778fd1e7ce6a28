//! The margins of the network, by centre: numbers only, for who animates it.

use askama::Template;
use axum::response::Response;
use mallette_app::lecture::portee::Portee;
use mallette_app::lecture::reseau as noms;
use mallette_app::marges::tableau::{Reseau, network};
use mallette_app::secret::Nombre;

use crate::bureau::Bureau;
use crate::chemin;
use crate::erreur::Erreur;
use crate::format::{NON_RECU, SECRET, entier, jour};
use crate::indicateurs::liens;
use crate::page::{Cadre, Rubrique, render};

#[derive(Template)]
#[template(path = "marges/reseau.html")]
struct Page {
    cadre: Cadre,
    portee: String,
    regles: Vec<(String, String, String)>,
    lignes: Vec<Ligne>,
    /// Each as written, with where its objects are listed.
    totaux: Vec<(String, String)>,
}

struct Ligne {
    nom: String,
    code: String,
    /// The page of the centre, where each number opens.
    lien: String,
    date: String,
    /// Each as written, with what it is sorted by.
    nombres: Vec<(String, String)>,
}

/// A count, the sign that stands for it, and what it is sorted by.
fn shown(nombre: Option<Nombre>) -> (String, String) {
    match nombre {
        Some(Nombre::Connu(count)) => (entier(count), count.to_string()),
        Some(Nombre::Secret) => (SECRET.to_owned(), String::new()),
        None => (NON_RECU.to_owned(), String::new()),
    }
}

pub(super) fn show(serveur: &Bureau) -> Result<Response, Erreur> {
    let etat = serveur.atelier.etat();
    let Reseau { regles, lignes, totaux } = network(&etat);
    let judged = lignes.iter().map(|ligne| (ligne.structure_id, ligne.date.is_some()));
    let portee = Portee::among(&etat, judged).to_string();
    let totaux = totaux.into_iter().zip(&regles);
    let totaux = totaux.map(|(total, r)| (shown(total).0, chemin::regle_reseau(&r.code))).collect();
    let mut lignes: Vec<Ligne> = lignes
        .iter()
        .map(|ligne| Ligne {
            nom: noms::nom(&etat, ligne.structure_id).to_owned(),
            code: ligne.structure_id.to_owned(),
            lien: liens::centre(ligne.structure_id, None),
            date: ligne.date.map_or_else(|| NON_RECU.to_owned(), jour),
            nombres: ligne.objets.iter().map(|nombre| shown(*nombre)).collect(),
        })
        .collect();
    lignes.sort_by(|left, right| (&left.nom, &left.code).cmp(&(&right.nom, &right.code)));
    render(&Page {
        cadre: Cadre::new(Rubrique::Marges, "Marges de progrès du réseau"),
        portee,
        regles: regles
            .iter()
            .map(|r| (r.code.clone(), r.substitute(&r.titre), chemin::regle(&r.code)))
            .collect(),
        lignes,
        totaux,
    })
}
