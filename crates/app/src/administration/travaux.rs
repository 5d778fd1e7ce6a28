//! Imports and jobs, running and past. What a job says of itself is shown without what counts the
//! young persons of a centre, and what an import says of its files is left to who may read it.

use jiff::{SignedDuration, Timestamp};
pub use mallette_registry::ResultatTache;
use mallette_registry::Tache;

use crate::atelier::refuse;
use crate::comptes::Comptes;
use crate::etat::ImportVu;
use crate::lecture::imports::Rapport;
use crate::port::Refus;

/// Name of the job of a backup.
pub const SAUVEGARDE: &str = "sauvegarde";
/// Name of the job that walks the trace.
pub const VERIFICATION: &str = "verification_trace";
/// Name of the job that removes what nothing refers to.
pub const MENAGE: &str = "menage";
/// Runs and imports shown.
const DERNIERS: usize = 30;

/// An import, without a word of its files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportPasse {
    /// When it was made.
    pub importe_le: Timestamp,
    /// When it was undone.
    pub annule_le: Option<Timestamp>,
    /// Codes of the centres that it brought.
    pub centres: Vec<String>,
    /// Number of its files and sheets.
    pub fichiers: usize,
}

/// A run of a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TachePassee {
    /// Name of the job.
    pub nom: String,
    /// When it started.
    pub debut: Timestamp,
    /// How long it took; none while it runs, or when the program stopped before.
    pub duree: Option<SignedDuration>,
    /// How it ended.
    pub resultat: Option<ResultatTache>,
    /// What it says, line by line.
    pub detail: Vec<String>,
}

/// Everything that runs or ran.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Travaux {
    /// Numbers of the imports under way in this process, and whether each was asked to stop.
    pub en_cours: Vec<(u64, bool)>,
    /// The last imports, the newest first.
    pub imports: Vec<ImportPasse>,
    /// The last runs, the newest first.
    pub taches: Vec<TachePassee>,
}

impl Comptes {
    /// What runs, and the last runs.
    ///
    /// # Errors
    /// When the registry does not answer.
    pub async fn jobs(&self) -> Result<Travaux, Refus> {
        let mut imports = Vec::new();
        for resume in self.registry().imports().await.map_err(refuse)?.into_iter().take(DERNIERS) {
            let Some(import) = self.registry().import(&resume.id).await.map_err(refuse)? else {
                continue;
            };
            let seen = ImportVu {
                id: resume.id,
                importe_le: resume.importe_le,
                annule_le: resume.annule_le,
                rapport: import.rapport,
            };
            let rapport = Rapport::of(&seen);
            let centres = rapport.structures().into_iter();
            imports.push(ImportPasse {
                importe_le: seen.importe_le,
                annule_le: seen.annule_le,
                centres: centres.map(|centre| centre.structure_id.to_owned()).collect(),
                fichiers: rapport.fichiers().len(),
            });
        }
        let last = i64::try_from(DERNIERS).unwrap_or(i64::MAX);
        let taches = self.registry().taches(None, last).await.map_err(refuse)?;
        Ok(Travaux {
            en_cours: self.atelier.running_imports(),
            imports,
            taches: taches.into_iter().map(past).collect(),
        })
    }
}

fn past(tache: Tache) -> TachePassee {
    let detail = tache.detail.unwrap_or_default();
    TachePassee {
        nom: tache.nom,
        debut: tache.debut,
        duree: tache.fin.map(|fin| fin.duration_since(tache.debut)),
        resultat: tache.resultat,
        detail: detail.lines().filter(|line| !counts_dossiers(line)).map(str::to_owned).collect(),
    }
}

/// Whether a line tells how many young persons a centre has: that of a centre whose retention was
/// looked at.
fn counts_dossiers(line: &str) -> bool {
    line.contains("dossiers")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_of_a_centre_are_left_out_and_failures_are_not() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let told = "Lyon (69382S00)\u{a0}: noms effacés de 4 dossiers (âge de 26 ans\u{a0}: 4)\u{a0}; \
                    gardés\u{a0}: 1234.\nGrenoble (38185S00)\u{a0}: la clé du centre manque.\n\
                    Trace\u{a0}: 3 entrées de plus de 12 mois retirées.\n";
        let tache = Tache {
            rang: 1,
            nom: "conservation".to_owned(),
            debut: at("2026-11-25T12:00:00Z"),
            fin: Some(at("2026-11-25T12:01:30Z")),
            resultat: Some(ResultatTache::Echouee),
            detail: Some(told.to_owned()),
        };
        let seen = past(tache);
        assert_eq!(seen.duree, Some(SignedDuration::from_secs(90)));
        assert_eq!(seen.detail.len(), 2);
        assert!(seen.detail[0].contains("la clé du centre manque"));
        assert!(!seen.detail.concat().contains("1234"));
    }
}
