//! Where results go: standard output or a file; text tables for a person.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use anyhow::Context;
use mallette_reports::bloc::{Bloc, Cellule};
use mallette_reports::{classeur, csv};
use serde::Serialize;

use crate::Usage;
use crate::arguments::Format;

/// Writes `bytes` to the file, or to standard output when none is named.
pub(crate) fn write(path: Option<&Path>, bytes: &[u8]) -> anyhow::Result<()> {
    write_with(path, |out| out.write_all(bytes))
}

/// Writes a value as indented JSON, with a final line break; it is made as it is written, so that the
/// figures of a country are not held as text too.
pub(crate) fn write_json(path: Option<&Path>, value: &impl Serialize) -> anyhow::Result<()> {
    write_with(path, |out| {
        serde_json::to_writer_pretty(&mut *out, value)?;
        out.write_all(b"\n")
    })
}

fn write_with(
    path: Option<&Path>,
    fill: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> anyhow::Result<()> {
    let all = |out: &mut dyn Write| fill(out).and_then(|()| out.flush());
    match path {
        Some(path) => File::create(path)
            .and_then(|file| all(&mut BufWriter::new(file)))
            .with_context(|| format!("écriture de « {} »", path.display())),
        None => match all(&mut BufWriter::new(io::stdout().lock())) {
            // The reader closed the pipe: it has seen enough.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            other => other.context("écriture sur la sortie standard"),
        },
    }
}

/// Writes one table as CSV.
pub(crate) fn write_csv(path: Option<&Path>, bloc: &Bloc) -> anyhow::Result<()> {
    write(path, &csv::write(bloc)?)
}

/// Writes a workbook.
pub(crate) fn write_xlsx(path: Option<&Path>, blocs: &[Bloc]) -> anyhow::Result<()> {
    write(path, &classeur::write(blocs)?)
}

/// A table for a person: columns aligned, two spaces between them, `indent` before each line.
pub(crate) fn align(indent: &str, entetes: &[&str], lignes: &[Vec<String>]) -> String {
    let mut widths: Vec<usize> = entetes.iter().map(|entete| entete.chars().count()).collect();
    for ligne in lignes {
        for (width, cell) in widths.iter_mut().zip(ligne) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let line = |cells: &mut dyn Iterator<Item = &str>| {
        let padded: Vec<String> =
            cells.zip(&widths).map(|(cell, &width)| format!("{cell:width$}")).collect();
        format!("{indent}{}\n", padded.join("  ").trim_end())
    };
    let mut text = line(&mut entetes.iter().copied());
    for ligne in lignes {
        text.push_str(&line(&mut ligne.iter().map(String::as_str)));
    }
    text
}

/// A word as a shell reads it back: bare when it can be, else between quotes.
pub(crate) fn quote(word: &str) -> String {
    let bare = |letter: char| letter.is_alphanumeric() || "_-./:".contains(letter);
    if !word.is_empty() && word.chars().all(bare) {
        word.to_owned()
    } else if !word.contains(['"', '$', '`', '\\', '!']) {
        format!("\"{word}\"")
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

/// A whole number with narrow no-break spaces between thousands.
pub(crate) fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push('\u{202f}');
        }
        text.push(digit);
    }
    text
}

/// A count as a cell.
pub(crate) fn count(number: u64) -> Cellule {
    i64::try_from(number).map_or(Cellule::Vide, Cellule::Entier)
}

/// Where to write, once the form and the file agree.
pub(crate) fn check_format(format: Format, sortie: Option<&Path>) -> Result<Option<&Path>, Usage> {
    if format == Format::Xlsx && sortie.is_none() {
        let raison = "un classeur s'écrit dans un fichier : ajouter --sortie fichier.xlsx";
        return Err(Usage(raison.to_owned()));
    }
    Ok(sortie)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_separated() {
        for (number, text) in [
            (0, "0"),
            (999, "999"),
            (1_000, "1\u{202f}000"),
            (1_234_567, "1\u{202f}234\u{202f}567"),
        ] {
            assert_eq!(thousands(number), text);
        }
    }

    #[test]
    fn columns_are_aligned() {
        let lignes =
            vec![vec!["é".to_owned(), "x".to_owned()], vec!["abc".to_owned(), String::new()]];
        assert_eq!(align("  ", &["A", "Bé"], &lignes), "  A    Bé\n  é    x\n  abc\n");
    }

    #[test]
    fn a_shell_reads_back_what_was_quoted() {
        for (word, quoted) in [
            ("dossiers", "dossiers"),
            ("N° interne", "\"N° interne\""),
            ("l'âge", "\"l'âge\""),
            ("", "\"\""),
            ("à $1 d'\"x\"", "'à $1 d'\\''\"x\"'"),
        ] {
            assert_eq!(quote(word), quoted);
        }
    }
}
