//! How many young people a rule of margins or deadlines names, centre by centre: outside of the centre such
//! counts are no faults of data entry, they are about persons, and small ones stay secret.

use std::collections::BTreeMap;

use mallette_catalogue::{Gravite, Regle};
use mallette_stats::secret::{Audience, Masque, Transparente, protect};

use crate::etat::Etat;

/// A count, when it may be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nombre {
    /// So many.
    Connu(u64),
    /// Secret for who reads.
    Secret,
}

/// What a rule named, for who may not read all of it.
#[derive(Debug)]
pub struct Reperes {
    nombres: BTreeMap<String, Nombre>,
    total: Nombre,
}

impl Reperes {
    /// Whether the count of a centre is secret.
    #[must_use]
    pub fn hides(&self, structure_id: &str) -> bool {
        self.nombres.get(structure_id) == Some(&Nombre::Secret)
    }

    /// The count of a centre; none when the rule could not judge it.
    #[must_use]
    pub fn nombre(&self, structure_id: &str) -> Option<Nombre> {
        self.nombres.get(structure_id).copied()
    }

    /// That of all the centres together.
    #[must_use]
    pub const fn total(&self) -> Nombre {
        self.total
    }
}

/// Whether what a rule names is about persons, and not about how their data was entered.
fn is_about_persons(regle: &Regle) -> bool {
    regle.gravite == Gravite::Info
}

/// What stays secret of what a rule named in the centres that the reader may look into; none when nothing
/// does: the rule is about data entry, or every centre is the reader's own.
#[must_use]
pub fn reperes(etat: &Etat, code: &str) -> Option<Reperes> {
    let regle = etat.catalogue.regles.iter().find(|regle| regle.code == code)?;
    let all_own = etat.centres.keys().all(|id| etat.lecteur.owns(id));
    if !is_about_persons(regle) || all_own {
        return None;
    }
    let judged: Vec<(&str, u64)> = etat
        .centres
        .iter()
        .filter(|(_, centre)| centre.version.has(&regle.tables))
        .map(|(id, centre)| {
            let found = centre.resultats.regles.iter().find(|found| found.code == code);
            (id.as_str(), found.map_or(0, |found| found.total().anomalies))
        })
        .collect();
    hide(etat, &judged)
}

/// Counts of persons, centre by centre, as who reads may know them; none when nothing is secret.
#[must_use]
pub fn hide(etat: &Etat, judged: &[(&str, u64)]) -> Option<Reperes> {
    let places = etat.lecteur.places(etat)?;
    let mut parts = vec![0; places.plan.parts()];
    for (id, count) in judged {
        if let Some(place) = places.part(id).and_then(|part| parts.get_mut(part)) {
            *place = *count;
        }
    }
    let is_small = |counts: &[u64]| counts.iter().any(|count| Audience::Reseau.is_small(*count));
    let known = etat.lecteur.known(etat);
    let donnees = vec![parts].into();
    let protected = protect(&places.plan, &donnees, Audience::Reseau, &known, is_small);
    let masque = protected.unwrap_or_else(|Transparente| Masque::opaque(&places.plan));
    let shown = |hidden: bool, count: u64| match hidden && (count > 0 || masque.hides_zeros()) {
        true => Nombre::Secret,
        false => Nombre::Connu(count),
    };
    let nombres = judged.iter().map(|(id, count)| {
        let hidden = places.part(id).is_none_or(|part| masque.hides(part));
        ((*id).to_owned(), shown(hidden && !etat.lecteur.owns(id), *count))
    });
    let total = judged.iter().map(|(_, count)| count).sum();
    Some(Reperes {
        nombres: nombres.collect(),
        total: shown(masque.hides(places.plan.general()), total),
    })
}
