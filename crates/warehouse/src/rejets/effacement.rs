//! The refused lines of the erased: left out of what an import keeps, removed from what was kept.

use std::collections::BTreeSet;

use jiff::Timestamp;
use mallette_ingest::LigneRejetee;

use super::{DIR, Feuillet, seal};
use crate::chemin::code;
use crate::cles::{CleCentre, Trousseau};
use crate::effaces::{Efface, Effaces, Motif};
use crate::erreur::{OnPath as _, WarehouseError};
use crate::{Warehouse, disque};

/// Where a refused line was that was removed since.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LigneEffacee {
    /// The import.
    pub import_id: String,
    /// Path of the file.
    pub fichier: String,
    /// Sheet of the workbook.
    pub feuille: Option<String>,
    /// Line of the file, or row of the sheet, from 1.
    pub ligne: u32,
}

impl Warehouse {
    /// Leaves the lines of the erased of a centre out.
    pub(super) fn leave_out_erased(
        &self,
        trousseau: &Trousseau,
        structure_id: &str,
        lignes: &mut Vec<LigneRejetee>,
    ) -> Result<(), WarehouseError> {
        let effaces = self.effaces(trousseau, structure_id)?;
        if !effaces.is_empty() {
            let key = trousseau.get(structure_id)?;
            let recogniser = effaces.recogniser(&key);
            lignes.retain(|ligne| !recogniser.concerns(&ligne.cellules));
        }
        Ok(())
    }

    /// Removes the lines of the erased from what is kept of that centre; where each was.
    pub(crate) fn erase_rejets(
        &self,
        trousseau: &Trousseau,
        key: &CleCentre,
        effaces: &Effaces,
    ) -> Result<Vec<LigneEffacee>, WarehouseError> {
        let structure_id = key.structure_id();
        let recogniser = effaces.recogniser(key);
        let mut gone = Vec::new();
        for dir in disque::entries(&self.dir().join(DIR))? {
            let name = dir.file_name().and_then(|name| name.to_str());
            let Some(import_id) = name.and_then(code) else { continue };
            let mut feuillets = self.rejets(trousseau, &import_id, structure_id)?;
            let before = gone.len();
            for feuillet in &mut feuillets {
                let (fichier, feuille) = (&feuillet.fichier, &feuillet.feuille);
                feuillet.lignes.retain(|ligne| {
                    let erased = recogniser.concerns(&ligne.cellules);
                    if erased {
                        gone.push(LigneEffacee {
                            import_id: import_id.clone(),
                            fichier: fichier.clone(),
                            feuille: feuille.clone(),
                            ligne: ligne.ligne,
                        });
                    }
                    !erased
                });
            }
            if gone.len() == before {
                continue;
            }
            feuillets.retain(|feuillet| !feuillet.lignes.is_empty());
            let path = self.rejets_path(&import_id, structure_id);
            if feuillets.is_empty() {
                disque::remove_file(&path)?;
            } else {
                let sealed = seal(key, &import_id, structure_id, feuillets)?;
                disque::replace_private(&path, &sealed).on("Écriture du coffre", &path)?;
            }
        }
        Ok(gone)
    }

    /// The refused lines kept of a centre that name a dossier, by import: those that an erasure would
    /// remove. Only who may read the names of the centre may call this.
    ///
    /// # Errors
    /// As [`Warehouse::rejets`].
    pub fn rejets_about(
        &self,
        trousseau: &Trousseau,
        structure_id: &str,
        dossier_id: &str,
    ) -> Result<Vec<(String, Feuillet)>, WarehouseError> {
        let key = trousseau.get(structure_id)?;
        let one = BTreeSet::from([dossier_id.to_owned()]);
        let empreinte = self.fingerprints(trousseau, &key, &one)?.remove(dossier_id);
        let mut wanted = Effaces::default();
        let le = Timestamp::UNIX_EPOCH;
        wanted.add(dossier_id, Efface { motif: Motif::Demande, le, empreinte });
        let recogniser = wanted.recogniser(&key);
        let mut found = Vec::new();
        for dir in disque::entries(&self.dir().join(DIR))? {
            let name = dir.file_name().and_then(|name| name.to_str());
            let Some(import_id) = name.and_then(code) else { continue };
            for mut feuillet in self.rejets(trousseau, &import_id, structure_id)? {
                feuillet.lignes.retain(|ligne| recogniser.concerns(&ligne.cellules));
                if !feuillet.lignes.is_empty() {
                    found.push((import_id.clone(), feuillet));
                }
            }
        }
        Ok(found)
    }
}
