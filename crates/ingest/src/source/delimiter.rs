//! Which character separates the fields: the one that gives the most even number of fields.

use super::batch::BatchBuilder;
use super::delimited::{Cut, Splitter};

/// Candidates, the preferred first: `;` wins ties.
const CANDIDATES: [u8; 4] = [b';', b'\t', b',', b'|'];
/// Records looked at.
const RECORDS: usize = 50;
/// Enough for any sample row; the real bound applies when the file is read.
const COLUMNS: usize = 20_000;

/// The delimiter of a text that starts with `sample` (UTF-8); `whole` when nothing follows.
///
/// A first line `sep=;`, as some spreadsheets write, decides alone. Otherwise each candidate is
/// scored on the first records, quotes respected: a record with the most frequent number of fields
/// (above 1) counts 2, another record that it splits counts 1, so that title lines, which it leaves
/// whole, and decimal commas, which the header does not have, weigh against the wrong ones. On a
/// tie `;` wins, then the larger number of fields.
pub(super) fn choose(sample: &[u8], whole: bool) -> u8 {
    if let Some(declared) = declared(sample) {
        return declared;
    }
    let mut best = (0, 0, b';');
    for delimiter in CANDIDATES {
        let (score, fields) = score(sample, whole, delimiter);
        let better = if best.2 == b';' && best.0 > 0 {
            score > best.0
        } else {
            (score, fields) > (best.0, best.1)
        };
        if better {
            best = (score, fields, delimiter);
        }
    }
    best.2
}

/// The delimiter that a first line `sep=X` declares.
fn declared(sample: &[u8]) -> Option<u8> {
    let head = sample.get(..4)?;
    if !head.eq_ignore_ascii_case(b"sep=") {
        return None;
    }
    let delimiter = *sample.get(4)?;
    let ends = matches!(sample.get(5), None | Some(b'\r' | b'\n'));
    (ends && CANDIDATES.contains(&delimiter)).then_some(delimiter)
}

/// Score and most frequent number of fields of one candidate.
fn score(sample: &[u8], whole: bool, delimiter: u8) -> (usize, usize) {
    let mut splitter = Splitter::new(delimiter);
    let mut batch = BatchBuilder::default();
    let mut rest = sample;
    let mut counts = Vec::with_capacity(RECORDS);
    while counts.len() < RECORDS && !rest.is_empty() {
        let Cut::Record { used, .. } = splitter.cut(rest, whole, COLUMNS, &mut batch) else {
            break;
        };
        match batch.open_cells() {
            0 => {}
            fields => counts.push(fields),
        }
        batch.end_row(0);
        rest = rest.get(used..).unwrap_or_default();
    }
    let frequency = |fields: usize| counts.iter().filter(|count| **count == fields).count();
    let usual = counts
        .iter()
        .copied()
        .filter(|count| *count > 1)
        .max_by_key(|fields| (frequency(*fields), *fields));
    let Some(usual) = usual else { return (0, 0) };
    let split = counts.iter().filter(|count| **count > 1).count();
    (frequency(usual) + split, usual)
}
