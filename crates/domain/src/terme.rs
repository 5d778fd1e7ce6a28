//! What ends on a day: a contract, a dispositif, an age.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::resultat::Objet;

/// An object that a rule of deadline caught, with the day on which it ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terme {
    /// Code of the rule.
    pub regle: String,
    /// The object caught.
    pub objet: Objet,
    /// The day; none when the rule caught it and cannot date it.
    pub le: Option<Date>,
    /// Code of what ends, when the rule tells several apart: `PEC`, `ALTERNANCE`, `CEJ`…
    pub nature: Option<String>,
}
