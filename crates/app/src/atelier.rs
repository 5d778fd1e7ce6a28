//! The workshop on one machine: the warehouse, the registry and the query engine put together.
//! Import, undo, and the snapshot that pages read.

mod arret;
mod calculs;
mod campagnes;
mod comparaison;
mod conduite;
mod correspondance;
mod import;
mod instantane;
mod lecture;
mod liste;
mod mesures;
mod noms;
mod perimetre;
mod prise;
mod redaction;
mod suivi;
mod travaux;
mod vue;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock, Weak};

use jiff::Timestamp;
use mallette_catalogue::{Catalogue, Indicateur, Regle};
use mallette_domain::cohorte::{self, case::Case};
use mallette_domain::periode::Periode;
use mallette_domain::resultat::{MesuresPeriode, Objet, Portion, Preuve, ResultatRegle};
use mallette_registry::{Adresse, Registry};
use mallette_warehouse::{Verrou, Warehouse};

use campagnes::Memoire;
use futures::future::BoxFuture;

use crate::etat::Etat;
use crate::port::{
    Atelier, Avancement, Correspondance, Essai, Feuillet, Figures, Identites, Moteur, Ouverture,
    Part, Question, Refus, Suivies, Tableau, VersionComparee,
};
use crate::vie::chaine::Vies;
use calculs::Calculs;
pub use import::{Bilan, Demande, Etape, Progres};
pub(crate) use lecture::or_closed;
pub use perimetre::Perimetre;
pub use prise::Reserve;
use travaux::Travaux;
use vue::VueCampagne;

/// The clock, given so that a test can fix it.
pub type Horloge = fn() -> Timestamp;

/// What a workshop is opened for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Usage {
    /// One command: the snapshot of the pages is not needed, and stays empty.
    Commande,
    /// Serving pages: the snapshot is read, and again after each change.
    Pages,
    /// Serving pages that are only read: nothing is made, swept, computed to be kept, nor written.
    Lecture,
}

/// The real workshop of a data directory.
pub struct AtelierLocal {
    pub(crate) warehouse: Warehouse,
    /// Others who work on the data directory are let in, who freeze it are not; the reverse when it is
    /// read only.
    _verrou: Verrou,
    pub(crate) registry: Registry,
    pub(crate) moteur: Arc<dyn Moteur>,
    pub(crate) horloge: Horloge,
    pub(crate) usage: Usage,
    /// The mapping a person made completes it: it may change while the workshop is open.
    catalogue: RwLock<Arc<Catalogue>>,
    /// The catalogue of the program and of its directory, which people's rules are laid over.
    fourni: Arc<Catalogue>,
    redigees: redaction::Redigees,
    etat: RwLock<Arc<Etat>>,
    travaux: Travaux,
    memoire: Memoire,
    /// The version before the one that counts, by centre: that of `precedents` in that snapshot, and in no other.
    precedentes: Mutex<(Weak<Etat>, BTreeMap<String, String>)>,
    calculs: Calculs,
    /// The life of anomalies.
    pub(crate) vies: Vies,
    /// Itself, for the imports and the computations that outlive the request that starts them.
    own: OnceLock<Weak<Self>>,
}

impl std::fmt::Debug for AtelierLocal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AtelierLocal").field("dir", &self.warehouse.dir()).finish_non_exhaustive()
    }
}

/// Any failure, as a refusal that says it in French.
pub(crate) fn refuse(error: impl std::fmt::Display) -> Refus {
    Refus(error.to_string())
}

impl AtelierLocal {
    /// Opens the data directory, created when missing: sweeps what no version refers to, and, when
    /// pages are to be served, computes the results that are missing or that other definitions gave
    /// (`progres` is told), then reads the snapshot.
    ///
    /// # Errors
    /// When the directory, its registry or a stored result cannot be read.
    pub async fn open(
        dir: &Path,
        catalogue: Arc<Catalogue>,
        moteur: Arc<dyn Moteur>,
        horloge: Horloge,
        usage: Usage,
        progres: Progres,
    ) -> Result<Arc<Self>, Refus> {
        let warehouse = Warehouse::open(dir).map_err(refuse)?;
        Self::open_with(warehouse, catalogue, moteur, horloge, usage, progres).await
    }

