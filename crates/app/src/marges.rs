//! Margins of progress: what there is to win, what it would move, what ends and when, and what became of
//! what was named the month before.
//!
//! - [`gain`]: what correcting one object of a rule moves, in figures of a centre;
//! - [`projection`]: where the centre would stand once some were done;
//! - [`tableau`]: the margins of a centre and of each conseiller; of the network, by centre;
//! - [`calendrier`]: what ends, week by week;
//! - [`devenir`]: what became of the margins of the extract before;

pub mod calendrier;
pub mod devenir;
pub mod gain;
pub mod projection;
pub mod tableau;

use mallette_catalogue::Regle;

/// Families of rules that are worked on rather than corrected: margins, and deadlines.
pub const FAMILLES: [&str; 2] = ["marge", "echeance"];

/// Whether a rule names margins or deadlines.
#[must_use]
pub fn is_margin(regle: &Regle) -> bool {
    FAMILLES.contains(&regle.famille.as_str())
}
