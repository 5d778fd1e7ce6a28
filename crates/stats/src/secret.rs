//! Statistical disclosure: which figures stay secret (`s`) outside of the space they come from, so that
//! no person can be told behind a small count, nor a hidden count found again from what is shown.
//!
//! - **counts**: from 1 to 4 for the network, from 1 to 10 for the public (primary secret). Zero is not
//!   secret: nothing is behind it;
//! - **rates**: a denominator of [`PLANCHER`] at least;
//! - **amounts**: no contributor with [`DOMINANCE`] of the total or more;
//! - **totals**: where totals are shown, one hidden count alone is the total less the others. More cells are
//!   hidden (secondary secret) until who knows every total, every figure shown, and that what is hidden is
//!   not zero, is left with as many values for each primary count as the threshold, at least;
//! - **periods**: so also with the months of a year beside the year ([`protect_within`]).
//!
//! The reader is taken to know all of it and to reckon without fault: `plan` answers exactly what can be
//! deduced, and the tests try every table that agrees with what is shown.
//!
//! Sources: `reference.md` (thresholds of 5 and 11, floor of 20, dominance of 85 %); the way of it is that of
//! French official statistics (Insee, *Guide du secret statistique*).

mod plan;
#[cfg(test)]
mod tests;

pub use plan::Plan;
use plan::{Marge, room};

/// Fewest things below the bar of a rate that is shown.
pub const PLANCHER: u64 = 20;

/// Share of an amount from which its largest contributor would be told.
pub const DOMINANCE: f64 = 0.85;

/// How much more a total is worth showing than a part of the same count.
const PRIX_TOTAL: u64 = 4;

/// Who reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// The people of the network: other centres, the regional association.
    Reseau,
    /// Everybody else, funders included.
    Public,
}

impl Audience {
    /// Fewest persons or acts that may stand behind a figure other than zero.
    #[must_use]
    pub const fn seuil(self) -> u64 {
        match self {
            Self::Reseau => 5,
            Self::Public => 11,
        }
    }

    /// Whether a count is secret by itself.
    #[must_use]
    pub const fn is_small(self, count: u64) -> bool {
        count > 0 && count < self.seuil()
    }
}

/// Whether one contributor makes up so much of an amount that the amount tells it. Amounts are positive; of
/// nothing, nobody has a share.
#[must_use]
pub fn is_dominated(contributions: impl IntoIterator<Item = f64>) -> bool {
    let (mut most, mut total) = (0.0_f64, 0.0);
    for amount in contributions.into_iter().filter(|amount| *amount > 0.0) {
        most = most.max(amount);
        total += amount;
    }
    total > 0.0 && most >= DOMINANCE * total
}

/// What the figures of a cell give away: counts that are all hidden together. For a rate: below the bar,
/// above it, and what is left; each a list with one count per part.
pub type Marges = Vec<Vec<u64>>;

/// Which cells of a table stay secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Masque(Vec<bool>);

impl Masque {
    /// Nothing hidden.
    #[must_use]
    pub fn none(plan: &Plan) -> Self {
        Self(vec![false; plan.cells()])
    }

    /// Everything hidden.
    #[must_use]
    pub fn all(plan: &Plan) -> Self {
        Self(vec![true; plan.cells()])
    }

    /// Whether a cell is hidden: one that does not exist is.
    #[must_use]
    pub fn hides(&self, cell: usize) -> bool {
        self.0.get(cell).copied().unwrap_or(true)
    }

    /// Hides a cell too.
    pub fn hide(&mut self, cell: usize) {
        if let Some(place) = self.0.get_mut(cell) {
            *place = true;
        }
    }

    /// Hides what the other hides too; whether that changed anything.
    pub fn join(&mut self, other: &Self) -> bool {
        let before = self.0.clone();
        for (place, hidden) in self.0.iter_mut().zip(&other.0) {
            *place |= hidden;
        }
        before != self.0
    }
}

