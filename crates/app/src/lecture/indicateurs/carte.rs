//! Centres × indicators with the position of each: what a region looks at to see who needs what. No ranking:
//! a centre is in a quarter of its group, and told apart from its median only where chance does not do. Two
//! centres are never put in order here: a step says where each stands beside its own group.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use mallette_catalogue::{Indicateur, chosen};
use mallette_domain::periode::Periode;
use mallette_domain::resultat::Niveau;
use mallette_stats::ordre::Ordre;
use mallette_stats::position::quarter;

use super::chiffre::Cellule;
use super::colonne::Colonne;
use super::groupe::{compared_in, groups_of, members};
use super::releve::Releve;
use super::tableau::network;
use crate::etat::Etat;
use crate::lecture::reseau;

/// The figure of a centre, and where it stands.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Case {
    /// The figure.
    pub cellule: Cellule,
    /// Quarter of the group: 1 (lowest) to 4; none without a figure, or where all centres have the same.
    pub quart: Option<u8>,
    /// For a rate or a median, whether it is surely above or below the median of the group; equal when chance
    /// would do.
    pub sur: Option<Ordering>,
    /// Why a figure that is shown has no position.
    pub sans: Option<SansPosition>,
    /// What a figure that has one is compared in: [`Niveau::GroupePairs`], [`Niveau::Region`] or [`Niveau::Reseau`].
    pub parmi: Option<Niveau>,
}

impl Case {
    /// No figure.
    const EMPTY: Self =
        Self { cellule: Cellule::NonRecu, quart: None, sur: None, sans: None, parmi: None };
}

/// Why a figure has no position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SansPosition {
    /// It is under this floor: fragile, and compared with nobody.
    Plancher(u64),
    /// Too few centres have one to compare it with.
    TropPeu,
}

/// One centre.
#[derive(Debug, Clone, PartialEq)]
pub struct Ligne<'a> {
    /// I-MILO code.
    pub structure_id: &'a str,
    /// Name.
    pub nom: &'a str,
    /// Peer group.
    pub groupe: Option<&'a str>,
    /// Whether it sent the period.
    pub recu: bool,
    /// One per indicator, in their order.
    pub cases: Vec<Case>,
}

/// The table.
#[derive(Debug, Clone)]
pub struct Carte<'a> {
    /// The columns.
    pub indicateurs: Vec<&'a Indicateur>,
    /// The centres, by name.
    pub lignes: Vec<Ligne<'a>>,
}

/// Where a centre stands in the order that was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Palier {
    /// Surely above the median of its group.
    AuDessus,
    /// A figure that chance keeps from being told from the median, or that all share.
    Indistinct,
    /// Surely below.
    AuDessous,
    /// A figure of which chance is not reckoned: its quarter, the highest first.
    Quart(std::cmp::Reverse<u8>),
    /// A figure without a position.
    SansPosition,
    /// No figure to show.
    SansChiffre,
}

