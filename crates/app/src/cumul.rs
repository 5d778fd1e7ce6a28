//! Measures of centres added up to every level, and box plots over groups of centres.
//! Definitions: `reference.md` §4.

use std::collections::BTreeMap;

use mallette_catalogue::{Calcul, Catalogue, Indicateur};
use mallette_domain::resultat::{Cumul, Mesure, Niveau, Rattachement};
use mallette_stats::boxplot::BoxPlot;

/// One figure: an indicator for one key of one level.
#[derive(Debug, Clone, PartialEq)]
pub struct Valeur {
    /// Code of the indicator.
    pub code: String,
    /// The level.
    pub niveau: Niveau,
    /// Centre, région or département code, group name, `centre/conseiller` or `centre/antenne`.
    pub cle: String,
    /// Count or sum above the bar; none for a median.
    pub numerateur: Option<f64>,
    /// Count or sum below the bar, number of measures for a median; none for a count or a sum.
    pub denominateur: Option<f64>,
    /// The figure; none when it cannot be calculated (`nc`).
    pub valeur: Option<f64>,
}

/// A box plot of an indicator over the centres of a group.
#[derive(Debug, Clone, PartialEq)]
pub struct Boite {
    /// Code of the indicator.
    pub code: String,
    /// [`Niveau::GroupePairs`] or [`Niveau::Region`].
    pub niveau: Niveau,
    /// Name of the group, or code of the région.
    pub groupe: String,
    /// The box; none when no centre of the group has a value.
    pub boite: Option<BoxPlot>,
    /// Centres without a value.
    pub nc: usize,
}

/// What a cumul is worth: numerator, denominator, figure.
#[must_use]
pub fn finish(calcul: Calcul, cumul: &Cumul) -> (Option<f64>, Option<f64>, Option<f64>) {
    let (numerateur, denominateur) = (cumul.numerateur, cumul.denominateur);
    let over = |numerateur: f64| (denominateur > 0.0).then(|| numerateur / denominateur);
    match calcul {
        Calcul::Effectif | Calcul::Distinct | Calcul::Somme => {
            (Some(numerateur), None, Some(numerateur))
        }
        Calcul::Mediane => {
            let count: u64 = cumul.mesures.values().sum();
            #[expect(clippy::cast_precision_loss, reason = "a count of rows is far below 2^52")]
            let count = count as f64;
            (None, Some(count), cumul.median())
        }
        Calcul::Taux | Calcul::Moyenne | Calcul::Ratio => {
            (Some(numerateur), Some(denominateur), over(numerateur))
        }
        Calcul::PourCentDossiers => {
            (Some(numerateur), Some(denominateur), over(100.0 * numerateur))
        }
    }
}

/// One [`Valeur`] per indicator, level and key, sorted by code, level and key.
///
/// Every centre of `rattachements` counts: one that has no measure for a count is a zero, since
/// its extract was received.
#[must_use]
pub fn roll_up(
    indicateurs: &[&Indicateur],
    mesures: &[Mesure],
    rattachements: &BTreeMap<String, Rattachement>,
) -> Vec<Valeur> {
    let calculs: BTreeMap<&str, Calcul> = indicateurs
        .iter()
        .map(|indicateur| (indicateur.code.as_str(), indicateur.calcul))
        .collect();
    let mut cumuls: BTreeMap<(&str, Niveau, String), Cumul> = BTreeMap::new();
    for code in calculs.keys() {
        for (structure_id, rattachement) in rattachements {
            for (niveau, cle) in keys_above(structure_id, rattachement) {
                cumuls.entry((*code, niveau, cle)).or_default();
            }
        }
    }
    for mesure in mesures.iter().filter(|mesure| calculs.contains_key(mesure.code.as_str())) {
        let Some(rattachement) = rattachements.get(&mesure.structure_id) else { continue };
        let keys = if mesure.niveau == Niveau::Structure {
            keys_above(&mesure.structure_id, rattachement)
        } else {
            vec![(mesure.niveau, format!("{}/{}", mesure.structure_id, mesure.sous_cle))]
        };
        for (niveau, cle) in keys {
            cumuls.entry((mesure.code.as_str(), niveau, cle)).or_default().merge(&mesure.cumul);
        }
    }
    let valeurs = cumuls.into_iter().filter_map(|((code, niveau, cle), cumul)| {
        let (numerateur, denominateur, valeur) = finish(*calculs.get(code)?, &cumul);
        Some(Valeur { code: code.to_owned(), niveau, cle, numerateur, denominateur, valeur })
    });
    valeurs.collect()
}

/// The keys that a centre's own figure adds up into, the centre itself first.
fn keys_above(structure_id: &str, rattachement: &Rattachement) -> Vec<(Niveau, String)> {
    let mut keys = vec![(Niveau::Structure, structure_id.to_owned())];
    let upper = [
        (Niveau::Departement, &rattachement.departement),
        (Niveau::GroupePairs, &rattachement.groupe_pairs),
        (Niveau::Region, &rattachement.region),
    ];
    keys.extend(upper.into_iter().filter_map(|(niveau, cle)| Some((niveau, cle.clone()?))));
    keys
}

/// The box plots of every indicator over each peer group and each région.
#[must_use]
pub fn boxes(valeurs: &[Valeur], rattachements: &BTreeMap<String, Rattachement>) -> Vec<Boite> {
    let mut groups: BTreeMap<(&str, Niveau, &str), Vec<Option<f64>>> = BTreeMap::new();
    for valeur in valeurs.iter().filter(|valeur| valeur.niveau == Niveau::Structure) {
        let Some(rattachement) = rattachements.get(&valeur.cle) else { continue };
        for (niveau, groupe) in [
            (Niveau::GroupePairs, &rattachement.groupe_pairs),
            (Niveau::Region, &rattachement.region),
        ] {
            if let Some(groupe) = groupe {
                groups.entry((&valeur.code, niveau, groupe)).or_default().push(valeur.valeur);
            }
        }
    }
    let boxes = groups.into_iter().map(|((code, niveau, groupe), values)| Boite {
        code: code.to_owned(),
        niveau,
        groupe: groupe.to_owned(),
        nc: values.iter().filter(|value| value.is_none()).count(),
        boite: BoxPlot::new(&values),
    });
    boxes.collect()
}

/// The indicators of the catalogue, or the one of that code.
#[must_use]
pub fn chosen<'a>(catalogue: &'a Catalogue, code: Option<&str>) -> Vec<&'a Indicateur> {
    let all = catalogue.indicateurs.iter();
    all.filter(|indicateur| code.is_none_or(|code| code == indicateur.code)).collect()
}
