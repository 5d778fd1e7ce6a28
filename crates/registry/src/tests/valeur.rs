use super::base::{Base, at, with_people};
use crate::{GesteValeur, PlaceValeur, Registry, RegistryError, ValeurParametre};

super::on_both!(
    a_value_is_given_changed_and_taken_back_with_its_reasons,
    what_changed_since_it_was_read_is_not_written_over,
    two_at_once_are_one_and_a_refusal,
    a_lock_takes_back_what_centres_had_and_keeps_them_out,
);

fn place(structure_id: Option<&str>, version: i64) -> PlaceValeur<'_> {
    PlaceValeur { code: "DIA-02", nom: "jours", structure_id, version }
}

async fn write(
    registry: &Registry,
    place: PlaceValeur<'_>,
    geste: GesteValeur,
) -> Result<Vec<String>, RegistryError> {
    let mut unite = registry.begin(at(8)).await?;
    let done = unite.write_valeur(place, geste, "Parce que", "p1").await?;
    unite.commit().await?;
    Ok(done)
}

/// What holds, by centre: value and lock.
async fn held(registry: &Registry) -> Vec<(Option<String>, Option<i64>, bool)> {
    let all = registry.valeurs_parametres().await.unwrap();
    all.into_iter().map(|held| (held.structure_id, held.valeur, held.verrou)).collect()
}

fn refused(done: Result<Vec<String>, RegistryError>) -> String {
    match done {
        Err(RegistryError::Refus(raison)) => raison,
        other => panic!("{other:?}"),
    }
}

async fn a_value_is_given_changed_and_taken_back_with_its_reasons(base: &Base) {
    let registry = with_people(base, &["p1"]).await;
    write(&registry, place(None, 0), GesteValeur::Poser(40)).await.unwrap();
    write(&registry, place(Some("A"), 0), GesteValeur::Poser(45)).await.unwrap();
    write(&registry, place(None, 1), GesteValeur::Poser(35)).await.unwrap();
    let own = (Some("A".to_owned()), Some(45), false);
    assert_eq!(held(&registry).await, [(None, Some(35), false), own]);
    write(&registry, place(Some("A"), 1), GesteValeur::Retirer).await.unwrap();
    assert_eq!(held(&registry).await[1].1, None);
    let same = write(&registry, place(Some("A"), 2), GesteValeur::Retirer).await;
    assert!(refused(same).contains("ne change rien"));
    let same = write(&registry, place(None, 2), GesteValeur::Poser(35)).await;
    assert!(refused(same).contains("ne change rien"));
    let mut unite = registry.begin(at(9)).await.unwrap();
    for wrong in [" ".to_owned(), "é".repeat(501)] {
        let done = unite.write_valeur(place(None, 2), GesteValeur::Poser(50), &wrong, "p1").await;
        assert!(refused(done).contains("motif"));
    }
    drop(unite);
    let history = registry.valeur_history("DIA-02", "jours").await.unwrap();
    let told: Vec<_> =
        history.iter().map(|h| (h.structure_id.as_deref(), h.version, h.valeur)).collect();
    let expected =
        [(Some("A"), 2, None), (None, 2, Some(35)), (Some("A"), 1, Some(45)), (None, 1, Some(40))];
    assert_eq!(told, expected);
    let ValeurParametre { motif, par, le, .. } = &history[0];
    assert_eq!((motif.as_str(), par.as_str(), *le), ("Parce que", "p1", at(8)));
    assert!(registry.journal(9).await.unwrap()[0].detail.contains("jours de DIA-02 (centre A)"));
}

async fn what_changed_since_it_was_read_is_not_written_over(base: &Base) {
    let registry = with_people(base, &["p1"]).await;
    write(&registry, place(None, 0), GesteValeur::Poser(40)).await.unwrap();
    for version in [0, 2] {
        let late = write(&registry, place(None, version), GesteValeur::Poser(50)).await;
        assert!(refused(late).contains("a changé depuis"), "{version}");
    }
    // Another parameter, and a centre, are other places.
    let other = PlaceValeur { nom: "mois", ..place(None, 0) };
    write(&registry, other, GesteValeur::Poser(2)).await.unwrap();
    write(&registry, place(Some("A"), 0), GesteValeur::Poser(45)).await.unwrap();
    assert_eq!(held(&registry).await.len(), 3);
}

async fn two_at_once_are_one_and_a_refusal(base: &Base) {
    with_people(base, &["p1"]).await;
    for version in 0..4 {
        // Each its own connections, as two servers would have.
        let (one, other) = (base.open().await, base.open().await);
        let (first, second) = tokio::join!(
            write(&one, place(Some("A"), version), GesteValeur::Poser(40 + version)),
            write(&other, place(Some("A"), version), GesteValeur::Poser(60 + version)),
        );
        let (kept, late) = if first.is_ok() { (40, second) } else { (60, first) };
        assert!(refused(late).contains("a changé depuis"), "{version}");
        assert_eq!(held(&one).await, [(Some("A".to_owned()), Some(kept + version), false)]);
    }
    let registry = base.open().await;
    assert_eq!(registry.valeur_history("DIA-02", "jours").await.unwrap().len(), 4);
}

async fn a_lock_takes_back_what_centres_had_and_keeps_them_out(base: &Base) {
    let registry = with_people(base, &["p1"]).await;
    write(&registry, place(None, 0), GesteValeur::Poser(40)).await.unwrap();
    for centre in ["A", "B", "C"] {
        write(&registry, place(Some(centre), 0), GesteValeur::Poser(45)).await.unwrap();
    }
    write(&registry, place(Some("C"), 1), GesteValeur::Retirer).await.unwrap();
    let lock = write(&registry, place(Some("A"), 1), GesteValeur::Verrouiller).await;
    assert!(refused(lock).contains("celui du réseau"));
    let taken_back = write(&registry, place(None, 1), GesteValeur::Verrouiller).await.unwrap();
    assert_eq!(taken_back, ["A", "B"]);
    let all = held(&registry).await;
    assert_eq!(all[0], (None, Some(40), true), "its own value stays");
    assert!(all[1..].iter().all(|(_, valeur, verrou)| valeur.is_none() && !verrou));
    let own = write(&registry, place(Some("A"), 2), GesteValeur::Poser(45)).await;
    assert!(refused(own).contains("verrouillé"));
    // The network goes on changing it, under its lock, then lifts it: nothing comes back by itself.
    write(&registry, place(None, 2), GesteValeur::Poser(50)).await.unwrap();
    assert_eq!(held(&registry).await[0], (None, Some(50), true));
    write(&registry, place(None, 3), GesteValeur::Deverrouiller).await.unwrap();
    assert_eq!(held(&registry).await[0], (None, Some(50), false));
    assert!(held(&registry).await[1..].iter().all(|(_, valeur, _)| valeur.is_none()));
    write(&registry, place(Some("A"), 2), GesteValeur::Poser(45)).await.unwrap();
}
