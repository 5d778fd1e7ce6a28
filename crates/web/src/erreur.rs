//! Refusals and failures as pages: what happened, and what to do. A failure of ours shows a number
//! only; its cause goes to the journal (standard error).

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};

use askama::Template;
use axum::extract::multipart::{MultipartError, MultipartRejection};
use axum::extract::rejection::{FormRejection, PathRejection};
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use mallette_app::comptes::LectureSeule;
use mallette_app::comptes::cadence::Attente;
use mallette_app::etat::Etat;
use mallette_app::lecture::reseau;
use mallette_app::port::Refus;
use mallette_app::tentative::{self, Tentative};

use crate::page::{Cadre, Rubrique};

/// Why a page cannot be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Erreur {
    /// Nothing at that address: says what was looked for.
    Introuvable(String),
    /// Nothing at that address for who asks: says what was looked for, then which centre or import it is, if it is one.
    Ailleurs(String, String),
    /// The request cannot be read.
    Requete(String),
    /// The workshop refuses, with a reason for the person.
    Refus(String),
    /// The request comes from elsewhere.
    Interdit(String),
    /// More than what is accepted.
    TropGrand(String),
    /// The request took too long to come.
    TropLent(String),
    /// More readings about young people than anybody makes: how long to wait.
    TropVite(Attente),
    /// Not that way.
    Methode,
    /// Nothing may be written for now: what was asked for writes, or cannot be read without a trace.
    LectureSeule(LectureSeule, Empeche),
    /// Our failure, with its cause for the journal.
    Interne(String),
}

/// What an installation that is read only cannot do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Empeche {
    /// Write what a form sent.
    Acte,
    /// Show what may not be read without a trace.
    Lecture,
}

impl Erreur {
    /// No rule of that code.
    pub(crate) fn no_regle(code: &str) -> Self {
        Self::Introuvable(format!("Le catalogue n'a pas de règle « {code} »."))
    }

    /// Not for this account.
    pub(crate) fn not_entitled() -> Self {
        let text = "Cette page n'est pas ouverte à votre compte. Si elle devrait l'être, demander au \
                    directeur du centre, ou à l'administrateur régional, le droit qui manque.";
        Self::Interdit(text.to_owned())
    }

    /// Accounts are not part of what is served here.
    pub(crate) fn no_account() -> Self {
        Self::Introuvable("Cette installation est servie sans comptes.".to_owned())
    }

    /// No centre of that code in the network.
    pub(crate) fn no_centre(structure_id: &str) -> Self {
        let text = format!("Le réseau n'a pas de centre « {structure_id} ».");
        Self::Ailleurs(text, structure_id.to_owned())
    }

    /// No peer group of that name in the network.
    pub(crate) fn no_groupe(groupe: &str) -> Self {
        Self::Introuvable(format!("Le réseau n'a pas de groupe de pairs «\u{a0}{groupe}\u{a0}»."))
    }

    /// No import of that number.
    pub(crate) fn no_import(id: &str) -> Self {
        let text = format!("Aucun import ne porte le numéro « {id} ».");
        Self::Ailleurs(text, id.to_owned())
    }

    /// No version of that centre among those shown.
    pub(crate) fn no_version(etat: &Etat, structure_id: &str) -> Self {
        match &etat.campagne {
            Some(campagne) if reseau::codes(etat).contains(structure_id) => {
                let nom = reseau::nom(etat, structure_id);
                Self::Introuvable(format!(
                    "La campagne « {campagne} » n'a pas de version du centre {nom}."
                ))
            }
            _ => Self::no_centre(structure_id),
        }
    }

