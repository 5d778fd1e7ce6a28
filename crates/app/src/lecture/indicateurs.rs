//! Indicators as pages show them: the table of centres, and one indicator at every level.
//!
//! - [`periodes`]: the periods that were stored, their codes and their names;
//! - [`chiffre`]: one figure, and how long the lists behind it are;
//! - [`releve`]: the figures of centres over a period, read in place from the snapshot;
//! - `colonne`: those of one indicator, each read once for all the groups that hold it;
//! - [`membres`]: the centres of each peer group, of each région, of the network;
//! - [`groupe`]: which centres a centre is compared with, and where it stands;
//! - [`marge`]: what a rate lacks to stand one quarter better;
//! - [`hasard`]: what a figure was drawn from, and how far chance could move it;
//! - [`ensemble`]: a région, a département, a peer group, and their centres;
//! - [`tableau`]: centres × indicators;
//! - [`fiche`]: one indicator;
//! - [`tendance`]: one indicator month by month;
//! - [`trajet`]: the position of a centre from campaign to campaign;
//! - [`carte`]: centres × indicators with their positions;
//! - [`version`]: under which version of its definition a figure was computed.

pub mod carte;
pub mod chiffre;
mod colonne;
pub mod ensemble;
pub mod fiche;
pub mod groupe;
pub mod hasard;
pub mod marge;
pub mod membres;
pub mod periodes;
pub mod releve;
pub mod tableau;
pub mod tendance;
pub mod trajet;
pub mod version;

#[cfg(test)]
pub(crate) mod essai;
#[cfg(test)]
mod tests;
