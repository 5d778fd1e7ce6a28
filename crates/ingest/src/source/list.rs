//! From what a person names to the files to read: folders opened, hidden files skipped.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::error::SourceError;

/// Folders inside folders beyond this depth are not an extract.
const DEPTH: usize = 32;

/// The files that `paths` name, folders opened recursively and sorted, each file once.
///
/// The order of `paths` is kept. Inside a folder, hidden files and links to folders are skipped.
///
/// # Errors
/// A path that does not exist, a folder that cannot be read or that holds no file.
pub(crate) fn list(paths: &[PathBuf]) -> Result<Vec<PathBuf>, SourceError> {
    let mut files = Vec::new();
    for path in paths {
        let shown = path.display().to_string();
        let metadata = fs::metadata(path).map_err(|cause| {
            if cause.kind() == std::io::ErrorKind::NotFound {
                SourceError::NotFound { chemin: shown.clone() }
            } else {
                SourceError::io(&shown, cause)
            }
        })?;
        if metadata.is_dir() {
            let before = files.len();
            walk(path, DEPTH, &mut files)?;
            if files.len() == before {
                return Err(SourceError::NoFile { chemin: shown });
            }
        } else {
            files.push(path.clone());
        }
    }
    let mut seen = HashSet::new();
    files.retain(|file| seen.insert(fs::canonicalize(file).unwrap_or_else(|_| file.clone())));
    Ok(files)
}

fn walk(folder: &Path, depth: usize, files: &mut Vec<PathBuf>) -> Result<(), SourceError> {
    let fail = |cause| SourceError::io(&folder.display().to_string(), cause);
    let mut entries = Vec::new();
    for entry in fs::read_dir(folder).map_err(fail)? {
        let entry = entry.map_err(fail)?;
        if !is_hidden(&entry.file_name().to_string_lossy()) {
            entries.push(entry);
        }
    }
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        if entry.file_type().map_err(fail)?.is_dir() {
            if depth > 0 {
                walk(&path, depth - 1, files)?;
            }
        } else if path.is_file() {
            files.push(path);
        }
    }
    Ok(())
}

/// Names that systems and office suites leave behind: dot files, resource forks, thumbnails, locks.
pub(crate) fn is_hidden(name: &str) -> bool {
    name.starts_with('.')
        || name.starts_with("~$")
        || name == "__MACOSX"
        || name.eq_ignore_ascii_case("thumbs.db")
        || name.eq_ignore_ascii_case("desktop.ini")
}
