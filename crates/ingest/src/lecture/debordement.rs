//! Putting rows aside when those in memory take too much, a little between two batches.

use super::Compte;
use crate::centre::Centre;
use crate::debord::Debord;
use crate::erreur::IngestError;

/// When rows are put aside.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bornes {
    /// Bytes of rows kept in memory: beyond, they wait on the disk.
    pub(super) memory: usize,
    /// Bytes under which the rows of one table of one centre are not worth putting aside.
    pub(super) worth: usize,
    /// Batches between two looks at the memory taken.
    pub(super) look: u32,
    /// Bytes put aside between two batches: a round over all centres at once would leave those who
    /// read and type with nothing to do.
    pub(super) step: usize,
}

/// Those of every import.
pub(super) const BORNES: Bornes =
    Bornes { memory: 192 << 20, worth: 16 << 10, look: 128, step: 1 << 20 };

impl Compte<'_> {
    /// Begins a round of putting rows aside when those in memory take too much.
    pub(super) fn weigh(&mut self, bornes: Bornes) {
        if self.round.is_empty()
            && self.centres.values().map(Centre::bytes).sum::<usize>() >= bornes.memory
        {
            self.round = self.centres.keys().rev().cloned().collect();
        }
    }

    /// Goes on with the round that was begun, by one step.
    pub(super) fn spill(&mut self, debord: &Debord, bornes: Bornes) -> Result<(), IngestError> {
        let mut spilled = 0;
        while spilled < bornes.step
            && let Some(structure_id) = self.round.pop()
        {
            if let Some(centre) = self.centres.get_mut(&structure_id) {
                spilled += centre.spill(bornes.worth, debord)?;
            }
        }
        Ok(())
    }
}
