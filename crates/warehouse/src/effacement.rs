//! Erasing: the names of dossiers go from the vaults of every version of their centre and from its
//! refused lines. Files are rewritten without them, put in place of the old ones, which are unlinked.
//!
//! The list of the erased comes first, marked unfinished: cut anywhere, an erasure is done again from
//! it ([`Warehouse::erase`] of nobody), and [`Warehouse::confirm_erasure`] takes the mark off once
//! the registry knows the new fingerprints. Activity rows are left as they are, under pseudonyms.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::Path;
use std::sync::Arc;

use arrow::array::RecordBatch;
use jiff::Timestamp;
use mallette_domain::table;
use mallette_ingest::Identites;

use crate::chemin::{code, component};
use crate::cles::{CleCentre, Trousseau};
use crate::coffre::Coffre;
use crate::ecrivain::{COFFRE, hex};
use crate::effaces::{Efface, Effaces, Motif};
use crate::empreinte::{Partie, of_table};
use crate::erreur::{OnPath as _, WarehouseError};
use crate::fiche::{Fiche, FicheTable, of_tables};
use crate::rejets::LigneEffacee;
use crate::tri::{Tri, column};
use crate::verification::{damaged, unexpected, walk_activity};
use crate::verrou::Verrou;
use crate::{Warehouse, disque};

/// A version whose rows are no longer those that were written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmpreinteVersion {
    /// Its identifier.
    pub version: String,
    /// Fingerprint of its rows: what the registry is to say from now on.
    pub empreinte: String,
}

/// What an erasure did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Effacement {
    /// Every version of the centre that is on disk, with the fingerprint that it has now.
    pub versions: Vec<EmpreinteVersion>,
    /// Those of them that were rewritten.
    pub reecrites: usize,
    /// Identity rows removed, all versions.
    pub identites: u64,
    /// Refused lines removed.
    pub lignes: Vec<LigneEffacee>,
}

impl Warehouse {
    /// Removes the names of those dossiers from every version of their centre that is on disk and from
    /// its refused lines, and keeps them from coming back; ends what an earlier erasure left
    /// unfinished. Under the import lock. To be confirmed by [`Warehouse::confirm_erasure`].
    ///
    /// # Errors
    /// [`WarehouseError::SauvegardeEnCours`] while a backup is made; when the centre's key does not
    /// open; when the disk refuses: what was begun is then ended by the next call.
    pub fn erase(
        &self,
        _verrou: &Verrou,
        trousseau: &Trousseau,
        structure_id: &str,
        (dossiers, motif): (&BTreeSet<String>, Motif),
        now: Timestamp,
    ) -> Result<Effacement, WarehouseError> {
        let _alone = self.unprotected()?.ok_or(WarehouseError::SauvegardeEnCours)?;
        let key = trousseau.get(structure_id)?;
        let mut effaces = Effaces::read(self.dir(), &key, structure_id)?;
        if dossiers.is_empty() && !effaces.inacheve {
            return Ok(Effacement::default());
        }
        let mut empreintes = self.fingerprints(trousseau, &key, dossiers)?;
        for dossier_id in dossiers {
            let empreinte = empreintes.remove(dossier_id);
            effaces.add(dossier_id, Efface { motif, le: now, empreinte });
        }
        effaces.inacheve = true;
        effaces.write(self.dir(), &key, structure_id)?;

        let effaces = Arc::new(effaces);
        let mut done = Effacement::default();
        for version in self.versions_on_disk(structure_id)? {
            let dir = self.version_dir(structure_id, &version);
            let (empreinte, removed) = rewrite(&dir, &key, &effaces)?;
            done.reecrites += usize::from(removed > 0);
            done.identites += removed;
            done.versions.push(EmpreinteVersion { version, empreinte });
        }
        done.lignes = self.erase_rejets(trousseau, &key, &effaces)?;
        Ok(done)
    }

    /// Says that an erasure is over: its versions are as the registry says.
    ///
    /// # Errors
    /// When the list of the erased cannot be read or written.
    pub fn confirm_erasure(
        &self,
        _verrou: &Verrou,
        trousseau: &Trousseau,
        structure_id: &str,
    ) -> Result<(), WarehouseError> {
        let key = trousseau.get(structure_id)?;
        let mut effaces = Effaces::read(self.dir(), &key, structure_id)?;
        if effaces.inacheve {
            effaces.inacheve = false;
            effaces.write(self.dir(), &key, structure_id)?;
        }
        Ok(())
    }

    /// Lets the names of those dossiers come again with the next import: the dates that kept them away
    /// were corrected. Those erased on request stay so. How many were let.
    ///
    /// # Errors
    /// When the list of the erased cannot be read or written.
    pub fn lift_erasure(
        &self,
        _verrou: &Verrou,
        trousseau: &Trousseau,
        structure_id: &str,
        dossiers: &BTreeSet<String>,
    ) -> Result<usize, WarehouseError> {
        let key = trousseau.get(structure_id)?;
        let mut effaces = Effaces::read(self.dir(), &key, structure_id)?;
        let lifted = dossiers.iter().filter(|dossier_id| effaces.lift(dossier_id)).count();
        if lifted > 0 {
            effaces.write(self.dir(), &key, structure_id)?;
        }
        Ok(lifted)
    }

