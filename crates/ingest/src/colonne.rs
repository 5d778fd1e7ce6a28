//! Columns of typed rows, as compact as their kind allows: days in four bytes, closed codes in one,
//! repeated texts once.

use std::hash::BuildHasher as _;

use hashbrown::{DefaultHashBuilder, HashTable};
use mallette_domain::table::{Column, ColumnType, Table};

/// Rank of an empty cell in a column of ranks.
pub(crate) const SANS_RANG: u32 = u32::MAX;
/// An empty cell in a column of closed codes.
pub(crate) const SANS_CODE: u8 = u8::MAX;
/// An empty cell in a column of days: no calendar of ours goes there.
pub(crate) const SANS_JOUR: i32 = i32::MIN;
/// An empty cell in a column of numbers: those read are under 10¹⁴.
pub(crate) const SANS_NOMBRE: i64 = i64::MIN;

/// How the cells of a column are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Forme {
    /// Keys and references that hardly repeat: texts side by side.
    Textes,
    /// Texts that repeat, numbered by the table of their centre.
    Rangs,
    /// Dossier numbers, numbered by the centre.
    Dossiers,
    /// Codes of a closed list, by their rank in it.
    Codes(&'static [&'static str]),
    /// Days since 1970; a month is its first day.
    Jours,
    /// Whole numbers, or hundredths of decimals.
    Nombres,
}

impl Forme {
    /// The form of a column of that table.
    pub(crate) fn of(table: &Table, column: &Column) -> Self {
        let name = column.name;
        match column.kind {
            _ if name == "dossier_id" => Self::Dossiers,
            // Own keys, and that of the events, hardly repeat.
            ColumnType::Id
                if name == "evenement_id"
                    || name != "structure_id" && table.key.contains(&name) =>
            {
                Self::Textes
            }
            ColumnType::Id | ColumnType::Text | ColumnType::FreeCode => Self::Rangs,
            ColumnType::Code(codes) => Self::Codes(codes),
            ColumnType::Date | ColumnType::Mois => Self::Jours,
            ColumnType::Integer | ColumnType::Decimal => Self::Nombres,
        }
    }
}

/// Texts side by side: one buffer, and where each ends. An empty cell is an empty text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Textes {
    /// All texts, one after the other.
    pub(crate) buffer: String,
    /// Where each starts, and where the last ends, as Arrow wants them.
    pub(crate) bounds: Vec<i32>,
}

impl Default for Textes {
    fn default() -> Self {
        Self { buffer: String::new(), bounds: vec![0] }
    }
}

impl Textes {
    /// Adds a text. A block is closed long before its buffer holds 2 GiB.
    pub(crate) fn push(&mut self, text: &str) {
        self.buffer.push_str(text);
        self.bounds.push(i32::try_from(self.buffer.len()).unwrap_or(i32::MAX));
    }

    /// Number of texts.
    pub(crate) fn len(&self) -> usize {
        self.bounds.len() - 1
    }

    /// The text of that rank; empty when the cell was.
    pub(crate) fn get(&self, rank: usize) -> &str {
        let bound = |rank: usize| self.bounds.get(rank).and_then(|at| usize::try_from(*at).ok());
        match (bound(rank), bound(rank + 1)) {
            (Some(start), Some(end)) => self.buffer.get(start..end).unwrap_or_default(),
            _ => "",
        }
    }
}

/// Distinct texts, each numbered in the order in which it was met.
#[derive(Debug, Default)]
pub(crate) struct Lexique {
    ranks: HashTable<u32>,
    texts: Textes,
    hasher: DefaultHashBuilder,
}

impl Lexique {
    /// The number of that text, given on first meeting; [`SANS_RANG`] for an empty one.
    pub(crate) fn rank(&mut self, text: &str) -> u32 {
        if text.is_empty() {
            return SANS_RANG;
        }
        let Self { ranks, texts, hasher } = self;
        let at = |rank: &u32| texts.get(usize::try_from(*rank).unwrap_or(usize::MAX));
        let hash = hasher.hash_one(text);
        if let Some(rank) = ranks.find(hash, |rank| at(rank) == text) {
            return *rank;
        }
        let rank = u32::try_from(texts.len()).unwrap_or(SANS_RANG - 1);
        ranks.insert_unique(hash, rank, |rank| hasher.hash_one(at(rank)));
        texts.push(text);
        rank
    }