    /// As [`AtelierLocal::open`], over a data directory already opened: with another source of the
    /// master key than what the environment says.
    ///
    /// # Errors
    /// As [`AtelierLocal::open`].
    pub async fn open_with(
        warehouse: Warehouse,
        catalogue: Arc<Catalogue>,
        moteur: Arc<dyn Moteur>,
        horloge: Horloge,
        usage: Usage,
        progres: Progres,
    ) -> Result<Arc<Self>, Refus> {
        Self::open_on(warehouse, None, catalogue, moteur, horloge, usage, progres).await
    }

    /// As [`AtelierLocal::open_with`], its registry in that base instead of the file of the directory.
    ///
    /// # Errors
    /// As [`AtelierLocal::open`]; when the base is not that of the directory.
    pub async fn open_on(
        warehouse: Warehouse,
        base: Option<Adresse>,
        catalogue: Arc<Catalogue>,
        moteur: Arc<dyn Moteur>,
        horloge: Horloge,
        usage: Usage,
        progres: Progres,
    ) -> Result<Arc<Self>, Refus> {
        if usage != Usage::Commande {
            // A wrong master key is told before the pages are served, not at the first import.
            warehouse.keys().check().map_err(refuse)?;
        }
        let (verrou, registry) = prise::take(&warehouse, base, usage, horloge()).await?;
        let atelier = Self {
            warehouse,
            _verrou: verrou,
            registry,
            moteur,
            horloge,
            usage,
            etat: RwLock::new(Arc::new(Etat::empty(Arc::clone(&catalogue)))),
            fourni: Arc::clone(&catalogue),
            catalogue: RwLock::new(catalogue),
            redigees: redaction::Redigees::default(),
            travaux: Travaux::default(),
            memoire: Memoire::default(),
            precedentes: Mutex::default(),
            calculs: Calculs::default(),
            vies: Vies::default(),
            own: OnceLock::new(),
        };
        if usage != Usage::Lecture {
            atelier.sweep().await?;
        }
        atelier.read_correspondances().await?;
        atelier.read_redigees().await?;
        if usage == Usage::Pages {
            atelier.evaluate_stale(&progres).await?;
            // Told here: the first time, it may be long.
            atelier.settle_vies(&progres).await?;
        }
        atelier.refresh().await?;
        let atelier = Arc::new(atelier);
        // A new lock is empty: this cannot fail.
        let _ = atelier.own.set(Arc::downgrade(&atelier));
        Ok(atelier)
    }

    /// Where a master key was made since the opening, told once: to say to the person to copy it
    /// elsewhere.
    #[must_use]
    pub fn take_created_key(&self) -> Option<std::path::PathBuf> {
        self.warehouse.keys().take_created()
    }

    /// Numbers of the imports under way in this process, and whether each was asked to stop.
    pub(crate) fn running_imports(&self) -> Vec<(u64, bool)> {
        self.travaux.running()
    }

    /// Removes the versions that nothing refers to: what a killed import left.
    pub(crate) async fn sweep(&self) -> Result<(), Refus> {
        // Under the import lock, so that an import of another process cannot end in between.
        if let Some(lock) = self.warehouse.try_lock().map_err(refuse)? {
            let referenced = self.registry.referenced_versions().await.map_err(refuse)?;
            self.warehouse.sweep_locked(&lock, &referenced).map_err(refuse)?;
            let imports = self.registry.imports().await.map_err(refuse)?;
            let kept = imports.into_iter().filter(|import| import.annule_le.is_none());
            let kept = kept.map(|import| import.id).collect();
            self.warehouse.sweep_rejets(&lock, &kept).map_err(refuse)?;
            Travaux::clean(self.warehouse.dir())?;
        }
        Ok(())
    }

