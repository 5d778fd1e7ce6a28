//! Publishing: what would be, shown as funders will read it, then the act.

use std::sync::Arc;

use askama::Template;
use axum::http::Uri;
use axum::response::{IntoResponse, Redirect, Response};
use mallette_app::etat::Etat;
use mallette_app::lecture::indicateurs::periodes;
use mallette_app::port::Refus;
use mallette_app::publication::contenu::Contenu;
use mallette_app::publication::tirage::{self, Choix, is_published};
use mallette_app::visiteur::Visiteur;
use mallette_domain::periode::Periode;
use serde::Deserialize;

use super::chiffres::stored;
use super::fiche::Tableau;
use crate::bureau::Bureau;
use crate::campagnes::choix::Campagnes;
use crate::chemin;
use crate::comptes::Guichet;
use crate::erreur::Erreur;
use crate::extraits::{Formulaire, Parametres};
use crate::format::compte;
use crate::indicateurs::chiffrage::{self, Chiffrage};
use crate::indicateurs::chiffres::unite;
use crate::indicateurs::entete::{Periodes, periods};
use crate::page::{Cadre, Rubrique, render, render_refused};

#[derive(Template)]
#[template(path = "publications/nouvelle.html")]
struct Page {
    cadre: Cadre,
    contenu: Option<Apercu>,
    refus: Option<String>,
}

/// What would be published, when something was received.
struct Apercu {
    campagnes: Campagnes,
    periodes: Vec<Periodes>,
    du: String,
    au: String,
    par_centre: bool,
    indicateurs: Vec<Case>,
    tableau: Tableau,
    secrets: String,
    titre: String,
    empreinte: String,
    action: String,
}

/// An indicator that may be published or not.
struct Case {
    champ: String,
    texte: String,
    coche: bool,
}

/// The parameter that chooses an indicator.
fn field(code: &str) -> String {
    format!("i-{code}")
}

/// Codes of the indicators chosen: every one unless the form was sent with some.
fn chosen<'a>(etat: &'a Etat, parametres: &Parametres) -> Vec<&'a str> {
    let known = etat.catalogue.indicateurs.iter().filter(|own| is_published(own));
    let codes = known.map(|indicateur| indicateur.code.as_str());
    let asked: Vec<&str> = codes.clone().filter(|c| parametres.get(&field(c)).is_some()).collect();
    if asked.is_empty() { codes.collect() } else { asked }
}

/// What an address asks to publish.
enum Demande {
    Vide,
    Pret(Periode, Arc<Etat>, Box<Contenu>),
    EnCours(Response),
}

/// What the public may have read before; nothing where nobody publishes.
async fn published(bureau: &Bureau) -> Result<Vec<Contenu>, Erreur> {
    match (&bureau.comptes, &bureau.visiteur) {
        (Some(comptes), Visiteur::Personne(personne)) => {
            Ok(comptes.published(&personne.acces).await?)
        }
        _ => Ok(Vec::new()),
    }
}

async fn draw(bureau: &Bureau, parametres: &Parametres, uri: &Uri) -> Result<Demande, Erreur> {
    let etat = bureau.atelier.etat();
    Ok(match chiffrage::read(bureau, &etat, parametres, uri)? {
        Chiffrage::Vide => Demande::Vide,
        Chiffrage::EnCours(page) => Demande::EnCours(page),
        Chiffrage::Pret(periode, figures) => {
            let anterieures = published(bureau).await?;
            let choix = Choix {
                periode,
                codes: chosen(&figures, parametres),
                centres: parametres.get("centres").is_some(),
                anterieures: &anterieures,
            };
            let written = bureau.atelier.now();
            let contenu = tirage::draw(&figures, &choix, |i| stored(unite(i)), written);
            Demande::Pret(periode, etat, Box::new(contenu))
        }
    })
}

