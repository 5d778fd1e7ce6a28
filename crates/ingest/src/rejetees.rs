//! The refused lines, whole, to send back to their centre: read again from the files once the
//! account says which they are. Lines that were kept cost no memory, and nothing here is written.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::erreur::IngestError;
use crate::feuille::{self, Role};
use crate::lecture::Options;
use crate::rapport::{LigneRejetee, Rejet, Report};
use crate::source::{self, Cell, Feuille, Limites, Message, Row, RowBatch};
use crate::typage::centre_code;
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
                end(sheet.take(), &mut found);
                sheet = wanted.take(&feuille).map(|rejets| Sheet::new(feuille, rejets, options));
            }
            Message::Lignes(batch) => {
                if let Some(sheet) = &mut sheet {
                    sheet.read(&batch, &mut found);
                }
            }
            Message::FinFichier(_) => end(sheet.take(), &mut found),
        }
        if wanted.sheets.is_empty() && sheet.as_ref().is_none_or(|sheet| sheet.rejets.is_empty()) {
            break;
        }
    }
    end(sheet, &mut found);
    Ok(found)
}

fn end(sheet: Option<Sheet<'_>>, found: &mut Vec<LigneRejetee>) {
    if let Some(mut sheet) = sheet {
        sheet.settle(found);
    }
}

/// Refused rows of one sheet, by line: objects of a JSON list may share one.
type Rejets<'a> = HashMap<u32, Vec<&'a Rejet>>;

/// The sheets that have refused lines.
struct Wanted<'a> {
    sheets: BTreeMap<(String, Option<String>), Rejets<'a>>,
}

impl<'a> Wanted<'a> {
    fn new(report: &'a Report) -> Self {
        let mut sheets: BTreeMap<_, Rejets<'a>> = BTreeMap::new();
        for rejet in &report.rejets {
            let place = (rejet.fichier.clone(), rejet.feuille.clone());
            sheets.entry(place).or_default().entry(rejet.ligne).or_default().push(rejet);
        }
        Self { sheets }
    }

    /// Whether a file, or an archive, holds one of those sheets.
    fn is_in(&self, path: &Path) -> bool {
        let shown = path.display().to_string();
        self.sheets.keys().any(|(fichier, _)| {
            let rest = fichier.strip_prefix(shown.as_str());
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        })
    }

    fn take(&mut self, feuille: &Feuille) -> Option<Rejets<'a>> {
        self.sheets.remove(&(feuille.fichier.chemin.clone(), feuille.nom.clone()))
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

impl Header {
    /// Rank of a column, by its header as written, else by its canonical name.
    fn rank(&self, name: &str) -> Option<usize> {
        let written = self.entetes.iter().position(|entete| entete == name);
        written.or_else(|| self.canonical.iter().position(|known| *known == Some(name)))
    }
}

struct Sheet<'a> {
    feuille: Arc<Feuille>,
    rejets: Rejets<'a>,
    options: &'a Options<'a>,
    header: Option<Header>,
    /// The line at hand, when rows of it were refused, and all its rows.
    line: u32,
    rows: Vec<Vec<String>>,
}

impl<'a> Sheet<'a> {
    fn new(feuille: Arc<Feuille>, rejets: Rejets<'a>, options: &'a Options<'a>) -> Self {
        Self { feuille, rejets, options, header: None, line: 0, rows: Vec::new() }
    }

    fn read(&mut self, batch: &RowBatch, found: &mut Vec<LigneRejetee>) {
        if self.header.is_none() {
            self.header = self.recognise(batch);
        }
        for row in batch.rows() {
            if row.line() != self.line {
                self.settle(found);
                self.line = row.line();
            }
            if self.rejets.contains_key(&row.line()) {
                self.rows.push(cells(row));
            }
        }
    }

    fn recognise(&self, batch: &RowBatch) -> Option<Header> {
        let entete = feuille::recognise(self.options, &self.feuille, batch).ok()?;
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

    /// Gives each refusal of the line at hand its row: the only one, else the one that holds the
    /// value at fault.
    fn settle(&mut self, found: &mut Vec<LigneRejetee>) {
        let mut rows = std::mem::take(&mut self.rows);
        let Some(header) = &self.header else { return };
        for rejet in self.rejets.remove(&self.line).unwrap_or_default() {
            let colonne = rejet.colonne.as_deref().and_then(|name| header.rank(name));
            let holds = |row: &Vec<String>| {
                let cell = colonne.and_then(|rank| row.get(rank)).map_or("", String::as_str);
                valeur::trim(cell) == rejet.valeur.as_deref().unwrap_or_default()
            };
            let at = rows.iter().position(holds).unwrap_or(0);
            if at >= rows.len() {
                continue;
            }
            let cellules = rows.remove(at);
            let told = header.structure.and_then(|rank| cellules.get(rank));
            let told = told.map(|cell| valeur::trim(cell)).filter(|text| !text.is_empty());
            let told = told.and_then(|text| centre_code(text).ok()).or(self.options.structure);
            found.push(LigneRejetee {
                fichier: rejet.fichier.clone(),
                feuille: rejet.feuille.clone(),
                table: header.table.to_owned(),
                ligne: rejet.ligne,
                entetes: Arc::clone(&header.entetes),
                structure_id: told.map(str::to_owned),
                cellules,
                colonne,
                raison: rejet.raison.clone(),
            });
        }
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
