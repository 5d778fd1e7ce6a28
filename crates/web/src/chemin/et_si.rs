//! The addresses of « Et si… »: what it would take, with which dossiers, and the forecasts that are kept.

use super::{page_number, url};

/// What it would take a centre.
pub(crate) const ET_SI: &str = "/et-si";
/// The same, as a workbook.
pub(crate) const ET_SI_XLSX: &str = "/et-si.xlsx";
/// The same, as CSV.
pub(crate) const ET_SI_CSV: &str = "/et-si.csv";
/// Keeping a forecast (POST).
pub(crate) const PREVISIONS: &str = "/et-si/previsions";
/// Closing one (POST).
pub(crate) const PREVISIONS_CLOTURE: &str = "/et-si/previsions/cloture";

/// What it would take a centre for an indicator, over the year of its extraction.
#[must_use]
pub(crate) fn et_si(centre: &str, indicateur: Option<&str>, page: usize) -> String {
    et_si_year(centre, indicateur, None, page)
}

/// The same over a year; that of the extraction when none is said.
#[must_use]
pub(crate) fn et_si_year(
    centre: &str,
    indicateur: Option<&str>,
    annee: Option<i16>,
    page: usize,
) -> String {
    let (annee, page) = (annee.map(|annee| annee.to_string()), page_number(page));
    let asked = [
        ("centre", Some(centre)),
        ("indicateur", indicateur),
        ("annee", annee.as_deref()),
        ("page", page.as_deref()),
    ];
    url(&["et-si"], &asked)
}

/// The same as a file; `format` is `xlsx` or `csv`.
#[must_use]
pub(crate) fn et_si_fichier(centre: &str, indicateur: &str, annee: i16, format: &str) -> String {
    let annee = annee.to_string();
    let asked =
        [("centre", Some(centre)), ("indicateur", Some(indicateur)), ("annee", Some(&annee))];
    url(&[&format!("et-si.{format}")], &asked)
}
