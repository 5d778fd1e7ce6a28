//! The figures of one indicator, that of each centre read once: its région, its peer group and the network all hold it.

use std::cell::RefCell;
use std::collections::HashMap;

use mallette_catalogue::Indicateur;

use super::chiffre::Chiffre;
use super::releve::Releve;

/// The figures of an indicator over a period.
pub(super) struct Colonne<'r, 'a> {
    pub(super) releve: &'r Releve<'a>,
    pub(super) indicateur: &'r Indicateur,
    lus: RefCell<HashMap<&'a str, Option<Chiffre>>>,
}

impl<'r, 'a> Colonne<'r, 'a> {
    pub(super) fn new(releve: &'r Releve<'a>, indicateur: &'r Indicateur) -> Self {
        Self { releve, indicateur, lus: RefCell::default() }
    }

    /// That of a centre, as [`Releve::chiffre`] gives it.
    pub(super) fn chiffre(&self, structure_id: &'a str) -> Option<Chiffre> {
        let mut lus = self.lus.borrow_mut();
        let read = || self.releve.chiffre(self.indicateur, structure_id);
        *lus.entry(structure_id).or_insert_with(read)
    }
}
