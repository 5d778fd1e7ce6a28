//! Results with less in them: what a reader who may not see everything is given, and what is light
//! enough to compare many campaigns.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use mallette_domain::resultat::{
    Compte, Groupe, Mesure, MesuresPeriode, Niveau, ResultatRegle, Resultats,
};

use crate::etat::Anonyme;

/// Fewest colleagues among whom a figure without a name says of nobody whose it is.
pub(crate) const PLUS_PETITE_EQUIPE: usize = 5;
/// Fewest colleagues whose figures added up, that of an antenne, say nothing of one of them.
pub(crate) const PLUS_PETITE_ANTENNE: usize = 3;

/// By centre only: neither antennes nor conseillers.
pub(crate) fn by_centre(resultats: &Resultats) -> Resultats {
    let whole = |groupe: &Arc<Groupe>| {
        Some(Groupe { structure_id: groupe.structure_id.clone(), ..Groupe::default() }.into())
    };
    veil(resultats, whole, |mesure| mesure.niveau == Niveau::Structure)
}

/// Whether nothing but figures of the centre is there: no reader has to be given less, and all share the same.
pub(crate) fn is_by_centre(resultats: &Resultats) -> bool {
    let whole = |groupe: &Groupe| groupe.antenne.is_none() && groupe.conseiller_id.is_none();
    let mut groups = resultats.regles.iter().flat_map(|regle| &regle.comptes);
    let mut measures = resultats.indicateurs.iter().flat_map(|stored| &stored.mesures);
    groups.all(|(groupe, _)| whole(groupe))
        && measures.all(|mesure| mesure.niveau == Niveau::Structure)
}

/// By centre and by antenne: nothing of one conseiller.
pub(crate) fn without_conseillers(resultats: &Resultats) -> Resultats {
    let anonymous =
        |groupe: &Arc<Groupe>| Some(Groupe { conseiller_id: None, ..Groupe::clone(groupe) }.into());
    veil(resultats, anonymous, |mesure| mesure.niveau != Niveau::Conseiller)
}

/// The figures of the centre, and of its conseillers those of these alone; the anomalies of these
/// conseillers alone, since their lists alone may be opened. No antenne when the figures of one, or what
/// the centre has beside the others, would be those of one or two colleagues.
pub(crate) fn of_conseillers(resultats: &Resultats, own: &BTreeSet<String>) -> Resultats {
    let is_own = |groupe: &Groupe| groupe.conseiller_id.as_ref().is_some_and(|id| own.contains(id));
    let antennes = !has_small_antenne(resultats, own);
    veil(
        resultats,
        |groupe| is_own(groupe).then(|| Arc::clone(groupe)),
        |mesure| match mesure.niveau {
            Niveau::Conseiller => own.contains(&mesure.sous_cle),
            Niveau::Antenne => antennes,
            _ => true,
        },
    )
}

/// Whether some antenne, that without a name included, has one or two conseillers beside these.
fn has_small_antenne(resultats: &Resultats, own: &BTreeSet<String>) -> bool {
    let mut others: BTreeMap<Option<&str>, BTreeSet<&str>> = BTreeMap::new();
    for (groupe, _) in resultats.regles.iter().flat_map(|resultat| &resultat.comptes) {
        let named = groupe.conseiller_id.as_deref();
        if let Some(conseiller) = named.filter(|id| !id.is_empty() && !own.contains(*id)) {
            others.entry(groupe.antenne.as_deref()).or_default().insert(conseiller);
        }
    }
    others.values().any(|conseillers| conseillers.len() < PLUS_PETITE_ANTENNE)
}

