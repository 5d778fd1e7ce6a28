//! Series, groups and their soundness in words.

use mallette_app::contexte::proposition::{Proposition, Trait};

use crate::format::{compte, nombre, pourcent};

/// A value of a series: as few decimals as tell it.
pub(crate) fn valeur(value: f64) -> String {
    let decimals = [0, 1, 2].into_iter().find(|decimals| {
        let scale = 10_f64.powi(*decimals);
        ((value * scale).round() / scale - value).abs() < 1e-9
    });
    nombre(value, usize::try_from(decimals.unwrap_or(3)).unwrap_or(3))
}

/// How clear a separation is (Kaufman and Rousseeuw, 1990).
pub(crate) fn separation(silhouette: f64) -> &'static str {
    match silhouette {
        s if s > 0.70 => "groupes très nets",
        s if s > 0.50 => "groupes nets",
        s if s > 0.25 => "groupes qui se touchent",
        _ => "pas de vrais groupes : la coupe est une convention",
    }
}

/// How sure the group of a centre is.
pub(crate) fn fidelity(share: f64) -> &'static str {
    match share {
        s if s >= 0.9 => "sûr",
        s if s >= 0.6 => "assez sûr",
        _ => "à la frontière de deux groupes",
    }
}

/// What sets a group apart: « Taux de chômage au-dessus (+1,4) ».
pub(crate) fn traits(traits: &[Trait]) -> String {
    let told = traits.iter().map(|told| {
        let side = if told.ecart > 0.0 { "au-dessus" } else { "au-dessous" };
        let sign = if told.ecart > 0.0 { "+" } else { "−" };
        format!("{} {side} ({sign}{})", told.libelle, nombre(told.ecart.abs(), 1))
    });
    let told: Vec<String> = told.collect();
    told.join(" ; ")
}

/// Why that number of groups, in a sentence.
pub(super) fn why(proposition: &Proposition) -> String {
    let chosen = proposition.silhouette();
    let words = separation(chosen);
    match proposition.proposee {
        Some(best) if best.groupes == proposition.groupes => format!(
            "{} groupes : de tous les nombres qui laissent au moins cinq centres par groupe, c'est \
             celui où chaque centre ressemble le plus à son groupe et le moins aux autres (silhouette \
             {}, {words}).",
            best.groupes,
            nombre(chosen, 2)
        ),
        Some(best) => format!(
            "{} groupes, à votre choix (silhouette {}, {words}) ; le calcul en propose {} (silhouette {}).",
            proposition.groupes,
            nombre(chosen, 2),
            best.groupes,
            nombre(best.silhouette, 2)
        ),
        None => format!(
            "{} groupes (silhouette {}, {words}). Aucun nombre de groupes ne laisse au moins cinq \
             centres dans chacun : rien n'est proposé, et un groupe de moins de cinq centres se compare à \
             la région.",
            proposition.groupes,
            nombre(chosen, 2)
        ),
    }
}

/// How well the groups stand without one variable, or one centre.
pub(super) fn stability(proposition: &Proposition) -> String {
    let mean = format!(
        "Le calcul refait sans chaque variable, puis sans chaque centre, donne des groupes qui concordent à \
         {} en moyenne avec ceux-ci (100 % : les mêmes ; 0 % : le hasard).",
        pourcent(proposition.agreement().max(0.0))
    );
    let worst = proposition.weakest().map(|(libelle, left)| {
        format!(" C'est sans « {libelle} » qu'ils changent le plus ({}).", pourcent(left.max(0.0)))
    });
    let edge = proposition.stabilite.fidelite.iter().filter(|share| **share < 0.6).count();
    let edge = match u64::try_from(edge).unwrap_or(u64::MAX) {
        0 => " Aucun centre n'est à la frontière de deux groupes.".to_owned(),
        count => format!(
            " {} à la frontière de deux groupes.",
            compte(count, "centre est", "centres sont")
        ),
    };
    format!("{mean}{}{edge}", worst.unwrap_or_default())
}
