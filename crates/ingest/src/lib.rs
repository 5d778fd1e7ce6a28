//! Files of any shape become typed rows, rejections counted to the row, and sealed names.
//!
//! A file is opened by what it holds (`source`), its sheets are recognised (`feuille`), its
//! rows are read cell by cell (`table`, `valeur`), names are split off (`identite`, `lot`),
//! and each line ends in exactly one count ([`Report`]): not data, accepted, rejected, identical
//! duplicate. Accepted rows reach the [`Sink`] centre by centre, table by table, deduplicated.

mod centre;
mod doublon;
mod erreur;
mod examen;
mod feuille;
mod identite;
mod lecture;
mod lot;
mod rapport;
mod rejetees;
mod sink;
mod source;
mod table;
mod tampon;
mod valeur;

pub use erreur::IngestError;
pub use examen::{FeuilleExaminee, examine};
pub use lecture::{Extraction, Options, TablesDites, read};
pub use rapport::{ColonneInconnue, FichierLu, Ignoree, LigneRejetee, Rejet, Report, StructureLue};
pub use rejetees::read_rejected;
pub use sink::{CentreKeys, Lot, Sink, SinkError, activity_schema, identity_schema};
