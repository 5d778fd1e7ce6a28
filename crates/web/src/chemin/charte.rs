//! The addresses of the charter of data entry.

use super::url;

/// The acts of the charter, and their search.
pub(crate) const CHARTE: &str = "/charte";
/// The principles, on one page.
pub(crate) const CHARTE_PRINCIPES: &str = "/charte/principes";
/// The whole charter, to be printed.
pub(crate) const CHARTE_ENTIERE: &str = "/charte/entiere";
/// The whole charter as a workbook.
pub(crate) const CHARTE_XLSX: &str = "/charte.xlsx";
/// The versions that were served.
pub(crate) const CHARTE_VERSIONS: &str = "/charte/versions";
/// What changed from one version to another.
pub(crate) const CHARTE_ECARTS: &str = "/charte/ecarts";

/// An act.
#[must_use]
pub(crate) fn acte_charte(code: &str) -> String {
    url(&["charte", "actes", code], &[])
}

/// An act, for a centre whose variant was just written.
#[must_use]
pub(crate) fn acte_charte_fait(code: &str, centre: &str) -> String {
    url(&["charte", "actes", code], &[("centre", Some(centre)), ("fait", Some("variante"))])
}

/// Declaring what a centre does its own way (POST).
#[must_use]
pub(crate) fn variante(code: &str) -> String {
    url(&["charte", "actes", code, "variante"], &[])
}

/// A version as it was served.
#[must_use]
pub(crate) fn version_charte(numero: i64) -> String {
    url(&["charte", "versions", &numero.to_string()], &[])
}

/// What changed from a version to another.
#[must_use]
pub(crate) fn ecarts_charte(de: i64, a: i64) -> String {
    let (de, a) = (de.to_string(), a.to_string());
    url(&["charte", "ecarts"], &[("de", Some(&de)), ("a", Some(&a))])
}
