//! Every indicator of a centre on one page: a box as small as a word each, the position in words, a link to the
//! page of the indicator; and the same as a table.

use std::collections::BTreeMap;

use askama::Template;
use axum::http::Uri;
use axum::response::Response;
use mallette_app::etat::Etat;
use mallette_app::lecture::centre::apercu::{Apercu, overview};
use mallette_app::lecture::indicateurs::chiffre::Cellule;
use mallette_app::lecture::indicateurs::periodes;
use mallette_app::lecture::reseau;
use mallette_catalogue::{CadrePublic, chosen};
use mallette_domain::periode::Periode;
use mallette_reports::graphique::{mots, vignette};

use super::theme;
use crate::bureau::Bureau;
use crate::campagnes::choix::Campagnes;
use crate::chemin;
use crate::erreur::Erreur;
use crate::extraits::{Parametres, Segment};
use crate::format::{compte, jour};
use crate::indicateurs::cadre::{Numerote, numbers};
use crate::indicateurs::chiffrage::{self, Chiffrage};
use crate::indicateurs::chiffres::{
    aim, behind_with_floor, comparison, favour, limits, shown, unite,
};
use crate::indicateurs::entete::{Choix, Periodes, periods};
use crate::indicateurs::liens;
use crate::indicateurs::position::{apart, stand_in, under_floor};
use crate::indicateurs::tableau::Famille;
use crate::page::{Cadre, Rubrique, render};
use crate::requis::without_figure;

#[derive(Template)]
#[template(path = "centre/apercu.html")]
struct Page {
    cadre: Cadre,
    id: String,
    contenu: Contenu,
}

struct Contenu {
    campagnes: Campagnes,
    periodes: Vec<Periodes>,
    du: String,
    au: String,
    periode: String,
    extraction: String,
    constat: String,
    guide: String,
    /// Which indicators are shown: all, those of a frame, those of a family.
    familles: Vec<Choix>,
    themes: Vec<Theme>,
}

struct Theme {
    id: String,
    titre: String,
    vignettes: Vec<Vignette>,
}

struct Vignette {
    code: String,
    titre: String,
    /// Its numbers in the public frames.
    numeros: Vec<Numerote>,
    lien: String,
    chiffre: String,
    /// « 39,0 % à 51,4 % »; empty where chance is not reckoned.
    intervalle: String,
    derriere: String,
    /// « 3ᵉ quart, au-dessus de la médiane, +4,2 points »; why there is none, when there is none.
    position: String,
    favorable: &'static str,
    /// « parmi 12 centres de son groupe « Urbain » ; 2 au secret, 1 nc ».
    groupe: String,
    dessin: Option<String>,
    quartiles: Option<[String; 3]>,
}

pub(super) async fn show(
    serveur: Bureau,
    Segment(id): Segment<String>,
    uri: Uri,
    parametres: Parametres,
) -> Result<Response, Erreur> {
    let serveur = serveur.at(&parametres).await?;
    let etat = serveur.atelier.etat();
    if !etat.centres.contains_key(&id) {
        return Err(match reseau::codes(&etat).contains(id.as_str()) {
            true => Erreur::no_version(&etat, &id),
            false => Erreur::no_centre(&id),
        });
    }
    let contenu = match chiffrage::read(&serveur, &etat, &parametres, &uri)? {
        Chiffrage::EnCours(page) => return Ok(page),
        Chiffrage::Vide => return Err(Erreur::no_version(&etat, &id)),
        Chiffrage::Pret(periode, figures) => {
            let famille = Famille::read_all(&etat, &parametres)?;
            let found = overview(&figures, &id, periode).unwrap_or_default();
            content(&etat, &id, periode, (&among(&etat, found, famille), famille))
        }
    };
    let nom = reseau::nom(&etat, &id).to_owned();
    render(&Page {
        cadre: Cadre::new(Rubrique::Centres, "Tous les indicateurs")
            .under("Centres", chemin::CENTRES)
            .under(&nom, chemin::keep(chemin::centre(&id), etat.campagne.as_deref())),
        id,
        contenu,
    })
}

/// Those of the family or of the frame that is asked for, in its order.
fn among<'a>(etat: &Etat, mut found: Vec<Apercu<'a>>, famille: Famille<'_>) -> Vec<Apercu<'a>> {
    let wanted = chosen(&etat.catalogue.indicateurs, famille.nom());
    let place = |own: &Apercu<'_>| wanted.iter().position(|i| i.code == own.indicateur.code);
    found.retain(|own| place(own).is_some());
    found.sort_by_key(place);
    found
}

/// The sections of the page: one for the frame asked for, whose numbers are its order; else one by theme.
fn themes(vignettes: Vec<(&str, Vignette)>, famille: Famille<'_>) -> Vec<Theme> {
    if let Some(cadre) = famille.nom().and_then(CadrePublic::find) {
        let vignettes = vignettes.into_iter().map(|(_, vignette)| vignette).collect();
        return vec![Theme { id: "theme-0".to_owned(), titre: cadre.nom().to_owned(), vignettes }];
    }
    let mut by_theme: BTreeMap<(usize, &str), Vec<Vignette>> = BTreeMap::new();
    for (theme, vignette) in vignettes {
        by_theme.entry((theme::rank(theme), theme)).or_default().push(vignette);
    }
    let shown = by_theme.into_iter().enumerate().map(|(rang, ((_, titre), vignettes))| Theme {
        id: format!("theme-{rang}"),
        titre: titre.to_owned(),
        vignettes,
    });
    shown.collect()
}

