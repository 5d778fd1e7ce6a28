//! What the figures of a table give away, part by part: counts, and sums of money with the largest
//! contribution of one person.

use super::plan::Plan;

/// Share of an amount from which its largest contributor would be told.
pub const DOMINANCE: f64 = 0.85;

/// What the figures of a cell give away: counts that are all hidden together. For a rate: below the bar,
/// above it, and what is left; each a list with one count per part.
pub type Marges = Vec<Vec<u64>>;

/// A sum of money, and how much of it one person makes.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Montant {
    /// The sum, in euros.
    pub somme: f64,
    /// The largest contribution of one person to it, in euros; none when it is not known.
    pub majeure: Option<f64>,
}

impl Montant {
    /// Whether one person makes so much of the sum that the sum tells it; so it is taken to be when the
    /// largest contribution is not known, or when what was taken back leaves less than it. Of nothing,
    /// nobody has a share.
    #[must_use]
    pub fn is_dominated(&self) -> bool {
        match self.majeure {
            Some(majeure) => majeure > 0.0 && majeure >= DOMINANCE * self.somme,
            None => self.somme != 0.0,
        }
    }

    /// The two together, nobody contributing to both: persons of two centres are told apart, since a
    /// pseudonym means nothing outside of its centre.
    #[must_use]
    pub fn beside(self, other: Self) -> Self {
        self.merge(other, f64::max)
    }

    /// The two together, when the same persons may contribute to both (two months of one centre): the
    /// largest contribution is then their sum at most, and is taken to be it.
    #[must_use]
    pub fn after(self, other: Self) -> Self {
        self.merge(other, |left, right| left + right)
    }

    fn merge(self, other: Self, majeure: impl Fn(f64, f64) -> f64) -> Self {
        let known = |one: &Self| one.majeure.or((one.somme == 0.0).then_some(0.0));
        let majeure = known(&self).zip(known(&other)).map(|(left, right)| majeure(left, right));
        Self { somme: self.somme + other.somme, majeure }
    }

    /// In whole euros.
    pub(super) fn euros(&self) -> u64 {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a number of euros between 0 and 2^52"
        )]
        let euros = self.somme.clamp(0.0, 4e15).ceil() as u64;
        euros
    }
}

/// How many euros must be hidden beside so many: as many as bring a sole contributor under [`DOMINANCE`].
pub(super) const fn room_of(euros: u64) -> u64 {
    euros.saturating_mul(3) / 17 + 1
}

/// The figures of a table, before anything is hidden.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Donnees {
    /// Counts of the parts.
    pub comptes: Marges,
    /// Sums of money of the parts; empty when there are none.
    pub montants: Vec<Montant>,
    /// The cells that are secret for a reason of their own, whatever they count; those after the last are not.
    pub designees: Vec<bool>,
    /// The cells that are hidden anyway, to the good of another table, and need no secret of their own; those after
    /// the last are not.
    pub fermees: Vec<bool>,
}

impl From<Marges> for Donnees {
    fn from(comptes: Marges) -> Self {
        Self { comptes, ..Self::default() }
    }
}

impl Donnees {
    /// Whether a cell is hidden anyway.
    pub(super) fn is_closed(&self, cell: usize) -> bool {
        self.fermees.get(cell).copied().unwrap_or(false)
    }

    /// The amounts of every cell.
    pub(super) fn amounts(&self, plan: &Plan) -> Vec<Montant> {
        if self.montants.is_empty() {
            return Vec::new();
        }
        let mut cells = vec![Montant::default(); plan.cells()];
        for part in 0..plan.parts() {
            let own = self.montants.get(part).copied().unwrap_or_default();
            for cell in plan.totals_of(part).chain([part]) {
                if let Some(place) = cells.get_mut(cell) {
                    *place = place.beside(own);
                }
            }
        }
        cells
    }

    /// One period after another, part by part.
    #[must_use]
    pub fn after(mut self, other: &Self) -> Self {
        let width = self.comptes.len().max(other.comptes.len());
        self.comptes.resize(width, Vec::new());
        for (sums, counts) in self.comptes.iter_mut().zip(&other.comptes) {
            sums.resize(sums.len().max(counts.len()), 0);
            sums.iter_mut().zip(counts).for_each(|(sum, count)| *sum = sum.saturating_add(*count));
        }
        let parts = self.montants.len().max(other.montants.len());
        self.montants.resize(parts, Montant::default());
        for (sum, amount) in self.montants.iter_mut().zip(&other.montants) {
            *sum = sum.after(*amount);
        }
        self
    }
}