/// The table of a period, of the indicators of one family or frame, or of all.
#[must_use]
pub fn map<'a>(etat: &'a Etat, periode: Periode, famille: Option<&str>) -> Carte<'a> {
    let indicateurs: Vec<&Indicateur> = chosen(&etat.catalogue.indicateurs, famille);
    let (releve, members) = (Releve::new(etat, periode), members(etat));
    let mut centres: Vec<(&str, &str)> =
        network(etat).into_keys().map(|id| (reseau::nom(etat, id), id)).collect();
    centres.sort_unstable();
    let mut columns: Vec<BTreeMap<&str, Case>> = Vec::new();
    for indicateur in &indicateurs {
        let colonne = Colonne::new(&releve, indicateur);
        let groups = groups_of(&members, &colonne);
        // Of the groups that somebody is compared in only: the région has most centres, and often nobody.
        let mut sure: BTreeMap<(Niveau, &str), BTreeMap<&str, Ordre>> = BTreeMap::new();
        let known = centres.iter().filter_map(|(_, id)| {
            let place = &etat.centres.get(*id)?.rattachement;
            let chiffre = colonne.chiffre(id);
            let cellule = Cellule::from(chiffre.as_ref());
            let mut case = Case { cellule, ..Case::EMPTY };
            let Some(valeur) = cellule.valeur() else { return Some((*id, case)) };
            let floor = chiffre.as_ref().and_then(|chiffre| chiffre.floor(indicateur));
            if let Some(floor) = floor {
                case.sans = Some(SansPosition::Plancher(floor));
                return Some((*id, case));
            }
            let group = compared_in(&groups, place);
            let group = group.filter(|group| group.is_large());
            let Some((group, boite)) = group.and_then(|own| Some((own, own.boite.as_ref()?)))
            else {
                case.sans = Some(SansPosition::TropPeu);
                return Some((*id, case));
            };
            // Where all are equal, there is no quarter to be in.
            let differ = boite.min < boite.max;
            case.quart = differ.then(|| quarter(valeur, [boite.q1, boite.mediane, boite.q3]));
            case.parmi = Some(group.niveau);
            // Few are compared in the network, among very many: not worth the order of all.
            let ordre = match group.niveau {
                Niveau::Reseau => group.ordre_of(id),
                _ => {
                    let all = sure.entry((group.niveau, group.nom));
                    all.or_insert_with(|| group.ordre()).get(*id).copied()
                }
            };
            case.sur = ordre.map(Ordre::cote);
            Some((*id, case))
        });
        columns.push(known.collect());
    }
    let lignes = centres.into_iter().map(|(nom, id)| Ligne {
        structure_id: id,
        nom,
        groupe: etat.centres.get(id).and_then(|c| c.rattachement.groupe_pairs.as_deref()),
        recu: releve.covers(id),
        cases: columns
            .iter()
            .map(|column| column.get(id).copied().unwrap_or(Case::EMPTY))
            .collect(),
    });
    Carte { lignes: lignes.collect(), indicateurs }
}

