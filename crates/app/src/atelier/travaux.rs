//! Imports launched from a page: one at a time, followed by number, stopped on demand. The files of
//! one that did not recognise everything are kept a while, so that it can be done again.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use mallette_domain::table;
use mallette_ingest::{FeuilleExaminee, Options, Report, TablesDites};

use super::arret::Arret;
use super::conduite::{Conduite, died};
use super::import::{Bilan, Demande, Etape};
use super::noms::{Noms, RECEPTION, received_dir};
use super::{AtelierLocal, refuse};
use crate::port::{Avancement, Ouverture, Refus};
use crate::suivi::{self, FeuilleARevoir, FichierSuivi, Lecture, Reprise};

/// How long files are kept to be imported again: they hold names, and are in clear.
const KEPT_MINUTES: u64 = 30;

/// The jobs of this process.
#[derive(Debug, Default)]
pub(super) struct Travaux {
    jobs: Mutex<Jobs>,
}

#[derive(Debug, Default)]
struct Jobs {
    last: u64,
    receptions: u64,
    jobs: BTreeMap<u64, Job>,
}

#[derive(Debug)]
struct Job {
    avancement: Avancement,
    arret: Arret,
    /// Its files, once it ended, when they are kept.
    depot: Option<Depot>,
}

/// What an import is made of, removed with its files when dropped, whatever happened.
#[derive(Debug)]
struct Depot {
    demande: Demande,
    tables: TablesDites,
    /// File and sheet of each [`FeuilleARevoir`], as the import names them.
    places: Vec<(String, Option<String>)>,
    /// The folder of the reception that holds the files.
    dir: Option<PathBuf>,
}

impl Drop for Depot {
    fn drop(&mut self) {
        if let Some(dir) = &self.dir
            && fs::remove_dir_all(dir).is_err()
            && dir.exists()
        {
            eprintln!("fichiers reçus à supprimer à la main : {}", dir.display());
        }
    }
}

impl Jobs {
    fn refuse_busy(&self) -> Result<(), Refus> {
        let busy = |job: &Job| matches!(job.avancement, Avancement::EnCours { .. });
        if self.jobs.values().any(busy) {
            let raison = "Un autre import est en cours. Attendre qu'il finisse, puis recommencer.";
            return Err(Refus(raison.to_owned()));
        }
        Ok(())
    }

    /// Opens a job; those that ended let their files go.
    fn open(&mut self, fichiers: Vec<FichierSuivi>) -> Result<(u64, Arret), Refus> {
        self.refuse_busy()?;
        self.jobs.values_mut().for_each(|job| drop(job.forget()));
        self.last += 1;
        let (etape, arret) = ("Ouverture des fichiers".to_owned(), Arret::default());
        let avancement = Avancement::EnCours { etape, fichiers, arret: false };
        self.jobs.insert(self.last, Job { avancement, arret: arret.clone(), depot: None });
        Ok((self.last, arret))
    }
}

impl Job {
    /// Gives its files back; nothing may then be said of them.
    fn forget(&mut self) -> Option<Depot> {
        if let Avancement::Fait { reprise, .. } | Avancement::Refuse { reprise, .. } =
            &mut self.avancement
        {
            *reprise = None;
        }
        self.depot.take()
    }

    fn reprise(&mut self) -> Option<&mut Reprise> {
        match &mut self.avancement {
            Avancement::Fait { reprise, .. } | Avancement::Refuse { reprise, .. } => {
                reprise.as_mut()
            }
            Avancement::EnCours { .. } => None,
        }
    }
}

fn gone() -> Refus {
    let raison = "Les fichiers de cet import ne sont plus gardés. Les choisir de nouveau sur la page \
                  Imports.";
    Refus(raison.to_owned())
}

impl Travaux {
    fn lock(&self) -> MutexGuard<'_, Jobs> {
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn avancement(&self, job: u64) -> Option<Avancement> {
        self.lock().jobs.get(&job).map(|job| job.avancement.clone())
    }

