//! What correcting one object of a rule moves: the effects that the catalogue proves, in figures of a
//! centre over the year of its extraction.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use mallette_catalogue::{Calcul, Catalogue, Effet, Indicateur};
use mallette_domain::periode::{self, Periode};
use mallette_domain::resultat::Cumul;

use crate::etat::Centre;
use crate::lecture::indicateurs::chiffre::Chiffre;
use crate::lecture::indicateurs::releve::of_centre;

/// What one object corrected moves, indicator by indicator; nothing when no effect is proved.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Gain {
    /// Its effects, those that always hold first.
    pub effets: Vec<EffetChiffre>,
}

/// One effect, in figures.
#[derive(Debug, Clone, PartialEq)]
pub struct EffetChiffre {
    /// What the catalogue says.
    pub effet: Effet,
    /// Title of the indicator.
    pub titre: String,
    /// How the indicator is computed.
    pub calcul: Calcul,
    /// Whether its figure is a part of one, written in per cent.
    pub part: bool,
    /// The figure of the centre; none when it is not received or cannot be calculated.
    pub avant: Option<f64>,
    /// The figure with one object corrected.
    pub apres: Option<f64>,
}

impl EffetChiffre {
    /// By how much the figure changes, in its own unit.
    #[must_use]
    pub fn change(&self) -> Option<f64> {
        Some(self.apres? - self.avant?)
    }
}

impl Gain {
    /// Indicators that one correction always moves.
    #[must_use]
    pub fn certains(&self) -> usize {
        self.effets.iter().filter(|effet| effet.effet.si.is_none()).count()
    }

    /// What gains are put in order by, the greatest first: indicators always moved, then those moved
    /// under a condition, then the change of all rates together, to the thousandth of a point.
    #[must_use]
    pub fn order(&self) -> impl Ord + use<> {
        let rates = self.effets.iter().filter(|effet| effet.part);
        let points: f64 = rates.filter_map(EffetChiffre::change).map(f64::abs).sum();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a rate changes by at most one, and there are a few of them"
        )]
        let thousandths = (points * 100_000.0).round() as u64;
        let certains = self.certains();
        (Reverse(certains), Reverse(self.effets.len() - certains), Reverse(thousandths))
    }
}

/// The year over which gains are told: that of the extraction.
#[must_use]
pub fn annee(centre: &Centre) -> Periode {
    periode::year(centre.version.date_extraction.year())
}

/// The gain of every rule, by code, in figures of a centre.
#[must_use]
pub fn gains(catalogue: &Catalogue, centre: Option<&Centre>) -> BTreeMap<String, Gain> {
    let own = |indicateur: &Indicateur| cumul(centre?, indicateur);
    let gains = catalogue.regles.iter().map(|regle| {
        // As the centre is judged: an effect is proved with the values of the catalogue.
        let tuned = centre.filter(|_| !regle.own_centres().is_empty());
        let judged = tuned.map(|centre| regle.at(&centre.structure_id));
        let effets = catalogue.effets(judged.as_ref().unwrap_or(regle));
        let effets = effets.into_iter().filter_map(|effet| {
            let found = catalogue.indicateurs.iter().find(|i| i.code == effet.indicateur)?;
            let before = own(found);
            let value = |cumul: &Cumul| Chiffre::new(found.calcul, cumul).valeur;
            let moved = before.as_ref().and_then(|before| corrected(found, before, &effet, 1));
            Some(EffetChiffre {
                titre: found.titre.clone(),
                calcul: found.calcul,
                part: found.is_rate(),
                avant: before.as_ref().and_then(value),
                apres: moved.as_ref().and_then(value),
                effet,
            })
        });
        let mut effets: Vec<EffetChiffre> = effets.collect();
        effets.sort_by_key(|effet| effet.effet.si.is_some());
        (regle.code.clone(), Gain { effets })
    });
    gains.collect()
}

/// What an indicator counts in a centre over the year of its extraction; none when it is not received.
pub(crate) fn cumul(centre: &Centre, indicateur: &Indicateur) -> Option<Cumul> {
    of_centre(centre, indicateur, annee(centre))
}

/// The same with an effect had that many times; none when no centre can count so: of a share, never more above the
/// bar than below it.
pub(crate) fn corrected(
    indicateur: &Indicateur,
    cumul: &Cumul,
    effet: &Effet,
    times: u32,
) -> Option<Cumul> {
    let (above, below) = (rows(effet.numerateur, times)?, rows(effet.denominateur, times)?);
    let moved = Cumul {
        numerateur: cumul.numerateur + above,
        denominateur: cumul.denominateur + below,
        ..Cumul::default()
    };
    let shares = !indicateur.is_share() || moved.numerateur <= moved.denominateur;
    (moved.numerateur >= 0.0 && moved.denominateur >= 0.0 && shares).then_some(moved)
}

