//! What the last extract proved corrected: the list behind « corrigées », one line for each.

use std::ops::ControlFlow;

use askama::Template;
use axum::response::Response;
use mallette_app::vie::corrigees::{Choisies, Corrigee, Corrigees};
use mallette_catalogue::{Catalogue, Gravite};

use super::liste::{Choix, Titres, titres};
use super::valeurs::changed;
use super::{PERSONNE, Poste, TOUS};
use crate::bureau::Bureau;
use crate::chemin;
use crate::erreur::Erreur;
use crate::extraits::Parametres;
use crate::format::{compte, entier, jour};
use crate::mots as codes;
use crate::nominatif::{Forme, Nominatif};
use crate::page::{Cadre, LIGNES_PAR_PAGE, Pagination, Rubrique, render};

/// What the trace says was read.
const OBJET: &str = "anomalies corrigées";

#[derive(Template)]
#[template(path = "afaire/corrigees.html")]
struct Page {
    cadre: Cadre,
    centre: String,
    nom: String,
    centres: Vec<(String, String)>,
    phrase: String,
    /// Whether an extract comes before, without which nothing is proved.
    comparee: bool,
    conseillers: Vec<Choix>,
    regles: Vec<Choix>,
    lignes: Vec<Ligne>,
    /// What the rules of these lines judge with, where it is not the catalogue's.
    valeurs: Vec<(String, String)>,
    pagination: Pagination,
    a_faire: String,
    evolution: String,
}

