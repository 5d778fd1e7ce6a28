//! Which tables each centre of a perimeter has sent, and what each may therefore be judged by.
//!
//! A table that was never received tells nothing: what needs it judges nothing in that centre, and
//! keeps judging the others. A table received empty is a file like another: it says that there is
//! nothing.

use std::collections::{BTreeMap, BTreeSet};

use mallette_catalogue::{Catalogue, lacking};
use mallette_domain::table::TABLES;

use crate::{Enrichi, Source};

/// The tables received, centre by centre.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recues(BTreeMap<String, BTreeSet<&'static str>>);

impl Recues {
    /// The tables that are there in the directory of each source.
    pub(crate) fn of(sources: &[Source]) -> Self {
        let received = sources.iter().map(|source| {
            let names = TABLES.iter().map(|table| table.name);
            let there = names.filter(|name| source.dir.join(format!("{name}.parquet")).is_file());
            (source.structure_id.clone(), there.collect())
        });
        Self(received.collect())
    }

    /// These centres, each of which sent every table.
    pub(crate) fn whole<'a>(centres: impl Iterator<Item = &'a str>) -> Self {
        let all: BTreeSet<&'static str> = TABLES.iter().map(|table| table.name).collect();
        Self(centres.map(|centre| (centre.to_owned(), all.clone())).collect())
    }

    /// The tables among `needed` that the centre never sent.
    #[must_use]
    pub fn lacking(&self, structure_id: &str, needed: &[&'static str]) -> Vec<&'static str> {
        let received = self.0.get(structure_id);
        lacking(needed, |table| received.is_some_and(|received| received.contains(table)))
    }

    /// Whether the centre sent every table of `needed`.
    #[must_use]
    pub fn has(&self, structure_id: &str, needed: &[&'static str]) -> bool {
        let received = self.0.get(structure_id);
        received.is_some_and(|received| needed.iter().all(|table| received.contains(table)))
    }

    /// The centres of the perimeter that lack a table of `needed`.
    #[must_use]
    pub fn unjudged(&self, needed: &[&'static str]) -> BTreeSet<&str> {
        let centres = self.0.keys().map(String::as_str);
        centres.filter(|structure_id| !self.has(structure_id, needed)).collect()
    }

    /// Keeps, of rows of a list or of groups of a scan, those of the centres that `needed` judges.
    pub(crate) fn keep_judged<T>(
        &self,
        needed: &[&'static str],
        rows: &mut Vec<T>,
        centre_of: impl Fn(&T) -> &str,
    ) {
        let unjudged = self.unjudged(needed);
        if !unjudged.is_empty() {
            rows.retain(|row| !unjudged.contains(centre_of(row)));
        }
    }

    /// Takes out of what is to be stored with a centre the rules that could not judge it: absent,
    /// they are not mistaken for rules that found nothing.
    pub(crate) fn keep_judging(&self, catalogue: &Catalogue, enrichi: &mut Enrichi) {
        let lists = catalogue.regles.iter();
        let judging: BTreeSet<&str> = lists
            .filter(|regle| self.has(&enrichi.structure_id, &regle.tables))
            .map(|regle| regle.code.as_str())
            .collect();
        enrichi.resultats.regles.retain(|result| judging.contains(result.code.as_str()));
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    /// A sent dossiers and parcours, B dossiers only.
    fn pair(dir: &std::path::Path) -> Recues {
        let mut sources = Vec::new();
        for (id, tables) in [("A", &["dossiers", "parcours"][..]), ("B", &["dossiers"][..])] {
            let dir = dir.join(id);
            std::fs::create_dir(&dir).unwrap();
            for table in tables {
                std::fs::write(dir.join(format!("{table}.parquet")), "").unwrap();
            }
            let structure_id = id.to_owned();
            sources.push(Source { structure_id, date_extraction: date(2019, 11, 4), dir });
        }
        Recues::of(&sources)
    }

    #[test]
    fn a_centre_is_judged_by_what_it_sent() {
        let dir = tempfile::tempdir().unwrap();
        let recues = pair(dir.path());
        let needed = ["dossiers", "parcours"];
        assert!(recues.has("A", &needed) && !recues.has("B", &needed));
        assert!(recues.has("B", &["dossiers"]));
        assert_eq!(recues.lacking("B", &needed), ["parcours"]);
        assert_eq!(recues.unjudged(&needed), ["B"].into());
        // Outside of the perimeter, nothing was received.
        assert!(!recues.has("C", &["dossiers"]));
        assert_eq!(recues.lacking("C", &needed), needed);
    }

    #[test]
    fn the_rows_of_the_others_are_kept() {
        let dir = tempfile::tempdir().unwrap();
        let recues = pair(dir.path());
        let mut rows = vec!["A", "B", "A"];
        recues.keep_judged(&["dossiers"], &mut rows, |row| row);
        assert_eq!(rows, ["A", "B", "A"]);
        recues.keep_judged(&["dossiers", "parcours"], &mut rows, |row| row);
        assert_eq!(rows, ["A", "A"]);
    }
}
