//! What pages ask for and may have to wait for: figures of a period, cohorts.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use mallette_domain::cohorte::Cohorte;

use super::Refus;
use crate::etat::Etat;
use crate::observatoire::Voiles;

/// Figures that may take a while, as pages ask for them.
#[derive(Debug, Clone)]
pub enum Attendues<T> {
    /// They are there.
    Pretes(T),
    /// They are being computed: to be asked for again in a moment.
    EnCalcul,
    /// They cannot be computed.
    Refusees(Refus),
}

/// The figures of a period: the snapshot in which every centre that reaches the period has them.
pub type Figures = Attendues<Arc<Etat>>;

/// A cohort, centre by centre: those open to the reader, and all of them together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Suivie {
    /// By I-MILO code; a centre that never sent what it takes is not there.
    pub centres: BTreeMap<String, Cohorte>,
    /// Over all centres counted, open to the reader or not.
    pub reseau: Cohorte,
    /// How many centres that is.
    pub comptes: usize,
    /// Over the centres of each région, by its code, when they are of several.
    pub regions: BTreeMap<String, Region>,
    /// What is hidden of each centre.
    pub voiles: Voiles,
}

/// A cohort over the centres of a région.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Region {
    /// All of them together.
    pub cohorte: Cohorte,
    /// The codes of those that were counted.
    pub centres: BTreeSet<String>,
}

/// A cohort, as pages ask for it.
pub type Suivies = Attendues<Arc<Suivie>>;