/// The figures of the conseillers beside these, nothing saying whose: for each period and indicator that has
/// those of [`PLUS_PETITE_EQUIPE`] at least, in the order of the figures themselves, which is that of nobody.
/// Two indicators of one colleague cannot be put together again.
pub(crate) fn colleagues(resultats: &Resultats, own: &BTreeSet<String>) -> Vec<Anonyme> {
    let mut shown = Vec::new();
    for stored in &resultats.indicateurs {
        let mut by_code: BTreeMap<&str, Vec<&Mesure>> = BTreeMap::new();
        for mesure in &stored.mesures {
            let named = mesure.niveau == Niveau::Conseiller && !mesure.sous_cle.is_empty();
            if named && !own.contains(&mesure.sous_cle) {
                by_code.entry(&mesure.code).or_default().push(mesure);
            }
        }
        by_code.retain(|_, mesures| mesures.len() >= PLUS_PETITE_EQUIPE);
        for (code, mut mesures) in by_code {
            let key = |mesure: &Mesure| (mesure.cumul.denominateur, mesure.cumul.numerateur);
            mesures.sort_by(|left, right| {
                let (left, right) = (key(left), key(right));
                left.0.total_cmp(&right.0).then(left.1.total_cmp(&right.1))
            });
            shown.extend(mesures.into_iter().map(|mesure| Anonyme {
                periode: stored.periode,
                code: code.to_owned(),
                cumul: mesure.cumul.clone(),
            }));
        }
    }
    shown
}

