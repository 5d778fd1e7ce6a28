//! An indicator made of two others: above its bar what the first is worth, below it what the second is
//! worth, level by level.

use std::collections::BTreeMap;

use mallette_catalogue::{Indicateur, Rapport};
use mallette_domain::resultat::{Cumul, Mesure, Niveau};

/// What it measures at every level that one of its parts has; none when a part was not measured.
pub(super) fn measure(
    indicateur: &Indicateur,
    rapport: &Rapport,
    part: impl Fn(&str) -> Option<Vec<Mesure>>,
) -> Option<Vec<Mesure>> {
    let (above, below) = (part(&rapport.numerateur)?, part(&rapport.denominateur)?);
    let mut levels: BTreeMap<(String, Niveau, String), Cumul> = BTreeMap::new();
    // Counts and sums alone are parts: what they are worth stands above their own bar.
    for mesure in above {
        let key = (mesure.structure_id, mesure.niveau, mesure.sous_cle);
        let cumul = levels.entry(key).or_default();
        cumul.numerateur = mesure.cumul.numerateur;
        cumul.majeure = mesure.cumul.majeure;
    }
    for mesure in below {
        let key = (mesure.structure_id, mesure.niveau, mesure.sous_cle);
        levels.entry(key).or_default().denominateur = mesure.cumul.numerateur;
    }
    let mesures = levels.into_iter().map(|((structure_id, niveau, sous_cle), cumul)| Mesure {
        code: indicateur.code.clone(),
        niveau,
        structure_id,
        sous_cle,
        cumul,
    });
    Some(mesures.collect())
}
