//! The operational SQL store, on SQLite or PostgreSQL, behind repositories and one unit of work.
//!
//! Every change is one transaction that first takes the writers' turn, does its work and writes
//! the journal. The same statements, with `$1` placeholders, serve both engines: tables hold `TEXT`
//! and `BIGINT` only, and the migrations are one source.

mod campagne;
mod correspondance;
mod erreur;
mod import;
mod journal;
mod ligne;
mod ouverture;
mod structure;
mod undo;
mod unite;
mod version;

pub use campagne::Campagne;
pub use correspondance::Correspondance;
pub use erreur::RegistryError;
pub use import::{Import, ImportResume, NouvelImport, NouvelleVersion};
pub use journal::Entree;
pub use ouverture::{Registry, sqlite_url};
pub use version::Version;

#[cfg(test)]
mod tests;
