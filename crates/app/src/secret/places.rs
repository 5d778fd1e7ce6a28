//! Where the centres of a snapshot stand in the totals that pages show: région and département on one side,
//! peer group on the other.

use std::collections::{BTreeMap, BTreeSet};

use mallette_stats::secret::{Masque, Plan};

use crate::etat::Etat;

/// The centres with data, and the totals that they are counted in.
#[derive(Debug)]
pub(crate) struct Places {
    ids: Vec<String>,
    /// The part of each.
    rangs: BTreeMap<String, usize>,
    /// The shape of every table by centre.
    pub(super) plan: Plan,
    /// The ranks of the centres of every total, in the order of their cells.
    totaux: Vec<BTreeSet<usize>>,
}

impl Places {
    /// `codes` are those of the centres that are there under other keys. Which centres are hidden to the good of
    /// others follows from their order: it is that of the true codes, the same for whoever reads and each time that
    /// the program starts. What would be hidden one day and told the next would be told.
    pub(super) fn new(etat: &Etat, codes: &BTreeMap<String, String>) -> Self {
        let mut centres: Vec<_> = etat.compares().map(|(id, c)| (id, &c.rattachement)).collect();
        centres.sort_by_key(|(id, _)| codes.get(*id).map_or(*id, String::as_str));
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
        let mut totaux = vec![BTreeSet::new(); plan.cells() - plan.parts()];
        for rank in 0..centres.len() {
            for cell in plan.totals_of(rank) {
                if let Some(own) = totaux.get_mut(cell - plan.parts()) {
                    own.insert(rank);
                }
            }
        }
        let ids: Vec<String> = centres.into_iter().map(|(id, _)| id.to_owned()).collect();
        let rangs = ids.iter().cloned().enumerate().map(|(rank, id)| (id, rank)).collect();
        Self { ids, rangs, plan, totaux }
    }

    /// The centres, in the order of the parts.
    pub(crate) fn ids(&self) -> &[String] {
        &self.ids
    }

    /// The part of a centre.
    pub(crate) fn part(&self, id: &str) -> Option<usize> {
        self.rangs.get(id).copied()
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
    /// its centres is. `covers` says whether a centre has sent the period: the others add nothing.
    pub(crate) fn hides_sum(
        &self,
        masque: &Masque,
        summed: &BTreeSet<usize>,
        covers: impl Fn(usize) -> bool,
    ) -> bool {
        let same = |cell: &usize| {
            self.totaux.get(*cell - self.plan.parts()).is_some_and(|own| {
                summed.is_subset(own)
                    && own.iter().filter(|part| covers(**part)).count() == summed.len()
            })
        };
        // A total with all of them is one of those that the first is counted in.
        let first = summed.first().filter(|_| summed.len() > 1);
        let totals = first.into_iter().flat_map(|part| self.plan.totals_of(*part));
        let mut totals = totals.filter(same).peekable();
        if totals.peek().is_some() {
            return totals.any(|cell| masque.hides(cell));
        }
        summed.iter().any(|part| masque.hides(*part))
    }
}
