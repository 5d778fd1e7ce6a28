//! Files of any shape become typed rows, rejections counted to the row, and sealed names.
//!
//! A file is opened by what it holds (`source`), its sheets are recognised (`feuille`), its
//! batches are typed, several at once (`equipe`, `typage`, `valeur`), its rows wait for the end of
//! the files centre by centre, in memory then aside (`tampon`, `debord`), names are split off
//! (`identite`, `lot`), and each line ends in exactly one count ([`Report`]): not data, accepted,
//! rejected, identical duplicate. Accepted rows reach the [`Sink`] centre by centre, table by table,
//! deduplicated.
//!
//! A file that is no extract of I-MILO (a list of accounts) is read as plain cells: [`read_cells`].

mod bloc;
mod cellules;
mod centre;
mod colonne;
mod date_nom;
mod debord;
mod doublon;
mod equipe;
mod erreur;
mod examen;
mod feuille;
mod identite;
mod lecture;
mod lot;
mod rapport;
mod recues;
mod rejetees;
mod sink;
mod source;
mod tampon;
mod typage;
mod valeur;

pub use cellules::{Bornes, Cellule, LigneBrute, Tableau, read_cells};
pub use erreur::IngestError;
pub use examen::{FeuilleExaminee, examine};
pub use identite::{Identites, Pseudonyme};
pub use lecture::{Extraction, Options, Progres, TablesDites, read};
pub use rapport::{ColonneInconnue, FichierLu, Ignoree, LigneRejetee, Rejet, Report, StructureLue};
pub use rejetees::read_rejected;
pub use sink::{CentreKeys, Lignes, Lot, Sink, SinkError, activity_schema, identity_schema};
