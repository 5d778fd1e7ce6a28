//! What there is to run, and how it stands in a word.

use askama::Template;
use axum::response::Response;
use mallette_app::administration::sante::Signe;

use super::sante::points;
use crate::chemin;
use crate::comptes::Guichet;
use crate::erreur::Erreur;
use crate::format::compte;
use crate::page::{Cadre, Rubrique, render};

#[derive(Template)]
#[template(path = "administration/index.html")]
struct Page {
    cadre: Cadre,
    /// What is to be done, when it can be known.
    phrase: Option<(bool, String)>,
    liens: Vec<(&'static str, &'static str, &'static str)>,
}

const INSTALLATION: (&str, &str, &str) =
    ("Installation", chemin::INSTALLATION, "comptes, premier administrateur, envoi des courriels");

const LIENS: [(&str, &str, &str); 8] = [
    (
        "Santé",
        chemin::ADMIN_SANTE,
        "base, disque, horloge, courriel, clés, certificat, sauvegarde, trace",
    ),
    ("Centres", chemin::ADMIN_CENTRES, "données reçues, clé, personnes, antennes de chaque centre"),
    ("Fusions et scissions", chemin::SUITES, "centres qui se rejoignent ou se divisent"),
    ("Réglages", chemin::REGLAGES, "ce qui est en vigueur, et d'où cela vient"),
    (
        "Catalogue",
        chemin::ADMIN_CATALOGUE,
        "règles et indicateurs en vigueur, et ce que le réseau y ajoute",
    ),
    (
        "Packs",
        chemin::PACKS,
        "règles et indicateurs reçus d'autres réseaux, ou donnés, en un fichier signé",
    ),
    ("Travaux", chemin::TRAVAUX, "imports, conservation, sauvegardes : en cours et passés"),
    ("Stockage", chemin::STOCKAGE, "ce qui prend de la place, et ce qu'un ménage libérerait"),
];

pub(super) async fn show(guichet: Result<Guichet, Erreur>) -> Result<Response, Erreur> {
    let (mut phrase, mut liens) = (None, Vec::new());
    if let Ok(guichet) = guichet {
        let points = points(&guichet).await?;
        let todo = points.iter().filter(|point| point.signe >= Signe::Attention).count();
        phrase = Some(match u64::try_from(todo).unwrap_or(u64::MAX) {
            0 => (true, "Rien à faire : tout ce que la page Santé regarde va bien.".to_owned()),
            todo => (
                false,
                format!(
                    "{} : voir la page Santé.",
                    compte(todo, "point à reprendre", "points à reprendre")
                ),
            ),
        });
        liens.extend(LIENS);
    }
    liens.push(INSTALLATION);
    render(&Page { cadre: Cadre::new(Rubrique::Administration, "Administration"), phrase, liens })
}
