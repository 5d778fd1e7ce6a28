//! The addresses of the levels of a centre, and of its parts.

use super::url;

/// The levels of a centre.
pub(crate) const NIVEAUX: &str = "/centres/{id}/niveaux";
/// The same for every indicator, as a workbook.
pub(crate) const NIVEAUX_XLSX: &str = "/centres/{id}/niveaux.xlsx";
/// The same, as CSV.
pub(crate) const NIVEAUX_CSV: &str = "/centres/{id}/niveaux.csv";

/// What rules caught in a part of a centre, rule by rule.
pub(crate) const ANOMALIES_PARTIE: &str = "/centres/{id}/anomalies";

/// What rules caught in a part of a centre: an antenne, a conseiller, or `sans` one.
#[must_use]
pub(crate) fn anomalies_partie(centre: &str, partie: (&str, Option<&str>)) -> String {
    url(&["centres", centre, "anomalies"], &[partie])
}

/// The levels of a centre for an indicator.
#[must_use]
pub(crate) fn niveaux(centre: &str, indicateur: Option<&str>) -> String {
    url(&["centres", centre, "niveaux"], &[("indicateur", indicateur)])
}

/// The same for a year, with the conseillers of one antenne.
#[must_use]
pub(crate) fn niveaux_antenne(
    centre: &str,
    indicateur: &str,
    annee: &str,
    antenne: &str,
) -> String {
    let asked =
        [("indicateur", Some(indicateur)), ("periode", Some(annee)), ("antenne", Some(antenne))];
    url(&["centres", centre, "niveaux"], &asked)
}

/// Every indicator at every level of a centre; `format` is `xlsx` or `csv`.
#[must_use]
pub(crate) fn niveaux_fichier(centre: &str, annee: &str, format: &str) -> String {
    url(&["centres", centre, &format!("niveaux.{format}")], &[("periode", Some(annee))])
}
