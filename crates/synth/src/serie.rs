//! A series of monthly extracts of one region: the same young persons, seen earlier. What had not happened
//! yet is not there, what was still open is open, and some mistakes were not corrected yet.

use jiff::ToSpan as _;

use crate::jour::{self, Jour};
use crate::vie::Vie;
use crate::{Bilan, Demande, SynthError, generate_at};

/// The most extracts of a series.
pub const MAX_MOIS: u32 = 60;

/// Writes `mois` monthly extracts of a region, the last one at the date of the request, each in a folder
/// named by its date: the one of the last month is what [`crate::generate`] writes.
///
/// # Errors
/// As [`crate::generate`], and when the first extract would come before 2018, or there are too many.
pub fn generate_series(
    demande: &Demande,
    mois: u32,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Vec<Bilan>, SynthError> {
    if !(1..=MAX_MOIS).contains(&mois) {
        return Err(SynthError::Mois { demande: mois, maximum: MAX_MOIS });
    }
    let last = demande.date_extraction;
    let total = demande.dossiers.saturating_mul(u64::from(mois));
    let mut series = Vec::new();
    for recul in (0..mois).rev() {
        let date = last.saturating_sub(i64::from(recul).months());
        let one = Demande {
            sortie: demande.sortie.join(date.to_string()),
            date_extraction: date,
            ..demande.clone()
        };
        let before = demande.dossiers.saturating_mul(u64::from(mois - 1 - recul));
        let mut told = |done: u64, _: u64| progress(before + done, total);
        series.push(generate_at(&one, (last, recul), &mut told)?);
    }
    Ok(series)
}

/// Whether the dossier was there on that day; its rows as they were then.
pub(crate) fn rewind(vie: &mut Vie, day: Jour) -> bool {
    let started = |at: Option<Jour>| at.is_none_or(|at| at <= day);
    if vie.dossier.creation > day {
        return false;
    }
    // A date to come entered by mistake, at the last extract, is not known before it.
    vie.dossier.maj = vie.dossier.maj.min(day);
    vie.parcours.retain(|row| started(row.initialisation.or(row.entree)));
    for row in &mut vie.parcours {
        if row.fin.is_some_and(|fin| fin > day) {
            row.fin = None;
            row.motif = "";
        }
        row.maj = row.maj.min(day);
    }
    vie.evenements.retain(|row| row.date <= day);
    vie.propositions.retain(|row| row.date <= day);
    vie.situations.retain(|row| started(row.debut));
    for row in &mut vie.situations {
        row.fin = row.fin.filter(|fin| *fin <= day);
        row.maj = row.maj.min(day);
    }
    vie.allocations.retain(|row| row.mois <= day);
    true
}

/// The day of a date, as rows count it.
pub(crate) fn day_of(date: jiff::civil::Date) -> Jour {
    jour::from_date(date)
}
