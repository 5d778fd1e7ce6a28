//! How many young people a rule of margins or deadlines names, centre by centre: outside of the centre such
//! counts are no faults of data entry, they are about persons, and small ones stay secret. So is what any rule
//! looks at, when few are there to be looked at: the contracts of a centre are counted by the rule that checks them.

use std::collections::BTreeMap;
use std::sync::Arc;

use mallette_catalogue::{Gravite, Regle};
use mallette_domain::resultat::Compte;
use mallette_stats::secret::{Audience, Masque, Transparente, protect};

use super::Lecteur;
use crate::etat::Etat;
use crate::lecture::controles::compte_of;

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
    personnes: bool,
}

impl Reperes {
    /// Whether what is named is about persons: then nothing finer than a centre is told, nor how it changes. What
    /// is about data entry is secret in the centres that [`Reperes::hides`] alone.
    #[must_use]
    pub const fn is_about_persons(&self) -> bool {
        self.personnes
    }

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

/// Whether what a rule names is about persons, and not about how their data was entered. What people write may be
/// anything: only what a centre wrote for itself is about its own.
pub(crate) fn is_about_persons(regle: &Regle, lecteur: &Lecteur) -> bool {
    let own = regle.centre.as_deref().is_some_and(|centre| lecteur.owns(centre));
    regle.gravite == Gravite::Info || (regle.redigee && !own)
}

/// Whether a rule looks at all the rows of its view: how many says nothing of anybody.
fn looks_at_all(regle: &Regle) -> bool {
    matches!(regle.applicable.trim(), "true" | "NOT orphelin")
}

/// What stays secret of what a rule found in the centres that the reader may look into; none when nothing
/// does.
#[must_use]
pub fn reperes(etat: &Etat, code: &str) -> Option<Arc<Reperes>> {
    match &etat.lecteur {
        Lecteur::Machine => None,
        // Asked for by every page that counts: found once for who reads.
        Lecteur::Personne(secrets) => secrets.reperes(code, || find(etat, code)),
    }
}

fn find(etat: &Etat, code: &str) -> Option<Reperes> {
    let regle = etat.catalogue.regles.iter().find(|regle| regle.code == code)?;
    let personnes = is_about_persons(regle, &etat.lecteur);
    let all_own = etat.centres.keys().all(|id| etat.lecteur.owns(id));
    if all_own || (!personnes && looks_at_all(regle)) {
        return None;
    }
    let centres = etat.centres.iter().filter(|(_, centre)| centre.version.has(&regle.tables));
    let judged = centres
        .map(|(id, centre)| (id.as_str(), compte_of(&centre.resultats, code).unwrap_or_default()));
    let judged: Vec<(&str, Compte)> = judged.collect();
    if personnes {
        return hide(etat, &judged);
    }
    let few = |(_, compte): &(&str, Compte)| Audience::Reseau.is_small(compte.evalues);
    judged.iter().any(few).then(|| protected(etat, &judged, false)).flatten()
}

/// Counts of persons among those that were looked at, centre by centre, as who reads may know them; none when
/// nothing is secret.
#[must_use]
pub fn hide(etat: &Etat, judged: &[(&str, Compte)]) -> Option<Reperes> {
    protected(etat, judged, true)
}

fn protected(etat: &Etat, judged: &[(&str, Compte)], personnes: bool) -> Option<Reperes> {
    let places = etat.lecteur.places(etat)?;
    let told = |compte: &Compte| match personnes {
        true => vec![compte.anomalies, compte.evalues],
        false => vec![compte.evalues],
    };
    let mut marges = vec![vec![0; places.plan.parts()]; told(&Compte::default()).len()];
    for (id, compte) in judged {
        let Some(part) = places.part(id) else { continue };
        for (marge, count) in marges.iter_mut().zip(told(compte)) {
            if let Some(place) = marge.get_mut(part) {
                *place = count;
            }
        }
    }
    let is_small = |counts: &[u64]| counts.iter().any(|count| Audience::Reseau.is_small(*count));
    let known = etat.lecteur.known(etat);
    let protected = protect(&places.plan, &marges.into(), Audience::Reseau, &known, is_small);
    let masque = protected.unwrap_or_else(|Transparente| Masque::opaque(&places.plan));
    let shown = |hidden: bool, compte: &Compte| {
        let something = told(compte).iter().any(|count| *count > 0);
        match hidden && (something || masque.hides_zeros()) {
            true => Nombre::Secret,
            false => Nombre::Connu(compte.anomalies),
        }
    };
    let nombres = judged.iter().map(|(id, compte)| {
        let hidden = places.part(id).is_none_or(|part| masque.hides(part));
        ((*id).to_owned(), shown(hidden && !etat.lecteur.owns(id), compte))
    });
    let mut total = Compte::default();
    judged.iter().for_each(|(_, compte)| total += *compte);
    Some(Reperes {
        nombres: nombres.collect(),
        total: shown(masque.hides(places.plan.general()), &total),
        personnes,
    })
}
