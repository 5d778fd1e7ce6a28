//! Use cases: what Mallette does, whoever asks (command line, pages) and whatever the adapters.
//!
//! - [`port`]: what the pages may ask of the running workshop, and what the workshop asks of the
//!   query engine;
//! - [`etat`]: the snapshot every page reads: no page computes over rows;
//! - [`atelier`]: the workshop itself: import, undo, the snapshot;
//! - [`installation`]: which store goes with which data directory;
//! - [`suivi`]: how far an import is, and what may still be said of its files;
//! - [`cumul`]: measures of centres added up to every level, and box plots over groups;
//! - [`charte`]: the charter of data entry: versions, differences, what centres do their own way;
//! - [`comptes`]: people, how they sign in, what they may do, what they read;
//! - [`secret`]: which figures stay secret outside of the centre they come from;
//! - [`contexte`]: what surrounds centres: series, coverage, peer groups, what is expected;
//! - [`session`]: the keys of the session on whose behalf the program works;
//! - [`visiteur`]: who is asking;
//! - [`mur`]: the wall: the same workshop, opened for what one person may see;
//! - [`parametres`]: the values that the network and centres give to parameters;
//! - [`publication`]: figures frozen and shown to funders, small counts kept secret;
//! - [`redaction`]: rules that people write: drafts, review, publication;
//! - [`rgpd`]: access, erasure, retention, requests, the register of processing;
//! - [`suites`]: centres that merged or were divided, and which count;
//! - [`administration`]: the running of an installation, without a figure nor a name of a young person;
//! - [`vie`]: since when anomalies stand, what people say of them, what is to be done;
//! - [`alertes`]: what deserves attention, on the page and in a weekly mail;
//! - [`marges`]: what there is to win, what it would move, what ends and when;
//! - [`et_si`]: what it would take to pass a threshold, with which dossiers, and what came of it;
//! - [`objectifs`]: targets, pace, end of the year, the share of the funding;
//! - [`lecture`]: one module per page, from the snapshot to what the page shows.

pub mod administration;
pub mod alertes;
pub mod antivirus;
pub mod atelier;
pub mod charte;
pub mod comptes;
pub mod contexte;
pub mod cumul;
pub mod et_si;
pub mod etat;
pub mod installation;
pub mod lecture;
pub mod marges;
pub mod mur;
mod mutex;
pub mod objectifs;
pub mod parametres;
pub mod periodes;
pub mod port;
pub mod publication;
pub mod redaction;
pub mod rgpd;
pub mod secret;
pub mod session;
pub mod suites;
pub mod suivi;
pub mod tentative;
pub mod vie;
pub mod visiteur;
mod voile;
