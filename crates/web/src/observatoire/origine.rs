//! Where the figures of cohorts come from: definition, extracts, what was asked for.

use mallette_app::lecture::provenance::{Sources, filter};
use mallette_app::observatoire::definition::provenance;
use mallette_domain::cohorte::Public;
use mallette_domain::provenance::Provenance;

use super::chiffres::{name, public};
use super::demande::Demande;
use crate::bureau::Bureau;

/// The provenance of what was asked for, as the page and its files say it.
pub(super) fn origin(serveur: &Bureau, demande: &Demande, sources: Sources) -> Provenance {
    let sujets: Vec<String> = demande.questions().map(name).collect();
    let cohortes: Vec<_> = sujets.iter().map(String::as_str).zip(demande.questions()).collect();
    let mut source = provenance(&cohortes, demande.origine, sources, serveur.atelier.now());
    let public = Some(demande.question.public).filter(|one| *one != Public::Tous).map(public);
    source.filtres = vec![
        filter("centre", demande.centre.as_deref(), "réseau"),
        filter("public", public, "tous"),
        filter("à côté de", sujets.get(1).map(String::as_str), "aucune autre cohorte"),
    ];
    source
}
