//! The table of positions of the network: centres × indicators, the quarter of each in words, on a page and in
//! a workbook.

use std::cmp::Ordering;

use askama::Template;
use axum::http::Uri;
use axum::response::Response;
use mallette_app::etat::Etat;
use mallette_app::lecture::indicateurs::carte::{Carte, Case, Ligne, Palier, SansPosition, map};
use mallette_app::lecture::indicateurs::groupe::holds_several_regions;
use mallette_app::lecture::indicateurs::hasard::is_drawn;
use mallette_app::lecture::indicateurs::periodes;
use mallette_app::lecture::portee::Portee;
use mallette_app::lecture::provenance::filter;
use mallette_catalogue::Indicateur;
use mallette_domain::periode::Periode;
use mallette_domain::resultat::Niveau;
use mallette_reports::bloc::{self, Bloc};
use mallette_reports::graphique::mots;
use mallette_reports::provenance;

use super::cadre::{Numerote, numbers};
use super::chiffrage::{self, Chiffrage};
use super::chiffres::{cell, shown_short, unite};
use super::entete::{Choix, Periodes, periods};
use super::fiche::find;
use super::liens;
use super::origine::{self, Sujet};
use super::position::{under_floor, unranked};
use super::tableau::Famille;
use crate::bureau::Bureau;
use crate::campagnes::choix::Campagnes;
use crate::erreur::Erreur;
use crate::extraits::Parametres;
use crate::page::{Cadre, Rubrique, render};
use crate::{chemin, telechargement};

#[derive(Template)]
#[template(path = "indicateurs/carte.html")]
struct Page {
    cadre: Cadre,
    contenu: Option<Contenu>,
}

struct Contenu {
    campagnes: Campagnes,
    periodes: Vec<Periodes>,
    du: String,
    au: String,
    legende: String,
    portee: String,
    /// Whether centres of several régions are there, so that the network may stand in for one that is too small.
    reseau: bool,
    constat: String,
    /// The indicator that the lines are put by: its title, and what its steps do not say.
    tri: Option<(String, String)>,
    par_nom: String,
    xlsx: String,
    familles: Vec<Choix>,
    colonnes: Vec<Colonne>,
    paliers: Vec<PalierVu>,
}

pub(super) struct Colonne {
    pub(super) code: String,
    pub(super) titre: String,
    /// Its numbers in the public frames.
    pub(super) numeros: Vec<Numerote>,
    pub(super) lien: String,
    /// The same table, its lines put by this indicator.
    pub(super) tri: String,
    pub(super) choisie: bool,
}

pub(super) struct PalierVu {
    pub(super) titre: String,
    pub(super) lignes: Vec<LigneVue>,
}

pub(super) struct LigneVue {
    pub(super) nom: String,
    pub(super) lien: String,
    pub(super) note: String,
    pub(super) cases: Vec<CaseVue>,
}

pub(super) struct CaseVue {
    /// Style of the quarter: `q1` to `q4`, empty without one.
    pub(super) classe: String,
    pub(super) lien: String,
    pub(super) chiffre: String,
    /// « 3ᵉ q. », « 3ᵉ q. réseau », and what it is short for.
    pub(super) quart: String,
    pub(super) quart_entier: String,
    /// An arrow where a rate is surely on one side, and what it says.
    pub(super) sur: &'static str,
    pub(super) sur_dit: &'static str,
}

