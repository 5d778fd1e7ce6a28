//! The versions of a data directory, as the measures open them.

use std::path::{Path, PathBuf};
use std::{fs, io};

use jiff::civil::Date;
use mallette_engine::Source;

/// The newest version of each centre: their identifiers sort by date.
pub(crate) fn newest(dir: &Path, date_extraction: Date) -> io::Result<Vec<Source>> {
    let mut sources = Vec::new();
    for centre in sorted(&dir.join("versions"))? {
        let Some(version) = sorted(&centre)?.pop() else { continue };
        let structure_id = centre.file_name().unwrap_or_default().to_string_lossy().into_owned();
        sources.push(Source { structure_id, date_extraction, dir: version });
    }
    Ok(sources)
}

fn sorted(dir: &Path) -> io::Result<Vec<PathBuf>> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(dir)? {
        paths.push(entry?.path());
    }
    paths.retain(|path| path.is_dir());
    paths.sort();
    Ok(paths)
}
