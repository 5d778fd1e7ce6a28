//! Typed rows of one table of one centre, column by column, as compact as their kind allows:
//! days in four bytes, repeated texts once.

use std::borrow::Cow;
use std::collections::HashMap;

use mallette_domain::table::{ColumnType, Table};

/// Rank of an empty cell in a column of repeated texts.
pub(crate) const VIDE: u32 = u32::MAX;

/// Distinct texts, each numbered in the order in which it was met.
#[derive(Debug, Default)]
pub(crate) struct Lexique {
    ranks: HashMap<Box<str>, u32>,
    texts: Vec<Box<str>>,
}

impl Lexique {
    /// The number of that text, given on first meeting.
    pub(crate) fn rank(&mut self, text: &str) -> u32 {
        if let Some(rank) = self.ranks.get(text) {
            return *rank;
        }
        let rank = u32::try_from(self.texts.len()).unwrap_or(VIDE - 1);
        self.ranks.insert(text.into(), rank);
        self.texts.push(text.into());
        rank
    }

    /// The text of that number.
    pub(crate) fn text(&self, rank: u32) -> Option<&str> {
        self.texts.get(usize::try_from(rank).ok()?).map(AsRef::as_ref)
    }

    /// All texts, in the order of their numbers.
    pub(crate) fn texts(&self) -> impl Iterator<Item = &str> {
        self.texts.iter().map(AsRef::as_ref)
    }
}

/// Texts that hardly repeat: one buffer, and where each ends.
#[derive(Debug, Default)]
pub(crate) struct Textes {
    buffer: String,
    ends: Vec<usize>,
}

impl Textes {
    fn push(&mut self, text: &str) {
        self.buffer.push_str(text);
        self.ends.push(self.buffer.len());
    }

    /// The text of that row; empty when the cell was.
    pub(crate) fn get(&self, row: usize) -> &str {
        let start = if row == 0 { Some(&0) } else { self.ends.get(row - 1) };
        match (start, self.ends.get(row)) {
            (Some(start), Some(end)) => self.buffer.get(*start..*end).unwrap_or_default(),
            _ => "",
        }
    }
}

/// One column. An empty cell is `None`, [`VIDE`] or an empty text.
#[derive(Debug)]
pub(crate) enum Colonne {
    /// Keys and references that hardly repeat.
    Textes(Textes),
    /// Texts and codes that repeat.
    Repetes(Lexique, Vec<u32>),
    /// Dossier numbers, numbered by the centre.
    Dossiers(Vec<u32>),
    /// Days since 1970.
    Jours(Vec<Option<i32>>),
    /// Whole numbers, or hundredths of decimals.
    Nombres(Vec<Option<i64>>),
}

impl Colonne {
    fn new(table: &Table, name: &str, kind: ColumnType) -> Self {
        match kind {
            _ if name == "dossier_id" => Self::Dossiers(Vec::new()),
            ColumnType::Id if is_own_key(table, name) || name == "evenement_id" => {
                Self::Textes(Textes::default())
            }
            ColumnType::Id | ColumnType::Text | ColumnType::Code(_) | ColumnType::FreeCode => {
                Self::Repetes(Lexique::default(), Vec::new())
            }
            ColumnType::Date | ColumnType::Mois => Self::Jours(Vec::new()),
            ColumnType::Integer | ColumnType::Decimal => Self::Nombres(Vec::new()),
        }
    }

    /// Whether two rows hold the same value.
    pub(crate) fn equal(&self, left: usize, right: usize) -> bool {
        match self {
            Self::Textes(texts) => texts.get(left) == texts.get(right),
            Self::Repetes(_, ranks) | Self::Dossiers(ranks) => ranks.get(left) == ranks.get(right),
            Self::Jours(days) => days.get(left) == days.get(right),
            Self::Nombres(numbers) => numbers.get(left) == numbers.get(right),
        }
    }
}

fn is_own_key(table: &Table, name: &str) -> bool {
    name != "structure_id" && table.key.contains(&name)
}

/// Where a row comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Origine {
    /// Rank of the file or sheet among those read.
    pub(crate) feuille: u32,
    /// Line of the file, or row of the sheet.
    pub(crate) ligne: u32,
}

/// A value on its way into a column.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Valeur<'a> {
    /// Nothing, for any kind of column.
    Vide,
    /// Text, identifier or code.
    Texte(Cow<'a, str>),
    /// Days since 1970.
    Jour(i32),
    /// Whole number, or hundredths.
    Nombre(i64),
}

/// The accepted rows of one table of one centre.
#[derive(Debug)]
pub(crate) struct Tampon {
    pub(crate) table: &'static Table,
    pub(crate) colonnes: Vec<Colonne>,
    pub(crate) origines: Vec<Origine>,
}

impl Tampon {
    pub(crate) fn new(table: &'static Table) -> Self {
        let colonnes =
            table.columns.iter().map(|column| Colonne::new(table, column.name, column.kind));
        Self { table, colonnes: colonnes.collect(), origines: Vec::new() }
    }

    /// Adds a row: one value per canonical column. `dossiers` numbers the dossiers of the centre.
    pub(crate) fn push(&mut self, row: &[Valeur<'_>], origine: Origine, dossiers: &mut Lexique) {
        self.origines.push(origine);
        for (rank, colonne) in self.colonnes.iter_mut().enumerate() {
            let value = row.get(rank).unwrap_or(&Valeur::Vide);
            let text = if let Valeur::Texte(text) = value { Some(text.as_ref()) } else { None };
            match colonne {
                Colonne::Textes(texts) => texts.push(text.unwrap_or_default()),
                Colonne::Repetes(lexique, ranks) => {
                    ranks.push(text.map_or(VIDE, |text| lexique.rank(text)));
                }
                Colonne::Dossiers(ranks) => {
                    ranks.push(text.map_or(VIDE, |text| dossiers.rank(text)));
                }
                Colonne::Jours(days) => {
                    days.push(if let Valeur::Jour(day) = value { Some(*day) } else { None });
                }
                Colonne::Nombres(numbers) => {
                    let number =
                        if let Valeur::Nombre(number) = value { Some(*number) } else { None };
                    numbers.push(number);
                }
            }
        }
    }

    /// Number of rows.
    pub(crate) fn len(&self) -> usize {
        self.origines.len()
    }

    /// The column of that name.
    pub(crate) fn colonne(&self, name: &str) -> Option<&Colonne> {
        let rank = self.table.columns.iter().position(|column| column.name == name)?;
        self.colonnes.get(rank)
    }
}
