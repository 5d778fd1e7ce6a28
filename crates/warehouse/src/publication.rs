//! From a folder written aside to a version: recorded, synced, renamed. A version published is
//! still invisible: it counts when the registry points to it.

use std::fs;
use std::path::PathBuf;

use jiff::Timestamp;
use jiff::civil::Date;

use crate::chemin::component;
use crate::cles::{CleError, to_hex};
use crate::disque;
use crate::erreur::{OnPath, WarehouseError};
use crate::fiche::Fiche;
use crate::staging::Staging;

/// A version published: on disk for good, waiting for the registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Publiee {
    /// Its identifier: `AAAAMMJJ-HHMMSS-xxxxxx` (UTC), sortable by time.
    pub id: String,
    /// I-MILO code of the centre.
    pub structure_id: String,
    /// Extraction date.
    pub date_extraction: Date,
    /// Fingerprint of its rows.
    pub empreinte: String,
    /// Activity rows of all its tables.
    pub lignes: u64,
}

impl Staging {
    /// Publishes every centre left: writes its record, syncs its files (those that others put in
    /// its folder since [`Staging::finish`] included), renames it in its place. Keep the value
    /// until the registry has recorded the versions: it holds the import lock.
    ///
    /// # Errors
    /// When the disk refuses, or before [`Staging::finish`]. What was already renamed is then
    /// invisible, and swept later.
    pub fn publish(&mut self, now: Timestamp) -> Result<Vec<Publiee>, WarehouseError> {
        if !self.finished {
            return Err(WarehouseError::Etape("publication avant la fin de l'écriture"));
        }
        let mut moves = Vec::with_capacity(self.centres.len());
        for (structure_id, centre) in &mut self.centres {
            let date = centre.date_extraction;
            let fiche = Fiche::new(structure_id, date, now, std::mem::take(&mut centre.tables));
            let parent = self.versions.join(component(structure_id));
            let publiee = Publiee {
                id: new_id(now)?,
                structure_id: structure_id.clone(),
                date_extraction: date,
                empreinte: fiche.empreinte.clone(),
                lignes: fiche.lignes,
            };
            moves.push((centre.dir.clone(), parent, fiche, publiee));
        }
        disque::each(moves.iter().collect(), |(dir, parent, fiche, _)| {
            fiche.write(dir)?;
            fs::create_dir_all(parent).on("Création du dossier", parent)?;
            disque::sync_rest(dir, &self.durables)
        })?;
        for (from, parent, _, publiee) in &moves {
            let to = parent.join(&publiee.id);
            fs::rename(from, &to).on("Mise en place de la version", &to)?;
        }
        let mut parents: Vec<PathBuf> =
            moves.iter().map(|(_, parent, ..)| parent.clone()).collect();
        parents.push(self.versions.clone());
        disque::sync_all(parents)?;
        self.centres.clear();
        Ok(moves.into_iter().map(|(.., publiee)| publiee).collect())
    }
}

fn new_id(now: Timestamp) -> Result<String, WarehouseError> {
    let mut mark = [0; 3];
    getrandom::fill(&mut mark).map_err(|error| CleError::Alea(error.to_string()))?;
    let time = now.strftime("%Y%m%d-%H%M%S").to_string();
    Ok(format!("{time}-{}", to_hex(&mark)))
}