/// A table to be shown: its counts, and what of it is secret by itself.
struct Table<'a> {
    plan: &'a Plan,
    /// Counts of all cells, by margin.
    marges: Vec<Vec<u64>>,
    /// Cells secret by themselves.
    primaires: Vec<bool>,
    /// What a cell costs when it is hidden; none for what cannot be.
    prix: Vec<Option<u64>>,
}

impl<'a> Table<'a> {
    fn new(
        plan: &'a Plan,
        marges: &Marges,
        connues: &[bool],
        sensible: &impl Fn(&[u64]) -> bool,
    ) -> Self {
        let marges: Vec<Vec<u64>> = marges.iter().map(|parts| plan.sums(parts)).collect();
        let is_known = |cell: usize| connues.get(cell).copied().unwrap_or(false);
        let own = |cell: usize| -> Vec<u64> {
            marges.iter().map(|marge| marge.get(cell).copied().unwrap_or_default()).collect()
        };
        let counts: Vec<Vec<u64>> = (0..plan.cells()).map(own).collect();
        let primaires = counts.iter().enumerate().map(|(cell, counts)| {
            counts.iter().any(|count| *count > 0) && !is_known(cell) && sensible(counts)
        });
        let prix = counts.iter().enumerate().map(|(cell, counts)| {
            let most = counts.iter().copied().max().unwrap_or_default();
            let dear = if cell < plan.parts() { 1 } else { PRIX_TOTAL };
            (most > 0 && !is_known(cell)).then(|| most.saturating_mul(dear))
        });
        Self { plan, primaires: primaires.collect(), prix: prix.collect(), marges }
    }

    /// Hides more, until each primary cell has `wanted` other values at least in every margin.
    fn complete(&self, masque: &mut Masque, wanted: u64) {
        for (cell, primaire) in self.primaires.iter().enumerate() {
            if *primaire {
                masque.hide(cell);
            }
        }
        let primary = || (0..self.plan.cells()).filter(|cell| self.is_primary(*cell));
        for cell in primary() {
            for marge in &self.marges {
                self.secure(marge, cell, masque, wanted);
            }
        }
    }

    fn is_primary(&self, cell: usize) -> bool {
        self.primaires.get(cell).copied().unwrap_or(false)
    }

    fn secure(&self, marge: &[u64], cell: usize, masque: &mut Masque, wanted: u64) {
        if marge.get(cell).is_none_or(|count| *count == 0) {
            return;
        }
        // Each turn hides one cell at least.
        for _ in 0..self.plan.cells() {
            let rooms = rooms(marge, masque);
            let prix = self.payable(marge, masque);
            match self.plan.check_room(&rooms, cell, wanted, &prix) {
                Ok(()) => return,
                Err(more) if more.is_empty() => return,
                Err(more) => more.into_iter().for_each(|cell| masque.hide(cell)),
            }
        }
    }

    /// The prices of what may still be hidden to the good of a margin.
    fn payable(&self, marge: &[u64], masque: &Masque) -> Vec<Option<u64>> {
        let each = self.prix.iter().enumerate();
        each.map(|(cell, prix)| {
            let count = marge.get(cell).copied().unwrap_or_default();
            prix.filter(|_| count > 0 && !masque.hides(cell))
        })
        .collect()
    }
}

/// What each cell of a margin may gain and lose: nothing for those shown.
fn rooms(marge: &[u64], masque: &Masque) -> Vec<Marge> {
    let each = marge.iter().enumerate();
    each.map(|(cell, count)| if masque.hides(cell) { room(*count) } else { (0, 0) }).collect()
}

/// What to hide of a table. All its totals are taken as shown unless hidden here.
///
/// `connues` are the cells that the reader knows anyway (the own centre): never hidden, and never counted
/// on. `sensible` says whether a cell is secret by itself, out of its counts in each margin; it is not asked
/// for a cell of zeros.
#[must_use]
pub fn protect(
    plan: &Plan,
    marges: &Marges,
    audience: Audience,
    connues: &[bool],
    sensible: impl Fn(&[u64]) -> bool,
) -> Masque {
    let mut masque = Masque::none(plan);
    let table = Table::new(plan, marges, connues, &sensible);
    table.complete(&mut masque, audience.seuil() - 1);
    masque
}

