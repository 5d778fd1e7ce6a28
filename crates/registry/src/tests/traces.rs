//! The trace: appended, read by page, purged, verified; many writers at once.

use jiff::{SignedDuration, Timestamp};
use mallette_domain::acces::Role;
use serde_json::json;

use super::base::{Base, at};
use crate::{NouvelleTrace, Registry, Tete, TraceFiltre};

super::on_both!(
    entries_are_read_back_whole,
    entries_are_found_by_what_is_asked,
    pages_follow_one_another,
    a_page_of_dossiers_is_one_entry,
    a_purge_leaves_a_chain_that_verifies,
    a_purge_keeps_what_follows_a_younger_entry,
    writers_at_once_make_one_chain,
    verifying_beside_writers_and_purges_finds_nothing,
);

pub(super) fn entry(acte: &str, personne_id: &str, structure_id: &str) -> NouvelleTrace {
    NouvelleTrace {
        personne_id: Some(personne_id.to_owned()),
        role: Some(Role::Directeur),
        acte: acte.to_owned(),
        structure_id: Some(structure_id.to_owned()),
        nombre: 1,
        detail: json!({"page": acte}),
        dossiers: vec![],
    }
}

pub(super) async fn append(registry: &Registry, when: Timestamp, entrees: &[NouvelleTrace]) -> i64 {
    let mut ecriture = registry.begin_quiet(when).await.unwrap();
    let rang = ecriture.trace(entrees).await.unwrap();
    ecriture.commit().await.unwrap();
    rang
}

pub(super) async fn sound(registry: &Registry) -> i64 {
    let found = registry.verify_trace(&[]).await.unwrap();
    assert_eq!(found.rupture, None, "{found:?}");
    found.entrees
}

async fn entries_are_read_back_whole(base: &Base) {
    let registry = base.open().await;
    assert_eq!(sound(&registry).await, 0);
    let hostile = "x'; DROP TABLE trace; -- $1 \\ \" é 🦉";
    let whole = NouvelleTrace {
        dossiers: vec!["d2".to_owned(), hostile.to_owned(), "d2".to_owned()],
        nombre: 50,
        detail: json!({"é": [1, null, hostile, "\u{0}"]}),
        ..entry(hostile, hostile, hostile)
    };
    assert_eq!(append(&registry, at(8), &[whole.clone(), NouvelleTrace::default()]).await, 2);
    assert_eq!(append(&registry, at(8), &[]).await, 2, "nothing to append");
    let page = registry.trace_page(&TraceFiltre::default(), None, 9).await.unwrap();
    assert_eq!((page.total, page.suite), (2, None));
    let [empty, read] = page.entrees.try_into().unwrap();
    assert_eq!((read.rang, read.le, read.personne_id), (1, at(8), whole.personne_id));
    assert_eq!(
        (read.role, read.acte, read.structure_id),
        (whole.role, whole.acte, whole.structure_id)
    );
    assert_eq!((read.dossiers, read.nombre, read.detail), (whole.dossiers, 50, whole.detail));
    assert_eq!((empty.personne_id, empty.role, empty.structure_id), (None, None, None));
    let head = registry.trace_head().await.unwrap().unwrap();
    assert_eq!(head, Tete { rang: 2, empreinte: empty.empreinte });
    assert_eq!(sound(&registry).await, 2);
}

async fn found(registry: &Registry, filtre: TraceFiltre) -> Vec<i64> {
    let page = registry.trace_page(&filtre, None, 99).await.unwrap();
    let ranks: Vec<_> = page.entrees.iter().map(|entree| entree.rang).collect();
    assert_eq!(page.total, i64::try_from(ranks.len()).unwrap(), "{filtre:?}");
    ranks
}

