//! Progress of an import under way.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use mallette_app::lecture::imports::short_name;
use mallette_app::port::Avancement;

use crate::erreur::Erreur;
use crate::extraits::{Parametres, Segment};
use crate::format::entier;
use crate::page::{Cadre, Rubrique, render};
use crate::{Serveur, chemin};

/// Seconds between two looks, without a script.
const REFRESH_SECONDS: u32 = 3;

#[derive(Template)]
#[template(path = "imports/travail.html")]
struct Page {
    cadre: Cadre,
    suivi: Suivi,
    fixe: bool,
    ici: String,
    ici_fixe: String,
}

enum Suivi {
    EnCours { etape: String, fichiers: Vec<(String, String)> },
    Fait { message: String, lien: Option<String> },
    Refuse { raison: String },
}

pub(super) async fn show(
    State(serveur): State<Serveur>,
    Segment(job): Segment<u64>,
    parametres: Parametres,
) -> Result<Response, Erreur> {
    let unknown = || {
        let text = "Ce suivi n'existe plus : le serveur a été relancé depuis. La page Imports dit \
                    ce qui a été fait.";
        Erreur::Introuvable(text.to_owned())
    };
    let avancement = serveur.atelier.avancement(job).ok_or_else(unknown)?;
    // A page that loads again by itself must be stoppable (RGAA 13.1).
    let fixe = parametres.get("fixe").is_some();
    let (titre, suivi) = match avancement {
        Avancement::EnCours { etape, fichiers } => {
            let shown = |(name, rows): (String, u64)| (short_name(&name).to_owned(), entier(rows));
            let fichiers = fichiers.into_iter().map(shown).collect();
            ("Import en cours", Suivi::EnCours { etape, fichiers })
        }
        Avancement::Fait { import_id, message } => {
            let lien = import_id.as_deref().map(chemin::import);
            ("Import terminé", Suivi::Fait { message, lien })
        }
        Avancement::Refuse(refus) => ("Import refusé", Suivi::Refuse { raison: refus.0 }),
    };
    let mut cadre = Cadre::new(Rubrique::Imports, titre).under("Imports", chemin::IMPORTS);
    if matches!(suivi, Suivi::EnCours { .. }) && !fixe {
        cadre = cadre.refreshed(REFRESH_SECONDS);
    }
    let (ici, ici_fixe) = (chemin::travail(job), chemin::travail_fixe(job));
    render(&Page { cadre, suivi, fixe, ici, ici_fixe })
}
