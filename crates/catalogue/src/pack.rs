//! Packs: rules, indicators, profiles, guides of one network, given to another as one signed file.
//!
//! Pure: what a file says ([`Pack::read`]), what it would change in a network's own catalogue
//! ([`compare`]), and that catalogue once it is changed ([`apply`]). Nothing here reads or writes a disk, and
//! nothing decides that a catalogue is good: it is read whole, and its examples run, before it is put in place.

mod cle;
mod differences;
mod document;
mod erreur;
mod inventaire;
mod manifeste;
mod place;
mod plan;

pub use cle::{ClePublique, CleSecrete};
pub use differences::{Difference, Ecart, Etat};
pub use document::{OCTETS, Pack};
pub use erreur::PackError;
pub use inventaire::{Acte, INVENTAIRE, Installe, Inventaire, Pose, Signataire};
pub use manifeste::{Dependance, Lecture, Manifeste};
pub use place::{DOSSIER, is_allowed};
pub use plan::{Choix, Existant, Plan, apply, compare, remove};
pub use semver::{Version, VersionReq};

/// Fingerprint of a text: BLAKE3, in hexadecimal.
#[must_use]
pub fn fingerprint(text: &[u8]) -> String {
    blake3::hash(text).to_hex().to_string()
}

#[cfg(test)]
mod tests;