    /// The jobs under way, and whether each was asked to stop.
    pub(super) fn running(&self) -> Vec<(u64, bool)> {
        let jobs = self.lock();
        let running = jobs.jobs.iter().filter_map(|(job, known)| match &known.avancement {
            Avancement::EnCours { arret, .. } => Some((*job, *arret)),
            Avancement::Fait { .. } | Avancement::Refuse { .. } => None,
        });
        running.collect()
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

    pub(super) fn cancel(&self, job: u64) -> Result<(), Refus> {
        let mut jobs = self.lock();
        match jobs.jobs.get_mut(&job) {
            Some(Job { avancement: Avancement::EnCours { arret, .. }, arret: word, .. }) => {
                *arret = true;
                word.ask();
                Ok(())
            }
            _ => Err(Refus("Cet import est déjà fini : il n'y a rien à arrêter.".to_owned())),
        }
    }

    pub(super) fn say_table(&self, job: u64, rang: usize, name: &str) -> Result<(), Refus> {
        let mut jobs = self.lock();
        let job = jobs.jobs.get_mut(&job).ok_or_else(gone)?;
        let place = job.depot.as_ref().ok_or_else(gone)?.places.get(rang).cloned();
        let sheet = job.reprise().and_then(|reprise| reprise.feuilles.get_mut(rang));
        let (Some(place), Some(sheet), Some(table)) = (place, sheet, table::find(name)) else {
            let raison = "Cette feuille ou cette table n'existe pas. Choisir dans la liste.";
            return Err(Refus(raison.to_owned()));
        };
        sheet.table = Some(table.name.to_owned());
        if let Some(depot) = &mut job.depot {
            depot.tables.insert(place, table.name.to_owned());
        }
        Ok(())
    }

    pub(super) fn forget(&self, job: u64) -> Result<(), Refus> {
        let depot = self.lock().jobs.get_mut(&job).and_then(Job::forget);
        depot.map(drop).ok_or_else(gone)
    }

    fn update(&self, job: u64, change: impl FnOnce(&mut Job)) {
        if let Some(job) = self.lock().jobs.get_mut(&job) {
            change(job);
        }
    }
}

/// Starts an import of files received, and returns its number.
pub(super) fn start(atelier: Arc<AtelierLocal>, demande: Demande) -> Result<u64, Refus> {
    let dir = received_dir(atelier.warehouse.dir(), &demande.chemins);
    launch(atelier, Depot { demande, tables: TablesDites::new(), places: Vec::new(), dir })
}

/// Starts again the import of a job that ended, with what was said of its files since.
pub(super) fn restart(
    atelier: Arc<AtelierLocal>,
    job: u64,
    cles: &Ouverture,
) -> Result<u64, Refus> {
    let mut depot = {
        let mut jobs = atelier.travaux.lock();
        jobs.refuse_busy()?;
        jobs.jobs.get_mut(&job).and_then(Job::forget).ok_or_else(gone)?
    };
    depot.demande.cles = cles.clone();
    launch(atelier, depot)
}

fn launch(atelier: Arc<AtelierLocal>, depot: Depot) -> Result<u64, Refus> {
    let noms = Noms::new(atelier.warehouse.dir(), &depot.demande.chemins);
    let (job, arret) = atelier.travaux.lock().open(expected(&depot.demande.chemins, &noms))?;
    tokio::spawn(follow(atelier, job, depot, arret));
    Ok(job)
}

/// The files to read, in their order, with what is known of them before.
fn expected(chemins: &[PathBuf], noms: &Noms) -> Vec<FichierSuivi> {
    let fichier = |chemin: &PathBuf| FichierSuivi {
        nom: noms.clean(&chemin.display().to_string()),
        octets: fs::metadata(chemin).ok().map(|metadata| metadata.len()),
        lignes: 0,
        lecture: Lecture::Attente,
    };
    chemins.iter().map(fichier).collect()
}

/// Leads an import to its end, whatever this end is: an import that dies is a refusal, and never
/// keeps the next ones waiting.
async fn follow(atelier: Arc<AtelierLocal>, job: u64, mut depot: Depot, arret: Arret) {
    let told = Arc::clone(&atelier);
    let conduite = Conduite {
        progres: Arc::new(move |step| told.travaux.update(job, |job| note(job, step))),
        arret: arret.clone(),
        tables: depot.tables.clone(),
    };
    let (led, demande) = (Arc::clone(&atelier), depot.demande.clone());
    let outcome = match tokio::spawn(async move { led.lead(demande, conduite).await }).await {
        Ok(outcome) => outcome,
        Err(error) => {
            // It may have died after its transaction: pages then show what is true.
            if let Err(refus) = atelier.refresh().await {
                eprintln!("relecture après un import interrompu : {refus}");
            }
            Err(died(&error))
        }
    };
    // Files may be kept for a while: keys never outlive the job that they were given for.
    depot.demande.cles = Ouverture::default();
    let seen = if arret.is_asked() { Vec::new() } else { look(&atelier, &depot, &outcome).await };
    let noms = Noms::new(atelier.warehouse.dir(), &depot.demande.chemins);
    let reprise = (!seen.is_empty()).then(|| Reprise {
        feuilles: seen.iter().map(|sheet| to_review(sheet, &noms)).collect(),
        minutes: KEPT_MINUTES,
    });
    let kept = reprise.is_some();
    depot.places = seen.into_iter().map(|sheet| (sheet.fichier, sheet.feuille)).collect();
    let end = ended(outcome, reprise);
    if !kept {
        drop(depot);
        atelier.travaux.update(job, |job| job.avancement = end);
        return;
    }
    atelier.travaux.update(job, |job| {
        job.avancement = end;
        job.depot = Some(depot);
    });
    let atelier = {
        // The workshop may close meanwhile.
        let weak = Arc::downgrade(&atelier);
        drop(atelier);
        tokio::time::sleep(Duration::from_secs(60 * KEPT_MINUTES)).await;
        weak.upgrade()
    };
    // Already gone when they were imported again, or when another import came.
    let _ = atelier.map(|atelier| atelier.travaux.forget(job));
}

fn ended(outcome: Result<Bilan, Refus>, reprise: Option<Reprise>) -> Avancement {
    match outcome {
        Ok(bilan) => {
            let total = bilan.report.totals();
            let message = match bilan.unchanged() {
                Some(raison) => raison.to_owned(),
                None => format!(
                    "{} lignes acceptées, {} rejetées, {} doublons identiques.",
                    total.acceptees, total.rejetees, total.doublons_identiques
                ),
            };
            Avancement::Fait { import_id: bilan.import_id, message, reprise }
        }
        Err(raison) => Avancement::Refuse { raison, reprise },
    }
}

/// The sheets of which something was not recognised; none when they cannot be told.
async fn look(
    atelier: &Arc<AtelierLocal>,
    depot: &Depot,
    outcome: &Result<Bilan, Refus>,
) -> Vec<FeuilleExaminee> {
    let whole = |report: &Report| {
        let known = report.fichiers.iter().all(|fichier| fichier.table.is_some());
        known && report.colonnes_inconnues.is_empty()
    };
    if depot.dir.is_none() || outcome.as_ref().is_ok_and(|bilan| whole(&bilan.report)) {
        return Vec::new();
    }
    let (catalogue, tables) = (atelier.catalogue(), depot.tables.clone());
    let chemins = depot.demande.chemins.clone();
    let seen = tokio::task::spawn_blocking(move || {
        let (date_extraction, structure) = (None, None);
        let options =
            Options { catalogue: &catalogue, date_extraction, structure, tables: &tables };
        mallette_ingest::examine(&chemins, &options)
    });
    let Ok(Ok(mut seen)) = seen.await else { return Vec::new() };
    seen.retain(|sheet| match sheet.table {
        Some(_) => !sheet.inconnues.is_empty(),
        None => !sheet.entetes.is_empty(),
    });
    seen
}

fn to_review(sheet: &FeuilleExaminee, noms: &Noms) -> FeuilleARevoir {
    FeuilleARevoir {
        fichier: noms.clean(&sheet.fichier),
        feuille: sheet.feuille.clone(),
        table: sheet.table.map(str::to_owned),
        possibles: sheet.possibles.clone(),
        entetes: sheet.entetes.clone(),
        inconnues: sheet.inconnues.clone(),
    }
}

fn note(job: &mut Job, step: Etape) {
    let Avancement::EnCours { etape, fichiers, .. } = &mut job.avancement else { return };
    match step {
        Etape::Autre(text) => {
            *etape = text;
            // Nothing else is told before the last file is read.
            fichiers.iter_mut().for_each(|fichier| fichier.lecture = Lecture::Faite);
        }
        Etape::Lecture(fichier, lignes) => {
            *etape = format!("Lecture de {fichier}");
            suivi::note(fichiers, &fichier, lignes);
        }
    }
}
