//! The page of a cohort: which one, beside which others, its tables and its chart.

use askama::Template;
use axum::http::Uri;
use axum::response::Response;
use jiff::civil::Date;
use mallette_app::etat::Etat;
use mallette_app::lecture::reseau;
use mallette_app::observatoire::{Lue, is_offered, offered};
use mallette_app::port::{Suivie, Suivies};
use mallette_app::secret::Lecteur;
use mallette_domain::cohorte::{Evenement, Origine, Public, Question};

use super::chiffres::{
    Colonne, Tableau, during_and_after, flows, moments, name, profiles, public, sizes,
};
use crate::bureau::Bureau;
use crate::chemin;
use crate::erreur::Erreur;
use crate::extraits::Parametres;
use crate::format::jour;
use crate::page::{Cadre, Rubrique, render};

#[derive(Template)]
#[template(path = "observatoire/page.html")]
struct Page {
    cadre: Cadre,
    sujet: String,
    choix: Vec<Choix>,
    compares: Vec<Choix>,
    centres: Vec<Choix>,
    publics: Vec<Choix>,
    du: String,
    au: String,
    depuis_entree: bool,
    /// Whether other spans and publics may be asked for.
    libre: bool,
    contenu: Option<Contenu>,
    /// Seconds asked for again by itself: it is being counted.
    attente: Option<String>,
}

struct Contenu {
    colonnes: Vec<String>,
    taille: Tableau,
    profils: Vec<Tableau>,
    pendant: Tableau,
    etapes: Vec<Tableau>,
    dessin: String,
    extraction: String,
    secret: bool,
}

/// A choice of a form.
struct Choix {
    valeur: String,
    texte: String,
    choisi: bool,
}

/// Seconds before the page looks again.
const RECHARGEMENT: u32 = 3;

pub(super) async fn show(
    serveur: Bureau,
    uri: Uri,
    parametres: Parametres,
) -> Result<Response, Erreur> {
    let serveur = serveur.at(&parametres).await?;
    let etat = serveur.atelier.etat();
    let retour = chemin::keep(chemin::INDICATEURS.to_owned(), etat.campagne.as_deref());
    let cadre = Cadre::new(Rubrique::Indicateurs, "Observatoire").under("Indicateurs", retour);
    let centre = chosen(&etat, &parametres)?;
    let libre = centre.is_some() || matches!(etat.lecteur, Lecteur::Machine);
    let latest = etat.date_extraction().map_or(2019, Date::year);
    let origine = match parametres.get("mois") {
        Some("entree") => Origine::Entree,
        _ => Origine::Sortie,
    };
    let offers = offered(latest, origine);
    let question = asked(&parametres, &offers, origine)?;
    if !libre && !is_offered(&question) {
        return Err(Erreur::Requete(
            "Hors de son propre centre, une cohorte se lit par année entière, tous publics ensemble : \
             une autre période ou un public à part laisserait deviner quelques jeunes par soustraction."
                .to_owned(),
        ));
    }
    let beside = parametres.get("avec").and_then(|word| offers.iter().find(|o| key(o) == word));
    let mut waited = Vec::new();
    for one in std::iter::once(&question).chain(beside) {
        match serveur.atelier.cohorte(one) {
            Suivies::Pretes(suivie) => waited.push(Some(suivie)),
            Suivies::EnCalcul => waited.push(None),
            Suivies::Refusees(refus) => return Err(refus.into()),
        }
    }
    let ready: Option<Vec<_>> = waited.into_iter().collect();
    let adresse = uri.path_and_query().map_or("/", |path| path.as_str()).to_owned();
    let waits = ready.is_none() && !etat.centres.is_empty();
    let contenu = ready.filter(|_| !etat.centres.is_empty()).map(|ready| {
        let colonnes = columns(&etat, (&question, beside), &ready, centre.as_deref());
        content(&etat, &question, &colonnes)
    });
    let cadre = if waits { cadre.refreshed(RECHARGEMENT) } else { cadre };
    let known = offers.contains(&question);
    let mut choix: Vec<Choix> = offers.iter().map(|o| choice(o, *o == question)).collect();
    if !known {
        choix.insert(0, choice(&question, true));
    }
    render(&Page {
        cadre,
        sujet: name(&question),
        choix,
        compares: offers.iter().map(|offer| choice(offer, Some(offer) == beside)).collect(),
        centres: own_centres(&etat, centre.as_deref()),
        publics: Public::ALL
            .map(|one| Choix {
                valeur: one.code().to_owned(),
                texte: public(one).to_owned(),
                choisi: one == question.public,
            })
            .into(),
        du: parametres.get("du").unwrap_or_default().to_owned(),
        au: parametres.get("au").unwrap_or_default().to_owned(),
        depuis_entree: origine == Origine::Entree,
        libre,
        contenu,
        attente: waits.then_some(adresse),
    })
}

