//! The workshop on one machine: the warehouse, the registry and the query engine put together.
//! Import, undo, and the snapshot that pages read.

mod calculs;
mod import;
mod instantane;
mod liste;
mod travaux;

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::{Arc, OnceLock, PoisonError, RwLock, Weak};

use jiff::Timestamp;
use mallette_catalogue::{Catalogue, normalise};
use mallette_domain::periode::Periode;
use mallette_domain::resultat::{Objet, Preuve, Rattachement};
use mallette_registry::Registry;
use mallette_warehouse::{Warehouse, objets};

use futures::future::BoxFuture;

use crate::etat::Etat;
use crate::lecture::provenance;
use crate::port::{Atelier, Avancement, Figures, Moteur, Question, Refus, Source};
use calculs::Calculs;
pub use import::{Bilan, Demande, Etape, Progres};
use travaux::Travaux;

/// The clock, given so that a test can fix it.
pub type Horloge = fn() -> Timestamp;

/// What a workshop is opened for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Usage {
    /// One command: the snapshot of the pages is not needed, and stays empty.
    Commande,
    /// Serving pages: the snapshot is read, and again after each change.
    Pages,
}

/// The real workshop of a data directory.
pub struct AtelierLocal {
    pub(crate) warehouse: Warehouse,
    pub(crate) registry: Registry,
    pub(crate) moteur: Arc<dyn Moteur>,
    pub(crate) horloge: Horloge,
    usage: Usage,
    /// The mapping a person made completes it: it may change while the workshop is open.
    catalogue: RwLock<Arc<Catalogue>>,
    etat: RwLock<Arc<Etat>>,
    travaux: Travaux,
    calculs: Calculs,
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
    /// pages are to be served, reads the snapshot.
    ///
    /// # Errors
    /// When the directory, its registry or a stored result cannot be read.
    pub async fn open(
        dir: &Path,
        catalogue: Arc<Catalogue>,
        moteur: Arc<dyn Moteur>,
        horloge: Horloge,
        usage: Usage,
    ) -> Result<Arc<Self>, Refus> {
        let warehouse = Warehouse::open(dir).map_err(refuse)?;
        let registry = open_registry(warehouse.dir()).await?;
        let atelier = Self {
            warehouse,
            registry,
            moteur,
            horloge,
            usage,
            etat: RwLock::new(Arc::new(Etat::empty(Arc::clone(&catalogue)))),
            catalogue: RwLock::new(catalogue),
            travaux: Travaux::default(),
            calculs: Calculs::default(),
            own: OnceLock::new(),
        };
        atelier.sweep().await?;
        atelier.read_correspondances().await?;
        atelier.refresh().await?;
        let atelier = Arc::new(atelier);
        // A new lock is empty: this cannot fail.
        let _ = atelier.own.set(Arc::downgrade(&atelier));
        Ok(atelier)
    }

    /// Removes the versions that nothing refers to: what a killed import left.
    async fn sweep(&self) -> Result<(), Refus> {
        // Under the import lock, so that an import of another process cannot end in between.
        if let Some(lock) = self.warehouse.try_lock().map_err(refuse)? {
            let referenced = self.registry.referenced_versions().await.map_err(refuse)?;
            self.warehouse.sweep_locked(&lock, &referenced).map_err(refuse)?;
            Travaux::clean(self.warehouse.dir())?;
        }
        Ok(())
    }

