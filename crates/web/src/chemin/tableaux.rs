//! The addresses of dashboards.

use super::url;

/// Dashboards: the own ones, those shared, the ready-made ones (GET); making one (POST).
pub(crate) const TABLEAUX: &str = "/tableaux";

/// A dashboard, as it opens (GET); an act on it (POST).
#[must_use]
pub(crate) fn tableau_acte(id: &str) -> String {
    tableau(id, &[])
}

/// A dashboard, under filters.
#[must_use]
pub(crate) fn tableau(id: &str, filtres: &[(&str, Option<&str>)]) -> String {
    url(&["tableaux", id], filtres)
}

/// Its workbook, under the same filters.
#[must_use]
pub(crate) fn tableau_classeur(id: &str, filtres: &[(&str, Option<&str>)]) -> String {
    url(&["tableaux", id, "classeur.xlsx"], filtres)
}

/// Changing it.
#[must_use]
pub(crate) fn tableau_modifier(id: &str) -> String {
    url(&["tableaux", id, "modifier"], &[])
}

/// The same, with what was just done, and to which block.
#[must_use]
pub(crate) fn tableau_fait(id: &str, fait: &str, bloc: Option<u32>) -> String {
    let bloc = bloc.map(|numero| numero.to_string());
    url(&["tableaux", id, "modifier"], &[("fait", Some(fait)), ("bloc", bloc.as_deref())])
}

/// The list of dashboards, with what was just done.
#[must_use]
pub(crate) fn tableaux_fait(fait: &str) -> String {
    url(&["tableaux"], &[("fait", Some(fait))])
}
