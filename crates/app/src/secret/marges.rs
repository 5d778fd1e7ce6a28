//! The counts and the amounts that the figures of an indicator give away, centre by centre: its own, and what
//! one reads by taking it away from the indicators that count more than it does, or them from it.

use std::collections::BTreeMap;

use mallette_catalogue::{Calcul, Indicateur};
use mallette_domain::periode::Periode;
use mallette_domain::resultat::Cumul;
use mallette_stats::secret::{
    Audience, Donnees, Marges, Montant, PLANCHER, Plan, Transparente, protect,
};

use super::Places;
use super::comptes::{Comptes, centre};
use crate::etat::{Centre, Etat};
use crate::lecture::indicateurs::chiffre::Chiffre;
use crate::lecture::indicateurs::releve::of_period;

/// An indicator as it is read in a snapshot, beside those of which it keeps the difference with it secret.
pub(super) struct Lecture<'a> {
    etat: &'a Etat,
    indicateur: &'a Indicateur,
    places: &'a Places,
    /// The indicators that it is made of.
    parts: Vec<&'a Indicateur>,
    epargnes: Vec<&'a Indicateur>,
}

impl<'a> Lecture<'a> {
    /// `periode` tells which definitions are in force.
    pub(super) fn new(
        etat: &'a Etat,
        indicateur: &'a Indicateur,
        periode: Periode,
        places: &'a Places,
    ) -> Self {
        let epargnes = etat.catalogue.spared(indicateur, periode);
        Self { etat, indicateur, places, parts: parts_of(etat, indicateur), epargnes }
    }

    /// Whether it, or what it is made of, is a sum of money.
    fn is_money(&self) -> bool {
        self.indicateur.is_money() || self.parts.iter().any(|part| part.is_money())
    }

    /// The sum of money that the figure of a centre tells; the one that one person makes most of, of two.
    fn amount(&self, centre: &Centre, periode: Periode) -> Montant {
        let told = |known: &Indicateur| {
            let cumul = measured(centre, known, periode)?;
            Some(Montant { somme: cumul.numerateur, majeure: cumul.largest() })
        };
        if self.indicateur.is_money() {
            return told(self.indicateur).unwrap_or_default();
        }
        let sides = self.parts.iter().filter(|part| part.is_money());
        let sides =
            sides.map(|part| match (told(part), measured(centre, self.indicateur, periode)) {
                (Some(told), _) => told,
                // A part that was not measured: nothing is known of it but the side that it makes.
                (None, Some(cumul)) => Montant { somme: cumul.numerateur, majeure: cumul.majeure },
                (None, None) => Montant::default(),
            });
        let mut sides: Vec<Montant> = sides.collect();
        sides.sort_by_key(|side| !side.is_dominated());
        sides.first().copied().unwrap_or_default()
    }
}

impl Comptes for Lecture<'_> {
    fn places(&self) -> &Places {
        self.places
    }

    /// The figures of every centre over a period: the counts of its own, then those left beside others.
    fn read(&self, periode: Periode) -> Donnees {
        let ids = self.places.ids();
        let centres: Vec<Option<&Centre>> = ids.iter().map(|id| centre(self.etat, id)).collect();
        let width = self.width();
        let mut comptes: Marges = vec![vec![0; centres.len()]; width + self.epargnes.len()];
        let mut note = |which: usize, part: usize, count: u64| {
            if let Some(place) = comptes.get_mut(which).and_then(|marge| marge.get_mut(part)) {
                *place = count;
            }
        };
        let mut montants = Vec::new();
        for (part, centre) in centres.iter().enumerate() {
            let own = centre.and_then(|centre| self.counts(centre, periode));
            for (which, count) in own.iter().flatten().enumerate() {
                note(which, part, *count);
            }
            if self.is_money() {
                montants.push(centre.map(|c| self.amount(c, periode)).unwrap_or_default());
            }
            let Some(own) = centre.and_then(|centre| head(centre, self.indicateur, periode)) else {
                continue;
            };
            for (rank, spared) in self.epargnes.iter().enumerate() {
                if let Some(other) = centre.and_then(|centre| head(centre, spared, periode)) {
                    note(width + rank, part, other.abs_diff(own));
                }
            }
        }
        Donnees { comptes, montants, ..Donnees::default() }
    }

    fn width(&self) -> usize {
        match self.indicateur.calcul {
            Calcul::Taux => 2,
            Calcul::Ratio => 0,
            Calcul::Rapport => self.parts.len(),
            _ => 1,
        }
    }

    fn counts(&self, centre: &Centre, periode: Periode) -> Option<Vec<u64>> {
        let cumul = measured(centre, self.indicateur, periode)?;
        if self.indicateur.calcul != Calcul::Rapport {
            let chiffre = Chiffre::new(self.indicateur.calcul, cumul);
            return Some(given_away(self.indicateur.calcul, &chiffre));
        }
        // What is above its bar and what is below it are both read: two figures of the same centre.
        let sides = [cumul.numerateur, cumul.denominateur];
        let counts = self.parts.iter().zip(sides).map(|(part, side)| {
            match measured(centre, part, periode)
                .filter(|own| own.numerateur.total_cmp(&side).is_eq())
            {
                Some(own) => {
                    let own = given_away(part.calcul, &Chiffre::new(part.calcul, own));
                    own.into_iter().sum()
                }
                None => whole(side),
            }
        });
        Some(counts.collect())
    }

    fn is_sensitive(&self, counts: &[u64]) -> bool {
        let (own, gaps) = counts.split_at(self.width().min(counts.len()));
        is_sensitive(self.indicateur, own, Audience::Reseau)
            || gaps.iter().any(|gap| Audience::Reseau.is_small(*gap))
    }
}