fn content(
    etat: &Etat,
    id: &str,
    periode: Periode,
    (found, famille): (&[Apercu<'_>], Famille<'_>),
) -> Contenu {
    let campagne = etat.campagne.as_deref();
    let retour = liens::apercu_of(id, periode, famille.nom());
    let (du, au) = chiffrage::days(etat, periode);
    let vignettes =
        found.iter().map(|own| (theme::of(own.indicateur), view(etat, id, periode, own)));
    let themes = themes(vignettes.collect(), famille);
    Contenu {
        campagnes: Campagnes::new(etat, retour),
        periodes: periods(etat, periode),
        du,
        au,
        periode: periodes::label(periode),
        extraction: etat
            .centres
            .get(id)
            .map(|centre| jour(centre.version.date_extraction))
            .unwrap_or_default(),
        constat: finding(reseau::nom(etat, id), found),
        guide: chemin::keep(liens::guide(Some(periode), Some(id)), campagne),
        familles: famille.choices(etat),
        themes,
    }
}

/// How many indicators are in which quarter: what the page shows, in a sentence.
fn finding(nom: &str, found: &[Apercu<'_>]) -> String {
    let quarters: Vec<u8> =
        found.iter().filter_map(|own| own.place.as_ref()).map(|p| p.position.quart).collect();
    let count = |quart: u8| quarters.iter().filter(|own| **own == quart).count();
    let without = found.len() - quarters.len();
    let words = |count: usize| {
        compte(u64::try_from(count).unwrap_or(u64::MAX), "indicateur", "indicateurs")
    };
    let mut text = format!(
        "{nom}\u{a0}: {} avec une position, dont {} dans le quart le plus haut et {} dans le plus bas",
        words(quarters.len()),
        count(4),
        count(1)
    );
    if without > 0 {
        text.push_str(&format!(
            "\u{a0}; {} sans position, la raison est dite sous chacun",
            words(without)
        ));
    }
    text.push('.');
    text
}

fn view(etat: &Etat, id: &str, periode: Periode, own: &Apercu<'_>) -> Vignette {
    let indicateur = own.indicateur;
    let unite = unite(indicateur);
    // A box of two or three centres draws nothing that can be read.
    let large = own.groupe.as_ref().filter(|groupe| groupe.is_large());
    let boite = large.and_then(|groupe| groupe.boite.as_ref());
    let (position, favorable) = match &own.place {
        Some(place) => {
            let side = mots::side(unite, &place.position);
            let gap = unite.write_gap(place.position.ecart_mediane);
            let gap = if side.starts_with('à') { String::new() } else { format!(", {gap}") };
            let favour = match favour(aim(indicateur), unite, &place.position) {
                "" => "",
                text if text.contains("défavorable") => "✗ côté défavorable",
                _ => "✓ côté favorable",
            };
            (format!("{}, {side}{gap}", mots::quarter(place.position.quart)), favour)
        }
        None => (without_place(own), ""),
    };
    let floor = own.chiffre.as_ref().and_then(|chiffre| chiffre.floor(indicateur));
    let lien = liens::fiche(&indicateur.code, Some(periode), Some(id));
    Vignette {
        code: indicateur.code.clone(),
        titre: indicateur.titre.clone(),
        numeros: numbers(indicateur),
        lien: chemin::keep(lien, etat.campagne.as_deref()),
        chiffre: shown(unite, own.chiffre.as_ref()),
        intervalle: limits(unite, own.intervalle),
        derriere: match &own.chiffre {
            Some(chiffre) => behind_with_floor(indicateur, chiffre),
            None => without_figure(etat, indicateur, id),
        },
        position,
        favorable,
        groupe: compared_with(own),
        dessin: boite.map(|boite| {
            // Under the floor it stands nowhere: no mark in the box of the others.
            let valeur = own.chiffre.as_ref().and_then(|chiffre| chiffre.valeur);
            vignette::drawing(boite, valeur.filter(|_| floor.is_none()), unite)
        }),
        quartiles: boite.map(|b| [b.q1, b.mediane, b.q3].map(|value| unite.write(value))),
    }
}

/// Why a figure has no position.
fn without_place(own: &Apercu<'_>) -> String {
    let floor = own.chiffre.as_ref().and_then(|chiffre| chiffre.floor(own.indicateur));
    let why = match (Cellule::from(own.chiffre.as_ref()), floor) {
        (Cellule::Nc, _) => "rien au dénominateur (nc)".to_owned(),
        (Cellule::NonRecu, _) => "chiffre non reçu (…)".to_owned(),
        (Cellule::Secret, _) => "chiffre au secret hors du centre (s)".to_owned(),
        (Cellule::Valeur(_), Some(floor)) => under_floor(floor),
        (Cellule::Valeur(_), None) => "trop peu de centres à quoi comparer".to_owned(),
    };
    format!("Pas de position\u{a0}: {why}.")
}

/// What the centre is compared with, the centres left out said apart.
fn compared_with(own: &Apercu<'_>) -> String {
    let Some(groupe) = &own.groupe else { return String::new() };
    let number = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
    let of = match &own.place {
        Some(place) => comparison(place).of(),
        None => String::new(),
    };
    let mut text = format!("Parmi {}", compte(number(groupe.size()), "centre", "centres"));
    if !of.is_empty() {
        text.push_str(&format!(" {of}"));
    }
    if let Some(why) = own.place.as_ref().and_then(stand_in) {
        text.push_str(&format!(" ({why})"));
    }
    text.push_str(&apart(groupe.apart()));
    text.push('.');
    text
}
