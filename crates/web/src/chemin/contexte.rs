//! The addresses of what surrounds centres.

use super::url;

/// Series in force (GET), a file of series received (POST).
pub(crate) const CONTEXTE: &str = "/contexte";
/// The file to fill in.
pub(crate) const CONTEXTE_MODELE: &str = "/contexte/modele.csv";
/// Saying what counts are divided by (POST).
pub(crate) const CONTEXTE_DENOMINATEUR: &str = "/contexte/denominateur";
/// Peer groups in force, and their history.
pub(crate) const GROUPES: &str = "/contexte/groupes";
/// Groups computed (GET), adopting them (POST).
pub(crate) const GROUPES_CALCUL: &str = "/contexte/groupes/calcul";
/// Groups by hand (GET), adopting them (POST).
pub(crate) const GROUPES_MAIN: &str = "/contexte/groupes/main";
/// A file of groups, read into the form (POST).
pub(crate) const GROUPES_FICHIER: &str = "/contexte/groupes/fichier";

/// Series, after an act.
#[must_use]
pub(crate) fn contexte_fait(fait: &str) -> String {
    url(&["contexte"], &[("fait", Some(fait))])
}

/// What a received file would change (GET), bringing it in (POST).
#[must_use]
pub(crate) fn contexte_depot(cle: &str) -> String {
    url(&["contexte", "depots", cle], &[])
}

/// Forgetting a received file (POST).
#[must_use]
pub(crate) fn contexte_oubli(cle: &str) -> String {
    url(&["contexte", "depots", cle, "oubli"], &[])
}

/// A file that was brought in.
#[must_use]
pub(crate) fn contexte_import(rang: i64) -> String {
    url(&["contexte", "imports", &rang.to_string()], &[])
}

/// Undoing it (POST).
#[must_use]
pub(crate) fn contexte_annulation(rang: i64) -> String {
    url(&["contexte", "imports", &rang.to_string(), "annulation"], &[])
}

/// Peer groups, after an act.
#[must_use]
pub(crate) fn groupes_fait(fait: &str) -> String {
    url(&["contexte", "groupes"], &[("fait", Some(fait))])
}

/// Withdrawing groups (POST).
#[must_use]
pub(crate) fn groupes_retrait(rang: i64) -> String {
    url(&["contexte", "groupes", &rang.to_string(), "retrait"], &[])
}
