//! The fingerprint of every row of a version: what tells a modified row from one that stayed, and whether
//! a justification still speaks of the same row.
//!
//! The whole row of activity as the extract gave it, and not the columns that a condition reads: those are
//! derived from the extraction date among others, and would change every month by themselves. A column that
//! is empty counts for nothing, so that a column that I-MILO or Mallette adds changes no fingerprint. A name
//! corrected counts, by the keyed fingerprint of the identity in `dossiers`.
//!
//! Read once from the tables, then kept as `lignes.bin` beside the version that counts: the one that comes
//! next is compared with it, and the life of its anomalies is computed, without its tables being read again.
//! Derived data: a file that is missing, damaged or of another form is computed again.
//!
//! A mark, the fingerprint of what follows, the length of the head, the head (JSON: by table, its columns and
//! where its rows start), then the rows: the fingerprint of the key and that of the row, eight bytes each.

use std::collections::{BTreeMap, HashMap};
use std::fs::{self, File};
use std::hash::{BuildHasherDefault, Hasher};
use std::path::Path;

use mallette_domain::table::{self, Table};
use serde::{Deserialize, Serialize};

use crate::chemin::component;
use crate::disque;
use crate::empreinte;
use crate::erreur::{OnPath as _, WarehouseError};
use crate::fiche::FicheTable;
use crate::parquet_fichier;

pub(crate) const FILE: &str = "lignes.bin";
const MARK: &[u8; 8] = b"MLTLIG\x00\x01";
/// Mark, fingerprint of what follows.
const HEAD: usize = MARK.len() + 32;
/// Bytes of one row.
const LENGTH: usize = 16;

/// Rows by the fingerprint of their key. Keys are fingerprints already: nothing is gained in mixing them
/// again.
pub(crate) type ParCle = HashMap<u64, u64, BuildHasherDefault<Direct>>;

/// Takes a fingerprint as it is.
#[derive(Debug, Default)]
pub(crate) struct Direct(u64);

impl Hasher for Direct {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, value: u64) {
        self.0 = value;
    }
}

/// The rows of one table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct LignesTable {
    /// Its columns, in their order.
    pub(crate) colonnes: Vec<String>,
    /// The fingerprint of the key and that of the row, in the order of the file.
    pub(crate) lignes: Vec<(u64, u64)>,
}

impl LignesTable {
    /// Each row by its key.
    pub(crate) fn by_key(&self) -> ParCle {
        self.lignes.iter().copied().collect()
    }

    /// Reads those of a file.
    fn read(table: &Table, path: &Path) -> Result<Self, WarehouseError> {
        let broken = |detail: String| WarehouseError::Abime { path: path.to_owned(), detail };
        let unexpected = |kind| broken(format!("type de colonne {kind} inattendu"));
        let file = File::open(path).on("Lecture de la version", path)?;
        let batches = parquet_fichier::batches(file).map_err(|error| broken(error.to_string()))?;
        let mut found = Self::default();
        for batch in batches {
            let batch = batch.map_err(|error| broken(error.to_string()))?;
            let schema = batch.schema();
            if found.colonnes.is_empty() {
                found.colonnes = schema.fields().iter().map(|field| field.name().clone()).collect();
            }
            let key = table.key.iter().filter_map(|name| batch.column_by_name(name));
            let keys = empreinte::of_rows(key, batch.num_rows()).map_err(unexpected)?;
            let mut sums = vec![0u64; batch.num_rows()];
            for (field, column) in schema.fields().iter().zip(batch.columns()) {
                empreinte::add_column(&mut sums, field.name(), column).map_err(unexpected)?;
            }
            found.lignes.extend(keys.into_iter().map(empreinte::folded).zip(sums));
        }
        Ok(found)
    }
}

/// The rows of a version.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Lignes {
    pub(crate) tables: BTreeMap<String, LignesTable>,
}

/// Where the rows of a table are.
#[derive(Debug, Serialize, Deserialize)]
struct Place {
    colonnes: Vec<String>,
    /// From the end of the head, in rows.
    debut: usize,
    nombre: usize,
}

impl Lignes {
    /// Those of a version: kept beside it, or read from its tables.
    ///
    /// # Errors
    /// When the tables cannot be read.
    pub(crate) fn of(dir: &Path) -> Result<Self, WarehouseError> {
        match Self::kept(dir) {
            Some(kept) => Ok(kept),
            None => Self::read(dir, |_| true),
        }
    }

    /// Reads the rows of the tables that are wanted.
    ///
    /// # Errors
    /// When a table cannot be read.
    pub(crate) fn read(dir: &Path, wanted: impl Fn(&str) -> bool) -> Result<Self, WarehouseError> {
        let mut tables = BTreeMap::new();
        for table in table::TABLES.iter().filter(|table| wanted(table.name)) {
            let path = dir.join(format!("{}.parquet", component(table.name)));
            if path.is_file() {
                tables.insert(table.name.to_owned(), LignesTable::read(table, &path)?);
            }
        }
        Ok(Self { tables })
    }

