//! The region as a whole, read back from its files.

mod canonique;
mod marges;
mod terrain;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use jiff::civil::date;
use tempfile::TempDir;

use super::*;

/// A request on the day of the demonstration.
fn demande(dir: &Path, structures: usize, dossiers: u64, graine: u64, format: Format) -> Demande {
    let date_extraction = date(2019, 11, 4);
    Demande { sortie: dir.to_owned(), structures, dossiers, graine, format, date_extraction }
}

fn generated(structures: usize, dossiers: u64, graine: u64, format: Format) -> (TempDir, Bilan) {
    let dir = tempfile::tempdir().unwrap();
    let request = demande(dir.path(), structures, dossiers, graine, format);
    let bilan = generate(&request, &mut |_, _| {}).unwrap();
    (dir, bilan)
}

/// Bytes of every file, by path relative to the folder.
fn bytes(dir: &TempDir, bilan: &Bilan) -> BTreeMap<String, Vec<u8>> {
    let name = |path: &Path| path.strip_prefix(dir.path()).unwrap().display().to_string();
    bilan.fichiers.iter().map(|path| (name(path), fs::read(path).unwrap())).collect()
}

#[test]
fn the_same_request_gives_the_same_bytes() {
    for format in [Format::Canonique, Format::Terrain] {
        let (first, second) = (generated(14, 400, 9, format), generated(14, 400, 9, format));
        assert_eq!(first.1.attendus, second.1.attendus);
        let (left, right) = (bytes(&first.0, &first.1), bytes(&second.0, &second.1));
        assert_eq!(left.keys().collect::<Vec<_>>(), right.keys().collect::<Vec<_>>());
        for (name, content) in &left {
            assert!(right.get(name) == Some(content), "{name}");
        }
        let other = generated(14, 400, 10, format);
        assert_ne!(left, bytes(&other.0, &other.1));
    }
}

/// The lines of a table in an extract, by key.
fn lines(dir: &Path, day: &str, table: &str) -> BTreeMap<String, String> {
    let text = fs::read_to_string(dir.join(day).join(format!("{table}.csv"))).unwrap();
    let rows = text.lines().skip(1).map(|line| {
        let mut cells = line.split(';');
        let key = format!("{};{}", cells.next().unwrap(), cells.next().unwrap());
        // The extraction date, at the end, is not of the row.
        (key, line.rsplit_once(';').unwrap().0.to_owned())
    });
    rows.collect()
}

#[test]
fn a_series_is_one_region_seen_month_after_month() {
    let dir = tempfile::tempdir().unwrap();
    let request = demande(dir.path(), 3, 600, 9, Format::Canonique);
    let series = generate_series(&request, 4, &mut |_, _| {}).unwrap();
    assert_eq!(series.len(), 4);
    // The last month is what a single extract is, to the byte; and all of it is the same twice.
    let (alone, bilan) = generated(3, 600, 9, Format::Canonique);
    let single = bytes(&alone, &bilan);
    for (name, content) in &single {
        assert!(fs::read(dir.path().join("2019-11-04").join(name)).unwrap() == *content, "{name}");
    }
    let again = tempfile::tempdir().unwrap();
    let request = demande(again.path(), 3, 600, 9, Format::Canonique);
    generate_series(&request, 4, &mut |_, _| {}).unwrap();
    let days = ["2019-08-04", "2019-09-04", "2019-10-04", "2019-11-04"];
    for day in days {
        for name in single.keys() {
            let read = |dir: &Path| fs::read(dir.join(day).join(name)).unwrap();
            assert!(read(dir.path()) == read(again.path()), "{day} {name}");
        }
    }
    // Young persons come and none goes; what they did is known when it is done.
    let all: Vec<_> = days.iter().map(|day| lines(dir.path(), day, "dossiers")).collect();
    for pair in all.windows(2) {
        assert!(pair[0].len() < pair[1].len());
        assert!(pair[0].keys().all(|key| pair[1].contains_key(key)));
    }
    // Some rows are corrected from one month to the next, most are left as they were.
    let (before, after) = (&all[2], &all[3]);
    let changed = before.iter().filter(|(key, line)| after[*key] != **line).count();
    assert!(changed > 0 && changed * 2 < before.len(), "{changed} of {}", before.len());
    let refused =
        generate_series(&demande(dir.path(), 3, 10, 9, Format::Canonique), 0, &mut |_, _| {});
    assert!(matches!(refused, Err(SynthError::Mois { .. })));
}

#[test]
fn a_life_does_not_depend_on_those_before_it() {
    let catalogue = Catalogue::builtin().unwrap();
    let monde = Monde::new(jour::from_date(date(2019, 11, 4)), &catalogue.plafonds);
    let centres = centre::draw(3, 600, 4, monde.reference).unwrap();
    let centre = &centres[1];
    let mut all = Vie::default();
    for rang in 0..60 {
        all.draw(&monde, centre, rang);
        let mut alone = Vie::default();
        alone.draw(&monde, centre, rang);
        assert_eq!(format!("{all:?}"), format!("{alone:?}"));
    }
}

#[test]
fn the_two_forms_tell_the_same_region() {
    let canonical = generated(8, 500, 2, Format::Canonique).1;
    let field = generated(8, 500, 2, Format::Terrain).1;
    assert_eq!(canonical.lignes, field.lignes);
    let accepted = |bilan: &Bilan| bilan.attendus.values().map(|attendu| attendu.acceptees).sum();
    let (left, right): (u64, u64) = (accepted(&canonical), accepted(&field));
    assert_eq!(left, right);
    assert_eq!(left, canonical.lignes.values().sum::<u64>());
}

#[test]
fn every_centre_can_be_asked_for_even_with_few_dossiers() {
    let (_dir, bilan) = generated(449, 30, 1, Format::Canonique);
    assert_eq!(bilan.lignes.get("structures"), Some(&449));
    assert_eq!(bilan.lignes.get("dossiers"), Some(&30));
    assert!(!generated(1, 0, 1, Format::Terrain).1.fichiers.is_empty());
}

#[test]
fn progress_reaches_the_end() {
    let dir = tempfile::tempdir().unwrap();
    let mut seen = Vec::new();
    let request = demande(dir.path(), 2, 1_200, 1, Format::Canonique);
    generate(&request, &mut |done, total| seen.push((done, total))).unwrap();
    assert_eq!(seen, [(500, 1_200), (1_000, 1_200), (1_200, 1_200)]);
}

#[test]
fn what_cannot_be_generated_says_why() {
    let dir = tempfile::tempdir().unwrap();
    let refuse = |change: &dyn Fn(&mut Demande)| {
        let mut request = demande(dir.path(), 2, 10, 1, Format::Canonique);
        change(&mut request);
        generate(&request, &mut |_, _| {}).unwrap_err().to_string()
    };
    assert!(refuse(&|request| request.structures = 450).contains("de 1 à 449"));
    assert!(refuse(&|request| request.structures = 0).contains("de 1 à 449"));
    assert!(refuse(&|request| request.dossiers = u64::MAX).contains("maximum"));
    assert!(refuse(&|request| request.date_extraction = date(2016, 1, 1)).contains("2016-01-01"));
    let file = dir.path().join("pris");
    fs::write(&file, "x").unwrap();
    let message = refuse(&|request| request.sortie.clone_from(&file));
    assert!(message.contains("pris") && message.contains("ne peut pas être écrit"), "{message}");
}