pub(super) async fn show(
    serveur: Bureau,
    uri: Uri,
    parametres: Parametres,
) -> Result<Response, Erreur> {
    let serveur = serveur.at(&parametres).await?;
    let etat = serveur.atelier.etat();
    let contenu = match chiffrage::read(&serveur, &etat, &parametres, &uri)? {
        Chiffrage::Vide => None,
        Chiffrage::EnCours(page) => return Ok(page),
        Chiffrage::Pret(periode, figures) => {
            let famille = Famille::read(&etat, &parametres)?;
            let carte = map(&figures, periode, famille.nom());
            let tri = parametres.get("tri").filter(|code| !code.is_empty());
            let rang = read_order(&etat, &carte, tri)?;
            Some(content(&etat, &carte, periode, (rang, famille)))
        }
    };
    let retour = chemin::keep(liens::tableau(None, None), etat.campagne.as_deref());
    render(&Page {
        cadre: Cadre::new(Rubrique::Indicateurs, "Positions des centres")
            .under("Indicateurs", retour),
        contenu,
    })
}

/// The column that the lines are asked to be put by.
fn read_order(etat: &Etat, carte: &Carte<'_>, code: Option<&str>) -> Result<Option<usize>, Erreur> {
    let Some(code) = code else { return Ok(None) };
    // One of another family is known, and puts nothing in order here.
    find(etat, code)?;
    Ok(carte.indicateurs.iter().position(|indicateur| indicateur.code == code))
}

fn content(
    etat: &Etat,
    carte: &Carte<'_>,
    periode: Periode,
    (rang, famille): (Option<usize>, Famille<'_>),
) -> Contenu {
    let campagne = etat.campagne.as_deref();
    let chosen = rang.and_then(|rang| carte.indicateurs.get(rang));
    let tri = chosen.map(|own| (own.titre.clone(), steps(own).to_owned()));
    let link = |code: Option<&str>| {
        chemin::keep(liens::positions(Some(periode), code, famille.asked()), campagne)
    };
    let colonnes = columns(carte, periode, campagne, (rang, famille.asked()));
    let line = |ligne: &Ligne<'_>| view(carte, ligne, periode, campagne);
    let paliers = match rang {
        None => {
            vec![PalierVu { titre: String::new(), lignes: carte.lignes.iter().map(line).collect() }]
        }
        Some(rang) => carte
            .by_indicator(rang)
            .into_iter()
            .map(|(palier, lignes)| PalierVu {
                titre: step(palier),
                lignes: lignes.into_iter().map(line).collect(),
            })
            .collect(),
    };
    let covered = carte.lignes.iter().map(|ligne| (ligne.structure_id, ligne.recu));
    let (du, au) = chiffrage::days(etat, periode);
    Contenu {
        campagnes: Campagnes::new(etat, liens::positions(Some(periode), None, famille.asked())),
        periodes: periods(etat, periode),
        du,
        au,
        legende: format!("Position de chaque centre dans son groupe, {}", periodes::label(periode)),
        portee: Portee::among(etat, covered).to_string(),
        reseau: holds_several_regions(etat),
        constat: finding(carte),
        par_nom: link(None),
        tri,
        familles: famille.choices(etat),
        xlsx: chemin::keep(liens::positions_fichier(periode, famille.asked()), campagne),
        colonnes,
        paliers,
    }
}

/// The columns of the table, each with the way to put its lines by it.
pub(super) fn columns(
    carte: &Carte<'_>,
    periode: Periode,
    campagne: Option<&str>,
    (rang, famille): (Option<usize>, Option<&str>),
) -> Vec<Colonne> {
    let columns = carte.indicateurs.iter().enumerate().map(|(own, indicateur)| Colonne {
        code: indicateur.code.clone(),
        titre: indicateur.titre.clone(),
        numeros: numbers(indicateur),
        lien: chemin::keep(liens::fiche(&indicateur.code, Some(periode), None), campagne),
        tri: {
            let lien = liens::positions(Some(periode), Some(&indicateur.code), famille);
            chemin::keep(lien, campagne)
        },
        choisie: Some(own) == rang,
    });
    columns.collect()
}

/// What the table shows, in a sentence.
pub(super) fn finding(carte: &Carte<'_>) -> String {
    let cases = || carte.lignes.iter().flat_map(|ligne| &ligne.cases);
    let sure = |side: Ordering| cases().filter(|case| case.sur == Some(side)).count();
    let (above, below) = (sure(Ordering::Greater), sure(Ordering::Less));
    let drawn = cases().filter(|case| case.sur.is_some()).count();
    let fragile = |case: &&Case| matches!(case.sans, Some(SansPosition::Plancher(_)));
    let mut text = format!(
        "Sur les {} taux et médianes comparés dans cette table, {} sont sûrement au-dessus de la médiane de leur \
         groupe et {} sûrement au-dessous\u{a0}; pour les autres, le hasard suffit à expliquer l'écart.",
        count(drawn),
        count(above),
        count(below)
    );
    match cases().filter(fragile).count() {
        0 => {}
        1 => text.push_str(" Un chiffre sous le plancher de son indicateur n'a pas de position."),
        few => text.push_str(&format!(
            " {} chiffres sous le plancher de leur indicateur n'ont pas de position.",
            count(few)
        )),
    }
    text
}

/// What the steps of an order do not say.
fn steps(indicateur: &Indicateur) -> &'static str {
    if is_drawn(indicateur) {
        "Un palier dit où chaque centre se trouve par rapport à la médiane de son groupe\u{a0}: deux centres de \
         paliers différents ne sont pas classés l'un par rapport à l'autre."
    } else {
        unranked(indicateur)
    }
}

