//! One secret key per centre: it seals names and makes pseudonyms. A key is made once, and never
//! thrown away: without it the names of every version of the centre are lost.
//!
//! Keys are wrapped by the master key, which is not in the data directory, and, once its director
//! has taken it, by a second half that the warehouse never keeps: see `docs/cles.md`.

mod commande;
mod enveloppe;
mod erreur;
mod etat;
mod fiche;
mod part;
mod partage;
mod personne;
mod phrase;
mod rotation;
mod secret;
mod secrets;
mod source;
mod trousseau;

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use etat::{Etat, Marque};
use fiche::{Contenu, FicheCle, Interieur};
use zeroize::Zeroizing;

use crate::chemin::{code, component};
use crate::disque;
use crate::erreur::{OnPath as _, WarehouseError};
use crate::verrou::Verrou;

pub use erreur::CleError;
pub use part::{open_part, seal_part};
pub use personne::{ClesPersonne, hand_on_part};
pub use phrase::PhraseSecours;
pub use rotation::Rotation;
pub use secret::{CleCentre, Maitresse, SecondeMoitie};
pub(crate) use secret::{bytes_of_hex, to_hex};
pub use secrets::INSTALLATION;
pub use source::{
    SourceMaitresse, VARIABLE_COMMANDE, VARIABLE_DOSSIER, VARIABLE_FICHIER, VARIABLE_VALEUR,
};
pub use trousseau::Trousseau;

/// Name of the lock file in the folder of keys.
pub(crate) const VERROU: &str = "cles.verrou";

/// What the key of a centre takes to open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EtatCle {
    /// Grows each time the record is written: worth keeping elsewhere, to tell an older copy.
    pub generation: u64,
    /// Identifier of the second half that it takes; none when the master key is enough.
    pub seconde_moitie: Option<String>,
}

/// What a check of all the keys found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Controle {
    /// Identifier of the master key in force.
    pub maitresse: String,
    /// Centres that have a key.
    pub centres: Vec<String>,
    /// Those of them that keep the second half of it.
    pub partages: Vec<String>,
    /// A change of master key that has to be run again, with the identifier of the other key.
    pub rotation_inachevee: Option<String>,
}

/// The keys of the centres, wrapped, in `cles/<structure_id>.cle`.
pub struct Cles {
    dir: PathBuf,
    versions: PathBuf,
    source: SourceMaitresse,
    /// Asked for at the first need: what reads no name needs no key.
    maitresse: Mutex<Option<Maitresse>>,
    creee: Mutex<Option<PathBuf>>,
}

impl fmt::Debug for Cles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cles")
            .field("dir", &self.dir)
            .field("source", &self.source)
            .finish_non_exhaustive()
    }
}

impl Cles {
    /// Keys kept in `dir`, for the centres whose versions are in `versions`. Those that an earlier
    /// program left in clear are wrapped at once.
    pub(crate) fn open(
        dir: PathBuf,
        versions: PathBuf,
        source: SourceMaitresse,
    ) -> Result<Self, WarehouseError> {
        disque::create_dir(&dir)?;
        restrict(&dir)?;
        let cles = Self::open_as_is(dir, versions, source);
        cles.wrap_old()?;
        Ok(cles)
    }

    /// As [`Cles::open`], nothing being made nor wrapped.
    pub(crate) fn open_as_is(dir: PathBuf, versions: PathBuf, source: SourceMaitresse) -> Self {
        let (maitresse, creee) = (Mutex::default(), Mutex::default());
        Self { dir, versions, source, maitresse, creee }
    }

    /// Where the master key comes from.
    #[must_use]
    pub fn source(&self) -> &SourceMaitresse {
        &self.source
    }

