//! The life of an installation, told by the real binary: prepared, verified, saved, restored, its
//! master key changed.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod cle;
mod conserver;
mod essai;
mod federation;
mod fuites;
mod initialiser;
mod moteurs;
mod packs;
mod personnes;
mod sauvegarde;
mod tenues;
mod trace;
mod verification;
