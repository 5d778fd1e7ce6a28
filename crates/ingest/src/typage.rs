//! The rows of one batch of a recognised sheet, typed column by column, or refused with the first
//! reason found.
//!
//! A batch is typed alone, so that several are typed at once: what a batch learns (the labels of a
//! code) is learnt again by the next one, a few dozen lookups for thousands of rows.

mod travail;

use mallette_catalogue::Codes;
use mallette_domain::structure::{self, Reconnaissance};
use mallette_domain::table::{ColumnType, Table};

use crate::feuille::{Entete, Role};
use crate::lecture::Options;
use crate::source::{Cell, Row, RowBatch};
use crate::valeur::{self, Illisible};
use travail::{Refus, Travail};

/// A range of the text of a batch; an empty one is an empty cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Plage {
    from: u32,
    to: u32,
}

/// The typed cells of one column, one per accepted row.
#[derive(Debug)]
pub(crate) enum Cellules {
    /// Texts, identifiers, free codes.
    Plages(Vec<Plage>),
    /// Ranks in a closed list.
    Codes(Vec<u8>),
    /// Days since 1970.
    Jours(Vec<i32>),
    /// Whole numbers, or hundredths.
    Nombres(Vec<i64>),
}

/// Accepted rows that follow one another and are of one centre.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Suite {
    /// Its code, as the rows write it.
    pub(crate) structure_id: String,
    /// The extraction date that the rows tell, in days since 1970.
    pub(crate) date_extraction: Option<i32>,
    /// Number of rows.
    pub(crate) lignes: usize,
}

/// A row refused.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Refusee {
    pub(crate) ligne: u32,
    pub(crate) colonne: Option<String>,
    pub(crate) valeur: Option<String>,
    pub(crate) raison: String,
}

/// A batch once typed.
#[derive(Debug)]
pub(crate) struct Typees {
    /// Rank of the sheet among those read.
    pub(crate) feuille: u32,
    /// The canonical table of the sheet.
    pub(crate) table: &'static Table,
    /// Lines that are not data, and why.
    pub(crate) ignorees: Vec<(u32, &'static str)>,
    /// Rows refused, by line.
    pub(crate) refusees: Vec<Refusee>,
    /// The accepted rows, centre by centre, in their order.
    pub(crate) suites: Vec<Suite>,
    /// Line of each accepted row.
    pub(crate) lignes: Vec<u32>,
    /// One per canonical column; none when the file does not have it.
    pub(crate) colonnes: Vec<Option<Cellules>>,
    texte: String,
}

impl Typees {
    /// A text of the batch.
    pub(crate) fn text(&self, plage: Plage) -> &str {
        self.texte.get(plage.from as usize..plage.to as usize).unwrap_or_default()
    }
}

/// How one column of the file is read.
#[derive(Debug)]
struct Plan {
    /// Rank in the file.
    fichier: usize,
    /// Rank in the table.
    table: usize,
    kind: ColumnType,
    name: &'static str,
}

/// Types the batches of one sheet.
#[derive(Debug)]
pub(crate) struct Typeur<'a> {
    codes: &'a Codes,
    structure: Option<&'a str>,
    entete: Entete,
    feuille: u32,
    date_1904: bool,
    plans: Vec<Plan>,
    structure_column: Option<usize>,
    date_column: Option<usize>,
}

impl<'a> Typeur<'a> {
    /// For the sheet of rank `feuille`; none when its centre would be unknown.
    pub(crate) fn new(
        options: Options<'a>,
        entete: Entete,
        feuille: u32,
        date_1904: bool,
    ) -> Option<Self> {
        let mut plans = Vec::new();
        let (mut structure_column, mut date_column) = (None, None);
        for (fichier, role) in entete.roles.iter().enumerate() {
            match role {
                Role::Colonne(0) => structure_column = Some(fichier),
                Role::Colonne(rank) => {
                    let column = entete.table.columns.get(*rank)?;
                    let (kind, name) = (column.kind, column.name);
                    plans.push(Plan { fichier, table: *rank, kind, name });
                }
                Role::DateExtraction => date_column = Some(fichier),
                Role::Inconnue => {}
            }
        }
        // Reasons are given for the first column of the table at fault, whatever the file's order.
        plans.sort_by_key(|plan| plan.table);
        if structure_column.is_none() && options.structure.is_none() {
            return None;
        }
        Some(Self {
            codes: &options.catalogue.codes,
            structure: options.structure,
            entete,
            feuille,
            date_1904,
            plans,
            structure_column,
            date_column,
        })
    }

    /// Types the rows of a batch, less the `skipped` first ones.
    pub(crate) fn type_batch(&self, batch: RowBatch, skipped: usize) -> Typees {
        let mut ignorees = Vec::new();
        let mut rows: Vec<Row<'_>> = Vec::with_capacity(batch.len());
        for row in batch.rows().skip(skipped) {
            match self.not_data(row) {
                Some(raison) => ignorees.push((row.line(), raison)),
                None => rows.push(row),
            }
        }
        let mut travail = Travail {
            typeur: self,
            text_len: batch.text_len(),
            ecrits: String::new(),
            refus: Refus { rows: vec![false; rows.len()], list: Vec::new() },
        };
        let centres = travail.type_centres(&rows);
        let mut colonnes: Vec<Option<Cellules>> =
            self.entete.table.columns.iter().map(|_| None).collect();
        for plan in &self.plans {
            let cells = travail.type_column(plan, &rows);
            if let Some(slot) = colonnes.get_mut(plan.table) {
                *slot = Some(cells);
            }
        }
        travail.refuse_empty_keys(&colonnes);

        let Travail { refus, ecrits, .. } = travail;
        let mut lignes: Vec<u32> = rows.iter().map(Row::line).collect();
        if !refus.list.is_empty() {
            retain(&mut lignes, &refus.rows);
            for cells in colonnes.iter_mut().flatten() {
                match cells {
                    Cellules::Plages(values) => retain(values, &refus.rows),
                    Cellules::Codes(values) => retain(values, &refus.rows),
                    Cellules::Jours(values) => retain(values, &refus.rows),
                    Cellules::Nombres(values) => retain(values, &refus.rows),
                }
            }
        }
        let suites = suites(centres, &refus.rows);
        let refusees = self.refusees(&rows, refus);
        drop(rows);
        let mut texte = batch.into_text();
        texte.push_str(&ecrits);
        let (feuille, table) = (self.feuille, self.entete.table);
        Typees { feuille, table, ignorees, refusees, suites, lignes, colonnes, texte }
    }

