//! Lives entered with perfect care hold none of the faults that the rules look for: what the
//! rules find in a region was planted there.

use std::collections::BTreeMap;

use mallette_catalogue::Catalogue;

use super::*;
use crate::centre;
use crate::fautes::Qualite;
use crate::jour::{add_months, day};

/// Lives of a perfect centre, handed over with the extraction date.
fn each_life(reference: Jour, count: u64, mut check: impl FnMut(&Monde, &Vie)) {
    let catalogue = Catalogue::builtin().unwrap();
    let monde = Monde::new(reference, &catalogue.plafonds);
    let mut centre = centre::draw(1, count, 12, reference).unwrap().remove(0);
    centre.qualite = Qualite::perfect();
    let mut vie = Vie::default();
    for rang in 0..count {
        vie.draw(&monde, &centre, rang);
        check(&monde, &vie);
    }
}

fn entered<'a>(vie: &'a Vie, dispositif: &str) -> Vec<(Jour, Jour, &'a Parcours)> {
    let of = vie.parcours.iter().filter(|passage| passage.dispositif == dispositif);
    of.filter_map(|passage| Some((passage.entree?, passage.fin.unwrap_or(Jour::MAX), passage)))
        .collect()
}

#[test]
fn passages_are_in_order() {
    let reference = day(2019, 11, 4);
    each_life(reference, 1_500, |_, vie| {
        let (diags, paceas) = (entered(vie, "DIAG"), entered(vie, "PACEA"));
        assert_eq!(diags.is_empty(), diags.first().is_none_or(|(entree, ..)| *entree > reference));
        for (rank, (entree, fin, passage)) in paceas.iter().enumerate() {
            assert!(diags.iter().any(|(diag, ..)| diag <= entree), "PAC-01 {passage:?}");
            assert!(*fin.min(&reference) <= add_months(*entree, 24), "PAC-03 {passage:?}");
            assert!(passage.fin_prevue <= Some(add_months(*entree, 24)), "PAC-04 {passage:?}");
            assert!(passage.fin.is_none() || !passage.motif.is_empty(), "PAC-06 {passage:?}");
            for (other, end, _) in paceas.iter().skip(rank + 1) {
                assert!(entree >= end || other >= fin, "PAC-09 {passage:?}");
            }
        }
        for (entree, fin, passage) in &diags {
            assert!(fin.min(&reference) - entree <= 30, "DIA-02 {passage:?}");
            assert!(passage.fin.is_none() || !passage.motif.is_empty(), "DIA-03 {passage:?}");
        }
        for (entree, fin, passage) in entered(vie, "GJ") {
            let inside = paceas.iter().any(|(start, end, _)| *start <= entree && entree <= *end);
            assert!(inside, "GJ-01 {passage:?}");
            assert!(fin.min(reference) <= add_months(entree, 18), "GJ-02 {passage:?}");
        }
        for (entree, fin, passage) in entered(vie, "PIAL") {
            assert!(fin.min(reference) <= add_months(entree, 6), "PIAL-01 {passage:?}");
        }
        for passage in &vie.parcours {
            assert!(passage.entree <= passage.fin || passage.fin.is_none(), "{passage:?}");
            assert!(passage.initialisation <= passage.entree || passage.entree.is_none());
            assert_eq!(passage.dossier, vie.dossier.numero, "REF-01");
        }
    });
}

#[test]
fn contacts_carry_propositions_and_stay_in_the_past() {
    let reference = day(2019, 11, 4);
    each_life(reference, 1_000, |_, vie| {
        let paceas = entered(vie, "PACEA");
        for event in &vie.evenements {
            let honoured = event.statut == "PRESENT";
            assert!(!honoured || event.date <= reference, "EVT-02 {event:?}");
            let waiting = matches!(event.statut, "PLANIFIE" | "NON_PRECISE");
            assert!(!waiting || event.date >= reference - 7, "EVT-06 {event:?}");
            assert!(Some(event.date) >= vie.dossier.premier_accueil, "EVT-07 {event:?}");
            let inside =
                paceas.iter().any(|(start, end, _)| *start <= event.date && event.date <= *end);
            let carries =
                vie.propositions.iter().any(|known| known.evenement == Some(event.numero));
            assert!(!honoured || !inside || carries, "EVT-01 {event:?}");
        }
        for proposition in &vie.propositions {
            let old = proposition.etat == "PRESCRIT" && proposition.date <= reference - 60;
            assert!(!old, "PRO-01 {proposition:?}");
            assert_eq!(proposition.etat == "REALISE", proposition.realisation.is_some());
            assert!(proposition.evenement.is_some(), "PRO-04 {proposition:?}");
        }
        let open =
            paceas.iter().any(|(start, end, _)| *start <= reference - 60 && *end >= reference);
        let last =
            vie.evenements.iter().filter(|event| event.statut == "PRESENT").map(|event| event.date);
        assert!(!open || last.max() > Some(reference - 60), "PAC-13 {vie:?}");
    });
}