fn count(number: usize) -> String {
    crate::format::entier(u64::try_from(number).unwrap_or(u64::MAX))
}

/// A step of the order, in words.
fn step(palier: Palier) -> String {
    match palier {
        Palier::AuDessus => "Sûrement au-dessus de la médiane de leur groupe".to_owned(),
        Palier::Indistinct => "Que le hasard ne permet pas de distinguer de la médiane".to_owned(),
        Palier::AuDessous => "Sûrement au-dessous de la médiane de leur groupe".to_owned(),
        Palier::Quart(quart) => mots::quarter(quart.0),
        Palier::SansPosition => {
            "Sans position\u{a0}: chiffre sous le plancher, ou trop peu de centres à comparer"
                .to_owned()
        }
        Palier::SansChiffre => "Sans chiffre à montrer".to_owned(),
    }
}

/// A line of the table.
pub(super) fn view(
    carte: &Carte<'_>,
    ligne: &Ligne<'_>,
    periode: Periode,
    campagne: Option<&str>,
) -> LigneVue {
    let id = ligne.structure_id;
    let cases = carte.indicateurs.iter().zip(&ligne.cases).map(|(indicateur, case)| CaseVue {
        classe: case.quart.map(|quart| format!("q{quart}")).unwrap_or_default(),
        lien: chemin::keep(liens::fiche(&indicateur.code, Some(periode), Some(id)), campagne),
        chiffre: shown_short(unite(indicateur), case.cellule),
        quart: match (case.quart, case.sans) {
            (Some(quart), _) => {
                let among = if case.parmi == Some(Niveau::Reseau) { " réseau" } else { "" };
                format!("{} q.{among}", mots::ordinal(quart.into()))
            }
            (None, Some(SansPosition::Plancher(_))) => "fragile".to_owned(),
            (None, _) => String::new(),
        },
        quart_entier: match (case.quart, case.sans) {
            (Some(quart), _) => format!("{}{}", mots::quarter(quart), elsewhere(case.parmi)),
            (None, Some(SansPosition::Plancher(floor))) => {
                format!("pas de position\u{a0}: {}", under_floor(floor))
            }
            (None, _) => String::new(),
        },
        sur: match case.sur {
            Some(Ordering::Greater) => "▲",
            Some(Ordering::Less) => "▼",
            _ => "",
        },
        sur_dit: sure(case),
    });
    LigneVue {
        nom: ligne.nom.to_owned(),
        lien: match ligne.recu {
            true => chemin::keep(liens::apercu(id, Some(periode)), campagne),
            false => liens::centre(id, Some(periode)),
        },
        note: match (ligne.recu, ligne.groupe) {
            (false, _) => "extraction non reçue pour cette période".to_owned(),
            (true, Some(groupe)) => groupe.to_owned(),
            (true, None) => "sans groupe de pairs".to_owned(),
        },
        cases: cases.collect(),
    }
}

