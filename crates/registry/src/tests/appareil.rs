//! Browsers of people: the first is confirmed, the next wait, what is forgotten is unknown again.

use super::base::{Base, at, with_people};
use crate::Vu;

super::on_both!(
    the_first_browser_is_confirmed_and_the_next_wait,
    a_forgotten_browser_is_unknown_and_never_the_first_again,
    the_last_browser_of_each_person_is_not_swept,
);

async fn the_first_browser_is_confirmed_and_the_next_wait(base: &Base) {
    let registry = with_people(base, &["p1", "p2"]).await;
    let mut unite = registry.begin_quiet(at(8)).await.unwrap();
    assert_eq!(unite.note_appareil("p1", "a", "Firefox\n").await.unwrap(), Vu::Premier);
    assert_eq!(unite.note_appareil("p1", "b", "Edge").await.unwrap(), Vu::Nouveau);
    // The same browser is another one for another person.
    assert_eq!(unite.note_appareil("p2", "b", "Edge").await.unwrap(), Vu::Premier);
    unite.commit().await.unwrap();
    let mut unite = registry.begin_quiet(at(9)).await.unwrap();
    assert_eq!(unite.note_appareil("p1", "a", "Firefox 2").await.unwrap(), Vu::Connu);
    unite.commit().await.unwrap();
    let known = registry.appareils_of("p1").await.unwrap();
    let seen: Vec<_> =
        known.iter().map(|a| (a.empreinte.as_str(), a.agent.as_str(), a.confirme_le)).collect();
    assert_eq!(seen, [("a", "Firefox 2", Some(at(8))), ("b", "Edge", None)]);
    assert_eq!((known[0].cree_le, known[0].vu_le), (at(8), at(9)));
    // By identifier, or by the address that somebody types.
    for (empreinte, personne, expected) in [
        ("b", "p1", true),
        ("b", "p2@ml.fr", true),
        ("a", "p2", false),
        ("a", "p2@ml.fr", false),
        ("", "p1", false),
        ("a", "", false),
    ] {
        let found = registry.appareil(empreinte, personne).await.unwrap().is_some();
        assert_eq!(found, expected, "{empreinte} {personne}");
    }
    let mut unite = registry.begin_quiet(at(10)).await.unwrap();
    assert!(unite.confirm_appareil("p1", "b", "p2").await.unwrap());
    assert!(!unite.confirm_appareil("p1", "b", "p2").await.unwrap(), "once");
    assert!(!unite.confirm_appareil("p2", "a", "p1").await.unwrap(), "not a browser of theirs");
    unite.commit().await.unwrap();
    let known = registry.appareil("b", "p1").await.unwrap().unwrap();
    assert_eq!(known.confirme_le, Some(at(10)));
}

async fn a_forgotten_browser_is_unknown_and_never_the_first_again(base: &Base) {
    let registry = with_people(base, &["p1", "p2"]).await;
    let mut unite = registry.begin_quiet(at(8)).await.unwrap();
    for empreinte in ["a", "b", "c"] {
        unite.note_appareil("p1", empreinte, "").await.unwrap();
    }
    unite.note_appareil("p2", "a", "").await.unwrap();
    assert_eq!(unite.forget_appareils("p1", Some("b")).await.unwrap(), 1);
    assert_eq!(unite.forget_appareils("p1", Some("b")).await.unwrap(), 0);
    assert_eq!(unite.forget_appareils("p1", None).await.unwrap(), 2);
    assert_eq!(unite.note_appareil("p1", "a", "").await.unwrap(), Vu::Oublie);
    assert!(!unite.confirm_appareil("p1", "a", "p1").await.unwrap());
    assert_eq!(unite.note_appareil("p1", "d", "").await.unwrap(), Vu::Nouveau);
    unite.commit().await.unwrap();
    assert_eq!(registry.appareils_of("p1").await.unwrap().len(), 1);
    assert!(registry.appareil("a", "p1").await.unwrap().is_none());
    assert!(registry.appareil("a", "p2").await.unwrap().is_some(), "that of somebody else stays");
}

async fn the_last_browser_of_each_person_is_not_swept(base: &Base) {
    let registry = with_people(base, &["p1", "p2"]).await;
    for (hour, empreinte) in [(6, "a"), (7, "b"), (8, "c")] {
        let mut unite = registry.begin_quiet(at(hour)).await.unwrap();
        unite.note_appareil("p1", empreinte, "").await.unwrap();
        unite.commit().await.unwrap();
    }
    let mut unite = registry.begin_quiet(at(6)).await.unwrap();
    unite.note_appareil("p2", "a", "").await.unwrap();
    unite.commit().await.unwrap();
    assert_eq!(registry.sweep_appareils(at(6)).await.unwrap(), 0);
    assert_eq!(registry.sweep_appareils(at(12)).await.unwrap(), 2);
    assert!(registry.appareil("c", "p1").await.unwrap().is_some());
    assert!(registry.appareil("a", "p2").await.unwrap().is_some());
    let mut unite = registry.begin_quiet(at(13)).await.unwrap();
    assert_eq!(unite.note_appareil("p2", "z", "").await.unwrap(), Vu::Nouveau);
    unite.commit().await.unwrap();
}
