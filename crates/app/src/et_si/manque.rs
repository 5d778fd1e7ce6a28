//! The fewest dossiers that bring a centre past each threshold of an indicator: the next quarters, its target,
//! the place before its own. Everyone else unchanged, the box computed again with its own new figure.

use mallette_catalogue::{Calcul, Effet, Indicateur, Sens};
use mallette_domain::periode::Periode;
use mallette_domain::resultat::{Cumul, Niveau};
use mallette_stats::boxplot::BoxPlot;
use mallette_stats::position::{Position, position};
use mallette_stats::seuil::{
    Reponse, Seuil, Vers, fewest, is_chance_count, is_chance_rate, passes,
};

use super::delai::fewest_moved;
use super::{Facon, counted, towards};
use crate::etat::Etat;
use crate::lecture::indicateurs::chiffre::Chiffre;
use crate::lecture::indicateurs::groupe::{
    Apart, PLUS_PETIT_GROUPE, compared_in, groups, members_beside,
};
use crate::lecture::indicateurs::hasard::rate;
use crate::lecture::indicateurs::releve::{Mesuree, Releve};
use crate::marges::gain::{annee, corrected};
use crate::marges::projection::most;

/// A threshold, and what it takes.
#[derive(Debug, Clone, PartialEq)]
pub struct Manque {
    /// The threshold.
    pub seuil: Seuil,
    /// What it takes, for each way in which a dossier counts.
    pub facons: Vec<Cout>,
}

/// What a threshold takes, dossiers counting in one way.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cout {
    /// How a dossier counts.
    pub facon: Facon,
    /// How many.
    pub reponse: Reponse,
    /// For the measures of a median, the value that they are brought to.
    pub cible: Option<i64>,
    /// The figure once they are done.
    pub apres: Option<f64>,
    /// Whether chance alone moves the figure as far from one year to the next.
    pub hasard: Option<bool>,
}

/// A centre, an indicator, and what is to be passed.
#[derive(Debug, Clone, PartialEq)]
pub struct EtSi<'a> {
    /// I-MILO code of the centre.
    pub centre: String,
    /// The indicator.
    pub indicateur: &'a Indicateur,
    /// What is counted above its bar: the numerator of a rapport, else the indicator itself.
    pub compte: &'a Indicateur,
    /// The year of the figures.
    pub annee: Periode,
    /// The figure today.
    pub chiffre: Chiffre,
    /// What it is compared with: its group, the région for want of a group large enough, the network for want of both.
    pub niveau: Niveau,
    /// Name of that group, code of that région, or that of the network.
    pub groupe: String,
    /// Centres compared, itself included.
    pub n: usize,
    /// Those of the group that are not compared.
    pub apart: Apart,
    /// Where it stands.
    pub position: Position,
    /// The side on which it gets better.
    pub vers: Vers,
    /// Whether that side is an aim: no indicator that only describes has one.
    pub but: bool,
    /// What is to be passed, the nearest first; empty when one dossier does not move it by whole rows, and of a median
    /// that is not the reader's own: how its measures lie is for the centre.
    pub manques: Vec<Manque>,
    /// What it counts today.
    pub(crate) own: Cumul,
    /// The figures of the others.
    pub(crate) others: Vec<f64>,
}

