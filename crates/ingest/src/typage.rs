//! The rows of one batch of a recognised sheet, typed column by column, or refused with the first
//! reason found.
//!
//! A batch is typed alone, so that several are typed at once: what a batch learns (the labels of a
//! code) is learnt again by the next one, a few dozen lookups for thousands of rows.

use hashbrown::HashMap;
use mallette_catalogue::Codes;
use mallette_domain::structure::{self, Reconnaissance};
use mallette_domain::table::{ColumnType, Table};

use crate::colonne::{SANS_CODE, SANS_JOUR, SANS_NOMBRE};
use crate::feuille::{Entete, Role};
use crate::lecture::Options;
use crate::source::{Cell, Row, RowBatch};
use crate::valeur::{self, Illisible};

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
fn centre_code(written: &str) -> Result<&str, Illisible> {
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

/// The rows refused so far: which, and the first reason of each.
struct Refus {
    rows: Vec<bool>,
    list: Vec<(usize, Option<usize>, Illisible)>,
}

impl Refus {
    fn holds(&self, row: usize) -> bool {
        self.rows.get(row).copied().unwrap_or(false)
    }

    fn add(&mut self, row: usize, column: Option<usize>, illisible: Illisible) {
        if let Some(refused) = self.rows.get_mut(row)
            && !*refused
        {
            *refused = true;
            self.list.push((row, column, illisible));
        }
    }
}

/// A batch being typed.
struct Travail<'t, 'a> {
    typeur: &'t Typeur<'a>,
    /// Bytes of the batch's own text: what is written beside it comes after.
    text_len: usize,
    ecrits: String,
    refus: Refus,
}

impl Travail<'_, '_> {
    /// Runs of rows of one centre and one date, refused rows included.
    fn type_centres(&mut self, rows: &[Row<'_>]) -> Vec<Suite> {
        let mut suites: Vec<Suite> = Vec::new();
        let mut scratch = String::new();
        for (rank, row) in rows.iter().enumerate() {
            let structure_id = match self.typeur.read_structure(*row, &mut scratch) {
                Ok(structure_id) => structure_id,
                Err(illisible) => {
                    self.refus.add(rank, self.typeur.structure_column, illisible);
                    ""
                }
            };
            let date_extraction = self.typeur.date_column.and_then(|column| {
                let day = valeur::day(row.cell(column), self.typeur.date_1904);
                day.unwrap_or_else(|illisible| {
                    self.refus.add(rank, Some(column), illisible);
                    None
                })
            });
            match suites.last_mut() {
                Some(last)
                    if last.structure_id == structure_id
                        && last.date_extraction == date_extraction =>
                {
                    last.lignes += 1;
                }
                _ => {
                    let structure_id = structure_id.to_owned();
                    suites.push(Suite { structure_id, date_extraction, lignes: 1 });
                }
            }
        }
        suites
    }

    fn type_column(&mut self, plan: &Plan, rows: &[Row<'_>]) -> Cellules {
        let date_1904 = self.typeur.date_1904;
        match plan.kind {
            ColumnType::Id | ColumnType::Text => {
                Cellules::Plages(self.type_cells(plan, rows, Plage::default(), |travail, row| {
                    travail.type_text(row, plan.fichier)
                }))
            }
            ColumnType::FreeCode => self.type_free_codes(plan, rows),
            ColumnType::Code(values) => self.type_codes(plan, rows, values),
            ColumnType::Date => {
                Cellules::Jours(self.type_cells(plan, rows, SANS_JOUR, |_, row| {
                    Ok(valeur::day(row.cell(plan.fichier), date_1904)?.unwrap_or(SANS_JOUR))
                }))
            }
            ColumnType::Mois => {
                Cellules::Jours(self.type_cells(plan, rows, SANS_JOUR, |_, row| {
                    Ok(valeur::month(row.cell(plan.fichier), date_1904)?.unwrap_or(SANS_JOUR))
                }))
            }
            ColumnType::Integer => {
                Cellules::Nombres(self.type_cells(plan, rows, SANS_NOMBRE, |_, row| {
                    Ok(valeur::integer(row.cell(plan.fichier))?.unwrap_or(SANS_NOMBRE))
                }))
            }
            ColumnType::Decimal => {
                Cellules::Nombres(self.type_cells(plan, rows, SANS_NOMBRE, |_, row| {
                    Ok(valeur::decimal(row.cell(plan.fichier))?.unwrap_or(SANS_NOMBRE))
                }))
            }
        }
    }

    /// One value per row, `empty` for those refused.
    fn type_cells<'r, T: Copy>(
        &mut self,
        plan: &Plan,
        rows: &[Row<'r>],
        empty: T,
        mut read: impl FnMut(&mut Self, Row<'r>) -> Result<T, Illisible>,
    ) -> Vec<T> {
        let mut values = Vec::with_capacity(rows.len());
        for (rank, row) in rows.iter().enumerate() {
            values.push(read(self, *row).unwrap_or_else(|illisible| {
                self.refus.add(rank, Some(plan.fichier), illisible);
                empty
            }));
        }
        values
    }

    fn type_text(&mut self, row: Row<'_>, column: usize) -> Result<Plage, Illisible> {
        if let Some((from, text)) = row.text_at(column) {
            let trimmed = valeur::trim(text);
            let start = text.len() - text.trim_start_matches(valeur::is_padding).len();
            return Ok(match trimmed {
                "" => Plage::default(),
                _ => plage(from as usize + start, trimmed.len()),
            });
        }
        let mut scratch = String::new();
        match valeur::text(row.cell(column), &mut scratch)? {
            Some(text) => Ok(self.write(text)),
            None => Ok(Plage::default()),
        }
    }

    /// Keeps a text that the batch does not hold.
    fn write(&mut self, text: &str) -> Plage {
        let from = self.text_len + self.ecrits.len();
        self.ecrits.push_str(text);
        plage(from, text.len())
    }

    fn type_codes(
        &mut self,
        plan: &Plan,
        rows: &[Row<'_>],
        values: &'static [&'static str],
    ) -> Cellules {
        let (codes, table) = (self.typeur.codes, self.typeur.entete.table.name);
        let mut known: HashMap<&str, Option<u8>> = HashMap::new();
        Cellules::Codes(self.type_cells(plan, rows, SANS_CODE, |_, row| {
            let mut scratch = String::new();
            // What the batch holds is looked up as it is; the rest is rare, and recognised each time.
            let (text, found) = if let Some((_, text)) = row.text_at(plan.fichier) {
                let text = valeur::trim(text);
                if text.is_empty() {
                    return Ok(SANS_CODE);
                }
                let recognise = || rank_of(values, codes.recognise(table, plan.name, text));
                (text, *known.entry(text).or_insert_with(recognise))
            } else {
                let Some(text) = valeur::text(row.cell(plan.fichier), &mut scratch)? else {
                    return Ok(SANS_CODE);
                };
                (text, rank_of(values, codes.recognise(table, plan.name, text)))
            };
            found.ok_or_else(|| Illisible {
                valeur: text.to_owned(),
                raison: format!(
                    "code inconnu. Codes reconnus : {}",
                    codes.known(table, plan.name).join(", ")
                ),
            })
        }))
    }

    fn type_free_codes(&mut self, plan: &Plan, rows: &[Row<'_>]) -> Cellules {
        let (codes, table) = (self.typeur.codes, self.typeur.entete.table.name);
        let mut known: HashMap<String, Plage> = HashMap::new();
        Cellules::Plages(self.type_cells(plan, rows, Plage::default(), |travail, row| {
            let mut scratch = String::new();
            let Some(text) = valeur::text(row.cell(plan.fichier), &mut scratch)? else {
                return Ok(Plage::default());
            };
            if let Some(plage) = known.get(text) {
                return Ok(*plage);
            }
            let plage = travail.write(codes.recognise(table, plan.name, text).unwrap_or(text));
            known.insert(text.to_owned(), plage);
            Ok(plage)
        }))
    }

    /// Refuses the rows whose key is empty, the centre being read apart.
    fn refuse_empty_keys(&mut self, colonnes: &[Option<Cellules>]) {
        let table = self.typeur.entete.table;
        for name in table.required.iter().skip(usize::from(table.required.len() > 1)) {
            let rank = table.columns.iter().position(|column| column.name == *name);
            let cells = rank.and_then(|rank| colonnes.get(rank)).and_then(Option::as_ref);
            // `structures` has its centre for a key, already required.
            if *name == "structure_id" {
                continue;
            }
            let column = self.typeur.plans.iter().find(|plan| plan.name == *name);
            for row in 0..self.refus.rows.len() {
                if !self.refus.holds(row) && cells.is_none_or(|cells| cells.is_empty_at(row)) {
                    let raison = format!("la clé « {name} » est vide");
                    let illisible = Illisible { valeur: String::new(), raison };
                    self.refus.add(row, column.map(|plan| plan.fichier), illisible);
                }
            }
        }
    }
}

impl Cellules {
    fn is_empty_at(&self, row: usize) -> bool {
        match self {
            Self::Plages(values) => values.get(row).is_none_or(|plage| plage.from == plage.to),
            Self::Codes(values) => values.get(row).is_none_or(|code| *code == SANS_CODE),
            Self::Jours(values) => values.get(row).is_none_or(|day| *day == SANS_JOUR),
            Self::Nombres(values) => values.get(row).is_none_or(|number| *number == SANS_NOMBRE),
        }
    }
}

fn rank_of(values: &[&str], code: Option<&str>) -> Option<u8> {
    let code = code?;
    u8::try_from(values.iter().position(|value| *value == code)?).ok()
}

/// Offsets fit 32 bits: a batch is closed long before.
fn plage(from: usize, len: usize) -> Plage {
    let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    Plage { from: offset(from), to: offset(from + len) }
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
