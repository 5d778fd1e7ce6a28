//! The position of a centre from campaign to campaign, and whether it moved by more than chance.

use std::cmp::Ordering;
use std::sync::Arc;

use mallette_catalogue::Indicateur;
use mallette_domain::periode::Periode;
use mallette_stats::boxplot::BoxPlot;
use mallette_stats::ordre::{beside, risk_of_each};

use super::chiffre::Chiffre;
use super::groupe::{Place, compared_in, groups, members_beside, place};
use super::hasard::Echantillon;
use super::releve::Releve;
use crate::etat::Etat;

/// Where a centre stood at a campaign.
#[derive(Debug, Clone, PartialEq)]
pub struct Etape<'a> {
    /// The campaign.
    pub campagne: &'a str,
    /// The figure; none when the centre was not received, or had not sent the period.
    pub chiffre: Option<Chiffre>,
    /// The box of what it is compared with; none of fewer centres than make a group.
    pub boite: Option<BoxPlot>,
    /// Where it stood; none without a figure to show.
    pub place: Option<Place>,
    /// What its figure was drawn from, where chance can be reckoned.
    pub echantillon: Option<Echantillon<'a>>,
}

/// What became of a position between the first and the last campaign that tell one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mouvement {
    /// Fewer than two positions are known.
    Inconnu,
    /// The same quarter.
    Reste(u8),
    /// Another quarter, and chance would do: the two figures are not surely different.
    Hasard(u8, u8),
    /// Another quarter, and the two figures surely differ.
    Bouge(u8, u8),
    /// Another quarter, of a figure that is no rate nor median: chance was not reckoned.
    Compte(u8, u8),
}

/// The position of a centre over a period, campaign by campaign in the order of the snapshots given.
#[must_use]
pub fn positions<'a>(
    etats: &'a [Arc<Etat>],
    indicateur: &Indicateur,
    periode: Periode,
    structure_id: &str,
) -> Vec<Etape<'a>> {
    let step = |etat: &'a Arc<Etat>| {
        let releve = Releve::new(etat, periode);
        let rattachement = etat.centres.get(structure_id).map(|centre| &centre.rattachement);
        let members = rattachement.map(|own| members_beside(etat, own)).unwrap_or_default();
        let groups = groups(&members, &releve, indicateur);
        let chiffre = releve.chiffre(indicateur, structure_id);
        let group = rattachement.and_then(|own| compared_in(&groups, own));
        let found = chiffre.as_ref().zip(rattachement);
        Etape {
            campagne: etat.campagne.as_deref().unwrap_or_default(),
            // Of fewer, a box tells single centres.
            boite: group.filter(|group| group.is_large()).and_then(|group| group.boite.clone()),
            place: found.and_then(|(chiffre, own)| {
                place(&groups, own, indicateur, (structure_id, chiffre))
            }),
            echantillon: chiffre
                .as_ref()
                .and_then(|own| releve.echantillon(indicateur, structure_id, own)),
            chiffre,
        }
    };
    etats.iter().map(step).collect()
}

/// Whether the position moved, from the first campaign that has one to the last.
#[must_use]
pub fn movement(etapes: &[Etape<'_>]) -> Mouvement {
    let known: Vec<(&Place, Option<Echantillon<'_>>)> = etapes
        .iter()
        .filter_map(|etape| Some((etape.place.as_ref()?, etape.echantillon)))
        .collect();
    let (Some((first, before)), Some((last, after))) = (known.first(), known.last()) else {
        return Mouvement::Inconnu;
    };
    if known.len() < 2 {
        return Mouvement::Inconnu;
    }
    let (from, to) = (first.position.quart, last.position.quart);
    if from == to {
        return Mouvement::Reste(to);
    }
    let limits = |own: &Option<Echantillon<'_>>| own.and_then(|own| own.within(risk_of_each(2)));
    match beside(&[limits(before), limits(after)], 0, &[1]) {
        Some(Ordering::Equal) => Mouvement::Hasard(from, to),
        Some(_) => Mouvement::Bouge(from, to),
        None => Mouvement::Compte(from, to),
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use mallette_domain::resultat::Niveau;

    use super::*;
    use crate::lecture::indicateurs::essai::{empty, indicateur, measure, receive};

    /// A campaign: PAC-P of five centres out of that many, and as many exits.
    fn campaign(nom: &str, above: [f64; 5], below: f64) -> Arc<Etat> {
        let mut etat = empty();
        etat.campagne = Some(nom.to_owned());
        for (id, above) in ["A", "B", "C", "D", "E"].into_iter().zip(above) {
            receive(&mut etat, id, "Urbain", date(2019, 11, 4));
            let key = (id, Niveau::Structure, "");
            measure(&mut etat, key, "2019", "PAC-P", (above, below));
            measure(&mut etat, key, "2019", "PAC-F", (above, 0.0));
        }
        Arc::new(etat)
    }

    fn told(etats: &[Arc<Etat>], code: &str) -> (Vec<Option<u8>>, Mouvement) {
        let known = indicateur(&etats[0], code).clone();
        let found = positions(etats, &known, "2019".parse().unwrap(), "A");
        let quarters =
            found.iter().map(|etape| etape.place.as_ref().map(|place| place.position.quart));
        (quarters.collect(), movement(&found))
    }

    #[test]
    fn a_move_that_chance_explains_is_not_called_one() {
        // A goes from the lowest of five to the highest: 20 then 60 of 100, then of 1,000.
        let before = [20.0, 30.0, 40.0, 50.0, 55.0];
        let after = [60.0, 30.0, 40.0, 50.0, 55.0];
        let sure = [campaign("2019-10", before, 100.0), campaign("2019-11", after, 100.0)];
        assert_eq!(told(&sure, "PAC-P"), (vec![Some(1), Some(4)], Mouvement::Bouge(1, 4)));
        // From 38 to 47 of 100: the intervals overlap.
        let near = [
            campaign("2019-10", [38.0, 39.0, 40.0, 41.0, 42.0], 100.0),
            campaign("2019-11", [47.0, 39.0, 40.0, 41.0, 42.0], 100.0),
        ];
        assert_eq!(told(&near, "PAC-P").1, Mouvement::Hasard(1, 4));
        assert_eq!(told(&near, "PAC-F").1, Mouvement::Compte(1, 4));
        let same = [campaign("2019-10", before, 100.0), campaign("2019-11", before, 100.0)];
        assert_eq!(told(&same, "PAC-P").1, Mouvement::Reste(1));
    }

    #[test]
    fn campaigns_without_a_figure_are_gaps() {
        let before = [20.0, 30.0, 40.0, 50.0, 55.0];
        let mut gap = empty();
        gap.campagne = Some("2019-09".to_owned());
        let etats = [Arc::new(gap), campaign("2019-10", before, 100.0)];
        assert_eq!(told(&etats, "PAC-P"), (vec![None, Some(1)], Mouvement::Inconnu));
    }
}
