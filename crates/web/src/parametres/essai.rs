//! What another value would change, as the page shows it.

use mallette_app::etat::Etat;
use mallette_app::lecture::reseau;
use mallette_app::parametres::essai::{Effet, is_rounded};
use mallette_catalogue::Calcul;
use mallette_domain::resultat::Compte;

use crate::format::{ecart, entier, nombre, pourcent};
use crate::mots;

/// Before and after, by centre.
pub(super) struct Essai {
    /// What was tried, and what it gives in all.
    pub(super) constat: String,
    /// That counts are rounded, when they are.
    pub(super) arrondi: Option<&'static str>,
    /// What the table says.
    pub(super) legende: String,
    /// Name, before, after, difference.
    pub(super) lignes: Vec<(String, String, String, String)>,
}

fn signed(before: u64, after: u64) -> i64 {
    let count = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
    count(after) - count(before)
}

/// A figure in its own form; « nc » when it cannot be calculated.
fn figure(calcul: Calcul, value: Option<f64>) -> String {
    match value {
        None => "nc".to_owned(),
        Some(value) if matches!(calcul, Calcul::Taux | Calcul::Ratio) => pourcent(value),
        Some(value) => nombre(value, 1),
    }
}

impl Essai {
    /// What a value, told with its unit, would change.
    pub(super) fn new(
        etat: &Etat,
        (code, told): (&str, &str),
        calcul: Option<Calcul>,
        effet: &Effet,
    ) -> Self {
        let arrondi = is_rounded(etat, code).then_some(mots::ARRONDI);
        match effet {
            Effet::Regle(centres) => {
                let sum = |side: usize| {
                    let counts = centres.values().filter_map(|pair| pair.get(side));
                    counts.fold(Compte::default(), |mut sum, own| {
                        sum += *own;
                        sum
                    })
                };
                let (before, after) = (sum(0), sum(1));
                let change = signed(before.anomalies, after.anomalies);
                let mut lignes: Vec<_> = centres
                    .iter()
                    .map(|(id, [before, after])| {
                        (
                            reseau::nom(etat, id).to_owned(),
                            entier(before.anomalies),
                            entier(after.anomalies),
                            ecart(signed(before.anomalies, after.anomalies)),
                        )
                    })
                    .collect();
                lignes.sort();
                Self {
                    constat: format!(
                        "Avec {told} : {} retenus au lieu de {} ({}), sur {} évalués au lieu de {}, dans les \
                         extractions du moment. Rien n'est enregistré.",
                        entier(after.anomalies),
                        entier(before.anomalies),
                        ecart(change),
                        entier(after.evalues),
                        entier(before.evalues),
                    ),
                    arrondi,
                    legende: "Objets retenus, avant et après".to_owned(),
                    lignes,
                }
            }
            Effet::Indicateur { periode, region: [before, after], centres } => {
                let calcul = calcul.unwrap_or(Calcul::Effectif);
                let shown = |value: &Option<f64>| figure(calcul, *value);
                let mut lignes: Vec<_> = centres
                    .iter()
                    .map(|(id, [before, after])| {
                        let name = reseau::nom(etat, id).to_owned();
                        (name, shown(before), shown(after), String::new())
                    })
                    .collect();
                lignes.sort();
                Self {
                    constat: format!(
                        "Avec {told}, pour le réseau en {} : {} au lieu de {}. Rien n'est enregistré.",
                        periode.debut.year(),
                        shown(after),
                        shown(before),
                    ),
                    arrondi,
                    legende: "Le chiffre, avant et après".to_owned(),
                    lignes,
                }
            }
        }
    }
}
