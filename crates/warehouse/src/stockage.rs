//! What takes room in the data directory: bytes by kind and by centre, what a sweep would free, what is
//! left on the disk.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use crate::chemin::{code, component};
use crate::disque;
use crate::ecrivain::COFFRE;
use crate::erreur::WarehouseError;
use crate::warehouse::Warehouse;

/// A kind of file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Genre {
    /// Activity tables, without names.
    Tables,
    /// Names, sealed.
    Coffres,
    /// Enriched views: computed again when they are missing.
    Vues,
    /// Results and lists: computed again when they are missing.
    Resultats,
    /// Refused lines, sealed.
    Rejets,
    /// Keys, wrapped, and lists of the erased.
    Cles,
    /// The store of accounts, imports, decisions.
    Base,
    /// The network's own catalogue.
    Catalogue,
    /// Files being received and imports being written.
    EnCours,
    /// Anything else.
    Autres,
}

/// What a centre takes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct StockageCentre {
    /// Bytes of its versions.
    pub octets: u64,
    /// Its versions that the registry refers to.
    pub versions: usize,
    /// Those that it does not: a sweep removes them.
    pub orphelines: usize,
    /// Bytes of these.
    pub liberables: u64,
}

/// What a data directory takes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stockage {
    /// Bytes by kind.
    pub genres: BTreeMap<Genre, u64>,
    /// By I-MILO code.
    pub centres: BTreeMap<String, StockageCentre>,
    /// Bytes of refused lines that a sweep would remove: those of imports undone.
    pub rejets_liberables: u64,
    /// Bytes free on the disk for this program, and its whole size; none where the system does not say.
    pub disque: Option<(u64, u64)>,
}

impl Stockage {
    /// Bytes in all.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.genres.values().sum()
    }

    /// Bytes that a sweep would free.
    #[must_use]
    pub fn liberables(&self) -> u64 {
        self.rejets_liberables + self.centres.values().map(|centre| centre.liberables).sum::<u64>()
    }

    fn add(&mut self, genre: Genre, octets: u64) {
        *self.genres.entry(genre).or_default() += octets;
    }
}

impl Warehouse {
    /// Walks the data directory. `referenced` are the versions that the registry refers to (centre,
    /// version), `imports` those whose refused lines are kept. What disappears meanwhile counts for
    /// nothing.
    ///
    /// # Errors
    /// When a folder cannot be read.
    pub fn storage(
        &self,
        referenced: &BTreeSet<(String, String)>,
        imports: &BTreeSet<String>,
    ) -> Result<Stockage, WarehouseError> {
        let mut found = Stockage { disque: disk(self.dir()), ..Stockage::default() };
        for path in disque::entries(self.dir())? {
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            match name {
                "versions" => versions(&path, referenced, &mut found)?,
                "rejets" => rejets(&path, imports, &mut found)?,
                "cles" | "effacements" => found.add(Genre::Cles, size(&path)),
                "catalogue" => found.add(Genre::Catalogue, size(&path)),
                "en_cours" | "reception" => found.add(Genre::EnCours, size(&path)),
                // With its side files: « mallette.db-wal ».
                name if name.starts_with("mallette.db") => found.add(Genre::Base, size(&path)),
                _ => found.add(Genre::Autres, size(&path)),
            }
        }
        Ok(found)
    }
}

fn versions(
    dir: &Path,
    referenced: &BTreeSet<(String, String)>,
    found: &mut Stockage,
) -> Result<(), WarehouseError> {
    let kept: BTreeSet<(String, String)> =
        referenced.iter().map(|(id, version)| (component(id), component(version))).collect();
    for centre in disque::entries(dir)? {
        let folder =
            centre.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
        let mut own = StockageCentre::default();
        for version in disque::entries(&centre).unwrap_or_default() {
            let name = version.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            let is_kept = kept.contains(&(folder.clone(), name.to_owned()));
            let mut octets = 0;
            for file in disque::entries(&version).unwrap_or_default() {
                let bytes = size(&file);
                found.add(kind(&file), bytes);
                octets += bytes;
            }
            own.octets += octets;
            if is_kept {
                own.versions += 1;
            } else {
                own.orphelines += 1;
                own.liberables += octets;
            }
        }
        found.centres.insert(code(&folder).unwrap_or(folder), own);
    }
    Ok(())
}

