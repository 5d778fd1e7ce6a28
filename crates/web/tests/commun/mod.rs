//! A workshop without a warehouse: three centres with data, one not received, three imports.
//! Its figures are small enough to be added up by hand in the tests.
//!
//! - [`double`]: the workshop, which keeps what was asked of it;
//! - [`instantane`]: its snapshot; [`chiffres`]: the figures and the lists of one centre;
//! - [`reponses`]: what it says of an import;
//! - [`suivis`]: its cohorts.

mod chiffres;
mod double;
mod instantane;
mod reponses;
#[path = "cohorte.rs"]
mod suivis;

pub(crate) use double::Double;
pub(crate) use instantane::etat;

/// Received twice: 4 November 2019.
pub(crate) const LYON: &str = "69382S00";
/// Received once, a month and a half before: 20 September 2019.
pub(crate) const GRENOBLE: &str = "38185S00";
/// Its name is an attack.
pub(crate) const HOSTILE: &str = "01053S00";
/// Not received.
pub(crate) const ROANNE: &str = "42187S00";
/// A name that no page may let through.
pub(crate) const HOSTILE_NAME: &str = "ML <script>alert(1)</script> & \"Fils\"";
