//! The page of a cohort: which one, beside which others, its tables and its chart.

use askama::Template;
use axum::http::Uri;
use axum::response::Response;
use mallette_app::etat::Etat;
use mallette_app::lecture::provenance::Sources;
use mallette_app::lecture::reseau;
use mallette_app::observatoire::whole;
use mallette_app::secret::Lecteur;
use mallette_domain::cohorte::case::Case;
use mallette_domain::cohorte::{Origine, Public, Question};

use super::chiffres::{during_and_after, moments, name, profiles, public, sizes};
use super::demande::{Demande, Pretes, key};
use super::dessin::flows;
use super::ecarts::compared;
use super::membres;
use super::origine::origin;
use super::rapprochement::{self, Rapproche};
use super::tableau::{Colonne, Tableau};
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
    /// None where they may not be asked for.
    publics: Vec<Choix>,
    publics_avec: Vec<Choix>,
    jours: [String; 4],
    depuis_entree: bool,
    /// Whether other spans may be asked for.
    libre: bool,
    contenu: Option<Contenu>,
    /// The address to look at again: it is being counted.
    attente: Option<String>,
}

struct Contenu {
    colonnes: Vec<String>,
    /// The gaps that are judged.
    ecarts: Vec<String>,
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
    /// Whether it is of one public, read of the network.
    public: bool,
    /// Whether it is of a campaign, where the network is not read.
    campagne: bool,
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

/// The paragraph that says why some counts have no list.
const PREUVE: &str = "cohorte-preuve";

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
    let mut page = page(&etat, &demande, &uri, &parametres, ready.as_ref());
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
    ready: Option<&Pretes>,
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
    let choose = |asked: Option<&Question>| {
        let asked = asked.map(whole);
        let of = |offre: &Question| choice(offre, Some(offre) == asked.as_ref());
        let mut all: Vec<Choix> = offres.iter().map(of).collect();
        if let Some(other) = asked.filter(|asked| !offres.contains(asked)) {
            all.insert(0, choice(&other, true));
        }
        all
    };
    let publics = |asked: Public| -> Vec<Choix> {
        let one = |one: Public| Choix {
            valeur: one.code().to_owned(),
            texte: public(one).to_owned(),
            choisi: one == asked,
        };
        Public::ALL.into_iter().filter(|_| demande.publics).map(one).collect()
    };
    let avec = demande.avec.as_ref();
    let adresse = uri.path_and_query().map_or("/", |path| path.as_str()).to_owned();
    Page {
        cadre,
        sujet: name(question),
        choix: choose(Some(question)),
        compares: choose(avec),
        centres: centres(etat, demande.centre.as_deref()),
        publics: publics(question.public),
        publics_avec: publics(avec.map_or(Public::Tous, |avec| avec.public)),
        jours: ["du", "au", "avec_du", "avec_au"]
            .map(|name| parametres.get(name).unwrap_or_default().to_owned()),
        depuis_entree: demande.origine == Origine::Entree,
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
    Choix { valeur: key(question), texte: name(question), choisi }
}

fn content(etat: &Etat, demande: &Demande, colonnes: &[Colonne]) -> Contenu {
    let sujet = name(&demande.question);
    let campagne = etat.campagne.as_deref();
    let open = |tableau: Tableau| membres::open(tableau, demande, colonnes, campagne);
    let compared = compared(colonnes);
    let judged = |tableau: Tableau| open(tableau.judged(&compared));
    Contenu {
        colonnes: colonnes.iter().map(|colonne| colonne.titre.clone()).collect(),
        ecarts: compared.iter().map(|one| one.titre.clone()).collect(),
        taille: open(sizes(colonnes)),
        profils: profiles(etat, colonnes).into_iter().map(judged).collect(),
        pendant: judged(during_and_after(colonnes)),
        etapes: moments(colonnes, demande.origine).into_iter().map(judged).collect(),
        sans_liste: membres::reason(etat, demande, colonnes),
        provenance: Vec::new(),
        publies: rapprochement::beside(etat, demande, colonnes.first()),
        dessin: colonnes
            .first()
            .map(|first| {
                let list = |case: &Case| membres::list(demande, first, case, campagne);
                flows(first, demande.origine, &sujet, list, PREUVE)
            })
            .unwrap_or_default(),
        extraction: etat.date_extraction().map(jour).unwrap_or_default(),
        secret: !matches!(etat.lecteur, Lecteur::Machine),
        autre: demande.centre.as_deref().is_some_and(|id| !etat.lecteur.owns(id)),
        public: demande.questions().any(|which| which.public != Public::Tous)
            && !matches!(etat.lecteur, Lecteur::Machine),
        campagne: campagne.is_some() && !matches!(etat.lecteur, Lecteur::Machine),
        vide: colonnes.iter().all(|colonne| colonne.lue.effectif() == Some(0)),
        xlsx: demande.link(chemin::OBSERVATOIRE_XLSX, campagne),
        csv: demande.link(chemin::OBSERVATOIRE_CSV, campagne),
    }
}