    fn status(&self) -> StatusCode {
        match self {
            Self::Introuvable(_) | Self::Ailleurs(..) => StatusCode::NOT_FOUND,
            Self::Requete(_) => StatusCode::BAD_REQUEST,
            Self::Refus(_) => StatusCode::CONFLICT,
            Self::Interdit(_) => StatusCode::FORBIDDEN,
            Self::TropGrand(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TropLent(_) => StatusCode::REQUEST_TIMEOUT,
            Self::TropVite(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::Methode => StatusCode::METHOD_NOT_ALLOWED,
            Self::LectureSeule(..) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Interne(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn titre(&self) -> &'static str {
        match self {
            Self::Introuvable(_) | Self::Ailleurs(..) => "Page introuvable",
            Self::Requete(_) => "Demande illisible",
            Self::Refus(_) => "Demande refusée",
            Self::Interdit(_) => "Accès refusé",
            Self::TropGrand(_) => "Envoi trop volumineux",
            Self::TropLent(_) => "Envoi trop lent",
            Self::TropVite(_) => "Lectures trop rapides",
            Self::Methode => "Action impossible à cette adresse",
            Self::LectureSeule(..) => "Lecture seule",
            Self::Interne(_) => "Une erreur est survenue",
        }
    }
}

impl From<Refus> for Erreur {
    fn from(refus: Refus) -> Self {
        Self::Refus(refus.0)
    }
}

impl From<PathRejection> for Erreur {
    fn from(_: PathRejection) -> Self {
        Self::Introuvable("Aucune page ne répond à cette adresse.".to_owned())
    }
}

impl From<FormRejection> for Erreur {
    fn from(rejection: FormRejection) -> Self {
        if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
            let text = "Le formulaire reçu est trop long : rien n'a été changé. Revenir à la page \
                        et raccourcir ce qui y est écrit.";
            return Self::TropGrand(text.to_owned());
        }
        let text = "Le formulaire reçu est incomplet. Revenir à la page et l'envoyer de nouveau.";
        Self::Requete(text.to_owned())
    }
}

impl From<MultipartRejection> for Erreur {
    fn from(_: MultipartRejection) -> Self {
        let text = "Aucun fichier n'a été reçu. Revenir à la page Imports, choisir au moins un \
                    fichier et l'envoyer de nouveau.";
        Self::Requete(text.to_owned())
    }
}

impl From<MultipartError> for Erreur {
    fn from(error: MultipartError) -> Self {
        if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
            let text = "Ce fichier est trop grand pour cette page : rien n'a été changé.";
            return Self::TropGrand(text.to_owned());
        }
        eprintln!("envoi interrompu : {error}");
        let text = "L'envoi s'est interrompu avant la fin : rien n'a été changé. Recommencer.";
        Self::Requete(text.to_owned())
    }
}

#[derive(Template)]
#[template(path = "erreur.html")]
struct Page<'a> {
    cadre: Cadre,
    message: &'a str,
    incident: Option<String>,
}

impl IntoResponse for Erreur {
    fn into_response(self) -> Response {
        match &self {
            Self::Ailleurs(_, vise) => tentative::note_about(Tentative::AutreCentre, vise),
            Self::TropGrand(_) => tentative::note(Tentative::Corps),
            Self::TropVite(_) => tentative::note(Tentative::Cadence),
            Self::Methode => tentative::note(Tentative::Methode),
            _ => {}
        }
        let (message, incident) = match &self {
            Self::Introuvable(text)
            | Self::Ailleurs(text, _)
            | Self::Requete(text)
            | Self::Refus(text)
            | Self::Interdit(text)
            | Self::TropGrand(text)
            | Self::TropLent(text) => (text.as_str(), None),
            Self::LectureSeule(_, Empeche::Acte) => (
                "Rien ne peut être enregistré pour le moment : ce qui vient d'être demandé n'a pas été \
                 fait. Recommencer quand la mise à niveau sera terminée.",
                None,
            ),
            Self::LectureSeule(_, Empeche::Lecture) => (
                "Cette page montre des données de personnes, et sa lecture laisse une trace. Rien ne peut \
                 être enregistré pour le moment : elle s'ouvrira quand la mise à niveau sera terminée.",
                None,
            ),
            Self::TropVite(_) => (
                "Ce compte a ouvert en une minute plus de listes et de fiches de jeunes que quelqu'un n'en lit. \
                 Attendre un instant et recommencer : rien n'est perdu. Pour emporter une liste entière, prendre son fichier.",
                None,
            ),
            Self::Methode => ("Revenir à la page précédente et utiliser son formulaire.", None),
            Self::Interne(cause) => {
                let number = incident_number();
                eprintln!("incident {number} : {cause}");
                ("La page demandée n'a pas pu être préparée.", Some(number))
            }
        };
        let cadre = Cadre::new(Rubrique::Aucune, self.titre());
        let html = Page { cadre, message, incident }
            .render()
            .unwrap_or_else(|_| "Une erreur est survenue.".to_owned());
        let mut response =
            (self.status(), [(header::CACHE_CONTROL, "no-store")], Html(html)).into_response();
        let wait = match self {
            Self::LectureSeule(lecture, _) => Some(lecture.wait()),
            Self::TropVite(Attente(seconds)) => Some(seconds),
            _ => None,
        };
        if let Some(wait) = wait {
            response.headers_mut().insert(header::RETRY_AFTER, wait.into());
        }
        response
    }
}

/// `A1B2-7`: a word of this run of the server, and a rank.
fn incident_number() -> String {
    static RUN: LazyLock<u64> = LazyLock::new(|| RandomState::new().hash_one("incident"));
    static RANK: AtomicU32 = AtomicU32::new(1);
    format!("{:04X}-{}", *RUN & 0xffff, RANK.fetch_add(1, Ordering::Relaxed))
}

/// Answer to an address that no route has.
pub(crate) async fn not_found() -> Erreur {
    Erreur::Introuvable("Aucune page ne répond à cette adresse.".to_owned())
}

/// Answer to a POST where only a GET is expected, and the reverse.
pub(crate) async fn wrong_method() -> Erreur {
    Erreur::Methode
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::to_bytes;

    #[tokio::test]
    async fn a_failure_of_ours_shows_a_number_and_hides_its_cause() {
        let response = Erreur::Interne("disque /interne plein".to_owned()).into_response();
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        let bytes = to_bytes(response.into_body(), 100_000).await.unwrap();
        let html = String::from_utf8(bytes.to_vec()).unwrap();
        assert!(html.contains("Incident nº"), "{html}");
        assert!(!html.contains("interne"), "{html}");
    }

    #[test]
    fn incident_numbers_differ() {
        assert_ne!(incident_number(), incident_number());
    }
}
