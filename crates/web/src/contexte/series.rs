//! The series in force, the files that brought them, what counts are divided by; a file dropped.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::multipart::{Multipart, MultipartRejection};
use axum::response::{IntoResponse, Redirect, Response};
use mallette_app::apport::OCTETS;
use mallette_app::contexte::Contexte;
use mallette_app::contexte::acte::{LIGNES, POUR, Series};
use mallette_app::contexte::lecture::Reglage;
use mallette_app::etat::Etat;
use mallette_app::lecture::reseau;
use mallette_app::port::Refus;
use mallette_reports::bloc::Bloc;
use serde::Deserialize;

use crate::apport;
use crate::apport::envoi::Envoi;
use crate::apport::fichiers::{Fichier, files};
use crate::bureau::Bureau;
use crate::comptes::Guichet;
use crate::erreur::Erreur;
use crate::extraits::{Formulaire, Parametres};
use crate::format::{entier, instant};
use crate::page::{Cadre, Rubrique, render, render_refused};
use crate::{chemin, telechargement};

#[derive(Template)]
#[template(path = "contexte/series.html")]
struct Page {
    cadre: Cadre,
    fait: Option<&'static str>,
    refus: Option<String>,
    series: Vec<Ligne>,
    denominateurs: Vec<Denominateur>,
    /// Keys and labels of the variables.
    variables: Vec<(String, String)>,
    /// Numbers that may be chosen, and how they are written.
    pour: Vec<(i64, String)>,
    imports: Vec<Fichier>,
    lignes: String,
    poids: usize,
    reglage: Reglage,
}

/// A series in force.
struct Ligne {
    libelle: String,
    annee: i16,
    unite: String,
    source: String,
    centres: String,
    lien: String,
    le: String,
}

/// A variable that counts are divided by.
struct Denominateur {
    variable: String,
    libelle: String,
    pour: String,
}

fn lines(contexte: &Contexte, etat: &Etat) -> Vec<Ligne> {
    let own = |id: &&String| etat.reseau.contains_key(*id);
    let one = |serie: &mallette_app::contexte::Serie| Ligne {
        libelle: serie.libelle.clone(),
        annee: serie.annee,
        unite: serie.unite.clone(),
        source: serie.source.clone(),
        centres: format!("{} sur {}", serie.valeurs.keys().filter(own).count(), etat.reseau.len()),
        lien: chemin::apport(chemin::LIEU_CONTEXTE, serie.import_rang),
        le: instant(serie.le),
    };
    contexte.series.iter().map(one).collect()
}

async fn page(
    guichet: &Guichet,
    bureau: &Bureau,
    (fait, refus): (Option<&'static str>, Option<String>),
    reglage: Reglage,
) -> Result<Page, Erreur> {
    let contexte = guichet.comptes.contexte().await?;
    let variables: BTreeMap<String, String> = contexte
        .series
        .iter()
        .map(|serie| (serie.variable.clone(), serie.libelle.clone()))
        .collect();
    let known = contexte.denominateurs.iter().filter_map(|(variable, pour)| {
        let libelle = variables.get(variable)?.clone();
        Some(Denominateur { variable: variable.clone(), libelle, pour: whole(*pour) })
    });
    Ok(Page {
        cadre: Cadre::new(Rubrique::Contexte, "Contexte"),
        fait,
        refus,
        series: lines(&contexte, &bureau.atelier.etat()),
        denominateurs: known.collect(),
        variables: variables.into_iter().collect(),
        pour: POUR.into_iter().map(|pour| (pour, whole(pour))).collect(),
        imports: files::<Series>(&guichet.comptes).await?,
        lignes: entier(u64::try_from(LIGNES).unwrap_or(u64::MAX)),
        poids: OCTETS >> 20,
        reglage,
    })
}

/// A number of units.
pub(crate) fn whole(pour: i64) -> String {
    entier(u64::try_from(pour).unwrap_or_default())
}

pub(super) async fn show(
    guichet: Guichet,
    bureau: Bureau,
    parametres: Parametres,
) -> Result<Response, Erreur> {
    let fait = match parametres.get("fait") {
        Some("denominateur") => Some("C'est noté : les pages Indicateurs en tiennent compte."),
        fait => apport::done(fait),
    };
    render(&page(&guichet, &bureau, (fait, None), Reglage::default()).await?)
}

/// Receives the file: in memory, and nowhere else.
pub(super) async fn receive(
    guichet: Guichet,
    bureau: Bureau,
    multipart: Result<Multipart, MultipartRejection>,
) -> Result<Response, Erreur> {
    let envoi = Envoi::read(multipart).await?;
    let reglage = Reglage {
        annee: envoi.text("annee").to_owned(),
        source: envoi.text("source").to_owned(),
        unite: envoi.text("unite").to_owned(),
    };
    let series = Series::of(&bureau.atelier.etat(), reglage.clone());
    match apport::receive(&guichet, &series, envoi)? {
        Ok(depot) => Ok(Redirect::to(&depot).into_response()),
        Err(raison) => {
            render_refused(&page(&guichet, &bureau, (None, Some(raison)), reglage).await?)
        }
    }
}

/// What counts are to be divided by.
#[derive(Deserialize)]
pub(super) struct Choix {
    #[serde(default)]
    variable: String,
    #[serde(default)]
    pour: String,
}

pub(super) async fn divide(
    guichet: Guichet,
    bureau: Bureau,
    Formulaire(form): Formulaire<Choix>,
) -> Result<Response, Erreur> {
    let personne = guichet.personne()?;
    let par = (personne.id.as_str(), &*personne.acces);
    let pour = form.pour.parse().unwrap_or(-1);
    match guichet.comptes.divide_by(par, &form.variable, pour).await {
        Ok(()) => Ok(Redirect::to(&chemin::apport_fait(chemin::LIEU_CONTEXTE, "denominateur"))
            .into_response()),
        Err(Refus(raison)) => {
            let refus = (None, Some(raison));
            render_refused(&page(&guichet, &bureau, refus, Reglage::default()).await?)
        }
    }
}

/// The file to fill in: the centres of the network, and two columns to be named.
pub(super) async fn template(bureau: Bureau) -> Result<Response, Erreur> {
    let etat = bureau.atelier.etat();
    let headers = ["Code", "Nom du centre", "Jeunes de 16 à 25 ans", "ETP"];
    let mut bloc = Bloc::new("Contexte", &headers);
    for id in etat.reseau.keys() {
        let nom = reseau::nom(&etat, id);
        bloc.lignes.push(vec![id.as_str().into(), nom.into(), "".into(), "".into()]);
    }
    telechargement::csv("mallette-contexte", &bloc)
}
