//! The addresses of targets and of the share of the funding that depends on them.

use super::url;

/// Where centres stand.
pub(crate) const OBJECTIFS: &str = "/objectifs";
/// The same, as a workbook.
pub(crate) const OBJECTIFS_XLSX: &str = "/objectifs.xlsx";
/// The same, as CSV.
pub(crate) const OBJECTIFS_CSV: &str = "/objectifs.csv";
/// Setting targets: those in force (GET), and the act (POST).
pub(crate) const OBJECTIFS_FIXER: &str = "/objectifs/fixer";
/// The file to fill in.
pub(crate) const OBJECTIFS_MODELE: &str = "/objectifs/modele.csv";
/// What a file asks for, shown before it is written (POST).
pub(crate) const OBJECTIFS_FICHIER: &str = "/objectifs/fichier";
/// Writing what a file asks for (POST).
pub(crate) const OBJECTIFS_ECRITURE: &str = "/objectifs/fichier/ecriture";
/// The share of the funding: amounts (GET), and setting it (POST).
pub(crate) const PERFORMANCE: &str = "/objectifs/performance";
/// The amounts, as a workbook.
pub(crate) const PERFORMANCE_XLSX: &str = "/objectifs/performance.xlsx";
/// The amounts, as CSV.
pub(crate) const PERFORMANCE_CSV: &str = "/objectifs/performance.csv";

/// Where a centre stands in a year; every centre that is open when none is said.
#[must_use]
pub(crate) fn objectifs(centre: Option<&str>, annee: i16) -> String {
    url(&["objectifs"], &[("centre", centre), ("annee", Some(&annee.to_string()))])
}

/// The same as a file; `format` is `xlsx` or `csv`.
#[must_use]
pub(crate) fn objectifs_fichier(centre: Option<&str>, annee: i16, format: &str) -> String {
    let annee = annee.to_string();
    url(&[&format!("objectifs.{format}")], &[("centre", centre), ("annee", Some(&annee))])
}

/// Setting the targets of a year.
#[must_use]
pub(crate) fn objectifs_fixer(annee: i16, fait: Option<&str>) -> String {
    url(&["objectifs", "fixer"], &[("annee", Some(&annee.to_string())), ("fait", fait)])
}

/// The share of the funding in a year.
#[must_use]
pub(crate) fn performance(annee: i16, fait: Option<&str>) -> String {
    url(&["objectifs", "performance"], &[("annee", Some(&annee.to_string())), ("fait", fait)])
}

/// The amounts of a year as a file; `format` is `xlsx` or `csv`.
#[must_use]
pub(crate) fn performance_fichier(annee: i16, format: &str) -> String {
    let annee = annee.to_string();
    url(&["objectifs", &format!("performance.{format}")], &[("annee", Some(&annee))])
}
