//! The lists behind the rules: every object caught over a version, read by pages without loading
//! the whole.
//!
//! One file, `objets.bin`: a mark, the length of the index, the index (JSON: for each rule, the
//! number of its objects and where each block of `BLOCK` objects starts; the texts that repeat,
//! said once), then the blocks. A page reads the index and the one or two blocks that it shows.

pub(crate) mod codage;

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

use mallette_domain::resultat::Objet;
use serde::{Deserialize, Serialize};

use crate::disque;
use crate::erreur::{OnPath, WarehouseError};
use codage::Lu;

pub(crate) const FILE: &str = "objets.bin";
const MARK: &[u8; 8] = b"MLTOBJ\x00\x01";
/// Objects of a block: what the shortest page reads.
const BLOCK: usize = 256;

#[derive(Debug, Default, Serialize, Deserialize)]
struct Index {
    /// Centres, tables, conseillers and antennes: named by their rank in the blocks.
    mots: Vec<String>,
    regles: BTreeMap<String, Liste>,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Liste {
    nombre: usize,
    /// Start of each block, and the end of the last, from the end of the index.
    blocs: Vec<u64>,
}

/// Writes the caught objects, by code of rule, into the folder of a version being prepared.
///
/// # Errors
/// When the disk refuses.
pub fn write(dir: &Path, objets: &BTreeMap<String, Vec<Objet>>) -> Result<(), WarehouseError> {
    let mut index = Index::default();
    let mut ranks: HashMap<&str, u64> = HashMap::new();
    let mut body = Vec::new();
    for (code, list) in objets {
        let mut blocs = vec![body.len() as u64];
        for block in list.chunks(BLOCK) {
            for objet in block {
                codage::encode(&mut body, objet.into(), |word| {
                    let next = ranks.len() as u64;
                    *ranks.entry(word).or_insert(next)
                });
            }
            blocs.push(body.len() as u64);
        }
        index.regles.insert(code.clone(), Liste { nombre: list.len(), blocs });
    }
    let mut words: Vec<(u64, &str)> = ranks.into_iter().map(|(word, rank)| (rank, word)).collect();
    words.sort_unstable();
    index.mots = words.into_iter().map(|(_, word)| word.to_owned()).collect();

    let path = dir.join(FILE);
    let head = serde_json::to_vec(&index).map_err(|error| broken(&path, &error.to_string()))?;
    let length = (head.len() as u64).to_le_bytes();
    disque::replace(&path, |out| {
        [&MARK[..], &length, &head, &body].into_iter().try_for_each(|part| out.write_all(part))
    })
    .on("Écriture des listes", &path)
}

/// Number of objects that a rule caught in that version; zero for a rule that has no list.
///
/// # Errors
/// When the lists are not there, or are not what [`write()`] wrote.
pub fn count(dir: &Path, code: &str) -> Result<usize, WarehouseError> {
    let (_, index) = Lists::open(dir)?;
    Ok(index.regles.get(code).map_or(0, |list| list.nombre))
}

/// At most `limit` objects of a rule from rank `offset`, in the order in which they were written.
///
/// # Errors
/// When the lists are not there, or are not what [`write()`] wrote.
pub fn read(
    dir: &Path,
    code: &str,
    offset: usize,
    limit: usize,
) -> Result<Vec<Objet>, WarehouseError> {
    let (mut lists, index) = Lists::open(dir)?;
    let Some(list) = index.regles.get(code) else { return Ok(Vec::new()) };
    let end = offset.saturating_add(limit).min(list.nombre);
    if offset >= end {
        return Ok(Vec::new());
    }
    let (first, last) = (offset / BLOCK, (end - 1) / BLOCK);
    let bounds = (list.blocs.get(first), list.blocs.get(last + 1));
    let (Some(&from), Some(&to)) = bounds else {
        return Err(broken(&lists.path, "index incomplet"));
    };
    let bytes = lists.section(from, to)?;
    let mut rest = bytes.as_slice();
    let mut page = Vec::with_capacity((end - offset).min(bytes.len()));
    for rank in first * BLOCK..end {
        let objet = codage::decode(&mut rest, &index.mots)
            .ok_or_else(|| broken(&lists.path, "objet illisible"))?;
        if rank >= offset {
            page.push(objet);
        }
    }
    Ok(page)
}

/// Every object caught in that version, by code of rule: for who compares whole versions.
///
/// # Errors
/// When the lists are not there, or are not what [`write()`] wrote.
pub fn read_all(dir: &Path) -> Result<BTreeMap<String, Vec<Objet>>, WarehouseError> {
    let lists = Entieres::read(dir)?;
    let one = |code: &String| {
        let list = lists.list(code)?;
        Ok((code.clone(), list.into_iter().map(Lu::to_objet).collect()))
    };
    lists.codes().map(one).collect()
}

/// The lists of a version, whole in memory: objects are read where they are.
#[derive(Debug)]
pub(crate) struct Entieres {
    path: PathBuf,
    bytes: Vec<u8>,
    index: Index,
}

impl Entieres {
    /// Reads them.
    ///
    /// # Errors
    /// As [`read_all`].
    pub(crate) fn read(dir: &Path) -> Result<Self, WarehouseError> {
        let (mut lists, index) = Lists::open(dir)?;
        let ends = index.regles.values().filter_map(|list| list.blocs.last());
        let bytes = lists.section(0, ends.copied().max().unwrap_or_default())?;
        Ok(Self { path: lists.path, bytes, index })
    }

