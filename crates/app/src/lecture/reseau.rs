//! The centres of the network, received or not, and the name each is shown under.

use std::collections::BTreeSet;

use crate::etat::Etat;

/// Name of a centre; its code when it has no name.
#[must_use]
pub fn nom<'a>(etat: &'a Etat, structure_id: &'a str) -> &'a str {
    let received = etat.centres.get(structure_id);
    let received = received.or_else(|| etat.voisinage.centres.get(structure_id));
    let rattachement = match received {
        Some(centre) if centre.rattachement.nom.is_some() => Some(&centre.rattachement),
        _ => etat.reseau.get(structure_id).or_else(|| etat.termines.get(structure_id)),
    };
    rattachement.and_then(|rattachement| rattachement.nom.as_deref()).unwrap_or(structure_id)
}

/// Codes of all centres: those of the network, and those received from outside of it.
#[must_use]
pub fn codes(etat: &Etat) -> BTreeSet<&str> {
    etat.reseau.keys().chain(etat.centres.keys()).map(String::as_str).collect()
}

/// Codes of the centres whose extract was not received.
#[must_use]
pub fn missing(etat: &Etat) -> Vec<&str> {
    let codes = etat.reseau.keys().map(String::as_str);
    codes.filter(|code| !etat.centres.contains_key(*code)).collect()
}
