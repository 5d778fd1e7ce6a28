//! The margins of a centre, of all its conseillers or of one: each rule with its list, what one object
//! moves, and where the centre would stand with half of them done, then all.

use std::ops::ControlFlow;

use askama::Template;
use axum::response::Response;
use mallette_app::etat::Etat;
use mallette_app::lecture::centre::portefeuille::sizes;
use mallette_app::lecture::indicateurs::groupe::PLUS_PETIT_GROUPE;
use mallette_app::lecture::parametres::notice;
use mallette_app::marges::projection::{Point, Projection};
use mallette_app::marges::tableau::{self, Releve, Tableau};
use mallette_domain::acces::Exigence;
use mallette_domain::periode::Periode;
use mallette_domain::resultat::Niveau;

use mallette_reports::graphique::mots as graphique;

use super::{Choix, boite, choices, conseiller, mots, word};
use crate::afaire::Poste;
use crate::bureau::Bureau;
use crate::chemin;
use crate::erreur::Erreur;
use crate::extraits::Parametres;
use crate::format::{NC, compte, entier, jour, portefeuille};
use crate::indicateurs::chiffres::unite;
use crate::indicateurs::liens;
use crate::indicateurs::position::under_floor;
use crate::page::{Cadre, Rubrique, render};

#[derive(Template)]
#[template(path = "marges/centre.html")]
struct Page {
    cadre: Cadre,
    centre: String,
    centres: Vec<(String, String)>,
    chapeau: String,
    choix: Vec<Choix>,
    lignes: Vec<Ligne>,
    annee: String,
    effets: Vec<Effet>,
    conseillers: Vec<Conseiller>,
    entetes: Vec<String>,
    calendrier: String,
    devenir: String,
    reseau: Option<String>,
}

/// A rule.
struct Ligne {
    code: String,
    titre: String,
    /// What is to be known of the values in force, when they are not those of the catalogue.
    valeurs: Option<String>,
    fiche: String,
    /// Objects, and their list; none when the centre lacks a table.
    objets: Option<(String, Option<String>)>,
    effets: Vec<String>,
}

/// An indicator that several objects together would move.
struct Effet {
    titre: String,
    lien: String,
    dossiers: String,
    points: Vec<Pas>,
    /// The box of the group at each of these steps; none for a centre alone.
    boite: Option<String>,
    compare: String,
    manque: String,
}

/// A number of objects done, and where it brings.
struct Pas {
    faits: String,
    valeur: String,
    /// Where the figure opens.
    lien: String,
    quart: String,
}

/// What a conseiller has, rule by rule.
struct Conseiller {
    nom: String,
    lien: String,
    /// Active dossiers.
    taille: String,
    /// The page of the conseiller, where they are; none for nobody.
    page: Option<String>,
    nombres: Vec<(String, Option<String>)>,
    total: u32,
}

pub(super) async fn show(serveur: Bureau, parametres: Parametres) -> Result<Response, Erreur> {
    let titre = "Marges de progrès";
    let desk = Poste::followed(&serveur, &parametres, (Rubrique::Marges, titre))?;
    let poste = match desk {
        ControlFlow::Continue(poste) => poste,
        ControlFlow::Break(empty) => return Ok(empty),
    };
    let who = conseiller(&poste, &parametres);
    let releve = poste.comptes.read_marges(&poste.qui, &poste.centre, who.as_deref()).await?;
    let etat = serveur.atelier.etat();
    let tableau = tableau::tableau(&etat, &poste.centre, &releve);
    let hands = word(who.as_deref()).to_owned();
    let query = [("centre", Some(poste.centre.as_str())), ("conseiller", Some(hands.as_str()))];
    render(&Page {
        cadre: Cadre::new(Rubrique::Marges, titre),
        chapeau: chapeau(&poste, &releve, who.as_deref()),
        choix: choices(releve.conseillers.keys().map(Option::as_deref), who.as_deref()),
        lignes: lines(&poste, &tableau, &hands),
        annee: tableau.annee.map(|annee| annee.debut.year().to_string()).unwrap_or_default(),
        effets: tableau
            .effets
            .iter()
            .map(|(dossiers, found)| effect(&poste, tableau.annee, (*dossiers, found)))
            .collect(),
        conseillers: conseillers(&etat, &poste, &releve, &tableau),
        entetes: tableau.lignes.iter().map(|ligne| ligne.regle.code.clone()).collect(),
        calendrier: chemin::marges_calendrier(&query),
        devenir: chemin::marges_devenir(&query),
        reseau: serveur.allows(Exigence::Reseau).then(chemin::marges_reseau),
        centres: poste.centres.clone(),
        centre: poste.centre,
    })
}

fn chapeau(poste: &Poste, releve: &Releve, who: Option<&str>) -> String {
    let total: u32 = releve.regles.values().sum();
    let hands = match who {
        None => String::new(),
        Some("") => ", entre les mains de personne".to_owned(),
        Some(code) => format!(", entre les mains de {code}"),
    };
    format!(
        "{} : {} dans l'extraction du {}{hands}.",
        poste.nom(),
        compte(u64::from(total), "marge ou échéance", "marges et échéances"),
        jour(releve.date)
    )
}

