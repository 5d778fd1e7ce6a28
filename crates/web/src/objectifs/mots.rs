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

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use mallette_app::lecture::indicateurs::chiffre::Chiffre;
    use mallette_app::objectifs::suivi::reaches;
    use mallette_app::objectifs::{CleObjectif, Objectif};
    use mallette_catalogue::Catalogue;
    use mallette_domain::resultat::Cumul;
    use mallette_stats::atterrissage::Fourchette;

    use super::*;

    /// A target of 2019 for an indicator, its figure and where the year would end.
    fn suivi<'a>(
        catalogue: &'a Catalogue,
        (code, cible): (&str, f64),
        sides: Option<(f64, f64)>,
        fin: Fin,
    ) -> Suivi<'a> {
        let indicateur = catalogue.indicateurs.iter().find(|known| known.code == code).unwrap();
        let chiffre = sides.map(|(numerateur, denominateur)| {
            let cumul = Cumul { numerateur, denominateur, ..Cumul::default() };
            Chiffre::new(indicateur.calcul, &cumul)
        });
        let valeur = chiffre.and_then(|chiffre| chiffre.valeur);
        Suivi {
            objectif: Objectif {
                cle: CleObjectif {
                    structure_id: "A".to_owned(),
                    indicateur: code.to_owned(),
                    annee: 2019,
                    portee: PorteeObjectif::Reseau,
                },
                version: 1,
                valeur: Some(1),
                par: "p1".to_owned(),
                le: Timestamp::UNIX_EPOCH,
            },
            indicateur,
            cible,
            extraction: Some(jiff::civil::date(2019, 6, 30)),
            chiffre,
            atteint: valeur.map(|valeur| reaches(indicateur.sens, valeur, cible)),
            fin,
            rythme: None,
        }
    }

    fn ends(bas: f64, milieu: f64, haut: f64) -> Fin {
        Fin::Prevue(Fourchette { bas, milieu, haut }, Methode::Saison(0.48))
    }

    fn plain(text: &str) -> String {
        text.replace(['\u{a0}', '\u{202f}'], " ")
    }

    #[test]
    fn a_target_beyond_the_interval_is_missed_or_passed_as_its_direction_says() {
        let catalogue = Catalogue::builtin().unwrap();
        let told = |code: &str, cible: f64| {
            outlook(&suivi(&catalogue, (code, cible), Some((90.0, 300.0)), ends(0.25, 0.3, 0.35)))
        };
        // PAC-P aims up, DIA-D aims down.
        assert_eq!(told("PAC-P", 0.2), "l'objectif serait dépassé");
        assert_eq!(told("PAC-P", 0.4), "l'objectif serait manqué à ce rythme");
        assert_eq!(told("PAC-P", 0.3), "l'objectif est dans l'intervalle");
        let down = catalogue.indicateurs.iter().find(|known| known.sens == Sens::Bas).unwrap();
        assert_eq!(told(&down.code, 0.2), "l'objectif serait manqué à ce rythme");
        assert_eq!(told(&down.code, 0.4), "l'objectif serait dépassé");
        // At the end of the interval it is still in it.
        assert_eq!(told("PAC-P", 0.35), "l'objectif est dans l'intervalle");
        let silent = suivi(&catalogue, ("PAC-P", 0.2), None, Fin::Non(Raison::TropPeu));
        assert_eq!(outlook(&silent), "");
    }

    #[test]
    fn the_end_of_the_year_has_its_interval_and_its_method() {
        let catalogue = Catalogue::builtin().unwrap();
        let told = |code: &str, fin| {
            plain(&end(&suivi(&catalogue, (code, 0.4), Some((90.0, 300.0)), fin)))
        };
        assert_eq!(
            told("PAC-P", ends(0.25, 0.3, 0.351)),
            "30,0 % (de 25,0 % à 35,1 %), 48,0 % de l'année passés à cette date l'an dernier"
        );
        let days = Fin::Prevue(
            Fourchette { bas: 219.6, milieu: 242.4, haut: 1266.0 },
            Methode::Jours(0.5),
        );
        assert_eq!(
            told("ACC-N", days),
            "242 (de 220 à 1 266), 50,0 % des jours de l'année passés",
            "a count is whole"
        );
        let amount = told("ALL-P", Fin::Rythme(1000.0, Methode::Jours(0.5)));
        assert!(
            amount.contains("au même rythme") && amount.ends_with("sans intervalle"),
            "{amount}"
        );
        for (fin, words) in [
            (Fin::Finie, "année finie"),
            (Fin::Non(Raison::NonRecu), "…"),
            (Fin::Non(Raison::PasCommencee), "année pas encore commencée"),
            (Fin::Non(Raison::NonAdditif), "les mois ne s'additionnent pas en une année"),
            (Fin::Non(Raison::TropPeu), "trop peu d'événements, ou trop tôt"),
            (Fin::Non(Raison::Secret), "au secret (s)"),
        ] {
            assert_eq!(told("PAC-P", fin), words);
        }
    }

    #[test]
    fn the_pace_says_what_it_takes_or_that_nothing_would() {
        let catalogue = Catalogue::builtin().unwrap();
        let told = |code: &str, rythme| {
            let base = suivi(&catalogue, (code, 0.4), Some((90.0, 300.0)), ends(0.2, 0.3, 0.4));
            plain(&pace(&Suivi { rythme: Some(rythme), ..base }))
        };
        assert_eq!(
            told("ACC-N", Rythme::ParMois { fait: 20.04, requis: 29.76, mois: 6.05 }),
            "29,8 par mois pendant 6,1 mois (20,0 par mois jusqu'ici)"
        );
        let rate = |requis| Rythme::Taux { requis, attendus: 440.4 };
        assert_eq!(
            told("PAC-P", rate(0.6545)),
            "65,5 % des 440 parcours attendus d'ici la fin de l'année"
        );
        assert_eq!(
            told("PAC-P", rate(1.01)),
            "hors de portée : tous des 440 parcours attendus d'ici la fin de l'année n'y suffirait pas"
        );
    }

    #[test]
    fn a_sentence_counts_what_is_reached_and_what_would_be() {
        let catalogue = Catalogue::builtin().unwrap();
        let one = |cible: f64, sides, fin| suivi(&catalogue, ("PAC-P", cible), sides, fin);
        let half = ends(0.25, 0.3, 0.35);
        let now = Some((90.0, 300.0));
        let all = [
            one(0.2, now, half),
            one(0.4, now, half),
            one(0.5, now, half),
            one(0.31, now, half),
            one(0.3, None, Fin::Non(Raison::NonRecu)),
        ];
        assert_eq!(
            plain(&finding(&all, 2019)),
            "Sur 5 objectifs de 2019, 1 est atteint, 3 ne sont pas atteints, 1 n'a pas de chiffre. Si le reste \
             de l'année ressemble à son début, 1 serait dépassé, 2 seraient manqués, 1 reste indécis."
        );
        assert_eq!(
            plain(&finding(&all[4..], 2019)),
            "Sur 1 objectif de 2019, 1 n'a pas de chiffre.",
            "nothing is said of a year whose end is not told"
        );
        assert_eq!(distance(&all[0]).replace('\u{a0}', " "), "atteint (+10,0 points)");
        assert_eq!(distance(&all[1]).replace('\u{a0}', " "), "non atteint (−10,0 points)");
        assert_eq!(distance(&all[4]), "");
    }
}
