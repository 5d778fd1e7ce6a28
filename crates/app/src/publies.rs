//! Published figures: what statistic offices and reports say of young people, set beside cohorts of the
//! observatory where they say the same.
//!
//! - [`lecture`]: what a file says, its errors line by line;
//! - [`acte`]: what it would change, and what is kept of it, along the journey of `crate::apport`;
//! - [`rapprochement`]: which stand beside a cohort, and what the cohort says there;
//! - [`reseau`]: which count what an indicator counts, and what the network counts of it.

pub mod acte;
pub mod lecture;
pub mod rapprochement;
pub mod reseau;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use mallette_domain::publie::Publie;
use mallette_registry::{GenreApport, Registry};

use crate::comptes::refuse;
use crate::port::Refus;

/// The figures that Mallette comes with, to be imported or not: each with its source, and how far it can be
/// relied on.
pub const DEPART: &str = include_str!("../../../donnees/chiffres_publies.csv");

/// The figures in force among those brought in: of two of one key, the later; in the order in which pages
/// show them.
pub(crate) fn in_force(
    brought: BTreeMap<i64, Vec<Publie>>,
    undone: &BTreeSet<i64>,
) -> Vec<(i64, Publie)> {
    let mut kept: BTreeMap<String, (i64, Publie)> = BTreeMap::new();
    for (rang, publies) in brought.into_iter().filter(|(rang, _)| !undone.contains(rang)) {
        kept.extend(publies.into_iter().map(|publie| (publie.cle(), (rang, publie))));
    }
    let mut kept: Vec<(i64, Publie)> = kept.into_values().collect();
    let order = |publie: &Publie| {
        let Publie { evenement, mesure, territoire, du, au, .. } = publie.clone();
        (evenement.is_none(), evenement, mesure.is_none(), mesure, territoire, du, au)
    };
    kept.sort_by(|(_, left), (_, right)| {
        (order(left), &left.libelle).cmp(&(order(right), &right.libelle))
    });
    kept
}

/// The figures in force.
pub(crate) async fn read(registry: &Registry) -> Result<Vec<Publie>, Refus> {
    Ok(read_with_import(registry).await?.into_iter().map(|(_, publie)| publie).collect())
}

/// The figures in force, each with the rank of the file that brought it.
pub(crate) async fn read_with_import(registry: &Registry) -> Result<Vec<(i64, Publie)>, Refus> {
    let imports = registry.apports(GenreApport::Publies).await.map_err(refuse)?;
    let undone = imports.iter().filter(|import| import.annule_le.is_some());
    let undone = undone.map(|import| import.rang).collect();
    Ok(in_force(registry.publies().await.map_err(refuse)?, &undone))
}
