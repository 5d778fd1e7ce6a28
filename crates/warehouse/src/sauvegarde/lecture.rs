//! Reading a backup: everything is checked, whether it is restored or not.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;

use tar::{Archive, Entry, EntryType};
use zeroize::Zeroizing;

use super::archive::copy;
use super::chiffrement::{self, Clef, damaged};
use super::erreur::SauvegardeError;
use super::manifeste::{
    FORMAT, Fichier, MAITRESSE, MANIFESTE, MAX_CHEMIN, Manifeste, TETE, Tete, admit,
};
use crate::cles::Maitresse;

/// Beyond what the list of a million files takes: what is read whole in memory.
const MAX_TEXTE: u64 = 256 << 20;

/// Reads a backup whole and checks everything, without restoring it.
///
/// # Errors
/// When it is not one, does not open with that key, is cut, or altered.
pub fn verify(path: &Path, clef: &Clef) -> Result<Manifeste, SauvegardeError> {
    read(path, clef, &mut |_| Ok(None)).map(|lue| lue.manifeste)
}

/// A backup read whole.
pub(super) struct Lue {
    pub(super) manifeste: Manifeste,
    pub(super) maitresse: Option<Maitresse>,
}

/// Where a file of the backup goes; none when it is only checked.
pub(super) type Place<'a> = &'a mut dyn FnMut(&str) -> Result<Option<File>, SauvegardeError>;

/// Reads a backup whole, giving each file its place. What was written counts only when this ends
/// well.
pub(super) fn read(path: &Path, clef: &Clef, place: Place<'_>) -> Result<Lue, SauvegardeError> {
    let mut archive = Archive::new(chiffrement::open(path, clef)?);
    let mut lecture = Lecture { path, fichiers: BTreeMap::new(), maitresse: None };
    let mut found: Option<Manifeste> = None;
    let mut tete: Option<Tete> = None;
    let mut long_name: Option<Vec<u8>> = None;
    // Raw: no extension of the format is followed but long names, bounded, here below.
    for entry in archive.entries().map_err(|error| lecture.cut(&error))?.raw(true) {
        let mut entry = entry.map_err(|error| lecture.cut(&error))?;
        if found.is_some() {
            return Err(damaged(path, "du contenu suit la fin"));
        }
        if entry.header().entry_type() == EntryType::GNULongName && long_name.is_none() {
            long_name = Some(lecture.long_name(&mut entry)?);
            continue;
        }
        if entry.header().entry_type() != EntryType::Regular {
            return Err(damaged(path, "elle contient autre chose que des fichiers"));
        }
        let raw = long_name.take().unwrap_or_else(|| entry.path_bytes().into_owned());
        let name = admit(&raw).ok_or_else(|| damaged(path, "un chemin interdit y figure"))?;
        match (name, &tete) {
            (TETE, None) => tete = Some(lecture.head(&mut entry)?),
            (_, None) => return Err(SauvegardeError::Etrangere(path.to_owned())),
            (TETE, Some(_)) => return Err(damaged(path, "deux débuts")),
            (MANIFESTE, Some(tete)) => found = Some(lecture.manifeste(&mut entry, tete)?),
            (MAITRESSE, Some(_)) => lecture.take_maitresse(&mut entry)?,
            _ => lecture.take_file(name, &mut entry, place)?,
        }
    }
    let manifeste = match (found, tete) {
        (Some(manifeste), _) => manifeste,
        (None, Some(_)) => return Err(damaged(path, "elle s'arrête avant la fin")),
        (None, None) => return Err(SauvegardeError::Etrangere(path.to_owned())),
    };
    // To the very end: only there does the encryption say that nothing was cut.
    let mut rest = archive.into_inner();
    let mut padding = Zeros(true);
    io::copy(&mut rest, &mut padding).map_err(|error| lecture.cut(&error))?;
    if !padding.0 {
        return Err(damaged(path, "du contenu suit la fin"));
    }
    Ok(Lue { manifeste, maitresse: lecture.maitresse })
}

struct Lecture<'a> {
    path: &'a Path,
    fichiers: BTreeMap<String, Fichier>,
    maitresse: Option<Maitresse>,
}

