//! « À contexte égal » in the guide: what is expected of a centre, with its own numbers.

use mallette_app::contexte::attendu::{Verdict, compare};
use mallette_app::etat::Etat;
use mallette_app::lecture::indicateurs::fiche::sheet;
use mallette_catalogue::Indicateur;
use mallette_domain::periode::Periode;

use super::contexte::comparison;

/// What the page of an indicator says of a centre, for the guide: the first of those given that the context explains,
/// else the first of all (each that is tried is compared over all centres); nothing without an indicator that can be compared, or without any series.
pub(super) fn told<'a>(
    etat: &Etat,
    figures: &Etat,
    (centre, periode): (&str, Periode),
    mut indicateurs: impl Iterator<Item = &'a Indicateur> + Clone,
) -> Vec<String> {
    let explained = |own: &&Indicateur| {
        let egal = compare(etat, figures, own, periode);
        egal.is_some_and(|egal| matches!(egal.verdict, Verdict::Explique(..)))
    };
    let first = indicateurs.clone().next();
    let Some(indicateur) = indicateurs.find(explained).or(first) else {
        return Vec::new();
    };
    let fiche = sheet(etat, figures, indicateur, periode, Some(centre));
    let Some(found) = comparison(etat, figures, &fiche) else { return Vec::new() };
    let titre = &indicateur.titre;
    let mut told = vec![format!("Ainsi, pour «\u{a0}{titre}\u{a0}»\u{a0}: {}", found.constat)];
    told.extend(found.precisions);
    told
}
