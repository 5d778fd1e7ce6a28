//! What an indicator brings, group by group and place in time by place in time.

use std::collections::HashMap;
use std::ops::RangeInclusive;
use std::sync::Arc;

use mallette_domain::resultat::{Cumul, Groupe, Niveau};

use super::rangs::Rang;

/// What one indicator brings, being gathered.
#[derive(Debug, Default)]
pub(super) struct Apport {
    cumuls: HashMap<(Rang, u32), Cumul>,
    dossiers: Vec<(Rang, u32, u32)>,
    /// How many of them, the first ones, are in order and told once.
    settled: usize,
    /// What each dossier makes of a sum of money.
    parts: Vec<Apportee>,
    /// How many of them, the first ones, are in order and added up.
    added: usize,
    /// The largest contributions that were added up by the query, at the level of the centre.
    majeures: Vec<(Rang, u32, f64)>,
}

/// A place in time, a group, a dossier, an amount.
type Apportee = (Rang, u32, u32, f64);

/// The number of who is not known: all the rows without a dossier are taken for one person.
pub(super) const INCONNU: u32 = u32::MAX;

/// So many dossiers are gathered before those told several times are told once.
const GATHERED: usize = 1 << 16;

impl Apport {
    /// What it counts for a group at a place in time.
    pub(super) fn at(&mut self, groupe: u32, rang: Rang) -> &mut Cumul {
        self.cumuls.entry((rang, groupe)).or_default()
    }

    /// Counts a dossier of a distinct count; the same one may be counted several times.
    pub(super) fn see(&mut self, groupe: u32, rang: Rang, dossier: u32) {
        self.dossiers.push((rang, groupe, dossier));
        // One dossier has many events: only when as many came again is it worth the sort.
        if self.dossiers.len() >= GATHERED.max(2 * self.settled) {
            self.tell_once();
        }
    }

    /// Counts what a dossier makes of a sum; it may make it by several rows.
    pub(super) fn give(&mut self, groupe: u32, rang: Rang, dossier: u32, amount: f64) {
        self.parts.push((rang, groupe, dossier, amount));
        if self.parts.len() >= GATHERED.max(2 * self.added) {
            self.add_up();
        }
    }

    /// Notes the largest contribution of one dossier to the sum of a centre.
    pub(super) fn note_largest(&mut self, centre: u32, rang: Rang, amount: f64) {
        self.majeures.push((rang, centre, amount));
    }

    fn add_up(&mut self) {
        self.parts.sort_unstable_by(|left, right| {
            let key = |part: &Apportee| (part.0, part.1, part.2);
            key(left).cmp(&key(right)).then(left.3.total_cmp(&right.3))
        });
        self.parts.dedup_by(|next, kept| {
            let same = (next.0, next.1, next.2) == (kept.0, kept.1, kept.2);
            if same {
                kept.3 += next.3;
            }
            same
        });
        self.added = self.parts.len();
    }

    fn tell_once(&mut self) {
        self.dossiers.sort_unstable();
        self.dossiers.dedup();
        self.settled = self.dossiers.len();
    }

    /// Every sum, with its group and place.
    pub(super) fn cumuls(self) -> impl Iterator<Item = (u32, Rang, Cumul)> {
        self.cumuls.into_iter().map(|((rang, groupe), cumul)| (groupe, rang, cumul))
    }

    /// Puts all in the order of time, so that a period is a run.
    pub(super) fn settle(mut self) -> Range {
        self.tell_once();
        self.add_up();
        self.majeures.sort_unstable_by_key(|(rang, centre, _)| (*rang, *centre));
        let mut cumuls: Vec<(Rang, u32, Cumul)> =
            self.cumuls.into_iter().map(|((rang, groupe), cumul)| (rang, groupe, cumul)).collect();
        cumuls.sort_unstable_by_key(|(rang, groupe, _)| (*rang, *groupe));
        Range { cumuls, dossiers: self.dossiers, parts: self.parts, majeures: self.majeures }
    }
}

/// What one indicator brings, in the order of time.
#[derive(Debug)]
pub(super) struct Range {
    cumuls: Vec<(Rang, u32, Cumul)>,
    dossiers: Vec<(Rang, u32, u32)>,
    parts: Vec<Apportee>,
    majeures: Vec<(Rang, u32, f64)>,
}

impl Range {
    /// The sums at those places, by group.
    pub(super) fn cumuls(
        &self,
        places: &RangeInclusive<Rang>,
    ) -> impl Iterator<Item = (u32, &Cumul)> {
        let run = run(&self.cumuls, places, |(rang, ..)| *rang);
        run.iter().map(|(_, groupe, cumul)| (*groupe, cumul))
    }

    /// The dossiers at those places, by group.
    pub(super) fn dossiers(
        &self,
        places: &RangeInclusive<Rang>,
    ) -> impl Iterator<Item = (u32, u32)> {
        let run = run(&self.dossiers, places, |(rang, ..)| *rang);
        run.iter().map(|(_, groupe, dossier)| (*groupe, *dossier))
    }

