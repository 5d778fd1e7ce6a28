//! The refused lines of an import, whole, for each centre to correct: sealed with that centre's key,
//! in `rejets/<import>/<structure>.bin`, since they name persons as the file did.

mod effacement;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use mallette_ingest::LigneRejetee;
use serde::{Deserialize, Serialize};

use crate::Warehouse;
use crate::chemin::component;
use crate::cles::{CleCentre, Trousseau};
use crate::coffre::Coffre;
use crate::disque;
use crate::erreur::{OnPath, WarehouseError};
use crate::verrou::Verrou;

pub use effacement::LigneEffacee;

/// Name of the folder, in the data directory.
pub(crate) const DIR: &str = "rejets";

/// Form of the sealed content that this program writes.
const FORMAT: u32 = 1;

/// Refused lines that share a file, a sheet, a table and headers.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Feuillet {
    /// Path of the file.
    pub fichier: String,
    /// Sheet of the workbook.
    pub feuille: Option<String>,
    /// Canonical table.
    pub table: String,
    /// Headers, as the file writes them.
    pub entetes: Vec<String>,
    /// The lines, in the order of the file.
    pub lignes: Vec<Ligne>,
}

/// One refused line.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ligne {
    /// Line of the file, or row of the sheet, from 1.
    pub ligne: u32,
    /// Its cells, under the headers; there may be fewer, or more.
    pub cellules: Vec<String>,
    /// Rank of the cell at fault; none when the whole line is.
    pub colonne: Option<usize>,
    /// Why, and what to do.
    pub raison: String,
}

impl std::fmt::Debug for Feuillet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Never the cells: a log line would otherwise give names away.
        let lignes = self.lignes.len();
        f.debug_struct("Feuillet").field("lignes", &lignes).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Ligne {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ligne").field("ligne", &self.ligne).finish_non_exhaustive()
    }
}

#[derive(Serialize, Deserialize)]
struct Contenu {
    format: u32,
    feuillets: Vec<Feuillet>,
}

impl Warehouse {
    /// Seals the refused lines of an import with the key of their centre, and makes them durable.
    /// Gives the number of lines kept of each centre. A line whose centre is not `known` is not kept:
    /// no centre's key may seal it, and nobody else may read it.
    ///
    /// # Errors
    /// When the disk refuses, or the key of a centre cannot be read.
    pub fn seal_rejets(
        &self,
        trousseau: &Trousseau,
        import_id: &str,
        lignes: Vec<LigneRejetee>,
        known: impl Fn(&str) -> bool,
    ) -> Result<BTreeMap<String, u64>, WarehouseError> {
        let mut by_centre: BTreeMap<String, Vec<LigneRejetee>> = BTreeMap::new();
        for mut ligne in lignes {
            let Some(id) = ligne.structure_id.take().filter(|id| known(id)) else { continue };
            by_centre.entry(id).or_default().push(ligne);
        }
        let mut centres: BTreeMap<String, Vec<Feuillet>> = BTreeMap::new();
        let mut counts: BTreeMap<String, u64> = BTreeMap::new();
        for (id, mut lignes) in by_centre {
            self.leave_out_erased(trousseau, &id, &mut lignes)?;
            if !lignes.is_empty() {
                counts.insert(id.clone(), lignes.len() as u64);
                let feuillets = centres.entry(id).or_default();
                lignes.into_iter().for_each(|ligne| add(feuillets, ligne));
            }
        }
        if centres.is_empty() {
            return Ok(counts);
        }
        let parent = self.dir().join(DIR);
        let dir = parent.join(component(import_id));
        disque::create_dir(&dir)?;
        for (structure_id, feuillets) in centres {
            let key = trousseau.get_or_create(&structure_id)?;
            let sealed = seal(&key, import_id, &structure_id, feuillets)?;
            let path = dir.join(format!("{}.bin", component(&structure_id)));
            fs::write(&path, sealed).on("Écriture du coffre", &path)?;
        }
        disque::sync_trees(&[dir])?;
        disque::sync_dir(&parent)?;
        Ok(counts)
    }

    /// The refused lines of one centre in an import; none when the import kept none of it. Only who
    /// may read the names of the centre may call this.
    ///
    /// # Errors
    /// When the file does not open with the centre's key.
    pub fn rejets(
        &self,
        trousseau: &Trousseau,
        import_id: &str,
        structure_id: &str,
    ) -> Result<Vec<Feuillet>, WarehouseError> {
        let path = self.rejets_path(import_id, structure_id);
        let sealed = match fs::read(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            sealed => sealed.on("Lecture du coffre", &path)?,
        };
        let table = table_of(import_id);
        let coffre = Coffre { structure_id, table: &table };
        let plain = coffre.open_bytes(&trousseau.get(structure_id)?, &sealed)?;
        let contenu: Contenu =
            serde_json::from_slice(&plain).map_err(|_| coffre.encoding("contenu illisible"))?;
        if contenu.format != FORMAT {
            return Err(coffre.encoding("format inconnu de ce programme"));
        }
        Ok(contenu.feuillets)
    }

    fn rejets_path(&self, import_id: &str, structure_id: &str) -> PathBuf {
        let dir = self.dir().join(DIR).join(component(import_id));
        dir.join(format!("{}.bin", component(structure_id)))
    }

    /// Removes the refused lines of every import but those `kept`, under the import lock; nothing
    /// while a backup is made.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn sweep_rejets(
        &self,
        _verrou: &Verrou,
        kept: &BTreeSet<String>,
    ) -> Result<(), WarehouseError> {
        // While a backup is made, nothing goes: the next sweep will do it.
        let Some(_alone) = self.unprotected()? else { return Ok(()) };
        let parent = self.dir().join(DIR);
        let kept: BTreeSet<PathBuf> = kept.iter().map(|id| parent.join(component(id))).collect();
        for dir in disque::entries(&parent)?.into_iter().filter(|dir| !kept.contains(dir)) {
            disque::remove_dir(&dir)?;
        }
        Ok(())
    }
}

/// The bytes of the sealed file for those lines.
fn seal(
    key: &CleCentre,
    import_id: &str,
    structure_id: &str,
    feuillets: Vec<Feuillet>,
) -> Result<Vec<u8>, WarehouseError> {
    let table = table_of(import_id);
    let coffre = Coffre { structure_id, table: &table };
    let plain = serde_json::to_vec(&Contenu { format: FORMAT, feuillets })
        .map_err(|error| coffre.encoding(&error.to_string()))?;
    coffre.seal_bytes(key, plain)
}

/// What is authenticated beside the centre: the lines of one import do not open as another's.
fn table_of(import_id: &str) -> String {
    format!("rejets de l'import {import_id}")
}

fn add(feuillets: &mut Vec<Feuillet>, ligne: LigneRejetee) {
    let LigneRejetee {
        fichier,
        feuille,
        table,
        ligne: number,
        entetes,
        cellules,
        colonne,
        raison,
        ..
    } = ligne;
    let line = Ligne { ligne: number, cellules, colonne, raison };
    // Lines come file by file, sheet by sheet.
    match feuillets.last_mut().filter(|last| last.fichier == fichier && last.feuille == feuille) {
        Some(last) => last.lignes.push(line),
        None => feuillets.push(Feuillet {
            fichier,
            feuille,
            table,
            entetes: entetes.to_vec(),
            lignes: vec![line],
        }),
    }
}
