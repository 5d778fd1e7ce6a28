//! The query engine: a session opened for a perimeter, the enriched views, and the fused
//! evaluation of rules and indicators. The only crate that knows DataFusion.

mod age;
mod cellules;
mod charte;
mod effet;
mod enrichissement;
mod erreur;
mod fichiers;
mod indicateur;
mod liste;
mod parcours;
mod regle;
mod requis;
mod session;
mod terme;
mod verification;

pub use enrichissement::{Enrichi, enrich, keep_views};
pub use erreur::EngineError;
pub use indicateur::Finesse;
pub use liste::Part;
pub use requis::Recues;
pub use session::{Session, Source};
pub use verification::verify;
