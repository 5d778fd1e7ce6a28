//! Addresses beside the indicators: how to read them, positions, cohorts.

/// Cohorts and what becomes of them.
pub(crate) const OBSERVATOIRE: &str = "/observatoire";
/// How to read indicators.
pub(crate) const GUIDE: &str = "/indicateurs/guide";
/// Positions of the centres of the network.
pub(crate) const POSITIONS: &str = "/indicateurs/positions";
/// The same as a workbook.
pub(crate) const POSITIONS_XLSX: &str = "/indicateurs/positions.xlsx";
