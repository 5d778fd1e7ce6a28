//! Centres × indicators with the position of each: what a region looks at to see who needs what. No ranking:
//! a centre is in a quarter of its group, and rates are told apart from its median only where chance does not do.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use mallette_catalogue::{Calcul, Indicateur, chosen};
use mallette_domain::periode::Periode;
use mallette_domain::resultat::Niveau;
use mallette_stats::interval::Rate;
use mallette_stats::ordre::apart_from;
use mallette_stats::position::quarter;

use super::chiffre::Cellule;
use super::groupe::{Groupe, PLUS_PETIT_GROUPE, compared_in, groups, members, rate};
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
    /// For a rate, whether it is surely above or below the median of the group; equal when chance would do.
    pub sur: Option<Ordering>,
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
    /// A rate that chance keeps from being told from the median, or a figure that all share.
    Indistinct,
    /// Surely below.
    AuDessous,
    /// A figure that is no rate: its quarter, the highest first.
    Quart(std::cmp::Reverse<u8>),
    /// No figure to show.
    SansChiffre,
}

/// The table of a period, of the indicators of one family or frame, or of all.
#[must_use]
pub fn map<'a>(etat: &'a Etat, periode: Periode, famille: Option<&str>) -> Carte<'a> {
    let indicateurs: Vec<&Indicateur> = chosen(&etat.catalogue.indicateurs, famille);
    let (releve, members) = (Releve::new(etat, periode, &[]), members(etat));
    let mut centres: Vec<(&str, &str)> =
        network(etat).into_keys().map(|id| (reseau::nom(etat, id), id)).collect();
    centres.sort_unstable();
    let mut columns: Vec<BTreeMap<&str, Case>> = Vec::new();
    for indicateur in &indicateurs {
        let groups = groups(&members, &releve, indicateur);
        let sure: Vec<BTreeMap<&str, Ordering>> =
            groups.iter().map(|group| surely(indicateur, group)).collect();
        let known = centres.iter().filter_map(|(_, id)| {
            let place = &etat.centres.get(*id)?.rattachement;
            let chiffre = releve.chiffre(indicateur, id);
            let mut case = Case { cellule: chiffre.as_ref().into(), quart: None, sur: None };
            let group = compared_in(&groups, place);
            let box_plot = group.and_then(|group| group.boite.as_ref());
            if let (Some(group), Some(boite), Some(valeur)) =
                (group, box_plot, case.cellule.valeur())
            {
                // Where all are equal, or too few, there is no quarter to be in.
                let differ = boite.min < boite.max && group.size() >= PLUS_PETIT_GROUPE;
                case.quart = differ.then(|| quarter(valeur, [boite.q1, boite.mediane, boite.q3]));
                let rank = groups.iter().position(|one| is_same(one, group));
                let sure = rank.and_then(|rank| sure.get(rank));
                case.sur = sure.and_then(|sure| sure.get(*id).copied());
            }
            Some((*id, case))
        });
        columns.push(known.collect());
    }
    let none = Case { cellule: Cellule::NonRecu, quart: None, sur: None };
    let lignes = centres.into_iter().map(|(nom, id)| Ligne {
        structure_id: id,
        nom,
        groupe: etat.centres.get(id).and_then(|c| c.rattachement.groupe_pairs.as_deref()),
        recu: releve.covers(id),
        cases: columns.iter().map(|column| column.get(id).copied().unwrap_or(none)).collect(),
    });
    Carte { lignes: lignes.collect(), indicateurs }
}

fn is_same(one: &Groupe<'_>, other: &Groupe<'_>) -> bool {
    let key = |group: &Groupe<'_>| (group.niveau == Niveau::Region, group.nom.to_owned());
    key(one) == key(other)
}

/// The rates of a group that are surely above or below its median; nothing for what is no rate.
fn surely<'a>(indicateur: &Indicateur, group: &Groupe<'a>) -> BTreeMap<&'a str, Ordering> {
    let Some(boite) = group.boite.as_ref().filter(|_| indicateur.calcul == Calcul::Taux) else {
        return BTreeMap::new();
    };
    let known: Vec<(&str, Rate)> = group
        .centres
        .iter()
        .filter_map(|(id, chiffre)| Some((*id, rate(indicateur, chiffre)?)))
        .collect();
    let rates: Vec<Rate> = known.iter().map(|(_, rate)| *rate).collect();
    let apart = apart_from(&rates, boite.mediane);
    let known = known.into_iter().zip(apart);
    known.filter_map(|((id, _), apart)| Some((id, apart?))).collect()
}

impl Carte<'_> {
    /// The lines by where they stand for one indicator, by name within: never a ranking.
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
    use super::*;
    use crate::lecture::indicateurs::essai::region;

    #[test]
    fn each_centre_is_in_a_quarter_of_its_group_and_told_apart_when_sure() {
        let etat = region();
        let map = map(&etat, "2019".parse().unwrap(), None);
        let rang = map.indicateurs.iter().position(|own| own.code == "PAC-P").unwrap();
        let of = |id: &str| {
            map.lignes.iter().find(|ligne| ligne.structure_id == id).unwrap().cases[rang]
        };
        // Urbain: 10 to 50 of 100, quartiles 20, 30, 40; only 10 is surely below 30, and 50 surely above:
        // intervals for five together (z = 2.57) are 4.6-20.5, 11.6-32.1, …, 37.6-62.4.
        let quarters: Vec<_> = ["A", "B", "C", "D", "E"].map(|id| of(id).quart).into();
        assert_eq!(quarters, [Some(1), Some(1), Some(2), Some(3), Some(4)]);
        let sure: Vec<_> = ["A", "B", "C", "D", "E"].map(|id| of(id).sur.unwrap()).into();
        use Ordering::{Equal, Greater, Less};
        assert_eq!(sure, [Less, Equal, Equal, Equal, Greater]);
        assert_eq!((of("F").cellule, of("F").quart), (Cellule::Nc, None));
        assert_eq!(of("H").cellule, Cellule::NonRecu);
        let names = |palier: Palier| -> Vec<&str> {
            let found = map.by_indicator(rang).into_iter().find(|(own, _)| *own == palier);
            found.unwrap().1.into_iter().map(|ligne| ligne.structure_id).collect()
        };
        assert_eq!(names(Palier::AuDessous), ["A"]);
        assert_eq!(names(Palier::Indistinct), ["B", "C", "D"], "by name, whatever their figures");
        assert_eq!(names(Palier::SansChiffre), ["F", "H"]);
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
