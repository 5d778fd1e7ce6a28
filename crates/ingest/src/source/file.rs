//! One file to its reader: what it is, its fingerprint, then its rows.

use std::fs::File;
use std::io::{BufReader, Cursor, Read, Seek};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::budget::{Exact, stream_error};
use super::emit::{Emitter, Halt};
use super::error::SourceError;
use super::sniff::{self, Kind};
use super::survey::{self, Encoding, Survey};
use super::window::Window;
use super::{Fichier, archive, decode, delimited, delimiter, json, list, workbook};

/// Bytes of text looked at to tell JSON from CSV, and to choose a delimiter.
const SAMPLE: usize = 256 << 10;

/// Bytes that can be read in any order.
pub(super) trait ReadSeek: Read + Seek {}

impl<T: Read + Seek> ReadSeek for T {}

/// Bytes of a workbook or an archive, from a disk or from memory.
pub(super) type Flux = Box<dyn ReadSeek>;

/// Something that can be read from its beginning as many times as needed.
pub(super) trait Source {
    /// Path as the person knows it.
    fn chemin(&self) -> &str;
    /// How many archives it is inside of.
    fn depth(&self) -> u8;
    /// Its bytes, from the first.
    fn open(&mut self) -> Result<Box<dyn Read + '_>, SourceError>;
    /// Its bytes in any order, and how many there are.
    fn open_seek(&mut self) -> Result<(Flux, u64), SourceError>;
}

/// A file on a disk.
struct OnDisk<'a> {
    path: &'a Path,
    chemin: String,
}

impl Source for OnDisk<'_> {
    fn chemin(&self) -> &str {
        &self.chemin
    }

    fn depth(&self) -> u8 {
        0
    }

    fn open(&mut self) -> Result<Box<dyn Read + '_>, SourceError> {
        match File::open(self.path) {
            Ok(file) => Ok(Box::new(file)),
            Err(cause) => Err(SourceError::io(&self.chemin, cause)),
        }
    }

    fn open_seek(&mut self) -> Result<(Flux, u64), SourceError> {
        let opened = File::open(self.path).and_then(|file| {
            let octets = file.metadata()?.len();
            Ok((file, octets))
        });
        match opened {
            Ok((file, octets)) => Ok((Box::new(BufReader::new(file)), octets)),
            Err(cause) => Err(SourceError::io(&self.chemin, cause)),
        }
    }
}

/// A file that was received and is kept nowhere.
struct InMemory {
    octets: Arc<[u8]>,
    chemin: String,
}

impl Source for InMemory {
    fn chemin(&self) -> &str {
        &self.chemin
    }

    fn depth(&self) -> u8 {
        0
    }

    fn open(&mut self) -> Result<Box<dyn Read + '_>, SourceError> {
        Ok(Box::new(self.octets.as_ref()))
    }

    fn open_seek(&mut self) -> Result<(Flux, u64), SourceError> {
        let length = self.octets.len() as u64;
        Ok((Box::new(Cursor::new(Arc::clone(&self.octets))), length))
    }
}

/// Reads one file that is in memory.
pub(super) fn read_memory(
    chemin: String,
    octets: Vec<u8>,
    emitter: &mut Emitter,
) -> Result<(), Halt> {
    read(&mut InMemory { octets: octets.into(), chemin }, emitter)
}

/// Reads all paths, in order.
pub(super) fn read_all(paths: &[PathBuf], emitter: &mut Emitter) -> Result<(), Halt> {
    for path in list(paths)? {
        let mut source = OnDisk { path: &path, chemin: path.display().to_string() };
        read(&mut source, emitter)?;
    }
    Ok(())
}

/// Reads one file. A library that gives up on a crafted file must not take the import with it.
pub(super) fn read(source: &mut dyn Source, emitter: &mut Emitter) -> Result<(), Halt> {
    let chemin = source.chemin().to_owned();
    catch_unwind(AssertUnwindSafe(|| dispatch(source, emitter))).unwrap_or_else(|_| {
        Err(SourceError::damaged(&chemin, "structure interne incohérente").into())
    })
}

fn dispatch(source: &mut dyn Source, emitter: &mut Emitter) -> Result<(), Halt> {
    let chemin = source.chemin().to_owned();
    let mut stream = source.open()?;
    let head = survey::read_head(&mut stream).map_err(|cause| stream_error(&chemin, cause))?;
    if head.is_empty() {
        return Err(SourceError::Empty { chemin }.into());
    }
    match sniff::kind(&chemin, &head)? {
        Kind::Text => {
            let survey = survey::survey(&head, &mut stream, true)
                .map_err(|cause| stream_error(&chemin, cause))?;
            drop(stream);
            read_text(source, &head, survey, emitter)
        }
        Kind::Ole => {
            drop(stream);
            workbook::read_ole(source, emitter)
        }
        Kind::Zip => {
            drop(stream);
            archive::read(source, emitter)
        }
    }
}

/// Fingerprint of a file that is not text.
pub(super) fn fingerprint(source: &mut dyn Source) -> Result<Arc<Fichier>, SourceError> {
    let chemin = source.chemin().to_owned();
    let mut stream = source.open()?;
    let Survey { empreinte, octets, .. } =
        survey::survey(&[], &mut stream, false).map_err(|cause| stream_error(&chemin, cause))?;
    Ok(Arc::new(Fichier { chemin, empreinte, octets }))
}

/// The second pass over a text; JSON takes a third, its columns being known at its end only.
fn read_text(
    source: &mut dyn Source,
    head: &[u8],
    survey: Survey,
    emitter: &mut Emitter,
) -> Result<(), Halt> {
    let chemin = source.chemin().to_owned();
    let (encoding, mark): (Encoding, usize) =
        survey::announced(head).unwrap_or((survey::weighed(&survey), 0));
    if survey.octets == mark as u64 {
        return Err(SourceError::Empty { chemin }.into());
    }
    let octets = survey.octets;
    let fichier = Arc::new(Fichier { chemin: chemin.clone(), empreinte: survey.empreinte, octets });
    emitter.begin(&fichier, None, false)?;

    let text = Text { octets, mark, encoding, limit: emitter.limites.octets_ligne };
    let mut window = text.open(source)?;
    let rest = window.rest();
    let whole = window.ended() && rest.len() <= SAMPLE;
    let sample = rest.get(..rest.len().min(SAMPLE)).unwrap_or_default();
    if json::looks_like(sample) {
        let keys = json::learn(&mut window, &chemin, emitter)?;
        drop(window);
        json::read(&mut text.open(source)?, &keys, &chemin, emitter)?;
    } else {
        let delimiter = delimiter::choose(sample, whole);
        delimited::read(&mut window, &chemin, delimiter, emitter)?;
    }
    emitter.end_file(fichier)
}

/// How the text of a file is reached, from its first character.
struct Text {
    octets: u64,
    /// Bytes of the byte order mark.
    mark: usize,
    encoding: Encoding,
    /// Bytes of one record at most.
    limit: usize,
}

impl Text {
    fn open<'a>(
        &self,
        source: &'a mut dyn Source,
    ) -> Result<Window<Box<dyn Read + 'a>>, SourceError> {
        let chemin = source.chemin().to_owned();
        let failed = |cause| stream_error(&chemin, cause);
        let mut stream = Exact::new(source.open()?, self.octets);
        stream.read_exact(&mut vec![0; self.mark]).map_err(failed)?;
        let mut window = Window::new(decode::to_utf8(stream, self.encoding), self.limit);
        window.fill().map_err(failed)?;
        Ok(window)
    }
}
