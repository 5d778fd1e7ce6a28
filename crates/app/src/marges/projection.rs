//! Where a centre would stand among the others once some objects of a rule were corrected, everyone else
//! unchanged and the quartiles computed again with its own new figure.

use mallette_catalogue::{Effet, Indicateur};
use mallette_domain::resultat::{Cumul, Niveau};
use mallette_stats::boxplot::BoxPlot;
use mallette_stats::position::{Position, position};
use mallette_stats::what_if::steps_to_next_quarter;

use super::gain::{annee, corrected, cumul};
use crate::etat::Etat;
use crate::lecture::indicateurs::chiffre::Chiffre;
use crate::lecture::indicateurs::groupe::{PLUS_PETIT_GROUPE, compared_in, groups, members_beside};
use crate::lecture::indicateurs::releve::Releve;

/// A figure, and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Point {
    /// Objects corrected.
    pub faits: u32,
    /// The figure.
    pub valeur: f64,
    /// Where it stands in the group.
    pub position: Position,
    /// The box of the group, that figure in it.
    pub boite: BoxPlot,
}

/// An indicator of a centre today, and with objects corrected.
#[derive(Debug, Clone, PartialEq)]
pub struct Projection<'a> {
    /// The indicator.
    pub indicateur: &'a Indicateur,
    /// The effect of one object.
    pub effet: Effet,
    /// What it is compared with: its group, or what stands in for want of a group large enough.
    pub niveau: Niveau,
    /// Name of that group, or code of that région.
    pub groupe: String,
    /// Centres compared, itself included.
    pub n: usize,
    /// Those of the group whose figure is secret: in no box.
    pub secrets: usize,
    /// Those whose figure is under the floor of the indicator: in no box either.
    pub fragiles: usize,
    /// The floor that its own figure does not reach today: it has no position.
    pub plancher: Option<u64>,
    /// Today, half done, all done: as many as asked for that can be.
    pub points: Vec<Point>,
    /// The fewest objects that bring the next quarter; none when no number does, or among too few centres.
    pub manque: Option<u32>,
}

impl Projection<'_> {
    /// Whether enough centres have a figure, its own being over enough cases, for a place among them to mean
    /// something.
    #[must_use]
    pub fn is_among_enough(&self) -> bool {
        self.n >= PLUS_PETIT_GROUPE && self.plancher.is_none()
    }
}

/// Beyond so many objects, no number is looked for.
const LIMITE: u32 = 1_000_000;

/// What that many objects corrected would make of an indicator of a centre. None when it has no figure, or
/// nothing to be compared with.
#[must_use]
pub fn project<'a>(
    etat: &'a Etat,
    structure_id: &str,
    indicateur: &'a Indicateur,
    effet: &Effet,
    faits: &[u32],
) -> Option<Projection<'a>> {
    let centre = etat.centres.get(structure_id)?;
    let members = members_beside(etat, &centre.rattachement);
    let releve = Releve::new(etat, annee(centre));
    let groups = groups(&members, &releve, indicateur);
    let group = compared_in(&groups, &centre.rattachement)?;
    let others = group.centres.iter().filter(|(id, _)| *id != structure_id);
    let others: Vec<f64> = others.filter_map(|(_, chiffre)| chiffre.valeur).collect();
    let own: Cumul = cumul(centre, indicateur)?;
    let valued = |times: u32| {
        let moved = corrected(indicateur, &own, effet, times)?;
        Chiffre::new(indicateur.calcul, &moved).valeur
    };
    valued(0)?;
    let point = |times: &u32| {
        let valeur = valued(*times)?;
        let values: Vec<f64> = others.iter().copied().chain([valeur]).collect();
        let position = position(valeur, &values)?;
        let known: Vec<Option<f64>> = values.into_iter().map(Some).collect();
        Some(Point { faits: *times, valeur, position, boite: BoxPlot::new(&known)? })
    };
    let mut found = Projection {
        indicateur,
        effet: effet.clone(),
        niveau: group.niveau,
        groupe: group.nom.to_owned(),
        n: others.len() + 1,
        secrets: group.secrets,
        fragiles: group.fragiles.iter().filter(|(id, _)| *id != structure_id).count(),
        plancher: Chiffre::new(indicateur.calcul, &own).floor(indicateur),
        points: faits.iter().filter_map(point).collect(),
        manque: None,
    };
    if found.is_among_enough() {
        found.manque = steps_to_next_quarter(valued, &others, most(indicateur, &own, effet));
    }
    Some(found)
}

