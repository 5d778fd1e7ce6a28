//! The second half of a centre's key: taken by its director, replaced, given up.
//!
//! The half is made by the caller, who seals it for persons ([`super::seal_part`]) and stores those
//! shares *before* calling: dead in between, shares of a half that is not in force do no harm, while
//! a half in force without any share would lose the names.

use super::erreur::CleError;
use super::fiche::Interieur;
use super::secret::{CleCentre, SecondeMoitie};
use super::{Cles, Opened};
use crate::erreur::WarehouseError;

impl Cles {
    /// Makes the key of a centre take that second half: from then on the master key alone opens
    /// nothing of it. What is sealed from now on is sealed with a new key, so that an older copy of
    /// the record does not open it either; what was sealed before can still be read from copies
    /// made before.
    ///
    /// # Errors
    /// When the centre already has a second half, or its key does not open.
    pub fn split(&self, structure_id: &str, moitie: &SecondeMoitie) -> Result<(), WarehouseError> {
        self.rewrap(structure_id, |opened| {
            if opened.fiche.seconde_moitie.is_some() {
                return Err(CleError::DejaPartagee(structure_id.to_owned()));
            }
            let key = opened.interieur.open(structure_id, None)?.renewed()?;
            Interieur::shared(&key, moitie)
        })
    }

    /// Replaces the second half, so that the shares of the old one open nothing any more: what to do
    /// when a person leaves. It does not take back what that person has read, nor what can be read
    /// with a copy of the files and of the old share; what is sealed from now on is out of reach.
    ///
    /// # Errors
    /// When `old` is not the half in force, or the key does not open.
    pub fn resplit(
        &self,
        structure_id: &str,
        old: &SecondeMoitie,
        new: &SecondeMoitie,
    ) -> Result<(), WarehouseError> {
        self.rewrap(structure_id, |opened| {
            let key = opened.interieur.open(structure_id, Some(old))?.renewed()?;
            Interieur::shared(&key, new)
        })
    }

    /// Gives the second half up: the master key alone opens the key again.
    ///
    /// # Errors
    /// When `moitie` is not the half in force, or the key does not open.
    pub fn join(&self, structure_id: &str, moitie: &SecondeMoitie) -> Result<(), WarehouseError> {
        self.rewrap(structure_id, |opened| {
            Ok(Interieur::simple(&opened.interieur.open(structure_id, Some(moitie))?))
        })
    }

    /// The key of a centre for who presents its second half: for a [`super::Trousseau`], as long as
    /// the session of that person.
    ///
    /// # Errors
    /// When that is not the half in force, or the record takes none: someone has put an older one
    /// back.
    pub fn unlock(
        &self,
        structure_id: &str,
        moitie: &SecondeMoitie,
    ) -> Result<CleCentre, WarehouseError> {
        Ok(self.opened(structure_id)?.interieur.open(structure_id, Some(moitie))?)
    }

    fn rewrap(
        &self,
        structure_id: &str,
        change: impl FnOnce(&Opened) -> Result<Interieur, CleError>,
    ) -> Result<(), WarehouseError> {
        let _verrou = self.lock()?;
        let mut opened = self.opened(structure_id)?;
        if let Some(autre) = opened.etat.unfinished() {
            return Err(CleError::RotationInachevee(autre.to_owned()).into());
        }
        let interieur = change(&opened)?;
        self.write(&mut opened.etat, &opened.maitresse, structure_id, &interieur)
    }
}
