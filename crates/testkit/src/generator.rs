//! Regions that no network ever sends: every date stands on a threshold or one day beside it,
//! values are missing at random, references point nowhere, and every key exists in every centre.
//!
//! Nothing here is realistic; every row is one that an import must accept (`reference.md` §1).

mod centre;
mod hasard;
mod mots;

use std::io;
use std::path::Path;

use jiff::civil::{Date, date};
use mallette_domain::table::{self, Table};

use centre::Plume;
use hasard::Hasard;

/// The canonical files of a region, and the day of its extraction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fichiers {
    /// The extraction date.
    pub reference: Date,
    /// File name and content.
    pub files: Vec<(String, String)>,
}

impl Fichiers {
    /// Writes the files in a folder that exists.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub fn write(&self, dir: &Path) -> io::Result<()> {
        for (name, content) in &self.files {
            std::fs::write(dir.join(name), content)?;
        }
        Ok(())
    }
}

/// Centres of two regions, and one that is in no list.
const CENTRES: [&str; 5] = ["69382S00", "01004S00", "01053S00", "99999S00", "91377S00"];

/// The last days before something changes: leap day, ceilings, the end of the Garantie jeunes.
const REFERENCES: [Date; 3] = [date(2019, 11, 4), date(2020, 2, 29), date(2022, 12, 31)];

/// A region of three to five centres of about sixty dossiers; the same seed gives the same bytes.
#[must_use]
pub fn nasty_region(seed: u64) -> Fichiers {
    let mut hasard = Hasard::new(seed);
    let reference = hasard.one_of(&REFERENCES);
    let count = 3 + hasard.below(3);
    // Two seeds in three send the table of centres; without it, only listed centres are valid.
    let stated = seed % 3 != 2;
    let mut plume = Plume::new(hasard, reference);
    for (rank, id) in CENTRES.iter().take(count).enumerate() {
        if !stated && *id == "99999S00" {
            continue;
        }
        // One centre of each region has next to nothing, for its figures to be « nc ».
        let dossiers = if rank == 2 { 3 } else { 60 };
        plume.write_centre(id, dossiers);
    }
    let mut files = Vec::new();
    for table in table::TABLES {
        if table.name == "structures" {
            if stated {
                files.push(("structures.csv".to_owned(), structures(&mut plume.hasard, count)));
            }
            continue;
        }
        files.push((format!("{}.csv", table.name), content(table, &plume)));
    }
    Fichiers { reference, files }
}

/// So many small datasets for one extraction date, each a centre of its own: what no centre has of
/// another, one figure cannot take from the next. Every kind of event, of situation and of end is drawn,
/// and identities are left out, which no figure reads. The same seed gives the same bytes.
#[must_use]
pub fn small_datasets(seed: u64, count: usize) -> Fichiers {
    let mut hasard = Hasard::new(seed ^ 0x5EED);
    // The day of the change of a versioned definition, and those around which others change.
    let references = [
        date(2020, 1, 1),
        date(2019, 11, 4),
        date(2020, 2, 29),
        date(2019, 12, 31),
        date(2022, 12, 31),
        date(2021, 3, 31),
    ];
    let reference = hasard.one_of(&references);
    let mut plume = Plume::new(hasard, reference).varied();
    let mut lines = "structure_id;nom;departement;region;groupe_pairs\n".to_owned();
    for rank in 0..count {
        let id = format!("M{seed:04}{rank:04}");
        let dossiers = plume.hasard.one_of(&[1, 4, 10, 10, 12, 14]);
        plume.write_centre(&id, dossiers);
        // Groups of a few centres, each drawn by itself: as many networks as there are keys, at every level.
        let departement = format!("{:02}", 1 + plume.hasard.below(count.div_ceil(3)));
        let region = format!("R{}", plume.hasard.below(count.div_ceil(4)));
        let groupe = match plume.hasard.below(count.div_ceil(3)) {
            0 => String::new(),
            rank => format!("Ville et « campagne » {rank}"),
        };
        lines.push_str(&format!("{id};Centre {id};{departement};{region};{groupe}\n"));
    }
    let mut files = vec![("structures.csv".to_owned(), lines)];
    for table in table::TABLES.iter().filter(|table| table.name != "structures") {
        files.push((format!("{}.csv", table.name), content(table, &plume)));
    }
    Fichiers { reference, files }
}

