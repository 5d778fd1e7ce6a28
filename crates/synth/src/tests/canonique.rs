//! The canonical form: its shape, its keys, and its marginals against the published figures.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use mallette_domain::calendrier::age;
use mallette_domain::table::{ColumnType, TABLES};

use super::{Bilan, Format, generated};

type Row = BTreeMap<&'static str, String>;

const REF: &str = "2019-11-04";

fn read(bilan: &Bilan) -> BTreeMap<&'static str, Vec<Row>> {
    let mut tables = BTreeMap::new();
    for (table, path) in TABLES.iter().zip(&bilan.fichiers) {
        assert!(path.ends_with(format!("{}.csv", table.name)));
        let mut reader = csv::ReaderBuilder::new().delimiter(b';').from_path(path).unwrap();
        let mut expected: Vec<&str> = table.columns.iter().map(|column| column.name).collect();
        expected.push("date_extraction");
        assert_eq!(reader.headers().unwrap(), &expected[..]);
        let mut rows = Vec::new();
        for record in reader.records() {
            let record = record.unwrap();
            assert_eq!(record.get(table.columns.len()), Some(REF), "{}", table.name);
            let cells = table.columns.iter().zip(&record);
            rows.push(cells.map(|(column, cell)| (column.name, cell.to_owned())).collect());
        }
        tables.insert(table.name, rows);
    }
    tables
}

fn day(text: &str) -> Option<Date> {
    (!text.is_empty()).then(|| text.parse().unwrap())
}

fn share(part: usize, all: usize) -> f64 {
    part as f64 / all.max(1) as f64
}

fn assert_near(what: &str, value: f64, low: f64, high: f64) {
    assert!((low..=high).contains(&value), "{what}: {value:.3} is not in [{low}; {high}]");
}

#[test]
fn the_region_is_well_formed_and_has_the_published_marginals() {
    let (_dir, bilan) = generated(5, 2_000, 3, Format::Canonique);
    let tables = read(&bilan);
    check_cells(&tables);
    check_keys(&tables);
    check_links(&tables);
    check_people(&tables["dossiers"]);
    check_activity(&tables);
}

/// Every cell is of its column's type; empty is unknown.
fn check_cells(tables: &BTreeMap<&'static str, Vec<Row>>) {
    for table in TABLES {
        assert!(!tables[table.name].is_empty(), "{}", table.name);
        for row in &tables[table.name] {
            for column in table.columns {
                let cell = row[column.name].as_str();
                let place = format!("{}.{} « {cell} »", table.name, column.name);
                if cell.is_empty() {
                    assert!(!table.required.contains(&column.name), "{place}");
                    continue;
                }
                match column.kind {
                    ColumnType::Date => assert!(cell.parse::<Date>().is_ok(), "{place}"),
                    ColumnType::Mois => {
                        assert!(format!("{cell}-01").parse::<Date>().is_ok(), "{place}");
                    }
                    ColumnType::Integer => assert!(cell.parse::<i64>().is_ok(), "{place}"),
                    ColumnType::Decimal => {
                        let (_, cents) = cell.split_once('.').unwrap();
                        assert!(cents.len() == 2 && cell.parse::<f64>().is_ok(), "{place}");
                    }
                    ColumnType::Code(values) => assert!(values.contains(&cell), "{place}"),
                    ColumnType::FreeCode => {
                        assert!(
                            cell.bytes().all(|b| b.is_ascii_uppercase() || b == b'_'),
                            "{place}"
                        );
                    }
                    ColumnType::Id | ColumnType::Text => {
                        assert!(!cell.contains(['"', ';', '\n']) && cell.trim() == cell, "{place}");
                    }
                }
            }
        }
    }
}

fn check_keys(tables: &BTreeMap<&'static str, Vec<Row>>) {
    for table in TABLES {
        let mut keys = BTreeSet::new();
        for row in &tables[table.name] {
            let mut key: Vec<&str> = vec![row["structure_id"].as_str()];
            key.extend(table.key.iter().map(|name| row[name].as_str()));
            assert!(keys.insert(key.clone()), "{} {key:?}", table.name);
        }
    }
}

