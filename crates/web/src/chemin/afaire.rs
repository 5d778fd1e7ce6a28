//! The addresses of what is to be done about anomalies, and of what changed with the extracts.

use super::{page_number, url};

/// What a person has to do.
pub(crate) const A_FAIRE: &str = "/a-faire";
/// Who has what in hand in a centre.
pub(crate) const EQUIPE: &str = "/a-faire/equipe";
/// What the last extract proved corrected.
pub(crate) const CORRIGEES: &str = "/a-faire/corrigees";
/// Acting on anomalies (POST).
pub(crate) const ACTES: &str = "/a-faire/actes";
/// Bringing a sheet back: the form (GET), and what it asks for, shown before it is written (POST).
pub(crate) const RETOUR_FICHE: &str = "/a-faire/retour";
/// Writing what a sheet asks for (POST).
pub(crate) const RETOUR_ECRITURE: &str = "/a-faire/retour/ecriture";
/// What changed with the last extracts.
pub(crate) const EVOLUTION: &str = "/evolution";

/// What is to be done, filtered, at one page.
#[must_use]
pub(crate) fn a_faire(filtres: &[(&str, Option<&str>)], page: usize) -> String {
    let page = page_number(page);
    let mut filtres = filtres.to_vec();
    filtres.push(("page", page.as_deref()));
    url(&["a-faire"], &filtres)
}

/// The same, as a workbook to fill in.
#[must_use]
pub(crate) fn a_faire_fichier(filtres: &[(&str, Option<&str>)]) -> String {
    url(&["a-faire", "fiche.xlsx"], filtres)
}

/// What the last extract proved corrected, filtered, at one page.
#[must_use]
pub(crate) fn corrigees(filtres: &[(&str, Option<&str>)], page: usize) -> String {
    let page = page_number(page);
    let mut filtres = filtres.to_vec();
    filtres.push(("page", page.as_deref()));
    url(&["a-faire", "corrigees"], &filtres)
}

/// Who has what in hand in a centre.
#[must_use]
pub(crate) fn equipe(centre: &str) -> String {
    url(&["a-faire", "equipe"], &[("centre", Some(centre))])
}

/// Bringing a sheet back, for a centre.
#[must_use]
pub(crate) fn retour_fiche(centre: &str) -> String {
    url(&["a-faire", "retour"], &[("centre", Some(centre))])
}

/// One anomaly of a centre: its rule, the table and the key of its object.
#[must_use]
pub(crate) fn anomalie(centre: &str, regle: &str, table: &str, objet: &str) -> String {
    url(&["a-faire", centre, regle, table, objet], &[])
}

/// What changed in a centre.
#[must_use]
pub(crate) fn evolution(centre: &str) -> String {
    url(&["evolution"], &[("centre", Some(centre))])
}