impl EtSi<'_> {
    /// Whether enough centres are compared, its own figure being over enough cases, for a quarter, or a place, to
    /// say something.
    #[must_use]
    pub fn is_placed(&self) -> bool {
        self.n >= PLUS_PETIT_GROUPE && self.chiffre.floor(self.indicateur).is_none()
    }

    /// The figure with something added above and below the bar, as many times; none when no centre can
    /// count so.
    #[must_use]
    pub fn with(&self, (numerateur, denominateur): (i64, i64), times: u32) -> Option<f64> {
        let effet = effet(self.indicateur, (numerateur, denominateur));
        let moved = corrected(self.indicateur, &self.own, &effet, times)?;
        Chiffre::new(self.indicateur.calcul, &moved).valeur
    }

    /// The box of the centres compared, were its own figure that one and all others what they are.
    #[must_use]
    pub fn boite(&self, valeur: f64) -> Option<BoxPlot> {
        let all: Vec<Option<f64>> = self.others.iter().copied().chain([valeur]).map(Some).collect();
        BoxPlot::new(&all)
    }

    /// Whether chance alone moves the figure to that one, from one year to the next; none when it is not
    /// known for such a figure.
    #[must_use]
    pub fn is_chance(&self, apres: f64) -> Option<bool> {
        let above = self.chiffre.lignes_numerateur.and_then(|count| u32::try_from(count).ok());
        let below = self.chiffre.lignes.and_then(|count| u32::try_from(count).ok());
        match self.indicateur.calcul {
            _ if self.indicateur.is_share() => {
                is_chance_rate(rate(self.indicateur, &self.chiffre)?, apres)
            }
            Calcul::Effectif | Calcul::Distinct => Some(is_chance_count(below?, apres)),
            Calcul::PourCentDossiers => {
                let (above, below) = (above?, f64::from(below?));
                Some(is_chance_count(above, apres * below / 100.0))
            }
            _ => None,
        }
    }
}

pub(super) fn effet(indicateur: &Indicateur, (numerateur, denominateur): (i64, i64)) -> Effet {
    Effet { indicateur: indicateur.code.clone(), numerateur, denominateur, si: None, quand: None }
}

/// What it would take a centre over the year of its extraction. None when it has no figure, when that figure is
/// secret for who reads, or when there is nothing to be compared with. `objectif` is its target, in the unit of the
/// figure.
#[must_use]
pub fn explore<'a>(
    etat: &'a Etat,
    structure_id: &str,
    indicateur: &'a Indicateur,
    objectif: Option<f64>,
) -> Option<EtSi<'a>> {
    let annee = annee(etat.centres.get(structure_id)?);
    explore_year(etat, structure_id, (indicateur, annee), objectif)
}

/// The same over a year that is stored.
#[must_use]
pub fn explore_year<'a>(
    etat: &'a Etat,
    structure_id: &str,
    (indicateur, annee): (&'a Indicateur, Periode),
    objectif: Option<f64>,
) -> Option<EtSi<'a>> {
    let centre = etat.centres.get(structure_id)?;
    let members = members_beside(etat, &centre.rattachement);
    let releve = Releve::new(etat, annee);
    let groups = groups(&members, &releve, indicateur);
    let group = compared_in(&groups, &centre.rattachement)?;
    let others = group.centres.iter().filter(|(id, _)| *id != structure_id);
    let others: Vec<f64> = others.filter_map(|(_, chiffre)| chiffre.valeur).collect();
    let Mesuree::Connue(own) = releve.mesuree(indicateur, structure_id) else { return None };
    let chiffre = Chiffre::new(indicateur.calcul, own);
    let valeur = chiffre.valeur?;
    let all: Vec<f64> = others.iter().copied().chain([valeur]).collect();
    let mut found = EtSi {
        centre: structure_id.to_owned(),
        indicateur,
        compte: counted(&etat.catalogue, indicateur),
        annee,
        chiffre,
        niveau: group.niveau,
        groupe: group.nom.to_owned(),
        n: all.len(),
        apart: group.apart(),
        position: position(valeur, &all)?,
        vers: towards(indicateur.sens),
        but: indicateur.sens != Sens::Neutre,
        manques: Vec::new(),
        own: own.clone(),
        others,
    };
    let facons = Facon::of(&etat.catalogue, indicateur, found.vers);
    // How many delays are to be shortened tells how many are short, in numbers that no mask looks at.
    let told = !facons.contains(&Facon::Delai) || etat.lecteur.owns(structure_id);
    if !facons.is_empty() && told {
        let seuils = thresholds(&found, objectif).into_iter();
        let manques = seuils.map(|seuil| Manque {
            seuil,
            facons: facons.iter().filter_map(|facon| cost(&found, seuil, *facon)).collect(),
        });
        found.manques = manques.collect();
    }
    Some(found)
}

