//! The erased: dossiers of a centre whose names are not kept any more. The list holds what stands for
//! them (pseudonym, fingerprint of the names, both keyed), sealed with the centre's key in
//! `effacements/<structure>.bin`, so that no later import brings the names back.

use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use mallette_ingest::Identites;
use serde::{Deserialize, Serialize};

use crate::chemin::component;
use crate::cles::{CleCentre, Trousseau};
use crate::coffre::Coffre;
use crate::disque;
use crate::erreur::{OnPath as _, WarehouseError};

/// Name of the folder, in the data directory.
pub(crate) const DIR: &str = "effacements";

/// What is authenticated beside the centre.
const TABLE: &str = "effacements";

/// Form of the sealed content that this program writes.
const FORMAT: u32 = 1;

/// Why names are not kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Motif {
    /// The centre granted a request: for good.
    Demande,
    /// They were kept long enough: for as long as the dates say so.
    Conservation,
}

/// A dossier whose names are not kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Efface {
    /// Why.
    pub motif: Motif,
    /// Since when.
    pub le: Timestamp,
    /// Keyed fingerprint of its names, by which refused lines without a number are known; none when
    /// it had none.
    pub(crate) empreinte: Option<String>,
}

/// The erased of a centre, by pseudonym.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Effaces {
    format: u32,
    /// An erasure began and was not confirmed: the versions may still hold the names.
    pub(crate) inacheve: bool,
    dossiers: BTreeMap<String, Efface>,
}

impl Effaces {
    /// Whether nobody is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.dossiers.is_empty()
    }

    /// Whether that dossier is.
    #[must_use]
    pub fn contains(&self, dossier_id: &str) -> bool {
        self.dossiers.contains_key(dossier_id)
    }

    /// Why and since when the names of that dossier are not kept; none when they are.
    #[must_use]
    pub fn get(&self, dossier_id: &str) -> Option<&Efface> {
        self.dossiers.get(dossier_id)
    }

    /// All of them, by pseudonym.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Efface)> {
        self.dossiers.iter().map(|(dossier_id, efface)| (dossier_id.as_str(), efface))
    }

    /// Whether an erasure began and was not confirmed.
    #[must_use]
    pub fn is_unfinished(&self) -> bool {
        self.inacheve
    }

    /// Adds a dossier. A request holds, whatever is said of dates afterwards.
    pub(crate) fn add(&mut self, dossier_id: &str, efface: Efface) {
        let known = self.dossiers.entry(dossier_id.to_owned()).or_insert_with(|| efface.clone());
        if efface.motif == Motif::Demande && known.motif == Motif::Conservation {
            known.motif = Motif::Demande;
            known.le = efface.le;
        }
        if known.empreinte.is_none() {
            known.empreinte = efface.empreinte;
        }
    }

    /// Lets the names of that dossier come again with the next import, when only dates kept them
    /// away; whether it did.
    pub(crate) fn lift(&mut self, dossier_id: &str) -> bool {
        let dated = |efface: &Efface| efface.motif == Motif::Conservation;
        self.dossiers.get(dossier_id).is_some_and(dated)
            && self.dossiers.remove(dossier_id).is_some()
    }

    /// What recognises their lines in a file of their centre.
    pub(crate) fn recogniser(&self, key: &CleCentre) -> Reconnaissance<'_> {
        let named = self.dossiers.values().filter_map(|efface| efface.empreinte.as_deref());
        Reconnaissance {
            effaces: self,
            empreintes: named.collect(),
            identites: Identites::new(key.pseudonymes()),
        }
    }

    /// The list of a centre in that data directory; an empty one when there is none.
    pub(crate) fn read(
        dir: &Path,
        key: &CleCentre,
        structure_id: &str,
    ) -> Result<Self, WarehouseError> {
        let path = path(dir, structure_id);
        let sealed = match fs::read(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::default()),
            sealed => sealed.on("Lecture du coffre", &path)?,
        };
        let coffre = Coffre { structure_id, table: TABLE };
        let plain = coffre.open_bytes(key, &sealed)?;
        let effaces: Self =
            serde_json::from_slice(&plain).map_err(|_| coffre.encoding("contenu illisible"))?;
        if effaces.format != FORMAT {
            return Err(coffre.encoding("format inconnu de ce programme"));
        }
        Ok(effaces)
    }

    /// Writes the list in place of the one that may be there, for good.
    pub(crate) fn write(
        &mut self,
        dir: &Path,
        key: &CleCentre,
        structure_id: &str,
    ) -> Result<(), WarehouseError> {
        self.format = FORMAT;
        let coffre = Coffre { structure_id, table: TABLE };
        let plain =
            serde_json::to_vec(self).map_err(|error| coffre.encoding(&error.to_string()))?;
        disque::create_dir(&dir.join(DIR))?;
        let path = path(dir, structure_id);
        disque::replace_private(&path, &coffre.seal_bytes(key, plain)?)
            .on("Écriture du coffre", &path)
    }
}

fn path(dir: &Path, structure_id: &str) -> PathBuf {
    dir.join(DIR).join(format!("{}.bin", component(structure_id)))
}

impl crate::Warehouse {
    /// The dossiers of a centre whose names are not kept. Only who may read the names of the centre
    /// may call this.
    ///
    /// # Errors
    /// When the list does not open with the centre's key.
    pub fn effaces(
        &self,
        trousseau: &Trousseau,
        structure_id: &str,
    ) -> Result<Effaces, WarehouseError> {
        if !path(self.dir(), structure_id).exists() {
            return Ok(Effaces::default());
        }
        Effaces::read(self.dir(), &trousseau.get(structure_id)?, structure_id)
    }
}

/// Recognises the lines of the erased, by number or by names.
pub(crate) struct Reconnaissance<'a> {
    effaces: &'a Effaces,
    empreintes: HashSet<&'a str>,
    identites: Identites,
}

impl Reconnaissance<'_> {
    /// Whether a line is about one of them: a cell is the number of a dossier erased, or two cells, or
    /// the words of one, are its names. Namesakes are not told apart: better a line less.
    pub(crate) fn concerns(&self, cellules: &[String]) -> bool {
        if self.effaces.is_empty() {
            return false;
        }
        cellules.iter().any(|cell| self.is_number(cell) || self.holds_names(cell))
            || cellules.iter().enumerate().any(|(rank, nom)| {
                let others = cellules.iter().enumerate().filter(|(other, _)| *other != rank);
                others.into_iter().any(|(_, prenom)| self.are_names(nom, prenom))
            })
    }

    fn is_number(&self, cell: &str) -> bool {
        let cell = cell.trim();
        !cell.is_empty() && self.effaces.contains(self.identites.pseudonym(cell).as_str())
    }

    fn are_names(&self, nom: &str, prenom: &str) -> bool {
        let found = self.identites.fingerprint(nom, prenom);
        found.is_some_and(|found| self.empreintes.contains(found.as_str()))
    }

    fn holds_names(&self, cell: &str) -> bool {
        let words: Vec<&str> = cell.split_whitespace().collect();
        // Longer ones are sentences.
        if words.len() > 8 {
            return false;
        }
        (1..words.len()).any(|at| {
            let (first, last) = words.split_at(at);
            let (first, last) = (first.join(" "), last.join(" "));
            self.are_names(&first, &last) || self.are_names(&last, &first)
        })
    }
}
