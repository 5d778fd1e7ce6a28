//! Counts of centres that are hidden together: those of an indicator, or one that several indicators tell.

use mallette_domain::periode::Periode;
use mallette_stats::secret::Donnees;

use super::Places;
use crate::etat::{Centre, Etat};

/// Counts of centres that are hidden together.
pub(super) trait Comptes {
    /// Where the centres stand.
    fn places(&self) -> &Places;

    /// What every centre counts over a period: `width` counts, then others that are looked at beside them.
    fn read(&self, periode: Periode) -> Donnees;

    /// How many counts its own figures give away.
    fn width(&self) -> usize;

    /// The counts that the figure of a centre gives away; none when it is not received.
    fn counts(&self, centre: &Centre, periode: Periode) -> Option<Vec<u64>>;

    /// Whether counts, those of its own first, are secret by themselves.
    fn is_sensitive(&self, counts: &[u64]) -> bool;
}

/// A centre, whether the reader may look into it or not.
pub(super) fn centre<'a>(etat: &'a Etat, id: &str) -> Option<&'a Centre> {
    etat.centres.get(id).or_else(|| etat.voisinage.centres.get(id))
}
