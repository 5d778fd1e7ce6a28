//! Measures of centres added up to every level, and box plots over groups of centres.
//! Definitions: `reference.md` §4.

use std::collections::BTreeMap;

use mallette_catalogue::{Calcul, Catalogue, Indicateur};
use mallette_domain::resultat::{Cumul, Mesure, Niveau, Rattachement};
use mallette_stats::boxplot::BoxPlot;

use crate::lecture::indicateurs::membres::{RESEAU, has_several};

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
    /// The figure; none when it cannot be calculated (`nc`), or when nothing was received.
    pub valeur: Option<f64>,
    /// Centres that sent what the figure needs: without any it is not received (`…`).
    pub centres: usize,
}

/// A box plot of an indicator over the centres of a group.
#[derive(Debug, Clone, PartialEq)]
pub struct Boite {
    /// Code of the indicator.
    pub code: String,
    /// [`Niveau::GroupePairs`], [`Niveau::Region`] or [`Niveau::Reseau`].
    pub niveau: Niveau,
    /// Name of the group, code of the région, or [`RESEAU`].
    pub groupe: String,
    /// The box; none when no centre of the group has a value.
    pub boite: Option<BoxPlot>,
    /// Centres whose value cannot be calculated; those that did not send what it needs are neither
    /// here nor in the box.
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
        Calcul::Taux | Calcul::Moyenne | Calcul::Ratio | Calcul::Rapport => {
            (Some(numerateur), Some(denominateur), over(numerateur))
        }
        Calcul::PourCentDossiers => {
            (Some(numerateur), Some(denominateur), over(100.0 * numerateur))
        }
        Calcul::Couverture(pour) | Calcul::ParUnite(pour) => {
            (Some(numerateur), Some(denominateur), over(f64::from(pour) * numerateur))
        }
    }
}

/// One [`Valeur`] per indicator, level and key, sorted by code, level and key.
///
/// Every centre of `rattachements` for which `recu` holds counts: one that has no measure for a
/// count is a zero, since what the count needs was received. Another one has no figure, and the
/// levels above add up those that have one.
#[must_use]
pub fn roll_up(
    indicateurs: &[&Indicateur],
    mesures: &[Mesure],
    rattachements: &BTreeMap<String, Rattachement>,
    recu: impl Fn(&Indicateur, &str) -> bool,
) -> Vec<Valeur> {
    let known: BTreeMap<&str, &Indicateur> =
        indicateurs.iter().map(|indicateur| (indicateur.code.as_str(), *indicateur)).collect();
    let mut cumuls: BTreeMap<(&str, Niveau, String), (Cumul, usize)> = BTreeMap::new();
    for (code, indicateur) in &known {
        for (structure_id, rattachement) in rattachements {
            let counted = usize::from(recu(indicateur, structure_id));
            for (niveau, cle) in keys_above(structure_id, rattachement) {
                cumuls.entry((*code, niveau, cle)).or_default().1 += counted;
            }
        }
    }
    for mesure in mesures {
        let Some(indicateur) = known.get(mesure.code.as_str()) else { continue };
        let Some(rattachement) = rattachements.get(&mesure.structure_id) else { continue };
        if !recu(indicateur, &mesure.structure_id) {
            continue;
        }
        if mesure.niveau == Niveau::Structure {
            for (niveau, cle) in keys_above(&mesure.structure_id, rattachement) {
                cumuls.entry((&mesure.code, niveau, cle)).or_default().0.merge(&mesure.cumul);
            }
        } else {
            let cle = format!("{}/{}", mesure.structure_id, mesure.sous_cle);
            let (sum, centres) = cumuls.entry((&mesure.code, mesure.niveau, cle)).or_default();
            sum.merge(&mesure.cumul);
            *centres = 1;
        }
    }
    let valeurs = cumuls.into_iter().filter_map(|((code, niveau, cle), (cumul, centres))| {
        let calcul = known.get(code)?.calcul;
        let (numerateur, denominateur, valeur) =
            if centres > 0 { finish(calcul, &cumul) } else { (None, None, None) };
        let code = code.to_owned();
        Some(Valeur { code, niveau, cle, numerateur, denominateur, valeur, centres })
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

/// The box plots of every indicator over each peer group and each région; where there are several régions, over the
/// whole network too, in which centres of a région that is too small are compared.
#[must_use]
pub fn boxes(valeurs: &[Valeur], rattachements: &BTreeMap<String, Rattachement>) -> Vec<Boite> {
    let mut groups: BTreeMap<(&str, Niveau, &str), Vec<Option<f64>>> = BTreeMap::new();
    let regions = rattachements.values().filter_map(|own| own.region.as_deref());
    let network = has_several(regions).then_some(RESEAU);
    let received = |valeur: &&Valeur| valeur.niveau == Niveau::Structure && valeur.centres > 0;
    for valeur in valeurs.iter().filter(received) {
        let Some(rattachement) = rattachements.get(&valeur.cle) else { continue };
        for (niveau, groupe) in [
            (Niveau::GroupePairs, rattachement.groupe_pairs.as_deref()),
            (Niveau::Region, rattachement.region.as_deref()),
            (Niveau::Reseau, network),
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