fn lines(poste: &Poste, tableau: &Tableau<'_>, hands: &str) -> Vec<Ligne> {
    let lines = tableau.lignes.iter().map(|ligne| {
        let code = ligne.regle.code.as_str();
        // As the centre is judged by it: its own values are in force.
        let regle = ligne.regle.at(&poste.centre);
        let filtres = [
            ("centre", Some(poste.centre.as_str())),
            ("conseiller", Some(hands)),
            ("regle", Some(code)),
            ("etat", Some("toutes")),
        ];
        Ligne {
            code: code.to_owned(),
            valeurs: notice(&regle.parametres),
            titre: regle.titre,
            fiche: chemin::regle_centre(code, &poste.centre),
            objets: ligne.objets.map(|count| {
                (entier(u64::from(count)), (count > 0).then(|| chemin::a_faire(&filtres, 1)))
            }),
            effets: mots::effets(Some(&ligne.gain)),
        }
    });
    lines.collect()
}

fn effect(
    poste: &Poste,
    annee: Option<Periode>,
    (dossiers, found): (u32, &Projection<'_>),
) -> Effet {
    let few = !found.is_among_enough();
    let lien = liens::fiche(&found.indicateur.code, annee, Some(&poste.centre));
    let today = lien.clone();
    let step = |point: &Point| Pas {
        faits: mots::faits(point.faits, dossiers),
        valeur: unite(found.indicateur).write(point.valeur),
        // What it would be is that figure and the lists of the rules.
        lien: if point.faits == 0 { today.clone() } else { "#regles".to_owned() },
        // Among too few, a quarter says nothing; a rank never does, chance being left out.
        quart: if few { NC.to_owned() } else { graphique::ordinal_quarter(point.position.quart) },
    };
    let groupe = match found.niveau {
        Niveau::GroupePairs => format!("le groupe « {} »", found.groupe),
        Niveau::Reseau => "tout le réseau".to_owned(),
        _ => "la région".to_owned(),
    };
    let manque = match found.manque {
        _ if found.plancher.is_some() => {
            let floor = found.plancher.unwrap_or_default();
            format!("Pas de position : {}.", under_floor(floor))
        }
        _ if few => {
            format!(
                "Il faut {PLUS_PETIT_GROUPE} centres qui aient un chiffre pour dire une position."
            )
        }
        Some(count) => {
            let words = compte(u64::from(count), "dossier", "dossiers");
            let there =
                if count <= dossiers { "la liste y suffit" } else { "la liste n'y suffit pas" };
            format!("Quart suivant : {words} de plus ; {there}.")
        }
        None if found.points.first().is_some_and(|point| point.position.quart >= 4) => {
            "Déjà dans le quart le plus haut.".to_owned()
        }
        None => "Aucun nombre de dossiers ne fait passer au quart suivant.".to_owned(),
    };
    Effet {
        titre: found.indicateur.titre.clone(),
        boite: boite::figure(poste.nom(), &lien, dossiers, found),
        lien,
        dossiers: compte(u64::from(dossiers), "dossier", "dossiers"),
        points: found.points.iter().map(step).collect(),
        compare: match found.n {
            ..2 => format!("Dans {groupe}, aucun autre centre n'a un chiffre qui se lise."),
            _ => format!(
                "Comparé dans {groupe}, {} ; les autres centres ne changent pas.",
                compte(u64::try_from(found.n).unwrap_or(u64::MAX), "centre", "centres")
            ),
        },
        manque,
    }
}

fn conseillers(
    etat: &Etat,
    poste: &Poste,
    releve: &Releve,
    tableau: &Tableau<'_>,
) -> Vec<Conseiller> {
    let sizes = sizes(etat, &poste.centre, Niveau::Conseiller);
    let rows = releve.conseillers.iter().map(|(who, counts)| {
        let hands = who.as_deref().unwrap_or(crate::afaire::PERSONNE);
        let cell = |ligne: &tableau::Ligne<'_>| {
            let code = ligne.regle.code.as_str();
            let count = counts.get(code).copied().unwrap_or(0);
            let filtres = [
                ("centre", Some(poste.centre.as_str())),
                ("conseiller", Some(hands)),
                ("regle", Some(code)),
                ("etat", Some("toutes")),
            ];
            let shown = match ligne.objets {
                None => "…".to_owned(),
                Some(_) => entier(u64::from(count)),
            };
            (shown, (count > 0).then(|| chemin::a_faire(&filtres, 1)))
        };
        Conseiller {
            nom: who.clone().unwrap_or_else(|| "Personne".to_owned()),
            lien: chemin::marges(&poste.centre, Some(hands)),
            page: who
                .as_deref()
                .filter(|code| sizes.contains_key(*code))
                .map(|code| liens::conseiller(&poste.centre, code, tableau.annee)),
            taille: portefeuille(sizes.get(who.as_deref().unwrap_or_default()).copied()),
            nombres: tableau.lignes.iter().map(cell).collect(),
            total: counts.values().sum(),
        }
    });
    rows.collect()
}
