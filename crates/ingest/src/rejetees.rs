//! The refused lines, whole, to send back to their centre: read again from the files once the
//! account says which they are. Lines that were kept cost no memory, and nothing here is written.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::sync::Arc;

use crate::erreur::IngestError;
use crate::feuille::{self, Role};
use crate::lecture::Options;
use crate::rapport::{LigneRejetee, Rejet, Report};
use crate::source::{self, Cell, Feuille, Limites, Message, Row, RowBatch};
use crate::valeur;

/// Reads again the lines that `report` says were refused, with the options of the import. Files
/// without a refused line are not opened.
///
/// # Errors
/// When a file can no longer be read.
pub fn read_rejected(
    paths: &[PathBuf],
    options: &Options<'_>,
    report: &Report,
) -> Result<Vec<LigneRejetee>, IngestError> {
    let mut wanted = Wanted::new(report);
    let files: Vec<PathBuf> =
        source::list(paths)?.into_iter().filter(|path| wanted.is_in(path)).collect();
    if files.is_empty() {
        return Ok(Vec::new());
    }
    let mut found = Vec::new();
    let mut sheet: Option<Sheet<'_>> = None;
    for message in source::open(&files, Limites::default()) {
        match message? {
            Message::Feuille(feuille) => {
                sheet = wanted.take(&feuille).map(|rejets| Sheet {
                    feuille,
                    rejets,
                    header: None,
                    options,
                });
            }
            Message::Lignes(batch) => {
                if let Some(sheet) = &mut sheet {
                    sheet.read(&batch, &mut found);
                }
            }
            Message::FinFichier(_) => sheet = None,
        }
        if wanted.is_empty() && sheet.as_ref().is_none_or(|sheet| sheet.rejets.is_empty()) {
            break;
        }
    }
    Ok(found)
}

/// Refused lines of one sheet, by line.
type Rejets<'a> = HashMap<u32, &'a Rejet>;

/// The sheets that have refused lines.
struct Wanted<'a> {
    sheets: BTreeMap<(String, Option<String>), Rejets<'a>>,
}

impl<'a> Wanted<'a> {
    fn new(report: &'a Report) -> Self {
        let mut sheets: BTreeMap<_, Rejets<'a>> = BTreeMap::new();
        for rejet in &report.rejets {
            let place = (rejet.fichier.clone(), rejet.feuille.clone());
            sheets.entry(place).or_default().insert(rejet.ligne, rejet);
        }
        Self { sheets }
    }

    /// Whether a file, or an archive, holds one of those sheets.
    fn is_in(&self, path: &std::path::Path) -> bool {
        let shown = path.display().to_string();
        self.sheets.keys().any(|(fichier, _)| {
            fichier
                .strip_prefix(shown.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        })
    }

    fn take(&mut self, feuille: &Feuille) -> Option<Rejets<'a>> {
        self.sheets.remove(&(feuille.fichier.chemin.clone(), feuille.nom.clone()))
    }

    fn is_empty(&self) -> bool {
        self.sheets.is_empty()
    }
}

/// The header of the sheet at hand.
struct Header {
    table: &'static str,
    entetes: Arc<[String]>,
    /// Rank of the column that tells the centre.
    structure: Option<usize>,
    /// Canonical names of the columns recognised: some reasons name those.
    canonical: Vec<Option<&'static str>>,
}

struct Sheet<'a> {
    feuille: Arc<Feuille>,
    rejets: Rejets<'a>,
    header: Option<Header>,
    options: &'a Options<'a>,
}

impl Sheet<'_> {
    fn read(&mut self, batch: &RowBatch, found: &mut Vec<LigneRejetee>) {
        if self.header.is_none() {
            self.header = self.recognise(batch);
        }
        let Some(header) = &self.header else { return };
        for row in batch.rows() {
            let Some(rejet) = self.rejets.remove(&row.line()) else { continue };
            let told = header.structure.map(|column| cell_text(row.cell(column)));
            let told = told.map(|text| valeur::trim(&text).to_owned()).filter(|id| !id.is_empty());
            found.push(LigneRejetee {
                fichier: rejet.fichier.clone(),
                feuille: rejet.feuille.clone(),
                table: header.table.to_owned(),
                ligne: rejet.ligne,
                entetes: Arc::clone(&header.entetes),
                cellules: cells(row),
                colonne: rejet.colonne.as_deref().and_then(|name| header.rank(name)),
                raison: rejet.raison.clone(),
                structure_id: told.or_else(|| self.options.structure.map(str::to_owned)),
            });
        }
    }

    fn recognise(&self, batch: &RowBatch) -> Option<Header> {
        let names = feuille::names(&self.feuille, self.options.tables);
        let entete = feuille::recognise(self.options.catalogue, &names, batch).ok()?;
        let name_of = |role: &Role| match role {
            Role::Colonne(rank) => entete.table.columns.get(*rank).map(|column| column.name),
            Role::DateExtraction | Role::Inconnue => None,
        };
        Some(Header {
            table: entete.table.name,
            structure: entete.roles.iter().position(|role| *role == Role::Colonne(0)),
            canonical: entete.roles.iter().map(name_of).collect(),
            entetes: entete.entetes.into(),
        })
    }
}

impl Header {
    /// Rank of a column, by its header as written, else by its canonical name.
    fn rank(&self, name: &str) -> Option<usize> {
        let written = self.entetes.iter().position(|entete| entete == name);
        written.or_else(|| self.canonical.iter().position(|known| *known == Some(name)))
    }
}

fn cells(row: Row<'_>) -> Vec<String> {
    (0..row.len()).map(|column| cell_text(row.cell(column))).collect()
}

/// A cell as a person reads it; nothing is corrected.
fn cell_text(cell: Cell<'_>) -> String {
    match cell {
        Cell::Empty => String::new(),
        Cell::Text(text) | Cell::Invalid(text) => text.to_owned(),
        Cell::Number(number) => number.to_string(),
        Cell::Date(day) => day.strftime("%d/%m/%Y").to_string(),
        Cell::Bool(true) => "oui".to_owned(),
        Cell::Bool(false) => "non".to_owned(),
    }
}
