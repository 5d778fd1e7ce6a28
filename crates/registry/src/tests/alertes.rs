//! Alerts and their digest: what a run keeps, what people make of it, and a digest sent once whoever
//! tries, on both engines.

use jiff::SignedDuration;
use jiff::civil::date;
use mallette_domain::alerte::{Alerte, Cle, Genre, Importance, Public, Seuils};

use super::base::{Base, at, with_people};
use crate::{EtatResume, Marque, Mouvement, Preference, Registry};

super::on_both!(
    an_alert_keeps_its_first_day_closes_and_comes_back_as_new,
    what_people_want_is_kept,
    a_digest_is_taken_by_one_of_many,
    a_digest_that_could_not_leave_waits_for_its_turn,
    a_digest_whose_sender_died_is_not_sent_again,
    a_link_that_stops_is_known_by_its_fingerprint_until_it_is_old,
);

fn alerte(objet: &str, chiffre: u64) -> Alerte {
    let cle = Cle {
        public: Public::Centre,
        genre: Genre::Hausse,
        structure_id: Some("A".to_owned()),
        conseiller_id: None,
        objet: objet.to_owned(),
    };
    let jour = Some(date(2019, 11, 4));
    Alerte { cle, chiffre, reference: 3, jour, importance: Importance::Moyenne }
}

async fn run(registry: &Registry, hour: i8, found: &[Alerte]) -> (u64, u64, u64) {
    let mut unite = registry.begin_quiet(at(hour)).await.unwrap();
    let Mouvement { nouvelles, tenues, closes } = unite.keep_alertes(found).await.unwrap();
    unite.commit().await.unwrap();
    (nouvelles, tenues, closes)
}

async fn an_alert_keeps_its_first_day_closes_and_comes_back_as_new(base: &Base) {
    let registry = base.open().await;
    assert_eq!(run(&registry, 8, &[alerte("PAC-03", 12), alerte("PAC-07", 20)]).await, (2, 0, 0));
    let mut unite = registry.begin_quiet(at(9)).await.unwrap();
    for objet in ["PAC-03", "PAC-07"] {
        let marque = Marque { etat: alerte(objet, 12).etat(), tue: objet == "PAC-03" };
        unite.mark_alerte("p", &alerte(objet, 1).cle.text(), Some(&marque)).await.unwrap();
    }
    unite.commit().await.unwrap();
    assert_eq!(run(&registry, 10, &[alerte("PAC-03", 13)]).await, (0, 1, 1));
    let held = registry.alertes().await.unwrap();
    assert_eq!(held.len(), 1);
    assert_eq!(held[0].alerte, alerte("PAC-03", 13));
    assert_eq!((held[0].depuis, held[0].vue_le), (at(8), at(10)));
    let marks = registry.alerte_marques("p").await.unwrap();
    let kept: Vec<_> = marks.iter().map(|(cle, mark)| (cle.as_str(), mark.tue)).collect();
    assert_eq!(kept, [("centre/hausse/A//PAC-03", true)], "what closed is forgotten");
    assert_eq!(registry.alerte_marques("q").await.unwrap().len(), 0);
    assert_eq!(run(&registry, 11, &[alerte("PAC-07", 20)]).await, (1, 0, 1));
    assert_eq!(registry.alertes().await.unwrap()[0].depuis, at(11), "back as a new one");
    assert_eq!(registry.sweep_alertes(at(11)).await.unwrap(), 0);
    assert_eq!(registry.sweep_alertes(at(12)).await.unwrap(), 1);
    assert_eq!(registry.alertes().await.unwrap().len(), 1);
}

async fn what_people_want_is_kept(base: &Base) {
    let registry = with_people(base, &["p", "q"]).await;
    assert_eq!(registry.alerte_preferences().await.unwrap().len(), 0);
    let first = Preference { jour: Some(1), sans: vec![], seuils: None, depuis: at(8) };
    let seuils = Some(Seuils { hausse_nombre: 3, ..Seuils::default() });
    let sans = vec![Genre::Retard, Genre::Baisse];
    let then = Preference { jour: None, sans, seuils, depuis: at(9) };
    for wanted in [first, then] {
        let mut unite = registry.begin_quiet(at(9)).await.unwrap();
        unite.set_alerte_preference("p", &wanted).await.unwrap();
        unite.commit().await.unwrap();
        let known = registry.alerte_preferences().await.unwrap();
        assert_eq!(known.into_iter().collect::<Vec<_>>(), [("p".to_owned(), wanted)]);
    }
}

async fn prepare(registry: &Registry, hour: i8, day: i8, alertes: i64) -> bool {
    let mut unite = registry.begin_quiet(at(hour)).await.unwrap();
    let made = unite.prepare_resume("p", date(2019, 11, day), alertes).await.unwrap();
    unite.commit().await.unwrap();
    made
}