#[test]
fn situations_are_true_and_told_at_each_exit() {
    let reference = day(2019, 11, 4);
    each_life(reference, 1_500, |_, vie| {
        for situation in &vie.situations {
            let debut = situation.debut.unwrap();
            assert!(situation.fin.is_none_or(|fin| debut <= fin), "SIT-01 {situation:?}");
            match situation.etat {
                "EN_COURS" => assert!(situation.fin.is_none_or(|fin| fin >= reference)),
                "TERMINE" => assert!(situation.fin.is_some(), "SIT-02 {situation:?}"),
                _ => assert!(debut >= reference, "SIT-02 {situation:?}"),
            }
            if situation.categorie == "PMSMP" {
                let fin = situation.fin.or(situation.fin_prevue).unwrap();
                assert!(fin - debut < 31, "SIT-05 {situation:?}");
            }
            let typed = !matches!(situation.categorie, "EMPLOI" | "ALTERNANCE");
            assert!(typed || !situation.sous_type.is_empty(), "SIT-07 {situation:?}");
        }
        for (_, fin, passage) in entered(vie, "PACEA") {
            if fin > reference - 30 {
                continue;
            }
            let at_exit = |situation: &&Situation| {
                situation.debut <= Some(fin + 30) && situation.fin.is_none_or(|end| end >= fin)
            };
            let mut told = vie.situations.iter().filter(at_exit);
            assert!(told.clone().count() > 0, "PAC-07 {passage:?} {:?}", vie.situations);
            let positive = told.any(|situation| {
                matches!(situation.categorie, "EMPLOI" | "ALTERNANCE" | "FORMATION")
            });
            assert!(passage.motif != "EMPLOI_DURABLE" || positive, "PAC-14 {passage:?}");
        }
    });
}

#[test]
fn allocations_keep_to_the_ceilings() {
    for reference in [day(2019, 11, 4), day(2023, 6, 30)] {
        let mut paid = 0;
        each_life(reference, 1_500, |monde, vie| {
            let (mut months, mut years) = (BTreeMap::new(), BTreeMap::new());
            let mut kinds: BTreeMap<Jour, Vec<bool>> = BTreeMap::new();
            for allocation in &vie.allocations {
                assert!(allocation.montant > Some(0), "ALL-10 {allocation:?}");
                if matches!(allocation.statut, "REJETE" | "ANNULE") {
                    continue;
                }
                let own = matches!(allocation.genre, "PACEA" | "PIAL");
                kinds.entry(allocation.mois).or_default().push(own);
                if own {
                    paid += 1;
                    let amount = allocation.montant.unwrap();
                    *months.entry(allocation.mois).or_insert(0) += amount;
                    *years.entry(crate::jour::civil(allocation.mois).0).or_insert(0) += amount;
                }
                let late = allocation.statut == "VALIDE"
                    && allocation.retour.is_none()
                    && allocation.envoi <= Some(add_months(reference, -2));
                assert!(!late, "ALL-07 {allocation:?}");
            }
            for (mois, sum) in months {
                assert!(sum <= monde.plafond(mois), "ALL-01 {:?}", vie.allocations);
            }
            for (year, sum) in years {
                let times = if year <= 2020 { 3 } else { 6 };
                let highest =
                    (1..=12).map(|month| monde.plafond(day(year, month, 1))).max().unwrap();
                assert!(sum <= times * highest, "ALL-02 {:?}", vie.allocations);
            }
            for owns in kinds.values() {
                assert!(owns.iter().all(|own| *own == owns[0]), "ALL-04 {:?}", vie.allocations);
            }
        });
        assert!(paid > 100, "{paid}");
    }
}

#[test]
fn dispositifs_follow_the_calendar() {
    let mut seen: BTreeMap<(&str, i32), u32> = BTreeMap::new();
    for reference in [day(2019, 11, 4), day(2024, 6, 30)] {
        each_life(reference, 800, |_, vie| {
            for passage in &vie.parcours {
                *seen.entry((passage.dispositif, reference)).or_default() += 1;
                if passage.dispositif == "GJ" {
                    assert!(passage.entree <= Some(day(2022, 2, 28)), "GJ-03 {passage:?}");
                }
                if passage.dispositif == "CEJ" {
                    assert!(passage.entree >= Some(day(2022, 3, 1)), "{passage:?}");
                }
            }
        });
    }
    let count = |dispositif, reference| seen.get(&(dispositif, reference)).copied().unwrap_or(0);
    let (before, after) = (day(2019, 11, 4), day(2024, 6, 30));
    assert_eq!((count("CEJ", before), count("OBLIGATION", before)), (0, 0));
    assert!(count("CEJ", after) > 20 && count("OBLIGATION", after) > 10, "{seen:?}");
    for dispositif in ["DIAG", "PACEA", "PIAL", "PPAE", "PARRAINAGE", "RSA", "AUTRE"] {
        assert!(count(dispositif, before) > 0, "{dispositif}");
    }
    assert!(count("GJ", before) > 50);
}
