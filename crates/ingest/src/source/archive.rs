//! ZIP files: archives of tables, or workbooks that are archives themselves; their bounds.

use std::io::{Cursor, Read, Seek};

use zip::ZipArchive;
use zip::result::ZipError;

use super::budget::{Budget, Fault, MEMORY, Metered, stream_error};
use super::emit::{Emitter, Halt};
use super::error::{Bound, SourceError};
use super::file::{self, Flux, Source};
use super::list::is_hidden;
use super::{Limites, ods, workbook};

/// Archives inside archives beyond this depth are refused.
const DEPTH: u8 = 2;
/// Bytes read at a time while walking.
const CHUNK: usize = 64 << 10;

/// What an archive is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Content {
    Xlsx,
    Ods,
    Files,
    Other(&'static str, &'static str),
}

/// Reads a ZIP: a workbook, or every file it holds.
pub(super) fn read(source: &mut dyn Source, emitter: &mut Emitter) -> Result<(), Halt> {
    let chemin = source.chemin().to_owned();
    let (flux, octets) = source.open_seek()?;
    let mut archive = ZipArchive::new(flux).map_err(|error| zip_error(&chemin, error))?;
    match content(&chemin, &mut archive)? {
        Content::Files if source.depth() >= DEPTH => Err(SourceError::TooNested { chemin }.into()),
        Content::Files => read_entries(&mut archive, &chemin, octets, source.depth(), emitter),
        Content::Other(nature, conseil) => {
            Err(SourceError::NotATable { chemin, nature, conseil }.into())
        }
        kind => {
            walk(&mut archive, &chemin, octets, kind == Content::Ods, &emitter.limites)?;
            let mut flux = archive.into_inner();
            flux.rewind().map_err(|cause| stream_error(&chemin, cause))?;
            let fichier = file::fingerprint(source)?;
            if kind == Content::Ods {
                workbook::read_ods(flux, &fichier, emitter)
            } else {
                workbook::read_xlsx(flux, &fichier, emitter)
            }
        }
    }
}

/// What the names inside an archive say of it.
fn content(chemin: &str, archive: &mut ZipArchive<Flux>) -> Result<Content, SourceError> {
    if archive.has_duplicate_names() {
        return Err(SourceError::damaged(chemin, "deux fichiers y portent le même nom"));
    }
    let names = names(chemin, archive)?;
    let has = |prefix: &str| names.iter().any(|name| name.to_lowercase().starts_with(prefix));
    if has("[content_types].xml") {
        let resave = "Ouvrez-le et enregistrez le tableau en XLSX ou en CSV.";
        if has("xl/workbook.bin") {
            return Ok(Content::Other("classeur binaire XLSB", resave));
        }
        if has("xl/") {
            return Ok(Content::Xlsx);
        }
        if has("word/") || has("ppt/") {
            return Ok(Content::Other("document Word ou PowerPoint", resave));
        }
    }
    let Some(index) = names.iter().position(|name| name == "mimetype") else {
        return Ok(Content::Files);
    };
    let mut mime = String::new();
    let entry = archive.by_index(index).map_err(|error| zip_error(chemin, error))?;
    // What cannot be read as text is no MIME type: the archive is then one of plain files, and
    // reading them will say what is wrong.
    let _ = entry.take(200).read_to_string(&mut mime);
    Ok(match mime.trim().strip_prefix("application/vnd.oasis.opendocument.") {
        Some(kind) if kind.starts_with("spreadsheet") => Content::Ods,
        Some(_) => Content::Other(
            "document OpenDocument qui n'est pas un classeur",
            "Enregistrez le tableau en ODS ou en CSV.",
        ),
        None => Content::Files,
    })
}

fn names(chemin: &str, archive: &ZipArchive<Flux>) -> Result<Vec<String>, SourceError> {
    archive
        .file_names()
        .map(|name| match name {
            Ok(name) => Ok(name.replace('\\', "/")),
            Err(error) => Err(zip_error(chemin, error)),
        })
        .collect()
}

/// Reads the files of an archive, sorted by name.
fn read_entries(
    archive: &mut ZipArchive<Flux>,
    chemin: &str,
    octets: u64,
    depth: u8,
    emitter: &mut Emitter,
) -> Result<(), Halt> {
    let mut entries: Vec<(String, usize)> = names(chemin, archive)?
        .into_iter()
        .enumerate()
        .filter(|(_, name)| !name.ends_with('/') && !name.split('/').any(is_hidden))
        .map(|(index, name)| (name, index))
        .collect();
    if entries.is_empty() {
        return Err(SourceError::NoFile { chemin: chemin.to_owned() }.into());
    }
    entries.sort();
    let mut budget = Budget::new(&emitter.limites, octets);
    for (name, index) in entries {
        let chemin = format!("{chemin}/{}", name.trim_start_matches('/'));
        let depth = depth.saturating_add(1);
        let budget = &mut budget;
        let mut entry = Entry { archive, index, chemin, depth, budget, paid: 0 };
        file::read(&mut entry, emitter)?;
    }
    Ok(())
}

/// A file inside an archive.
struct Entry<'a> {
    archive: &'a mut ZipArchive<Flux>,
    index: usize,
    chemin: String,
    depth: u8,
    budget: &'a mut Budget,
    paid: u64,
}

