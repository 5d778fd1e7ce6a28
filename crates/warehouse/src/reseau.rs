//! The network's own catalogue on the disk: written aside as a whole, then put in place by one exchange. A reader
//! finds the catalogue of before or that of after, never a part of each.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Component, Path};

use crate::disque;
use crate::erreur::{OnPath, WarehouseError};
use crate::warehouse::Warehouse;

/// The network's own catalogue, in the data directory.
const CATALOGUE: &str = "catalogue";
/// Where the next one is written, then where the former one goes.
const NOUVEAU: &str = "catalogue.nouveau";
/// Where the former one waits, on a system that cannot exchange two folders.
const AVANT: &str = "catalogue.avant";

impl Warehouse {
    /// Writes and removes (none) files of the network's own catalogue, by path in it, all at once and for
    /// good; files that are not named stay. One writer at a time: the caller holds the turn of the registry.
    ///
    /// # Errors
    /// When the disk refuses, or a path leads out of the catalogue: nothing is then changed.
    pub fn rewrite_catalogue(
        &self,
        changes: &BTreeMap<String, Option<Vec<u8>>>,
    ) -> Result<(), WarehouseError> {
        let (now, next) = (self.dir().join(CATALOGUE), self.dir().join(NOUVEAU));
        restore_catalogue(self.dir())?;
        disque::remove_dir(&next)?;
        disque::create_dir(&next)?;
        copy(&now, &next)?;
        for (path, bytes) in changes {
            let relative = Path::new(path);
            if !relative.components().all(|part| matches!(part, Component::Normal(_))) {
                return Err(WarehouseError::Etape("chemin hors du catalogue"));
            }
            let target = next.join(relative);
            match bytes {
                None => disque::remove_file(&target)?,
                Some(bytes) => {
                    if let Some(parent) = target.parent() {
                        disque::create_dir(parent)?;
                    }
                    fs::write(&target, bytes).on("Écriture du fichier", &target)?;
                }
            }
        }
        disque::sync_trees(std::slice::from_ref(&next))?;
        exchange(self.dir())?;
        disque::sync_dir(self.dir())?;
        // What is left is the former one: a failure to remove it undoes nothing.
        let _ = disque::remove_dir(&next);
        let _ = disque::remove_dir(&self.dir().join(AVANT));
        Ok(())
    }
}

/// Puts back the catalogue that a program killed between its two renames had set aside. Nothing to do on a
/// system that exchanges two folders at once.
///
/// # Errors
/// When the disk refuses.
pub fn restore_catalogue(dir: &Path) -> Result<(), WarehouseError> {
    let (now, before) = (dir.join(CATALOGUE), dir.join(AVANT));
    if before.is_dir() && !now.exists() {
        fs::rename(&before, &now).on("Mise en place du dossier", &now)?;
        disque::sync_dir(dir)?;
    }
    Ok(())
}

/// Puts the next catalogue in the place of the one that may be there.
fn exchange(dir: &Path) -> Result<(), WarehouseError> {
    let (now, next, before) = (dir.join(CATALOGUE), dir.join(NOUVEAU), dir.join(AVANT));
    if !now.exists() {
        return fs::rename(&next, &now).on("Mise en place du dossier", &now);
    }
    if swap(&now, &next).is_ok() {
        return Ok(());
    }
    disque::remove_dir(&before)?;
    fs::rename(&now, &before).on("Mise à l'écart du dossier", &now)?;
    if let Err(error) = fs::rename(&next, &now) {
        // As it was: the next opening would do it too.
        let _ = fs::rename(&before, &now);
        return Err(error).on("Mise en place du dossier", &now);
    }
    Ok(())
}

#[cfg(target_os = "linux")]
fn swap(left: &Path, right: &Path) -> io::Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    Ok(renameat_with(CWD, left, CWD, right, RenameFlags::EXCHANGE)?)
}