    /// The catalogue of the moment.
    #[must_use]
    pub fn catalogue(&self) -> Arc<Catalogue> {
        Arc::clone(&self.catalogue.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Where the current version of each centre is.
    ///
    /// # Errors
    /// When the registry cannot be read.
    pub async fn sources(&self) -> Result<Vec<Source>, Refus> {
        let versions = self.registry.current_versions().await.map_err(refuse)?;
        let sources = versions.into_iter().map(|version| Source {
            dir: self.warehouse.version_dir(&version.structure_id, &version.id),
            structure_id: version.structure_id,
            date_extraction: version.date_extraction,
        });
        Ok(sources.collect())
    }

    /// Where the current version of one centre is.
    fn source(&self, structure_id: &str) -> Result<Source, Refus> {
        let etat = self.etat();
        let centre = etat.centres.get(structure_id).ok_or_else(|| unknown_centre(structure_id))?;
        Ok(Source {
            dir: self.warehouse.version_dir(structure_id, &centre.version.id),
            structure_id: structure_id.to_owned(),
            date_extraction: centre.version.date_extraction,
        })
    }

    /// Where each centre with data stands in the network.
    ///
    /// # Errors
    /// When the registry cannot be read.
    pub async fn rattachements(&self) -> Result<BTreeMap<String, Rattachement>, Refus> {
        let mut declared = self.registry.rattachements().await.map_err(refuse)?;
        let versions = self.registry.current_versions().await.map_err(refuse)?;
        let ids = versions.into_iter().map(|version| version.structure_id);
        Ok(ids.map(|id| (id.clone(), instantane::complete(&id, declared.remove(&id)))).collect())
    }

    /// The extracts and files behind the figures of every centre with data, for the provenance of
    /// a file: read from the registry, without the snapshot. `orphelins` tells, by centre, how many
    /// objects have an unknown dossier, when that was evaluated.
    ///
    /// # Errors
    /// When the registry cannot be read.
    pub async fn provenance_sources(
        &self,
        orphelins: &BTreeMap<String, u64>,
    ) -> Result<provenance::Sources, Refus> {
        let mut names = self.registry.rattachements().await.map_err(refuse)?;
        let versions = self.registry.current_versions().await.map_err(refuse)?;
        let centres: Vec<_> = versions
            .into_iter()
            .map(|version| {
                let id = version.structure_id;
                let nom = instantane::complete(&id, names.remove(&id)).nom;
                let used = provenance::Version {
                    id: version.id,
                    date_extraction: version.date_extraction,
                    importe_le: version.importe_le,
                    import_id: version.import_id,
                    lignes: u64::try_from(version.lignes).unwrap_or_default(),
                    orphelins: orphelins.get(&id).copied(),
                };
                (id.clone(), nom.unwrap_or(id), Some(used))
            })
            .collect();
        let missing = names.into_iter().map(|(id, rattachement)| {
            let nom = instantane::complete(&id, Some(rattachement)).nom;
            (id.clone(), nom.unwrap_or(id), None)
        });
        let imports = self.read_imports().await?;
        let mut centres: Vec<_> = centres.into_iter().chain(missing).collect();
        centres.sort_by(|left, right| left.0.cmp(&right.0));
        Ok(provenance::Sources::new(centres, &imports))
    }

    /// The dossier number behind each pseudonym of a centre, out of its vault. Only for who may
    /// read the names of that centre.
    ///
    /// # Errors
    /// When the centre has no data or its vault cannot be opened.
    pub async fn real_ids(&self, structure_id: &str) -> Result<HashMap<String, String>, Refus> {
        let version = self.registry.current_version(structure_id).await.map_err(refuse)?;
        let version = version.ok_or_else(|| unknown_centre(structure_id))?;
        self.warehouse.real_ids(structure_id, &version.id).map_err(refuse)
    }

    /// Adds to the catalogue the mapping that people made of headers nobody knew.
    async fn read_correspondances(&self) -> Result<(), Refus> {
        let kept = self.registry.correspondances().await.map_err(refuse)?;
        let mut catalogue = Catalogue::clone(&self.catalogue());
        for (table, entete, colonne) in kept {
            catalogue.learn_header(&table, &entete, &colonne).map_err(refuse)?;
        }
        *self.catalogue.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(catalogue);
        Ok(())
    }
}

fn unknown_centre(structure_id: &str) -> Refus {
    Refus(format!("Le centre {structure_id} n'a pas de données. Importer d'abord son extraction."))
}

async fn open_registry(dir: &Path) -> Result<Registry, Refus> {
    Registry::open(&mallette_registry::sqlite_url(&dir.join("mallette.db"))).await.map_err(refuse)
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
    ) -> Result<u64, Refus> {
        let atelier = self.own.get().and_then(Weak::upgrade);
        let atelier = atelier.ok_or_else(|| Refus("L'atelier se ferme.".to_owned()))?;
        travaux::start(atelier, Demande { chemins: fichiers, date_extraction, structure })
    }

    fn reception(&self) -> Result<std::path::PathBuf, Refus> {
        self.travaux.reception(self.warehouse.dir())
    }

    fn avancement(&self, job: u64) -> Option<Avancement> {
        self.travaux.avancement(job)
    }

    fn undo_import(&self, import_id: String) -> BoxFuture<'_, Result<(), Refus>> {
        Box::pin(async move {
            self.registry.undo_import(&import_id, (self.horloge)()).await.map_err(refuse)?;
            self.refresh().await
        })
    }

    fn save_correspondance(
        &self,
        table: String,
        entete: String,
        colonne: String,
    ) -> BoxFuture<'_, Result<(), Refus>> {
        Box::pin(async move {
            let mut catalogue = Catalogue::clone(&self.catalogue());
            catalogue.learn_header(&table, &entete, &colonne).map_err(refuse)?;
            let (header, now) = (normalise(&entete), (self.horloge)());
            let saved = self.registry.save_correspondance(&table, &header, &colonne, now);
            saved.await.map_err(refuse)?;
            *self.catalogue.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(catalogue);
            Ok(())
        })
    }

    fn objets(
        &self,
        structure_id: &str,
        regle: &str,
        offset: usize,
        limit: usize,
    ) -> Result<(usize, Vec<Objet>), Refus> {
        let dir = self.source(structure_id)?.dir;
        let count = objets::count(&dir, regle).map_err(refuse)?;
        Ok((count, objets::read(&dir, regle, offset, limit).map_err(refuse)?))
    }

    fn list_population(
        &self,
        structure_id: String,
        question: Question,
    ) -> BoxFuture<'_, Result<Vec<Preuve>, Refus>> {
        Box::pin(self.prove(structure_id, question))
    }

    fn figures(&self, periode: Periode) -> Figures {
        self.find_figures(periode)
    }
}
