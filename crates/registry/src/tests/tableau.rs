use mallette_domain::tableau::Partage;

use super::base::{Base, at, with_people};
use crate::tableau::MAX_TABLEAUX;
use crate::{Registry, RegistryError, TexteTableau};

super::on_both!(
    a_dashboard_is_made_written_shared_and_removed,
    what_changed_since_it_was_read_is_not_written_over,
    two_at_once_are_one_and_a_refusal,
    a_person_keeps_so_many_and_no_more,
);

fn texte(titre: &str, partage: Partage) -> TexteTableau {
    TexteTableau {
        titre: titre.to_owned(),
        description: "Pour le comité « d'été »".to_owned(),
        partage,
        contenu: r#"{"blocs":[]}"#.to_owned(),
    }
}

async fn make(registry: &Registry, id: &str, par: &str, texte: &TexteTableau) {
    let mut ecriture = registry.begin_quiet(at(8)).await.unwrap();
    ecriture.create_tableau(id, par, texte).await.unwrap();
    ecriture.commit().await.unwrap();
}

async fn write(
    registry: &Registry,
    (id, lue): (&str, i64),
    texte: &TexteTableau,
) -> Result<(), RegistryError> {
    let mut ecriture = registry.begin_quiet(at(9)).await?;
    ecriture.write_tableau((id, lue), texte, "p2").await?;
    ecriture.commit().await
}

fn refused(done: Result<(), RegistryError>) -> String {
    match done {
        Err(RegistryError::Refus(raison)) => raison,
        other => panic!("{other:?}"),
    }
}

/// Titles read by a person.
async fn titles(registry: &Registry, qui: &str) -> Vec<String> {
    let all = registry.tableaux(qui).await.unwrap();
    all.into_iter().map(|own| own.texte.titre).collect()
}

async fn a_dashboard_is_made_written_shared_and_removed(base: &Base) {
    let registry = with_people(base, &["p1", "p2"]).await;
    let tour = registry.tour().await.unwrap();
    make(&registry, "t1", "p1", &texte("Ma direction", Partage::Personnel)).await;
    make(&registry, "t2", "p2", &texte("Comité", Partage::Reseau)).await;
    assert_eq!(titles(&registry, "p1").await, ["Comité", "Ma direction"]);
    assert_eq!(titles(&registry, "p2").await, ["Comité"], "what is personal stays so");
    let made = registry.tableau("t1").await.unwrap().unwrap();
    assert_eq!((made.version, made.proprietaire.as_str(), made.cree_le), (1, "p1", at(8)));
    assert_eq!(made.texte, texte("Ma direction", Partage::Personnel));
    let shared = texte("L'équipe", Partage::Centre("A".to_owned()));
    write(&registry, ("t1", 1), &shared).await.unwrap();
    let written = registry.tableau("t1").await.unwrap().unwrap();
    assert_eq!((written.version, written.par.as_str(), written.le), (2, "p2", at(9)));
    assert_eq!((written.proprietaire.as_str(), &written.texte), ("p1", &shared));
    assert_eq!(titles(&registry, "p2").await, ["Comité", "L'équipe"]);
    let mut ecriture = registry.begin_quiet(at(10)).await.unwrap();
    assert!(refused(ecriture.remove_tableau("t1", 1).await).contains("a changé depuis"));
    ecriture.remove_tableau("t1", 2).await.unwrap();
    ecriture.commit().await.unwrap();
    assert_eq!(registry.tableau("t1").await.unwrap(), None);
    assert_eq!(registry.tour().await.unwrap(), tour, "pages have nothing to read again");
}

async fn what_changed_since_it_was_read_is_not_written_over(base: &Base) {
    let registry = with_people(base, &["p1", "p2"]).await;
    make(&registry, "t1", "p1", &texte("Un", Partage::Personnel)).await;
    write(&registry, ("t1", 1), &texte("Deux", Partage::Personnel)).await.unwrap();
    for lue in [0, 1, 3] {
        let late = write(&registry, ("t1", lue), &texte("Trois", Partage::Reseau)).await;
        assert!(refused(late).contains("rien n'est enregistré"), "{lue}");
    }
    assert_eq!(registry.tableau("t1").await.unwrap().unwrap().texte.titre, "Deux");
    let gone = write(&registry, ("t9", 1), &texte("Trois", Partage::Reseau)).await;
    assert!(refused(gone).contains("a changé depuis"));
}

async fn two_at_once_are_one_and_a_refusal(base: &Base) {
    let registry = with_people(base, &["p1", "p2"]).await;
    make(&registry, "t1", "p1", &texte("Zéro", Partage::Personnel)).await;
    for lue in 1..5 {
        // Each its own connections, as two servers would have.
        let (one, other) = (base.open().await, base.open().await);
        let (left, right) = (texte("Gauche", Partage::Reseau), texte("Droite", Partage::Reseau));
        let (first, second) =
            tokio::join!(write(&one, ("t1", lue), &left), write(&other, ("t1", lue), &right));
        let (kept, late) = if first.is_ok() { ("Gauche", second) } else { ("Droite", first) };
        assert!(refused(late).contains("a changé depuis"), "{lue}");
        let held = registry.tableau("t1").await.unwrap().unwrap();
        assert_eq!((held.version, held.texte.titre.as_str()), (lue + 1, kept));
    }
}

async fn a_person_keeps_so_many_and_no_more(base: &Base) {
    let registry = with_people(base, &["p1", "p2"]).await;
    let mut ecriture = registry.begin_quiet(at(8)).await.unwrap();
    let own = texte("Encore", Partage::Personnel);
    for rank in 0..MAX_TABLEAUX {
        ecriture.create_tableau(&format!("t{rank}"), "p1", &own).await.unwrap();
    }
    assert!(refused(ecriture.create_tableau("de-trop", "p1", &own).await).contains("100"));
    ecriture.create_tableau("autre", "p2", &own).await.unwrap();
    ecriture.commit().await.unwrap();
    assert_eq!(registry.tableaux("p1").await.unwrap().len(), MAX_TABLEAUX);
}
