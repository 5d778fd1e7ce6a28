//! What rules caught, of a centre or of a part of it.

use std::collections::BTreeMap;

use mallette_catalogue::{Catalogue, Gravite, Regle};
use mallette_domain::resultat::{Compte, Groupe, Resultats};

use crate::etat::Centre;

/// What one rule caught.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AnomalieRegle<'a> {
    /// The rule.
    pub regle: &'a Regle,
    /// What it found.
    pub compte: Compte,
    /// What it had caught in the version before, when there is one that it judged.
    pub avant: Option<u64>,
}

/// What the rules found over a part of a centre.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Bilan<'a> {
    /// Rules that caught something: the gravest first, then by number caught, then by code.
    pub attrapees: Vec<AnomalieRegle<'a>>,
    /// Rules that judged objects and caught none.
    pub sans_anomalie: usize,
    /// Rules that had nothing to judge: it is said, never taken for a success.
    pub sans_objet: Vec<&'a Regle>,
    /// Rules that could not judge: the centre never sent a table that they need.
    pub non_evaluees: Vec<&'a Regle>,
    /// Anomalies of gravity high.
    pub majeures: u64,
    /// Anomalies of gravity medium.
    pub autres: u64,
    /// Objects of lists to work on: not faults.
    pub reperes: u64,
}

/// What the rules found over the groups of a centre that `keep` accepts, against its earlier version.
#[must_use]
pub fn bilan<'a>(
    catalogue: &'a Catalogue,
    centre: &Centre,
    keep: impl Fn(&Groupe) -> bool,
) -> Bilan<'a> {
    let count = |resultats: &Resultats, code: &str| -> Option<Compte> {
        let found = resultats.regles.iter().find(|resultat| resultat.code == code)?;
        let mut sum = Compte::default();
        for (_, compte) in found.comptes.iter().filter(|(groupe, _)| keep(groupe)) {
            sum += *compte;
        }
        Some(sum)
    };
    let mut bilan = Bilan::default();
    for regle in &catalogue.regles {
        if !centre.version.has(&regle.tables) {
            bilan.non_evaluees.push(regle);
            continue;
        }
        let compte = count(&centre.resultats, &regle.code).unwrap_or_default();
        match regle.gravite {
            Gravite::High => bilan.majeures += compte.anomalies,
            Gravite::Medium => bilan.autres += compte.anomalies,
            Gravite::Info => bilan.reperes += compte.anomalies,
        }
        if compte.anomalies > 0 {
            let avant = centre.precedents.as_deref().and_then(|before| count(before, &regle.code));
            let avant = avant.map(|compte| compte.anomalies);
            bilan.attrapees.push(AnomalieRegle { regle, compte, avant });
        } else if compte.evalues > 0 {
            bilan.sans_anomalie += 1;
        } else {
            bilan.sans_objet.push(regle);
        }
    }
    bilan.attrapees.sort_by(|left, right| {
        let gravity = left.regle.gravite.cmp(&right.regle.gravite);
        gravity
            .then_with(|| right.compte.anomalies.cmp(&left.compte.anomalies))
            .then_with(|| left.regle.code.cmp(&right.regle.code))
    });
    bilan
}

/// Faults of one part of a centre.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Fautes {
    /// Anomalies of gravity high.
    pub majeures: u64,
    /// Anomalies of gravity medium.
    pub autres: u64,
}

/// Faults of each part of a centre, by the name that `key` gives it (its antenne, its conseiller);
/// an empty name gathers what has none.
#[must_use]
pub fn faults_by<'a>(
    catalogue: &Catalogue,
    resultats: &'a Resultats,
    key: impl Fn(&'a Groupe) -> Option<&'a str>,
) -> BTreeMap<&'a str, Fautes> {
    let gravities: BTreeMap<&str, Gravite> =
        catalogue.regles.iter().map(|regle| (regle.code.as_str(), regle.gravite)).collect();
    let mut faults: BTreeMap<&str, Fautes> = BTreeMap::new();
    for resultat in &resultats.regles {
        let Some(gravite) = gravities.get(resultat.code.as_str()) else { continue };
        for (groupe, compte) in &resultat.comptes {
            let own = faults.entry(key(groupe).unwrap_or_default()).or_default();
            match gravite {
                Gravite::High => own.majeures += compte.anomalies,
                Gravite::Medium => own.autres += compte.anomalies,
                Gravite::Info => {}
            }
        }
    }
    faults
}
