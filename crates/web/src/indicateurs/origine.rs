//! Where the figures of a file come from.

use mallette_app::etat::Etat;
use mallette_app::lecture::provenance::{self, Sources};
use mallette_catalogue::Indicateur;
use mallette_domain::periode::Periode;
use mallette_domain::provenance::Provenance;

use crate::bureau::Bureau;

/// What a file holds.
pub(super) struct Sujet<'a> {
    /// In words.
    pub(super) objet: String,
    /// The indicators.
    pub(super) indicateurs: &'a [&'a Indicateur],
    /// The period.
    pub(super) periode: Periode,
}

/// The provenance of figures of these centres, its filters to be said.
pub(super) fn of<'a>(
    serveur: &Bureau,
    etat: &Etat,
    sujet: &Sujet<'_>,
    centres: impl IntoIterator<Item = &'a str>,
) -> Provenance {
    provenance::of_indicateurs(
        &etat.catalogue,
        sujet.objet.clone(),
        sujet.indicateurs,
        sujet.periode,
        Sources::of(etat, centres),
        serveur.atelier.now(),
    )
}
