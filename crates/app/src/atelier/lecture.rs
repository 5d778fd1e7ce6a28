//! What is read of one centre in the version that a snapshot shows: where it is, its lists, its names.

use std::collections::BTreeSet;

use mallette_domain::resultat::Objet;
use mallette_warehouse::cles::Trousseau;
use mallette_warehouse::{WarehouseError, objets};

use super::{AtelierLocal, refuse};
use crate::etat::Etat;
use crate::port::{Identites, Ouverture, Refus, Source};

impl AtelierLocal {
    /// Where the version of a centre is that a snapshot shows.
    pub(super) fn source(&self, etat: &Etat, structure_id: &str) -> Result<Source, Refus> {
        let centre = etat.centres.get(structure_id).ok_or_else(|| unknown_centre(structure_id))?;
        Ok(Source {
            dir: self.warehouse.version_dir(structure_id, &centre.version.id),
            structure_id: structure_id.to_owned(),
            date_extraction: centre.version.date_extraction,
        })
    }

    /// As [`crate::port::Atelier::identites`], in the version that a snapshot shows.
    pub(super) fn identites_of(
        &self,
        etat: &Etat,
        cles: &Ouverture,
        structure_id: &str,
        dossiers: &[String],
    ) -> Result<Identites, Refus> {
        let centre = etat.centres.get(structure_id).ok_or_else(|| unknown_centre(structure_id))?;
        let trousseau = self.trousseau(cles);
        let version = &centre.version.id;
        or_closed(self.warehouse.identites(&trousseau, structure_id, version, dossiers))
    }

    /// The keyring of a session.
    pub(super) fn trousseau(&self, cles: &Ouverture) -> Trousseau {
        cles.trousseau(|| self.warehouse.trousseau())
    }

    /// Whether that centre keeps a second half of its key, without which its names do not open.
    ///
    /// # Errors
    /// When the record of its key cannot be read.
    pub fn keeps_half(&self, structure_id: &str) -> Result<bool, Refus> {
        let state = self.warehouse.keys().state(structure_id).map_err(refuse)?;
        Ok(state.is_some_and(|state| state.seconde_moitie.is_some()))
    }

    /// As [`crate::port::Atelier::find_dossiers`], in the version that a snapshot shows.
    pub(super) fn find_dossiers_of(
        &self,
        etat: &Etat,
        cles: &Ouverture,
        structure_id: &str,
        texte: &str,
    ) -> Result<BTreeSet<String>, Refus> {
        let centre = etat.centres.get(structure_id).ok_or_else(|| unknown_centre(structure_id))?;
        let trousseau = self.trousseau(cles);
        let version = &centre.version.id;
        or_closed(self.warehouse.find_dossiers(&trousseau, structure_id, version, texte))
    }

    /// As [`crate::port::Atelier::objets`], in the version that a snapshot shows.
    pub(super) fn objets_of(
        &self,
        etat: &Etat,
        structure_id: &str,
        regle: &str,
        (offset, limit): (usize, usize),
    ) -> Result<(usize, Vec<Objet>), Refus> {
        let dir = self.source(etat, structure_id)?.dir;
        let count = objets::count(&dir, regle).map_err(refuse)?;
        Ok((count, objets::read(&dir, regle, offset, limit).map_err(refuse)?))
    }
}

/// What was read; nothing when the centre keeps a half of its key that the session does not have:
/// pages then show pseudonyms, and say how to open the names.
pub(crate) fn or_closed<T: Default>(read: Result<T, WarehouseError>) -> Result<T, Refus> {
    match read {
        Err(error) if error.is_shut() => Ok(T::default()),
        read => read.map_err(refuse),
    }
}

fn unknown_centre(structure_id: &str) -> Refus {
    Refus(format!("Le centre {structure_id} n'a pas de données. Importer d'abord son extraction."))
}
