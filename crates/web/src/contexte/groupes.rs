//! The peer groups in force, where they come from, and the history of those adopted.

use std::collections::BTreeMap;

use askama::Template;
use axum::response::{IntoResponse, Redirect, Response};
use mallette_app::contexte::adoption::{GroupesAdoptes, Methode, of_year};
use mallette_app::contexte::year_of;
use mallette_app::etat::Etat;
use mallette_app::lecture::indicateurs::groupe::PLUS_PETIT_GROUPE;
use mallette_app::lecture::reseau;
use mallette_app::port::Refus;
use serde::Deserialize;

use crate::bureau::Bureau;
use crate::chemin;
use crate::comptes::Guichet;
use crate::comptes::mots::centre;
use crate::erreur::Erreur;
use crate::extraits::{Formulaire, Parametres, Segment};
use crate::format::{instant, nombre, pourcent};
use crate::indicateurs::position::wider;
use crate::page::{Cadre, Rubrique, render, render_refused};

#[derive(Template)]
#[template(path = "contexte/groupes.html")]
struct Page {
    cadre: Cadre,
    fait: Option<&'static str>,
    refus: Option<String>,
    constat: String,
    groupes: Vec<Groupe>,
    /// What the centres of a group that is too small are compared with.
    ailleurs: String,
    sans: String,
    histoire: Vec<Adoptes>,
}

/// A group in force.
struct Groupe {
    nom: String,
    nombre: usize,
    petit: bool,
    centres: Vec<(String, String)>,
}

/// A centre: its name, its page where it has one.
type Lien = (String, Option<String>);

/// Groups that were adopted.
struct Adoptes {
    annee: i64,
    le: String,
    par: String,
    comment: String,
    motif: String,
    /// The groups, with the centres of each: name, page where it has one.
    groupes: Vec<(String, Vec<Lien>)>,
    /// When and why they were withdrawn.
    retrait: Option<(String, String)>,
    retirer: String,
    rang: i64,
}

/// « calculés sur Taux de chômage (2019, Insee)… ; silhouette 0,52 ; concordance 91 % ».
fn how(adopted: &GroupesAdoptes) -> String {
    if !adopted.calcules {
        return "à la main".to_owned();
    }
    let methode: Methode = serde_json::from_str(&adopted.contenu).unwrap_or_default();
    format!(
        "calculés sur {} ; silhouette {} ; concordance {}",
        methode.variables.join(", "),
        nombre(methode.silhouette, 2),
        pourcent(methode.accord.max(0.0))
    )
}

fn told(etat: &Etat, adopted: &GroupesAdoptes, authors: &BTreeMap<String, String>) -> Adoptes {
    let mut groupes: BTreeMap<&str, Vec<(String, Option<String>)>> = BTreeMap::new();
    for (id, groupe) in &adopted.centres {
        // A centre may have ended since: it keeps its name, and has a page as long as a campaign keeps it.
        let page = etat.reseau.contains_key(id) || etat.termines.contains_key(id);
        let nom = if page { reseau::nom(etat, id) } else { centre(id) };
        let lien = page.then(|| chemin::centre(id));
        groupes.entry(groupe).or_default().push((nom.to_owned(), lien));
    }
    groupes.values_mut().for_each(|centres| centres.sort());
    Adoptes {
        annee: adopted.annee,
        le: instant(adopted.le),
        par: authors.get(&adopted.par).cloned().unwrap_or_default(),
        comment: how(adopted),
        motif: adopted.motif.clone(),
        groupes: groupes.into_iter().map(|(nom, own)| (nom.to_owned(), own)).collect(),
        retrait: adopted.retrait.as_ref().map(|(_, le, motif)| (instant(*le), motif.clone())),
        retirer: chemin::groupes_retrait(adopted.rang),
        rang: adopted.rang,
    }
}

/// The centres by group, as the pages compare them; then the names of those without.
fn by_group(etat: &Etat) -> (Vec<Groupe>, String) {
    let mut groups: BTreeMap<&str, Vec<(String, String)>> = BTreeMap::new();
    let mut without = Vec::new();
    for (id, place) in &etat.reseau {
        let nom = reseau::nom(etat, id).to_owned();
        match place.groupe_pairs.as_deref() {
            Some(groupe) => groups.entry(groupe).or_default().push((nom, chemin::centre(id))),
            None => without.push(nom),
        }
    }
    let groups = groups.into_iter().map(|(nom, centres)| Groupe {
        nom: nom.to_owned(),
        nombre: centres.len(),
        petit: centres.len() < PLUS_PETIT_GROUPE,
        centres,
    });
    (groups.collect(), without.join(", "))
}

/// The year whose groups the pages of the moment are compared in.
pub(super) fn year(etat: &Etat) -> Option<i16> {
    year_of(etat.centres.values().map(|centre| centre.version.date_extraction))
}

async fn page(
    guichet: &Guichet,
    bureau: &Bureau,
    fait: Option<&'static str>,
    refus: Option<String>,
) -> Result<Page, Erreur> {
    let etat = bureau.atelier.etat();
    let authors = guichet.comptes.authors().await?;
    let all = guichet.comptes.groupes_adoptes().await?;
    let annee = year(&etat);
    let current = annee.and_then(|annee| of_year(&etat.contexte.groupes, annee));
    let constat = match (annee, current) {
        (None, _) => "Aucune extraction n'est reçue : il n'y a rien à comparer.".to_owned(),
        (Some(annee), Some(adopted)) => format!(
            "Les extractions de {annee} se comparent dans les groupes adoptés pour {} le {}.",
            adopted.annee,
            instant(adopted.le)
        ),
        (Some(annee), None) => format!(
            "Aucun groupe n'est adopté pour {annee} : les centres se comparent dans ceux que disent leurs \
             extractions."
        ),
    };
    let (groupes, sans) = by_group(&etat);
    Ok(Page {
        cadre: Cadre::new(Rubrique::Contexte, "Groupes de pairs")
            .under("Contexte", chemin::CONTEXTE),
        fait,
        refus,
        constat,
        groupes,
        ailleurs: wider(&etat),
        sans,
        histoire: all.iter().map(|adopted| told(&etat, adopted, &authors)).collect(),
    })
}

pub(super) async fn show(
    guichet: Guichet,
    bureau: Bureau,
    parametres: Parametres,
) -> Result<Response, Erreur> {
    let fait = match parametres.get("fait") {
        Some("adoption") => {
            Some("Les groupes sont adoptés : les pages comparent les centres dans ceux-ci.")
        }
        Some("retrait") => Some("Ces groupes sont retirés : ceux d'avant comptent de nouveau."),
        _ => None,
    };
    render(&page(&guichet, &bureau, fait, None).await?)
}

/// Why groups are withdrawn.
#[derive(Deserialize)]
pub(super) struct Retrait {
    #[serde(default)]
    motif: String,
}

pub(super) async fn withdraw(
    guichet: Guichet,
    bureau: Bureau,
    Segment(rang): Segment<i64>,
    Formulaire(form): Formulaire<Retrait>,
) -> Result<Response, Erreur> {
    let personne = guichet.personne()?;
    let par = (personne.id.as_str(), &*personne.acces);
    match guichet.comptes.withdraw_groupes(par, rang, &form.motif).await {
        Ok(()) => Ok(Redirect::to(&chemin::groupes_fait("retrait")).into_response()),
        Err(Refus(raison)) => render_refused(&page(&guichet, &bureau, None, Some(raison)).await?),
    }
}
