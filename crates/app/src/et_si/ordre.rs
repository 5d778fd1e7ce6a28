//! The objects that move a figure, gathered into dossiers and put in the order in which they are to be done.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::chantier::{Effort, Ligne};
use crate::vie::liste::Vue;

/// An object whose correction moves the figure.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Objet {
    /// What is asked, and in whose hands.
    pub(super) vue: Vue,
    /// What it adds above and below the bar.
    pub(super) effet: (i64, i64),
    /// What it asks for.
    pub(super) effort: Effort,
    /// What must still hold of it for it to be so.
    pub(super) si: Option<String>,
    /// Whether it is itself a row that the indicator counts: two such of one dossier count twice.
    pub(super) compte: bool,
}

impl Objet {
    /// The line of that object alone.
    pub(super) fn alone(self) -> Ligne {
        Ligne {
            effet: self.effet,
            effort: self.effort,
            le: self.vue.presse(),
            si: self.si,
            avec: Vec::new(),
            autres: 0,
            vue: self.vue,
        }
    }

    /// What puts objects of one dossier in order: sure ones first, then what asks for least, then what presses, then the
    /// oldest.
    fn order(&self) -> impl Ord + use<> {
        let anomalie = &self.vue.anomalie;
        (
            self.si.is_some(),
            self.effort,
            self.vue.presse().unwrap_or(Date::MAX),
            anomalie.vie.vive.depuis,
            anomalie.cible(),
        )
    }
}

/// What puts lines in order: sure ones first, then what asks for least, then those that count most, so that the fewest
/// dossiers are asked for, then what presses, then the oldest.
pub(super) fn order(ligne: &Ligne) -> impl Ord + use<> {
    let anomalie = &ligne.vue.anomalie;
    (
        ligne.si.is_some(),
        ligne.effort,
        Reverse(ligne.effet.0.abs()),
        ligne.le.unwrap_or(Date::MAX),
        anomalie.vie.vive.depuis,
        anomalie.cible(),
    )
}

/// One line per dossier. What is sure of a dossier adds up when its objects are the rows that are counted (two
/// events, two passages); objects that are not, or that are the same row, would do as well as one another, and
/// the easiest is kept.
pub(super) fn by_dossier(mut objets: Vec<Objet>) -> Vec<Ligne> {
    objets.sort_by_cached_key(Objet::order);
    let mut dossiers: BTreeMap<String, Vec<Objet>> = BTreeMap::new();
    for objet in objets {
        let named = &objet.vue.anomalie.objet;
        let dossier = named.dossier_id.clone().unwrap_or_else(|| named.id.clone());
        dossiers.entry(dossier).or_default().push(objet);
    }
    let mut lignes: Vec<Ligne> = dossiers.into_values().filter_map(gather).collect();
    lignes.sort_by_cached_key(order);
    lignes
}

