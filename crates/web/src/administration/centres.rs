//! The centres of the network: data, key, people, antennes.

use askama::Template;
use axum::response::Response;
use mallette_app::administration::centres::{CentreVu, EtatDonnees, MainCle};

use super::frame;
use crate::comptes::Guichet;
use crate::erreur::Erreur;
use crate::format::{compte, instant, jour};
use crate::page::{Cadre, render};

#[derive(Template)]
#[template(path = "administration/centres.html")]
struct Page {
    cadre: Cadre,
    phrase: String,
    centres: Vec<Ligne>,
}

struct Ligne {
    nom: String,
    code: String,
    departement: String,
    /// Mark of the sign, and its words.
    etat: (&'static str, String),
    note: String,
    cle: (&'static str, &'static str),
    personnes: String,
    directeur: bool,
    termine: bool,
    antennes: Vec<String>,
    versions: u64,
}

impl Ligne {
    fn new(centre: CentreVu) -> Self {
        let (etat, note) = match centre.etat {
            EtatDonnees::Recues { extraction, importe_le } => (
                ("bien", format!("✓ Extraction du {}", jour(extraction))),
                format!("importée le {}", instant(importe_le)),
            ),
            EtatDonnees::NonRecues => (("medium", "▲ Non reçue".to_owned()), String::new()),
            EtatDonnees::AVenir(day) => (
                ("info", format!("À venir le {}", jour(day))),
                "n'est pas encore attendu".to_owned(),
            ),
            EtatDonnees::Termine(day) => {
                (("info", format!("Terminé le {}", jour(day))), "n'est plus attendu".to_owned())
            }
        };
        let count = u64::try_from(centre.comptes).unwrap_or(u64::MAX);
        Self {
            cle: match centre.cle {
                MainCle::Aucune => ("", "aucune"),
                MainCle::Installation => ("", "installation seule"),
                MainCle::Centre => ("bien", "✓ aux mains du centre"),
            },
            personnes: compte(count, "personne", "personnes"),
            departement: centre.departement.unwrap_or_default(),
            directeur: centre.directeur,
            termine: matches!(centre.etat, EtatDonnees::Termine(_)),
            versions: u64::try_from(centre.versions).unwrap_or(u64::MAX),
            antennes: centre.antennes,
            nom: centre.nom,
            code: centre.structure_id,
            etat,
            note,
        }
    }
}

pub(super) async fn show(guichet: Guichet) -> Result<Response, Erreur> {
    let all = guichet.comptes.network().await?;
    let waited =
        |c: &&CentreVu| !matches!(c.etat, EtatDonnees::Termine(_) | EtatDonnees::AVenir(_));
    let expected = all.iter().filter(waited).count();
    let received = all.iter().filter(|c| matches!(c.etat, EtatDonnees::Recues { .. })).count();
    let noun = if received < 2 { "centre reçu" } else { "centres reçus" };
    let undirected = all.iter().filter(waited).filter(|c| !c.directeur).count();
    render(&Page {
        cadre: frame("Centres du réseau"),
        phrase: format!("{received} {noun} sur {}, {undirected} sans direction", expected),
        centres: all.into_iter().map(Ligne::new).collect(),
    })
}