fn structures(hasard: &mut Hasard, count: usize) -> String {
    let mut text = "structure_id;nom;departement;region;groupe_pairs\n".to_owned();
    for id in CENTRES.iter().take(count) {
        let groupe = hasard.one_of(&["A", "A", "B", "Ville et « campagne »", ""]);
        let (departement, region) = match *id {
            "69382S00" => ("69", "84"),
            "91377S00" => ("91", "11"),
            "99999S00" => ("2A", "94"),
            // What the extraction says wins over the built-in list.
            "01053S00" => ("74", "84"),
            _ => ("01", "84"),
        };
        text.push_str(&format!("{id};Centre {id};{departement};{region};{groupe}\n"));
    }
    text
}

fn content(table: &Table, plume: &Plume) -> String {
    let columns: Vec<&str> = table.columns.iter().map(|column| column.name).collect();
    let mut text = columns.join(";");
    text.push('\n');
    for row in plume.rows(table.name) {
        let cells: Vec<&str> = columns
            .iter()
            .map(|name| row.get(name).map(String::as_str).unwrap_or_default())
            .collect();
        text.push_str(&cells.join(";"));
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oracle::{REGLES, Region};

    #[test]
    fn a_seed_gives_the_same_bytes_and_another_seed_others() {
        assert_eq!(nasty_region(1), nasty_region(1));
        assert_ne!(nasty_region(1).files, nasty_region(2).files);
    }

    #[test]
    fn every_cell_is_one_that_an_import_accepts() {
        for seed in 0..12 {
            for (name, content) in nasty_region(seed).files {
                let table = table::find(name.trim_end_matches(".csv")).unwrap();
                let mut reader =
                    csv::ReaderBuilder::new().delimiter(b';').from_reader(content.as_bytes());
                let mut keys = std::collections::BTreeSet::new();
                for record in reader.records() {
                    let record = record.unwrap();
                    let mut key = Vec::new();
                    for (cell, column) in record.iter().zip(table.columns) {
                        assert!(readable(column.kind, cell), "{name} {} {cell}", column.name);
                        if table.required.contains(&column.name) {
                            assert!(!cell.is_empty(), "{name} {}", column.name);
                        }
                        if table.key.contains(&column.name) {
                            key.push(cell.to_owned());
                        }
                    }
                    assert!(keys.insert(key), "{name}: duplicate key {record:?}");
                }
            }
        }
    }

    fn readable(kind: table::ColumnType, cell: &str) -> bool {
        use table::ColumnType as T;
        cell.is_empty()
            || match kind {
                T::Date => cell.parse::<Date>().is_ok(),
                T::Mois => format!("{cell}-01").parse::<Date>().is_ok(),
                T::Integer => cell.parse::<i64>().is_ok(),
                T::Decimal => cell.parse::<f64>().is_ok(),
                T::Code(codes) => codes.contains(&cell),
                T::Id | T::Text | T::FreeCode => true,
            }
    }

    #[test]
    fn every_rule_catches_some_and_spares_some() {
        let mut caught = std::collections::BTreeMap::new();
        let mut spared = std::collections::BTreeMap::new();
        for seed in 0..12 {
            let region = nasty_region(seed);
            let dir = tempfile::tempdir().unwrap();
            region.write(dir.path()).unwrap();
            let found = Region::read(dir.path(), region.reference).unwrap();
            for (code, result) in found.regles() {
                let judged: u64 = result.evalues.values().sum();
                *caught.entry(*code).or_insert(0) += result.objets.len();
                *spared.entry(*code).or_insert(0) += judged - result.objets.len() as u64;
            }
        }
        for (code, _) in REGLES {
            assert!(caught[code] >= 3, "{code} catches {} objects", caught[code]);
            assert!(spared[code] >= 3, "{code} spares {} objects", spared[code]);
        }
    }
}