    /// Where this process made a master key, told once: to say to the person to copy it elsewhere.
    #[must_use]
    pub fn take_created(&self) -> Option<PathBuf> {
        self.creee.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// What the key of that centre takes; none when it has no key.
    ///
    /// # Errors
    /// When the record cannot be read.
    pub fn state(&self, structure_id: &str) -> Result<Option<EtatCle>, WarehouseError> {
        Ok(match self.read(structure_id)? {
            Some(Contenu::Fiche(FicheCle { generation, seconde_moitie, .. })) => {
                Some(EtatCle { generation, seconde_moitie })
            }
            Some(Contenu::Claire(_)) => Some(EtatCle { generation: 0, seconde_moitie: None }),
            None => None,
        })
    }

    /// Opens the outer layer of every key: the master key is the right one, and no record was lost,
    /// altered, or put back from an older copy. None when there is no key yet.
    ///
    /// # Errors
    /// The first key that does not open.
    pub fn check(&self) -> Result<Option<Controle>, WarehouseError> {
        let Some((etat, maitresse)) = self.etat()? else { return Ok(None) };
        let mut centres = self.centres()?;
        // A key that was there and is no more is told by its opening.
        centres.extend(etat.centres.keys().cloned());
        let mut partages = Vec::new();
        for structure_id in &centres {
            let opened = self.opened(structure_id)?;
            if opened.fiche.seconde_moitie.is_some() {
                partages.push(structure_id.clone());
            }
        }
        let centres = centres.into_iter().collect();
        let rotation_inachevee = etat.unfinished().map(str::to_owned);
        let maitresse = maitresse.id().to_owned();
        Ok(Some(Controle { maitresse, centres, partages, rotation_inachevee }))
    }

    /// The master key in force, for who has to keep a copy of it or to change it.
    ///
    /// # Errors
    /// When there is none yet, or its source does not give it.
    pub fn maitresse(&self) -> Result<Maitresse, WarehouseError> {
        let found = self.etat()?.map(|(_, maitresse)| maitresse);
        found.ok_or_else(|| CleError::Etat(self.dir.join(etat::FILE)).into())
    }

    /// The master key in force; made, where the source keeps it, when there is none yet: to be done
    /// ahead of the first import, so that a person copies it in time.
    ///
    /// # Errors
    /// When its source does not give it, or cannot keep a new one.
    pub fn ensure_maitresse(&self) -> Result<Maitresse, WarehouseError> {
        let _verrou = self.lock()?;
        Ok(self.etat_or_new()?.1)
    }

    /// The files of keys as they are at one moment, by name, and the master keys that open them: for
    /// a backup.
    pub(crate) fn copy_files(&self) -> Result<Copie, WarehouseError> {
        let _verrou = self.lock()?;
        let mut files = Vec::new();
        for path in disque::entries(&self.dir)? {
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            if name == etat::FILE || name.ends_with(".cle") {
                files.push((name.to_owned(), fs::read(&path).on("Lecture de la clé", &path)?));
            }
        }
        let etat = etat::read(&self.dir)?;
        let ids = etat.iter().flat_map(|etat| etat.claimed().maitresses());
        Ok((files, ids.map(str::to_owned).collect()))
    }

    /// The key of that centre, made on first use. In simple mode only.
    pub(crate) fn get_or_create(&self, structure_id: &str) -> Result<CleCentre, WarehouseError> {
        self.create_missing([structure_id])?;
        self.get(structure_id)
    }

    /// The key of that centre; never makes one. In simple mode only.
    pub(crate) fn get(&self, structure_id: &str) -> Result<CleCentre, WarehouseError> {
        Ok(self.opened(structure_id)?.interieur.open(structure_id, None)?)
    }

    /// Makes the keys of the centres that have none: all of them, then how far each has come, as
    /// [`Cles::write`] does for one.
    pub(crate) fn create_missing<'c>(
        &self,
        structure_ids: impl IntoIterator<Item = &'c str>,
    ) -> Result<(), WarehouseError> {
        let mut missing = Vec::new();
        for structure_id in structure_ids {
            if !self.is_there(structure_id)? {
                missing.push(structure_id);
            }
        }
        if missing.is_empty() {
            return Ok(());
        }
        let _verrou = self.lock()?;
        let (mut etat, maitresse) = self.etat_or_new()?;
        let mut files = Vec::new();
        for structure_id in missing {
            // Made by another process since.
            if self.is_there(structure_id)? {
                continue;
            }
            // A new key would make what the old one sealed unreadable for ever, without a word.
            if self.has_versions(structure_id)? || etat.centres.contains_key(structure_id) {
                return Err(self.missing(structure_id));
            }
            let interieur = Interieur::simple(&CleCentre::generate(structure_id)?);
            let fiche = FicheCle::seal(structure_id, 1, &interieur, &[&maitresse])?;
            files.push((self.path(structure_id), fiche.to_bytes()));
            let marque = Marque { generation: 1, seconde_moitie: None };
            etat.centres.insert(structure_id.to_owned(), marque);
        }
        disque::replace_all_private(&self.dir, &files)?;
        etat.write(&self.dir, &[&maitresse])
    }

