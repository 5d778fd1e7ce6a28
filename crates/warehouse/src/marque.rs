//! The mark of a data directory: which installation it is of, and in which kind of store its registry
//! is. Neither where that store is, nor who enters it.

use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::cles::{CleError, to_hex};
use crate::disque;
use crate::erreur::{OnPath as _, WarehouseError};

/// Its file, in the data directory.
const FILE: &str = "installation.json";

/// In which kind of store a registry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Moteur {
    /// A file of the data directory.
    Sqlite,
    /// A base elsewhere.
    Postgresql,
}

/// The mark.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Marque {
    /// Form of the mark.
    format: u32,
    /// The installation; its store keeps the same.
    pub installation: String,
    /// Where its registry is.
    pub base: Moteur,
    /// Whether the store is known to keep the same: until then, a store without any may be given it.
    pub scellee: bool,
}

impl Marque {
    /// The mark of an installation whose store has not been told yet.
    #[must_use]
    pub fn new(installation: String, base: Moteur) -> Self {
        Self { format: 1, installation, base, scellee: false }
    }

    /// The mark of a data directory; none when it has none.
    ///
    /// # Errors
    /// When it cannot be read, or is not one of ours.
    pub fn read(dir: &Path) -> Result<Option<Self>, WarehouseError> {
        let path = dir.join(FILE);
        let bytes = match fs::read(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            read => read.on("Lecture du fichier", &path)?,
        };
        let abime = |detail: String| WarehouseError::Abime { path: path.clone(), detail };
        let marque: Self = serde_json::from_slice(&bytes).map_err(|e| abime(e.to_string()))?;
        if marque.format == 1 {
            return Ok(Some(marque));
        }
        Err(abime(format!("forme {}, d'une version plus récente de Mallette", marque.format)))
    }

    /// Marks a data directory that has no mark; the mark that it has, this one or that which another
    /// program made at the same moment.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn put(self, dir: &Path) -> Result<Self, WarehouseError> {
        let (path, aside) = (dir.join(FILE), self.write_aside(dir)?);
        // Linked, not renamed: the first one wins.
        let linked = match fs::hard_link(&aside, &path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            // Some file systems have no links.
            Err(_) if !path.exists() => fs::rename(&aside, &path),
            linked => linked,
        };
        let _ = fs::remove_file(&aside);
        linked.on("Écriture du fichier", &path)?;
        disque::sync_dir(dir)?;
        Ok(Self::read(dir)?.unwrap_or(self))
    }

    /// Notes that the store keeps the same installation.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn seal(mut self, dir: &Path) -> Result<(), WarehouseError> {
        if self.scellee {
            return Ok(());
        }
        self.scellee = true;
        let (path, aside) = (dir.join(FILE), self.write_aside(dir)?);
        fs::rename(&aside, &path).on("Écriture du fichier", &path)?;
        disque::sync_dir(dir)
    }

    /// Writes it in a file of its own, on the disk for good.
    fn write_aside(&self, dir: &Path) -> Result<std::path::PathBuf, WarehouseError> {
        let mut mark = [0; 6];
        getrandom::fill(&mut mark).map_err(|error| CleError::Alea(error.to_string()))?;
        let aside = dir.join(format!("{FILE}.{}", to_hex(&mark)));
        let written = (|| {
            let mut file = disque::create_private(&aside)?;
            file.write_all(&serde_json::to_vec_pretty(self)?)?;
            file.write_all(b"\n")?;
            file.sync_all()
        })();
        written.on("Écriture du fichier", &aside)?;
        Ok(aside)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_mark_of_a_directory_is_the_one_that_it_keeps() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(Marque::read(dir.path()).unwrap(), None);
        let first = Marque::new("a".to_owned(), Moteur::Postgresql).put(dir.path()).unwrap();
        let second = Marque::new("b".to_owned(), Moteur::Sqlite).put(dir.path()).unwrap();
        assert_eq!(first, second);
        first.clone().seal(dir.path()).unwrap();
        let read = Marque::read(dir.path()).unwrap().unwrap();
        assert_eq!(read, Marque { scellee: true, ..first });
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1, "nothing is left aside");
    }

    #[test]
    fn what_is_no_mark_of_ours_is_told() {
        let dir = tempfile::tempdir().unwrap();
        let newer = r#"{"format":2,"installation":"a","base":"sqlite","scellee":true}"#;
        for text in ["", "{}", newer] {
            fs::write(dir.path().join(FILE), text).unwrap();
            let told = Marque::read(dir.path()).unwrap_err().to_string();
            assert!(told.contains(FILE), "{told}");
        }
    }
}
