//! Targets, pace and end of the year, in French.

use mallette_app::objectifs::suivi::{Fin, Methode, Raison, Rythme, Suivi};
use mallette_app::objectifs::{Objectif, PorteeObjectif};
use mallette_app::port::Part;
use mallette_catalogue::{Calcul, Sens};

use super::constat::{Position, outcome};
use crate::format::{jour, local_day, nombre, pourcent};
use crate::indicateurs::chiffres::{rows, unite};

/// Whose target it is.
pub(super) fn portee(portee: PorteeObjectif) -> &'static str {
    match portee {
        PorteeObjectif::Reseau => "fixé au centre",
        PorteeObjectif::Interne => "interne au centre",
    }
}

/// Whose it is, and since when: « fixé au centre le 12/03/2019 ».
pub(super) fn since(objectif: &Objectif) -> String {
    format!("{} le {}", portee(objectif.cle.portee), jour(local_day(objectif.le)))
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
        Some(Rythme::EnTout { reste, mois }) => in_all(suivi, reste, mois),
        Some(Rythme::Taux { requis, attendus }) => {
            let expected = whole(attendus);
            let expected = rows(suivi.parmi, Part::Denominateur, expected);
            let down = suivi.indicateur.sens == Sens::Bas;
            if !(0.0..=1.0).contains(&requis) {
                let most = unite.write(if requis > 1.0 { 1.0 } else { 0.0 });
                format!(
                    "hors de portée, même à {most} des {expected} à prévoir d'ici la fin de l'année"
                )
            } else {
                let most = if down { " au plus" } else { "" };
                let rate = unite.write(requis);
                format!("{rate}{most} des {expected} à prévoir d'ici la fin de l'année")
            }
        }
    }
}

