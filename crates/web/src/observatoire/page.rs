//! The page of a cohort: which one, beside which others, its tables and its chart.

use askama::Template;
use axum::http::Uri;
use axum::response::Response;
use mallette_app::etat::Etat;
use mallette_app::lecture::provenance::Sources;
use mallette_app::lecture::reseau;
use mallette_app::secret::Lecteur;
use mallette_domain::cohorte::{Origine, Public, Question};

use super::chiffres::{
    Colonne, Tableau, during_and_after, flows, moments, name, profiles, public, sizes,
};
use super::demande::{Demande, key};
use super::membres;
use super::origine::origin;
use super::rapprochement::{self, Rapproche};
use crate::bureau::Bureau;
use crate::erreur::Erreur;
use crate::extraits::Parametres;
use crate::format::jour;
use crate::page::{Cadre, Rubrique, render};
use crate::{chemin, provenance};

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
    /// The address to look at again: it is being counted.
    attente: Option<String>,
}

struct Contenu {
    colonnes: Vec<String>,
    taille: Tableau,
    profils: Vec<Tableau>,
    pendant: Tableau,
    etapes: Vec<Tableau>,
    publies: Vec<Rapproche>,
    dessin: String,
    extraction: String,
    secret: bool,
    /// Whether it is of a centre that the reader does not own.
    autre: bool,
    vide: bool,
    xlsx: String,
    csv: String,
    /// Why some counts have no list.
    sans_liste: Option<String>,
    /// Where it all comes from.
    provenance: Vec<(String, String)>,
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
    let demande = Demande::read(&etat, &parametres)?;
    let ready = demande.follow(&serveur)?;
    let mut page = page(&etat, &demande, &uri, &parametres, ready.as_deref());
    if let Some(contenu) = &mut page.contenu {
        let sources = Sources::of_network(&etat);
        contenu.provenance = provenance::whole(&origin(&serveur, &demande, sources));
    }
    render(&page)
}

/// The page that says that the cohort is being counted, for a file asked for too early.
pub(super) fn waiting(
    etat: &Etat,
    demande: &Demande,
    uri: &Uri,
    parametres: &Parametres,
) -> Result<Response, Erreur> {
    render(&page(etat, demande, uri, parametres, None))
}

fn page(
    etat: &Etat,
    demande: &Demande,
    uri: &Uri,
    parametres: &Parametres,
    ready: Option<&[std::sync::Arc<mallette_app::port::Suivie>]>,
) -> Page {
    let question = &demande.question;
    let retour = chemin::keep(chemin::INDICATEURS.to_owned(), etat.campagne.as_deref());
    let cadre = Cadre::new(Rubrique::Indicateurs, "Observatoire").under("Indicateurs", retour);
    let some = !etat.centres.is_empty();
    let waits = ready.is_none() && some;
    let contenu = ready.filter(|_| some).map(|ready| {
        let colonnes = demande.columns(etat, ready);
        content(etat, demande, &colonnes)
    });
    let cadre = if waits { cadre.refreshed(RECHARGEMENT) } else { cadre };
    let offres = &demande.offres;
    let mut choix: Vec<Choix> = offres.iter().map(|o| choice(o, o == question)).collect();
    if !offres.contains(question) {
        choix.insert(0, choice(question, true));
    }
    let beside = |offre: &Question| Some(offre) == demande.avec.as_ref();
    let adresse = uri.path_and_query().map_or("/", |path| path.as_str()).to_owned();
    Page {
        cadre,
        sujet: name(question),
        choix,
        compares: offres.iter().map(|offre| choice(offre, beside(offre))).collect(),
        centres: centres(etat, demande.centre.as_deref()),
        publics: Public::ALL
            .map(|one| Choix {
                valeur: one.code().to_owned(),
                texte: public(one).to_owned(),
                choisi: one == question.public,
            })
            .into(),
        du: parametres.get("du").unwrap_or_default().to_owned(),
        au: parametres.get("au").unwrap_or_default().to_owned(),
        depuis_entree: question.origine == Origine::Entree,
        libre: demande.libre,
        contenu,
        attente: waits.then_some(adresse),
    }
}

/// The centres whose cohorts the reader may ask for.
fn centres(etat: &Etat, chosen: Option<&str>) -> Vec<Choix> {
    let mut open: Vec<Choix> = etat
        .centres
        .keys()
        .map(|id| Choix {
            valeur: id.clone(),
            texte: reseau::nom(etat, id).to_owned(),
            choisi: Some(id.as_str()) == chosen,
        })
        .collect();
    open.sort_by(|left, right| left.texte.cmp(&right.texte));
    open
}

fn choice(question: &Question, choisi: bool) -> Choix {
    let plain = Question { public: Public::Tous, ..question.clone() };
    Choix { valeur: key(question), texte: name(&plain), choisi }
}

fn content(etat: &Etat, demande: &Demande, colonnes: &[Colonne]) -> Contenu {
    let sujet = name(&demande.question);
    let campagne = etat.campagne.as_deref();
    let open = |tableau: Tableau| membres::open(tableau, demande, colonnes, campagne);
    Contenu {
        colonnes: colonnes.iter().map(|colonne| colonne.titre.clone()).collect(),
        taille: open(sizes(colonnes)),
        profils: profiles(etat, colonnes).into_iter().map(open).collect(),
        pendant: open(during_and_after(colonnes)),
        etapes: moments(colonnes).into_iter().map(open).collect(),
        sans_liste: membres::reason(etat, demande, colonnes),
        provenance: Vec::new(),
        publies: rapprochement::beside(etat, &demande.question, colonnes.first()),
        dessin: colonnes.first().map(|first| flows(first, &sujet)).unwrap_or_default(),
        extraction: etat.date_extraction().map(jour).unwrap_or_default(),
        secret: !matches!(etat.lecteur, Lecteur::Machine),
        autre: demande.centre.as_deref().is_some_and(|id| !etat.lecteur.owns(id)),
        vide: colonnes.iter().all(|colonne| colonne.lue.effectif() == Some(0)),
        xlsx: demande.link(chemin::OBSERVATOIRE_XLSX, campagne),
        csv: demande.link(chemin::OBSERVATOIRE_CSV, campagne),
    }
}
