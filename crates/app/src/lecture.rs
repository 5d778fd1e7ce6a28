//! From the snapshot to what each page shows: one module per page, pure functions.

pub mod accueil;
pub mod campagnes;
pub mod centre;
pub mod changements;
pub mod controles;
pub mod imports;
pub mod indicateurs;
pub mod mots;
pub mod parametres;
pub mod portee;
pub mod provenance;
pub mod requis;
pub mod reseau;