fn rows(each: i64, times: u32) -> Option<f64> {
    i32::try_from(each).ok().map(|each| f64::from(each) * f64::from(times))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use mallette_domain::resultat::Niveau;

    use super::*;
    use crate::etat::Etat;
    use crate::lecture::indicateurs::essai::{empty, indicateur, measure, receive};

    fn centre() -> Etat {
        let mut etat = empty();
        receive(&mut etat, "A", "Urbain", date(2019, 11, 30));
        let key = ("A", Niveau::Structure, "");
        measure(&mut etat, key, "2019", "PAC-P", (49.0, 100.0));
        measure(&mut etat, key, "2019", "PAC-E", (60.0, 0.0));
        measure(&mut etat, key, "2019", "QUA-H", (30.0, 200.0));
        etat
    }

    fn told(gains: &BTreeMap<String, Gain>, regle: &str, indicateur: &str) -> (f64, f64) {
        let effets = &gains[regle].effets;
        let found = effets.iter().find(|effet| effet.effet.indicateur == indicateur).unwrap();
        (found.avant.unwrap(), found.apres.unwrap())
    }

    #[test]
    fn a_gain_is_the_exact_change_of_the_figure_of_the_centre() {
        let etat = centre();
        let gains = gains(&etat.catalogue, etat.centres.get("A"));
        // 50 out of 101, not 50 out of 100: the exit counts below the bar too.
        assert_eq!(told(&gains, "MARGE-06", "PAC-P"), (0.49, 50.0 / 101.0));
        assert_eq!(told(&gains, "PAC-07", "PAC-P"), (0.49, 0.5));
        assert_eq!(told(&gains, "PAC-07", "QUA-H"), (15.0, 14.5));
        assert_eq!(told(&gains, "MARGE-01", "PAC-E"), (60.0, 61.0));
        assert!(gains["DOS-10"].effets.is_empty());
    }

    #[test]
    fn what_moves_more_comes_first_and_what_moves_nothing_last() {
        let etat = centre();
        let gains = gains(&etat.catalogue, etat.centres.get("A"));
        let mut codes = ["DOS-10", "EVT-06", "DOS-01", "PAC-07", "MARGE-01", "MARGE-06"];
        codes.sort_by_key(|code| gains[*code].order());
        // Seven always; two always; one always and five at times; one always; two at times; none.
        assert_eq!(codes, ["MARGE-06", "MARGE-01", "PAC-07", "DOS-01", "EVT-06", "DOS-10"]);
    }

    #[test]
    fn no_figure_is_made_up_where_none_is_received_or_none_can_be() {
        let etat = centre();
        let none = gains(&etat.catalogue, None);
        assert_eq!(none["MARGE-06"].effets[0].avant, None);
        let effet = Effet {
            indicateur: "PAC-P".to_owned(),
            numerateur: 1,
            denominateur: 0,
            si: None,
            quand: None,
        };
        let whole = Cumul { numerateur: 4.0, denominateur: 4.0, ..Cumul::default() };
        let of = |code: &str| indicateur(&etat, code);
        assert_eq!(corrected(of("PAC-P"), &whole, &effet, 1), None);
        let less = Effet { numerateur: -1, ..effet };
        assert_eq!(corrected(of("PAC-E"), &Cumul::default(), &less, 1), None);
    }

    #[test]
    fn a_share_made_of_two_counts_passes_one_no_more_than_a_rate_and_a_rapport_does() {
        let etat = centre();
        let whole = Cumul { numerateur: 4.0, denominateur: 4.0, ..Cumul::default() };
        let effet = |numerateur, denominateur| Effet {
            indicateur: String::new(),
            numerateur,
            denominateur,
            si: None,
            quand: None,
        };
        let told = |code: &str, pair: (i64, i64), times| {
            let effet = effet(pair.0, pair.1);
            let found = corrected(indicateur(&etat, code), &whole, &effet, times)?;
            Some((found.numerateur, found.denominateur))
        };
        // P7: young people whose obstacle was lifted, among those in PACEA; RAT-7: interviews for each of them.
        assert_eq!((told("LEV-P", (1, 0), 1), told("RAT-7", (1, 0), 1)), (None, Some((5.0, 4.0))));
        assert_eq!(told("LEV-P", (1, 1), 3), Some((7.0, 7.0)));
        // One young person fewer below the bar, all of them above it.
        assert_eq!(
            (told("LEV-P", (0, -1), 1), told("LEV-P", (-1, -1), 4)),
            (None, Some((0.0, 0.0)))
        );
    }
}
