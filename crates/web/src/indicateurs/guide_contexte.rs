//! « À contexte égal » in the guide: what is expected of a centre, with its own numbers.

use mallette_app::etat::Etat;
use mallette_app::lecture::indicateurs::fiche::sheet;
use mallette_catalogue::Indicateur;
use mallette_domain::periode::Periode;

use super::contexte::comparison;

/// What the page of an indicator says of a centre, for the guide; nothing without an indicator that can be compared,
/// or without any series.
pub(super) fn told(
    etat: &Etat,
    figures: &Etat,
    (centre, periode): (&str, Periode),
    indicateur: &Indicateur,
) -> Vec<String> {
    let fiche = sheet(etat, figures, indicateur, periode, Some(centre));
    let Some(found) = comparison(etat, figures, &fiche) else { return Vec::new() };
    let titre = &indicateur.titre;
    let mut told = vec![format!("Ainsi, pour «\u{a0}{titre}\u{a0}»\u{a0}: {}", found.constat)];
    told.extend(found.precisions);
    told
}
