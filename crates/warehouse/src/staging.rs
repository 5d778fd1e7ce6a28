//! An import being written aside: lots come in, versions ready to publish come out.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::civil::Date;
use mallette_ingest::{Lot, Sink, SinkError};

use crate::chemin::component;
use crate::cles::{CleCentre, Trousseau};
use crate::disque;
use crate::ecrivain::{COFFRE, Ecrivains, Tache};
use crate::effaces::Effaces;
use crate::erreur::{OnPath, WarehouseError};
use crate::fiche::{Fiche, FicheTable, of_tables};
use crate::verrou::Verrou;

/// A centre written aside and complete, not yet a version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prete {
    /// I-MILO code of the centre.
    pub structure_id: String,
    /// Extraction date.
    pub date_extraction: Date,
    /// Where its tables are until it is published.
    pub dir: PathBuf,
    /// Fingerprint of its rows: equal to that of another version when the data is the same.
    pub empreinte: String,
    /// Activity rows of all its tables.
    pub lignes: u64,
    /// Activity rows by table, those carried forward included.
    pub tables: BTreeMap<String, u64>,
}

/// One centre of the import.
#[derive(Debug)]
pub(crate) struct Centre {
    pub(crate) date_extraction: Date,
    pub(crate) dir: PathBuf,
    key: CleCentre,
    /// Tables received by this import.
    received: BTreeSet<&'static str>,
    /// Those of them that came without a row: written last, unless the version before has rows.
    vides: Vec<Lot>,
    /// The dossiers whose names are not kept.
    effaces: Arc<Effaces>,
    /// Tables ready: those carried forward at once, those received when the writers end.
    pub(crate) tables: BTreeMap<String, FicheTable>,
}

/// An import being written aside, under the import lock. Dropped without [`Staging::publish`], it
/// leaves nothing. Keep it until the registry has recorded what was published: the lock that it
/// holds keeps [`crate::Warehouse::sweep`] away meanwhile.
#[derive(Debug)]
pub struct Staging {
    trousseau: Trousseau,
    donnees: PathBuf,
    en_cours: PathBuf,
    pub(crate) versions: PathBuf,
    ecrivains: Option<Ecrivains>,
    pub(crate) centres: BTreeMap<String, Centre>,
    /// Files that are on the disk for good already.
    pub(crate) durables: HashSet<PathBuf>,
    pub(crate) finished: bool,
    // Last: let go once the folders are clean.
    _verrou: Verrou,
}

impl Staging {
    /// Starts writing under `en_cours` of that data directory, emptied first of what a killed import
    /// left.
    pub(crate) fn start(
        trousseau: Trousseau,
        donnees: PathBuf,
        verrou: Verrou,
    ) -> Result<Self, WarehouseError> {
        let (en_cours, versions) = (donnees.join("en_cours"), donnees.join("versions"));
        for leftover in disque::entries(&en_cours)? {
            disque::remove_dir(&leftover)?;
        }
        Ok(Self {
            trousseau,
            donnees,
            en_cours,
            versions,
            ecrivains: Some(Ecrivains::start()),
            centres: BTreeMap::new(),
            durables: HashSet::new(),
            finished: false,
            _verrou: verrou,
        })
    }

    /// The centres received so far, with their extraction date: those whose previous version may
    /// have tables to carry forward.
    #[must_use]
    pub fn centres(&self) -> Vec<(String, Date)> {
        let dates = self.centres.iter();
        dates.map(|(structure_id, centre)| (structure_id.clone(), centre.date_extraction)).collect()
    }

    fn take(&mut self, lot: Lot) -> Result<(), WarehouseError> {
        let centre = match self.centres.get_mut(&lot.structure_id) {
            Some(centre) => centre,
            None => {
                let key = self.trousseau.get_or_create(&lot.structure_id)?;
                let dir = self.en_cours.join(component(&lot.structure_id));
                fs::create_dir(&dir).on("Création du dossier", &dir)?;
                let effaces = Effaces::read(&self.donnees, &key, &lot.structure_id)?;
                if effaces.is_unfinished() {
                    // What would be carried forward may still hold the names.
                    return Err(WarehouseError::EffacementInacheve(lot.structure_id));
                }
                self.centres.entry(lot.structure_id.clone()).or_insert(Centre {
                    date_extraction: lot.date_extraction,
                    dir,
                    key,
                    received: BTreeSet::new(),
                    vides: Vec::new(),
                    effaces: Arc::new(effaces),
                    tables: BTreeMap::new(),
                })
            }
        };
        if centre.date_extraction != lot.date_extraction {
            let dates = (centre.date_extraction, lot.date_extraction);
            return Err(WarehouseError::DeuxDates { structure_id: lot.structure_id, dates });
        }
        if centre.tables.contains_key(lot.table.name) || !centre.received.insert(lot.table.name) {
            return Err(WarehouseError::TableRecueDeuxFois {
                structure_id: lot.structure_id,
                table: lot.table.name.to_owned(),
            });
        }
        if lot.lignes == 0 {
            centre.vides.push(lot);
            return Ok(());
        }
        let effaces = Arc::clone(&centre.effaces);
        let (dir, key) = (centre.dir.clone(), centre.key.clone());
        let tache = Tache { dir, key, lot, effaces };
        let ecrivains = self.ecrivains.as_ref();
        ecrivains.ok_or(WarehouseError::Etape("écriture déjà terminée"))?.push(tache)
    }