async fn entries_are_found_by_what_is_asked(base: &Base) {
    let registry = base.open().await;
    let on = |dossiers: &[&str], base: NouvelleTrace| NouvelleTrace {
        dossiers: dossiers.iter().map(|id| (*id).to_owned()).collect(),
        ..base
    };
    append(&registry, at(8), &[entry("liste", "p1", "A")]).await;
    append(&registry, at(9), &[on(&["d1", "d2"], entry("fiche", "p1", "B"))]).await;
    append(&registry, at(10), &[on(&["d1", "d1"], entry("fiche", "p2", "A"))]).await;
    append(&registry, at(11), &[NouvelleTrace { acte: "tache".to_owned(), ..Default::default() }])
        .await;
    let some = |text: &str| Some(text.to_owned());
    let all = TraceFiltre::default;
    for (filtre, expected) in [
        (all(), vec![4, 3, 2, 1]),
        (TraceFiltre { structure_id: some("A"), ..all() }, vec![3, 1]),
        (TraceFiltre { personne_id: some("p1"), ..all() }, vec![2, 1]),
        (TraceFiltre { dossier_id: some("d1"), ..all() }, vec![3, 2]),
        (TraceFiltre { dossier_id: some("d2"), ..all() }, vec![2]),
        (TraceFiltre { acte: some("fiche"), ..all() }, vec![3, 2]),
        (TraceFiltre { depuis: Some(at(9)), avant: Some(at(11)), ..all() }, vec![3, 2]),
        (TraceFiltre { depuis: Some(at(11)), ..all() }, vec![4]),
        (TraceFiltre { dossier_id: some("d1"), structure_id: some("A"), ..all() }, vec![3]),
        (
            TraceFiltre {
                structure_id: some("B"),
                personne_id: some("p1"),
                dossier_id: some("d2"),
                acte: some("fiche"),
                depuis: Some(at(9)),
                avant: Some(at(10)),
            },
            vec![2],
        ),
        (TraceFiltre { structure_id: some("A' OR '1'='1"), ..all() }, vec![]),
    ] {
        assert_eq!(found(&registry, filtre.clone()).await, expected, "{filtre:?}");
    }
}

async fn pages_follow_one_another(base: &Base) {
    let registry = base.open().await;
    for n in 0..9 {
        append(&registry, at(8), &[entry("x", "p1", if n % 3 == 0 { "B" } else { "A" })]).await;
    }
    let filtre = TraceFiltre { structure_id: Some("A".to_owned()), ..TraceFiltre::default() };
    let (mut below, mut pages) = (None, Vec::new());
    loop {
        let page = registry.trace_page(&filtre, below, 2).await.unwrap();
        assert_eq!(page.total, 6);
        pages.push(page.entrees.iter().map(|entree| entree.rang).collect::<Vec<_>>());
        // What is appended meanwhile does not shift the pages.
        append(&registry, at(9), &[entry("x", "p1", "B")]).await;
        below = page.suite;
        if below.is_none() {
            break;
        }
    }
    assert_eq!(pages, [[9, 8], [6, 5], [3, 2]]);
}

async fn a_page_of_dossiers_is_one_entry(base: &Base) {
    let registry = base.open().await;
    let dossiers: Vec<_> = (0..251).map(|n| format!("d{n}")).collect();
    let list = NouvelleTrace { dossiers: dossiers.clone(), nombre: 251, ..entry("l", "p1", "A") };
    assert_eq!(append(&registry, at(8), &[list]).await, 1);
    let page = registry.trace_page(&TraceFiltre::default(), None, 9).await.unwrap();
    assert_eq!(page.entrees[0].dossiers, dossiers);
    for dossier in ["d0", "d99", "d100", "d250"] {
        let filtre = TraceFiltre { dossier_id: Some(dossier.to_owned()), ..Default::default() };
        assert_eq!(found(&registry, filtre).await, [1], "{dossier}");
    }
    assert_eq!(sound(&registry).await, 1);
}

