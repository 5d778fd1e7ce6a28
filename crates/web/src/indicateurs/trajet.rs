//! The position of a centre from campaign to campaign: a chart, its table, and a sentence that calls a move only
//! what chance does not explain.

use std::sync::Arc;

use mallette_app::etat::Etat;
use mallette_app::lecture::indicateurs::fiche::Fiche;
use mallette_app::lecture::indicateurs::groupe::Place;
use mallette_app::lecture::indicateurs::periodes;
use mallette_app::lecture::indicateurs::trajet::{Etape, Mouvement, movement, positions};
use mallette_app::lecture::reseau;
use mallette_reports::graphique::{mots, trajet};

use super::chiffres::{comparison, on_line, unite};
use super::liens;
use super::position::stand_in;
use crate::chemin;

/// The figure; none without a centre, nor with fewer than two campaigns.
pub(super) fn figure(etat: &Etat, fiche: &Fiche<'_>, campagnes: &[Arc<Etat>]) -> Option<String> {
    let centre = fiche.centre.as_ref().filter(|_| campagnes.len() > 1)?.structure_id;
    let etapes = positions(campagnes, fiche.indicateur, fiche.periode, centre);
    let nom = reseau::nom(etat, centre);
    let steps = etapes.iter().map(|etape| trajet::Etape {
        nom: etape.campagne.to_owned(),
        lien: chemin::keep(
            liens::fiche(&fiche.indicateur.code, Some(fiche.periode), Some(centre)),
            Some(etape.campagne),
        ),
        valeur: on_line(etape.chiffre.as_ref().into()),
        boite: etape.boite.clone(),
        position: etape.place.as_ref().map(words).unwrap_or_default(),
    });
    let chart = trajet::Graphique {
        id: "position-par-campagne".to_owned(),
        titre: finding(nom, movement(&etapes), &etapes),
        resume: format!(
            "{}, {}, position de {nom} d'une campagne à l'autre",
            fiche.indicateur.titre,
            periodes::label(fiche.periode)
        ),
        unite: unite(fiche.indicateur),
        nom: nom.to_owned(),
        etapes: steps.collect(),
    };
    Some(chart.figure())
}

/// « 3ᵉ quart de son groupe « Urbain » », « 2ᵉ quart de la région (son groupe de pairs n'a que 3 centres avec un
/// chiffre, il en faut 5) ».
fn words(place: &Place) -> String {
    let mut text =
        format!("{} {}", mots::ordinal_quarter(place.position.quart), comparison(place).of());
    if let Some(why) = stand_in(place) {
        text.push_str(&format!(" ({why})"));
    }
    text
}

/// What became of the position, in a sentence.
fn finding(nom: &str, mouvement: Mouvement, etapes: &[Etape<'_>]) -> String {
    let mut placed = etapes.iter().filter(|etape| etape.place.is_some());
    let first = placed.next().map_or("", |etape| etape.campagne);
    let last = placed.next_back().map_or(first, |etape| etape.campagne);
    let quarter = mots::ordinal_quarter;
    match mouvement {
        Mouvement::Inconnu => {
            format!("{nom}\u{a0}: moins de deux campagnes donnent une position.")
        }
        Mouvement::Reste(at) => {
            format!("{nom} est au {} en {last}, comme en {first}.", quarter(at))
        }
        Mouvement::Hasard(from, to) => format!(
            "{nom} passe du {} ({first}) au {} ({last}), un écart que le hasard suffit à expliquer\u{a0}: ce \
             n'est pas un mouvement.",
            quarter(from),
            quarter(to)
        ),
        Mouvement::Bouge(from, to) => format!(
            "{nom} est passé du {} ({first}) au {} ({last})\u{a0}: le hasard seul ne l'explique pas.",
            quarter(from),
            quarter(to)
        ),
        Mouvement::Compte(from, to) => format!(
            "{nom} est passé du {} ({first}) au {} ({last}). Ce chiffre n'est ni un taux ni une médiane\u{a0}: la \
             part du hasard n'est pas calculée.",
            quarter(from),
            quarter(to)
        ),
    }
}
