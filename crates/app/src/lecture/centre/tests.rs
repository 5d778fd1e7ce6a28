//! Counts by hand over two centres and their conseillers.

use std::sync::Arc;

use jiff::civil::date;
use mallette_domain::resultat::Niveau;

use super::anomalies::Fautes;
use super::{conseiller, fiche, reseau};
use crate::etat::Etat;
use crate::lecture::indicateurs::essai::{catch, empty, measure, rattachement, receive};

/// A: DOS-01 (high) 3 for C1 and 1 for C2, DOS-04 (medium) 7 for C1, MARGE-01 (info) 9 for C1,
/// DOS-02 (high) judged without anomaly. B: only DOS-04. Z was not received.
fn pair() -> Etat {
    let mut etat = empty();
    receive(&mut etat, "A", "Urbain", date(2019, 11, 1));
    receive(&mut etat, "B", "Urbain", date(2019, 11, 30));
    etat.reseau.insert("Z".to_owned(), rattachement("ML Z", "Urbain"));
    catch(&mut etat, "A", "DOS-01", ("Centre", "C1"), (50, 3));
    catch(&mut etat, "A", "DOS-01", ("Sud", "C2"), (20, 1));
    catch(&mut etat, "A", "DOS-04", ("Centre", "C1"), (40, 7));
    catch(&mut etat, "A", "MARGE-01", ("Centre", "C1"), (40, 9));
    catch(&mut etat, "A", "DOS-02", ("", ""), (70, 0));
    catch(&mut etat, "B", "DOS-04", ("Centre", ""), (10, 2));
    measure(&mut etat, ("A", Niveau::Structure, ""), "2019", "QUA-H", (4.0, 80.0));
    measure(&mut etat, ("A", Niveau::Structure, ""), "2019", "ALL-C", (450.0, 1000.0));
    measure(&mut etat, ("A", Niveau::Conseiller, "C1"), "2019", "QUA-H", (3.0, 60.0));
    measure(&mut etat, ("A", Niveau::Conseiller, "C3"), "2019", "QUA-H", (0.0, 20.0));
    etat
}

#[test]
fn the_network_shows_what_is_late_and_what_is_missing() {
    let etat = pair();
    let lignes = reseau::centres(&etat);
    let ids: Vec<_> = lignes.iter().map(|ligne| ligne.structure_id).collect();
    assert_eq!(ids, ["A", "B", "Z"]);
    let a = lignes[0].recu.unwrap();
    assert_eq!(a.retard, 29);
    assert_eq!(a.qualite.unwrap().valeur, Some(5.0));
    assert_eq!(a.premiere.map(|(regle, count)| (regle.code.as_str(), count)), Some(("DOS-01", 4)));
    let b = lignes[1].recu.unwrap();
    assert_eq!((b.retard, b.qualite), (0, None));
    assert_eq!(b.premiere.map(|(regle, count)| (regle.code.as_str(), count)), Some(("DOS-04", 2)));
    assert!(lignes[2].recu.is_none());
}

#[test]
fn faults_are_counted_by_rule_by_antenne_and_by_conseiller() {
    let etat = pair();
    let fiche = fiche::sheet(&etat, "A", Some("2019".parse().unwrap())).unwrap();
    let codes: Vec<_> = fiche
        .bilan
        .attrapees
        .iter()
        .map(|own| (own.regle.code.as_str(), own.compte.anomalies, own.avant))
        .collect();
    assert_eq!(codes, [("DOS-01", 4, None), ("DOS-04", 7, None), ("MARGE-01", 9, None)]);
    assert_eq!((fiche.bilan.majeures, fiche.bilan.autres, fiche.bilan.reperes), (4, 7, 9));
    assert_eq!(fiche.bilan.sans_anomalie, 1);
    assert_eq!(fiche.bilan.sans_objet.len(), etat.catalogue.regles.len() - 4);
    let parts: Vec<_> = fiche
        .conseillers
        .iter()
        .map(|c| (c.cle, c.fautes, c.actifs.map(|(_, count)| count)))
        .collect();
    assert_eq!(
        parts,
        [
            ("", Fautes::default(), None),
            ("C1", Fautes { majeures: 3, autres: 7 }, Some(60)),
            ("C2", Fautes { majeures: 1, autres: 0 }, None),
            ("C3", Fautes::default(), Some(20)),
        ]
    );
    let antennes: Vec<_> = fiche.antennes.iter().map(|a| (a.cle, a.fautes.majeures)).collect();
    assert_eq!(antennes, [("", 0), ("Centre", 3), ("Sud", 1)]);
    assert_eq!(fiche.principaux.len(), 10);
    assert_eq!(fiche.enveloppe.map(|(_, chiffre)| chiffre.valeur), Some(Some(0.45)));
    assert_eq!(fiche.retard, 29);
    assert!(fiche::sheet(&etat, "Z", None).is_none());
}

#[test]
fn the_version_before_is_compared_rule_by_rule() {
    let mut etat = pair();
    let before = etat.centres["A"].resultats.as_ref().clone();
    etat.centres.get_mut("A").unwrap().precedents = Some(Arc::new(before));
    catch(&mut etat, "A", "DOS-01", ("Centre", "C9"), (5, 5));
    let fiche = fiche::sheet(&etat, "A", None).unwrap();
    let first = fiche.bilan.attrapees[0];
    assert_eq!((first.compte.anomalies, first.avant), (9, Some(4)));
    assert!(fiche.principaux.is_empty());
}

#[test]
fn a_conseiller_sees_own_objects_only() {
    let etat = pair();
    let periode = Some("2019".parse().unwrap());
    let fiche = conseiller::sheet(&etat, "A", "C1", periode).unwrap();
    assert_eq!((fiche.bilan.majeures, fiche.bilan.autres), (3, 7));
    assert_eq!(fiche.antennes, ["Centre"].into());
    assert_eq!(fiche.propres.len(), 1);
    let own = fiche.propres[0];
    assert_eq!((own.indicateur.code.as_str(), own.chiffre.valeur), ("QUA-H", Some(5.0)));
    assert_eq!(own.centre.unwrap().valeur, Some(5.0));
    // Known by a figure only, then by nothing at all.
    assert!(conseiller::sheet(&etat, "A", "C3", periode).is_some());
    let elsewhere = conseiller::sheet(&etat, "A", "C3", Some("2018".parse().unwrap()));
    assert!(elsewhere.unwrap().propres.is_empty());
    assert!(conseiller::sheet(&etat, "A", "C99", periode).is_none());
    assert!(conseiller::sheet(&etat, "Z", "C1", periode).is_none());
}
