//! The snapshot that pages read: current version and stored results of each centre. Built once
//! after each change, shared by all readers, never modified.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;
use mallette_catalogue::{Catalogue, lacking};
use mallette_domain::periode::Periode;
use mallette_domain::resultat::{Cumul, Rattachement, Resultats};
use mallette_domain::table::TABLES;

use crate::contexte::Contexte;
use crate::contexte::couverture::Couvert;
use crate::secret::Lecteur;
use crate::suites::Suite;

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
    /// The canonical tables received, each with its rows: one that was never sent is not there.
    pub tables: BTreeMap<String, u64>,
}

impl Version {
    /// The tables among `needed` that were never sent.
    #[must_use]
    pub fn lacking(&self, needed: &[&'static str]) -> Vec<&'static str> {
        lacking(needed, |table| self.tables.contains_key(table))
    }

    /// The canonical tables that were never sent.
    #[must_use]
    pub fn never_sent(&self) -> Vec<&'static str> {
        let known = TABLES.iter().map(|table| table.name);
        known.filter(|name| !self.tables.contains_key(*name)).collect()
    }

    /// Whether every table of `needed` was received: only then may a rule or an indicator judge.
    #[must_use]
    pub fn has(&self, needed: &[&'static str]) -> bool {
        needed.iter().all(|table| self.tables.contains_key(*table))
    }
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
    /// What the series of the context make of what it counted, year by year; empty without a series.
    pub couvertures: Arc<Vec<Couvert>>,
}

impl Centre {
    /// What the context makes of what it counted over a year, for the indicator of that code.
    #[must_use]
    pub fn couvert(&self, code: &str, periode: Periode) -> Option<&Cumul> {
        let found = self.couvertures.iter().find(|own| own.periode == periode && own.code == code);
        found.map(|own| &own.cumul)
    }
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

/// A campaign: which version of each centre counts, usually for a month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Campagne {
    /// Its name, such as `2019-11`.
    pub nom: String,
    /// When it was fixed, for the last time.
    pub fixee_le: Timestamp,
    /// The version of each centre, by I-MILO code.
    pub versions: BTreeMap<String, Version>,
}

impl Campagne {
    /// Latest extraction date of its versions, which is how campaigns are put in order.
    #[must_use]
    pub fn date_extraction(&self) -> Option<Date> {
        self.versions.values().map(|version| version.date_extraction).max()
    }
}

/// Everything the pages read: the current versions, or those of one campaign.
#[derive(Debug, Clone)]
pub struct Etat {
    /// Rules, indicators, labels.
    pub catalogue: Arc<Catalogue>,
    /// Every centre of the network, received or not: a missing extract shows as missing.
    pub reseau: BTreeMap<String, Rattachement>,
    /// Centres that ended and no longer count: others follow them, or they have no data and never
    /// will. Not in `reseau` nor in `centres`.
    pub termines: BTreeMap<String, Rattachement>,
    /// Which centre follows which, since when.
    pub suites: Vec<Suite>,
    /// Centres with data, by I-MILO code.
    pub centres: BTreeMap<String, Centre>,
    /// Imports, newest first; for a campaign, those that brought its versions.
    pub imports: Vec<ImportVu>,
    /// Every campaign, the latest extraction first.
    pub campagnes: Vec<Campagne>,
    /// The campaign whose versions these are; none for the current ones.
    pub campagne: Option<String>,
    /// What the reader may not look into, and is compared with.
    pub voisinage: Voisinage,
    /// The conseillers whose lists alone are open, where the whole centre is not.
    pub portefeuille: BTreeSet<String>,
    /// What surrounds the centres, under the same keys as they are.
    pub contexte: Arc<Contexte>,
    /// Who reads: what stays secret of these figures.
    pub lecteur: Lecteur,
    /// The figures of colleagues of the reader, by centre, where its director opens them without saying whose.
    pub collegues: BTreeMap<String, Vec<Anonyme>>,
}

/// A figure of one conseiller, nothing of it saying whose.
#[derive(Debug, Clone, PartialEq)]
pub struct Anonyme {
    /// Its period.
    pub periode: Periode,
    /// Code of the indicator.
    pub code: String,
    /// What adds up.
    pub cumul: Cumul,
}

/// The centres that a reader is compared with and may not look into: their figures by centre, under
/// keys that mean nothing and names that say nothing. Empty for who reads the whole network.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Voisinage {
    /// Those with data.
    pub centres: BTreeMap<String, Centre>,
    /// The place of the others in the network.
    pub absents: BTreeMap<String, Rattachement>,
}

impl Voisinage {
    /// Whether the reader sees the whole network.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.centres.is_empty() && self.absents.is_empty()
    }
}

impl Etat {
    /// Whether pages read the same out of both, as they are for whoever holds the machine: stored results are the same ones in memory.
    #[must_use]
    pub(crate) fn is_read_as(&self, other: &Self) -> bool {
        let same = |left: &Centre, right: &Centre| {
            let precedents = match (&left.precedents, &right.precedents) {
                (Some(left), Some(right)) => Arc::ptr_eq(left, right),
                (None, None) => true,
                _ => false,
            };
            left.rattachement == right.rattachement
                && left.version == right.version
                && Arc::ptr_eq(&left.resultats, &right.resultats)
                && precedents
        };
        Arc::ptr_eq(&self.catalogue, &other.catalogue)
            && self.centres.len() == other.centres.len()
            && self.centres.iter().zip(&other.centres).all(
                |((left_id, left), (right_id, right))| left_id == right_id && same(left, right),
            )
            && self.reseau == other.reseau
            && self.termines == other.termines
            && self.suites == other.suites
            && self.imports == other.imports
            && self.campagnes == other.campagnes
            && self.campagne == other.campagne
            && self.voisinage == other.voisinage
            && self.contexte == other.contexte
    }

    /// No centre, no import, no campaign.
    #[must_use]
    pub fn empty(catalogue: Arc<Catalogue>) -> Self {
        Self {
            catalogue,
            reseau: BTreeMap::new(),
            termines: BTreeMap::new(),
            suites: Vec::new(),
            centres: BTreeMap::new(),
            imports: Vec::new(),
            campagnes: Vec::new(),
            campagne: None,
            voisinage: Voisinage::default(),
            portefeuille: BTreeSet::new(),
            lecteur: Lecteur::Machine,
            collegues: BTreeMap::new(),
            contexte: Arc::default(),
        }
    }

    /// Centres with data that figures are added up over and compared among: those of the reader, and
    /// those not named.
    pub fn compares(&self) -> impl Iterator<Item = (&str, &Centre)> {
        let all = self.centres.iter().chain(&self.voisinage.centres);
        all.map(|(id, centre)| (id.as_str(), centre))
    }

    /// Every centre known, those that ended included.
    #[must_use]
    pub fn known_centres(&self) -> BTreeMap<String, Rattachement> {
        let listed = self.reseau.iter().chain(&self.termines);
        listed.map(|(id, place)| (id.clone(), place.clone())).collect()
    }

    /// Whether a centre sent data extracted before that day, as far as campaigns and the current
    /// versions tell.
    #[must_use]
    pub fn sent_before(&self, structure_id: &str, day: Date) -> bool {
        let held = self.campagnes.iter().filter_map(|held| held.versions.get(structure_id));
        let current = self.centres.get(structure_id).map(|centre| &centre.version);
        held.chain(current).any(|version| version.date_extraction < day)
    }

    /// The campaign of that name.
    #[must_use]
    pub fn find_campagne(&self, nom: &str) -> Option<&Campagne> {
        self.campagnes.iter().find(|campagne| campagne.nom == nom)
    }

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
