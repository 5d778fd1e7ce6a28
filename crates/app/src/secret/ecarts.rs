//! What a year counts at a campaign beside what it counts at the ones that came after: whoever reads both reads
//! who came in between.
//!
//! The figures of the moment are never hidden for that; going back in time, a campaign keeps the figure of a
//! centre when it is the same as every later one still shown, or differs from it by the threshold at least. What
//! Mallette shows at one moment then tells no small difference. What a person wrote down before is out of reach.

use std::collections::BTreeMap;
use std::sync::Arc;

use mallette_domain::periode::Periode;
use mallette_stats::secret::suites::is_near;
use mallette_stats::secret::{Audience, Donnees};

use super::comptes::Comptes;
use crate::etat::Etat;

/// Adds to the figures of a period what the snapshots that came `apres`, the latest first, leave of them: which
/// centres and totals are too near, and the gaps with the next one, entries and departures apart, so that
/// totals do not tell them. `codes` are the centres that have other keys here.
pub(super) fn add_gaps(
    comptes: &impl Comptes,
    donnees: &mut Donnees,
    periode: Periode,
    apres: &[Arc<Etat>],
    codes: &BTreeMap<String, String>,
) {
    if apres.is_empty() {
        return;
    }
    let (width, plan) = (comptes.width(), &comptes.places().plan);
    let own: Vec<Vec<u64>> =
        donnees.comptes.iter().take(width).map(|parts| plan.sums(parts)).collect();
    let later: Vec<Vec<Vec<u64>>> =
        apres.iter().map(|etat| sums_in(comptes, etat, periode, codes)).collect();
    let mut gaps = vec![vec![0; plan.parts()]; 2 * width];
    donnees.designees = vec![false; plan.cells()];
    for cell in 0..plan.cells() {
        let at = |marges: &[Vec<u64>]| -> Vec<u64> {
            marges.iter().map(|marge| marge.get(cell).copied().unwrap_or_default()).collect()
        };
        let counts = at(&own);
        let shown = shown(comptes, later.iter().map(|marges| at(marges)));
        if let Some(place) = donnees.designees.get_mut(cell) {
            *place = shown.iter().flatten().any(|known| is_close(&counts, known));
        }
        // A figure that the next campaign does not show is not subtracted from.
        let Some(Some(next)) = shown.last() else { continue };
        for (which, (own, next)) in counts.iter().zip(next).enumerate() {
            let rank = 2 * which + usize::from(own > next);
            if let Some(place) = gaps.get_mut(rank).and_then(|gap| gap.get_mut(cell)) {
                *place = own.abs_diff(*next);
            }
        }
    }
    donnees.comptes.extend(gaps);
}

/// The counts of every cell in another snapshot; those of a centre that it has not received are zeros.
fn sums_in(
    comptes: &impl Comptes,
    etat: &Etat,
    periode: Periode,
    codes: &BTreeMap<String, String>,
) -> Vec<Vec<u64>> {
    let places = comptes.places();
    let mut sums = vec![vec![0; places.ids().len()]; comptes.width()];
    for (part, id) in places.ids().iter().enumerate() {
        let centre = etat.centres.get(codes.get(id).unwrap_or(id));
        let counts = centre.and_then(|centre| comptes.counts(centre, periode));
        for (marge, count) in sums.iter_mut().zip(counts.iter().flatten()) {
            if let Some(place) = marge.get_mut(part) {
                *place = *count;
            }
        }
    }
    sums.iter().map(|parts| places.plan.sums(parts)).collect()
}

/// Which counts of a cell are still shown, the latest first.
fn shown(comptes: &impl Comptes, later: impl Iterator<Item = Vec<u64>>) -> Vec<Option<Vec<u64>>> {
    let mut shown: Vec<Option<Vec<u64>>> = Vec::new();
    for counts in later {
        let kept = !comptes.is_sensitive(&counts)
            && !shown.iter().flatten().any(|known| is_close(&counts, known));
        shown.push(kept.then_some(counts));
    }
    shown
}

/// Whether one of the counts of two figures of a centre, or their sums, differ by too few.
fn is_close(one: &[u64], other: &[u64]) -> bool {
    let sums = [one, other].map(|counts| counts.iter().sum::<u64>());
    let seuil = Audience::Reseau.seuil();
    is_near(sums[0], sums[1], seuil) || one.iter().zip(other).any(|(a, b)| is_near(*a, *b, seuil))
}
