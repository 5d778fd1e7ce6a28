//! The field's own words as types, shared by every room of the house.
//!
//! Nothing here reads a file, opens a session or knows of the web: tables and their columns
//! ([`table`]), periods ([`periode`]), calendar arithmetic ([`calendrier`]), the Missions Locales
//! of France ([`structure`]), roles and what they open ([`acces`]), what deserves attention ([`alerte`]), functions of people ([`fonction`]),
//! the comparison key of a wording ([`normalise`]), results ([`resultat`]), measures held once ([`mesures`]) and where they come from ([`provenance`]), what ends on a day ([`terme`]), what became of
//! a margin ([`devenir`]), cohorts and their follow-up ([`cohorte`]), what trying a rule gives ([`essai`]), what is refused and traced ([`tentative`]),
//! from where and when names open ([`circonstance`]), dashboards ([`tableau`]).

pub mod acces;
pub mod alerte;
pub mod calendrier;
pub mod circonstance;
pub mod cohorte;
pub mod devenir;
pub mod effet;
pub mod essai;
pub mod fonction;
pub mod mesures;
mod normalise;
pub mod periode;
pub mod provenance;
pub mod publie;
pub mod resultat;
pub mod structure;
pub mod table;
pub mod tableau;
pub mod tentative;
pub mod terme;
pub mod vie;

pub use normalise::normalise;
