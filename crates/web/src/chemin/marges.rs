//! The addresses of margins of progress: what there is to win, what ends, what became of the last ones.

use super::url;

/// The margins of a centre, or of the network.
pub(crate) const MARGES: &str = "/marges";
/// What ends, week by week.
pub(crate) const MARGES_CALENDRIER: &str = "/marges/calendrier";
/// The same, for a calendar program.
pub(crate) const MARGES_CALENDRIER_ICS: &str = "/marges/calendrier.ics";
/// What became of the margins of the extract before.
pub(crate) const MARGES_DEVENIR: &str = "/marges/devenir";

/// The margins of a centre, in the hands of a conseiller.
#[must_use]
pub(crate) fn marges(centre: &str, conseiller: Option<&str>) -> String {
    url(&["marges"], &[("centre", Some(centre)), ("conseiller", conseiller)])
}

/// The margins of the network, by centre.
#[must_use]
pub(crate) fn marges_reseau() -> String {
    url(&["marges"], &[("reseau", Some("1"))])
}

/// What ends in a centre.
#[must_use]
pub(crate) fn marges_calendrier(filtres: &[(&str, Option<&str>)]) -> String {
    url(&["marges", "calendrier"], filtres)
}

/// What ends in a centre, for a calendar program.
#[must_use]
pub(crate) fn marges_calendrier_ics(filtres: &[(&str, Option<&str>)]) -> String {
    url(&["marges", "calendrier.ics"], filtres)
}

/// What became of the margins of the extract before, in a centre.
#[must_use]
pub(crate) fn marges_devenir(filtres: &[(&str, Option<&str>)]) -> String {
    url(&["marges", "devenir"], filtres)
}
