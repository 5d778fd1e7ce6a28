//! Addresses beside the indicators: how to read them, positions, cohorts, published figures.

use super::url;

/// Cohorts and what becomes of them.
pub(crate) const OBSERVATOIRE: &str = "/observatoire";
/// The same as a workbook.
pub(crate) const OBSERVATOIRE_XLSX: &str = "/observatoire.xlsx";
/// The same as one table.
pub(crate) const OBSERVATOIRE_CSV: &str = "/observatoire.csv";
/// Published figures (GET), a file of them received (POST).
pub(crate) const PUBLIES: &str = "/observatoire/publies";
/// The file of those that Mallette comes with.
pub(crate) const PUBLIES_DEPART: &str = "/observatoire/publies/depart.csv";
/// How to read indicators.
pub(crate) const GUIDE: &str = "/indicateurs/guide";
/// Positions of the centres of the network.
pub(crate) const POSITIONS: &str = "/indicateurs/positions";
/// The same as a workbook.
pub(crate) const POSITIONS_XLSX: &str = "/indicateurs/positions.xlsx";

/// Published figures, after an act.
#[must_use]
pub(crate) fn publies_fait(fait: &str) -> String {
    url(&["observatoire", "publies"], &[("fait", Some(fait))])
}

/// What a received file of them would change (GET), bringing it in (POST).
#[must_use]
pub(crate) fn publies_depot(cle: &str) -> String {
    url(&["observatoire", "publies", "depots", cle], &[])
}

/// Forgetting a received file (POST).
#[must_use]
pub(crate) fn publies_oubli(cle: &str) -> String {
    url(&["observatoire", "publies", "depots", cle, "oubli"], &[])
}

/// A file of them that was brought in.
#[must_use]
pub(crate) fn publies_import(rang: i64) -> String {
    url(&["observatoire", "publies", "imports", &rang.to_string()], &[])
}

/// Undoing it (POST).
#[must_use]
pub(crate) fn publies_annulation(rang: i64) -> String {
    url(&["observatoire", "publies", "imports", &rang.to_string(), "annulation"], &[])
}
