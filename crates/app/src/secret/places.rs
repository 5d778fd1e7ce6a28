//! Where the centres of a snapshot stand in the totals that pages show: région and département on one side,
//! peer group on the other.

use std::collections::{BTreeMap, BTreeSet};

use mallette_stats::secret::{Masque, Plan};

use crate::etat::Etat;

/// The centres with data, and the totals that they are counted in.
#[derive(Debug)]
pub(crate) struct Places {
    ids: Vec<String>,
    /// The shape of every table by centre.
    pub(super) plan: Plan,
    /// Every total, with the ranks of its centres.
    totaux: Vec<(usize, BTreeSet<usize>)>,
}

impl Places {
    pub(super) fn new(etat: &Etat) -> Self {
        let mut centres: Vec<_> = etat.compares().map(|(id, c)| (id, &c.rattachement)).collect();
        centres.sort_by_key(|(id, _)| *id);
        let mut first: Vec<Option<usize>> = Vec::new();
        let mut known: BTreeMap<(&str, &str), usize> = BTreeMap::new();
        let mut groupes: BTreeMap<&str, usize> = BTreeMap::new();
        let mut places = Vec::new();
        for (_, place) in &centres {
            let region = place.region.as_deref().unwrap_or_default();
            let above = *known.entry((region, "")).or_insert_with(|| {
                first.push(None);
                first.len() - 1
            });
            let departement = place.departement.as_deref().filter(|code| !code.is_empty());
            let under = departement.map(|code| {
                *known.entry((region, code)).or_insert_with(|| {
                    first.push(Some(above));
                    first.len() - 1
                })
            });
            let groupe = place.groupe_pairs.as_deref().map(|nom| {
                let next = groupes.len();
                *groupes.entry(nom).or_insert(next)
            });
            places.push([under.or(Some(above)), groupe]);
        }
        let second = vec![None; groupes.len()];
        let plan = Plan::new([&first, &second], &places);
        let mut totaux: Vec<(usize, BTreeSet<usize>)> =
            (plan.parts()..plan.cells()).map(|cell| (cell, BTreeSet::new())).collect();
        for rank in 0..centres.len() {
            for cell in plan.totals_of(rank) {
                if let Some((_, own)) = totaux.get_mut(cell - plan.parts()) {
                    own.insert(rank);
                }
            }
        }
        Self { ids: centres.into_iter().map(|(id, _)| id.to_owned()).collect(), plan, totaux }
    }

    /// The centres, in the order of the parts.
    pub(super) fn ids(&self) -> &[String] {
        &self.ids
    }

    /// The centre of a part.
    pub(crate) fn id(&self, part: usize) -> Option<&str> {
        self.ids.get(part).map(String::as_str)
    }

    /// The part of a centre.
    pub(crate) fn part(&self, id: &str) -> Option<usize> {
        self.ids.binary_search_by(|known| known.as_str().cmp(id)).ok()
    }

    /// The cells that a person of these centres knows anyway.
    pub(super) fn known(&self, propres: &BTreeSet<String>) -> Vec<bool> {
        let mut known = vec![false; self.plan.cells()];
        for part in propres.iter().filter_map(|id| self.part(id)) {
            if let Some(place) = known.get_mut(part) {
                *place = true;
            }
        }
        known
    }

    /// Whether the sum of these centres is hidden: that of a total with it, any other one as soon as one of
    /// its centres is. `covers` are the centres that have sent the period: the others add nothing.
    pub(crate) fn hides_sum(
        &self,
        masque: &Masque,
        summed: &BTreeSet<usize>,
        covers: &BTreeSet<usize>,
    ) -> bool {
        let same = |own: &BTreeSet<usize>| {
            own.intersection(covers).count() == summed.len() && summed.is_subset(own)
        };
        let mut totals = self.totaux.iter().filter(|(_, own)| same(own)).peekable();
        if summed.len() > 1 && totals.peek().is_some() {
            return totals.any(|(cell, _)| masque.hides(*cell));
        }
        summed.iter().any(|part| masque.hides(*part))
    }
}
