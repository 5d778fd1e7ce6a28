//! The addresses of alerts and of their digest.

/// What deserves attention.
pub(crate) const ALERTES: &str = mallette_app::alertes::PAGE;
/// Marking alerts: seen, not to be told any more (POST).
pub(crate) const ALERTES_MARQUES: &str = "/alertes/marques";
/// What is told, and by mail or not (GET, POST).
pub(crate) const ALERTES_PREFERENCES: &str = mallette_app::alertes::PREFERENCES;
/// Thresholds of the network (POST).
pub(crate) const ALERTES_SEUILS: &str = "/alertes/seuils";
/// How the addresses of links that stop the digest begin: they carry a token, and no session.
pub(crate) const ARRET: &str = mallette_app::alertes::ARRET;
