//! The alerts of a person: each in a sentence, with its proof, since when it stands, and what to make of it.

use askama::Template;
use axum::response::{IntoResponse, Redirect, Response};
use mallette_app::alertes::lecture::{AlerteVue, Geste, MesAlertes};
use mallette_app::alertes::phrase::{kind, place, sentence};
use mallette_app::etat::Etat;
use mallette_app::vie::Qui;
use mallette_app::visiteur::Visiteur;
use mallette_domain::alerte::Importance;
use serde::Deserialize;

use super::liens;
use crate::bureau::Bureau;
use crate::chemin;
use crate::erreur::Erreur;
use crate::extraits::{Formulaire, Parametres};
use crate::format::{compte, instant};
use crate::page::{Cadre, Rubrique, render};

#[derive(Template)]
#[template(path = "alertes/liste.html")]
struct Page {
    cadre: Cadre,
    phrase: String,
    lignes: Vec<Ligne>,
    tues: Vec<Ligne>,
    non_vues: bool,
    agit: bool,
    /// Whether the reader has preferences: a person, not a machine.
    regle: bool,
    fait: Option<&'static str>,
}

struct Ligne {
    cle: String,
    etat: String,
    genre: &'static str,
    ou: String,
    texte: String,
    lien: Option<String>,
    depuis: String,
    haute: bool,
    vue: bool,
}

impl Ligne {
    fn new(etat: &Etat, seen: &AlerteVue) -> Self {
        let alerte = &seen.alerte;
        Self {
            cle: alerte.cle.text(),
            etat: alerte.etat(),
            genre: kind(alerte.cle.genre),
            ou: place(&alerte.cle),
            texte: sentence(alerte, &etat.catalogue),
            lien: liens::proof(etat, alerte),
            depuis: instant(seen.depuis),
            haute: alerte.importance == Importance::Haute,
            vue: seen.vue,
        }
    }
}

pub(super) async fn show(bureau: Bureau, parametres: Parametres) -> Result<Response, Erreur> {
    let qui = Qui::of(&bureau.visiteur).ok_or_else(Erreur::not_entitled)?;
    // Served without a registry of people, nobody's alerts are kept.
    let own = match &bureau.comptes {
        Some(comptes) => comptes.my_alerts(&qui).await?,
        None => MesAlertes::default(),
    };
    let etat = bureau.atelier.etat();
    let unseen = u64::try_from(own.unseen().count()).unwrap_or(u64::MAX);
    let total = u64::try_from(own.alertes.len()).unwrap_or(u64::MAX);
    let looked = match own.cherchees_le {
        None => {
            "Elles n'ont pas encore été cherchées : elles le sont à chaque import, et chaque jour."
                .to_owned()
        }
        Some(le) => {
            format!("Cherchées le {} ; elles le sont à chaque import, et chaque jour.", instant(le))
        }
    };
    let lines = |seen: &[AlerteVue]| seen.iter().map(|seen| Ligne::new(&etat, seen)).collect();
    render(&Page {
        cadre: Cadre::new(Rubrique::Alertes, "Alertes"),
        phrase: format!(
            "{}, dont {} à regarder. {looked}",
            compte(total, "alerte", "alertes"),
            crate::format::entier(unseen)
        ),
        lignes: lines(&own.alertes),
        tues: lines(&own.tues),
        non_vues: unseen > 0,
        agit: !bureau.is_read_only(),
        regle: matches!(bureau.visiteur, Visiteur::Personne(_)),
        fait: match parametres.get("fait") {
            Some("vue") => Some("C'est noté comme vu."),
            Some("taire") => {
                Some("Cette alerte ne sera plus dite tant qu'elle dira la même chose.")
            }
            Some("redire") => Some("Cette alerte est de nouveau dite."),
            Some("perimee") => Some("Cette alerte ne tient plus : rien n'a été noté."),
            Some("reglees") => Some("Vos réglages sont enregistrés."),
            _ => None,
        },
    })
}

/// What is made of an alert; of all of them when none is named.
#[derive(Debug, Deserialize)]
pub(super) struct Marquage {
    cle: Option<String>,
    etat: Option<String>,
    acte: String,
}

pub(super) async fn mark(
    bureau: Bureau,
    Formulaire(form): Formulaire<Marquage>,
) -> Result<Response, Erreur> {
    let comptes = bureau.comptes.clone().ok_or_else(Erreur::no_account)?;
    let qui = Qui::of(&bureau.visiteur).ok_or_else(Erreur::not_entitled)?;
    let named = form.cle.as_deref().zip(form.etat.as_deref());
    let (geste, fait) = match (form.acte.as_str(), named) {
        ("vue", _) => (Geste::Vue, "vue"),
        ("taire", Some(_)) => (Geste::Taire, "taire"),
        ("redire", Some(_)) => (Geste::Redire, "redire"),
        _ => return Err(Erreur::Refus("Ce geste n'existe pas. Rien n'a été noté.".to_owned())),
    };
    let marked = comptes.mark_alerts(&qui, named, geste).await?;
    let fait = if marked == 0 { "perimee" } else { fait };
    Ok(Redirect::to(&format!("{}?fait={fait}", chemin::ALERTES)).into_response())
}
