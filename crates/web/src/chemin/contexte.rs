//! The addresses of what surrounds centres, and of files that bring figures: those under the figures in force, whose
//! segments are `lieu`.

use super::url;

/// Series in force (GET), a file of series received (POST).
pub(crate) const CONTEXTE: &str = "/contexte";
/// The same, as segments: where files of series are.
pub(crate) const LIEU_CONTEXTE: &[&str] = &["contexte"];
/// The file to fill in.
pub(crate) const CONTEXTE_MODELE: &str = "/contexte/modele.csv";
/// Peer groups in force, and their history.
pub(crate) const GROUPES: &str = "/contexte/groupes";
/// Groups computed (GET), adopting them (POST).
pub(crate) const GROUPES_CALCUL: &str = "/contexte/groupes/calcul";
/// Groups by hand (GET), adopting them (POST).
pub(crate) const GROUPES_MAIN: &str = "/contexte/groupes/main";
/// A file of groups, read into the form (POST).
pub(crate) const GROUPES_FICHIER: &str = "/contexte/groupes/fichier";

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

fn under(lieu: &[&str], segments: &[&str]) -> String {
    url(&[lieu, segments].concat(), &[])
}

/// The figures in force, after an act.
#[must_use]
pub(crate) fn apport_fait(lieu: &[&str], fait: &str) -> String {
    url(lieu, &[("fait", Some(fait))])
}

/// What a received file would change (GET), bringing it in (POST).
#[must_use]
pub(crate) fn apport_depot(lieu: &[&str], cle: &str) -> String {
    under(lieu, &["depots", cle])
}

/// Forgetting a received file (POST).
#[must_use]
pub(crate) fn apport_oubli(lieu: &[&str], cle: &str) -> String {
    under(lieu, &["depots", cle, "oubli"])
}

/// A file that was brought in.
#[must_use]
pub(crate) fn apport(lieu: &[&str], rang: i64) -> String {
    under(lieu, &["imports", &rang.to_string()])
}

/// Undoing it (POST).
#[must_use]
pub(crate) fn apport_annulation(lieu: &[&str], rang: i64) -> String {
    under(lieu, &["imports", &rang.to_string(), "annulation"])
}