#[cfg(not(target_os = "linux"))]
fn swap(_: &Path, _: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Copies what is in a folder, if it is there. What is neither a file nor a folder is refused.
fn copy(from: &Path, to: &Path) -> Result<(), WarehouseError> {
    for path in disque::entries(from)? {
        let Some(name) = path.file_name() else { continue };
        let target = to.join(name);
        let kind = fs::symlink_metadata(&path).on("Lecture du fichier", &path)?.file_type();
        if kind.is_dir() {
            disque::create_dir(&target)?;
            copy(&path, &target)?;
        } else if kind.is_file() {
            fs::copy(&path, &target).on("Copie du fichier", &path)?;
        } else {
            let error = io::Error::new(io::ErrorKind::InvalidInput, "ni fichier, ni dossier");
            return Err(error).on("Copie du fichier", &path);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(dir: &Path) -> Vec<(String, String)> {
        let mut found = Vec::new();
        for path in disque::entries(dir).unwrap() {
            if path.is_dir() {
                found.extend(files(&path));
            } else {
                let name = path.file_name().unwrap().to_string_lossy().into_owned();
                found.push((name, fs::read_to_string(&path).unwrap()));
            }
        }
        found
    }

    fn changes(entries: &[(&str, Option<&str>)]) -> BTreeMap<String, Option<Vec<u8>>> {
        let change = |(path, text): &(&str, Option<&str>)| {
            ((*path).to_owned(), text.map(|text| text.as_bytes().to_vec()))
        };
        entries.iter().map(change).collect()
    }

    #[test]
    fn a_catalogue_is_changed_whole_or_not_at_all() {
        let dir = tempfile::tempdir().unwrap();
        let source = crate::SourceMaitresse::Dossier(dir.path().join("maitresse"));
        let warehouse = Warehouse::open_with(&dir.path().join("d"), source).unwrap();
        let catalogue = warehouse.dir().join(CATALOGUE);
        warehouse.rewrite_catalogue(&changes(&[("regles/A.toml", Some("a"))])).unwrap();
        assert_eq!(files(&catalogue), [("A.toml".to_owned(), "a".to_owned())]);
        fs::write(catalogue.join("LISEZMOI.txt"), "à nous").unwrap();
        let both = [("regles/A.toml", None), ("vues/1_b.sql", Some("b"))];
        warehouse.rewrite_catalogue(&changes(&both)).unwrap();
        let expected = [("LISEZMOI.txt", "à nous"), ("1_b.sql", "b")];
        let expected = expected.map(|(name, text)| (name.to_owned(), text.to_owned()));
        assert_eq!(files(&catalogue), expected, "what was not named stays");
        for wrong in ["../x.toml", "/tmp/x.toml", "regles/../../x.toml"] {
            let many = [("vues/1_b.sql", None), (wrong, Some("x"))];
            assert!(warehouse.rewrite_catalogue(&changes(&many)).is_err(), "{wrong}");
            assert_eq!(files(&catalogue), expected, "{wrong}");
        }
        assert!(!dir.path().join("x.toml").exists() && !warehouse.dir().join("x.toml").exists());
        warehouse.rewrite_catalogue(&changes(&[])).unwrap();
        assert!(!warehouse.dir().join(NOUVEAU).exists() && !warehouse.dir().join(AVANT).exists());
    }

    #[test]
    fn a_program_killed_between_two_renames_left_the_former_one() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir_all(dir.path().join(AVANT)).unwrap();
        fs::write(dir.path().join(AVANT).join("codes.toml"), "avant").unwrap();
        restore_catalogue(dir.path()).unwrap();
        assert_eq!(
            fs::read_to_string(dir.path().join(CATALOGUE).join("codes.toml")).unwrap(),
            "avant"
        );
        // Killed after the second one, what is there counts.
        fs::create_dir_all(dir.path().join(AVANT)).unwrap();
        restore_catalogue(dir.path()).unwrap();
        assert_eq!(
            fs::read_to_string(dir.path().join(CATALOGUE).join("codes.toml")).unwrap(),
            "avant"
        );
    }
}
