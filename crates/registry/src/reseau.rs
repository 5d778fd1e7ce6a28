//! What centres and the network set, hold and become.

pub(crate) mod bris;
pub(crate) mod demande;
pub(crate) mod parametre;
pub(crate) mod part;
pub(crate) mod publication;
pub(crate) mod suite;
pub(crate) mod tache;
