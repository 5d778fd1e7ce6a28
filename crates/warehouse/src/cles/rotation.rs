//! Changing the master key, in two phases, so that a death at any step leaves every key readable
//! with the old one or the new one:
//!
//! 1. the state names both; each record is written under both; the old one still opens everything;
//! 2. the state makes the new one current; then it opens everything, and each record forgets the
//!    old one.
//!
//! Run again with the same two keys, it ends what was begun.

use std::path::PathBuf;

use super::Cles;
use super::erreur::CleError;
use super::etat::{self, Etat, Marque};
use super::fiche::{Contenu, FicheCle, Interieur};
use super::secret::Maitresse;
use crate::erreur::WarehouseError;

/// Called before each writing; an error stops there, as a death would.
pub(crate) type Avant<'a> = &'a mut dyn FnMut() -> Result<(), WarehouseError>;

/// What a change of master key did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rotation {
    /// Centres whose key is under the new master key.
    pub centres: usize,
    /// Identifier of the new master key.
    pub maitresse: String,
    /// Where the new master key is, when this program keeps it: to be copied elsewhere.
    pub fichier: Option<PathBuf>,
}

impl Cles {
    /// Puts every centre's key under a new master key. The second halves are not needed: they are
    /// under the outer layer. The old master key then opens nothing but older copies.
    ///
    /// # Errors
    /// When a key does not open (nothing is then changed), when `old` is not the master key in
    /// force, or when the disk refuses: run it again with the same two keys.
    pub fn rotate(&self, old: &Maitresse, new: &Maitresse) -> Result<Rotation, WarehouseError> {
        self.rotate_by_steps(old, new, &mut || Ok(()))
    }

    /// As [`Cles::rotate`], with a new key that this program makes and keeps where the old one is; or
    /// ends a change that was interrupted.
    ///
    /// # Errors
    /// As [`Cles::rotate`], and when the source is a variable or a command: who owns it makes the
    /// new key, and calls [`Cles::rotate`].
    pub fn rotate_in_place(&self) -> Result<Rotation, WarehouseError> {
        let none = || CleError::Etat(self.dir.join(etat::FILE));
        let read = etat::read(&self.dir)?.ok_or_else(none)?;
        let current = self.source.load(&[&read.claimed().courante])?;
        // Begun, and its key was kept: the same one ends it.
        let kept = match (&read.claimed().suivante, &read.claimed().precedente) {
            (Some(suivante), _) => self.source.load(&[suivante]).ok(),
            (None, Some(_)) => Some(current.clone()),
            (None, None) => None,
        };
        let new = kept.map_or_else(Maitresse::generate, Ok)?;
        let fichier = self.source.keep(&new)?;
        let rotation = self.rotate(&current, &new)?;
        let fichier = self.source.promote(&new)?.unwrap_or(fichier);
        Ok(Rotation { fichier: Some(fichier), ..rotation })
    }

    /// [`Cles::rotate`], told before each writing.
    pub(crate) fn rotate_by_steps(
        &self,
        old: &Maitresse,
        new: &Maitresse,
        avant: Avant<'_>,
    ) -> Result<Rotation, WarehouseError> {
        let _verrou = self.lock()?;
        let none = || CleError::Etat(self.dir.join(etat::FILE));
        let read = etat::read(&self.dir)?.ok_or_else(none)?;
        let courante = read.claimed().courante.clone();
        let known = [old, new].into_iter().find(|key| key.id() == courante);
        let known = known.ok_or_else(|| CleError::MauvaiseMaitresse {
            origine: "ancienne clé".to_owned(),
            recue: old.id().to_owned(),
            attendue: courante.clone(),
        })?;
        let mut etat = read.checked(&self.dir, known)?;
        if etat.courante != new.id() {
            self.wrap_under_both(&mut etat, old, new, avant)?;
        }
        let centres = self.forget(&mut etat, new, avant)?;
        self.remember(new);
        Ok(Rotation { centres, maitresse: new.id().to_owned(), fichier: None })
    }

    fn wrap_under_both(
        &self,
        etat: &mut Etat,
        old: &Maitresse,
        new: &Maitresse,
        avant: Avant<'_>,
    ) -> Result<(), WarehouseError> {
        let mut opened = Vec::new();
        // All are opened before anything is written: what does not open would be lost on the way.
        for structure_id in self.every_centre(etat)? {
            opened.push(self.open_with(&structure_id, etat, &[old, new])?);
        }
        avant()?;
        etat.suivante = Some(new.id().to_owned());
        etat.write(&self.dir, &[old, new])?;
        for (fiche, interieur) in opened {
            let (id, generation) = (fiche.structure_id, fiche.generation + 1);
            let fiche = FicheCle::seal(&id, generation, &interieur, &[old, new])?;
            avant()?;
            self.write_fiche(&fiche)?;
            let seconde_moitie = fiche.seconde_moitie;
            etat.centres.insert(id, Marque { generation, seconde_moitie });
        }
        avant()?;
        etat.courante = new.id().to_owned();
        etat.suivante = None;
        etat.precedente = Some(old.id().to_owned());
        etat.write(&self.dir, &[old, new])
    }

    fn forget(
        &self,
        etat: &mut Etat,
        new: &Maitresse,
        avant: Avant<'_>,
    ) -> Result<usize, WarehouseError> {
        let centres = self.every_centre(etat)?;
        for structure_id in &centres {
            let (mut fiche, _) = self.open_with(structure_id, etat, &[new])?;
            if fiche.maitresses() != [new.id()] {
                fiche.keep_only(new);
                avant()?;
                self.write_fiche(&fiche)?;
            }
        }
        if etat.precedente.is_some() {
            avant()?;
            etat.precedente = None;
            etat.write(&self.dir, &[new])?;
        }
        Ok(centres.len())
    }

    fn every_centre(&self, etat: &Etat) -> Result<Vec<String>, WarehouseError> {
        let mut centres = self.centres()?;
        centres.extend(etat.centres.keys().cloned());
        Ok(centres.into_iter().collect())
    }

    fn open_with(
        &self,
        structure_id: &str,
        etat: &Etat,
        maitresses: &[&Maitresse],
    ) -> Result<(FicheCle, Interieur), WarehouseError> {
        let Some(Contenu::Fiche(fiche)) = self.read(structure_id)? else {
            return Err(self.missing(structure_id));
        };
        if let Some(marque) = etat.centres.get(structure_id)
            && fiche.generation < marque.generation
        {
            return Err(self.older(structure_id, fiche.generation, marque));
        }
        let own = fiche.structure_id == structure_id;
        let opened = maitresses.iter().find_map(|key| fiche.open(key).filter(|_| own));
        let altered = || CleError::Alteree {
            structure_id: structure_id.to_owned(),
            path: self.path(structure_id),
        };
        let interieur = opened.ok_or_else(altered)?;
        Ok((fiche, interieur))
    }
}
