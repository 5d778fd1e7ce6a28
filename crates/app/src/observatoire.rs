//! The observatory: which cohorts a reader may ask for, and what of their counts stays secret.
//!
//! The team of a centre reads its own cohorts whole, of any span and public. Of several centres together,
//! only spans that cannot be subtracted from one another are shown (`offres`), and their publics, hidden together
//! (`publics`): a day more or less would tell the few people in between. Of one centre, who reads the network sees
//! the same spans, all publics together, less what the centres side by side would tell (`centre`); a région is read
//! so beside the others (`regions`).
//!
//! Months are read from the exit or from the entry. What is hidden is decided for both at once: whoever reads one, then
//! the other, finds at the entry and at the exit the same numbers and the same secrets (`tardifs`: who is late of both).
//!
//! How far chance could move what is told, and whether it would do for a gap, is reckoned from what is told (`hasard`).

mod centre;
pub mod definition;
mod hasard;
mod lue;
mod offres;
mod passages;
mod publics;
mod regions;
mod secrets;
mod tardifs;
#[cfg(test)]
mod tests;
mod voiles;

pub use centre::EFFECTIF;
pub use hasard::{Ecart, Intervalle, Part};
pub use lue::{Classe, Compte, Lue, Passage};
pub use offres::{first, is_offered, offered, whole};
pub use voiles::Voiles;