    /// Keeps, for a centre of this import, the tables of its previous version that the import does
    /// not bring, or brings without a row: linked, else copied. Nothing to do when the centre is not in the import. To be
    /// called after the last lot and before [`Staging::finish`].
    ///
    /// # Errors
    /// When the previous version is of another centre or another extraction date, or its files
    /// cannot be read.
    pub fn carry_forward(
        &mut self,
        structure_id: &str,
        date_extraction: Date,
        previous_dir: &Path,
    ) -> Result<(), WarehouseError> {
        let Some(centre) = self.centres.get_mut(structure_id) else { return Ok(()) };
        let previous = Fiche::read(previous_dir)?;
        for date in [previous.date_extraction, date_extraction] {
            if date != centre.date_extraction {
                return Err(WarehouseError::DeuxDates {
                    structure_id: structure_id.to_owned(),
                    dates: (centre.date_extraction, date),
                });
            }
        }
        if previous.structure_id != structure_id {
            return Err(WarehouseError::Abime {
                path: previous_dir.to_owned(),
                detail: format!("version du centre {}", previous.structure_id),
            });
        }
        for (table, fiche) in previous.tables {
            let vide = centre.vides.iter().position(|lot| lot.table.name == table);
            match vide {
                // What was sent at this date is not emptied by a file that holds nothing.
                Some(rank) if fiche.lignes > 0 => drop(centre.vides.swap_remove(rank)),
                _ if centre.received.contains(table.as_str()) => continue,
                _ => {}
            }
            let file = format!("{}.parquet", component(&table));
            link_or_copy(&previous_dir.join(&file), &centre.dir.join(&file))?;
            if fiche.coffre {
                let coffre = centre.dir.join(COFFRE);
                fs::create_dir_all(&coffre).on("Création du dossier", &coffre)?;
                let file = Path::new(COFFRE).join(format!("{}.bin", component(&table)));
                link_or_copy(&previous_dir.join(&file), &centre.dir.join(&file))?;
            }
            centre.tables.insert(table, fiche);
        }
        Ok(())
    }

    /// Waits for the writers; the centres ready to publish, by code. Called again, it gives the
    /// same centres, less those discarded.
    ///
    /// # Errors
    /// The first failure of a writer: a full disk, most often.
    pub fn finish(&mut self) -> Result<Vec<Prete>, WarehouseError> {
        if let Some(mut ecrivains) = self.ecrivains.take() {
            for centre in self.centres.values_mut() {
                for lot in centre.vides.drain(..) {
                    let effaces = Arc::clone(&centre.effaces);
                    let (dir, key) = (centre.dir.clone(), centre.key.clone());
                    ecrivains.push(Tache { dir, key, lot, effaces })?;
                }
            }
            let bilan = ecrivains.join()?;
            self.durables = bilan.durables;
            for ((structure_id, table), fiche) in bilan.tables {
                if let Some(centre) = self.centres.get_mut(&structure_id) {
                    centre.tables.insert(table, fiche);
                }
            }
            self.finished = true;
        }
        if !self.finished {
            return Err(WarehouseError::Etape("une écriture a échoué"));
        }
        let pretes = self.centres.iter().map(|(structure_id, centre)| Prete {
            structure_id: structure_id.clone(),
            date_extraction: centre.date_extraction,
            dir: centre.dir.clone(),
            empreinte: of_tables(&centre.tables),
            lignes: centre.tables.values().map(|table| table.lignes).sum(),
            tables: centre
                .tables
                .iter()
                .map(|(name, table)| (name.clone(), table.lignes))
                .collect(),
        });
        Ok(pretes.collect())
    }

    /// Drops a centre from the import: its data has not changed.
    ///
    /// # Errors
    /// When its folder cannot be removed, or when the writers may still be at it.
    pub fn discard(&mut self, structure_id: &str) -> Result<(), WarehouseError> {
        if !self.finished {
            return Err(WarehouseError::Etape("centre écarté avant la fin de l'écriture"));
        }
        match self.centres.remove(structure_id) {
            Some(centre) => disque::remove_dir(&centre.dir),
            None => Ok(()),
        }
    }
}

impl Sink for Staging {
    fn waiting_folder(&self) -> PathBuf {
        self.en_cours.clone()
    }

    fn accept(&mut self, lot: Lot) -> Result<(), SinkError> {
        Ok(self.take(lot)?)
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        // Best effort: the next import clears what is left.
        drop(self.ecrivains.take());
        for centre in self.centres.values() {
            let _ = disque::remove_dir(&centre.dir);
        }
    }
}

fn link_or_copy(from: &Path, to: &Path) -> Result<(), WarehouseError> {
    // Some file systems have no links.
    fs::hard_link(from, to)
        .or_else(|_| fs::copy(from, to).map(drop))
        .on("Reprise du fichier de la version précédente", from)
}
