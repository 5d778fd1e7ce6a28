//! What is particular to files of published figures among those that bring figures: their tables, and where
//! they are.

use askama::Template;
use mallette_app::publies::acte::{Publies, Suite};
use mallette_domain::publie::Publie;

use super::Ligne;
use crate::apport::Pages;
use crate::apport::apercu::Depot;
use crate::apport::import::Apporte;
use crate::bureau::Bureau;
use crate::chemin;
use crate::page::{Cadre, Rubrique};

#[derive(Template)]
#[template(path = "observatoire/publies/apercu.html")]
struct Apercu {
    cadre: Cadre,
    depot: Depot,
    /// Each figure, the class and the words of what it comes to.
    publies: Vec<(Ligne, &'static str, String)>,
}

#[derive(Template)]
#[template(path = "observatoire/publies/import.html")]
struct Import {
    cadre: Cadre,
    apport: Apporte,
    /// Each figure, and whether it is in force.
    publies: Vec<(Ligne, bool)>,
}

impl Pages for Publies {
    const LIEU: &'static [&'static str] = chemin::LIEU_PUBLIES;
    const QUOI: &'static str = "statistiques";

    fn frame(titre: String) -> Cadre {
        Cadre::new(Rubrique::Indicateurs, titre).under("Statistiques publiées", chemin::PUBLIES)
    }

    fn seen_by(_: &Bureau) -> Self {
        Self
    }

    fn preview(cadre: Cadre, depot: Depot, lignes: Vec<(Publie, Suite)>) -> impl Template {
        let told = lignes.iter().map(|(publie, suite)| {
            let (signe, suite) = words(suite);
            (Ligne::from(publie), signe, suite)
        });
        Apercu { cadre, depot, publies: told.collect() }
    }

    fn import(cadre: Cadre, apport: Apporte, lignes: Vec<(Publie, bool)>) -> impl Template {
        let told = lignes.iter().map(|(publie, vigueur)| (Ligne::from(publie), *vigueur));
        Import { cadre, apport, publies: told.collect() }
    }
}

fn words(suite: &Suite) -> (&'static str, String) {
    match suite {
        Suite::Nouveau => ("bien", "Nouvelle".to_owned()),
        Suite::Pareil => ("etat", "Déjà en vigueur".to_owned()),
        Suite::Remplace(valeur, source) => {
            ("medium", format!("Remplace {} ({source})", valeur.replace('.', ",")))
        }
    }
}
