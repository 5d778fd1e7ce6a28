//! What Mallette makes of each sheet before any row is read: so that a person can say what a sheet
//! or a column is, even when the import was refused.

use std::path::PathBuf;

use crate::erreur::IngestError;
use crate::feuille::{self, Inconnue, Role};
use crate::lecture::Options;
use crate::source::{self, Limites, Message};

/// A sheet, or a file without sheets, as it was recognised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeuilleExaminee {
    /// Path of the file.
    pub fichier: String,
    /// Sheet of the workbook.
    pub feuille: Option<String>,
    /// Canonical table; none when it was not recognised.
    pub table: Option<&'static str>,
    /// Tables that its headers fit equally well, when no sign tells which.
    pub possibles: Vec<&'static str>,
    /// Its headers; of a sheet that was not recognised, the row that looks most like a header,
    /// which may be data: not to be kept.
    pub entetes: Vec<String>,
    /// Those of its headers that no column answers to.
    pub inconnues: Vec<String>,
}

/// Looks at the first rows of every sheet.
///
/// # Errors
/// When a file cannot be read whole.
pub fn examine(
    paths: &[PathBuf],
    options: &Options<'_>,
) -> Result<Vec<FeuilleExaminee>, IngestError> {
    let mut seen = Vec::new();
    let mut sheet = None;
    for message in source::open(paths, Limites::default()) {
        match message? {
            Message::Feuille(feuille) => sheet = Some(feuille),
            Message::Lignes(batch) => {
                // The header is in the first batch, or nowhere.
                let Some(feuille) = sheet.take() else { continue };
                let mut examined = FeuilleExaminee {
                    fichier: feuille.fichier.chemin.clone(),
                    feuille: feuille.nom.clone(),
                    table: None,
                    possibles: Vec::new(),
                    entetes: Vec::new(),
                    inconnues: Vec::new(),
                };
                match feuille::recognise(options, &feuille, &batch) {
                    Ok(entete) => {
                        examined.table = Some(entete.table.name);
                        let columns = entete.roles.iter().zip(&entete.entetes);
                        examined.inconnues = columns
                            .filter(|(role, text)| **role == Role::Inconnue && !text.is_empty())
                            .map(|(_, text)| text.clone())
                            .collect();
                        examined.entetes = entete.entetes;
                    }
                    Err(unknown) => {
                        if let Inconnue::Ambigue(tables) = unknown {
                            examined.possibles = tables;
                        }
                        examined.entetes = feuille::guess_header(&batch);
                    }
                }
                examined.entetes.retain(|text| !text.is_empty());
                seen.push(examined);
            }
            Message::FinFichier(_) => sheet = None,
        }
    }
    Ok(seen)
}