/// Whether nothing may be told, to who reads the snapshot, of the figure of a centre over a year.
#[must_use]
pub fn is_secret(
    etat: &Etat,
    structure_id: &str,
    (indicateur, annee): (&Indicateur, Periode),
) -> bool {
    let releve = Releve::new(etat, annee);
    releve.mesuree(indicateur, structure_id) == Mesuree::Secrete
}

/// The target, each better quarter, then the place before the own one; of too few centres, the target only.
fn thresholds(found: &EtSi<'_>, objectif: Option<f64>) -> Vec<Seuil> {
    let target = objectif.map(Seuil::Valeur);
    if !found.is_placed() {
        return target.into_iter().collect();
    }
    let quart = found.position.quart;
    let quarts: Vec<u8> = match found.vers {
        Vers::Haut => (quart.saturating_add(1)..=4).collect(),
        Vers::Bas => (1..quart).rev().collect(),
    };
    // Alone, or among equals that nobody is better than, there is no place before.
    let better = found.others.iter().filter(|other| match found.vers {
        Vers::Haut => **other > found.chiffre.valeur.unwrap_or_default(),
        Vers::Bas => **other < found.chiffre.valeur.unwrap_or_default(),
    });
    let place = better.count();
    let place = (place > 0).then_some(Seuil::Place(place));
    target.into_iter().chain(quarts.into_iter().map(Seuil::Quart)).chain(place).collect()
}

fn cost(found: &EtSi<'_>, seuil: Seuil, facon: Facon) -> Option<Cout> {
    if facon == Facon::Delai {
        return cost_of_delays(found, seuil);
    }
    let pair = facon.effet();
    let most = most(found.indicateur, &found.own, &effet(found.indicateur, pair));
    let value = |times: u32| found.with(pair, times);
    let reponse = fewest(value, &found.others, most, (seuil, found.vers))?;
    let apres = match reponse {
        Reponse::Faits(times) => value(times),
        Reponse::Deja | Reponse::Jamais => None,
    };
    let hasard = apres.and_then(|apres| found.is_chance(apres));
    Some(Cout { facon, reponse, cible: None, apres, hasard })
}