    /// The catalogue of the moment.
    #[must_use]
    pub fn catalogue(&self) -> Arc<Catalogue> {
        Arc::clone(&self.catalogue.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Itself, for what outlives a request.
    fn shared(&self) -> Result<Arc<Self>, Refus> {
        let own = self.own.get().and_then(Weak::upgrade);
        own.ok_or_else(|| Refus("L'atelier se ferme.".to_owned()))
    }
}

impl Atelier for AtelierLocal {
    fn etat(&self) -> Arc<Etat> {
        Arc::clone(&self.etat.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn now(&self) -> Timestamp {
        (self.horloge)()
    }

    fn start_import(
        &self,
        fichiers: Vec<std::path::PathBuf>,
        date_extraction: Option<jiff::civil::Date>,
        structure: Option<String>,
        centres: Option<BTreeSet<String>>,
    ) -> Result<u64, Refus> {
        let cles = Ouverture::default();
        self.start_import_with(&cles, fichiers, date_extraction, structure, centres)
    }

    fn start_import_with(
        &self,
        cles: &Ouverture,
        fichiers: Vec<std::path::PathBuf>,
        date_extraction: Option<jiff::civil::Date>,
        structure: Option<String>,
        centres: Option<BTreeSet<String>>,
    ) -> Result<u64, Refus> {
        let cles = cles.clone();
        let demande = Demande { chemins: fichiers, date_extraction, structure, centres, cles };
        travaux::start(self.shared()?, demande)
    }

    fn reception(&self) -> Result<std::path::PathBuf, Refus> {
        self.travaux.reception(self.warehouse.dir())
    }

    fn avancement(&self, job: u64) -> Option<Avancement> {
        self.travaux.avancement(job)
    }

    fn cancel_import(&self, job: u64) -> Result<(), Refus> {
        self.travaux.cancel(job)
    }

    fn say_table(&self, job: u64, rang: usize, table: String) -> Result<(), Refus> {
        self.travaux.say_table(job, rang, &table)
    }

    fn restart_import(&self, job: u64) -> Result<u64, Refus> {
        self.restart_import_with(&Ouverture::default(), job)
    }

    fn restart_import_with(&self, cles: &Ouverture, job: u64) -> Result<u64, Refus> {
        travaux::restart(self.shared()?, job, cles)
    }

    fn forget_files(&self, job: u64) -> Result<(), Refus> {
        self.travaux.forget(job)
    }

    fn rejets(&self, import_id: &str, structure_id: &str) -> Result<Vec<Feuillet>, Refus> {
        self.rejets_with(&Ouverture::default(), import_id, structure_id)
    }

    fn rejets_with(
        &self,
        cles: &Ouverture,
        import_id: &str,
        structure_id: &str,
    ) -> Result<Vec<Feuillet>, Refus> {
        self.warehouse.rejets(&self.trousseau(cles), import_id, structure_id).map_err(refuse)
    }

    fn identites(&self, structure_id: &str, dossiers: &[String]) -> Result<Identites, Refus> {
        self.identites_with(&Ouverture::default(), structure_id, dossiers)
    }

    fn identites_with(
        &self,
        cles: &Ouverture,
        structure_id: &str,
        dossiers: &[String],
    ) -> Result<Identites, Refus> {
        self.identites_of(&self.etat(), cles, structure_id, dossiers)
    }

    fn find_dossiers(&self, structure_id: &str, texte: &str) -> Result<BTreeSet<String>, Refus> {
        self.find_dossiers_with(&Ouverture::default(), structure_id, texte)
    }

    fn find_dossiers_with(
        &self,
        cles: &Ouverture,
        structure_id: &str,
        texte: &str,
    ) -> Result<BTreeSet<String>, Refus> {
        self.find_dossiers_of(&self.etat(), cles, structure_id, texte)
    }

    fn versions_comparees(
        &self,
        import_id: String,
    ) -> BoxFuture<'_, Result<Vec<VersionComparee>, Refus>> {
        Box::pin(self.compare_versions(import_id))
    }

    fn undo_import(&self, import_id: String) -> BoxFuture<'_, Result<(), Refus>> {
        Box::pin(async move {
            self.registry.undo_import(&import_id, (self.horloge)()).await.map_err(refuse)?;
            self.refresh().await
        })
    }

    fn fix_campagne(&self, nom: String, remplacer: bool) -> BoxFuture<'_, Result<(), Refus>> {
        Box::pin(async move {
            self.write_campagne(&nom, remplacer).await?;
            self.refresh().await
        })
    }

    fn remove_campagne(&self, nom: String) -> BoxFuture<'_, Result<(), Refus>> {
        Box::pin(async move {
            self.registry.remove_campagne(&nom, (self.horloge)()).await.map_err(refuse)?;
            self.refresh().await
        })
    }

