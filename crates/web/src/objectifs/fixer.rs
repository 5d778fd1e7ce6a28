//! Setting targets one by one, taking them back, and every value they had.

use askama::Template;
use axum::response::{IntoResponse as _, Redirect, Response};
use mallette_app::objectifs::fichier::headers;
use mallette_app::objectifs::{Objectif, PorteeObjectif, value};
use mallette_app::port::Refus;
use mallette_domain::acces::Role;
use serde::Deserialize;

use super::{Guichet, mots, nom};
use crate::bureau::Bureau;
use crate::chemin;
use crate::erreur::Erreur;
use crate::extraits::{Formulaire, Parametres};
use crate::format::instant;
use crate::indicateurs::chiffres::unite;
use crate::indicateurs::entete::Choix;
use crate::page::{Cadre, render, render_refused};

#[derive(Template)]
#[template(path = "objectifs/fixer.html")]
struct Page {
    cadre: Cadre,
    annee: i16,
    portees: Vec<(&'static str, &'static str)>,
    /// Centres offered while typing: code, name.
    centres: Vec<(String, String)>,
    indicateurs: Vec<Choix>,
    saisie: Saisie,
    fait: Option<&'static str>,
    refus: Option<String>,
    lignes: Vec<Ligne>,
    histoire: Vec<Ligne>,
    colonnes: String,
}

struct Ligne {
    centre: String,
    titre: String,
    cible: String,
    portee: &'static str,
    le: String,
    /// What takes it back; none for what is not of who reads to take back.
    retrait: Option<Saisie>,
}

/// What is typed.
#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct Saisie {
    portee: String,
    centre: String,
    indicateur: String,
    annee: String,
    /// Empty to take the target back.
    objectif: String,
}

pub(super) async fn show(serveur: Bureau, parametres: Parametres) -> Result<Response, Erreur> {
    let guichet = Guichet::of(&serveur)?;
    let annee = guichet.annee(&serveur.atelier.etat(), parametres.get("annee"));
    let fait = match parametres.get("fait") {
        Some("fixe") => Some("L'objectif est enregistré."),
        Some("rien") => Some("Rien n'a changé : cet objectif est déjà celui-là."),
        Some("fichier") => Some("Les objectifs du fichier sont enregistrés."),
        _ => None,
    };
    render(&page(&serveur, &guichet, annee, Saisie::default(), (fait, None)).await?)
}

/// The targets that who asks may set.
pub(super) fn portees(serveur: &Bureau) -> Vec<(&'static str, &'static str)> {
    let machine = matches!(serveur.visiteur, mallette_app::visiteur::Visiteur::Machine);
    let network =
        machine || serveur.holds(Role::ChargeDeMission) || serveur.holds(Role::Administrateur);
    let own = machine || serveur.holds(Role::Directeur);
    let all = [
        (network, PorteeObjectif::Reseau, "Fixé au centre, comme notifié"),
        (own, PorteeObjectif::Interne, "Interne au centre"),
    ];
    let open = all.into_iter().filter(|(open, ..)| *open);
    open.map(|(_, portee, texte)| (portee.code(), texte)).collect()
}

async fn page(
    serveur: &Bureau,
    guichet: &Guichet,
    annee: i16,
    saisie: Saisie,
    (fait, refus): (Option<&'static str>, Option<String>),
) -> Result<Page, Erreur> {
    let etat = serveur.atelier.etat();
    let held = guichet.comptes.objectifs(&guichet.qui, annee).await?;
    let line = |objectif: &Objectif, current: bool| {
        let cle = &objectif.cle;
        let known = etat.catalogue.indicateurs.iter().find(|i| i.code == cle.indicateur);
        let written = |stored: i64| match known {
            Some(known) => unite(known).write(value(stored)),
            None => value(stored).to_string(),
        };
        let may = current && guichet.qui.sets_objectif(cle.portee, &cle.structure_id);
        Ligne {
            centre: nom(&etat, &cle.structure_id).to_owned(),
            titre: known.map_or_else(|| cle.indicateur.clone(), |known| known.titre.clone()),
            cible: objectif.valeur.map_or_else(|| "retiré".to_owned(), written),
            portee: mots::portee(cle.portee),
            le: instant(objectif.le),
            retrait: may.then(|| Saisie {
                portee: cle.portee.code().to_owned(),
                centre: cle.structure_id.clone(),
                indicateur: cle.indicateur.clone(),
                annee: cle.annee.to_string(),
                objectif: String::new(),
            }),
        }
    };
    let mut histoire = Vec::new();
    let mut centres: Vec<&str> = held.iter().map(|held| held.cle.structure_id.as_str()).collect();
    centres.dedup();
    for centre in centres {
        let all = guichet.comptes.objectif_history(&guichet.qui, centre, annee).await?;
        histoire.extend(all.iter().map(|known| line(known, false)));
    }
    let mut lignes: Vec<Ligne> = held.iter().map(|objectif| line(objectif, true)).collect();
    lignes.sort_by(|left, right| (&left.centre, &left.titre).cmp(&(&right.centre, &right.titre)));
    // Who reads no figure of a centre may set its target: the built-in list stands in.
    let known = etat.reseau.keys().map(|id| (id.clone(), nom(&etat, id).to_owned()));
    let mut offered: Vec<(String, String)> = known.collect();
    if offered.is_empty() {
        let all = mallette_domain::structure::all();
        offered = all.map(|known| (known.structure_id.to_owned(), known.nom.to_owned())).collect();
    }
    Ok(Page {
        cadre: super::frame(serveur, format!("Fixer les objectifs de {annee}")),
        portees: portees(serveur),
        centres: offered,
        indicateurs: etat
            .catalogue
            .indicateurs
            .iter()
            .map(|known| Choix {
                valeur: known.code.clone(),
                texte: known.titre.clone(),
                choisi: known.code == saisie.indicateur,
            })
            .collect(),
        colonnes: headers().join(", "),
        annee,
        saisie,
        fait,
        refus,
        lignes,
        histoire,
    })
}

pub(super) async fn set(
    serveur: Bureau,
    Formulaire(form): Formulaire<Saisie>,
) -> Result<Response, Erreur> {
    let guichet = Guichet::of(&serveur)?;
    let etat = serveur.atelier.etat();
    let annee = guichet.annee(&etat, Some(&form.annee));
    let portee = PorteeObjectif::from_code(&form.portee);
    let texts = [&form.centre, &form.indicateur, &form.annee, &form.objectif].map(String::as_str);
    let read = portee.ok_or_else(|| "dire de qui est cet objectif".to_owned());
    let read = read.and_then(|portee| guichet.comptes.read_objectif(portee, texts));
    let refus = match read {
        Err(raison) => format!("L'objectif n'est pas enregistré\u{a0}: {raison}."),
        Ok(voulu) => match guichet.comptes.set_objectifs(&guichet.qui, &[voulu]).await {
            Ok(changed) => {
                let fait = if changed > 0 { "fixe" } else { "rien" };
                let back = chemin::objectifs_fixer(annee, Some(fait));
                return Ok(Redirect::to(&back).into_response());
            }
            Err(Refus(raison)) => raison,
        },
    };
    render_refused(&page(&serveur, &guichet, annee, form, (None, Some(refus))).await?)
}
