//! Statistical disclosure: which figures stay secret (`s`) outside of the space they come from, so that
//! no person can be told behind a small count, nor a hidden count found again from what is shown.
//!
//! - **counts**: from 1 to 4 for the network, from 1 to 10 for the public (primary secret). Zero is not
//!   secret: nothing is behind it;
//! - **rates**: a denominator of [`PLANCHER`] at least;
//! - **amounts**: no contributor with [`DOMINANCE`] of the total or more: no centre of a total, and above all no
//!   person of any cell;
//! - **totals**: where totals are shown, one hidden count alone is the total less the others. More cells are
//!   hidden (secondary secret) until who knows every total, every figure shown, and that what is hidden is
//!   not zero, is left with as many values for each primary count as the threshold, at least;
//! - **periods**: so also with the months of a year beside the year ([`protect_whole_first`]).
//!
//! The reader is taken to know all of it and to reckon without fault: `plan` answers exactly what can be
//! deduced, and the tests try every table that agrees with what is shown.
//!
//! Sources: `reference.md` (thresholds of 5 and 11, floor of 20, dominance of 85 %); the way of it is that of
//! French official statistics (Insee, *Guide du secret statistique*).

mod donnees;
mod periodes;
mod plan;
pub mod suites;
#[cfg(test)]
mod tests;

use donnees::room_of;
pub use donnees::{DOMINANCE, Donnees, Marges, Montant};
pub use periodes::{Periodes, protect_whole_first};
pub use plan::Plan;
use plan::{Marge, free, room};

/// Fewest things below the bar of a rate that is shown.
pub const PLANCHER: u64 = 20;

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

/// A table so sparse that its totals tell what should be hidden, whatever is hidden beside: nothing of it may
/// be shown, its zeros included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Transparente;

/// Which cells of a table stay secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Masque {
    cachees: Vec<bool>,
    /// Whether its zeros are secret too.
    zeros: bool,
}

impl Masque {
    /// Nothing hidden.
    #[must_use]
    pub fn none(plan: &Plan) -> Self {
        Self { cachees: vec![false; plan.cells()], zeros: false }
    }

    /// Everything hidden but zeros.
    #[must_use]
    pub fn all(plan: &Plan) -> Self {
        Self { cachees: vec![true; plan.cells()], zeros: false }
    }

    /// Everything hidden, zeros included: what is left of a table that is [`Transparente`].
    #[must_use]
    pub fn opaque(plan: &Plan) -> Self {
        Self { zeros: true, ..Self::all(plan) }
    }

    /// Whether a cell in which nothing is counted is hidden as the others are.
    #[must_use]
    pub const fn hides_zeros(&self) -> bool {
        self.zeros
    }

    /// Which cells are hidden, in their order.
    #[must_use]
    pub fn cells(&self) -> Vec<bool> {
        self.cachees.clone()
    }

    /// Whether a cell is hidden: one that does not exist is.
    #[must_use]
    pub fn hides(&self, cell: usize) -> bool {
        self.cachees.get(cell).copied().unwrap_or(true)
    }

    /// Hides a cell too.
    pub fn hide(&mut self, cell: usize) {
        if let Some(place) = self.cachees.get_mut(cell) {
            *place = true;
        }
    }

    /// Shows a cell.
    fn show(&mut self, cell: usize) {
        if let Some(place) = self.cachees.get_mut(cell) {
            *place = false;
        }
    }

    /// Hides what the other hides too; whether that changed anything.
    pub fn join(&mut self, other: &Self) -> bool {
        let before = self.clone();
        for (place, hidden) in self.cachees.iter_mut().zip(&other.cachees) {
            *place |= hidden;
        }
        self.zeros |= other.zeros;
        before != *self
    }
}

/// A table to be shown: its counts, and what of it is secret by itself.
struct Table<'a> {
    plan: &'a Plan,
    /// Counts of all cells, by margin; then, when there are amounts, their euros.
    marges: Vec<Vec<u64>>,
    /// How many of the margins are counts.
    comptes: usize,
    /// Cells secret by themselves.
    primaires: Vec<bool>,
    /// Cells hidden anyway.
    fermees: Vec<bool>,
    /// What a cell costs when it is hidden; none for what cannot be.
    prix: Vec<Option<u64>>,
}