    fn is_there(&self, structure_id: &str) -> Result<bool, WarehouseError> {
        let path = self.path(structure_id);
        path.try_exists().on("Lecture de la clé", &path)
    }

    /// Wraps the keys that an earlier program left in clear. What was in clear may have been copied:
    /// it goes on making pseudonyms and opening, but no longer seals.
    fn wrap_old(&self) -> Result<(), WarehouseError> {
        let is_clear = |id: &String| matches!(self.read(id), Ok(Some(Contenu::Claire(_))));
        if !self.centres()?.iter().any(is_clear) {
            return Ok(());
        }
        let _verrou = self.lock()?;
        for structure_id in self.centres()? {
            let Ok(Some(Contenu::Claire(premiere))) = self.read(&structure_id) else { continue };
            let (mut etat, maitresse) = self.etat_or_new()?;
            if let Some(marque) = etat.centres.get(&structure_id) {
                return Err(self.older(&structure_id, 0, marque));
            }
            let key = CleCentre::from_first(&structure_id, premiere).renewed()?;
            self.write(&mut etat, &maitresse, &structure_id, &Interieur::simple(&key))?;
        }
        Ok(())
    }

    /// Writes the record of a centre, then notes how far it has come: dead in between, the record is
    /// ahead of what is noted, which is no fault.
    fn write(
        &self,
        etat: &mut Etat,
        maitresse: &Maitresse,
        structure_id: &str,
        interieur: &Interieur,
    ) -> Result<(), WarehouseError> {
        let found = match self.read(structure_id)? {
            Some(Contenu::Fiche(fiche)) => fiche.generation,
            _ => 0,
        };
        let noted = etat.centres.get(structure_id).map_or(0, |marque| marque.generation);
        let generation = found.max(noted) + 1;
        let fiche = FicheCle::seal(structure_id, generation, interieur, &[maitresse])?;
        self.write_fiche(&fiche)?;
        let marque = Marque { generation, seconde_moitie: fiche.seconde_moitie };
        etat.centres.insert(structure_id.to_owned(), marque);
        etat.write(&self.dir, &[maitresse])
    }

    fn write_fiche(&self, fiche: &FicheCle) -> Result<(), WarehouseError> {
        let path = self.path(&fiche.structure_id);
        disque::replace_private(&path, &fiche.to_bytes()).on("Écriture de la clé", &path)
    }

    /// The record of a centre, its outer layer opened.
    fn opened(&self, structure_id: &str) -> Result<Opened, WarehouseError> {
        // The state first: a record written meanwhile is then ahead of it, never behind.
        let etat = self.etat()?;
        let fiche = match self.read(structure_id)? {
            None => return Err(self.missing(structure_id)),
            Some(Contenu::Fiche(fiche)) => fiche,
            // Wrapped at the opening: it was put there since.
            Some(Contenu::Claire(_)) => {
                let detail = "clé en clair, remise pendant que Mallette tourne";
                return Err(CleError::Illisible { path: self.path(structure_id), detail }.into());
            }
        };
        let Some((etat, maitresse)) = etat else {
            return Err(CleError::Etat(self.dir.join(etat::FILE)).into());
        };
        let altered = || CleError::Alteree {
            structure_id: structure_id.to_owned(),
            path: self.path(structure_id),
        };
        if fiche.structure_id != structure_id {
            return Err(altered().into());
        }
        if let Some(marque) = etat.centres.get(structure_id)
            && fiche.generation < marque.generation
        {
            return Err(self.older(structure_id, fiche.generation, marque));
        }
        let maitresse = if fiche.maitresses().contains(&maitresse.id()) {
            maitresse
        } else {
            self.load(&fiche.maitresses())?
        };
        let interieur = fiche.open(&maitresse).ok_or_else(altered)?;
        Ok(Opened { etat, maitresse, fiche, interieur })
    }

    /// The state, its seal checked, and the master key that opens it; none when there is no key yet.
    fn etat(&self) -> Result<Option<(Etat, Maitresse)>, WarehouseError> {
        let Some(read) = etat::read(&self.dir)? else { return Ok(None) };
        let maitresse = self.load(&read.claimed().maitresses())?;
        Ok(Some((read.checked(&self.dir, &maitresse)?, maitresse)))
    }

