//! What a sheet is: its canonical table, its header row, and what each of its columns holds.

use std::collections::BTreeMap;

use mallette_catalogue::{Catalogue, normalise};
use mallette_domain::table::{TABLES, Table};

use crate::lecture::TablesDites;
use crate::source::{Feuille, Row, RowBatch};

/// Rows looked at to find the header: titles above it are fewer.
pub(crate) const ROWS_SEARCHED: usize = 40;

/// What a column of the file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// The canonical column of that rank in the table.
    Colonne(usize),
    /// The extraction date of the row.
    DateExtraction,
    /// Not recognised, or a second column for the same thing.
    Inconnue,
}

/// The header of a sheet, recognised.
#[derive(Debug, Clone)]
pub(crate) struct Entete {
    /// The canonical table.
    pub(crate) table: &'static Table,
    /// Rank of the header among the rows searched.
    pub(crate) rang: usize,
    /// Role of each column of the file.
    pub(crate) roles: Vec<Role>,
    /// Headers as the file writes them.
    pub(crate) entetes: Vec<String>,
}

/// Why a sheet is not recognised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Inconnue {
    /// No row looks like a header.
    SansEntete,
    /// The headers fit several tables equally well, and no name tells which.
    Ambigue(Vec<&'static str>),
}

/// What tells the table of a sheet, first to last: a person's word, its name, that of its file.
pub(crate) fn names<'a>(feuille: &'a Feuille, tables: &'a TablesDites) -> Vec<&'a str> {
    let place = (feuille.fichier.chemin.clone(), feuille.nom.clone());
    let said = tables.get(&place).map(String::as_str);
    let own = feuille.nom.as_deref();
    said.into_iter().chain(own).chain([feuille.fichier.chemin.as_str()]).collect()
}

/// Finds the table and the header of a sheet from its first rows and from its names: that of the
/// sheet, then that of the file.
pub(crate) fn recognise(
    catalogue: &Catalogue,
    names: &[&str],
    rows: &RowBatch,
) -> Result<Entete, Inconnue> {
    let headers: Vec<Vec<String>> = rows.rows().take(ROWS_SEARCHED).map(header_texts).collect();
    let named = names.iter().find_map(|name| recognise_name(catalogue, name));
    if let Some(table) = named
        && let Some((rang, _)) = best_row(catalogue, table, &headers)
    {
        return Ok(entete(catalogue, table, rang, &headers));
    }
    let mut best: Vec<(&'static Table, usize)> = Vec::new();
    let mut best_score = (0, 0);
    for table in TABLES {
        let Some((rang, score)) = best_row(catalogue, table, &headers) else { continue };
        // At equal numbers of columns, the table of which they are the larger part.
        let score = (score, score * 1000 / table.columns.len());
        if score > best_score {
            (best, best_score) = (vec![(table, rang)], score);
        } else if score == best_score {
            best.push((table, rang));
        }
    }
    match best.as_slice() {
        [] => Err(Inconnue::SansEntete),
        [(table, rang)] => Ok(entete(catalogue, table, *rang, &headers)),
        several => Err(Inconnue::Ambigue(several.iter().map(|(table, _)| table.name).collect())),
    }
}

/// The row that looks most like a header among those searched: the one with the most distinct texts
/// without a figure, the first of them. A guess, for a person to look at.
pub(crate) fn guess_header(rows: &RowBatch) -> Vec<String> {
    let mut best: (usize, Vec<String>) = (0, Vec::new());
    for row in rows.rows().take(ROWS_SEARCHED) {
        let texts = header_texts(row);
        let wordy = |text: &&String| {
            text.chars().any(char::is_alphabetic) && !text.chars().any(|c| c.is_ascii_digit())
        };
        let words: std::collections::BTreeSet<&String> = texts.iter().filter(wordy).collect();
        if words.len() > best.0 {
            best = (words.len(), texts);
        }
    }
    best.1
}

fn header_texts(row: Row<'_>) -> Vec<String> {
    let mut scratch = String::new();
    (0..row.len())
        .map(|column| {
            let text = crate::valeur::text(row.cell(column), &mut scratch);
            text.ok().flatten().unwrap_or_default().to_owned()
        })
        .collect()
}

/// The table that a file or sheet name means, dates and centre codes set apart.
fn recognise_name(catalogue: &Catalogue, name: &str) -> Option<&'static Table> {
    let base = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let stem = base.split_once('.').map_or(base, |(stem, _)| stem);
    if let Some(table) = catalogue.recognise_table(stem) {
        return Some(table);
    }
    let words: Vec<&str> = stem
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty() && !word.bytes().any(|byte| byte.is_ascii_digit()))
        .collect();
    // The longest run of words that names a table: « Extraction liste des rendez-vous Lyon ».
    for length in (1..=words.len()).rev() {
        for run in words.windows(length) {
            if let Some(table) = catalogue.recognise_table(&run.join(" ")) {
                return Some(table);
            }
        }
    }
    None
}

/// The first row with the most columns of the table: at least two, or one in a table of one file
/// column, the key or not.
fn best_row(
    catalogue: &Catalogue,
    table: &'static Table,
    headers: &[Vec<String>],
) -> Option<(usize, usize)> {
    let mut best: Option<(usize, usize)> = None;
    for (rang, texts) in headers.iter().enumerate() {
        let mut seen = vec![false; table.columns.len()];
        for text in texts.iter().filter(|text| !text.is_empty()) {
            if let Some(rank) = rank_of(catalogue, table, text)
                && let Some(seen) = seen.get_mut(rank)
            {
                *seen = true;
            }
        }
        let score = seen.iter().filter(|seen| **seen).count();
        if score >= 2 && best.is_none_or(|(_, known)| score > known) {
            best = Some((rang, score));
        }
    }
    best
}

fn rank_of(catalogue: &Catalogue, table: &'static Table, header: &str) -> Option<usize> {
    let column = catalogue.recognise_header(table, header)?;
    table.columns.iter().position(|known| known.name == column.name)
}

fn entete(
    catalogue: &Catalogue,
    table: &'static Table,
    rang: usize,
    headers: &[Vec<String>],
) -> Entete {
    let entetes = headers.get(rang).cloned().unwrap_or_default();
    let mut taken: BTreeMap<usize, ()> = BTreeMap::new();
    let roles = entetes
        .iter()
        .map(|text| {
            if text.is_empty() {
                return Role::Inconnue;
            }
            if is_extraction_date(text) {
                return Role::DateExtraction;
            }
            match rank_of(catalogue, table, text) {
                Some(rank) if taken.insert(rank, ()).is_none() => Role::Colonne(rank),
                _ => Role::Inconnue,
            }
        })
        .collect();
    Entete { table, rang, roles, entetes }
}

fn is_extraction_date(header: &str) -> bool {
    matches!(
        normalise(header).as_str(),
        "dateextraction"
            | "datedextraction"
            | "dateextractionimilo"
            | "extraitle"
            | "datedelextraction"
    )
}