impl Source for Entry<'_> {
    fn chemin(&self) -> &str {
        &self.chemin
    }

    fn depth(&self) -> u8 {
        self.depth
    }

    fn open(&mut self) -> Result<Box<dyn Read + '_>, SourceError> {
        match self.archive.by_index(self.index) {
            Ok(entry) => Ok(Box::new(Metered::new(entry, self.budget, &mut self.paid))),
            Err(error) => Err(zip_error(&self.chemin, error)),
        }
    }

    fn open_seek(&mut self) -> Result<(Flux, u64), SourceError> {
        let chemin = self.chemin.clone();
        let mut bytes = Vec::new();
        let mut limited = self.open()?.take(MEMORY + 1);
        limited.read_to_end(&mut bytes).map_err(|cause| stream_error(&chemin, cause))?;
        let octets = bytes.len() as u64;
        if octets > MEMORY {
            return Err(SourceError::Bomb { chemin, limite: Bound::Bytes(MEMORY) });
        }
        Ok((Box::new(Cursor::new(bytes)), octets))
    }
}

/// Decompresses every part of a workbook once, to count what it unfolds to before any library
/// holds it, and to look for declared sizes that would make one allocate without measure.
fn walk(
    archive: &mut ZipArchive<Flux>,
    chemin: &str,
    octets: u64,
    is_ods: bool,
    limites: &Limites,
) -> Result<(), SourceError> {
    let bomb = |fault| match fault {
        Fault::Bomb(limite) => SourceError::Bomb { chemin: chemin.to_owned(), limite },
        Fault::Changed => SourceError::Changed { chemin: chemin.to_owned() },
    };
    if let Some(declared) = archive.decompressed_size() {
        let declared = u64::try_from(declared).unwrap_or(u64::MAX);
        Budget::new(limites, octets).take(declared).map_err(bomb)?;
    }
    if is_ods {
        ods::refuse_encrypted(archive, chemin)?;
    }
    let mut budget = Budget::new(limites, octets);
    let mut buffer = vec![0; CHUNK];
    for index in 0..archive.len() {
        let mut part = archive.by_index(index).map_err(|error| zip_error(chemin, error))?;
        let name = part.name().map_err(|error| zip_error(chemin, error))?.to_lowercase();
        let streamed = name.starts_with("xl/worksheets/");
        let mut guard = (is_ods && name == "content.xml").then(ods::Guard::default);
        let mut total = 0_u64;
        loop {
            let count = part.read(&mut buffer).map_err(|cause| stream_error(chemin, cause))?;
            let chunk = buffer.get(..count).unwrap_or_default();
            if chunk.is_empty() {
                break;
            }
            if total == 0 && name.ends_with("sharedstrings.xml") {
                check_shared_strings(chunk, part.size(), chemin)?;
            }
            total += count as u64;
            budget.take(count as u64).map_err(bomb)?;
            if !streamed && total > MEMORY {
                return Err(bomb(Fault::Bomb(Bound::Bytes(MEMORY))));
            }
            if let Some(guard) = &mut guard {
                guard.feed(chunk, chemin)?;
            }
        }
        if let Some(guard) = guard {
            guard.finish(chemin)?;
        }
    }
    Ok(())
}

/// Refuses a count of shared strings that its part could not hold: room is made for all of them at
/// once, and an empty string takes at least five bytes (`<si/>`).
fn check_shared_strings(start: &[u8], size: u64, chemin: &str) -> Result<(), SourceError> {
    let text = String::from_utf8_lossy(start);
    let declared = text
        .split_once("uniqueCount")
        .map(|(_, after)| after.trim_start_matches([' ', '=', '"', '\'', '\n', '\r', '\t']))
        .map(|after| after.split(|c: char| !c.is_ascii_digit()).next().unwrap_or_default())
        .filter(|digits| !digits.is_empty());
    match declared.map(str::parse::<u64>) {
        Some(Ok(count)) if count <= size / 5 + 1 => Ok(()),
        None => Ok(()),
        Some(_) => Err(SourceError::damaged(chemin, "nombre de textes partagés impossible")),
    }
}

/// An error of the archive, as the person reads it.
pub(super) fn zip_error(chemin: &str, error: ZipError) -> SourceError {
    match error {
        ZipError::Io(cause) => stream_error(chemin, cause),
        ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) | ZipError::InvalidPassword => {
            SourceError::Encrypted { chemin: chemin.to_owned() }
        }
        ZipError::UnsupportedArchive(detail) => SourceError::Compression {
            chemin: chemin.to_owned(),
            detail: format!("détail technique : {detail}"),
        },
        ZipError::CompressionMethodNotSupported(method) => SourceError::Compression {
            chemin: chemin.to_owned(),
            detail: format!("méthode {method}"),
        },
        ZipError::FileNotFound => {
            SourceError::damaged(chemin, "un fichier annoncé n'est pas dans l'archive")
        }
        ZipError::InvalidArchive(detail) => {
            let detail = format!("archive ZIP mal formée ; détail technique : {detail}");
            SourceError::damaged(chemin, detail)
        }
        other => SourceError::damaged(
            chemin,
            format!("archive ZIP illisible ; détail technique : {other}"),
        ),
    }
}
