//! From the finest groups to the levels of a centre: conseiller, antenne, centre.

use std::collections::HashMap;
use std::ops::RangeInclusive;

use mallette_domain::resultat::{Cumul, Mesure};

use super::Finesse;
use super::groupes::{Groupes, Range};
use super::rangs::Rang;

/// What one indicator adds up to over one period, by level.
pub(super) struct Niveaux<'a> {
    groupes: &'a Groupes,
    finesse: Finesse,
    cumuls: HashMap<u32, Cumul>,
}

impl<'a> Niveaux<'a> {
    /// Nothing yet, but the levels of `centres` are there.
    pub(super) fn new(centres: &[u32], groupes: &'a Groupes, finesse: Finesse) -> Self {
        let cumuls = centres.iter().map(|level| (*level, Cumul::default())).collect();
        Self { groupes, finesse, cumuls }
    }

    /// Gives a figure, be it zero, to those groups.
    pub(super) fn add_present(&mut self, groupes: &[u32]) {
        if self.finesse == Finesse::Conseiller {
            for level in groupes.iter().flat_map(|groupe| self.groupes.levels(*groupe)).flatten() {
                self.cumuls.entry(level).or_default();
            }
        }
    }

    /// Adds what an indicator brings at those places in time.
    pub(super) fn add(&mut self, range: &Range, places: &[RangeInclusive<Rang>; 2]) {
        for (groupe, cumul) in places.iter().flat_map(|places| range.cumuls(places)) {
            for level in self.levels(groupe) {
                self.cumuls.entry(level).or_default().merge(cumul);
            }
        }
        // Once per dossier and level, whatever the groups it was met in.
        let mut seen: Vec<(u32, u32)> = Vec::new();
        for (groupe, dossier) in places.iter().flat_map(|places| range.dossiers(places)) {
            seen.extend(self.levels(groupe).map(|level| (level, dossier)));
        }
        seen.sort_unstable();
        seen.dedup();
        for run in seen.chunk_by(|left, right| left.0 == right.0) {
            if let Some((level, _)) = run.first() {
                #[expect(clippy::cast_precision_loss, reason = "a count of rows is far below 2^52")]
                let count = run.len() as f64;
                self.cumuls.entry(*level).or_default().numerateur += count;
            }
        }
        self.add_largest(range, places);
    }

    /// The largest contribution of one dossier to each level: all that it makes there, whatever its rows, its
    /// months and its groups.
    fn add_largest(&mut self, range: &Range, places: &[RangeInclusive<Rang>; 2]) {
        let mut given: Vec<(u32, u32, f64)> = Vec::new();
        for (groupe, dossier, amount) in places.iter().flat_map(|places| range.parts(places)) {
            given.extend(self.levels(groupe).map(|level| (level, dossier, amount)));
        }
        given.sort_unstable_by(|left, right| {
            (left.0, left.1).cmp(&(right.0, right.1)).then(left.2.total_cmp(&right.2))
        });
        for run in given.chunk_by(|left, right| (left.0, left.1) == (right.0, right.1)) {
            if let Some((level, ..)) = run.first() {
                let whole: f64 = run.iter().map(|(_, _, amount)| amount).sum();
                self.cumuls.entry(*level).or_default().note_largest(whole);
            }
        }
        for (level, amount) in places.iter().flat_map(|places| range.largest(places)) {
            self.cumuls.entry(level).or_default().note_largest(amount);
        }
    }

    fn levels(&self, groupe: u32) -> impl Iterator<Item = u32> + use<> {
        let wanted = if self.finesse == Finesse::Conseiller { 3 } else { 1 };
        self.groupes.levels(groupe).into_iter().take(wanted).flatten()
    }

    /// The measures of the indicator of that code, in the order of their keys.
    pub(super) fn into_mesures(self, code: &str) -> Vec<Mesure> {
        let groupes = self.groupes;
        let mut levels: Vec<_> = self
            .cumuls
            .into_iter()
            .filter_map(|(level, cumul)| Some((groupes.key(level)?, cumul)))
            .collect();
        levels.sort_unstable_by_key(|(key, _)| *key);
        let mesures = levels.into_iter().map(|((structure_id, niveau, sous_cle), cumul)| Mesure {
            code: code.to_owned(),
            niveau: *niveau,
            structure_id: structure_id.clone(),
            sous_cle: sous_cle.clone(),
            cumul,
        });
        mesures.collect()
    }
}
