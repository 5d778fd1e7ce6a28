//! Imports launched from a page: one at a time, followed by number.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::import::{Demande, Etape};
use super::{AtelierLocal, refuse};
use crate::port::{Avancement, Refus};

/// Folder of the files received from browsers, inside the data directory: emptied as soon as read.
const RECEPTION: &str = "reception";

/// The jobs of this process.
#[derive(Debug, Default)]
pub(super) struct Travaux {
    jobs: Mutex<Jobs>,
}

#[derive(Debug, Default)]
struct Jobs {
    last: u64,
    receptions: u64,
    jobs: BTreeMap<u64, Avancement>,
}

impl Travaux {
    fn lock(&self) -> MutexGuard<'_, Jobs> {
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn avancement(&self, job: u64) -> Option<Avancement> {
        self.lock().jobs.get(&job).cloned()
    }

    pub(super) fn reception(&self, dir: &Path) -> Result<PathBuf, Refus> {
        let mut jobs = self.lock();
        jobs.receptions += 1;
        let path = dir.join(RECEPTION).join(format!("{}-{}", std::process::id(), jobs.receptions));
        fs::create_dir_all(&path).map_err(refuse)?;
        Ok(path)
    }

    /// Removes what dead processes left in the reception: files received hold names.
    pub(super) fn clean(dir: &Path) -> Result<(), Refus> {
        let Ok(entries) = fs::read_dir(dir.join(RECEPTION)) else { return Ok(()) };
        for path in entries.filter_map(Result::ok).map(|entry| entry.path()) {
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            let owner = name.split('-').next().unwrap_or_default();
            let own = owner == std::process::id().to_string();
            if !own && !Path::new("/proc").join(owner).exists() {
                fs::remove_dir_all(&path).map_err(refuse)?;
            }
        }
        Ok(())
    }

    fn update(&self, job: u64, change: impl FnOnce(&mut Avancement)) {
        if let Some(avancement) = self.lock().jobs.get_mut(&job) {
            change(avancement);
        }
    }
}

/// Starts an import and returns its number.
pub(super) fn start(atelier: Arc<AtelierLocal>, demande: Demande) -> Result<u64, Refus> {
    let job = {
        let mut jobs = atelier.travaux.lock();
        let busy = jobs.jobs.values().any(|job| matches!(job, Avancement::EnCours { .. }));
        if busy {
            remove_received(&demande.chemins);
            let raison = "Un autre import est en cours. Attendre qu'il finisse, puis recommencer.";
            return Err(Refus(raison.to_owned()));
        }
        jobs.last += 1;
        let job = jobs.last;
        let etape = "Ouverture des fichiers".to_owned();
        jobs.jobs.insert(job, Avancement::EnCours { etape, fichiers: Vec::new() });
        job
    };
    tokio::spawn(run(atelier, job, demande));
    Ok(job)
}

async fn run(atelier: Arc<AtelierLocal>, job: u64, demande: Demande) {
    let received = demande.chemins.clone();
    let told = Arc::clone(&atelier);
    let progres = Arc::new(move |step: Etape| told.travaux.update(job, |job| note(job, step)));
    let result = atelier.import(demande, progres).await;
    remove_received(&received);
    let end = match result {
        Ok(bilan) => {
            let total = bilan.report.totals();
            let message = match &bilan.import_id {
                None => "Ces données étaient déjà là : rien n'a changé.".to_owned(),
                Some(_) => format!(
                    "{} lignes acceptées, {} rejetées, {} doublons identiques.",
                    total.acceptees, total.rejetees, total.doublons_identiques
                ),
            };
            Avancement::Fait { import_id: bilan.import_id, message }
        }
        Err(refus) => Avancement::Refuse(refus),
    };
    atelier.travaux.update(job, |job| *job = end);
}

fn note(avancement: &mut Avancement, step: Etape) {
    let Avancement::EnCours { etape, fichiers } = avancement else { return };
    match step {
        Etape::Autre(text) => *etape = text,
        Etape::Lecture(chemin, lignes) => {
            // The person knows the file by its name, not by where it was received.
            let fichier = chemin.rsplit('/').next().unwrap_or(&chemin).to_owned();
            *etape = format!("Lecture de {fichier}");
            match fichiers.last_mut().filter(|(known, _)| *known == fichier) {
                Some((_, count)) => *count = lignes,
                None => fichiers.push((fichier, lignes)),
            }
        }
    }
}

/// Removes the files received and their folder: they hold names.
fn remove_received(chemins: &[PathBuf]) {
    for chemin in chemins {
        let Some(dir) = chemin.parent() else { continue };
        let received = dir.parent().and_then(Path::file_name).is_some_and(|name| name == RECEPTION);
        if received && fs::remove_dir_all(dir).is_err() {
            // Already gone with the first file of the same folder.
        }
    }
}