    /// The text of that number.
    pub(crate) fn text(&self, rank: u32) -> Option<&str> {
        let rank = usize::try_from(rank).ok()?;
        (rank < self.texts.len()).then(|| self.texts.get(rank))
    }

    /// All texts, in the order of their numbers.
    pub(crate) fn texts(&self) -> impl Iterator<Item = &str> {
        (0..self.texts.len()).map(|rank| self.texts.get(rank))
    }
}

/// The cells of one column of a block of rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Colonne {
    /// Texts side by side.
    Textes(Textes),
    /// Ranks in a lexicon: that of the table, or that of the dossiers of the centre.
    Rangs(Vec<u32>),
    /// Ranks in a closed list.
    Codes(Vec<u8>),
    /// Days since 1970.
    Jours(Vec<i32>),
    /// Whole numbers, or hundredths.
    Nombres(Vec<i64>),
}

impl Colonne {
    /// An empty column of that form.
    pub(crate) fn new(forme: Forme) -> Self {
        match forme {
            Forme::Textes => Self::Textes(Textes::default()),
            Forme::Rangs | Forme::Dossiers => Self::Rangs(Vec::new()),
            Forme::Codes(_) => Self::Codes(Vec::new()),
            Forme::Jours => Self::Jours(Vec::new()),
            Forme::Nombres => Self::Nombres(Vec::new()),
        }
    }

    /// Adds empty cells.
    pub(crate) fn push_empty(&mut self, count: usize) {
        match self {
            Self::Textes(texts) => (0..count).for_each(|_| texts.push("")),
            Self::Rangs(ranks) => ranks.extend(std::iter::repeat_n(SANS_RANG, count)),
            Self::Codes(codes) => codes.extend(std::iter::repeat_n(SANS_CODE, count)),
            Self::Jours(days) => days.extend(std::iter::repeat_n(SANS_JOUR, count)),
            Self::Nombres(numbers) => numbers.extend(std::iter::repeat_n(SANS_NOMBRE, count)),
        }
    }

    /// Adds one cell of a column of the same form.
    pub(crate) fn push_from(&mut self, other: &Self, row: usize) {
        match (self, other) {
            (Self::Textes(to), Self::Textes(from)) => to.push(from.get(row)),
            (Self::Rangs(to), Self::Rangs(from)) => to.extend(from.get(row)),
            (Self::Codes(to), Self::Codes(from)) => to.extend(from.get(row)),
            (Self::Jours(to), Self::Jours(from)) => to.extend(from.get(row)),
            (Self::Nombres(to), Self::Nombres(from)) => to.extend(from.get(row)),
            (to, _) => to.push_empty(1),
        }
    }

    /// Whether two rows hold the same value.
    pub(crate) fn equal(&self, left: usize, right: usize) -> bool {
        match self {
            Self::Textes(texts) => texts.get(left) == texts.get(right),
            Self::Rangs(ranks) => ranks.get(left) == ranks.get(right),
            Self::Codes(codes) => codes.get(left) == codes.get(right),
            Self::Jours(days) => days.get(left) == days.get(right),
            Self::Nombres(numbers) => numbers.get(left) == numbers.get(right),
        }
    }

    /// Bytes that it holds.
    pub(crate) fn bytes(&self) -> usize {
        match self {
            Self::Textes(texts) => texts.buffer.len() + texts.bounds.len() * 4,
            Self::Rangs(ranks) => ranks.len() * 4,
            Self::Codes(codes) => codes.len(),
            Self::Jours(days) => days.len() * 4,
            Self::Nombres(numbers) => numbers.len() * 8,
        }
    }
}