impl Carte<'_> {
    /// The lines by where they stand beside the median of their own group for one indicator, by name within:
    /// never a ranking, two centres of two steps are not told apart by it.
    #[must_use]
    pub fn by_indicator(&self, rang: usize) -> Vec<(Palier, Vec<&Ligne<'_>>)> {
        let mut paliers: BTreeMap<Palier, Vec<&Ligne<'_>>> = BTreeMap::new();
        for ligne in &self.lignes {
            let case = ligne.cases.get(rang);
            let palier = case.map_or(Palier::SansChiffre, |case| match (case.sur, case.quart) {
                (Some(Ordering::Greater), _) => Palier::AuDessus,
                (Some(Ordering::Equal), _) => Palier::Indistinct,
                (Some(Ordering::Less), _) => Palier::AuDessous,
                (None, Some(quart)) => Palier::Quart(std::cmp::Reverse(quart)),
                (None, None) if case.sans.is_some() => Palier::SansPosition,
                (None, None) if case.cellule.valeur().is_some() => Palier::Indistinct,
                (None, None) => Palier::SansChiffre,
            });
            paliers.entry(palier).or_default().push(ligne);
        }
        paliers.into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::lecture::indicateurs::essai::{empty, measure, receive, region};

    #[test]
    fn each_centre_is_in_a_quarter_of_its_group_and_told_apart_when_sure() {
        let etat = region();
        let map = map(&etat, "2019".parse().unwrap(), None);
        let rang = map.indicateurs.iter().position(|own| own.code == "PAC-P").unwrap();
        let of = |id: &str| {
            map.lignes.iter().find(|ligne| ligne.structure_id == id).unwrap().cases[rang]
        };
        // Urbain: 10 to 50 of 100, quartiles 20, 30, 40. The exact intervals of five together leave E, from 37 %,
        // above A and B only, two of five: nobody is surely on a side of the median.
        let quarters: Vec<_> = ["A", "B", "C", "D", "E"].map(|id| of(id).quart).into();
        assert_eq!(quarters, [Some(1), Some(1), Some(2), Some(3), Some(4)]);
        let sure: Vec<_> = ["A", "B", "C", "D", "E"].map(|id| of(id).sur.unwrap()).into();
        assert_eq!(sure, [Ordering::Equal; 5]);
        assert_eq!((of("F").cellule, of("F").quart), (Cellule::Nc, None));
        assert_eq!(of("H").cellule, Cellule::NonRecu);
        let names = |palier: Palier| -> Vec<&str> {
            let found = map.by_indicator(rang).into_iter().find(|(own, _)| *own == palier);
            found.unwrap().1.into_iter().map(|ligne| ligne.structure_id).collect()
        };
        let known = ["A", "B", "C", "D", "E"];
        assert_eq!(names(Palier::Indistinct), known, "by name, whatever their figures");
        // Alone in its group, so compared in the région of six: 60 of 100, from 46 %, is above three of them, A, B
        // and C, up to 44 %.
        assert_eq!(names(Palier::AuDessus), ["G"]);
        assert_eq!(names(Palier::SansChiffre), ["F", "H"]);
    }

    #[test]
    fn who_is_surely_on_a_side_is_above_or_below_half_of_the_group() {
        let mut etat = empty();
        // 200, 480, 500, 520 and 800 of 1,000: the first is below four, the last above four.
        for (id, above) in [("A", 200.0), ("B", 480.0), ("C", 500.0), ("D", 520.0), ("E", 800.0)] {
            receive(&mut etat, id, "Urbain", date(2019, 11, 30));
            measure(&mut etat, (id, Niveau::Structure, ""), "2019", "PAC-P", (above, 1_000.0));
        }
        let map = map(&etat, "2019".parse().unwrap(), None);
        let rang = map.indicateurs.iter().position(|own| own.code == "PAC-P").unwrap();
        let sure: Vec<_> = map.lignes.iter().map(|ligne| ligne.cases[rang].sur).collect();
        use Ordering::{Equal, Greater, Less};
        assert_eq!(sure, [Less, Equal, Equal, Equal, Greater].map(Some));
        let steps: Vec<Palier> = map.by_indicator(rang).into_iter().map(|(own, _)| own).collect();
        assert_eq!(steps, [Palier::AuDessus, Palier::Indistinct, Palier::AuDessous]);
    }

    #[test]
    fn a_figure_under_the_floor_is_shown_and_stands_nowhere() {
        let mut etat = region();
        receive(&mut etat, "I", "Urbain", date(2019, 11, 30));
        measure(&mut etat, ("I", Niveau::Structure, ""), "2019", "PAC-P", (9.0, 10.0));
        let map = map(&etat, "2019".parse().unwrap(), None);
        let rang = map.indicateurs.iter().position(|own| own.code == "PAC-P").unwrap();
        let of = |id: &str| {
            map.lignes.iter().find(|ligne| ligne.structure_id == id).unwrap().cases[rang]
        };
        let floor = Some(SansPosition::Plancher(20));
        let own = of("I");
        assert_eq!(
            (own.cellule, own.quart, own.sur, own.sans),
            (Cellule::Valeur(0.9), None, None, floor)
        );
        // The quarters of the others are those of before: it is in no box.
        let quarters = ["A", "B", "C", "D", "E"].map(|id| of(id).quart.unwrap());
        assert_eq!(quarters, [1, 1, 2, 3, 4]);
        let steps = map.by_indicator(rang);
        let (_, lines) = steps.iter().find(|(own, _)| *own == Palier::SansPosition).unwrap();
        assert_eq!(lines.len(), 1);
    }

    #[test]
    fn counts_are_put_by_quarter() {
        let etat = region();
        let map = map(&etat, "2019".parse().unwrap(), None);
        let rang = map.indicateurs.iter().position(|own| own.code == "PAC-F").unwrap();
        let paliers: Vec<Palier> =
            map.by_indicator(rang).into_iter().map(|(palier, _)| palier).collect();
        // 100 exits for all but F, and G in the région: one quarter, one without.
        assert!(paliers.iter().any(|p| matches!(p, Palier::Quart(_))), "{paliers:?}");
        assert!(paliers.is_sorted());
        let rang = map.indicateurs.iter().position(|own| own.code == "ACC-N").unwrap();
        let paliers = map.by_indicator(rang);
        let names: Vec<Palier> = paliers.iter().map(|(palier, _)| *palier).collect();
        assert_eq!(names, [Palier::Indistinct, Palier::SansChiffre], "zeros everywhere are equal");
    }
}