/// Foreign keys are known, but for what was planted.
fn check_links(tables: &BTreeMap<&'static str, Vec<Row>>) {
    for (from, column, to, low, high) in [
        ("parcours", "dossier_id", "dossiers", 0.0, 0.01),
        ("evenements", "dossier_id", "dossiers", 0.000_01, 0.01),
        ("evenements", "conseiller_id", "conseillers", 0.001, 0.06),
        ("dossiers", "conseiller_id", "conseillers", 0.001, 0.06),
        ("propositions", "evenement_id", "evenements", 0.000_1, 0.06),
        ("allocations", "parcours_id", "parcours", 0.0, 0.0),
        ("allocations", "dossier_id", "dossiers", 0.0, 0.01),
    ] {
        let known: BTreeSet<(&str, &str)> = tables[to]
            .iter()
            .map(|row| (row["structure_id"].as_str(), row[column].as_str()))
            .collect();
        let links: Vec<(&str, &str)> = tables[from]
            .iter()
            .map(|row| (row["structure_id"].as_str(), row[column].as_str()))
            .filter(|(_, id)| !id.is_empty())
            .collect();
        let lost = links.iter().filter(|link| !known.contains(*link)).count();
        assert_near(&format!("{from}.{column} unknown"), share(lost, links.len()), low, high);
    }
}

/// Ages, levels, QPV, foreigners and seasons.
fn check_people(dossiers: &[Row]) {
    assert_eq!(dossiers.len(), 2_000);
    let known = |column: &str| dossiers.iter().filter(|row| !row[column].is_empty()).count();
    let count = |column: &str, values: &[&str]| {
        dossiers.iter().filter(|row| values.contains(&row[column].as_str())).count()
    };
    assert_near("QPV", share(count("qpv", &["oui"]), known("qpv")), 0.05, 0.40);
    assert_near("women", share(count("sexe", &["F"]), 2_000), 0.44, 0.52);
    assert_near("RQTH", share(count("rqth", &["oui"]), 2_000), 0.015, 0.05);
    assert_near("foreign", share(count("nationalite", &["UE", "HORS_UE"]), 2_000), 0.09, 0.15);
    let low = count("niveau_formation", &["1", "2"]);
    assert_near("no diploma", share(low, known("niveau_formation")), 0.34, 0.42);
    let ages: Vec<i32> = dossiers
        .iter()
        .filter_map(|row| {
            Some(age(day(&row["date_naissance"])?, day(&row["date_premier_accueil"])?))
        })
        .collect();
    let between = |low, high| {
        share(ages.iter().filter(|age| (low..=high).contains(*age)).count(), ages.len())
    };
    assert_near("18 to 21", between(18, 21), 0.55, 0.64);
    assert_near("minors", between(16, 17), 0.15, 0.21);
    assert_near("within limits", between(16, 29), 0.94, 0.998);
    let month = |wanted: &str| {
        dossiers.iter().filter(|row| row["date_premier_accueil"].get(5..7) == Some(wanted)).count()
    };
    assert!(month("08") * 2 < month("10"), "{} {}", month("08"), month("10"));
    assert_near("autumn", share(month("09") + month("10"), 2_000), 0.20, 0.31);
}

/// Events per dossier, contacts to come, PACEA and their outcomes.
fn check_activity(tables: &BTreeMap<&'static str, Vec<Row>>) {
    let events = &tables["evenements"];
    assert_near("events per dossier", share(events.len(), 2_000), 10.0, 15.0);
    let reference: Date = REF.parse().unwrap();
    let future = events.iter().filter(|row| day(&row["date"]) > Some(reference));
    let (honoured, planned): (Vec<&Row>, Vec<&Row>) =
        future.partition(|row| row["statut"] == "PRESENT");
    assert!(planned.iter().all(|row| row["statut"] == "PLANIFIE"));
    assert!(planned.len() > 50, "{}", planned.len());
    // Rule EVT-02 must find some, and few.
    assert!((1..60).contains(&honoured.len()), "{}", honoured.len());
    let pacea: Vec<&Row> =
        tables["parcours"].iter().filter(|row| row["dispositif"] == "PACEA").collect();
    assert_near("PACEA per dossier", share(pacea.len(), 2_000), 0.5, 0.75);
    let ended: Vec<&&Row> = pacea.iter().filter(|row| !row["date_fin"].is_empty()).collect();
    let unsaid = ended.iter().filter(|row| row["motif_fin"].is_empty()).count();
    assert_near("PACEA ended without motive", share(unsaid, ended.len()), 0.005, 0.25);
    let entered = pacea.iter().filter(|row| !row["date_entree"].is_empty()).count();
    let jobs = tables["parcours"].iter().filter(|row| row["dispositif"] == "GJ").count();
    assert_near("GJ per PACEA", share(jobs, entered), 0.2, 0.35);
    let later = tables["parcours"].iter().filter(|row| {
        ["date_entree", "date_fin"].iter().any(|column| day(&row[column]) > Some(reference))
    });
    assert_eq!(later.count(), 0);
    assert!(tables["parcours"].iter().all(|row| row["dispositif"] != "CEJ"));
    let payments = &tables["allocations"];
    let paid = payments.iter().filter(|row| row["statut"] == "PAYE").count();
    assert_near("paid", share(paid, payments.len()), 0.7, 0.9);
}
