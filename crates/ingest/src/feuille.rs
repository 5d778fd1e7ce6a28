//! What a sheet is: its canonical table, its header row, and what each of its columns holds.

use std::collections::BTreeSet;

use mallette_catalogue::{Catalogue, normalise};
use mallette_domain::table::{TABLES, Table};

use crate::lecture::Options;
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

/// How well a table fits the rows at the top of a sheet.
#[derive(Debug, Clone, Copy)]
struct Candidate {
    table: &'static Table,
    /// Rank of the row that has the most of its columns.
    rang: usize,
    /// How many it has.
    columns: usize,
    /// Whether they include the identifier, without which every row would be refused.
    keyed: bool,
}

impl Candidate {
    /// Of two tables with as many columns, the one of which they are the larger part.
    fn fit(&self) -> (usize, usize) {
        (self.columns, self.columns * 1000 / self.table.columns.len())
    }

    /// Whether the content says it is this table, whatever a name says of `other`.
    fn beats(&self, other: &Self) -> bool {
        self.columns > other.columns
            || (self.keyed && !other.keyed && self.columns == other.columns)
    }
}

/// Finds the table and the header of a sheet from its first rows. What it holds comes before what
/// it is called: the names, that of the sheet then that of the file, tell apart the tables that
/// fit as well. What a person said of the sheet comes before all that.
pub(crate) fn recognise(
    options: &Options<'_>,
    feuille: &Feuille,
    rows: &RowBatch,
) -> Result<Entete, Inconnue> {
    let catalogue = options.catalogue;
    let headers: Vec<Vec<String>> = rows.rows().take(ROWS_SEARCHED).map(header_texts).collect();
    let fitting: Vec<Candidate> =
        TABLES.iter().filter_map(|table| best_row(catalogue, table, &headers)).collect();
    let place = (feuille.fichier.chemin.clone(), feuille.nom.clone());
    let said = options.tables.get(&place);
    let said = said.and_then(|said| fitting.iter().find(|candidate| candidate.table.name == said));
    let names = feuille.nom.as_deref().into_iter().chain([feuille.fichier.chemin.as_str()]);
    let named = names.filter_map(|name| recognise_name(catalogue, name)).find_map(|table| {
        let candidate = fitting.iter().find(|candidate| candidate.table == table)?;
        (!fitting.iter().any(|other| other.beats(candidate))).then_some(candidate)
    });
    if let Some(candidate) = said.or(named) {
        return Ok(entete(catalogue, candidate, &headers));
    }
    let Some(best) = fitting.iter().map(Candidate::fit).max() else {
        return Err(Inconnue::SansEntete);
    };
    let best: Vec<&Candidate> =
        fitting.iter().filter(|candidate| candidate.fit() == best).collect();
    match best.as_slice() {
        [candidate] => Ok(entete(catalogue, candidate, &headers)),
        several => {
            Err(Inconnue::Ambigue(several.iter().map(|candidate| candidate.table.name).collect()))
        }
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
        let words: BTreeSet<&String> = texts.iter().filter(wordy).collect();
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

/// The first row with the most columns of the table: two at least.
fn best_row(
    catalogue: &Catalogue,
    table: &'static Table,
    headers: &[Vec<String>],
) -> Option<Candidate> {
    let mut best: Option<Candidate> = None;
    for (rang, texts) in headers.iter().enumerate() {
        let known = texts.iter().filter(|text| !text.is_empty());
        let seen: BTreeSet<usize> =
            known.filter_map(|text| rank_of(catalogue, table, text)).collect();
        let columns = seen.len();
        if columns >= 2 && best.is_none_or(|best| columns > best.columns) {
            let keyed = table.columns.iter().enumerate().all(|(rank, column)| {
                // The centre of a row may be told by the import instead.
                let told = rank == 0 && table.required.len() > 1;
                told || !table.required.contains(&column.name) || seen.contains(&rank)
            });
            best = Some(Candidate { table, rang, columns, keyed });
        }
    }
    best
}

fn rank_of(catalogue: &Catalogue, table: &'static Table, header: &str) -> Option<usize> {
    let column = catalogue.recognise_header(table, header)?;
    table.columns.iter().position(|known| known.name == column.name)
}

fn entete(catalogue: &Catalogue, candidate: &Candidate, headers: &[Vec<String>]) -> Entete {
    let Candidate { table, rang, .. } = *candidate;
    let entetes = headers.get(rang).cloned().unwrap_or_default();
    let mut taken: BTreeSet<usize> = BTreeSet::new();
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
                Some(rank) if taken.insert(rank) => Role::Colonne(rank),
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
