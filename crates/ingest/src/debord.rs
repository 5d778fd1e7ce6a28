//! Where rows wait when memory is short: one file without a name, gone with the process.
//!
//! Only ranks, days, numbers and keys are put there. What could name a person (names, free text,
//! dossier numbers) stays in memory, in the lexicons that the ranks point into.

use std::fs::File;
use std::io::{self, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use mallette_domain::table::Table;

use crate::bloc::Bloc;
use crate::erreur::IngestError;

/// A block put aside.
#[derive(Debug)]
pub(crate) struct Place {
    start: u64,
    rows: usize,
    feuilles: Vec<(u32, u32)>,
}

impl Place {
    /// Its number of rows.
    pub(crate) fn rows(&self) -> usize {
        self.rows
    }
}

/// The file, made when the first block comes.
#[derive(Debug)]
pub(crate) struct Debord {
    folder: PathBuf,
    file: Mutex<Option<Tenu>>,
}

/// The file, and the bytes of the block last put aside: their room serves the next one.
#[derive(Debug)]
struct Tenu {
    file: File,
    bytes: Vec<u8>,
}

impl Debord {
    /// Blocks will wait in that folder.
    pub(crate) fn new(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), file: Mutex::new(None) }
    }

    /// Puts a block aside.
    pub(crate) fn put(&self, bloc: &Bloc) -> Result<Place, IngestError> {
        let (rows, feuilles) = (bloc.len(), bloc.feuilles.clone());
        let start = self.with_file(|Tenu { file, bytes }| {
            bytes.clear();
            bloc.write(bytes)?;
            let start = file.seek(SeekFrom::End(0))?;
            file.write_all(bytes)?;
            Ok(start)
        })?;
        Ok(Place { start, rows, feuilles })
    }

    /// Takes a block back.
    pub(crate) fn get(&self, table: &Table, place: &Place) -> Result<Bloc, IngestError> {
        // A column is read at once, straight into its place: nothing stands in between.
        self.with_file(|Tenu { file, .. }| {
            file.seek(SeekFrom::Start(place.start))?;
            Bloc::read(table, place.rows, place.feuilles.clone(), file)
        })
    }

    fn with_file<T>(&self, act: impl FnOnce(&mut Tenu) -> io::Result<T>) -> Result<T, IngestError> {
        let failed = |cause: io::Error| IngestError::Debord {
            dossier: self.folder.display().to_string(),
            cause: cause.to_string(),
        };
        // A panic while the file was held leaves it where it was: every use seeks first.
        let mut held = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let tenu = match &mut *held {
            Some(tenu) => tenu,
            None => {
                let file = tempfile::tempfile_in(&self.folder).map_err(failed)?;
                held.insert(Tenu { file, bytes: Vec::new() })
            }
        };
        act(tenu).map_err(failed)
    }
}
