//! Immutable versions of each centre's data, and the sealed vault of names.
//!
//! An import is written aside ([`Staging`], under `en_cours/`), synced, then renamed under
//! `versions/<structure>/<version>/`. Nothing there counts until the registry points to it, so a
//! death at any step leaves the previous version served and a directory that
//! [`Warehouse::sweep`] removes. Names never touch the disk in clear: they are sealed in memory
//! ([`Cles`] keeps one key per centre, wrapped) and opened only by [`Warehouse::identities`], with the
//! keyring of a session ([`Trousseau`]).

mod chemin;
pub mod cles;
mod coffre;
mod disque;
mod dossier;
pub mod ecarts;
mod ecrivain;
mod effacement;
mod effaces;
mod empreinte;
mod enregistreurs;
mod erreur;
mod fiche;
mod identites;
pub mod jours;
mod lignes;
mod marque;
mod menage;
pub mod objets;
mod parquet_fichier;
mod publication;
pub mod rejets;
mod reseau;
pub mod resultats;
pub mod sauvegarde;
mod sceau;
mod staging;
mod stockage;
mod suivi;
pub mod termes;
mod tri;
mod verification;
mod verrou;
pub mod vie;
mod warehouse;

#[cfg(test)]
mod tests;

pub use cles::{Cles, SourceMaitresse, Trousseau};
pub use dossier::{Rangee, TableDossier};
pub use effacement::{Effacement, EmpreinteVersion};
pub use effaces::{Efface, Effaces, Motif};
pub use erreur::WarehouseError;
pub use identites::{Identite, Identites};
pub use lignes::forget as forget_lignes;
pub use marque::{Marque, Moteur};
pub use publication::Publiee;
pub use reseau::restore_catalogue;
pub use staging::{Prete, Staging};
pub use stockage::{Genre, Stockage, StockageCentre};
pub use suivi::{Passage, Suivi};
pub use verification::Verifiee;
pub use verrou::Verrou;
pub use warehouse::Warehouse;
