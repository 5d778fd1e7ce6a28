//! The snapshot that pages read: current version and stored results of each centre. Built once
//! after each change, shared by all readers, never modified.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;
use mallette_catalogue::Catalogue;
use mallette_domain::periode::Periode;
use mallette_domain::resultat::{Rattachement, Resultats};

/// The version of a centre that counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// Sortable identifier.
    pub id: String,
    /// Extraction date, `ref` in the rules.
    pub date_extraction: Date,
    /// When it was imported.
    pub importe_le: Timestamp,
    /// The import that brought it.
    pub import_id: String,
    /// Accepted rows.
    pub lignes: u64,
}

/// One centre with data.
#[derive(Debug, Clone, PartialEq)]
pub struct Centre {
    /// I-MILO code.
    pub structure_id: String,
    /// Name and place in the network.
    pub rattachement: Rattachement,
    /// The version that counts.
    pub version: Version,
    /// What was evaluated over it at import: rules, and indicators by period (the year of the
    /// extraction and the one before at all levels; their quarters and months for the centre).
    pub resultats: Arc<Resultats>,
    /// What was evaluated over the version it replaced, when there is one.
    pub precedents: Option<Arc<Resultats>>,
}

/// An import, as the list of imports shows it.
#[derive(Debug, Clone, PartialEq)]
pub struct ImportVu {
    /// Its identifier.
    pub id: String,
    /// When it was made.
    pub importe_le: Timestamp,
    /// When it was undone, if it was.
    pub annule_le: Option<Timestamp>,
    /// The report of `mallette importer --format json`, as stored.
    pub rapport: serde_json::Value,
}

/// Everything the pages read.
#[derive(Debug, Clone)]
pub struct Etat {
    /// Rules, indicators, labels.
    pub catalogue: Arc<Catalogue>,
    /// Every centre of the network, received or not: a missing extract shows as missing.
    pub reseau: BTreeMap<String, Rattachement>,
    /// Centres with data, by I-MILO code.
    pub centres: BTreeMap<String, Centre>,
    /// Imports, newest first.
    pub imports: Vec<ImportVu>,
}

impl Etat {
    /// The latest extraction date of the network; none without data.
    #[must_use]
    pub fn date_extraction(&self) -> Option<Date> {
        self.centres.values().map(|centre| centre.version.date_extraction).max()
    }

    /// The earliest extraction date of the network; none without data.
    #[must_use]
    pub fn oldest_extraction(&self) -> Option<Date> {
        self.centres.values().map(|centre| centre.version.date_extraction).min()
    }

    /// Whether some centre has figures of that period.
    #[must_use]
    pub fn stores(&self, periode: Periode) -> bool {
        let mut stored = self.centres.values().flat_map(|centre| &centre.resultats.indicateurs);
        stored.any(|mesures| mesures.periode == periode)
    }

    /// Where each centre with data stands.
    #[must_use]
    pub fn rattachements(&self) -> BTreeMap<String, Rattachement> {
        let centres = self.centres.iter();
        centres.map(|(id, centre)| (id.clone(), centre.rattachement.clone())).collect()
    }
}
