//! What is particular to files of series among those that bring figures: their tables, and where they are.

use askama::Template;
use mallette_app::contexte::Serie;
use mallette_app::contexte::acte::{SeriePrevue, Series, Suite};
use mallette_app::contexte::lecture::Reglage;

use super::mots;
use crate::apport::Pages;
use crate::apport::apercu::Depot;
use crate::apport::import::Apporte;
use crate::bureau::Bureau;
use crate::chemin;
use crate::format::{compte, instant};
use crate::page::{Cadre, Rubrique};

/// Names of centres told at once.
const NOMS: usize = 8;

#[derive(Template)]
#[template(path = "contexte/apercu.html")]
struct Apercu {
    cadre: Cadre,
    depot: Depot,
    series: Vec<Ligne>,
}

#[derive(Template)]
#[template(path = "contexte/import.html")]
struct Import {
    cadre: Cadre,
    apport: Apporte,
    /// Each series, and whether it is in force.
    series: Vec<(Serie, bool)>,
}

impl Pages for Series {
    const LIEU: &'static [&'static str] = chemin::LIEU_CONTEXTE;
    const QUOI: &'static str = "séries";

    fn frame(titre: String) -> Cadre {
        Cadre::new(Rubrique::Contexte, titre).under("Contexte", chemin::CONTEXTE)
    }

    fn seen_by(bureau: &Bureau) -> Self {
        // What the form said for the whole file was heeded when it was read.
        Self::of(&bureau.atelier.etat(), Reglage::default())
    }

    fn preview(cadre: Cadre, depot: Depot, lignes: Vec<SeriePrevue>) -> impl Template {
        Apercu { cadre, depot, series: lignes.into_iter().map(Ligne::from).collect() }
    }

    fn import(cadre: Cadre, apport: Apporte, series: Vec<(Serie, bool)>) -> impl Template {
        Import { cadre, apport, series }
    }
}

struct Ligne {
    libelle: String,
    annee: i16,
    source: String,
    centres: usize,
    manquants: String,
    bornes: String,
    suite: String,
    signe: &'static str,
}

fn words(suite: &Suite) -> (&'static str, String) {
    match suite {
        Suite::Nouvelle => ("bien", "Nouvelle".to_owned()),
        Suite::Pareille => ("etat", "Déjà en vigueur".to_owned()),
        Suite::Remplace { le, changes, perdus } => {
            let count = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
            let changed = compte(count(*changes), "valeur change", "valeurs changent");
            let lost = match perdus {
                0 => String::new(),
                _ => format!(
                    ", {} n'en {} plus",
                    compte(count(*perdus), "centre", "centres"),
                    if *perdus == 1 { "a" } else { "ont" }
                ),
            };
            ("medium", format!("Remplace celle du {} : {changed}{lost}", instant(*le)))
        }
    }
}

impl From<SeriePrevue> for Ligne {
    fn from(serie: SeriePrevue) -> Self {
        let (signe, suite) = words(&serie.suite);
        let told: Vec<&str> = serie.manquants.iter().take(NOMS).map(String::as_str).collect();
        let more = serie.manquants.len().saturating_sub(NOMS);
        let more = if more > 0 { format!(" et {more} autres") } else { String::new() };
        let unite =
            if serie.unite.is_empty() { String::new() } else { format!(" {}", serie.unite) };
        Self {
            libelle: serie.libelle,
            annee: serie.annee,
            source: serie.source,
            centres: serie.centres,
            manquants: format!("{}{more}", told.join(", ")),
            bornes: format!(
                "de {} à {}{unite}",
                mots::valeur(serie.bornes.0),
                mots::valeur(serie.bornes.1)
            ),
            suite,
            signe,
        }
    }
}