/// The indicators that one is made of, in the order of its bar.
fn parts_of<'a>(etat: &'a Etat, indicateur: &Indicateur) -> Vec<&'a Indicateur> {
    let Some(rapport) = &indicateur.rapport else { return Vec::new() };
    let known = |code: &String| etat.catalogue.indicateurs.iter().find(|own| own.code == *code);
    [&rapport.numerateur, &rapport.denominateur].into_iter().filter_map(known).collect()
}

/// What a centre measured; nothing counted is a zero, and none is not received.
pub(super) fn measured<'a>(
    centre: &'a Centre,
    indicateur: &Indicateur,
    periode: Periode,
) -> Option<&'a Cumul> {
    if !centre.version.has(&indicateur.tables) {
        return None;
    }
    Some(&of_period(centre, periode)?.of_structure(&indicateur.code)?.cumul)
}

/// What an indicator that may be within another counts: above the bar for a rate.
pub(super) fn head(centre: &Centre, indicateur: &Indicateur, periode: Periode) -> Option<u64> {
    head_of(indicateur, measured(centre, indicateur, periode)?)
}

/// The same, of what was measured.
fn head_of(indicateur: &Indicateur, cumul: &Cumul) -> Option<u64> {
    let chiffre = Chiffre::new(indicateur.calcul, cumul);
    match indicateur.calcul {
        Calcul::Taux => chiffre.lignes_numerateur,
        _ => chiffre.lignes,
    }
}

/// A side of a figure, as a number of persons or acts.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "bounded below, and far below 2^52"
)]
fn whole(side: f64) -> u64 {
    side.max(0.0).ceil() as u64
}

/// The counts that one figure gives away: above the bar and what is left, for a rate (below the bar is their sum,
/// and keeps its secret with either); of anomalies, the dossiers only, since how well data is entered is no
/// attribute of a person.
fn given_away(calcul: Calcul, chiffre: &Chiffre) -> Vec<u64> {
    let below = chiffre.lignes.unwrap_or_default();
    match calcul {
        Calcul::Taux => {
            let above = chiffre.lignes_numerateur.unwrap_or_default();
            vec![above, below.saturating_sub(above)]
        }
        // Two sums of money: what one person makes of the first is looked at, not how many there are.
        Calcul::Ratio => Vec::new(),
        // Its two parts are read with it: what they count stands above the bar and below it.
        Calcul::Rapport => {
            let sides = [chiffre.numerateur, chiffre.denominateur];
            sides.into_iter().map(|side| whole(side.unwrap_or_default())).collect()
        }
        _ => vec![below],
    }
}

/// Whether a figure is secret by itself, out of the counts that it gives away.
fn is_sensitive(indicateur: &Indicateur, counts: &[u64], audience: Audience) -> bool {
    let below = match indicateur.calcul {
        Calcul::Taux | Calcul::PourCentDossiers => counts.iter().sum(),
        // A part of young people out of others, written in per cent, is a rate.
        Calcul::Rapport if indicateur.is_rate() => counts.get(1).copied().unwrap_or_default(),
        _ => 0,
    };
    let few = below > 0 && below < PLANCHER;
    few || counts.iter().any(|count| audience.is_small(*count))
}

/// Whether the figures by antenne of a centre that is not the reader's own are secret: all of them, as soon
/// as one is, as one could be found from the figure of the centre, or as one leaves few beside an indicator of
/// `epargnes`, whose difference with it is its own to keep.
#[must_use]
pub(crate) fn hides_parts(
    indicateur: &Indicateur,
    parts: &BTreeMap<&str, &Cumul>,
    epargnes: &[(&Indicateur, BTreeMap<&str, &Cumul>)],
) -> bool {
    let counts = parts
        .values()
        .map(|cumul| given_away(indicateur.calcul, &Chiffre::new(indicateur.calcul, cumul)));
    let counts: Vec<Vec<u64>> = counts.collect();
    let width = counts.iter().map(Vec::len).max().unwrap_or_default();
    let mut comptes: Marges = (0..width)
        .map(|rank| counts.iter().map(|own| own.get(rank).copied().unwrap_or(0)).collect())
        .collect();
    comptes.extend(epargnes.iter().map(|(spared, measured)| {
        let gaps = parts.iter().map(|(cle, cumul)| {
            let other = measured.get(cle).and_then(|other| head_of(spared, other));
            other.zip(head_of(indicateur, cumul)).map_or(0, |(other, own)| other.abs_diff(own))
        });
        gaps.collect()
    }));
    let plan = Plan::flat(parts.len());
    let amount = |cumul: &Cumul| Montant { somme: cumul.numerateur, majeure: cumul.largest() };
    let montants = match indicateur.is_money() {
        true => parts.values().map(|cumul| amount(cumul)).collect(),
        false => Vec::new(),
    };
    let donnees = Donnees { comptes, montants, ..Donnees::default() };
    let sensible = |counts: &[u64]| {
        let (own, gaps) = counts.split_at(width.min(counts.len()));
        is_sensitive(indicateur, own, Audience::Reseau)
            || gaps.iter().any(|gap| Audience::Reseau.is_small(*gap))
    };
    let protected = protect(&plan, &donnees, Audience::Reseau, &[], sensible);
    match protected {
        Ok(masque) => (0..plan.cells()).any(|cell| masque.hides(cell)),
        Err(Transparente) => true,
    }
}