    fn refusees(&self, rows: &[Row<'_>], refus: Refus) -> Vec<Refusee> {
        let mut list = refus.list;
        list.sort_by_key(|(row, ..)| *row);
        let described = list.into_iter().map(|(row, column, illisible)| Refusee {
            ligne: rows.get(row).map_or(0, Row::line),
            colonne: column.and_then(|column| self.entete.entetes.get(column).cloned()),
            valeur: Some(illisible.valeur).filter(|valeur| !valeur.is_empty()),
            raison: illisible.raison,
        });
        described.collect()
    }

    /// Why a line is not data; none when it is.
    fn not_data(&self, row: Row<'_>) -> Option<&'static str> {
        if (0..row.len()).all(|column| valeur::is_blank(&row.cell(column))) {
            return Some("ligne vide");
        }
        if self.is_total(row) {
            return Some("ligne de total : sa première cellule commence par « Total »");
        }
        self.is_header(row).then_some("ligne d'en-tête répétée")
    }

    /// The first cell starts with « Total » and no key can be read.
    fn is_total(&self, row: Row<'_>) -> bool {
        let Cell::Text(first) = row.cell(0) else { return false };
        let first = valeur::trim(first);
        if !first.get(..5).is_some_and(|start| start.eq_ignore_ascii_case("total")) {
            return false;
        }
        let key = self.entete.table.required;
        let mut of_key = self.plans.iter().filter(|plan| key.contains(&plan.name));
        let blank = of_key
            .clone()
            .filter(|plan| plan.fichier != 0)
            .all(|plan| valeur::is_blank(&row.cell(plan.fichier)));
        // Else the word itself stands where the key should.
        blank || of_key.any(|plan| plan.fichier == 0)
    }

    fn is_header(&self, row: Row<'_>) -> bool {
        let repeats = |plan: &Plan| match row.cell(plan.fichier) {
            Cell::Text(text) => {
                let header = self.entete.entetes.get(plan.fichier);
                header.is_some_and(|header| header == valeur::trim(text))
            }
            _ => false,
        };
        self.plans.len() > 1 && self.plans.iter().all(repeats)
    }

    /// The code of the centre of a row, trimmed.
    fn read_structure<'r>(
        &'r self,
        row: Row<'r>,
        scratch: &'r mut String,
    ) -> Result<&'r str, Illisible> {
        let written = match self.structure_column {
            Some(column) => {
                valeur::text(row.cell(column), scratch)?.map(centre_code).transpose()?
            }
            None => None,
        };
        match (written, self.structure) {
            (Some(written), Some(given)) if written != given => Err(Illisible {
                valeur: written.to_owned(),
                raison: format!(
                    "cette ligne est d'un autre centre que celui de l'import, {given} : l'importer \
                     sans préciser de centre, ou retirer cette ligne"
                ),
            }),
            (Some(written), _) => Ok(written),
            (None, Some(given)) => Ok(given),
            (None, None) => {
                let raison = "la clé « structure_id » est vide : de quel centre est cette ligne ?";
                Err(Illisible { valeur: String::new(), raison: raison.to_owned() })
            }
        }
    }
}

/// The code of the centre that a cell tells by its code or its name. What the built-in list does not
/// know is left as it is: the import may declare it.
pub(crate) fn centre_code(written: &str) -> Result<&str, Illisible> {
    if structure::find(written).is_some() {
        return Ok(written);
    }
    match structure::recognise(written) {
        Reconnaissance::Une(structure) => Ok(structure.structure_id),
        Reconnaissance::Aucune => Ok(written),
        Reconnaissance::Plusieurs(known) => {
            let known: Vec<String> = known
                .iter()
                .map(|structure| format!("{} ({})", structure.structure_id, structure.nom))
                .collect();
            let raison = format!(
                "plusieurs centres portent ce nom : {}. Écrire le code du centre",
                known.join(", ")
            );
            Err(Illisible { valeur: written.to_owned(), raison })
        }
    }
}

/// Keeps the values of the rows that are not refused.
fn retain<T>(values: &mut Vec<T>, refused: &[bool]) {
    let mut refused = refused.iter();
    values.retain(|_| refused.next().is_none_or(|refused| !refused));
}

/// The runs, less the rows refused.
fn suites(centres: Vec<Suite>, refused: &[bool]) -> Vec<Suite> {
    let mut at = 0;
    let mut kept = Vec::with_capacity(centres.len());
    for mut suite in centres {
        let rows = refused.get(at..at + suite.lignes).unwrap_or_default();
        at += suite.lignes;
        suite.lignes -= rows.iter().filter(|refused| **refused).count();
        if suite.lignes > 0 {
            kept.push(suite);
        }
    }
    kept
}