/// Whether what [`protect`] hides is enough: each cell that is secret by itself keeps as many other values as
/// the audience asks for. It is not when so few cells are not zero that the totals tell them all: then
/// nothing of the table may be shown, its zeros included.
#[must_use]
pub fn is_protected(
    plan: &Plan,
    marges: &Marges,
    audience: Audience,
    connues: &[bool],
    (sensible, masque): (impl Fn(&[u64]) -> bool, &Masque),
) -> bool {
    let table = Table::new(plan, marges, connues, &sensible);
    let mut primary = (0..plan.cells()).filter(|cell| table.is_primary(*cell));
    primary.all(|cell| {
        table.marges.iter().all(|marge| {
            marge.get(cell).is_none_or(|count| *count == 0)
                || plan.check_room(&rooms(marge, masque), cell, audience.seuil() - 1, &[]).is_ok()
        })
    })
}

/// What to hide of a whole period, and of every period within it (the months of a year): the same cells in
/// each of these, so that none is found by subtracting the others from the whole.
///
/// The reader knows the whole and each part of it. A count of one month keeps its secret when a second month
/// can take from it what it gains, cell by cell, or when the cells around it are hidden in the whole too.
#[must_use]
pub fn protect_within(
    plan: &Plan,
    whole: &Marges,
    within: &[Marges],
    audience: Audience,
    connues: &[bool],
    sensible: impl Fn(&[u64]) -> bool,
) -> (Masque, Masque) {
    let wanted = audience.seuil() - 1;
    let year = Table::new(plan, whole, connues, &sensible);
    let months: Vec<Table<'_>> =
        within.iter().map(|marges| Table::new(plan, marges, connues, &sensible)).collect();
    let (mut masque, mut detail) = (Masque::none(plan), Masque::none(plan));
    // Hiding only ever grows.
    for _ in 0..=plan.cells() {
        let before = (masque.clone(), detail.clone());
        year.complete(&mut masque, wanted);
        detail.join(&masque);
        for month in &months {
            month.complete(&mut detail, wanted);
        }
        for rank in 0..months.len() {
            secure_month(&months, rank, (&mut masque, &mut detail), wanted);
        }
        if before == (masque.clone(), detail.clone()) {
            break;
        }
    }
    (masque, detail)
}

/// Keeps the primary cells of one month from who subtracts the other months from the whole.
fn secure_month(
    months: &[Table<'_>],
    rank: usize,
    (masque, detail): (&mut Masque, &mut Masque),
    wanted: u64,
) {
    let Some(month) = months.get(rank) else { return };
    for cell in (0..month.plan.cells()).filter(|cell| month.is_primary(*cell)) {
        for (which, marge) in month.marges.iter().enumerate() {
            let own = marge.get(cell).copied().unwrap_or_default();
            let exchanged = |second: &[u64]| {
                let rooms = exchanges(marge, second, detail);
                month.plan.check_room(&rooms, cell, wanted, &[]).is_ok()
            };
            let others = months.iter().enumerate().filter(|(other, _)| *other != rank);
            let mut others: Vec<(u64, &Vec<u64>)> = others
                .filter_map(|(_, other)| other.marges.get(which))
                .map(|second| (second.get(cell).copied().unwrap_or_default(), second))
                .filter(|(count, _)| *count > 0)
                .collect();
            // The months with the most to give first.
            others.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
            if own == 0 || others.iter().any(|(_, second)| exchanged(second)) {
                continue;
            }
            masque.hide(cell);
            month.secure(marge, cell, masque, wanted);
            detail.join(masque);
        }
    }
}

/// What each hidden cell may gain in a month and lose in another, and the reverse: the whole stays the same.
fn exchanges(marge: &[u64], second: &[u64], detail: &Masque) -> Vec<Marge> {
    let each = marge.iter().zip(second).enumerate();
    each.map(|(cell, (count, other))| match detail.hides(cell) && *count > 0 && *other > 0 {
        true => (other - 1, count - 1),
        false => (0, 0),
    })
    .collect()
}