/// The fewest measures of a median; none without any. No delay is shorter than none, nor has to be longer than what any
/// threshold asks.
fn cost_of_delays(found: &EtSi<'_>, seuil: Seuil) -> Option<Cout> {
    let furthest = match seuil {
        Seuil::Valeur(cible) => cible,
        Seuil::Quart(_) | Seuil::Place(_) => {
            found.others.iter().copied().max_by(f64::total_cmp).unwrap_or_default() + 1.0
        }
    };
    #[expect(clippy::cast_possible_truncation, reason = "a number of days is far below 2^52")]
    let limite = match found.vers {
        Vers::Bas => 0,
        Vers::Haut => furthest.ceil() as i64,
    };
    let there = |median: f64| passes(median, &found.others, seuil, found.vers);
    let moved = fewest_moved(&found.own.mesures, there, (found.vers, limite))?;
    let (reponse, cible, apres) = (moved.reponse, moved.cible, moved.apres);
    Some(Cout { facon: Facon::Delai, reponse, cible, apres, hasard: None })
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use mallette_domain::periode;
    use proptest::prelude::*;

    use super::*;
    use crate::lecture::indicateurs::essai::{
        empty, indicateur, measure, measure_cumul, receive, region,
    };
    use crate::marges::projection::project;
    use crate::secret::Lecteur;

    fn told(found: &EtSi<'_>, seuil: Seuil) -> Vec<(Facon, Reponse)> {
        let manque = found.manques.iter().find(|manque| manque.seuil == seuil).unwrap();
        manque.facons.iter().map(|cout| (cout.facon, cout.reponse)).collect()
    }

    /// A 10, B 20, C 30, D 40, E 50 out of 100 each in « Urbain ».
    #[test]
    fn each_quarter_the_target_and_the_place_before_by_hand() {
        let etat = region();
        let found = explore(&etat, "B", indicateur(&etat, "PAC-P"), Some(0.42)).unwrap();
        assert_eq!((found.position.quart, found.n, found.but), (1, 5, true));
        let both = |above, two| {
            vec![(Facon::Numerateur, Reponse::Faits(above)), (Facon::LesDeux, Reponse::Faits(two))]
        };
        // (20 + k) / (100 + k) ≥ 0.42: k ≥ 22 / 0.58 = 37.9.
        assert_eq!(told(&found, Seuil::Valeur(0.42)), both(22, 38));
        assert_eq!(told(&found, Seuil::Quart(2)), both(11, 15));
        // Past D, 40: then 10, 30, 40, own, 50: the median is 40. (20 + k) / (100 + k) > 0.4: k > 33.3.
        assert_eq!(told(&found, Seuil::Quart(3)), both(21, 34));
        // The box is that of the others and of the figure asked for: 10, 30, 40, 41, 50.
        let boite = found.boite(0.41).unwrap();
        assert_eq!((boite.n, boite.q1, boite.mediane, boite.q3), (5, 0.3, 0.4, 0.41));
        // As high as C is as good a place: 30.
        assert_eq!(told(&found, Seuil::Place(3)), both(10, 15));
        // 31 out of 100 lies beyond the interval of 20 out of 100 (13.3 % to 28.9 %): more than chance.
        let quarter = &found.manques[1];
        assert_eq!((quarter.seuil, quarter.facons[0].hasard), (Seuil::Quart(2), Some(false)));
        assert_eq!(quarter.facons[0].apres, Some(0.31));
    }

    #[test]
    fn of_fewer_than_five_centres_the_target_only_is_told() {
        let mut etat = empty();
        for (id, above) in [("A", 10.0), ("B", 20.0), ("C", 30.0), ("D", 40.0)] {
            receive(&mut etat, id, "Urbain", date(2019, 11, 30));
            measure(&mut etat, (id, Niveau::Structure, ""), "2019", "PAC-P", (above, 100.0));
        }
        let found = explore(&etat, "A", indicateur(&etat, "PAC-P"), Some(0.2)).unwrap();
        assert!(!found.is_placed());
        let seuils: Vec<Seuil> = found.manques.iter().map(|manque| manque.seuil).collect();
        assert_eq!(seuils, [Seuil::Valeur(0.2)]);
        assert_eq!(told(&found, Seuil::Valeur(0.2))[0], (Facon::Numerateur, Reponse::Faits(10)));
    }

    #[test]
    fn fewer_is_better_where_the_indicator_says_so() {
        let mut etat = region();
        for (id, above) in [("A", 40.0), ("B", 30.0), ("C", 20.0), ("D", 10.0), ("E", 5.0)] {
            measure(&mut etat, (id, Niveau::Structure, ""), "2019", "QUA-H", (above, 100.0));
        }
        let found = explore(&etat, "A", indicateur(&etat, "QUA-H"), None).unwrap();
        assert_eq!((found.vers, found.position.quart), (Vers::Bas, 4));
        // F counts too, with nothing to divide: five values. At 30: 5, 10, 20, 30, 30; the third quartile
        // is 30.
        assert_eq!(told(&found, Seuil::Quart(3)), [(Facon::Moins, Reponse::Faits(10))]);
        assert_eq!(told(&found, Seuil::Quart(1)), [(Facon::Moins, Reponse::Faits(30))]);
    }

    #[test]
    fn what_one_dossier_does_not_move_by_whole_rows_is_said_so_and_no_figure_is_none() {
        let mut etat = region();
        for id in ["A", "B"] {
            measure(&mut etat, (id, Niveau::Structure, ""), "2019", "ALL-P", (500.0, 5.0));
        }
        let amounts = explore(&etat, "A", indicateur(&etat, "ALL-P"), Some(900.0));
        assert!(amounts.unwrap().manques.is_empty());
        assert!(explore(&etat, "F", indicateur(&etat, "PAC-P"), None).is_none());
        assert!(explore(&etat, "H", indicateur(&etat, "PAC-P"), None).is_none());
    }

    /// The durations of the diagnostics of five centres: A slow, the others quicker.
    fn delays() -> Etat {
        let mut etat = empty();
        let own = [("A", 40), ("B", 22), ("C", 26), ("D", 30), ("E", 34)];
        for (id, middle) in own {
            receive(&mut etat, id, "Urbain", date(2019, 11, 30));
            // Twenty-one of them, the middle one known: a day apart on each side.
            let mesures = (middle - 10..=middle + 10).map(|days| (days, 1)).collect();
            let cumul = Cumul { mesures, ..Cumul::default() };
            measure_cumul(&mut etat, (id, Niveau::Structure, ""), "2019", "DIA-D", cumul);
        }
        etat
    }

    #[test]
    fn a_median_passes_with_the_fewest_delays_brought_to_what_is_wanted() {
        let etat = delays();
        let found = explore(&etat, "A", indicateur(&etat, "DIA-D"), Some(30.0)).unwrap();
        assert_eq!((found.chiffre.valeur, found.vers), (Some(40.0), Vers::Bas));
        let told = |seuil| {
            let manque = found.manques.iter().find(|manque| manque.seuil == seuil).unwrap();
            let cout = manque.facons[0];
            (cout.reponse, cout.cible, cout.apres)
        };
        // 30 to 50 days: one only is at 30; ten more, and eleven of the twenty-one are there.
        assert_eq!(told(Seuil::Valeur(30.0)), (Reponse::Faits(10), Some(30), Some(30.0)));
        // As well as E: 34 days. Five are there, from 30 to 34; six more.
        assert_eq!(told(Seuil::Place(4)), (Reponse::Faits(6), Some(34), Some(34.0)));
        // 22, 26, 30, 34 and its own: at 34 the third quartile is 34, so the third quarter.
        assert_eq!(told(Seuil::Quart(3)), (Reponse::Faits(6), Some(34), Some(34.0)));
        let best = explore(&etat, "B", indicateur(&etat, "DIA-D"), None).unwrap();
        assert!(best.manques.is_empty(), "{:?}", best.manques);
    }

    #[test]
    fn how_the_delays_of_another_centre_lie_is_not_told() {
        let mut etat = delays();
        for (own, told) in [("A", true), ("B", false)] {
            etat.lecteur = Lecteur::of([own.to_owned()].into());
            let found = explore(&etat, "A", indicateur(&etat, "DIA-D"), Some(30.0)).unwrap();
            assert_eq!(found.chiffre.valeur, Some(40.0), "the figure itself is read");
            assert_eq!(!found.manques.is_empty(), told, "{own}");
        }
    }

    #[test]
    fn nothing_is_told_of_a_secret_figure_nor_called_secret_when_there_is_none() {
        let mut etat = empty();
        let (positive, annee) = (indicateur(&etat, "PAC-P").clone(), periode::year(2019));
        for (id, above) in [("A", 10.0), ("B", 3.0), ("C", 30.0), ("D", 40.0), ("E", 50.0)] {
            receive(&mut etat, id, "Urbain", date(2019, 11, 30));
            measure(&mut etat, (id, Niveau::Structure, ""), "2019", "PAC-P", (above, 100.0));
        }
        let read = |own: &[&str]| {
            let mut etat = etat.clone();
            etat.lecteur = Lecteur::of(own.iter().map(|id| (*id).to_owned()).collect());
            let told = explore(&etat, "B", &positive, None).is_some();
            (told, is_secret(&etat, "B", (&positive, annee)))
        };
        assert_eq!((read(&[]), read(&["B"])), ((false, true), (true, false)));
        etat.lecteur = Lecteur::of([].into());
        for (id, annee) in [("B", 2017), ("H", 2019)] {
            let asked = (&positive, periode::year(annee));
            assert!(!is_secret(&etat, id, asked), "{id}: nothing was received");
            assert!(explore_year(&etat, id, asked, None).is_none());
        }
    }

    #[test]
    fn what_divides_a_count_is_moved_by_what_it_counts_and_may_pass_one() {
        let mut etat = empty();
        for (id, above) in [("A", 90.0), ("B", 120.0), ("C", 130.0), ("D", 140.0), ("E", 150.0)] {
            receive(&mut etat, id, "Urbain", date(2019, 11, 30));
            for code in ["RAT-6", "PAC-I", "ALL-J"] {
                measure(&mut etat, (id, Niveau::Structure, ""), "2019", code, (above, 100.0));
            }
        }
        let found = explore(&etat, "A", indicateur(&etat, "RAT-6"), Some(1.05)).unwrap();
        assert_eq!(found.compte.code, "PRG-J");
        // 105 out of 100; past B, then past C, each the quartile when it is passed.
        assert_eq!(told(&found, Seuil::Valeur(1.05)), [(Facon::Numerateur, Reponse::Faits(15))]);
        assert_eq!(told(&found, Seuil::Quart(2)), [(Facon::Numerateur, Reponse::Faits(41))]);
        assert_eq!(found.manques[0].facons[0].apres, Some(1.05));
        let events = explore(&etat, "A", indicateur(&etat, "PAC-I"), Some(1.0)).unwrap();
        assert_eq!(told(&events, Seuil::Valeur(1.0)), [(Facon::Numerateur, Reponse::Faits(10))]);
        // Amounts above the bar are not moved by whole rows.
        let amounts = etat.catalogue.indicateurs.iter().filter(|own| own.rapport.is_some());
        let sums = amounts.filter(|own| counted(&etat.catalogue, own).calcul == Calcul::Somme);
        let mut none = 0;
        for own in sums {
            assert!(Facon::of(&etat.catalogue, own, Vers::Haut).is_empty(), "{}", own.code);
            none += 1;
        }
        assert!(none > 0, "the catalogue has one");
    }

    #[test]
    fn another_year_is_told_of_its_own_figures() {
        let mut etat = region();
        for (id, above) in [("A", 5.0), ("B", 45.0), ("C", 30.0), ("D", 35.0), ("E", 40.0)] {
            measure(&mut etat, (id, Niveau::Structure, ""), "2018", "PAC-P", (above, 50.0));
        }
        let asked = (indicateur(&etat, "PAC-P"), periode::year(2018));
        let found = explore_year(&etat, "B", asked, None).unwrap();
        assert_eq!((found.chiffre.valeur, found.position.quart), (Some(0.9), 4));
        let asked = (asked.0, periode::year(2017));
        assert!(explore_year(&etat, "B", asked, None).is_none(), "not stored");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(300))]
        /// What the page of margins says of the next quarter is what is said here.
        #[test]
        fn the_next_quarter_is_that_of_the_margins(
            counts in prop::collection::vec((0u32..60, 0u32..60), 5..12),
        ) {
            let mut etat = empty();
            for (rank, (above, missing)) in counts.iter().enumerate() {
                let id = format!("C{rank:02}");
                receive(&mut etat, &id, "Urbain", date(2019, 11, 30));
                let pair = (f64::from(*above), f64::from(above + missing));
                measure(&mut etat, (&id, Niveau::Structure, ""), "2019", "PAC-P", pair);
            }
            let positive = indicateur(&etat, "PAC-P");
            let effet = effet(positive, (1, 0));
            let Some(found) = explore(&etat, "C00", positive, None) else { return Ok(()) };
            let margins = project(&etat, "C00", positive, &effet, &[0]).unwrap().manque;
            let quarters = found.manques.iter().filter(|m| matches!(m.seuil, Seuil::Quart(_)));
            let here = quarters.filter_map(|manque| match manque.facons[0].reponse {
                Reponse::Faits(times) => Some(times),
                _ => None,
            });
            prop_assert_eq!(here.min(), margins);
        }
    }
}