/// Counts added up by what becomes of their group, or left out; measures kept or left out.
fn veil(
    resultats: &Resultats,
    group: impl Fn(&Arc<Groupe>) -> Option<Arc<Groupe>>,
    keep: impl Fn(&Mesure) -> bool,
) -> Resultats {
    let regles = resultats.regles.iter().map(|regle| {
        let mut sums: BTreeMap<Arc<Groupe>, Compte> = BTreeMap::new();
        for (groupe, compte) in &regle.comptes {
            if let Some(groupe) = group(groupe) {
                *sums.entry(groupe).or_default() += *compte;
            }
        }
        ResultatRegle { code: regle.code.clone(), comptes: sums.into_iter().collect() }
    });
    let indicateurs = resultats.indicateurs.iter().map(|stored| MesuresPeriode {
        periode: stored.periode,
        mesures: stored.mesures.iter().filter(|mesure| keep(mesure)).cloned().collect(),
    });
    Resultats {
        date_extraction: resultats.date_extraction,
        regles: regles.collect(),
        indicateurs: indicateurs.collect(),
    }
    .compact()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use mallette_domain::resultat::Cumul;

    fn compte(evalues: u64, anomalies: u64) -> Compte {
        Compte { evalues, anomalies }
    }

    fn mesure(niveau: Niveau, sous_cle: &str, numerateur: f64) -> Mesure {
        Mesure {
            code: "ACC-N".to_owned(),
            niveau,
            structure_id: "A".to_owned(),
            sous_cle: sous_cle.to_owned(),
            cumul: Cumul { numerateur, ..Cumul::default() },
        }
    }

    fn whole() -> Resultats {
        let groupe = |conseiller: Option<&str>| {
            Arc::new(Groupe {
                structure_id: "A".to_owned(),
                antenne: Some("Centre".to_owned()),
                conseiller_id: conseiller.map(str::to_owned),
            })
        };
        Resultats {
            date_extraction: date(2019, 11, 4),
            regles: vec![ResultatRegle {
                code: "PAC-07".to_owned(),
                comptes: vec![
                    (groupe(Some("C1")), compte(10, 3)),
                    (groupe(Some("C2")), compte(5, 1)),
                    (groupe(None), compte(2, 2)),
                ],
            }],
            indicateurs: vec![MesuresPeriode {
                periode: "2019".parse().unwrap(),
                mesures: vec![
                    mesure(Niveau::Conseiller, "C1", 7.0),
                    mesure(Niveau::Conseiller, "C2", 1.0),
                    mesure(Niveau::Antenne, "Centre", 8.0),
                    mesure(Niveau::Structure, "", 9.0),
                ]
                .into(),
            }],
        }
    }

    #[test]
    fn the_figures_of_the_centre_alone() {
        let light = by_centre(&whole());
        assert_eq!(light.regles[0].comptes.len(), 1);
        assert_eq!(light.regles[0].total(), compte(17, 6));
        assert!(is_by_centre(&light) && !is_by_centre(&whole()));
        assert_eq!(*light.indicateurs[0].mesures, [mesure(Niveau::Structure, "", 9.0)]);
    }

    #[test]
    fn no_conseiller_is_left_and_nothing_is_lost() {
        let veiled = without_conseillers(&whole());
        assert_eq!(veiled.regles[0].total(), whole().regles[0].total());
        assert!(!format!("{veiled:?}").contains("C1"));
        assert_eq!(veiled.indicateurs[0].mesures.len(), 2);
    }

    #[test]
    fn a_conseiller_keeps_own_counts_and_the_figures_of_the_centre() {
        let veiled = of_conseillers(&whole(), &["C1".to_owned()].into());
        assert_eq!(veiled.regles[0].total(), compte(10, 3));
        assert!(!format!("{veiled:?}").contains("C2"));
        // What the antenne has beside C1 is what C2 has: it is not there.
        let kept: Vec<_> = veiled.indicateurs[0].mesures.iter().map(|m| m.niveau).collect();
        assert_eq!(kept, [Niveau::Conseiller, Niveau::Structure]);
    }

    /// The same with as many more conseillers in that antenne.
    fn team(antenne: &str, more: usize) -> Resultats {
        let mut resultats = whole();
        for rank in 0..more {
            let groupe = Groupe {
                structure_id: "A".to_owned(),
                antenne: Some(antenne.to_owned()),
                conseiller_id: Some(format!("{antenne}-{rank}")),
            };
            resultats.regles[0].comptes.push((groupe.into(), compte(4, 1)));
            let name = format!("{antenne}-{rank}");
            let value = f64::from(u32::try_from(100 - rank).unwrap());
            resultats.indicateurs[0].mesures.push(mesure(Niveau::Conseiller, &name, value));
        }
        resultats
    }

    #[test]
    fn an_antenne_is_shown_when_it_says_nothing_of_one_colleague_nor_does_what_is_left() {
        let has = |resultats: &Resultats| {
            let veiled = of_conseillers(resultats, &["C1".to_owned()].into());
            veiled.indicateurs[0].mesures.iter().any(|m| m.niveau == Niveau::Antenne)
        };
        assert!(!has(&team("Centre", 1)));
        assert!(has(&team("Centre", 2)), "C2 and two others");
        // A second antenne of one conseiller: the centre less the first would be that one.
        let mut two = team("Centre", 4);
        two.regles[0].comptes.extend(team("Sud", 1).regles[0].comptes.pop());
        assert!(!has(&two));
        // Alone in an antenne, one reads one's own figures.
        let mut own = team("Centre", 4);
        let (groupe, count) = own.regles[0].comptes[0].clone();
        let there = Groupe { antenne: Some("Sud".to_owned()), ..Groupe::clone(&groupe) };
        own.regles[0].comptes.push((there.into(), count));
        assert!(has(&own));
    }

    #[test]
    fn figures_of_colleagues_say_nothing_of_whose_they_are_nor_of_who_is_few() {
        let own = ["C1".to_owned()].into();
        assert!(colleagues(&team("Centre", 3), &own).is_empty(), "four of them are too few");
        let shown = colleagues(&team("Centre", 4), &own);
        assert_eq!(shown.len(), 5);
        assert!(!format!("{shown:?}").contains("Centre-"), "{shown:?}");
        // In the order of what they count, whatever the codes.
        let counts: Vec<f64> = shown.iter().map(|one| one.cumul.numerateur).collect();
        assert_eq!(counts, [1.0, 97.0, 98.0, 99.0, 100.0]);
        // Dossiers of nobody are no colleague.
        let mut nobody = team("Centre", 3);
        nobody.indicateurs[0].mesures.push(mesure(Niveau::Conseiller, "", 5.0));
        assert!(colleagues(&nobody, &own).is_empty());
    }
}
