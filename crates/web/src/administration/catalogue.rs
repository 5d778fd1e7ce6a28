//! The state of the catalogue.

use askama::Template;
use axum::response::Response;
use mallette_app::administration::catalogue::{ParametresRegle, Relecture};

use super::frame;
use crate::comptes::Guichet;
use crate::erreur::Erreur;
use crate::page::{Cadre, render};

#[derive(Template)]
#[template(path = "administration/catalogue.html")]
struct Page {
    cadre: Cadre,
    version: &'static str,
    empreinte: String,
    nombres: [(&'static str, usize); 5],
    dossier: String,
    fichiers: Vec<(String, bool)>,
    /// Class of the notice, and its words.
    relecture: (&'static str, String),
    muettes: Option<Vec<(String, String)>>,
    versions: usize,
    perimees: usize,
    parametres: Vec<ParametresRegle>,
}

pub(super) async fn show(guichet: Guichet) -> Result<Response, Erreur> {
    let found = guichet.comptes.catalogue_state().await?;
    let relecture = match found.relecture {
        Relecture::SansDossier => {
            ("", "Le réseau n'a pas de catalogue à lui : celui du programme sert seul.".to_owned())
        }
        Relecture::Conforme => {
            ("bien", "✓ Les fichiers du réseau, relus à l'instant, disent ce qui est en vigueur.".to_owned())
        }
        Relecture::Change => (
            "alerte",
            "▲ Les fichiers du réseau ont changé depuis le démarrage : ce qui est en vigueur est ce qui a été \
             lu alors. Relancer « mallette servir » pour les prendre, les résultats seront recalculés."
                .to_owned(),
        ),
        Relecture::Refuse(why) => (
            "grave",
            format!(
                "✗ Les fichiers du réseau seraient refusés au prochain démarrage, qui n'aurait pas lieu : {why}"
            ),
        ),
    };
    let [regles, indicateurs, vues, profils, plafonds] = found.nombres;
    let (versions, perimees) = found.versions;
    render(&Page {
        cadre: frame("Catalogue"),
        version: env!("CARGO_PKG_VERSION"),
        empreinte: found.empreinte,
        nombres: [
            ("Règles", regles),
            ("Indicateurs", indicateurs),
            ("Vues", vues),
            ("Profils d'en-têtes", profils),
            ("Plafonds", plafonds),
        ],
        dossier: found.dossier.display().to_string(),
        fichiers: found.fichiers,
        relecture,
        muettes: found.muettes,
        versions,
        perimees,
        parametres: found.parametres,
    })
}