/// The most objects that can be corrected: for a share whose denominator stays, what its numerator lacks.
pub(crate) fn most(indicateur: &Indicateur, own: &Cumul, effet: &Effet) -> u32 {
    let fits = |times: u32| corrected(indicateur, own, effet, times).is_some();
    if fits(LIMITE) {
        return LIMITE;
    }
    let (mut fit, mut over) = (0, LIMITE);
    while over - fit > 1 {
        let middle = fit + (over - fit) / 2;
        if fits(middle) { fit = middle } else { over = middle }
    }
    fit
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lecture::indicateurs::essai::{indicateur, measure, region};

    fn effet(numerateur: i64, denominateur: i64) -> Effet {
        Effet { indicateur: "PAC-P".to_owned(), numerateur, denominateur, si: None, quand: None }
    }

    /// A 10, B 20, C 30, D 40, E 50 out of 100 each in « Urbain » (F has nothing to divide).
    #[test]
    fn positions_are_computed_again_with_the_own_new_figure() {
        let etat = region();
        let positive = indicateur(&etat, "PAC-P");
        let found = project(&etat, "B", positive, &effet(1, 0), &[0, 15, 80, 81]).unwrap();
        assert_eq!(
            (found.niveau, found.groupe.as_str(), found.n),
            (Niveau::GroupePairs, "Urbain", 5)
        );
        let told =
            |point: &Point| (point.faits, point.valeur, point.position.quart, point.position.rang);
        let points: Vec<_> = found.points.iter().map(told).collect();
        // By hand: 10, 20, 30, 40, 50, quartiles 20, 30, 40. With 35: 10, 30, 35, 40, 50, quartiles 30,
        // 35, 40: second quarter. At 100 %: first. 101 out of 100 does not exist.
        assert_eq!(points, [(0, 0.2, 1, (4, 4)), (15, 0.35, 2, (3, 3)), (80, 1.0, 4, (1, 1))]);
        let drawn = found.points.iter().map(|point| &point.boite);
        let drawn: Vec<_> = drawn.map(|own| (own.n, own.q1, own.mediane, own.q3)).collect();
        assert_eq!(drawn[0], (5, 0.2, 0.3, 0.4));
        assert_eq!(drawn[1], (5, 0.3, 0.35, 0.4));
        // 31 beats C only past it: 10, 30, 31, 40, 50 has its first quartile at 30.
        assert_eq!(found.manque, Some(11));
    }

    #[test]
    fn an_exit_that_counts_on_both_sides_of_the_bar_needs_more() {
        let etat = region();
        let positive = indicateur(&etat, "PAC-P");
        let manque = project(&etat, "B", positive, &effet(1, 1), &[0]).unwrap().manque.unwrap();
        // (20 + k) / (100 + k) must pass 30 %: k > 100/7.
        assert_eq!(manque, 15);
    }

    #[test]
    fn a_share_made_of_two_counts_never_passes_one() {
        let mut etat = region();
        for (id, above) in [("A", 10.0), ("B", 95.0), ("C", 30.0), ("D", 97.0), ("E", 99.0)] {
            for code in ["LEV-P", "RAT-7"] {
                measure(&mut etat, (id, Niveau::Structure, ""), "2019", code, (above, 100.0));
            }
        }
        let told = |code: &str| {
            let effet = Effet { indicateur: code.to_owned(), ..effet(1, 0) };
            let found = project(&etat, "B", indicateur(&etat, code), &effet, &[0, 5, 6]).unwrap();
            found.points.iter().map(|point| (point.faits, point.valeur)).collect::<Vec<_>>()
        };
        // Five young people of the hundred are left: a sixth is nobody.
        assert_eq!(told("LEV-P"), [(0, 0.95), (5, 1.0)]);
        assert_eq!(told("RAT-7"), [(0, 0.95), (5, 1.0), (6, 1.01)]);
        let own = Cumul { numerateur: 95.0, denominateur: 100.0, ..Cumul::default() };
        let most = |code: &str| most(indicateur(&etat, code), &own, &effet(1, 0));
        assert_eq!((most("LEV-P"), most("RAT-7")), (5, LIMITE));
    }

    #[test]
    fn a_centre_without_a_figure_is_not_placed() {
        let etat = region();
        let positive = indicateur(&etat, "PAC-P");
        assert!(project(&etat, "F", positive, &effet(1, 0), &[0]).is_none());
        assert!(project(&etat, "H", positive, &effet(1, 0), &[0]).is_none());
    }
}