/// The line of a dossier, from its objects in their order.
fn gather(objets: Vec<Objet>) -> Option<Ligne> {
    let all = objets.len();
    let sure = objets.iter().any(|objet| objet.si.is_none());
    let rows = sure && objets.iter().any(|objet| objet.si.is_none() && objet.compte);
    let mut seen = BTreeSet::new();
    let mut chosen = objets.into_iter().filter(|objet| {
        let named = &objet.vue.anomalie.objet;
        // Rows that are counted add up, each once; of what does not, the first only.
        let fits = objet.si.is_none() == sure && objet.compte >= rows;
        let key = if rows { (named.table.clone(), named.id.clone()) } else { Default::default() };
        fits && seen.insert(key)
    });
    let mut ligne = chosen.next()?.alone();
    for objet in chosen {
        ligne.effet.0 += objet.effet.0;
        ligne.effet.1 += objet.effet.1;
        ligne.effort = ligne.effort.max(objet.effort);
        ligne.le = ligne.le.into_iter().chain(objet.vue.presse()).min();
        ligne.avec.push(objet.vue);
    }
    ligne.autres = all - 1 - ligne.avec.len();
    Some(ligne)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use jiff::civil::date;
    use mallette_catalogue::Gravite;
    use mallette_domain::resultat;
    use mallette_domain::vie::{Situation, Sort, Vive};
    use mallette_warehouse::vie::VieObjet;

    use super::*;
    use crate::vie::lot::Anomalie;

    /// An object of a rule on a dossier, caught since that day.
    fn objet(regle: &str, (dossier, id): (&str, &str), depuis: Date, terme: Option<Date>) -> Objet {
        let anomalie = Anomalie {
            regle: Arc::from(regle),
            gravite: Gravite::Medium,
            objet: resultat::Objet {
                structure_id: "A".to_owned(),
                table: "evenements".to_owned(),
                id: id.to_owned(),
                dossier_id: Some(dossier.to_owned()),
                conseiller_id: None,
                antenne: None,
            },
            vie: VieObjet {
                vive: Vive { sort: Sort::Persistante, depuis },
                empreinte: None,
                reapparue: false,
            },
        };
        let vue = Vue {
            anomalie,
            situation: Situation::AFaire(Sort::Persistante),
            responsable: None,
            age: 0,
            suivi: None,
            terme,
        };
        Objet { vue, effet: (1, 0), effort: Effort::Valeur, si: None, compte: true }
    }

    fn told(lignes: &[Ligne]) -> Vec<(&str, (i64, i64), usize, usize)> {
        let ids = lignes.iter().map(|ligne| {
            let objet = &ligne.vue.anomalie.objet;
            (objet.id.as_str(), ligne.effet, ligne.avec.len(), ligne.autres)
        });
        ids.collect()
    }

    const AVRIL: Date = date(2019, 4, 1);
    const MAI: Date = date(2019, 5, 1);

    #[test]
    fn what_is_only_typed_comes_before_what_is_lived_and_what_depends_comes_last() {
        let typed = objet("EVT-01", ("D1", "E1"), MAI, None);
        let lived = Objet { effort: Effort::Acte, ..objet("MARGE-06", ("D2", "E2"), AVRIL, None) };
        let depends = Objet {
            si: Some("le jeune est venu".to_owned()),
            ..objet("EVT-06", ("D3", "E3"), AVRIL, None)
        };
        let found = by_dossier(vec![depends, lived, typed]);
        let ids: Vec<&str> = told(&found).into_iter().map(|(id, ..)| id).collect();
        assert_eq!(ids, ["E1", "E2", "E3"]);
    }

    #[test]
    fn the_lightest_grade_comes_first_whatever_counts_or_presses() {
        let of = |effort, id: &str| {
            let own = objet("EVT-01", (&format!("D{id}"), id), AVRIL, Some(AVRIL));
            Objet { effort, ..own }
        };
        // The heaviest first, each counting more than the next.
        let mut objets: Vec<Objet> =
            Effort::TOUS.into_iter().rev().map(|effort| of(effort, effort.as_str())).collect();
        for (objet, weight) in objets.iter_mut().zip([9, 7, 5, 3]) {
            objet.effet = (weight, 0);
        }
        // Of the lightest grade, one that counts for less.
        objets.push(of(Effort::Valeur, "moindre"));
        let found = by_dossier(objets);
        let ids: Vec<&str> = told(&found).into_iter().map(|(id, ..)| id).collect();
        assert_eq!(ids, ["valeur", "moindre", "objet", "acte", "accompagnement"]);
    }

    #[test]
    fn among_equals_what_presses_then_the_oldest() {
        let oldest = objet("EVT-01", ("D1", "E1"), AVRIL, None);
        let newest = objet("EVT-01", ("D2", "E2"), MAI, None);
        let pressing = objet("EVT-01", ("D3", "E3"), MAI, Some(date(2019, 12, 1)));
        let found = by_dossier(vec![newest, pressing, oldest]);
        let ids: Vec<&str> = told(&found).into_iter().map(|(id, ..)| id).collect();
        assert_eq!(ids, ["E3", "E1", "E2"]);
    }

    #[test]
    fn events_of_one_dossier_add_up_and_the_dossier_that_counts_most_comes_first() {
        let one = objet("EVT-01", ("D1", "E1"), AVRIL, None);
        let rest = ["E2", "E3", "E4"].map(|id| objet("EVT-01", ("D2", id), MAI, None));
        let found = by_dossier([vec![one], rest.to_vec()].concat());
        assert_eq!(told(&found), [("E2", (3, 0), 2, 0), ("E1", (1, 0), 0, 0)]);
    }

    #[test]
    fn two_rules_of_one_row_and_what_is_not_counted_itself_would_do_as_well() {
        // The same row by two rules, another row, and a margin of the same dossier.
        let first = objet("PAC-14", ("D1", "P1"), AVRIL, None);
        let again = objet("PAC-17", ("D1", "P1"), MAI, None);
        let other = objet("PAC-17", ("D1", "P2"), MAI, None);
        let margin =
            Objet { compte: false, effet: (1, 1), ..objet("MARGE-06", ("D1", "D1"), AVRIL, None) };
        let found = by_dossier(vec![margin.clone(), again, other, first]);
        assert_eq!(told(&found), [("P1", (2, 0), 1, 2)]);
        // Margins alone: one of them.
        let twin = Objet { vue: objet("MARGE-03", ("D1", "D1"), MAI, None).vue, ..margin.clone() };
        let found = by_dossier(vec![twin, margin]);
        assert_eq!(told(&found), [("D1", (1, 1), 0, 1)]);
    }

    #[test]
    fn what_depends_is_never_added_to_what_is_sure() {
        let sure = objet("PAC-14", ("D1", "P1"), MAI, None);
        let depends = Objet {
            si: Some("la situation saisie est un emploi".to_owned()),
            ..objet("PAC-07", ("D1", "P2"), AVRIL, None)
        };
        let found = by_dossier(vec![depends.clone(), sure]);
        assert_eq!(told(&found), [("P1", (1, 0), 0, 1)]);
        let twice = Objet { vue: objet("PAC-07", ("D1", "P3"), MAI, None).vue, ..depends.clone() };
        let found = by_dossier(vec![depends, twice]);
        assert_eq!((told(&found), found[0].si.is_some()), (vec![("P2", (1, 0), 0, 1)], true));
    }
}