    /// What each dossier makes of a sum of money at those places, by group.
    pub(super) fn parts(
        &self,
        places: &RangeInclusive<Rang>,
    ) -> impl Iterator<Item = (u32, u32, f64)> {
        let run = run(&self.parts, places, |(rang, ..)| *rang);
        run.iter().map(|(_, groupe, dossier, amount)| (*groupe, *dossier, *amount))
    }

    /// The largest contributions at those places, by level: those of periods measured as a whole.
    pub(super) fn largest(
        &self,
        places: &RangeInclusive<Rang>,
    ) -> impl Iterator<Item = (u32, f64)> {
        let run = run(&self.majeures, places, |(rang, ..)| *rang);
        run.iter().map(|(_, centre, amount)| (*centre, *amount))
    }
}

fn run<'a, T>(
    sorted: &'a [T],
    places: &RangeInclusive<Rang>,
    rang: impl Fn(&T) -> Rang,
) -> &'a [T] {
    let start = sorted.partition_point(|item| rang(item) < *places.start());
    let end = sorted.partition_point(|item| rang(item) <= *places.end());
    sorted.get(start..end).unwrap_or_default()
}

/// The key of a level within the perimeter: centre, level, conseiller or antenne.
pub(super) type Cle = (String, Niveau, String);

/// The groups met, the levels that they count in, and the dossiers of distinct counts, numbered.
#[derive(Debug, Default)]
pub(super) struct Groupes {
    ranks: HashMap<Groupe, u32>,
    /// For each group, its centre, then its conseiller and its antenne when known.
    levels: Vec<[Option<u32>; 3]>,
    cles: HashMap<Cle, u32>,
    list: Vec<Cle>,
    /// By centre, then by dossier.
    dossiers: HashMap<String, HashMap<String, u32>>,
    count: u32,
    /// The groups that a view has, by view.
    present: HashMap<String, Vec<u32>>,
}

impl Groupes {
    /// The number of a group, given on first meeting.
    pub(super) fn rank(&mut self, groupe: &Groupe) -> u32 {
        if let Some(rank) = self.ranks.get(groupe) {
            return *rank;
        }
        let rank = u32::try_from(self.levels.len()).unwrap_or(u32::MAX);
        let finer = |niveau: Niveau, key: &Option<String>| {
            key.as_ref().map(|key| (groupe.structure_id.clone(), niveau, key.clone()))
        };
        let conseiller = finer(Niveau::Conseiller, &groupe.conseiller_id);
        let antenne = finer(Niveau::Antenne, &groupe.antenne);
        let centre = self.centre(&groupe.structure_id);
        let levels = [Some(centre), conseiller.map(|c| self.cle(c)), antenne.map(|a| self.cle(a))];
        self.levels.push(levels);
        self.ranks.insert(groupe.clone(), rank);
        rank
    }

    /// The number of the level of a centre, given on first meeting.
    pub(super) fn centre(&mut self, structure_id: &str) -> u32 {
        self.cle((structure_id.to_owned(), Niveau::Structure, String::new()))
    }

    fn cle(&mut self, cle: Cle) -> u32 {
        if let Some(rank) = self.cles.get(&cle) {
            return *rank;
        }
        let rank = u32::try_from(self.list.len()).unwrap_or(u32::MAX);
        self.list.push(cle.clone());
        self.cles.insert(cle, rank);
        rank
    }

    /// The key of the level of that number.
    pub(super) fn key(&self, level: u32) -> Option<&Cle> {
        self.list.get(usize::try_from(level).ok()?)
    }

    /// The levels that a group counts in: its centre, then its conseiller and its antenne.
    pub(super) fn levels(&self, groupe: u32) -> [Option<u32>; 3] {
        let levels = usize::try_from(groupe).ok().and_then(|rank| self.levels.get(rank));
        levels.copied().unwrap_or_default()
    }

    /// The number of a dossier of a centre, given on first meeting.
    pub(super) fn dossier(&mut self, structure_id: &str, dossier_id: &str) -> u32 {
        let own = match self.dossiers.get_mut(structure_id) {
            Some(own) => own,
            None => self.dossiers.entry(structure_id.to_owned()).or_default(),
        };
        if let Some(number) = own.get(dossier_id) {
            return *number;
        }
        let number = self.count;
        self.count += 1;
        own.insert(dossier_id.to_owned(), number);
        number
    }

    /// Says which groups a view has.
    pub(super) fn note_present(&mut self, vue: &str, groupes: &[Arc<Groupe>]) {
        let ranks = groupes.iter().map(|groupe| self.rank(groupe)).collect();
        self.present.insert(vue.to_owned(), ranks);
    }

    /// The groups that a view was said to have.
    pub(super) fn present(&self, vue: &str) -> &[u32] {
        self.present.get(vue).map_or(&[], Vec::as_slice)
    }
}
