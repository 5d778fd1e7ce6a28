//! Links of the running of the installation.

use super::url;

/// The running of the installation: what its pages are.
pub(crate) const ADMINISTRATION: &str = "/administration";
/// Centres of the network.
pub(crate) const ADMIN_CENTRES: &str = "/administration/centres";
/// Centres that merge or are divided: what is declared (GET), declaring (POST).
pub(crate) const SUITES: &str = "/administration/suites";
/// What a declaration would do.
pub(crate) const SUITES_APERCU: &str = "/administration/suites/apercu";
/// Taking a declaration back (POST).
pub(crate) const SUITES_RETRAIT: &str = "/administration/suites/retrait";
/// Settings in force.
pub(crate) const REGLAGES: &str = "/administration/reglages";
/// Setting for how long the trace is kept (POST).
pub(crate) const REGLAGES_TRACE: &str = "/administration/reglages/trace";
/// State of the catalogue.
pub(crate) const ADMIN_CATALOGUE: &str = "/administration/catalogue";
/// Imports and jobs.
pub(crate) const TRAVAUX: &str = "/administration/travaux";
/// What takes room on the disk.
pub(crate) const STOCKAGE: &str = "/administration/stockage";
/// Removing what nothing refers to (POST).
pub(crate) const STOCKAGE_MENAGE: &str = "/administration/stockage/menage";
/// Whether all is well, for a person.
pub(crate) const ADMIN_SANTE: &str = "/administration/sante";
/// Walking the whole chain of the trace (POST).
pub(crate) const SANTE_TRACE: &str = "/administration/sante/trace";
/// What takes room on the disk, after a sweep that freed that many bytes.
#[must_use]
pub(crate) fn stockage_swept(octets: u64) -> String {
    url(&["administration", "stockage"], &[("libere", Some(&octets.to_string()))])
}

/// What is declared of centres, after an act; with the campaign that keeps the figures of before.
#[must_use]
pub(crate) fn suites_fait(fait: &str, campagne: Option<&str>) -> String {
    url(&["administration", "suites"], &[("fait", Some(fait)), ("campagne", campagne)])
}
