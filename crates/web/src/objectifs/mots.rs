//! Targets, pace and end of the year, in French.

use mallette_app::objectifs::PorteeObjectif;
use mallette_app::objectifs::suivi::{Fin, Methode, Raison, Rythme, Suivi};
use mallette_app::port::Part;
use mallette_catalogue::{Calcul, Sens};

use crate::format::{compte, nombre, pourcent};
use crate::indicateurs::chiffres::{rows, unite};

/// Whose target it is.
pub(super) fn portee(portee: PorteeObjectif) -> &'static str {
    match portee {
        PorteeObjectif::Reseau => "fixé au centre",
        PorteeObjectif::Interne => "interne au centre",
    }
}

/// Whether it is reached: « atteint », « manque 4,2 points ».
pub(super) fn distance(suivi: &Suivi<'_>) -> String {
    let Some(gap) = suivi.distance() else { return String::new() };
    let words = unite(suivi.indicateur).write_gap(gap);
    match suivi.atteint {
        Some(true) => format!("atteint ({words})"),
        _ => format!("non atteint ({words})"),
    }
}

/// What is left to be done.
pub(super) fn pace(suivi: &Suivi<'_>) -> String {
    let unite = unite(suivi.indicateur);
    match suivi.rythme {
        None => String::new(),
        Some(Rythme::ParMois { fait, requis, mois }) => format!(
            "{} par mois pendant {} mois ({} par mois jusqu'ici)",
            decimals(suivi, requis),
            nombre(mois, 1),
            decimals(suivi, fait),
        ),
        Some(Rythme::Taux { requis, attendus }) => {
            let expected = whole(attendus);
            let expected = rows(suivi.indicateur, Part::Denominateur, expected);
            let down = suivi.indicateur.sens == Sens::Bas;
            if !(0.0..=1.0).contains(&requis) {
                let end = if requis > 1.0 { "tous" } else { "aucun" };
                format!(
                    "hors de portée\u{a0}: {end} des {expected} attendus d'ici la fin de l'année n'y suffirait pas"
                )
            } else if down {
                format!(
                    "{} au plus des {expected} attendus d'ici la fin de l'année",
                    unite.write(requis)
                )
            } else {
                format!("{} des {expected} attendus d'ici la fin de l'année", unite.write(requis))
            }
        }
    }
}

fn decimals(suivi: &Suivi<'_>, value: f64) -> String {
    match suivi.indicateur.calcul {
        Calcul::Somme => unite(suivi.indicateur).write(value),
        _ => nombre(value, 1),
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a number of events to come, above zero and far below 2^52"
)]
fn whole(count: f64) -> u64 {
    count.max(0.0).round() as u64
}

/// Where the year would end, with its interval; why it is not told.
pub(super) fn end(suivi: &Suivi<'_>) -> String {
    let unite = unite(suivi.indicateur);
    match suivi.fin {
        Fin::Finie => "année finie".to_owned(),
        Fin::Prevue(end, methode) => format!(
            "{} (de {} à {}), {}",
            unite.write(round(suivi, end.milieu)),
            unite.write(round(suivi, end.bas)),
            unite.write(round(suivi, end.haut)),
            method(methode)
        ),
        Fin::Rythme(end, methode) => {
            format!("{} au même rythme, {}, sans intervalle", unite.write(end), method(methode))
        }
        Fin::Non(raison) => reason(raison).to_owned(),
    }
}

fn round(suivi: &Suivi<'_>, value: f64) -> f64 {
    if suivi.indicateur.calcul == Calcul::Taux { value } else { value.round() }
}

fn method(methode: Methode) -> String {
    match methode {
        Methode::Saison(part) => {
            format!("{} de l'année passés à cette date l'an dernier", pourcent(part))
        }
        Methode::Jours(part) => format!("{} des jours de l'année passés", pourcent(part)),
    }
}

fn reason(raison: Raison) -> &'static str {
    match raison {
        Raison::NonRecu => "…",
        Raison::PasCommencee => "année pas encore commencée",
        Raison::Mesure => "se mesure au jour de l'extraction, ou n'est pas un comptage",
        Raison::NonAdditif => "les mois ne s'additionnent pas en une année",
        Raison::Serie => "il se rapporte à une série annuelle, qui n'a pas de mois",
        Raison::TropPeu => "trop peu d'événements, ou trop tôt",
        Raison::Secret => "au secret (s)",
    }
}

/// Where targets stand, in a sentence or two: how many are reached, how many would be.
pub(super) fn finding(suivis: &[Suivi<'_>], annee: i16) -> String {
    let count = |wanted: &dyn Fn(&Suivi<'_>) -> bool| {
        u64::try_from(suivis.iter().filter(|suivi| wanted(suivi)).count()).unwrap_or(u64::MAX)
    };
    let known = [
        (count(&|suivi| suivi.atteint == Some(true)), "est atteint", "sont atteints"),
        (count(&|suivi| suivi.atteint == Some(false)), "n'est pas atteint", "ne sont pas atteints"),
        (count(&|suivi| suivi.atteint.is_none()), "n'a pas de chiffre", "n'ont pas de chiffre"),
    ];
    let seen = |outlook: Perspective| count(&|suivi| perspective(suivi) == Some(outlook));
    let to_come = [
        (seen(Perspective::Depasse), "serait dépassé", "seraient dépassés"),
        (seen(Perspective::Manque), "serait manqué", "seraient manqués"),
        (seen(Perspective::Indecis), "reste indécis", "restent indécis"),
    ];
    let list = |parts: [(u64, &str, &str); 3]| {
        let told = parts.into_iter().filter(|(count, ..)| *count > 0);
        let told: Vec<String> = told.map(|(count, one, many)| compte(count, one, many)).collect();
        told.join(", ")
    };
    let all = u64::try_from(suivis.len()).unwrap_or(u64::MAX);
    let first =
        format!("Sur {} de {annee}, {}.", compte(all, "objectif", "objectifs"), list(known));
    match list(to_come) {
        none if none.is_empty() => first,
        told => format!("{first} Si le reste de l'année ressemble à son début, {told}."),
    }
}

/// Where a target lies beside the interval of the end of the year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Perspective {
    Depasse,
    Manque,
    Indecis,
}

/// None where the end of the year is not told with an interval.
fn perspective(suivi: &Suivi<'_>) -> Option<Perspective> {
    let Fin::Prevue(end, _) = suivi.fin else { return None };
    let better_high = suivi.indicateur.sens != Sens::Bas;
    let cible = suivi.cible;
    Some(match (cible < end.bas, cible > end.haut, better_high) {
        (true, _, true) | (_, true, false) => Perspective::Depasse,
        (_, true, true) | (true, _, false) => Perspective::Manque,
        _ => Perspective::Indecis,
    })
}

/// Where the target lies beside the interval: said in words, never by colour alone.
pub(super) fn outlook(suivi: &Suivi<'_>) -> &'static str {
    match perspective(suivi) {
        None => "",
        Some(Perspective::Depasse) => "l'objectif serait dépassé",
        Some(Perspective::Manque) => "l'objectif serait manqué à ce rythme",
        Some(Perspective::Indecis) => "l'objectif est dans l'intervalle",
    }
}