/// Where a quarter is that is not of the peer group, after it.
fn elsewhere(parmi: Option<Niveau>) -> &'static str {
    match parmi {
        Some(Niveau::Region) => ", dans la région",
        Some(Niveau::Reseau) => ", dans tout le réseau",
        _ => "",
    }
}

/// What a figure is compared in, for a workbook.
fn compared_in(case: &Case) -> &'static str {
    match case.parmi {
        Some(Niveau::GroupePairs) => "groupe de pairs",
        Some(Niveau::Region) => "région",
        Some(Niveau::Reseau) => "réseau",
        _ => "",
    }
}

fn sure(case: &Case) -> &'static str {
    match case.sur {
        Some(Ordering::Greater) => "sûrement au-dessus de la médiane",
        Some(Ordering::Less) => "sûrement au-dessous de la médiane",
        _ => "",
    }
}

/// What is sure of a figure, or why it has no position, for a workbook.
fn told(case: &Case) -> String {
    match case.sans {
        Some(SansPosition::Plancher(floor)) => format!("fragile, sous le plancher de {floor}"),
        Some(SansPosition::TropPeu) => "trop peu de centres à comparer".to_owned(),
        None => sure(case).to_owned(),
    }
}

pub(super) async fn download(
    serveur: Bureau,
    uri: Uri,
    parametres: Parametres,
) -> Result<Response, Erreur> {
    let serveur = serveur.at(&parametres).await?;
    let etat = serveur.atelier.etat();
    let (periode, figures) = match chiffrage::read(&serveur, &etat, &parametres, &uri)? {
        Chiffrage::Pret(periode, figures) => (periode, figures),
        Chiffrage::EnCours(page) => return Ok(page),
        Chiffrage::Vide => return Err(chiffrage::nothing_to_keep()),
    };
    let famille = Famille::read(&etat, &parametres)?;
    let carte = map(&figures, periode, famille.nom());
    let mut blocs = vec![sheet(&carte)];
    let centres = carte.lignes.iter().map(|ligne| ligne.structure_id);
    let subject = Sujet {
        objet: "Positions des centres dans leur groupe".to_owned(),
        indicateurs: &carte.indicateurs,
        periode,
    };
    let mut source = origine::of(&serveur, &etat, &subject, centres);
    source.filtres =
        vec![filter("groupe de pairs", None, "tous"), filter("famille", famille.nom(), "toutes")];
    blocs.extend(provenance::sheets(&source));
    telechargement::xlsx(&format!("positions_{}", periodes::code(periode)), &blocs)
}

/// One line per centre and indicator: figure, quarter, what is sure, among which centres.
pub(super) fn sheet(carte: &Carte<'_>) -> Bloc {
    let headers = [
        "Code",
        "Nom",
        "Groupe de pairs",
        "Indicateur",
        "Titre",
        "Chiffre",
        "Quart",
        "Assuré",
        "Comparé dans",
    ];
    let mut bloc = Bloc::new("Positions", &headers);
    for ligne in &carte.lignes {
        for (indicateur, case) in carte.indicateurs.iter().zip(&ligne.cases) {
            bloc.lignes.push(vec![
                ligne.structure_id.into(),
                ligne.nom.into(),
                ligne.groupe.unwrap_or_default().into(),
                indicateur.code.clone().into(),
                indicateur.titre.clone().into(),
                cell(unite(indicateur), case.cellule),
                case.quart.map_or(bloc::Cellule::Vide, |quart| i64::from(quart).into()),
                told(case).into(),
                compared_in(case).into(),
            ]);
        }
    }
    bloc
}
