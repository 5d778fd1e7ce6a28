//! The addresses of the parameters of rules and indicators.

use super::url;

/// Every parameter, and which value is in force.
pub(crate) const PARAMETRES: &str = "/parametres";

/// The same: those asked for, as a centre reads them.
#[must_use]
pub(crate) fn parametres(vue: Option<&str>, centre: Option<&str>) -> String {
    url(&["parametres"], &[("vue", vue), ("centre", centre)])
}

/// A parameter (GET), an act on it (POST).
#[must_use]
pub(crate) fn parametre(code: &str, nom: &str, centre: Option<&str>) -> String {
    url(&["parametres", code, nom], &[("centre", centre)])
}

/// The same, with what was just done.
#[must_use]
pub(crate) fn parametre_fait(code: &str, nom: &str, centre: Option<&str>, fait: &str) -> String {
    url(&["parametres", code, nom], &[("centre", centre), ("fait", Some(fait))])
}
