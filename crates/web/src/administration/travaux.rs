//! Imports and jobs, running and past.

use askama::Template;
use axum::response::Response;
use jiff::SignedDuration;
use mallette_app::administration::travaux::{MENAGE, SAUVEGARDE, TachePassee, VERIFICATION};
use mallette_app::rgpd::tache;

use super::frame;
use crate::comptes::{Guichet, mots};
use crate::erreur::Erreur;
use crate::format::{compte, instant};
use crate::page::{Cadre, render};

#[derive(Template)]
#[template(path = "administration/travaux.html")]
struct Page {
    cadre: Cadre,
    en_cours: Vec<String>,
    imports: Vec<Import>,
    taches: Vec<Tache>,
}

struct Import {
    quand: String,
    centres: String,
    fichiers: String,
    annule: Option<String>,
}

struct Tache {
    nom: String,
    debut: String,
    duree: String,
    etat: (&'static str, &'static str),
    detail: Vec<String>,
}

/// Centres named on a line before they are counted.
const NOMMES: usize = 3;

fn name(code: &str) -> String {
    match code {
        tache::TACHE => "Conservation des noms et de la trace".to_owned(),
        tache::TACHE_SESSION => "Conservation des noms d'un centre qui garde sa clé".to_owned(),
        SAUVEGARDE => "Sauvegarde".to_owned(),
        VERIFICATION => "Vérification de la trace".to_owned(),
        mallette_app::alertes::TACHE => "Recherche des alertes".to_owned(),
        MENAGE => "Ménage du stockage".to_owned(),
        other => other.to_owned(),
    }
}

/// « 1 min 30 s ».
fn length(duree: SignedDuration) -> String {
    let seconds = u64::try_from(duree.as_secs()).unwrap_or_default();
    match (seconds / 60, seconds % 60) {
        (0, 0) => "moins d'une seconde".to_owned(),
        (0, seconds) => format!("{seconds}\u{a0}s"),
        (minutes, seconds) => format!("{minutes}\u{a0}min {seconds}\u{a0}s"),
    }
}

impl From<TachePassee> for Tache {
    fn from(run: TachePassee) -> Self {
        use mallette_app::administration::travaux::ResultatTache::{Echouee, Reussie, SansObjet};
        Self {
            nom: name(&run.nom),
            debut: instant(run.debut),
            duree: run.duree.map(length).unwrap_or_default(),
            etat: match run.resultat {
                Some(Reussie) => ("bien", "✓ Réussie"),
                Some(SansObjet) => ("info", "✓ Rien à faire"),
                Some(Echouee) => ("high", "✗ Échouée"),
                None => ("medium", "▲ En cours, ou interrompue"),
            },
            detail: run.detail,
        }
    }
}

pub(super) async fn show(guichet: Guichet) -> Result<Response, Erreur> {
    let found = guichet.comptes.jobs().await?;
    let imports = found.imports.into_iter().map(|import| {
        let named: Vec<&str> =
            import.centres.iter().take(NOMMES).map(|id| mots::centre(id)).collect();
        let more = import.centres.len().saturating_sub(NOMMES);
        let mut centres = named.join(", ");
        if more > 0 {
            centres.push_str(&format!(" et {}", compte(more as u64, "autre", "autres")));
        }
        Import {
            quand: instant(import.importe_le),
            centres,
            fichiers: compte(import.fichiers as u64, "fichier ou feuille", "fichiers ou feuilles"),
            annule: import.annule_le.map(instant),
        }
    });
    let running = found.en_cours.into_iter().map(|(job, stopped)| match stopped {
        true => format!("Import nº\u{a0}{job} : arrêt demandé"),
        false => format!("Import nº\u{a0}{job} : en cours"),
    });
    render(&Page {
        cadre: frame("Travaux"),
        en_cours: running.collect(),
        imports: imports.collect(),
        taches: found.taches.into_iter().map(Tache::from).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_is_told_in_minutes_and_seconds() {
        let told = |seconds| length(SignedDuration::from_secs(seconds));
        assert_eq!((told(0), told(59)), ("moins d'une seconde".to_owned(), "59\u{a0}s".to_owned()));
        assert_eq!(told(125), "2\u{a0}min 5\u{a0}s");
        assert_eq!(told(-3), "moins d'une seconde");
    }
}