impl<'a> Table<'a> {
    fn new(
        plan: &'a Plan,
        donnees: &Donnees,
        connues: &[bool],
        sensible: &impl Fn(&[u64]) -> bool,
    ) -> Self {
        let mut marges: Vec<Vec<u64>> =
            donnees.comptes.iter().map(|parts| plan.sums(parts)).collect();
        let comptes = marges.len();
        let montants = donnees.amounts(plan);
        // A total of nothing but what the reader knows tells nothing either.
        let told = known_totals(plan, donnees, connues);
        let is_known = |cell: usize| {
            connues.get(cell).copied().unwrap_or(false) || told.get(cell).copied().unwrap_or(false)
        };
        let own = |cell: usize| -> Vec<u64> {
            marges.iter().map(|marge| marge.get(cell).copied().unwrap_or_default()).collect()
        };
        let counts: Vec<Vec<u64>> = (0..plan.cells()).map(own).collect();
        let primaires = counts.iter().enumerate().map(|(cell, counts)| {
            let dominated = montants.get(cell).is_some_and(Montant::is_dominated);
            let said = donnees.designees.get(cell).copied().unwrap_or(false);
            let small = counts.iter().any(|count| *count > 0) && (said || sensible(counts));
            !is_known(cell) && (dominated || small)
        });
        let primaires: Vec<bool> = primaires.collect();
        let euros: Vec<u64> = montants.iter().map(Montant::euros).collect();
        let prix = counts.iter().enumerate().map(|(cell, counts)| {
            let most = counts.iter().chain(euros.get(cell)).copied().max().unwrap_or_default();
            let dear = if cell < plan.parts() { 1 } else { PRIX_TOTAL };
            (most > 0 && !is_known(cell)).then(|| most.saturating_mul(dear))
        });
        let prix = prix.collect();
        if !euros.is_empty() {
            marges.push(euros);
        }
        let fermees = (0..plan.cells()).map(|cell| donnees.is_closed(cell)).collect();
        Self { plan, marges, comptes, primaires, fermees, prix }
    }

    /// What the reader of a cell reckons with. Of an amount, only what it may gain counts: what stands beside
    /// must be as much as would bring a sole contributor under the bar, or the sum of both would tell it.
    fn read_as(
        &self,
        which: usize,
        cell: usize,
        rooms: impl Fn(usize) -> Marge,
    ) -> impl Fn(usize) -> Marge {
        let amount = which >= self.comptes;
        move |at| {
            let (gain, loss) = rooms(at);
            (gain, if amount && at == cell { 0 } else { loss })
        }
    }

    /// How many other values a cell needs in a margin.
    fn wanted(&self, which: usize, cell: usize, counts: u64) -> u64 {
        if which < self.comptes {
            return counts;
        }
        room_of(self.marges.get(which).and_then(|marge| marge.get(cell)).copied().unwrap_or(0))
    }

    /// Hides more, until each primary cell has `wanted` other values at least in every margin; whether it
    /// could be done: when not, what is hidden is not enough, and not all that could be.
    fn complete(&self, masque: &mut Masque, wanted: u64) -> bool {
        let hidden = self.primaires.iter().zip(&self.fermees).map(|(own, closed)| own | closed);
        for (cell, _) in hidden.enumerate().filter(|(_, hidden)| *hidden) {
            masque.hide(cell);
        }
        let mut primaires = (0..self.plan.cells()).filter(|cell| self.is_primary(*cell));
        primaires.all(|cell| {
            (0..self.marges.len()).all(|which| self.secure(which, cell, masque, wanted))
        })
    }

    fn is_primary(&self, cell: usize) -> bool {
        self.primaires.get(cell).copied().unwrap_or(false)
    }

    /// Hides what a primary cell needs in a margin; whether it has it. What is hidden later only gives it more.
    fn secure(&self, which: usize, cell: usize, masque: &mut Masque, wanted: u64) -> bool {
        let Some(marge) = self.marges.get(which) else { return true };
        if marge.get(cell).is_none_or(|count| *count == 0) {
            return true;
        }
        let wanted = self.wanted(which, cell, wanted);
        // Each turn hides one cell at least.
        for _ in 0..=self.plan.cells() {
            let rooms = self.read_as(which, cell, |at| room_in(marge, masque, at));
            let prix = |at| self.payable(marge, masque, at);
            match self.plan.check_room(rooms, cell, wanted, prix) {
                Ok(()) => return true,
                Err(more) if more.is_empty() => return false,
                Err(more) => more.into_iter().for_each(|cell| masque.hide(cell)),
            }
        }
        false
    }