fn content(
    etat: &Etat,
    parametres: &Parametres,
    uri: &Uri,
    (periode, contenu): (Periode, &Contenu),
    titre: Option<&str>,
) -> Result<Apercu, Erreur> {
    let (du, au) = chiffrage::days(etat, periode);
    let codes = chosen(etat, parametres);
    let known = etat.catalogue.indicateurs.iter().filter(|own| is_published(own));
    let indicateurs = known.map(|indicateur| Case {
        champ: field(&indicateur.code),
        texte: format!("{} ({})", indicateur.titre, indicateur.code),
        coche: codes.contains(&indicateur.code.as_str()),
    });
    let secrets = u64::try_from(contenu.secrets()).unwrap_or(u64::MAX);
    let code = periodes::code(periode);
    Ok(Apercu {
        campagnes: Campagnes::new(etat, chemin::nouvelle_publication(&[("periode", Some(&code))])),
        periodes: periods(etat, periode),
        du,
        au,
        par_centre: parametres.get("centres").is_some(),
        indicateurs: indicateurs.collect(),
        tableau: Tableau::from(contenu),
        secrets: match secrets {
            0 => "Aucun chiffre n'est secret".to_owned(),
            _ => compte(secrets, "chiffre est secret", "chiffres sont secrets"),
        },
        titre: titre.map_or_else(|| format!("Indicateurs, {}", contenu.periode), str::to_owned),
        empreinte: contenu.empreinte()?,
        action: uri
            .path_and_query()
            .map_or(chemin::NOUVELLE_PUBLICATION, |p| p.as_str())
            .to_owned(),
    })
}

fn frame() -> Cadre {
    Cadre::new(Rubrique::Publications, "Publier aux financeurs")
        .under("Chiffres publiés", chemin::PUBLICATIONS)
}

pub(super) async fn preview(
    bureau: Bureau,
    uri: Uri,
    parametres: Parametres,
) -> Result<Response, Erreur> {
    let bureau = bureau.at(&parametres).await?;
    let contenu = match draw(&bureau, &parametres, &uri).await? {
        Demande::EnCours(page) => return Ok(page),
        Demande::Vide => None,
        Demande::Pret(periode, etat, contenu) => {
            Some(content(&etat, &parametres, &uri, (periode, &contenu), None)?)
        }
    };
    render(&Page { cadre: frame(), contenu, refus: None })
}

/// What is confirmed.
#[derive(Deserialize)]
pub(super) struct Confirmation {
    #[serde(default)]
    titre: String,
    #[serde(default)]
    empreinte: String,
}

pub(super) async fn publish(
    guichet: Guichet,
    bureau: Bureau,
    uri: Uri,
    parametres: Parametres,
    Formulaire(form): Formulaire<Confirmation>,
) -> Result<Response, Erreur> {
    let personne = guichet.personne()?;
    let bureau = bureau.at(&parametres).await?;
    let (periode, etat, contenu) = match draw(&bureau, &parametres, &uri).await? {
        Demande::EnCours(page) => return Ok(page),
        Demande::Vide => {
            let text = "Aucune extraction n'a été reçue : il n'y a rien à publier.";
            return Err(Erreur::Refus(text.to_owned()));
        }
        Demande::Pret(periode, etat, contenu) => (periode, etat, contenu),
    };
    let published = if contenu.empreinte()? == form.empreinte {
        let par = (personne.id.as_str(), &*personne.acces);
        guichet.comptes.publish(par, &form.titre, &contenu).await
    } else {
        let raison = "Les chiffres ont changé depuis que cette page les a montrés, et rien n'est \
                      publié. Relire ceux d'aujourd'hui.";
        Err(Refus(raison.to_owned()))
    };
    match published {
        Ok(id) => Ok(Redirect::to(&chemin::publication(&id)).into_response()),
        Err(Refus(refus)) => {
            let shown = (periode, &*contenu);
            let contenu = content(&etat, &parametres, &uri, shown, Some(&form.titre))?;
            let page = Page { cadre: frame(), contenu: Some(contenu), refus: Some(refus) };
            render_refused(&page)
        }
    }
}
