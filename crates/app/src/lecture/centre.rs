//! Centres as pages show them: the network, one centre, one conseiller.
//!
//! - [`reseau`]: every centre of the network, received or not;
//! - [`fiche`]: one centre: its figures, its anomalies, its antennes and conseillers;
//! - [`histoire`]: what a centre was made of, and what it became;
//! - [`apercu`]: every indicator of one centre at a glance;
//! - [`anomalies`]: what rules caught, of a centre or of a part of it;
//! - [`niveaux`]: one indicator at the levels of a centre at once;
//! - [`portefeuille`]: the size of portfolios, and what is too little to be given of a part;
//! - [`partie`]: what rules caught in one antenne, or in what has none;
//! - [`conseiller`]: one conseiller, by code: names stay in the vault of the centre.

pub mod anomalies;
pub mod apercu;
pub mod conseiller;
pub mod fiche;
pub mod histoire;
pub mod niveaux;
pub mod partie;
pub mod portefeuille;
pub mod reseau;

#[cfg(test)]
mod tests;