struct Ligne {
    /// Its page; none when its rule left the catalogue.
    lien: Option<String>,
    titre: String,
    regle: String,
    gravite: Option<(Gravite, &'static str)>,
    dossier: String,
    jeune: String,
    objet: String,
    depuis: String,
    duree: String,
    responsable: String,
}

impl Ligne {
    fn new(
        centre: &str,
        (catalogue, titres): (&Catalogue, &Titres<'_>),
        noms: &Nominatif,
        corrigee: Corrigee,
    ) -> Self {
        let cible = corrigee.cible();
        let Corrigee { regle, objet, depuis, age, responsable } = corrigee;
        let known = catalogue.regles.iter().find(|known| known.code == regle);
        let who = noms.find(&objet).cloned().unwrap_or_default();
        let named = [who.nom, who.prenom].into_iter().flatten();
        Self {
            lien: known.map(|_| chemin::anomalie(centre, &regle, &cible.table, &cible.objet)),
            titre: titres.get(regle.as_str()).map(ToString::to_string).unwrap_or_default(),
            gravite: known.map(|regle| (regle.gravite, codes::gravite(regle.gravite))),
            dossier: match who.numero.as_str() {
                "" => objet.dossier_id.clone().unwrap_or_default(),
                numero => numero.to_owned(),
            },
            jeune: named.collect::<Vec<_>>().join(" "),
            objet: match objet.table.as_str() {
                "dossiers" => codes::table(&objet.table).to_owned(),
                table => format!("{} {}", codes::table(table), objet.id),
            },
            depuis: jour(depuis),
            duree: compte(u64::from(age), "jour", "jours"),
            responsable: responsable.unwrap_or_else(|| "personne".to_owned()),
            regle,
        }
    }
}

pub(super) async fn show(serveur: Bureau, parametres: Parametres) -> Result<Response, Erreur> {
    let titre = "Anomalies corrigées";
    let desk = Poste::followed(&serveur, &parametres, (Rubrique::AFaire, titre))?;
    let poste = match desk {
        ControlFlow::Continue(poste) => poste,
        ControlFlow::Break(empty) => return Ok(empty),
    };
    let choisies = chosen(&poste, &parametres);
    let hands = match choisies.conseiller.as_deref() {
        None => TOUS,
        Some("") => PERSONNE,
        Some(code) => code,
    };
    let query = [
        ("centre", Some(poste.centre.as_str())),
        ("conseiller", Some(hands)),
        ("regle", choisies.regle.as_deref()),
    ];
    let (comptes, qui, centre) = (&poste.comptes, &poste.qui, poste.centre.as_str());
    let offset = parametres.page().saturating_sub(1).saturating_mul(LIGNES_PAR_PAGE);
    let range = (offset, LIGNES_PAR_PAGE);
    let mut liste = comptes.list_corrigees(qui, centre, &choisies, range).await?;
    let pagination =
        Pagination::new(liste.total, parametres.page(), |page| chemin::corrigees(&query, page));
    if pagination.offset() != offset {
        let range = (pagination.offset(), LIGNES_PAR_PAGE);
        liste = comptes.list_corrigees(qui, centre, &choisies, range).await?;
    }
    let objets = liste.lignes.iter().map(|corrigee| &corrigee.objet);
    let noms = Nominatif::of(&serveur.reader(Forme::Page, OBJET), objets).await?;
    let etat = serveur.atelier.etat();
    let titres = titres(&etat.catalogue, &poste.centre);
    let words = (&*etat.catalogue, &titres);
    let codes = liste.lignes.iter().map(|one| one.regle.as_str());
    let valeurs = changed(&etat.catalogue, Some(&poste.centre), codes);
    let lignes = std::mem::take(&mut liste.lignes).into_iter();
    render(&Page {
        cadre: Cadre::new(Rubrique::AFaire, titre)
            .under("À faire", chemin::a_faire(&[("centre", Some(&poste.centre))], 1)),
        nom: poste.nom().to_owned(),
        phrase: phrase(&liste),
        comparee: liste.dates.1.is_some(),
        conseillers: conseillers(&liste, hands),
        regles: regles(&liste, &titres, choisies.regle.as_deref().unwrap_or_default()),
        lignes: lignes.map(|one| Ligne::new(&poste.centre, words, &noms, one)).collect(),
        valeurs,
        pagination,
        a_faire: chemin::a_faire(&query, 1),
        evolution: chemin::evolution(&poste.centre),
        centres: poste.centres.clone(),
        centre: poste.centre.clone(),
    })
}

/// Which ones the parameters ask for: the own ones of a conseiller who asks for nothing else.
fn chosen(poste: &Poste, parametres: &Parametres) -> Choisies {
    let conseiller = match parametres.get("conseiller") {
        None => poste.own(),
        Some(TOUS) => None,
        Some(PERSONNE) => Some(String::new()),
        Some(code) => Some(code.to_owned()),
    };
    Choisies { conseiller, regle: parametres.get("regle").map(str::to_owned) }
}

/// « 12 anomalies et objets à travailler de l'extraction du 04/10/2019 sont corrigés : … ».
fn phrase(liste: &Corrigees) -> String {
    let count = u64::try_from(liste.total).unwrap_or(u64::MAX);
    match liste.dates {
        (date, Some(before)) => {
            let (is, them) = match count {
                0 | 1 => ("est corrigé", "l'a rejugé"),
                _ => ("sont corrigés", "les a rejugés"),
            };
            format!(
                "{} de l'extraction du {} {is} : la même règle {them} dans celle du {}, et n'en dit plus rien.",
                compte(count, "anomalie ou objet à travailler", "anomalies et objets à travailler"),
                jour(before),
                jour(date)
            )
        }
        (date, None) => {
            format!("l'extraction du {} est la première, elle ne prouve encore rien.", jour(date))
        }
    }
}

fn conseillers(liste: &Corrigees, chosen: &str) -> Vec<Choix> {
    let mut choix = vec![Choix::new(TOUS, "Tous", chosen)];
    for (code, count) in &liste.conseillers {
        let (value, name) = code.as_deref().map_or((PERSONNE, "Personne"), |code| (code, code));
        let count = entier(u64::try_from(*count).unwrap_or(u64::MAX));
        choix.push(Choix::new(value, format!("{name} ({count})"), chosen));
    }
    if !choix.iter().any(|one| one.choisi) {
        choix.push(Choix::new(chosen, chosen, chosen));
    }
    choix
}

fn regles(liste: &Corrigees, titres: &Titres<'_>, chosen: &str) -> Vec<Choix> {
    let choix = liste.regles.iter().map(|code| {
        let titre = titres.get(code.as_str()).map_or("", AsRef::as_ref);
        Choix::new(code, format!("{code} {titre}"), chosen)
    });
    choix.collect()
}
