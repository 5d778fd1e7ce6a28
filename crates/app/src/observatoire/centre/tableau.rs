//! A table of rows side by side by values, and what of it is hidden.

use mallette_stats::secret::{Audience, Donnees, Masque, Plan, Transparente, conceal, protect};

use super::super::secrets::few;

/// Counts of the rows that are read, and of what is left of the network, by value.
pub(super) struct Tableau {
    pub(super) plan: Plan,
    pub(super) donnees: Donnees,
    /// The cells that the reader knows anyway.
    pub(super) connues: Vec<bool>,
    /// How many values a row has.
    pub(super) largeur: usize,
}

impl Tableau {
    pub(super) fn protect(&self) -> Result<Masque, Transparente> {
        protect(&self.plan, &self.donnees, Audience::Reseau, &self.connues, few)
    }

    pub(super) fn conceal(&self) -> Result<Masque, Transparente> {
        conceal(&self.plan, &self.donnees, Audience::Reseau, &self.connues, few)
    }

    /// What to hide of tables that tell one another: as soon as one is too sparse, or when they are to be `shut`,
    /// nothing of any is shown.
    pub(super) fn mask(tables: &[&Self], shut: bool) -> Result<Vec<Masque>, Transparente> {
        let kept = tables.iter().map(|table| table.protect()).collect();
        let kept: Result<Vec<_>, _> = if shut { Err(Transparente) } else { kept };
        kept.or_else(|Transparente| tables.iter().map(|table| table.conceal()).collect())
    }

    /// Says that a value of a row is secret whatever it counts; whether that is new, and hides something.
    pub(super) fn name(&mut self, row: usize, value: usize) -> bool {
        let cell = row * self.largeur + value;
        let named = &mut self.donnees.designees;
        if named.len() <= cell {
            named.resize(cell + 1, false);
        }
        let counts = |marge: &Vec<u64>| marge.get(cell).is_some_and(|count| *count > 0);
        let some = self.donnees.comptes.iter().any(counts);
        let known = self.connues.get(cell).copied().unwrap_or(false);
        match named.get_mut(cell) {
            Some(place) if !*place && some && !known => {
                *place = true;
                true
            }
            _ => false,
        }
    }

    /// The values that stay secret of a row.
    pub(super) fn hidden<'m>(
        &self,
        masque: &'m Masque,
        row: usize,
    ) -> impl Iterator<Item = usize> + use<'m> {
        let first = row * self.largeur;
        (0..self.largeur).filter(move |value| masque.hides(first + value))
    }
}
