//! Where a centre stands among others: quartiles, box plots, positions, what-if, intervals, the end of a
//! year, exact shares; and what stays secret of a table that is published.
//!
//! Pure functions over finite numbers; nothing here knows a table or a page. Definitions:
//! `reference.md` §4.

pub mod atterrissage;
pub mod boxplot;
pub mod exact;
pub mod interval;
pub mod ordre;
pub mod pairs;
pub mod partage;
pub mod position;
pub mod quartile;
pub mod secret;
pub mod seuil;
pub mod survie;
pub mod voisins;
pub mod what_if;