/// The kind of what stands in the folder of a version.
fn kind(path: &Path) -> Genre {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    match name {
        COFFRE => Genre::Coffres,
        name if name.starts_with("vues-") => Genre::Vues,
        "resultats.json" | "objets.bin" | "vie.bin" | "lignes.bin" => Genre::Resultats,
        _ => Genre::Tables,
    }
}

fn rejets(
    dir: &Path,
    imports: &BTreeSet<String>,
    found: &mut Stockage,
) -> Result<(), WarehouseError> {
    let kept: BTreeSet<String> = imports.iter().map(|import| component(import)).collect();
    for import in disque::entries(dir)? {
        let name = import.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
        let bytes = size(&import);
        found.add(Genre::Rejets, bytes);
        if !kept.contains(&name) {
            found.rejets_liberables += bytes;
        }
    }
    Ok(())
}

/// Bytes of a file, or of all those under a folder. Links are not followed.
fn size(path: &Path) -> u64 {
    let Ok(metadata) = fs::symlink_metadata(path) else { return 0 };
    if metadata.is_file() {
        return metadata.len();
    }
    if !metadata.is_dir() {
        return 0;
    }
    let inside = disque::entries(path).unwrap_or_default();
    inside.iter().map(|path| size(path)).sum()
}

#[cfg(unix)]
fn disk(dir: &Path) -> Option<(u64, u64)> {
    let found = rustix::fs::statvfs(dir).ok()?;
    let block = found.f_frsize;
    Some((found.f_bavail.saturating_mul(block), found.f_blocks.saturating_mul(block)))
}

#[cfg(not(unix))]
fn disk(_dir: &Path) -> Option<(u64, u64)> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cles::{Maitresse, SourceMaitresse};

    fn write(dir: &Path, path: &str, bytes: usize) {
        let path = dir.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, vec![7_u8; bytes]).unwrap();
    }

    #[test]
    fn each_byte_counts_once_under_its_kind() {
        let dir = tempfile::tempdir().unwrap();
        let key = SourceMaitresse::Valeur(Maitresse::from_bytes([7; 32]));
        let warehouse = Warehouse::open_with(dir.path(), key).unwrap();
        for (path, bytes) in [
            ("versions/A/v1/dossiers.parquet", 1_000),
            ("versions/A/v1/version.json", 10),
            ("versions/A/v1/coffre/dossiers.bin", 200),
            ("versions/A/v1/vues-abc/dossier.parquet", 3_000),
            ("versions/A/v1/resultats.json", 40),
            ("versions/A/v2/dossiers.parquet", 500),
            ("versions/B%2F/v1/dossiers.parquet", 7),
            ("rejets/i1/A.bin", 30),
            ("rejets/i2/A.bin", 5),
            ("mallette.db", 800),
            ("mallette.db-wal", 8),
            ("catalogue/regles/X.toml", 60),
            ("reception/1-1/x.csv", 9),
            ("note.txt", 1),
        ] {
            write(dir.path(), path, bytes);
        }
        let referenced: BTreeSet<(String, String)> =
            [("A", "v1"), ("B/", "v1")].map(|(a, b)| (a.to_owned(), b.to_owned())).into();
        let found = warehouse.storage(&referenced, &["i1".to_owned()].into()).unwrap();
        let of = |genre| found.genres.get(&genre).copied().unwrap_or_default();
        assert_eq!(of(Genre::Tables), 1_000 + 10 + 500 + 7);
        assert_eq!((of(Genre::Coffres), of(Genre::Vues), of(Genre::Resultats)), (200, 3_000, 40));
        assert_eq!((of(Genre::Rejets), of(Genre::Base)), (35, 808));
        assert_eq!((of(Genre::Catalogue), of(Genre::EnCours), of(Genre::Autres)), (60, 9, 1));
        let a = found.centres["A"];
        assert_eq!((a.octets, a.versions, a.orphelines, a.liberables), (4_750, 1, 1, 500));
        assert_eq!(found.centres["B/"].versions, 1);
        assert_eq!(found.liberables(), 505);
        assert_eq!(found.total(), of(Genre::Cles) + 5_670);
        if cfg!(unix) {
            let (free, whole) = found.disque.unwrap();
            assert!(free <= whole && whole > 0);
        }
    }
}
