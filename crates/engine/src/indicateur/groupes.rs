//! What an indicator brings, group by group and place in time by place in time.

use std::collections::HashMap;

use mallette_domain::resultat::{Cumul, Groupe};

use super::rangs::Rang;

/// What one indicator brings.
#[derive(Debug, Default)]
pub(super) struct Apport {
    /// Counts, sums and measures.
    pub(super) cumuls: HashMap<(u32, Rang), Cumul>,
    /// The dossiers of a distinct count: their group, their place in time, their number. A dossier
    /// met several times may stand there several times.
    pub(super) dossiers: Vec<(u32, Rang, u32)>,
}

impl Apport {
    /// What it counts for a group at a place in time.
    pub(super) fn at(&mut self, groupe: u32, rang: Rang) -> &mut Cumul {
        self.cumuls.entry((groupe, rang)).or_default()
    }
}

/// The finest groups met, and the dossiers of distinct counts, numbered.
#[derive(Debug, Default)]
pub(super) struct Groupes {
    ranks: HashMap<Groupe, u32>,
    list: Vec<Groupe>,
    /// By centre, then by dossier.
    dossiers: HashMap<String, HashMap<String, u32>>,
    count: u32,
    /// The groups that a view has, by view.
    present: HashMap<String, Vec<u32>>,
}

impl Groupes {
    /// The number of a group, given on first meeting.
    pub(super) fn rank(&mut self, groupe: Groupe) -> u32 {
        if let Some(rank) = self.ranks.get(&groupe) {
            return *rank;
        }
        let rank = u32::try_from(self.list.len()).unwrap_or(u32::MAX);
        self.list.push(groupe.clone());
        self.ranks.insert(groupe, rank);
        rank
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
    pub(super) fn note_present(&mut self, vue: &str, groupes: Vec<Groupe>) {
        let ranks = groupes.into_iter().map(|groupe| self.rank(groupe)).collect();
        self.present.insert(vue.to_owned(), ranks);
    }

    /// The groups that a view was said to have.
    pub(super) fn present(&self, vue: &str) -> &[u32] {
        self.present.get(vue).map_or(&[], Vec::as_slice)
    }

    /// The group of that number.
    pub(super) fn get(&self, rank: u32) -> Option<&Groupe> {
        self.list.get(usize::try_from(rank).ok()?)
    }
}
