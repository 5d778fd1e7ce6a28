//! One secret key per centre: it seals names and makes pseudonyms. A key is made once, and never
//! replaced: without it the names of every version of the centre are lost.

use std::collections::HashMap;
use std::fmt::{self, Write as _};
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use mallette_ingest::{CentreKeys, SinkError};

use crate::chemin::component;
use crate::disque;
use crate::erreur::{OnPath, WarehouseError};

const KEY_LEN: usize = 32;

/// The keys of the centres, in `cles/<structure_id>.cle`: 32 random bytes each, in hexadecimal,
/// readable by the owner of the file only.
pub struct Cles {
    dir: PathBuf,
    versions: PathBuf,
    known: Mutex<HashMap<String, [u8; KEY_LEN]>>,
}

impl fmt::Debug for Cles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Never the keys: a log line would otherwise give the names away.
        f.debug_struct("Cles").field("dir", &self.dir).finish_non_exhaustive()
    }
}

impl Cles {
    /// Keys kept in `dir`, for the centres whose versions are in `versions`.
    pub(crate) fn open(dir: PathBuf, versions: PathBuf) -> Result<Self, WarehouseError> {
        disque::create_dir(&dir)?;
        restrict(&dir)?;
        Ok(Self { dir, versions, known: Mutex::default() })
    }

    /// The key of that centre, made on first use.
    ///
    /// # Errors
    /// When it cannot be read or written, and when the centre has data but its key is gone: a new
    /// key would make that data unreadable for ever without a word.
    pub fn get_or_create(&self, structure_id: &str) -> Result<[u8; KEY_LEN], WarehouseError> {
        self.cached(structure_id, |path| match read(path)? {
            Some(key) => Ok(key),
            None if self.has_versions(structure_id)? => Err(missing(structure_id, path)),
            None => create(path),
        })
    }

    /// The key of that centre; never makes one.
    ///
    /// # Errors
    /// When there is none or it cannot be read.
    pub fn get(&self, structure_id: &str) -> Result<[u8; KEY_LEN], WarehouseError> {
        self.cached(structure_id, |path| read(path)?.ok_or_else(|| missing(structure_id, path)))
    }

    fn cached(
        &self,
        structure_id: &str,
        load: impl FnOnce(&Path) -> Result<[u8; KEY_LEN], WarehouseError>,
    ) -> Result<[u8; KEY_LEN], WarehouseError> {
        let mut known =
            self.known.lock().map_err(|_| WarehouseError::Etape("lecture des clés interrompue"))?;
        if let Some(key) = known.get(structure_id) {
            return Ok(*key);
        }
        let key = load(&self.dir.join(format!("{}.cle", component(structure_id))))?;
        known.insert(structure_id.to_owned(), key);
        Ok(key)
    }

    fn has_versions(&self, structure_id: &str) -> Result<bool, WarehouseError> {
        let entries = disque::entries(&self.versions.join(component(structure_id)))?;
        Ok(!entries.is_empty())
    }
}

impl CentreKeys for Cles {
    fn key(&self, structure_id: &str) -> Result<[u8; KEY_LEN], SinkError> {
        Ok(self.get_or_create(structure_id)?)
    }
}

fn missing(structure_id: &str, path: &Path) -> WarehouseError {
    WarehouseError::CleAbsente { structure_id: structure_id.to_owned(), path: path.to_owned() }
}

fn read(path: &Path) -> Result<Option<[u8; KEY_LEN]>, WarehouseError> {
    match fs::read(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        bytes => {
            let bytes = bytes.on("Lecture de la clé", path)?;
            let key = from_hex(bytes.trim_ascii());
            key.map(Some).ok_or_else(|| WarehouseError::CleIllisible(path.to_owned()))
        }
    }
}

/// Writes a new key aside and links it in place, which fails when another process was first: its
/// key is then the one.
fn create(path: &Path) -> Result<[u8; KEY_LEN], WarehouseError> {
    let mut key = [0; KEY_LEN];
    let mut mark = [0; 8];
    getrandom::fill(&mut key).map_err(|error| WarehouseError::Alea(error.to_string()))?;
    getrandom::fill(&mut mark).map_err(|error| WarehouseError::Alea(error.to_string()))?;
    let aside = path.with_extension(format!("{}.partiel", to_hex(&mark)));
    let linked = disque::create_private(&aside)
        .and_then(|mut file| {
            file.write_all(to_hex(&key).as_bytes())?;
            file.write_all(b"\n")?;
            file.sync_all()
        })
        .and_then(|()| fs::hard_link(&aside, path));
    // What stays aside after a failure is a key that sealed nothing.
    let _ = fs::remove_file(&aside);
    match linked {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            read(path)?.ok_or_else(|| WarehouseError::CleIllisible(path.to_owned()))
        }
        linked => {
            linked.on("Création de la clé", path)?;
            path.parent().map_or(Ok(()), disque::sync_dir)?;
            Ok(key)
        }
    }
}

/// Lets nobody but the owner list the keys.
fn restrict(dir: &Path) -> Result<(), WarehouseError> {
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

/// Lower-case hexadecimal.
pub(crate) fn to_hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

fn from_hex(text: &[u8]) -> Option<[u8; KEY_LEN]> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let mut bytes = Vec::with_capacity(KEY_LEN);
    for pair in text.chunks(2) {
        let [high, low] = pair else { return None };
        bytes.push(digit(*high)? * 16 + digit(*low)?);
    }
    bytes.try_into().ok()
}
