//! Orders of magnitude: what a trial says of centres that are not the reader's own. Who tries one definition after
//! another, alike but for one condition, would subtract exact counts and find one young person: there, counts come
//! to the nearest five, and sums of measures to two figures.

use std::collections::BTreeMap;
use std::sync::Arc;

use mallette_catalogue::Calcul;
use mallette_domain::essai::Essai;
use mallette_domain::resultat::{Compte, Cumul, MesuresPeriode, ResultatRegle};

use crate::etat::Etat;

/// What counts are a multiple of.
pub const PAS: u32 = 5;

/// Whether who reads the snapshot is told orders of magnitude of some centre by a trial over all.
#[must_use]
pub fn is_rounded(etat: &Etat) -> bool {
    etat.centres.keys().any(|id| !etat.lecteur.owns(id))
}

const fn nearest(count: u64) -> u64 {
    let pas = PAS as u64;
    (count + pas / 2) / pas * pas
}

fn nearest_count(count: f64) -> f64 {
    let pas = f64::from(PAS);
    (count / pas).round() * pas
}

/// A sum to the nearest five, then to two figures.
fn two_figures(sum: f64) -> f64 {
    let near = nearest_count(sum);
    if near == 0.0 {
        return 0.0;
    }
    let unit = 10_f64.powf(near.abs().log10().floor() - 1.0);
    (near / unit).round() * unit
}

/// What a rule found, in orders of magnitude wherever `owns` does not hold.
pub(crate) fn blur_rule(found: &mut ResultatRegle, owns: impl Fn(&str) -> bool) {
    for (groupe, compte) in &mut found.comptes {
        if !owns(&groupe.structure_id) {
            let Compte { evalues, anomalies } = *compte;
            *compte = Compte { evalues: nearest(evalues), anomalies: nearest(anomalies) };
        }
    }
}

/// The same of a rule that is tried, and of what it has in common with others.
pub(crate) fn blur_trial(essai: &mut Essai, owns: impl Fn(&str) -> bool) {
    if essai.resultat.comptes.iter().all(|(groupe, _)| owns(&groupe.structure_id)) {
        return;
    }
    blur_rule(&mut essai.resultat, owns);
    for voisine in &mut essai.voisines {
        voisine.communs = nearest(voisine.communs);
        voisine.siens = nearest(voisine.siens);
    }
}

/// What indicators measured over a period, in orders of magnitude wherever `owns` does not hold. `calcul` tells how
/// an indicator is computed, by its code.
pub(crate) fn blur_measures(
    measured: &mut MesuresPeriode,
    calcul: impl Fn(&str) -> Option<Calcul>,
    owns: impl Fn(&str) -> bool,
) {
    for mesure in measured.mesures.iter_mut().filter(|mesure| !owns(&mesure.structure_id)) {
        if let Some(calcul) = calcul(&mesure.code) {
            blur(&mut mesure.cumul, calcul);
        }
    }
}

/// The figures of a snapshot that holds an indicator which is tried, in orders of magnitude outside of the reader's
/// own centres.
pub(crate) fn blur_tried(tried: &mut Etat) {
    let Etat { centres, catalogue, lecteur, .. } = tried;
    let known = catalogue.indicateurs.iter().map(|known| (known.code.as_str(), known.calcul));
    let calculs: BTreeMap<&str, Calcul> = known.collect();
    for (_, centre) in centres.iter_mut().filter(|(id, _)| !lecteur.owns(id)) {
        for measured in &mut Arc::make_mut(&mut centre.resultats).indicateurs {
            blur_measures(measured, |code| calculs.get(code).copied(), |_| false);
        }
    }
}

fn blur(cumul: &mut Cumul, calcul: Calcul) {
    let below = cumul.denominateur;
    match calcul {
        Calcul::Effectif | Calcul::Distinct | Calcul::Taux | Calcul::PourCentDossiers => {
            cumul.numerateur = nearest_count(cumul.numerateur);
            cumul.denominateur = nearest_count(below);
        }
        Calcul::Moyenne | Calcul::Somme => {
            cumul.numerateur = two_figures(cumul.numerateur);
            cumul.denominateur = nearest_count(below);
        }
        Calcul::Ratio | Calcul::Rapport => {
            cumul.numerateur = two_figures(cumul.numerateur);
            cumul.denominateur = two_figures(below);
        }
        Calcul::Mediane => blur_measured(cumul),
        // Of what stands over a series, the count alone is somebody's.
        Calcul::Couverture(_) => cumul.numerateur = nearest_count(cumul.numerateur),
        Calcul::ParUnite(_) => cumul.denominateur = nearest_count(below),
    }
}