async fn a_purge_leaves_a_chain_that_verifies(base: &Base) {
    let registry = base.open().await;
    let before =
        async |registry: &Registry| registry.purge_trace(at(10), "un an", "p9", at(15)).await;
    assert_eq!(before(&registry).await.unwrap(), 0, "nothing to purge, and no anchor");
    assert!(registry.trace_ancres().await.unwrap().is_empty());
    for hour in 8..13 {
        let dossiers = vec![format!("d{hour}")];
        append(&registry, at(hour), &[NouvelleTrace { dossiers, ..entry("x", "p1", "A") }]).await;
    }
    let middle = registry.trace_page(&TraceFiltre::default(), Some(3), 1).await.unwrap();
    assert_eq!(before(&registry).await.unwrap(), 2);
    assert_eq!(before(&registry).await.unwrap(), 0, "done already");
    let [ancre] = registry.trace_ancres().await.unwrap().try_into().unwrap();
    assert_eq!((ancre.rang, &ancre.empreinte), (2, &middle.entrees[0].empreinte));
    assert_eq!((ancre.nombre, ancre.par.as_str()), (2, "p9"));
    assert_eq!(sound(&registry).await, 4, "three left, and the purge");
    let gone = TraceFiltre { dossier_id: Some("d9".to_owned()), ..Default::default() };
    assert!(found(&registry, gone).await.is_empty());
    let last = registry.trace_page(&TraceFiltre::default(), None, 1).await.unwrap();
    let purge = &last.entrees[0];
    assert_eq!((purge.acte.as_str(), purge.nombre, purge.rang), ("purge_trace", 2, 6));
    assert_eq!((&purge.detail["regle"], &purge.detail["rang"]), (&json!("un an"), &json!(2)));
    assert!(registry.journal(1).await.unwrap()[0].detail.contains("2 entrée(s)"));
    // Everything goes, twice: the chain still holds from the last anchor.
    for _ in 0..2 {
        assert!(registry.purge_trace(at(20), "tout", "p9", at(16)).await.unwrap() > 0);
        assert_eq!(sound(&registry).await, 1);
    }
    append(&registry, at(17), &[entry("x", "p1", "A")]).await;
    assert_eq!(sound(&registry).await, 2);
    assert_eq!(registry.trace_ancres().await.unwrap().len(), 3);
}

async fn a_purge_keeps_what_follows_a_younger_entry(base: &Base) {
    let registry = base.open().await;
    // Two clocks: the third entry is dated before the second.
    for hour in [8, 11, 9, 12] {
        append(&registry, at(hour), &[entry("x", "p1", "A")]).await;
    }
    assert_eq!(registry.purge_trace(at(10), "r", "p9", at(13)).await.unwrap(), 1);
    assert_eq!(found(&registry, TraceFiltre::default()).await, [5, 4, 3, 2]);
    assert_eq!(sound(&registry).await, 4);
}

async fn writers_at_once_make_one_chain(base: &Base) {
    let mut tasks = Vec::new();
    for writer in 0..4 {
        let registry = base.open().await;
        tasks.push(tokio::spawn(async move {
            for n in 0..10 {
                let who = format!("p{writer}");
                let entrees = [entry("a", &who, "A"), entry("b", &who, "A"), entry("c", &who, "A")];
                if n % 2 == 0 {
                    append(&registry, at(8), &entrees).await;
                } else {
                    // With an act, whose transaction takes another turn first.
                    let mut unite = registry.begin(at(8)).await.unwrap();
                    unite.set_parametre(&who, None, Some(&n.to_string()), &who).await.unwrap();
                    unite.trace(&entrees).await.unwrap();
                    unite.commit().await.unwrap();
                }
            }
        }));
    }
    for task in tasks {
        task.await.unwrap();
    }
    let registry = base.open().await;
    assert_eq!(sound(&registry).await, 120);
    assert_eq!(registry.trace_head().await.unwrap().unwrap().rang, 120);
    // What one appended at once stays together.
    let page = registry.trace_page(&TraceFiltre::default(), None, 120).await.unwrap();
    for three in page.entrees.chunks(3) {
        let acts: String = three.iter().map(|entree| entree.acte.as_str()).collect();
        assert_eq!(acts, "cba");
        assert!(three.iter().all(|entree| entree.personne_id == three[0].personne_id));
    }
}

async fn verifying_beside_writers_and_purges_finds_nothing(base: &Base) {
    let registry = base.open().await;
    append(&registry, at(8), &vec![entry("x", "p1", "A"); 30]).await;
    let writer = base.open().await;
    let writing = tokio::spawn(async move {
        for n in 0..12_i64 {
            let when = at(9).checked_add(SignedDuration::from_mins(n)).unwrap();
            append(&writer, when, &vec![entry("x", "p1", "A"); 4]).await;
            if n % 3 == 2 {
                writer.purge_trace(when, "r", "p9", when).await.unwrap();
            }
        }
    });
    let mut walks = 0;
    while !writing.is_finished() {
        sound(&registry).await;
        walks += 1;
    }
    writing.await.unwrap();
    assert!(walks > 0);
    assert!(sound(&registry).await > 0);
}
