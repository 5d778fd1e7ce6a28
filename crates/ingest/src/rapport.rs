//! What an import did with every line it met: the account that the command contract prints.

mod masque;

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use mallette_catalogue::Catalogue;
use mallette_domain::table::{self, Table};
use serde::{Deserialize, Serialize};

/// One file, or one sheet of a workbook: `lues = acceptees + rejetees + doublons_identiques`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FichierLu {
    /// Path as given, or `archive.zip/dossier/fichier.csv`.
    pub chemin: String,
    /// Sheet of the workbook; none for a file without sheets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub feuille: Option<String>,
    /// BLAKE3 of the file, in hexadecimal.
    pub empreinte: String,
    /// Canonical table; none when it was not recognised.
    pub table: Option<String>,
    /// Data lines met.
    pub lues: u64,
    /// Lines kept.
    pub acceptees: u64,
    /// Lines refused, each with its reason in [`Report::rejets`].
    pub rejetees: u64,
    /// Lines seen before with the same key and the same content.
    pub doublons_identiques: u64,
}

/// A line that was refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rejet {
    /// Path of the file.
    pub fichier: String,
    /// Sheet of the workbook.
    pub feuille: Option<String>,
    /// Line of the file, or row of the sheet, from 1.
    pub ligne: u32,
    /// Header of the column at fault, as the file writes it.
    pub colonne: Option<String>,
    /// The value at fault.
    pub valeur: Option<String>,
    /// Why, and what to do.
    pub raison: String,
}

/// A refused line, whole, as the file holds it: it may name a person, so it is only ever kept sealed.
#[derive(Clone, PartialEq, Eq)]
pub struct LigneRejetee {
    /// Path of the file.
    pub fichier: String,
    /// Sheet of the workbook.
    pub feuille: Option<String>,
    /// Canonical table of the sheet.
    pub table: String,
    /// Line of the file, or row of the sheet, from 1.
    pub ligne: u32,
    /// Headers, as the file writes them.
    pub entetes: Arc<[String]>,
    /// Cells of the line, under the headers; a line may be shorter or longer than they are.
    pub cellules: Vec<String>,
    /// Rank of the cell at fault; none when the whole line is.
    pub colonne: Option<usize>,
    /// Why, and what to do.
    pub raison: String,
    /// I-MILO code of the centre, as the line or the import tells it; none when neither does.
    pub structure_id: Option<String>,
}

impl fmt::Debug for LigneRejetee {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Never the cells: a log line would otherwise give names away.
        let place = (&self.fichier, &self.feuille, self.ligne);
        f.debug_struct("LigneRejetee").field("place", &place).finish_non_exhaustive()
    }
}

/// A line that is not data: title, header, blank, totals.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ignoree {
    /// Path of the file.
    pub fichier: String,
    /// Sheet of the workbook.
    pub feuille: Option<String>,
    /// Line of the file, or row of the sheet, from 1.
    pub ligne: u32,
    /// Why it is not data.
    pub raison: String,
}

/// A header that nobody recognised: its column was left out until someone says what it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColonneInconnue {
    /// Path of the file.
    pub fichier: String,
    /// Sheet of the workbook.
    pub feuille: Option<String>,
    /// Canonical table of the sheet.
    pub table: String,
    /// The header, as the file writes it.
    pub entete: String,
}

/// What a centre brought.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StructureLue {
    /// I-MILO code.
    pub structure_id: String,
    /// Extraction date of its rows.
    pub date_extraction: jiff::civil::Date,
    /// Rows accepted, all tables.
    pub lignes: u64,
}

/// The account of an import.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// Files and sheets, in the order in which they were read.
    pub fichiers: Vec<FichierLu>,
    /// Lines refused, by file and line.
    pub rejets: Vec<Rejet>,
    /// Lines that are not data.
    pub ignorees: Vec<Ignoree>,
    /// Centres, by code.
    pub structures: Vec<StructureLue>,
    /// Headers not recognised.
    #[serde(default)]
    pub colonnes_inconnues: Vec<ColonneInconnue>,
}

impl Report {
    /// Lines met, kept, refused and identical, over all files.
    #[must_use]
    pub fn totals(&self) -> FichierLu {
        let mut total = FichierLu::default();
        for fichier in &self.fichiers {
            total.lues += fichier.lues;
            total.acceptees += fichier.acceptees;
            total.rejetees += fichier.rejetees;
            total.doublons_identiques += fichier.doublons_identiques;
        }
        total
    }

    /// The same account, fit to be kept outside of the centres: a value refused may be a name or a
    /// dossier number out of place, so only those that cannot be are left readable. The others are
    /// still in the file, on the line that the account gives.
    #[must_use]
    pub fn masked(mut self, catalogue: &Catalogue) -> Self {
        let tables: HashMap<(&str, Option<&str>), &Table> = self
            .fichiers
            .iter()
            .filter_map(|fichier| {
                let table = table::find(fichier.table.as_deref()?)?;
                Some(((fichier.chemin.as_str(), fichier.feuille.as_deref()), table))
            })
            .collect();
        for rejet in &mut self.rejets {
            let Some(valeur) = &mut rejet.valeur else { continue };
            let table = tables.get(&(rejet.fichier.as_str(), rejet.feuille.as_deref())).copied();
            let known = table.zip(rejet.colonne.as_deref()).and_then(|(table, colonne)| {
                Some((table, catalogue.recognise_header(table, colonne)?))
            });
            if !masque::is_safe(catalogue, known, valeur) {
                masque::MASQUE.clone_into(valeur);
            }
        }
        self
    }
}