    /// What it costs to hide a cell to the good of a margin; none when that cannot be.
    fn payable(&self, marge: &[u64], masque: &Masque, cell: usize) -> Option<u64> {
        let count = marge.get(cell).copied().unwrap_or_default();
        let prix = self.prix.get(cell).copied().flatten();
        prix.filter(|_| count > 0 && !masque.hides(cell))
    }
}

/// The totals to which the parts that the reader does not know add nothing.
fn known_totals(plan: &Plan, donnees: &Donnees, connues: &[bool]) -> Vec<bool> {
    let mut told = vec![false; plan.cells()];
    if !connues.contains(&true) {
        return told;
    }
    told.iter_mut().skip(plan.parts()).for_each(|place| *place = true);
    let counts = |part: usize| {
        donnees.comptes.iter().any(|marge| marge.get(part).is_some_and(|count| *count > 0))
            || donnees.montants.get(part).is_some_and(|amount| *amount != Montant::default())
    };
    let unknown = (0..plan.parts()).filter(|part| !connues.get(*part).copied().unwrap_or(false));
    for total in unknown.filter(|part| counts(*part)).flat_map(|part| plan.totals_of(part)) {
        if let Some(place) = told.get_mut(total) {
            *place = false;
        }
    }
    told
}

/// What a cell of a margin may gain and lose: nothing when it is shown.
fn room_in(marge: &[u64], masque: &Masque, cell: usize) -> Marge {
    let count = marge.get(cell).copied().unwrap_or_default();
    if masque.hides(cell) { room(count) } else { (0, 0) }
}

/// What to hide of a table. All its totals are taken as shown unless hidden here.
///
/// `connues` are the cells that the reader knows anyway (the own centre): never hidden, and never counted
/// on. `sensible` says whether a cell is secret by itself, out of its counts in each margin; it is not asked
/// for a cell of zeros. Amounts are secret by themselves when one person dominates them.
///
/// # Errors
/// When hiding is not enough: so few cells are not zero that the totals which cannot be hidden tell them all.
pub fn protect(
    plan: &Plan,
    donnees: &Donnees,
    audience: Audience,
    connues: &[bool],
    sensible: impl Fn(&[u64]) -> bool,
) -> Result<Masque, Transparente> {
    let mut masque = Masque::none(plan);
    let table = Table::new(plan, donnees, connues, &sensible);
    let kept = table.complete(&mut masque, audience.seuil() - 1);
    kept.then_some(masque).ok_or(Transparente)
}

/// Hides a table that cannot be protected otherwise: everything but what the reader knows anyway (`connues`), zeros
/// of parts included, so that nobody knows any more which parts count something. The rest is as for [`protect`].
///
/// # Errors
/// When that is not enough either: what the reader knows tells a count that is secret.
pub fn conceal(
    plan: &Plan,
    donnees: &Donnees,
    audience: Audience,
    connues: &[bool],
    sensible: impl Fn(&[u64]) -> bool,
) -> Result<Masque, Transparente> {
    let is_known = |cell: usize| connues.get(cell).copied().unwrap_or(false);
    let table = Table::new(plan, donnees, connues, &sensible);
    let wanted = audience.seuil() - 1;
    // A total is still known not to be zero.
    let hidden = |marge: &[u64], cell: usize| {
        let count = marge.get(cell).copied().unwrap_or_default();
        match (is_known(cell), cell < plan.parts()) {
            (true, _) => (0, 0),
            (false, true) => free(count),
            (false, false) => room(count),
        }
    };
    for cell in (0..plan.cells()).filter(|cell| table.is_primary(*cell)) {
        for (which, marge) in table.marges.iter().enumerate() {
            if marge.get(cell).is_none_or(|count| *count == 0) {
                continue;
            }
            let rooms = table.read_as(which, cell, |at| hidden(marge, at));
            let needed = table.wanted(which, cell, wanted);
            if !plan.has_room(rooms, cell, needed) {
                return Err(Transparente);
            }
        }
    }
    let cachees = (0..plan.cells()).map(|cell| !is_known(cell)).collect();
    Ok(Masque { cachees, zeros: true })
}
