//! The addresses of packs.

use super::url;

/// Packs in place and signatories (GET), a pack received (POST).
pub(crate) const PACKS: &str = "/administration/packs";
/// Making a pack: the form (GET), the file (POST).
pub(crate) const PACKS_EXPORT: &str = "/administration/packs/export";
/// Taking a pack away (POST).
pub(crate) const PACKS_RETRAIT: &str = "/administration/packs/retrait";
/// Taking the signature of a key (POST).
pub(crate) const SIGNATAIRES: &str = "/administration/packs/signataires";
/// Taking it no more (POST).
pub(crate) const SIGNATAIRES_RETRAIT: &str = "/administration/packs/signataires/retrait";

/// What a received pack would change (GET), bringing it in (POST).
#[must_use]
pub(crate) fn pack_recu(cle: &str, revenir: bool) -> String {
    url(&["administration", "packs", "recu", cle], &[("revenir", revenir.then_some("oui"))])
}

/// Forgetting a received pack (POST).
#[must_use]
pub(crate) fn pack_oubli(cle: &str) -> String {
    url(&["administration", "packs", "recu", cle, "oubli"], &[])
}

/// Packs, after an act.
#[must_use]
pub(crate) fn packs_fait(fait: &str) -> String {
    url(&["administration", "packs"], &[("fait", Some(fait))])
}
