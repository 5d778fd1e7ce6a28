//! The query engine: a session opened for a perimeter, the enriched views, and the fused
//! evaluation of rules and indicators. The only crate that knows DataFusion.

mod age;
mod cellules;
mod champs;
mod charte;
mod cohorte;
mod commune;
mod effet;
mod enclos;
mod enrichissement;
mod erreur;
mod essai;
mod fichiers;
mod garde;
mod indicateur;
mod jour;
mod libre;
mod liste;
#[cfg(test)]
mod mille;
mod parcours;
mod pause;
mod pesee;
mod regle;
mod requis;
mod session;
mod terme;
mod verification;

pub use enclos::{Enclos, Limites};
pub use enrichissement::{Enrichi, enrich, keep_views};
pub use erreur::EngineError;
pub use indicateur::Finesse;
pub use liste::Part;
pub use requis::Recues;
pub use session::{Session, Source};
pub use verification::{verify, verify_beside};
