//! What takes room on the disk, and the sweep.

use askama::Template;
use axum::response::{Redirect, Response};
use mallette_app::administration::stockage::Genre;

use super::frame;
use crate::chemin;
use crate::comptes::{Guichet, mots};
use crate::erreur::Erreur;
use crate::extraits::Parametres;
use crate::format::{compte, part, taille};
use crate::page::{Cadre, render};

#[derive(Template)]
#[template(path = "administration/stockage.html")]
struct Page {
    cadre: Cadre,
    total: String,
    libre: Option<(String, String)>,
    genres: Vec<(&'static str, &'static str, String, String)>,
    centres: Vec<Ligne>,
    liberables: Option<String>,
    agit: bool,
    fait: Option<String>,
}

struct Ligne {
    nom: String,
    octets: String,
    versions: u64,
    orphelines: String,
}

/// What a page calls a kind, and what may be said of it.
fn kind(genre: Genre) -> (&'static str, &'static str) {
    match genre {
        Genre::Tables => ("Tables d'activité", "sans noms ; sauvegardées"),
        Genre::Coffres => ("Coffres", "noms scellés ; sauvegardés"),
        Genre::Vues => ("Vues préparées", "se recalculent"),
        Genre::Resultats => ("Résultats et listes", "se recalculent"),
        Genre::Rejets => ("Lignes refusées", "scellées ; sauvegardées"),
        Genre::Cles => ("Clés et effacements", "enveloppées ; sauvegardés"),
        Genre::Base => ("Base", "comptes, imports, trace ; sauvegardée"),
        Genre::Catalogue => ("Catalogue du réseau", "sauvegardé"),
        Genre::EnCours => ("Imports en cours", "vidé au démarrage"),
        Genre::Autres => ("Autres", "verrous et copies de travail"),
    }
}

pub(super) async fn show(guichet: Guichet, parametres: Parametres) -> Result<Response, Erreur> {
    let found = guichet.comptes.storage().await?;
    let (total, free) = (found.total(), found.liberables());
    let genres = found.genres.iter().map(|(genre, octets)| {
        let (nom, note) = kind(*genre);
        (nom, note, taille(*octets), part(*octets, total))
    });
    let mut centres: Vec<_> = found.centres.iter().collect();
    centres.sort_by(|a, b| b.1.octets.cmp(&a.1.octets).then_with(|| a.0.cmp(b.0)));
    let centres = centres.into_iter().map(|(id, own)| Ligne {
        nom: match mots::centre(id) {
            nom if nom == id => id.clone(),
            nom => format!("{nom} ({id})"),
        },
        octets: taille(own.octets),
        versions: own.versions as u64,
        orphelines: match own.orphelines {
            0 => String::new(),
            count => {
                let noun = compte(count as u64, "version", "versions");
                format!("{noun}, {}", taille(own.liberables))
            }
        },
    });
    let freed = parametres.get("libere").and_then(|octets| octets.parse().ok());
    render(&Page {
        cadre: frame("Stockage"),
        total: taille(total),
        libre: found.disque.map(|(left, whole)| (taille(left), taille(whole))),
        genres: genres.collect(),
        centres: centres.collect(),
        liberables: (free > 0).then(|| taille(free)),
        agit: guichet.personne().is_ok(),
        fait: freed.map(|octets: u64| match octets {
            0 => "Rien n'a été libéré : un import ou une sauvegarde est en cours, ou tout sert."
                .to_owned(),
            octets => format!("Ménage fait : {} libérés.", taille(octets)),
        }),
    })
}

pub(super) async fn sweep(guichet: Guichet) -> Result<Redirect, Erreur> {
    let personne = guichet.personne()?;
    let freed = guichet.comptes.sweep_storage((&personne.id, &personne.acces)).await?;
    Ok(Redirect::to(&chemin::stockage_swept(freed)))
}
