//! Whose anomalies are whose: what each role sees and does, and what is served read only.

use std::path::PathBuf;

use mallette_app::atelier::Usage;
use mallette_app::vie::actes::Saisie;
use mallette_app::vie::corrigees::Choisies;
use mallette_app::vie::liste::{Etat, Filtre};
use mallette_app::vie::{Cible, Qui};
use mallette_domain::acces::Role;

use crate::banc::{Banc, DEUXIEME, LYON, PREMIER, TROISIEME, person};

#[tokio::test]
async fn each_sees_and_does_what_the_role_opens() {
    let banc = Banc::new().await;
    banc.import(PREMIER, "2026-06-30").await;
    let all = Filtre { etat: Etat::Toutes, ..Filtre::default() };
    let total = async |qui: &Qui, centre: &str| {
        let listed = banc.comptes.list_anomalies(qui, centre, &all, (0, 10)).await;
        listed.map(|liste| liste.total).ok()
    };
    let conseiller = person(Role::Conseiller, Some(LYON), Some("C1"));
    let referent = person(Role::Referent, Some(LYON), None);
    let voisin = person(Role::Directeur, Some("38185S00"), None);
    let charge = person(Role::ChargeDeMission, None, None);
    assert_eq!(total(&conseiller, LYON).await, Some(2));
    assert_eq!(total(&referent, LYON).await, Some(3));
    assert_eq!(total(&voisin, LYON).await, None);
    assert_eq!(total(&charge, LYON).await, None);
    // Numbers, and no conseiller, for who reads the network; nothing for the neighbour.
    let seen = banc.comptes.read_evolution(&charge, Some(LYON)).await.unwrap();
    assert_eq!((seen.total.totaux.premieres_vues, seen.conseillers.len()), (3, 0));
    assert!(banc.comptes.read_evolution(&voisin, Some(LYON)).await.is_err());
    assert!(banc.comptes.read_evolution(&voisin, None).await.unwrap().centres.is_empty());
    let proved = async |qui: &Qui| {
        let listed = banc.comptes.list_corrigees(qui, LYON, &Choisies::default(), (0, 10)).await;
        listed.map(|liste| (liste.total, liste.dates.1)).ok()
    };
    assert_eq!(proved(&conseiller).await, Some((0, None)));
    assert_eq!(proved(&referent).await, Some((0, None)));
    assert_eq!((proved(&voisin).await, proved(&charge).await), (None, None));
    // A conseiller acts on the own dossiers only, and gives nothing to others.
    let cible = |objet: &str| Cible {
        regle: "PAC-07".to_owned(),
        table: "parcours".to_owned(),
        objet: objet.to_owned(),
    };
    let on = |objet: &str| vec![(cible(objet), 0)];
    let mark = Saisie::AVerifier(true);
    let give = Saisie::Assigner { conseiller: Some("C1".to_owned()), echeance: None };
    let of_another = banc.comptes.act_on_anomalies(&conseiller, LYON, on("P3"), &mark).await;
    assert_eq!((of_another.clone().unwrap().faites, of_another.unwrap().absentes), (0, 1));
    assert!(banc.comptes.act_on_anomalies(&conseiller, LYON, on("P1"), &give).await.is_err());
    assert!(banc.comptes.read_anomalie(&conseiller, LYON, &cible("P3")).await.is_err());
    for stranger in [&voisin, &charge] {
        assert!(banc.comptes.act_on_anomalies(stranger, LYON, on("P1"), &mark).await.is_err());
    }
    // Given by the référent, it opens to the conseiller.
    let given = banc.comptes.act_on_anomalies(&referent, LYON, on("P3"), &give).await.unwrap();
    assert_eq!(given.faites, 1);
    assert_eq!(total(&conseiller, LYON).await, Some(3));
    assert!(banc.comptes.read_anomalie(&conseiller, LYON, &cible("P3")).await.unwrap().is_some());
    // P2 goes, then what is left: to each the own ones, with what was given.
    for (day, own, all) in [(DEUXIEME, 1, 1), (TROISIEME, 1, 1)] {
        banc.import(day, "2026-06-30").await;
        let count = async |qui: &Qui| proved(qui).await.map(|(total, _)| total);
        assert_eq!((count(&conseiller).await, count(&referent).await), (Some(own), Some(all)));
    }
}

#[tokio::test]
async fn where_nothing_may_be_written_lives_are_read_and_never_computed() {
    let banc = Banc::new().await;
    banc.import(PREMIER, "2026-06-30").await;
    banc.import(DEUXIEME, "2026-06-30").await;
    let (states, files) = (banc.states().await, banc.files());
    let banc = banc.again(Usage::Lecture).await;
    assert_eq!(banc.states().await, states);
    assert!(files == banc.files());
    // Lost, or of an earlier program: the next start that may write has them again, this one has not.
    let lives = |path: &&PathBuf| path.ends_with("vie.bin");
    for path in files.keys().filter(lives) {
        std::fs::remove_file(path).unwrap();
    }
    let left = banc.files();
    assert_eq!(left.len(), files.len() - 2);
    let banc = banc.again(Usage::Lecture).await;
    assert!(!banc.comptes.follows(LYON));
    banc.page("/evolution").await;
    assert!(left == banc.files());
    let banc = banc.again(Usage::Pages).await;
    assert_eq!(banc.states().await, states);
}
