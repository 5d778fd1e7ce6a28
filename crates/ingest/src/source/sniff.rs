//! What a file is, from its first bytes: its extension says nothing.

use super::error::SourceError;
use super::survey;

/// Families of files, each read its own way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Delimited text or JSON.
    Text,
    /// An archive, or a workbook that is one (XLSX, ODS).
    Zip,
    /// An OLE2 compound file: XLS, or an encrypted XLSX.
    Ole,
}

const RESAVE: &str = "Ouvrez-le dans votre tableur et enregistrez-le en XLSX ou en CSV.";
const EXTRACT: &str = "Décompressez-le, puis importez le fichier obtenu.";
const CHOOSE: &str = "Choisissez le fichier d'extraction.";

/// First bytes of what is not a table, with its name and what to do.
const MAGICS: [(&[u8], &str, &str); 13] = [
    (b"%PDF", "document PDF", "Demandez l'extraction en XLSX ou en CSV."),
    (b"\x89PNG", "image PNG", CHOOSE),
    (b"\xFF\xD8\xFF", "image JPEG", CHOOSE),
    (b"GIF8", "image GIF", CHOOSE),
    (b"{\\rtf", "document RTF", RESAVE),
    (b"\x1F\x8B", "fichier compressé GZIP", EXTRACT),
    (b"7z\xBC\xAF\x27\x1C", "archive 7z", EXTRACT),
    (b"Rar!", "archive RAR", EXTRACT),
    (b"BZh", "fichier compressé BZIP2", EXTRACT),
    (b"\xFD7zXZ", "fichier compressé XZ", EXTRACT),
    (b"\x28\xB5\x2F\xFD", "fichier compressé ZSTD", EXTRACT),
    (b"PAR1", "fichier Parquet", "Exportez-le en CSV."),
    (b"SQLite format 3", "base SQLite", "Exportez ses tables en CSV."),
];

/// The kind of a file that starts with `head`.
///
/// # Errors
/// Something else than a table, told by name when it is known.
pub(super) fn kind(chemin: &str, head: &[u8]) -> Result<Kind, SourceError> {
    let not_a_table = |nature, conseil| {
        Err(SourceError::NotATable { chemin: chemin.to_owned(), nature, conseil })
    };
    if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") {
        return Ok(Kind::Zip);
    }
    if head.starts_with(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1") {
        return Ok(Kind::Ole);
    }
    for (magic, nature, conseil) in MAGICS {
        if head.starts_with(magic) {
            return not_a_table(nature, conseil);
        }
    }
    if let Some((nature, conseil)) = markup(head) {
        return not_a_table(nature, conseil);
    }
    if survey::announced(head).is_none() && is_binary(head) {
        return not_a_table("contenu binaire", CHOOSE);
    }
    Ok(Kind::Text)
}

/// Web pages and XML, often named `.xls` by the software that made them.
fn markup(head: &[u8]) -> Option<(&'static str, &'static str)> {
    // Without NUL bytes nor byte order marks, UTF-16 markup looks like any other.
    let plain: Vec<u8> = head
        .iter()
        .take(8 << 10)
        .copied()
        .filter(|byte| *byte != 0 && *byte < 0x80)
        .map(|byte| byte.to_ascii_lowercase())
        .collect();
    let start = plain.trim_ascii_start();
    if !start.starts_with(b"<") {
        return None;
    }
    let holds = |needle: &[u8]| start.windows(needle.len()).any(|window| window == needle);
    let tags: [&[u8]; 6] = [b"<!doctype html", b"<html", b"<table", b"<head", b"<meta", b"<body"];
    if tags.iter().any(|tag| start.starts_with(tag)) || holds(b"<table") || holds(b"<html") {
        return Some(("page HTML, même si son nom finit par .xls", RESAVE));
    }
    if start.starts_with(b"<?xml") {
        return Some(if holds(b"office:spreadsheet") {
            ("classeur XML de 2003", RESAVE)
        } else {
            ("document XML", CHOOSE)
        });
    }
    None
}

/// Whether bytes are no text: more than one in sixteen is a control character that no text has.
fn is_binary(head: &[u8]) -> bool {
    let sample = head.get(..head.len().min(8 << 10)).unwrap_or_default();
    let odd = sample.iter().filter(|byte| matches!(byte, 0..=8 | 14..=31 | 127)).count();
    odd > 3 && odd * 16 > sample.len()
}