    /// The versions of a centre that are on disk, the oldest first, whether or not the registry still
    /// refers to them.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn versions_on_disk(&self, structure_id: &str) -> Result<Vec<String>, WarehouseError> {
        let parent = self.dir().join("versions").join(component(structure_id));
        let dirs = disque::entries(&parent)?.into_iter().filter(|dir| dir.is_dir());
        Ok(dirs.filter_map(|dir| code(dir.file_name()?.to_str()?)).collect())
    }

    /// The dossiers of a centre whose names some version on disk holds.
    ///
    /// # Errors
    /// As [`Warehouse::identities`].
    pub fn named_dossiers(
        &self,
        trousseau: &Trousseau,
        structure_id: &str,
    ) -> Result<BTreeSet<String>, WarehouseError> {
        let mut found = BTreeSet::new();
        for version in self.versions_on_disk(structure_id)? {
            for batch in self.identities(trousseau, structure_id, &version, "dossiers")? {
                let Some(dossiers) = column(&batch, "dossier_id") else { continue };
                found.extend(dossiers.iter().flatten().map(str::to_owned));
            }
        }
        Ok(found)
    }

    /// The keyed fingerprint of the names of those dossiers, as the last version that has them says.
    pub(crate) fn fingerprints(
        &self,
        trousseau: &Trousseau,
        key: &CleCentre,
        dossiers: &BTreeSet<String>,
    ) -> Result<BTreeMap<String, String>, WarehouseError> {
        let keyed = Identites::new(key.pseudonymes());
        let wanted: Vec<String> = dossiers.iter().cloned().collect();
        let structure_id = key.structure_id();
        let mut found = BTreeMap::new();
        for version in self.versions_on_disk(structure_id)? {
            for (dossier_id, identite) in
                self.identites(trousseau, structure_id, &version, &wanted)?
            {
                let (Some(nom), Some(prenom)) = (&identite.nom, &identite.prenom) else { continue };
                if let Some(empreinte) = keyed.fingerprint(nom, prenom) {
                    found.insert(dossier_id, empreinte);
                }
            }
        }
        Ok(found)
    }
}

/// Rewrites the vaults of a version without the erased; its fingerprint, and the rows removed.
fn rewrite(
    dir: &Path,
    key: &CleCentre,
    effaces: &Arc<Effaces>,
) -> Result<(String, u64), WarehouseError> {
    let mut fiche = Fiche::read(dir)?;
    let mut removed = 0;
    let mut changed = false;
    for (name, recorded) in &mut fiche.tables {
        let known = table::find(name).filter(|table| table.column("dossier_id").is_some());
        let (Some(table), true) = (known, recorded.coffre) else { continue };
        let place = Coffre { structure_id: key.structure_id(), table: table.name };
        let mut tri = Tri::new(Arc::clone(effaces), table, place);
        if let Some((rewritten, gone)) = rewrite_table(dir, key, place, &mut tri, recorded)? {
            *recorded = rewritten;
            removed += gone;
            changed = true;
        }
    }
    if changed {
        fiche.empreinte = of_tables(&fiche.tables);
        fiche.replace(dir)?;
    }
    Ok((fiche.empreinte, removed))
}

/// Rewrites the vault of a table; its record and the rows removed. None when nothing changes.
fn rewrite_table(
    dir: &Path,
    key: &CleCentre,
    place: Coffre<'_>,
    tri: &mut Tri<'_>,
    recorded: &FicheTable,
) -> Result<Option<(FicheTable, u64)>, WarehouseError> {
    let activite = dir.join(format!("{}.parquet", component(place.table)));
    let activite = walk_activity(&activite, |batch| tri.see(batch))?;
    let path = dir.join(COFFRE).join(format!("{}.bin", component(place.table)));
    let sealed = match fs::read(&path) {
        // Removed by an erasure that was cut before it wrote the record.
        Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
        sealed => sealed.on("Lecture du coffre", &path)?,
    };
    let rows = if sealed.is_empty() { Vec::new() } else { place.open(key, &sealed)? };
    let count = |rows: &[RecordBatch]| rows.iter().map(|b| b.num_rows() as u64).sum::<u64>();
    let before = count(&rows);
    let mut kept = Vec::with_capacity(rows.len());
    for batch in rows {
        kept.extend(tri.keep(batch)?);
    }
    let gone = before - count(&kept);
    let hash = (!sealed.is_empty()).then(|| hex(&blake3::hash(&sealed)));
    let as_recorded = recorded.fichier_coffre.is_none() || recorded.fichier_coffre == hash;
    if gone == 0 && as_recorded && !sealed.is_empty() {
        return Ok(None);
    }
    let fichier_coffre = match kept.first().map(RecordBatch::schema) {
        Some(_) if gone == 0 => hash,
        Some(schema) => {
            let resealed = place.seal(key, &schema, &kept)?;
            disque::replace_private(&path, &resealed).on("Écriture du coffre", &path)?;
            Some(hex(&blake3::hash(&resealed)))
        }
        None => {
            disque::remove_file(&path)?;
            None
        }
    };
    let mut partie = Partie::default();
    for batch in &kept {
        partie.add(batch).map_err(|kind| damaged(&path, unexpected(&kind)))?;
    }
    let rewritten = FicheTable {
        empreinte: of_table(place.table, &activite, &partie),
        coffre: fichier_coffre.is_some(),
        fichier_coffre,
        ..recorded.clone()
    };
    Ok(Some((rewritten, gone)))
}