impl Lecture<'_> {
    fn head(&self, entry: &mut Entry<'_, impl Read>) -> Result<Tete, SauvegardeError> {
        let (_, bytes) = self.text(entry, 1 << 16)?;
        let tete: Tete = serde_json::from_slice(&bytes)
            .map_err(|_| SauvegardeError::Etrangere(self.path.to_owned()))?;
        if tete.format > FORMAT {
            let (path, version) = (self.path.to_owned(), tete.mallette);
            return Err(SauvegardeError::Format { path, version });
        }
        Ok(tete)
    }

    /// The list of files: what was read must be exactly what was written.
    fn manifeste(
        &self,
        entry: &mut Entry<'_, impl Read>,
        tete: &Tete,
    ) -> Result<Manifeste, SauvegardeError> {
        let (_, bytes) = self.text(entry, MAX_TEXTE)?;
        let manifeste: Manifeste = serde_json::from_slice(&bytes)
            .map_err(|_| damaged(self.path, "liste des fichiers illisible"))?;
        let same = (manifeste.format, &manifeste.mallette, manifeste.instant)
            == (tete.format, &tete.mallette, tete.instant);
        if !same {
            return Err(damaged(self.path, "le début et la fin ne vont pas ensemble"));
        }
        for (name, fichier) in &manifeste.fichiers {
            match self.fichiers.get(name) {
                Some(read) if read == fichier => {}
                Some(_) => return Err(damaged(self.path, &format!("« {name} » a changé"))),
                None => return Err(damaged(self.path, &format!("« {name} » manque"))),
            }
        }
        if self.fichiers.len() != manifeste.fichiers.len() {
            return Err(damaged(self.path, "un fichier est en trop"));
        }
        match manifeste.missing() {
            Some(detail) => Err(damaged(self.path, &detail)),
            None => Ok(manifeste),
        }
    }

    fn take_maitresse(&mut self, entry: &mut Entry<'_, impl Read>) -> Result<(), SauvegardeError> {
        let (fichier, bytes) = self.text(entry, 1 << 16)?;
        let text = std::str::from_utf8(&bytes).ok().and_then(Maitresse::parse);
        self.maitresse = Some(text.ok_or_else(|| damaged(self.path, "clé maîtresse illisible"))?);
        self.note(MAITRESSE, fichier)
    }

    fn take_file(
        &mut self,
        name: &str,
        entry: &mut Entry<'_, impl Read>,
        place: Place<'_>,
    ) -> Result<(), SauvegardeError> {
        if self.fichiers.contains_key(name) {
            return Err(damaged(self.path, &format!("« {name} » y est deux fois")));
        }
        let size = entry.size();
        let mut out = place(name)?;
        let mut sink = io::sink();
        let to: &mut dyn Write = match &mut out {
            Some(file) => file,
            None => &mut sink,
        };
        let fichier = copy(entry, to).map_err(|error| self.cut(&error))?;
        if fichier.octets != size {
            return Err(damaged(self.path, &format!("« {name} » est coupé")));
        }
        self.note(name, fichier)
    }

    fn note(&mut self, name: &str, fichier: Fichier) -> Result<(), SauvegardeError> {
        match self.fichiers.insert(name.to_owned(), fichier) {
            None => Ok(()),
            Some(_) => Err(damaged(self.path, &format!("« {name} » y est deux fois"))),
        }
    }

    /// A small entry, whole; it may hold a key.
    fn text(
        &self,
        entry: &mut Entry<'_, impl Read>,
        max: u64,
    ) -> Result<(Fichier, Zeroizing<Vec<u8>>), SauvegardeError> {
        let size = entry.size();
        if size > max {
            return Err(damaged(self.path, "une partie est démesurée"));
        }
        let mut bytes = Zeroizing::new(Vec::new());
        let fichier = copy(entry, &mut *bytes).map_err(|error| self.cut(&error))?;
        if fichier.octets != size {
            return Err(damaged(self.path, "elle est coupée"));
        }
        Ok((fichier, bytes))
    }

    fn long_name(&self, entry: &mut Entry<'_, impl Read>) -> Result<Vec<u8>, SauvegardeError> {
        let (_, bytes) = self.text(entry, MAX_CHEMIN as u64 + 1)?;
        Ok(bytes.strip_suffix(b"\0").unwrap_or(&bytes).to_vec())
    }

    /// What the disk or the encryption refused, while reading.
    fn cut(&self, error: &io::Error) -> SauvegardeError {
        match error.kind() {
            io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof | io::ErrorKind::Other => {
                damaged(self.path, "elle est coupée, ou un octet a changé")
            }
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                damaged(self.path, "le disque est plein ; la sauvegarde, elle, est peut-être bonne")
            }
            _ => damaged(self.path, &error.to_string()),
        }
    }
}

/// Takes zeros only.
struct Zeros(bool);

impl Write for Zeros {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 &= bytes.iter().all(|byte| *byte == 0);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