    /// Those of a version that follows another one: the tables that did not change are not read again.
    ///
    /// # Errors
    /// When a table cannot be read.
    pub(crate) fn following(
        dir: &Path,
        tables: &BTreeMap<String, FicheTable>,
        (before, known): (&BTreeMap<String, FicheTable>, &Self),
    ) -> Result<Self, WarehouseError> {
        let same = |name: &str| {
            let (before, after) = (before.get(name)?, tables.get(name)?);
            (before.empreinte == after.empreinte).then(|| known.tables.get(name))?
        };
        let mut found = Self::read(dir, |name| same(name).is_none())?;
        for name in tables.keys() {
            if let Some(known) = same(name) {
                found.tables.insert(name.clone(), known.clone());
            }
        }
        Ok(found)
    }

    /// Those kept beside a version; none when they are not, or not as this program writes them.
    pub(crate) fn kept(dir: &Path) -> Option<Self> {
        let bytes = fs::read(dir.join(FILE)).ok()?;
        let (head, rest) = bytes.split_at_checked(HEAD)?;
        let sum = head.strip_prefix(MARK)?;
        if blake3::hash(rest).as_bytes() != sum {
            return None;
        }
        let (length, rest) = rest.split_first_chunk::<8>()?;
        let (head, body) =
            rest.split_at_checked(usize::try_from(u64::from_le_bytes(*length)).ok()?)?;
        let places: BTreeMap<String, Place> = serde_json::from_slice(head).ok()?;
        let (rows, _) = body.as_chunks::<LENGTH>();
        let table = |(name, place): (String, Place)| {
            let rows = rows.get(place.debut..place.debut.checked_add(place.nombre)?)?;
            let lignes = rows.iter().map(|row| {
                let mut halves =
                    row.as_chunks::<8>().0.iter().map(|half| u64::from_le_bytes(*half));
                (halves.next().unwrap_or_default(), halves.next().unwrap_or_default())
            });
            Some((name, LignesTable { colonnes: place.colonnes, lignes: lignes.collect() }))
        };
        Some(Self { tables: places.into_iter().map(table).collect::<Option<_>>()? })
    }

    /// Keeps them beside a version.
    ///
    /// # Errors
    /// When the disk refuses.
    pub(crate) fn keep(&self, dir: &Path) -> Result<(), WarehouseError> {
        let path = dir.join(FILE);
        let mut debut = 0;
        let places: BTreeMap<&String, Place> = self
            .tables
            .iter()
            .map(|(name, table)| {
                let nombre = table.lignes.len();
                let place = Place { colonnes: table.colonnes.clone(), debut, nombre };
                debut += nombre;
                (name, place)
            })
            .collect();
        let head = serde_json::to_vec(&places).map_err(|error| WarehouseError::Abime {
            path: path.clone(),
            detail: error.to_string(),
        })?;
        let mut rest = Vec::with_capacity(8 + head.len() + debut * LENGTH);
        rest.extend_from_slice(&(head.len() as u64).to_le_bytes());
        rest.extend_from_slice(&head);
        for (key, row) in self.tables.values().flat_map(|table| &table.lignes) {
            rest.extend_from_slice(&key.to_le_bytes());
            rest.extend_from_slice(&row.to_le_bytes());
        }
        let sum = blake3::hash(&rest);
        disque::replace(&path, |out| {
            [&MARK[..], sum.as_bytes(), &rest].into_iter().try_for_each(|part| out.write_all(part))
        })
        .on("Écriture des empreintes de lignes", &path)
    }

    /// Looks rows up by the objects that rules caught.
    pub(crate) fn lookup(&self) -> Recherche<'_> {
        Recherche { lignes: self, tables: HashMap::new() }
    }
}

/// Forgets the rows kept beside a version that does not count any more: the version that replaced it was
/// compared with them. Nothing is lost when they cannot be: they are derived.
pub fn forget(dir: &Path) {
    let _ = fs::remove_file(dir.join(FILE));
}

/// Finds the rows behind objects, table by table.
#[derive(Debug)]
pub(crate) struct Recherche<'a> {
    lignes: &'a Lignes,
    /// By table, those that were looked at.
    tables: HashMap<&'static str, ParCle>,
}

impl Recherche<'_> {
    /// The fingerprint of the row behind an object; none for what is no row of a received table.
    pub(crate) fn get(&mut self, structure_id: &str, table: &str, id: &str) -> Option<u64> {
        let found = table::find(table)?;
        // An object is named by one text: what has a longer key is named otherwise.
        let key = match found.key {
            [_] => empreinte::of_texts(&[id]),
            [_, _] => empreinte::of_texts(&[structure_id, id]),
            _ => return None,
        };
        let rows = self.tables.entry(found.name).or_insert_with(|| {
            self.lignes.tables.get(found.name).map(LignesTable::by_key).unwrap_or_default()
        });
        rows.get(&empreinte::folded(key)).copied()
    }
}