/// As many measures as the nearest five: those added are like the middle one, those left out the most frequent.
fn blur_measured(cumul: &mut Cumul) {
    let count: u64 = cumul.mesures.values().sum();
    let wanted = nearest(count);
    let middle = cumul.mesures.iter().scan(0, |seen, (mesure, times)| {
        *seen += times;
        Some((*seen, *mesure))
    });
    let middle = middle.filter(|(seen, _)| *seen * 2 >= count).map(|(_, mesure)| mesure).next();
    if let Some(middle) = middle.filter(|_| wanted > count) {
        *cumul.mesures.entry(middle).or_default() += wanted - count;
    }
    for _ in wanted..count {
        let most = cumul.mesures.iter().max_by_key(|(_, times)| **times).map(|(mesure, _)| *mesure);
        if let Some(times) = most.and_then(|most| cumul.mesures.get_mut(&most)) {
            *times -= 1;
        }
    }
    cumul.mesures.retain(|_, times| *times > 0);
}

#[cfg(test)]
mod tests {
    use mallette_domain::essai::Voisine;
    use mallette_domain::resultat::Groupe;
    use proptest::prelude::*;

    use super::*;

    fn counted(structure_id: &str, evalues: u64, anomalies: u64) -> (Arc<Groupe>, Compte) {
        let groupe = Groupe { structure_id: structure_id.to_owned(), ..Groupe::default() };
        (groupe.into(), Compte { evalues, anomalies })
    }

    #[test]
    fn two_trials_that_differ_by_one_person_elsewhere_say_the_same() {
        let tried = |anomalies, communs| {
            let comptes = vec![counted("A", 40, anomalies), counted("B", 40, anomalies)];
            let resultat = ResultatRegle { code: "X".to_owned(), comptes };
            let voisines = vec![Voisine { code: "Y".to_owned(), communs, siens: 33 }];
            let mut essai = Essai { resultat, objets: Vec::new(), voisines };
            blur_trial(&mut essai, |id| id == "A");
            essai
        };
        let (one, other) = (tried(11, 11), tried(12, 12));
        assert_eq!(one.resultat.comptes[1], other.resultat.comptes[1]);
        assert_eq!(one.voisines, other.voisines);
        assert_eq!(one.resultat.comptes[0].1.anomalies, 11, "the own centre is told whole");
        assert_eq!(one.resultat.comptes[1].1, Compte { evalues: 40, anomalies: 10 });
        // Of the own centres only, nothing is rounded.
        let mut own = Essai {
            resultat: ResultatRegle { code: "X".to_owned(), comptes: vec![counted("A", 7, 3)] },
            objets: Vec::new(),
            voisines: vec![Voisine { code: "Y".to_owned(), communs: 3, siens: 33 }],
        };
        let whole = own.clone();
        blur_trial(&mut own, |id| id == "A");
        assert_eq!(own, whole);
    }

    #[test]
    fn sums_keep_two_figures_and_their_sign() {
        let blurred = |sum| two_figures(sum);
        assert_eq!(
            [0.0, 2.0, 3.0, 12_345.67, 1_249.0].map(blurred),
            [0.0, 0.0, 5.0, 12_000.0, 1_300.0]
        );
        assert_eq!(blurred(-1_260.0), -1_300.0);
    }

    proptest! {
        /// Whatever was measured, nothing of it can be counted more finely than by five.
        #[test]
        fn counts_are_multiples_of_five(
            (above, below) in (0_u32..400, 0_u32..400),
            mesures in proptest::collection::btree_map(0_i64..90, 1_u64..9, 0..20),
        ) {
            for calcul in [Calcul::Effectif, Calcul::Taux, Calcul::Moyenne, Calcul::Mediane, Calcul::Ratio] {
                let mut cumul = Cumul {
                    numerateur: f64::from(above),
                    denominateur: f64::from(below),
                    mesures: mesures.clone(),
                    majeure: None,
                };
                blur(&mut cumul, calcul);
                if calcul == Calcul::Mediane {
                    let count: u64 = cumul.mesures.values().sum();
                    prop_assert_eq!(count, nearest(mesures.values().sum()));
                    prop_assert!(cumul.mesures.values().all(|times| *times > 0));
                } else {
                    prop_assert!(cumul.numerateur % 5.0 == 0.0 && cumul.denominateur % 5.0 == 0.0);
                    prop_assert!((cumul.denominateur - f64::from(below)).abs() <= 10.0);
                }
            }
        }
    }
}