    /// The rules that have a list.
    pub(crate) fn codes(&self) -> impl Iterator<Item = &String> {
        self.index.regles.keys()
    }

    /// The list of a rule; empty for a rule that has none.
    ///
    /// # Errors
    /// When it is not what [`write()`] wrote.
    pub(crate) fn list(&self, code: &str) -> Result<Vec<Lu<'_>>, WarehouseError> {
        let Some(list) = self.index.regles.get(code) else { return Ok(Vec::new()) };
        let start = list.blocs.first().and_then(|start| usize::try_from(*start).ok());
        let rest = start.and_then(|start| self.bytes.get(start..));
        let mut rest = rest.ok_or_else(|| broken(&self.path, "index incomplet"))?;
        let objets = (0..list.nombre).map(|_| codage::read(&mut rest, &self.index.mots));
        let objets: Option<Vec<Lu<'_>>> = objets.collect();
        objets.ok_or_else(|| broken(&self.path, "objet illisible"))
    }
}

/// What tells one writing of the lists from another: their length and when they were written.
///
/// # Errors
/// When the lists are not there.
pub fn signature(dir: &Path) -> Result<String, WarehouseError> {
    let path = dir.join(FILE);
    let metadata = std::fs::metadata(&path).on("Lecture des listes", &path)?;
    let written = metadata.modified().on("Lecture des listes", &path)?;
    let since = written.duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    Ok(format!("{}-{}", metadata.len(), since.as_nanos()))
}

/// The file, open past its index.
struct Lists {
    path: PathBuf,
    file: File,
    /// Where blocks start, and where they end.
    body: u64,
    end: u64,
}

impl Lists {
    fn open(dir: &Path) -> Result<(Self, Index), WarehouseError> {
        let path = dir.join(FILE);
        let mut file = File::open(&path).on("Lecture des listes", &path)?;
        let end = file.metadata().on("Lecture des listes", &path)?.len();
        let mut start = [0; 16];
        file.read_exact(&mut start).map_err(|_| broken(&path, "fichier trop court"))?;
        let (mark, length) = start.split_at(MARK.len());
        if mark != MARK {
            return Err(broken(&path, "ce n'est pas un fichier de listes"));
        }
        let length = length.try_into().map(u64::from_le_bytes).unwrap_or(u64::MAX);
        let body = length.checked_add(16).filter(|body| *body <= end);
        let body = body.ok_or_else(|| broken(&path, "index tronqué"))?;
        let mut lists = Self { path, file, body: 16, end };
        let head = lists.section(0, length)?;
        lists.body = body;
        let index = serde_json::from_slice(&head)
            .map_err(|error| broken(&lists.path, &error.to_string()))?;
        Ok((lists, index))
    }

    /// Bytes from one place to another, counted from the end of the index.
    fn section(&mut self, from: u64, to: u64) -> Result<Vec<u8>, WarehouseError> {
        let length = to.checked_sub(from).and_then(|length| usize::try_from(length).ok());
        let start = self.body.checked_add(from);
        // Checked against the file: a damaged index must not ask for all the memory.
        let inside = self.body.checked_add(to).is_some_and(|to| to <= self.end);
        let (Some(length), Some(start), true) = (length, start, inside) else {
            return Err(broken(&self.path, "bloc hors du fichier"));
        };
        let mut bytes = vec![0; length];
        self.file
            .seek(SeekFrom::Start(start))
            .and_then(|_| self.file.read_exact(&mut bytes))
            .on("Lecture des listes", &self.path)?;
        Ok(bytes)
    }
}

fn broken(path: &Path, detail: &str) -> WarehouseError {
    WarehouseError::Abime { path: path.to_owned(), detail: detail.to_owned() }
}
