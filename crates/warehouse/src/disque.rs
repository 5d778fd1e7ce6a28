//! Files written so that they survive a power cut: whole or not at all.

use std::collections::HashSet;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use crate::erreur::{OnPath, WarehouseError};

/// More than the cores of a small machine: a sync waits on the disk, and a file system groups
/// those that wait together.
pub(crate) const SYNC_THREADS: usize = 8;

/// Creates a folder and its parents, each synced in the one above it.
pub(crate) fn create_dir(dir: &Path) -> Result<(), WarehouseError> {
    if dir.is_dir() {
        return Ok(());
    }
    let parent = dir.parent().filter(|parent| !parent.as_os_str().is_empty());
    if let Some(parent) = parent {
        create_dir(parent)?;
    }
    match fs::create_dir(dir) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && dir.is_dir() => Ok(()),
        made => made.on("Création du dossier", dir),
    }?;
    parent.map_or(Ok(()), sync_dir)
}

/// Makes the entries of a folder durable: files created in it, renamed into it, removed from it.
pub(crate) fn sync_dir(dir: &Path) -> Result<(), WarehouseError> {
    flush_dir(dir).on("Enregistrement du dossier", dir)
}

/// Writes a file in place of the one that may be there: whole or not at all.
pub(crate) fn replace(
    path: &Path,
    write: impl FnOnce(&mut dyn io::Write) -> io::Result<()>,
) -> io::Result<()> {
    // Two processes may be at it: each has its own, and the last to finish wins.
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.nouveau", std::process::id()));
    let aside = path.with_file_name(name);
    let mut out = io::BufWriter::new(File::create(&aside)?);
    write(&mut out)?;
    io::Write::flush(&mut out)?;
    fs::rename(&aside, path)
}

/// A new file that only its owner may read; refuses one that exists.
pub(crate) fn create_private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options.open(path)
}

/// Writes a file that only its owner may read in place of the one that may be there: whole or not
/// at all, and for good. One writer at a time: the caller holds a lock.
pub(crate) fn replace_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let aside = aside(path);
    write_aside(&aside, bytes)?.sync_all()?;
    fs::rename(&aside, path)?;
    path.parent().map_or(Ok(()), flush_dir)
}

/// As [`replace_private`], many files of one folder: dead in between, some are there and others not.
pub(crate) fn replace_all_private(
    dir: &Path,
    files: &[(PathBuf, Vec<u8>)],
) -> Result<(), WarehouseError> {
    for (path, bytes) in files {
        write_aside(&aside(path), bytes).on("Écriture du fichier", path)?;
    }
    sync_all(files.iter().map(|(path, _)| aside(path)).collect())?;
    for (path, _) in files {
        fs::rename(aside(path), path).on("Mise en place du fichier", path)?;
    }
    sync_dir(dir)
}

fn aside(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".partiel");
    path.with_file_name(name)
}

fn write_aside(aside: &Path, bytes: &[u8]) -> io::Result<File> {
    // What a killed program left.
    match fs::remove_file(aside) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = create_private(aside)?;
    io::Write::write_all(&mut file, bytes)?;
    Ok(file)
}

/// As [`sync_dir`], with what the system answered.
pub(crate) fn flush_dir(dir: &Path) -> io::Result<()> {
    // Elsewhere a folder cannot be opened as a file, and the system keeps its entries itself.
    if cfg!(unix) { File::open(dir)?.sync_all() } else { Ok(()) }
}

/// Removes a folder and what it holds; nothing to do when it is not there.
pub(crate) fn remove_dir(dir: &Path) -> Result<(), WarehouseError> {
    match fs::remove_dir_all(dir) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed.on("Suppression du dossier", dir),
    }
}

/// Removes a file for good; nothing to do when it is not there.
pub(crate) fn remove_file(path: &Path) -> Result<(), WarehouseError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed.on("Suppression du fichier", path),
    }?;
    path.parent().map_or(Ok(()), sync_dir)
}

/// The entries of a folder, sorted by name; none when it does not exist.
pub(crate) fn entries(dir: &Path) -> Result<Vec<PathBuf>, WarehouseError> {
    let list = match fs::read_dir(dir) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        list => list.on("Lecture du dossier", dir)?,
    };
    let mut paths = Vec::new();
    for entry in list {
        paths.push(entry.on("Lecture du dossier", dir)?.path());
    }
    paths.sort();
    Ok(paths)
}

/// Makes whole trees durable: every file, then every folder.
pub(crate) fn sync_trees(dirs: &[PathBuf]) -> Result<(), WarehouseError> {
    let mut found = Vec::new();
    for dir in dirs {
        walk(dir, &mut found)?;
    }
    sync_all(found)
}

/// Makes a tree durable, less the files that are already, one at a time.
pub(crate) fn sync_rest(dir: &Path, durables: &HashSet<PathBuf>) -> Result<(), WarehouseError> {
    let mut found = Vec::new();
    walk(dir, &mut found)?;
    found.iter().filter(|path| !durables.contains(*path)).try_for_each(|path| sync(path))
}

/// Makes files and folders durable, several at a time.
pub(crate) fn sync_all(paths: Vec<PathBuf>) -> Result<(), WarehouseError> {
    each(paths, |path| sync(&path))
}

/// Does what waits on the disk for each item, several at a time; the first failure stops it.
pub(crate) fn each<T: Send>(
    items: Vec<T>,
    act: impl Fn(T) -> Result<(), WarehouseError> + Sync,
) -> Result<(), WarehouseError> {
    each_on(SYNC_THREADS, items, act)
}

/// Does something for each item, so many at a time; the first failure stops it.
pub(crate) fn each_on<T: Send>(
    threads: usize,
    items: Vec<T>,
    act: impl Fn(T) -> Result<(), WarehouseError> + Sync,
) -> Result<(), WarehouseError> {
    let next = Mutex::new(items.into_iter());
    let failure = Mutex::new(None);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some(item) = next.lock().ok().and_then(|mut next| next.next()) {
                    if let Err(error) = act(item) {
                        if let Ok(mut failure) = failure.lock() {
                            *failure = Some(error);
                        }
                        return;
                    }
                }
            });
        }
    });
    match failure.into_inner() {
        Ok(None) => Ok(()),
        Ok(Some(error)) => Err(error),
        Err(_) => Err(WarehouseError::Etape("enregistrement interrompu")),
    }
}

fn sync(path: &Path) -> Result<(), WarehouseError> {
    if path.is_dir() {
        return sync_dir(path);
    }
    File::open(path).and_then(|file| file.sync_all()).on("Enregistrement du fichier", path)
}

fn walk(dir: &Path, found: &mut Vec<PathBuf>) -> Result<(), WarehouseError> {
    for path in entries(dir)? {
        if path.is_dir() {
            walk(&path, found)?;
        } else {
            found.push(path);
        }
    }
    found.push(dir.to_owned());
    Ok(())
}
