//! Progress of an import under way, and what may be said of its files when it ended.

use askama::Template;
use axum::response::{Redirect, Response};
use mallette_app::lecture::imports::short_name;
use mallette_app::port::Avancement;
use mallette_app::suivi::{FeuilleARevoir, FichierSuivi, Lecture, Reprise};

use crate::bureau::Bureau;
use crate::erreur::Erreur;
use crate::extraits::{Parametres, Segment};
use crate::format::{compte, entier, taille};
use crate::page::{Cadre, Rubrique, render};
use crate::{chemin, mots};

/// Seconds between two looks, without a script.
const REFRESH_SECONDS: u32 = 3;

#[derive(Template)]
#[template(path = "imports/travail.html")]
struct Page {
    cadre: Cadre,
    suivi: Suivi,
    reprise: Option<Revoir>,
    retenu: bool,
    fixe: bool,
    ici: String,
    ici_fixe: String,
    arret: String,
}

enum Suivi {
    EnCours { etape: String, fichiers: Vec<Fichier>, demande: bool },
    Fait { message: String, lien: Option<String> },
    Refuse { raison: String },
}

struct Fichier {
    nom: String,
    taille: String,
    etat: &'static str,
    lignes: String,
}

impl From<FichierSuivi> for Fichier {
    fn from(fichier: FichierSuivi) -> Self {
        Self {
            nom: short_name(&fichier.nom).to_owned(),
            taille: fichier.octets.map(taille).unwrap_or_default(),
            etat: match fichier.lecture {
                Lecture::Attente => "en attente",
                Lecture::EnCours => "en cours",
                Lecture::Faite => "lu",
            },
            lignes: match fichier.lecture {
                Lecture::Attente => String::new(),
                _ => entier(fichier.lignes),
            },
        }
    }
}

/// What was not recognised, and what can be done of it.
struct Revoir {
    feuilles: Vec<Feuille>,
    duree: String,
    reprise: String,
    oubli: String,
}

struct Feuille {
    nom: String,
    constat: String,
    lien: String,
}

impl Revoir {
    fn new(job: u64, reprise: &Reprise) -> Self {
        let feuilles = (0..).zip(&reprise.feuilles);
        Self {
            feuilles: feuilles
                .map(|(rang, feuille)| Feuille {
                    nom: sheet_name(feuille),
                    constat: finding(feuille),
                    lien: chemin::feuille(job, rang, None),
                })
                .collect(),
            duree: compte(reprise.minutes, "minute", "minutes"),
            reprise: chemin::travail_acte(job, "reprise"),
            oubli: chemin::travail_acte(job, "oubli"),
        }
    }
}

/// « suite.xlsx, feuille Parcours ».
pub(super) fn sheet_name(feuille: &FeuilleARevoir) -> String {
    let nom = short_name(&feuille.fichier);
    match &feuille.feuille {
        Some(sheet) => format!("{nom}, feuille {sheet}"),
        None => nom.to_owned(),
    }
}

fn finding(feuille: &FeuilleARevoir) -> String {
    let Some(table) = &feuille.table else {
        return "la table n'a pas été reconnue".to_owned();
    };
    let count = u64::try_from(feuille.inconnues.len()).unwrap_or(u64::MAX);
    let table = mots::table(table);
    match count {
        0 => format!("sera lue comme : {table}"),
        _ => {
            let unknown = compte(count, "colonne n'a", "colonnes n'ont");
            format!("{table} ; {unknown} pas été reconnue{}", if count > 1 { "s" } else { "" })
        }
    }
}

/// How far a job is.
pub(super) fn find(serveur: &Bureau, job: u64) -> Result<Avancement, Erreur> {
    serveur.atelier.avancement(job).ok_or_else(|| {
        let text = "Ce suivi n'existe plus : le serveur a été relancé depuis. La page Imports dit \
                    ce qui a été fait.";
        Erreur::Introuvable(text.to_owned())
    })
}

pub(super) async fn show(
    serveur: Bureau,
    Segment(job): Segment<u64>,
    parametres: Parametres,
) -> Result<Response, Erreur> {
    // A page that loads again by itself must be stoppable (RGAA 13.1).
    let fixe = parametres.get("fixe").is_some();
    let (titre, suivi, reprise) = match find(&serveur, job)? {
        Avancement::EnCours { etape, fichiers, arret } => {
            let fichiers = fichiers.into_iter().map(Fichier::from).collect();
            ("Import en cours", Suivi::EnCours { etape, fichiers, demande: arret }, None)
        }
        Avancement::Fait { import_id, message, reprise } => {
            let lien = import_id.as_deref().map(chemin::import);
            ("Import terminé", Suivi::Fait { message, lien }, reprise)
        }
        Avancement::Refuse { raison, reprise } => {
            ("Import refusé", Suivi::Refuse { raison: raison.0 }, reprise)
        }
    };
    let mut cadre = Cadre::new(Rubrique::Imports, titre).under("Imports", chemin::IMPORTS);
    if matches!(suivi, Suivi::EnCours { .. }) && !fixe {
        cadre = cadre.refreshed(REFRESH_SECONDS);
    }
    render(&Page {
        cadre,
        suivi,
        reprise: reprise.as_ref().map(|reprise| Revoir::new(job, reprise)),
        retenu: parametres.get("retenu").is_some(),
        fixe,
        ici: chemin::travail(job),
        ici_fixe: chemin::travail_fixe(job),
        arret: chemin::travail_acte(job, "arret"),
    })
}

/// Asks the import to stop.
pub(super) async fn cancel(
    serveur: Bureau,
    Segment(job): Segment<u64>,
) -> Result<Redirect, Erreur> {
    find(&serveur, job)?;
    serveur.atelier.cancel_import(job)?;
    Ok(Redirect::to(&chemin::travail(job)))
}

/// Imports again the files kept.
pub(super) async fn restart(
    serveur: Bureau,
    Segment(job): Segment<u64>,
) -> Result<Redirect, Erreur> {
    find(&serveur, job)?;
    Ok(Redirect::to(&chemin::travail(serveur.atelier.restart_import(job)?)))
}

/// Removes the files kept.
pub(super) async fn forget(
    serveur: Bureau,
    Segment(job): Segment<u64>,
) -> Result<Redirect, Erreur> {
    find(&serveur, job)?;
    serveur.atelier.forget_files(job)?;
    Ok(Redirect::to(&chemin::travail(job)))
}