/// The centre asked for, else the only one whose figures the reader owns; none for the network.
fn chosen(etat: &Etat, parametres: &Parametres) -> Result<Option<String>, Erreur> {
    let owned = |id: &&String| etat.lecteur.owns(id);
    match parametres.get("centre") {
        Some("") => Ok(None),
        Some(id) if !etat.centres.contains_key(id) => Err(match reseau::codes(etat).contains(id) {
            true => Erreur::no_version(etat, id),
            false => Erreur::no_centre(id),
        }),
        Some(id) if !etat.lecteur.owns(id) => Err(Erreur::Requete(
            "La cohorte d'un centre ne se lit que par son équipe. Choisir le réseau.".to_owned(),
        )),
        Some(id) => Ok(Some(id.to_owned())),
        None => {
            let mut own = etat.centres.keys().filter(owned);
            let (first, second) = (own.next(), own.next());
            Ok(first.filter(|_| second.is_none()).cloned())
        }
    }
}

fn own_centres(etat: &Etat, chosen: Option<&str>) -> Vec<Choix> {
    let own = etat.centres.keys().filter(|id| etat.lecteur.owns(id));
    let mut own: Vec<Choix> = own
        .map(|id| Choix {
            valeur: id.clone(),
            texte: reseau::nom(etat, id).to_owned(),
            choisi: Some(id.as_str()) == chosen,
        })
        .collect();
    own.sort_by(|left, right| left.texte.cmp(&right.texte));
    own
}

/// The cohort that an address asks for: an offered one by its word, with other days and another public
/// when they are said; the entries in PACEA of the year of the data without anything.
fn asked(
    parametres: &Parametres,
    offers: &[Question],
    origine: Origine,
) -> Result<Question, Erreur> {
    let word = parametres.get("cohorte").unwrap_or_default();
    let evenement = word.split('-').next().and_then(Evenement::from_code);
    let offer = offers.iter().find(|offer| key(offer) == word);
    let pacea = || offers.iter().find(|offer| offer.evenement == Evenement::Pacea);
    let first = || pacea().or_else(|| offers.first());
    let mut question = match (offer, evenement, first()) {
        (Some(offer), ..) => offer.clone(),
        (None, Some(evenement), Some(first)) => Question { evenement, ..first.clone() },
        (None, None, Some(first)) if word.is_empty() => first.clone(),
        _ => return Err(Erreur::Requete(format!("«\u{a0}{word}\u{a0}» n'est pas une cohorte."))),
    };
    question.origine = origine;
    if let Some(word) = parametres.get("public").filter(|word| !word.is_empty()) {
        question.public = Public::from_code(word)
            .ok_or_else(|| Erreur::Requete(format!("«\u{a0}{word}\u{a0}» n'est pas un public.")))?;
    }
    let day = |name: &str| match parametres.get(name).filter(|text| !text.is_empty()) {
        None => Ok(None),
        Some(text) => text.parse::<Date>().map(Some).map_err(|_| {
            Erreur::Requete(format!("«\u{a0}{text}\u{a0}» n'est pas un jour : écrire 2019-01-31."))
        }),
    };
    question.du = day("du")?.unwrap_or(question.du);
    question.au = day("au")?.unwrap_or(question.au);
    if question.du > question.au {
        return Err(Erreur::Requete(
            "Le premier jour vient après le dernier. Les échanger.".to_owned(),
        ));
    }
    Ok(question)
}

/// The word of an offered cohort in an address: `pacea-2019`, `gj-2015-2018`.
fn key(question: &Question) -> String {
    let (code, from, to) = (question.evenement.code(), question.du.year(), question.au.year());
    if from == to { format!("{code}-{from}") } else { format!("{code}-{from}-{to}") }
}

fn choice(question: &Question, choisi: bool) -> Choix {
    let plain = Question { public: Public::Tous, ..question.clone() };
    Choix { valeur: key(question), texte: name(&plain), choisi }
}

fn columns(
    etat: &Etat,
    (question, beside): (&Question, Option<&Question>),
    ready: &[std::sync::Arc<Suivie>],
    centre: Option<&str>,
) -> Vec<Colonne> {
    let mut colonnes = Vec::new();
    let each = [Some(question), beside];
    for (suivie, which) in ready.iter().zip(each.into_iter().flatten()) {
        let prefix = match beside {
            Some(_) => format!("{}, ", name(which)),
            None => String::new(),
        };
        if let Some(id) = centre {
            let titre = format!("{prefix}{}", reseau::nom(etat, id));
            colonnes.extend(
                Lue::of_centre(suivie, id, &etat.lecteur).map(|lue| Colonne { titre, lue }),
            );
        }
        // Beside the own centre, the network is only read where it may be.
        if is_offered(which) || matches!(etat.lecteur, Lecteur::Machine) {
            let titre = format!("{prefix}réseau");
            colonnes.push(Colonne { titre, lue: Lue::of_network(suivie, &etat.lecteur) });
        }
    }
    colonnes
}

fn content(etat: &Etat, question: &Question, colonnes: &[Colonne]) -> Contenu {
    let sujet = name(question);
    Contenu {
        colonnes: colonnes.iter().map(|colonne| colonne.titre.clone()).collect(),
        taille: sizes(colonnes),
        profils: profiles(etat, colonnes),
        pendant: during_and_after(colonnes),
        etapes: moments(colonnes),
        dessin: colonnes.first().map(|first| flows(first, &sujet)).unwrap_or_default(),
        extraction: etat.date_extraction().map(jour).unwrap_or_default(),
        secret: !matches!(etat.lecteur, Lecteur::Machine),
    }
}