    /// As [`Cles::etat`], with the master key in force, for who is about to write under the lock;
    /// both are made when there is no key yet.
    fn etat_or_new(&self) -> Result<(Etat, Maitresse), WarehouseError> {
        if let Some(read) = etat::read(&self.dir)? {
            let maitresse = self.load(&[&read.claimed().courante])?;
            return Ok((read.checked(&self.dir, &maitresse)?, maitresse));
        }
        for structure_id in self.centres()? {
            // Wrapped keys without their state: a copy of a part of the folder.
            if let Some(Contenu::Fiche(_)) = self.read(&structure_id)? {
                return Err(CleError::Etat(self.dir.join(etat::FILE)).into());
            }
        }
        let (maitresse, created) = self.source.load_or_create()?;
        let etat = Etat::new(&maitresse);
        etat.write(&self.dir, &[&maitresse])?;
        if let Some(path) = created {
            *self.creee.lock().unwrap_or_else(PoisonError::into_inner) = Some(path);
        }
        self.remember(&maitresse);
        Ok((etat, maitresse))
    }

    fn load(&self, wanted: &[&str]) -> Result<Maitresse, CleError> {
        let known = self.maitresse.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(known) = known.filter(|known| wanted.contains(&known.id())) {
            return Ok(known);
        }
        let loaded = self.source.load(wanted)?;
        self.remember(&loaded);
        Ok(loaded)
    }

    fn remember(&self, maitresse: &Maitresse) {
        *self.maitresse.lock().unwrap_or_else(PoisonError::into_inner) = Some(maitresse.clone());
    }

    fn read(&self, structure_id: &str) -> Result<Option<Contenu>, WarehouseError> {
        let path = self.path(structure_id);
        match fs::read(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            bytes => {
                let bytes = Zeroizing::new(bytes.on("Lecture de la clé", &path)?);
                Ok(Some(fiche::read(&path, &bytes)?))
            }
        }
    }

    /// The centres that have a key file.
    fn centres(&self) -> Result<std::collections::BTreeSet<String>, WarehouseError> {
        let paths = disque::entries(&self.dir)?;
        let names = paths.iter().filter(|path| path.extension().is_some_and(|e| e == "cle"));
        Ok(names.filter_map(|path| code(path.file_stem()?.to_str()?)).collect())
    }

    fn has_versions(&self, structure_id: &str) -> Result<bool, WarehouseError> {
        Ok(!disque::entries(&self.versions.join(component(structure_id)))?.is_empty())
    }

    /// Alone to write, among all processes.
    fn lock(&self) -> Result<Verrou, WarehouseError> {
        Verrou::take(&self.dir.join(VERROU))
    }

    fn path(&self, structure_id: &str) -> PathBuf {
        self.dir.join(format!("{}.cle", component(structure_id)))
    }

    fn missing(&self, structure_id: &str) -> WarehouseError {
        let path = self.path(structure_id);
        CleError::Absente { structure_id: structure_id.to_owned(), path }.into()
    }

    fn older(&self, structure_id: &str, trouvee: u64, marque: &Marque) -> WarehouseError {
        CleError::Ancienne {
            structure_id: structure_id.to_owned(),
            path: self.path(structure_id),
            trouvee,
            attendue: marque.generation,
        }
        .into()
    }
}

/// Files by name, and identifiers of master keys.
pub(crate) type Copie = (Vec<(String, Vec<u8>)>, Vec<String>);

/// A record with its outer layer opened, and what opened it.
struct Opened {
    etat: Etat,
    maitresse: Maitresse,
    fiche: FicheCle,
    interieur: Interieur,
}

/// Lets nobody but the owner list the keys.
pub(crate) fn restrict(dir: &Path) -> Result<(), WarehouseError> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(dir, fs::Permissions::from_mode(0o700))
            .on("Protection du dossier des clés", dir)?;
    }
    #[cfg(not(unix))]
    let _ = dir;
    Ok(())
}

/// What an administrator who holds the master key can write: a state without any centre.
#[cfg(test)]
pub(crate) fn forge_state(dir: &Path, maitresse: &Maitresse) {
    Etat::new(maitresse).write(dir, &[maitresse]).unwrap();
}