/// « 22 anomalies de moins d'ici la fin de l'année, à nombre de dossiers actifs inchangé, soit 3,6 par mois ».
fn in_all(suivi: &Suivi<'_>, reste: f64, mois: f64) -> String {
    let part = match suivi.compte.calcul {
        Calcul::Effectif => Part::Denominateur,
        _ => Part::Numerateur,
    };
    let side = if reste < 0.0 { "de moins" } else { "de plus" };
    let unchanged = match suivi.indicateur.calcul {
        Calcul::PourCentDossiers => ", à nombre de dossiers actifs inchangé",
        Calcul::Rapport => ", dénominateur inchangé",
        _ => "",
    };
    let told = format!(
        "{} {side} d'ici la fin de l'année{unchanged}",
        rows(suivi.compte, part, whole(reste.abs()))
    );
    // Of a month or less there is no pace.
    match mois > 1.0 {
        true => format!("{told}, soit {} par mois", nombre(reste.abs() / mois, 1)),
        false => told,
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
    if suivi.indicateur.is_share() { value } else { value.round() }
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

/// Where the target lies beside the interval: said in words, never by colour alone.
pub(super) fn outlook(suivi: &Suivi<'_>) -> &'static str {
    match outcome(suivi) {
        Some(Position::Depasse) => "l'objectif serait dépassé",
        Some(Position::Manque) => "l'objectif serait manqué à ce rythme",
        Some(_) => "l'objectif est dans l'intervalle",
        None => "",
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use jiff::civil::date;
    use mallette_app::lecture::indicateurs::chiffre::Chiffre;
    use mallette_app::objectifs::CleObjectif;
    use mallette_catalogue::{Catalogue, Indicateur};
    use mallette_domain::resultat::Cumul;
    use mallette_stats::atterrissage::Fourchette;

    use super::super::constat::finding;
    use super::*;

    /// A target of an indicator, the figure in so many rows, what its year would be.
    fn suivi<'a>(
        catalogue: &'a Catalogue,
        (code, cible): (&str, f64),
        (numerateur, denominateur): (f64, f64),
        (fin, rythme): (Fin, Option<Rythme>),
    ) -> Suivi<'a> {
        let indicateur = catalogue.indicateurs.iter().find(|known| known.code == code).unwrap();
        let cumul = Cumul { numerateur, denominateur, ..Cumul::default() };
        let chiffre = Chiffre::new(indicateur.calcul, &cumul);
        let low = indicateur.sens == Sens::Bas;
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
            compte: mallette_app::et_si::counted(catalogue, indicateur),
            parmi: match &indicateur.rapport {
                None => indicateur,
                Some(made) => {
                    let below = |known: &&Indicateur| known.code == made.denominateur;
                    catalogue.indicateurs.iter().find(below).unwrap()
                }
            },
            cible,
            extraction: Some(date(2019, 9, 30)),
            atteint: chiffre.valeur.map(|own| if low { own <= cible } else { own >= cible }),
            chiffre: Some(chiffre),
            fin,
            rythme,
        }
    }

    fn between(bas: f64, milieu: f64, haut: f64) -> (Fin, Option<Rythme>) {
        (Fin::Prevue(Fourchette { bas, milieu, haut }, Methode::Saison(0.75)), None)
    }

    fn plain(text: &str) -> String {
        text.replace(['\u{a0}', '\u{202f}'], " ")
    }

    #[test]
    fn what_is_left_to_be_done_is_a_phrase() {
        let catalogue = Catalogue::builtin().unwrap();
        let told = |asked, rows, rythme| {
            let fin = Fin::Non(Raison::Mesure);
            plain(&pace(&suivi(&catalogue, asked, rows, (fin, Some(rythme)))))
        };
        let month = Rythme::ParMois { fait: 20.18, requis: 29.78, mois: 6.045 };
        assert_eq!(
            told(("PAC-E", 300.0), (120.0, 0.0), month),
            "29,8 par mois pendant 6,0 mois (20,2 par mois jusqu'ici)"
        );
        let rate = |requis| Rythme::Taux { requis, attendus: 440.2 };
        let positive = |requis| told(("PAC-P", 0.6), (120.0, 240.0), rate(requis));
        assert_eq!(positive(0.6545), "65,5 % des 440 parcours à prévoir d'ici la fin de l'année");
        assert_eq!(
            positive(1.2),
            "hors de portée, même à 100,0 % des 440 parcours à prévoir d'ici la fin de l'année"
        );
        // Lower is better: none of those to come would bring it down enough.
        let rejected = |requis| told(("ALL-R", 0.05), (40.0, 400.0), rate(requis));
        assert!(rejected(-0.1).starts_with("hors de portée, même à 0,0 % des 440 allocations"));
        assert!(
            rejected(0.02).starts_with("2,0 % au plus des 440 allocations"),
            "{}",
            rejected(0.02)
        );
        let all = |reste, mois| Rythme::EnTout { reste, mois };
        assert_eq!(
            told(("QUA-H", 10.0), (43.0, 210.0), all(-22.0, 6.0)),
            "22 anomalies de moins d'ici la fin de l'année, à nombre de dossiers actifs inchangé, soit 3,7 par \
             mois"
        );
        assert_eq!(
            told(("ACC-J", 60.0), (40.0, 0.0), all(1.0, 0.5)),
            "1 jeune de plus d'ici la fin de l'année"
        );
        assert_eq!(
            told(("RAT-7", 3.5), (300.0, 100.0), all(50.0, 5.0)),
            "50 évènements de plus d'ici la fin de l'année, dénominateur inchangé, soit 10,0 par mois"
        );
        // P7 counts young people on both sides of the bar.
        assert_eq!(
            told(("LEV-P", 0.6), (120.0, 240.0), rate(0.6545)),
            "65,5 % des 440 jeunes à prévoir d'ici la fin de l'année"
        );
        let none = suivi(&catalogue, ("PAC-E", 300.0), (120.0, 0.0), (Fin::Finie, None));
        assert_eq!(pace(&none), "");
    }

    #[test]
    fn the_end_of_the_year_is_told_with_its_interval_and_its_method() {
        let catalogue = Catalogue::builtin().unwrap();
        let told = |asked, rows, fin| plain(&end(&suivi(&catalogue, asked, rows, (fin, None))));
        let entries = ("PAC-E", 300.0);
        assert_eq!(
            told(entries, (225.0, 0.0), between(270.4, 300.4, 330.6).0),
            "300 (de 270 à 331), 75,0 % de l'année passés à cette date l'an dernier"
        );
        // A share made of two counts is written as a rate is.
        assert_eq!(
            told(("LEV-P", 0.6), (120.0, 240.0), between(0.4412, 0.5, 0.5588).0),
            "50,0 % (de 44,1 % à 55,9 %), 75,0 % de l'année passés à cette date l'an dernier"
        );
        let by_days = Fin::Rythme(1_000.0, Methode::Jours(0.5));
        assert_eq!(
            told(("ALL-P", 900.0), (500.0, 5.0), by_days),
            "1 000 € au même rythme, 50,0 % des jours de l'année passés, sans intervalle"
        );
        assert_eq!(told(entries, (225.0, 0.0), Fin::Finie), "année finie");
        assert_eq!(told(entries, (225.0, 0.0), Fin::Non(Raison::NonRecu)), "…");
        assert_eq!(told(entries, (225.0, 0.0), Fin::Non(Raison::Secret)), "au secret (s)");
    }

    #[test]
    fn a_target_is_exceeded_missed_or_within_the_interval_on_the_side_that_is_better() {
        let catalogue = Catalogue::builtin().unwrap();
        let told =
            |code, cible, fin| outlook(&suivi(&catalogue, (code, cible), (50.0, 100.0), fin));
        let (above, below) = ("l'objectif serait dépassé", "l'objectif serait manqué à ce rythme");
        let within = "l'objectif est dans l'intervalle";
        assert_eq!(told("PAC-P", 0.4, between(0.45, 0.5, 0.55)), above);
        assert_eq!(told("PAC-P", 0.6, between(0.45, 0.5, 0.55)), below);
        assert_eq!(told("PAC-P", 0.5, between(0.45, 0.5, 0.55)), within);
        // Lower is better: the other way round.
        assert_eq!(told("ALL-R", 0.4, between(0.45, 0.5, 0.55)), below);
        assert_eq!(told("ALL-R", 0.6, between(0.45, 0.5, 0.55)), above);
        assert_eq!(told("PAC-P", 0.4, (Fin::Finie, None)), "");
    }

    #[test]
    fn where_targets_stand_is_two_sentences() {
        let catalogue = Catalogue::builtin().unwrap();
        let of = |cible, fin| suivi(&catalogue, ("PAC-P", cible), (50.0, 100.0), fin);
        let suivis = [
            of(0.4, between(0.45, 0.5, 0.55)),
            of(0.6, between(0.45, 0.5, 0.55)),
            of(0.7, between(0.45, 0.5, 0.55)),
            of(0.52, between(0.45, 0.5, 0.55)),
            of(0.9, (Fin::Finie, None)),
        ];
        let lien = |position: Option<Position>| position.map_or("tous", Position::code).to_owned();
        let told = |suivis: &[Suivi<'_>]| {
            let pieces = finding(suivis, 2019, lien);
            plain(&pieces.into_iter().map(|piece| piece.texte).collect::<String>())
        };
        assert_eq!(
            told(&suivis),
            "Sur 5 objectifs de 2019, 1 est atteint, 4 ne sont pas atteints. Si le reste de l'année ressemble à \
             son début, 1 serait dépassé, 2 seraient manqués, 1 reste indécis."
        );
        // Each number opens as many targets as it says.
        for piece in finding(&suivis, 2019, lien) {
            let Some(lien) = piece.lien else { continue };
            let number: usize = piece.texte.split('\u{a0}').next().unwrap().parse().unwrap();
            let opened = suivis.iter().filter(|suivi| {
                Position::from_code(&lien).is_none_or(|position| position.holds(suivi))
            });
            assert_eq!(opened.count(), number, "{} → {lien}", piece.texte);
        }
        let over = [of(0.4, (Fin::Finie, None))];
        assert_eq!(told(&over), "Sur 1 objectif de 2019, 1 est atteint.");
        assert_eq!(plain(&distance(&suivis[1])), "non atteint (−10,0 points)");
    }
}
