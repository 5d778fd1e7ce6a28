//! Addresses beside the indicators: how to read them, positions, cohorts, published figures.

/// Cohorts and what becomes of them.
pub(crate) const OBSERVATOIRE: &str = "/observatoire";
/// The same as a workbook.
pub(crate) const OBSERVATOIRE_XLSX: &str = "/observatoire.xlsx";
/// The same as one table.
pub(crate) const OBSERVATOIRE_CSV: &str = "/observatoire.csv";
/// The members of a cohort that a cell counts.
pub(crate) const MEMBRES: &str = "/observatoire/membres";
/// The same as a workbook.
pub(crate) const MEMBRES_XLSX: &str = "/observatoire/membres.xlsx";
/// The same as CSV.
pub(crate) const MEMBRES_CSV: &str = "/observatoire/membres.csv";
/// Published figures (GET), a file of them received (POST).
pub(crate) const PUBLIES: &str = "/observatoire/publies";
/// The same as a workbook.
pub(crate) const PUBLIES_XLSX: &str = "/observatoire/publies.xlsx";
/// The same as one table.
pub(crate) const PUBLIES_CSV: &str = "/observatoire/publies.csv";
/// The same, as segments: where files of them are.
pub(crate) const LIEU_PUBLIES: &[&str] = &["observatoire", "publies"];
/// The file of those that Mallette comes with.
pub(crate) const PUBLIES_DEPART: &str = "/observatoire/publies/depart.csv";
/// How to read indicators.
pub(crate) const GUIDE: &str = "/indicateurs/guide";
/// Positions of the centres of the network.
pub(crate) const POSITIONS: &str = "/indicateurs/positions";
/// The same as a workbook.
pub(crate) const POSITIONS_XLSX: &str = "/indicateurs/positions.xlsx";
