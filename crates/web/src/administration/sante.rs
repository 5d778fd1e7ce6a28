//! Whether all is well, for a person: each point with a sign, a word, and what to do.

use askama::Template;
use axum::response::{Redirect, Response};
use jiff::{SignedDuration, Timestamp};
use mallette_app::administration::sante::{Ecriture, Point, Signe};

use super::frame;
use crate::chemin;
use crate::comptes::Guichet;
use crate::erreur::Erreur;
use crate::extraits::Parametres;
use crate::format::{compte, instant, taille};
use crate::page::{Cadre, render};
use crate::serveur::{certificat, panique};

/// A certificate is to be renewed when it has less than that to live: half of what automatic renewals
/// leave.
const RENOUVELER: SignedDuration = SignedDuration::from_hours(14 * 24);

#[derive(Template)]
#[template(path = "administration/sante.html")]
struct Page {
    cadre: Cadre,
    points: Vec<Ligne>,
    quand: String,
    agit: bool,
    fait: Option<(bool, &'static str)>,
}

struct Ligne {
    quoi: &'static str,
    marqueur: &'static str,
    mot: &'static str,
    texte: String,
    faire: String,
}

impl From<Point> for Ligne {
    fn from(point: Point) -> Self {
        let (marqueur, mot) = match point.signe {
            Signe::Bon => ("bien", "✓ Bon"),
            Signe::Inconnu => ("info", "○ Sans objet"),
            Signe::Attention => ("medium", "▲ À reprendre"),
            Signe::Grave => ("high", "✗ Grave"),
        };
        Self { quoi: point.quoi, marqueur, mot, texte: point.texte, faire: point.faire }
    }
}

/// Everything looked at, the certificate included.
pub(super) async fn points(guichet: &Guichet) -> Result<Vec<Point>, Erreur> {
    let mut points = guichet.comptes.health(Ecriture { taille, instant }).await?;
    let path = guichet.comptes.installation().certificat.clone();
    let point = match path {
        None => Point::new(
            "Certificat",
            Signe::Inconnu,
            "Mallette ne porte pas de certificat elle-même : cette machine seulement, ou un mandataire.",
            "",
        ),
        Some(path) => {
            let read = tokio::task::spawn_blocking(move || certificat::expiry(&path));
            let end = read.await.map_err(|error| Erreur::Interne(error.to_string()))?;
            certificate(end, guichet.comptes.now())
        }
    };
    points.insert(points.len().min(3), point);
    points.insert(1, program(panique::last()));
    Ok(points)
}

/// What the program itself did not survive whole.
fn program(last: Option<(u64, Timestamp, String)>) -> Point {
    match last {
        None => Point::new("Programme", Signe::Bon, "Aucune panique depuis le démarrage.", ""),
        Some((number, when, lieu)) => {
            let texte = format!(
                "{} depuis le démarrage, la dernière le {} ({lieu}).",
                compte(number, "panique", "paniques"),
                instant(when)
            );
            let faire = "Le reste a continué. C'est un défaut de Mallette : le signaler, avec ce lieu et les lignes du journal \
                         autour de cet instant ; elles ne contiennent aucun nom.";
            Point::new("Programme", Signe::Attention, texte, faire)
        }
    }
}

fn certificate(end: Option<Timestamp>, now: Timestamp) -> Point {
    let renew = "Renouveler le certificat : le nouveau est servi dans la minute, sans redémarrer.";
    let Some(end) = end else {
        let texte =
            "Le fichier du certificat ne se lit plus : celui du démarrage est encore servi.";
        return Point::new(
            "Certificat",
            Signe::Attention,
            texte,
            "Vérifier le fichier --tls-certificat.",
        );
    };
    let texte = format!("Valable jusqu'au {}.", instant(end));
    let signe = match end.duration_since(now) {
        left if left.is_negative() || left.is_zero() => Signe::Grave,
        left if left < RENOUVELER => Signe::Attention,
        _ => return Point::new("Certificat", Signe::Bon, texte, ""),
    };
    Point::new("Certificat", signe, texte, renew)
}

pub(super) async fn show(guichet: Guichet, parametres: Parametres) -> Result<Response, Erreur> {
    let fait = match parametres.get("trace") {
        Some("entiere") => Some((true, "La chaîne de la trace est entière.")),
        Some("rompue") => Some((
            false,
            "La chaîne de la trace est rompue : garder une copie du dossier de données et prévenir l'auditeur.",
        )),
        _ => None,
    };
    let points = points(&guichet).await?;
    render(&Page {
        cadre: frame("Santé"),
        points: points.into_iter().map(Ligne::from).collect(),
        quand: instant(guichet.comptes.now()),
        agit: guichet.personne().is_ok(),
        fait,
    })
}

pub(super) async fn walk(guichet: Guichet) -> Result<Redirect, Erreur> {
    let personne = guichet.personne()?;
    let broken = guichet.comptes.walk_trace(&personne.id).await?;
    let found = if broken.is_some() { "rompue" } else { "entiere" };
    Ok(Redirect::to(&format!("{}?trace={found}", chemin::ADMIN_SANTE)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_is_told_before_it_ends() {
        let now: Timestamp = "2026-11-25T12:00:00Z".parse().unwrap();
        let signe = |hours: i64| {
            let end = now + SignedDuration::from_hours(hours);
            certificate(Some(end), now).signe
        };
        assert_eq!((signe(15 * 24), signe(13 * 24)), (Signe::Bon, Signe::Attention));
        assert_eq!((signe(1), signe(-1)), (Signe::Attention, Signe::Grave));
        assert_eq!(certificate(None, now).signe, Signe::Attention);
    }

    #[test]
    fn a_panic_is_told_with_its_place() {
        assert_eq!(program(None).signe, Signe::Bon);
        let when: Timestamp = "2026-11-25T12:00:00Z".parse().unwrap();
        let told = program(Some((2, when, "a.rs:1:2".to_owned())));
        assert_eq!(told.signe, Signe::Attention);
        assert!(
            told.texte.contains("2\u{a0}paniques") && told.texte.contains("a.rs:1:2"),
            "{}",
            told.texte
        );
    }
}