async fn take(registry: &Registry, hour: i8, day: i8) -> bool {
    let mut unite = registry.begin_quiet(at(hour)).await.unwrap();
    let taken = unite.take_resume("p", date(2019, 11, day)).await.unwrap();
    unite.commit().await.unwrap();
    taken
}

/// Where the digests of the person stand, the latest first.
async fn states(registry: &Registry) -> Vec<(EtatResume, i64)> {
    let all = registry.resumes("p", 9).await.unwrap();
    all.iter().map(|one| (one.etat, one.essais)).collect()
}

async fn a_digest_is_taken_by_one_of_many(base: &Base) {
    let registry = with_people(base, &["p"]).await;
    assert!(prepare(&registry, 8, 4, 2).await);
    assert!(!prepare(&registry, 8, 4, 5).await, "once for a week");
    let others = [base.open().await, base.open().await, base.open().await];
    let tries = others.iter().chain([&registry]).map(|one| take(one, 9, 4));
    let taken = futures::future::join_all(tries).await;
    assert_eq!(taken.iter().filter(|taken| **taken).count(), 1);
    assert_eq!(states(&registry).await, [(EtatResume::EnCours, 1)]);
    let mut unite = registry.begin_quiet(at(9)).await.unwrap();
    let sent = (EtatResume::Parti, 2);
    unite.give_back_resume("p", date(2019, 11, 4), sent, None, at(9)).await.unwrap();
    unite.commit().await.unwrap();
    assert!(!take(&registry, 10, 4).await, "sent once");
    assert!(prepare(&registry, 11, 5, 0).await);
    assert!(!take(&registry, 12, 5).await, "nothing to say");
    assert_eq!(states(&registry).await, [(EtatResume::Rien, 0), (EtatResume::Parti, 1)]);
    for other in others {
        other.close().await;
    }
}

async fn a_digest_that_could_not_leave_waits_for_its_turn(base: &Base) {
    let registry = with_people(base, &["p"]).await;
    prepare(&registry, 8, 4, 2).await;
    assert!(take(&registry, 8, 4).await);
    let mut unite = registry.begin_quiet(at(8)).await.unwrap();
    let (day, later) = (date(2019, 11, 4), at(8) + SignedDuration::from_mins(90));
    let waits = (EtatResume::Attente, 2);
    unite.give_back_resume("p", day, waits, Some("Injoignable."), later).await.unwrap();
    unite.commit().await.unwrap();
    assert!(!take(&registry, 9, 4).await, "not before");
    let held = &registry.resumes_since(date(2019, 12, 1)).await.unwrap()[0];
    assert_eq!((held.raison.as_deref(), held.prochain_le), (Some("Injoignable."), later));
    assert!(take(&registry, 10, 4).await);
    let mut unite = registry.begin_quiet(at(10)).await.unwrap();
    unite.give_back_resume("p", day, waits, None, at(11)).await.unwrap();
    unite.commit().await.unwrap();
    // The next week comes: it says all that the former would have.
    assert!(prepare(&registry, 11, 11, 3).await);
    assert!(!take(&registry, 12, 4).await);
    assert_eq!(states(&registry).await, [(EtatResume::Attente, 0), (EtatResume::Remplace, 2)]);
    let counts = registry.count_resumes(day).await.unwrap();
    assert_eq!(counts[&EtatResume::Attente], 1);
    assert_eq!(registry.sweep_resumes(date(2019, 11, 12)).await.unwrap(), 1, "not what waits");
}

async fn a_digest_whose_sender_died_is_not_sent_again(base: &Base) {
    let registry = with_people(base, &["p"]).await;
    prepare(&registry, 8, 4, 2).await;
    assert!(take(&registry, 8, 4).await);
    for (before, expected) in [(at(8), 0), (at(9), 1)] {
        let mut unite = registry.begin_quiet(at(10)).await.unwrap();
        assert_eq!(unite.settle_resumes(before).await.unwrap(), expected);
        unite.commit().await.unwrap();
    }
    assert!(!take(&registry, 11, 4).await);
    assert_eq!(states(&registry).await, [(EtatResume::Incertain, 1)]);
}

async fn a_link_that_stops_is_known_by_its_fingerprint_until_it_is_old(base: &Base) {
    let registry = with_people(base, &["p"]).await;
    let mut unite = registry.begin_quiet(at(8)).await.unwrap();
    unite.keep_resume_arret("e1", "p").await.unwrap();
    unite.commit().await.unwrap();
    assert_eq!(registry.resume_arret("e1").await.unwrap().as_deref(), Some("p"));
    assert_eq!(registry.resume_arret("e2").await.unwrap(), None);
    assert_eq!(registry.sweep_resumes(date(2019, 11, 5)).await.unwrap(), 0);
    assert_eq!(registry.sweep_resumes(date(2019, 11, 6)).await.unwrap(), 1);
    assert_eq!(registry.resume_arret("e1").await.unwrap(), None);
}
