//! Use cases: what Mallette does, whoever asks (command line, pages) and whatever the adapters.
//!
//! - [`port`]: what the pages may ask of the running workshop, and what the workshop asks of the
//!   query engine;
//! - [`etat`]: the snapshot every page reads: no page computes over rows;
//! - [`atelier`]: the workshop itself: import, undo, the snapshot;
//! - [`suivi`]: how far an import is, and what may still be said of its files;
//! - [`cumul`]: measures of centres added up to every level, and box plots over groups;
//! - [`comptes`]: people, how they sign in, what they may do, what they read;
//! - [`session`]: the keys of the session on whose behalf the program works;
//! - [`visiteur`]: who is asking;
//! - [`mur`]: the wall: the same workshop, opened for what one person may see;
//! - [`rgpd`]: access, erasure, retention, requests, the register of processing;
//! - [`vie`]: since when anomalies stand, what people say of them, what is to be done;
//! - [`lecture`]: one module per page, from the snapshot to what the page shows.

pub mod atelier;
pub mod comptes;
pub mod cumul;
pub mod etat;
pub mod lecture;
pub mod mur;
pub mod periodes;
pub mod port;
pub mod rgpd;
pub mod session;
pub mod suivi;
pub mod vie;
pub mod visiteur;
mod voile;
