//! The addresses of files that bring figures: under those of the figures in force, whose segments are `lieu`.

use super::url;

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
