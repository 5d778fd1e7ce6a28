//! The canonical files read as they are: rows of texts, grouped by centre and by dossier.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::path::Path;

use jiff::civil::Date;
use mallette_domain::structure;

/// One line of a file; an empty cell is an unknown value.
#[derive(Debug, Clone, Default)]
pub(crate) struct Row(BTreeMap<String, String>);

impl Row {
    /// The text of a column, none when empty.
    pub(crate) fn get(&self, column: &str) -> Option<&str> {
        self.0.get(column).map(String::as_str).filter(|text| !text.is_empty())
    }

    /// The day of a column.
    pub(crate) fn date(&self, column: &str) -> Option<Date> {
        self.get(column)?.parse().ok()
    }

    /// An amount in cents, so that sums are exact.
    pub(crate) fn cents(&self, column: &str) -> Option<i64> {
        let amount: f64 = self.get(column)?.parse().ok()?;
        format!("{:.0}", amount * 100.0).parse().ok()
    }

    /// Whether the column holds this code; not judged when it is empty.
    pub(crate) fn is(&self, column: &str, code: &str) -> Option<bool> {
        Some(self.get(column)? == code)
    }

    /// Whether the column holds one of these codes; false when it is empty.
    pub(crate) fn among(&self, column: &str, codes: &[&str]) -> bool {
        self.get(column).is_some_and(|text| codes.contains(&text))
    }
}

/// A young person and all that points to them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Dossier {
    /// The line of `dossiers`.
    pub(crate) row: Row,
    /// Its lines of the other tables.
    pub(crate) parcours: Vec<Row>,
    pub(crate) evenements: Vec<Row>,
    pub(crate) propositions: Vec<Row>,
    pub(crate) situations: Vec<Row>,
    pub(crate) allocations: Vec<Row>,
}

/// One centre.
#[derive(Debug, Clone, Default)]
pub(crate) struct Centre {
    /// Département, region and peer group.
    pub(crate) departement: Option<String>,
    pub(crate) region: Option<String>,
    pub(crate) groupe_pairs: Option<String>,
    pub(crate) conseillers: BTreeMap<String, Row>,
    pub(crate) dossiers: BTreeMap<String, Dossier>,
    pub(crate) enveloppes: Vec<Row>,
    /// Lines that name a dossier that the centre does not have, with their table.
    pub(crate) orphans: Vec<(&'static str, Row)>,
    /// Keys of all its evenements.
    pub(crate) evenement_ids: BTreeSet<String>,
    /// Evenements that some proposition names.
    pub(crate) with_proposition: BTreeSet<String>,
}

/// The tables that name a dossier, with their key.
pub(crate) const SUIVI: [(&str, &str); 5] = [
    ("parcours", "parcours_id"),
    ("evenements", "evenement_id"),
    ("propositions", "proposition_id"),
    ("situations", "situation_id"),
    ("allocations", "allocation_id"),
];

fn read_table(dir: &Path, table: &str) -> Result<Vec<Row>, Box<dyn Error>> {
    let path = dir.join(format!("{table}.csv"));
    if !path.exists() {
        return Ok(Vec::new());
    }
    let mut reader = csv::ReaderBuilder::new().delimiter(b';').from_path(path)?;
    let mut rows = Vec::new();
    for row in reader.deserialize() {
        rows.push(Row(row?));
    }
    Ok(rows)
}

/// Reads the files of a folder, centre by centre.
pub(crate) fn read(dir: &Path) -> Result<BTreeMap<String, Centre>, Box<dyn Error>> {
    let mut centres: BTreeMap<String, Centre> = BTreeMap::new();
    let owner = |row: &Row| row.get("structure_id").unwrap_or_default().to_owned();
    for row in read_table(dir, "conseillers")? {
        let id = row.get("conseiller_id").unwrap_or_default().to_owned();
        centres.entry(owner(&row)).or_default().conseillers.insert(id, row);
    }
    for row in read_table(dir, "dossiers")? {
        let id = row.get("dossier_id").unwrap_or_default().to_owned();
        let dossier = Dossier { row: row.clone(), ..Dossier::default() };
        centres.entry(owner(&row)).or_default().dossiers.insert(id, dossier);
    }
    for row in read_table(dir, "enveloppes")? {
        centres.entry(owner(&row)).or_default().enveloppes.push(row);
    }
    for (table, _) in SUIVI {
        for row in read_table(dir, table)? {
            attach(centres.entry(owner(&row)).or_default(), table, row);
        }
    }
    let stated = read_table(dir, "structures")?;
    for (id, centre) in &mut centres {
        let listed = structure::find(id);
        let line = stated.iter().find(|row| row.get("structure_id") == Some(id));
        let said = |column| line.and_then(|row| row.get(column)).map(str::to_owned);
        centre.departement =
            said("departement").or_else(|| listed.map(|s| s.departement.to_owned()));
        centre.region = said("region").or_else(|| listed.map(|s| s.region.to_owned()));
        centre.groupe_pairs = said("groupe_pairs");
    }
    Ok(centres)
}

fn attach(centre: &mut Centre, table: &'static str, row: Row) {
    if table == "evenements" {
        centre.evenement_ids.extend(row.get("evenement_id").map(str::to_owned));
    }
    if table == "propositions" {
        centre.with_proposition.extend(row.get("evenement_id").map(str::to_owned));
    }
    let Some(dossier) = row.get("dossier_id").and_then(|id| centre.dossiers.get_mut(id)) else {
        centre.orphans.push((table, row));
        return;
    };
    match table {
        "parcours" => dossier.parcours.push(row),
        "evenements" => dossier.evenements.push(row),
        "propositions" => dossier.propositions.push(row),
        "situations" => dossier.situations.push(row),
        _ => dossier.allocations.push(row),
    }
}

#[cfg(test)]
impl Row {
    /// A row from its pairs.
    pub(crate) fn of(pairs: &[(&str, &str)]) -> Self {
        Self(pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect())
    }
}
