//! Where figures come from, as plain data: what was computed, by which definitions, over which
//! extracts, with which filters, leaving out what. Law 2: every figure proves itself.

use jiff::Timestamp;
use jiff::civil::Date;

use crate::periode::Periode;

/// One value of a provenance, in its own type so that a workbook keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Valeur {
    /// Words.
    Texte(String),
    /// A whole number.
    Nombre(i64),
    /// A day.
    Jour(Date),
}

impl From<&str> for Valeur {
    fn from(text: &str) -> Self {
        Self::Texte(text.to_owned())
    }
}

impl From<String> for Valeur {
    fn from(text: String) -> Self {
        Self::Texte(text)
    }
}

/// A named value: « Source », « Paramètre « jours » ».
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fait {
    /// What it is.
    pub quoi: String,
    /// Its value.
    pub valeur: Valeur,
}

impl Fait {
    /// A named value.
    pub fn new(quoi: impl Into<String>, valeur: impl Into<Valeur>) -> Self {
        Self { quoi: quoi.into(), valeur: valeur.into() }
    }
}

/// A rule or an indicator, with everything that makes its figures what they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Definition {
    /// Its code.
    pub code: String,
    /// Its title.
    pub titre: String,
    /// Sentence, exact expressions, parameters, source.
    pub faits: Vec<Fait>,
    /// Fingerprint of the definition and of the views that it reads.
    pub empreinte: String,
}

/// A file of an import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fichier {
    /// The import that read it.
    pub import_id: String,
    /// When.
    pub importe_le: Timestamp,
    /// What a person calls it: no folder of the machine.
    pub nom: String,
    /// Sheet, for a workbook.
    pub feuille: Option<String>,
    /// Canonical table; none when it was not recognised.
    pub table: Option<String>,
    /// Fingerprint of its content.
    pub empreinte: String,
    /// Data rows met.
    pub lues: u64,
    /// Rows kept.
    pub acceptees: u64,
    /// Rows refused.
    pub rejetees: u64,
    /// Rows met twice with the same content.
    pub doublons: u64,
}

/// The version of a centre that was used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionUtilisee {
    /// Its identifier.
    pub id: String,
    /// Extraction date, `ref` of the rules.
    pub date_extraction: Date,
    /// When it was imported.
    pub importe_le: Timestamp,
    /// Accepted rows.
    pub lignes: u64,
    /// The imports it is made of, the oldest first: several files of one extraction may come in
    /// several imports.
    pub imports: Vec<String>,
    /// Tables that a rule or an indicator needs and that the centre never sent.
    pub manquantes: Vec<String>,
    /// Objects whose dossier is unknown in the centre: judged by REF-01 alone, counted nowhere.
    /// None when that was not evaluated.
    pub orphelins: Option<u64>,
}

/// A centre of the perimeter, received or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extrait {
    /// I-MILO code.
    pub structure_id: String,
    /// Name to show.
    pub nom: String,
    /// What was used; none when the extract was not received, or does not reach the period.
    pub version: Option<VersionUtilisee>,
}

/// Everything a file of results must say of where they come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provenance {
    /// What the file holds, in words.
    pub objet: String,
    /// Version of the program.
    pub mallette: String,
    /// When the file was written, by the clock of the workshop.
    pub ecrit_le: Timestamp,
    /// The period, for figures that have one.
    pub periode: Option<Periode>,
    /// The filters applied, « tous » included: what was not filtered is said too.
    pub filtres: Vec<Fait>,
    /// Other facts of the file: number of rows, sums.
    pub faits: Vec<Fait>,
    /// What is left out, in sentences that name nobody and no centre.
    pub exclusions: Vec<String>,
    /// The centres that the figures do not have, named, in sentences.
    pub absents: Vec<String>,
    /// The rules or indicators behind the figures.
    pub definitions: Vec<Definition>,
    /// One fingerprint of all of them, to compare two files at a glance; none without any.
    pub empreinte: Option<String>,
    /// Every centre of the perimeter.
    pub extraits: Vec<Extrait>,
    /// The files behind the versions used, each once.
    pub fichiers: Vec<Fichier>,
}

impl Provenance {
    /// All that is left out, in sentences.
    pub fn left_out(&self) -> impl Iterator<Item = &str> {
        self.exclusions.iter().chain(&self.absents).map(String::as_str)
    }
}
