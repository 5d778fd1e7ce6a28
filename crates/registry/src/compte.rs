//! People: who they are, how they sign in, what they hold.

pub(crate) mod appareil;
pub(crate) mod essai;
pub(crate) mod fonction;
pub(crate) mod habilitation;
pub(crate) mod identifiant;
pub(crate) mod jeton;
pub(crate) mod personne;
pub(crate) mod proposition;
pub(crate) mod second_facteur;
pub(crate) mod session;