    fn at_campagne(&self, nom: String) -> BoxFuture<'_, Result<Arc<dyn Atelier>, Refus>> {
        Box::pin(async move {
            let etat = self.read_campagne(&nom).await?;
            let atelier = self.shared()?;
            Ok(Arc::new(VueCampagne { atelier, etat }) as Arc<dyn Atelier>)
        })
    }

    fn synthese(&self, nom: String) -> BoxFuture<'_, Result<Arc<Etat>, Refus>> {
        Box::pin(async move { self.read_synthese(&nom).await })
    }

    fn correspondances(&self) -> BoxFuture<'_, Result<Vec<Correspondance>, Refus>> {
        Box::pin(self.list_correspondances())
    }

    fn save_correspondance(
        &self,
        table: String,
        entete: String,
        colonne: String,
    ) -> BoxFuture<'_, Result<(), Refus>> {
        Box::pin(self.keep_correspondance(table, entete, colonne))
    }

    fn remove_correspondance(
        &self,
        table: String,
        entete: String,
    ) -> BoxFuture<'_, Result<(), Refus>> {
        Box::pin(self.forget_correspondance(table, entete))
    }

    fn objets(
        &self,
        structure_id: &str,
        regle: &str,
        offset: usize,
        limit: usize,
    ) -> Result<(usize, Vec<Objet>), Refus> {
        self.objets_of(&self.etat(), structure_id, regle, (offset, limit))
    }

    fn list_population(
        &self,
        structure_id: String,
        question: Question,
    ) -> BoxFuture<'_, Result<Vec<Preuve>, Refus>> {
        Box::pin(async move { self.prove(&self.etat(), structure_id, question).await })
    }

    fn figures(&self, periode: Periode) -> Figures {
        self.find_figures(&self.etat(), periode)
    }

    fn cohorte(&self, question: &cohorte::Question) -> Suivies {
        self.find_cohorte(&self.etat(), question)
    }

    fn list_cohorte(
        &self,
        structure_id: String,
        question: cohorte::Question,
        case: Case,
    ) -> BoxFuture<'_, Result<Vec<Preuve>, Refus>> {
        self.list_members(&self.etat(), &structure_id, (question, case))
    }

    fn weigh_regles(
        &self,
        variantes: Vec<Regle>,
        centres: BTreeSet<String>,
    ) -> BoxFuture<'_, Result<Vec<ResultatRegle>, Refus>> {
        self.compare_regles(&self.etat(), variantes, &centres)
    }

    fn weigh_indicateurs(
        &self,
        periode: Periode,
        variantes: Vec<Indicateur>,
    ) -> BoxFuture<'_, Result<Vec<MesuresPeriode>, Refus>> {
        self.compare_indicateurs(&self.etat(), periode, variantes)
    }

    fn try_regle(
        &self,
        regle: Regle,
        centres: BTreeSet<String>,
    ) -> BoxFuture<'_, Result<Essai, Refus>> {
        self.try_rule(&self.etat(), regle, &centres)
    }

    fn try_indicateur(&self, indicateur: Indicateur) -> BoxFuture<'_, Result<Arc<Etat>, Refus>> {
        self.try_indicator(&self.etat(), indicateur)
    }

    fn list_tried(
        &self,
        indicateur: Indicateur,
        structure_id: String,
        periode: Periode,
        part: Part,
    ) -> BoxFuture<'_, Result<Vec<Preuve>, Refus>> {
        let code = indicateur.code.clone();
        let question = Question { indicateur: code, periode, part, portion: Portion::default() };
        self.list_tried_rows(&self.etat(), &indicateur, &structure_id, question)
    }

    fn query(&self, structure_id: String, sql: String) -> BoxFuture<'_, Result<Tableau, Refus>> {
        self.run_query(&self.etat(), &structure_id, sql)
    }
}
