//! What tells how long the names of a dossier are to be kept: birth, programmes, last contact. Read
//! from the activity rows: no name, no key.

use std::collections::BTreeMap;
use std::fs::File;

use arrow::array::{AsArray as _, Date32Array, RecordBatch};
use arrow::datatypes::Date32Type;
use jiff::ToSpan as _;
use jiff::civil::{Date, date};

use crate::chemin::component;
use crate::erreur::{OnPath as _, WarehouseError};
use crate::fiche::Fiche;
use crate::tri::column;
use crate::verification::damaged;
use crate::{Warehouse, parquet_fichier};

/// A passage in a programme that was entered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Passage {
    /// First day.
    pub entree: Date,
    /// Last day; none while it is open.
    pub fin: Option<Date>,
}

/// The dates of a dossier.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Suivi {
    /// Day of birth; none when the extract does not say it.
    pub naissance: Option<Date>,
    /// Programmes entered, in the order of the file.
    pub passages: Vec<Passage>,
    /// Day of the last evenement.
    pub dernier: Option<Date>,
}

impl Warehouse {
    /// The dates of the dossiers of a version, by pseudonym.
    ///
    /// # Errors
    /// When the version cannot be read.
    pub fn suivis(
        &self,
        structure_id: &str,
        version: &str,
    ) -> Result<BTreeMap<String, Suivi>, WarehouseError> {
        let mut suivis: BTreeMap<String, Suivi> = BTreeMap::new();
        let place = (structure_id, version);
        self.each(place, "dossiers", |batch| {
            let births = days(batch, "date_naissance");
            each_dossier(batch, |dossier, rank| {
                let suivi = suivis.entry(dossier.to_owned()).or_default();
                suivi.naissance = births.and_then(|days| day(days, rank));
            });
        })?;
        self.each(place, "parcours", |batch| {
            let (entrees, fins) = (days(batch, "date_entree"), days(batch, "date_fin"));
            each_dossier(batch, |dossier, rank| {
                let Some(entree) = entrees.and_then(|days| day(days, rank)) else { return };
                let fin = fins.and_then(|days| day(days, rank));
                let suivi = suivis.entry(dossier.to_owned()).or_default();
                suivi.passages.push(Passage { entree, fin });
            });
        })?;
        self.each(place, "evenements", |batch| {
            let dates = days(batch, "date");
            each_dossier(batch, |dossier, rank| {
                let suivi = suivis.entry(dossier.to_owned()).or_default();
                suivi.dernier = suivi.dernier.max(dates.and_then(|days| day(days, rank)));
            });
        })?;
        Ok(suivis)
    }

    /// Shows the activity rows of a table; nothing when the version did not receive it.
    fn each(
        &self,
        (structure_id, version): (&str, &str),
        table: &str,
        mut see: impl FnMut(&RecordBatch),
    ) -> Result<(), WarehouseError> {
        let dir = self.version_dir(structure_id, version);
        if !Fiche::read(&dir)?.tables.contains_key(table) {
            return Ok(());
        }
        let path = dir.join(format!("{}.parquet", component(table)));
        let file = File::open(&path).on("Lecture du fichier", &path)?;
        let unreadable = |error: parquet::errors::ParquetError| damaged(&path, error.to_string());
        for batch in parquet_fichier::batches(file).map_err(unreadable)? {
            see(&batch.map_err(unreadable)?);
        }
        Ok(())
    }
}

fn each_dossier(batch: &RecordBatch, mut see: impl FnMut(&str, usize)) {
    let Some(dossiers) = column(batch, "dossier_id") else { return };
    for (rank, dossier) in dossiers.iter().enumerate() {
        if let Some(dossier) = dossier {
            see(dossier, rank);
        }
    }
}

fn days<'a>(batch: &'a RecordBatch, name: &str) -> Option<&'a Date32Array> {
    batch.column_by_name(name)?.as_primitive_opt::<Date32Type>()
}

fn day(days: &Date32Array, rank: usize) -> Option<Date> {
    use arrow::array::Array as _;
    if days.is_null(rank) {
        return None;
    }
    date(1970, 1, 1).checked_add(i64::from(days.value(rank)).days()).ok()
}
