//! Results with less in them: what a reader who may not see everything is given, and what is light
//! enough to compare many campaigns.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use mallette_domain::resultat::{
    Compte, Groupe, Mesure, MesuresPeriode, Niveau, ResultatRegle, Resultats,
};

/// By centre only: neither antennes nor conseillers.
pub(crate) fn by_centre(resultats: &Resultats) -> Resultats {
    let whole = |groupe: &Arc<Groupe>| {
        Some(Groupe { structure_id: groupe.structure_id.clone(), ..Groupe::default() }.into())
    };
    veil(resultats, whole, |mesure| mesure.niveau == Niveau::Structure)
}

/// By centre and by antenne: nothing of one conseiller.
pub(crate) fn without_conseillers(resultats: &Resultats) -> Resultats {
    let anonymous =
        |groupe: &Arc<Groupe>| Some(Groupe { conseiller_id: None, ..Groupe::clone(groupe) }.into());
    veil(resultats, anonymous, |mesure| mesure.niveau != Niveau::Conseiller)
}

/// The figures of the centre, and of its conseillers those of these alone; the anomalies of these
/// conseillers alone, since their lists alone may be opened.
pub(crate) fn of_conseillers(resultats: &Resultats, own: &BTreeSet<String>) -> Resultats {
    let is_own = |groupe: &Groupe| groupe.conseiller_id.as_ref().is_some_and(|id| own.contains(id));
    veil(
        resultats,
        |groupe| is_own(groupe).then(|| Arc::clone(groupe)),
        |mesure| mesure.niveau != Niveau::Conseiller || own.contains(&mesure.sous_cle),
    )
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
                ],
            }],
        }
    }

    #[test]
    fn the_figures_of_the_centre_alone() {
        let light = by_centre(&whole());
        assert_eq!(light.regles[0].comptes.len(), 1);
        assert_eq!(light.regles[0].total(), compte(17, 6));
        assert_eq!(light.indicateurs[0].mesures, [mesure(Niveau::Structure, "", 9.0)]);
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
        assert_eq!(veiled.indicateurs[0].mesures.len(), 3);
    }
}
