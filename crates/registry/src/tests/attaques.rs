//! Attacks on the trace by who can write in the store: each is seen, at its rank.

use proptest::test_runner::{Config, TestRunner};
use sqlx::{AssertSqlSafe, Executor as _};

use super::base::{Base, at};
use super::traces::{append, entry, sound};
use crate::RaisonRupture::{self, Ajoutee, Ancre, Deplacee, Manquante, Modifiee, Tete, Tronquee};
use crate::{NouvelleTrace, Registry, Rupture};

super::on_both!(
    any_field_changed_is_seen_at_its_rank,
    any_dossier_changed_is_seen_at_its_rank,
    any_entry_removed_is_seen,
    entries_swapped_are_seen,
    entries_inserted_are_seen,
    the_head_moved_is_seen,
    what_was_noted_elsewhere_is_compared,
    anchors_changed_are_seen,
    a_broken_chain_is_not_purged,
    whatever_is_appended_verifies_and_whatever_is_changed_is_seen,
);

/// Entries of each chain attacked; the second and the fifth have dossiers.
const LAST: i64 = 7;

/// Columns of `trace`, each with another value than any that is appended here.
const FIELDS: [&str; 11] = [
    "le = '2019-11-05T23:00:00.000000000Z'",
    "personne_id = 'x'",
    "personne_id = NULL",
    "role = 'auditeur'",
    "acte = 'autre'",
    "structure_id = 'Z'",
    "structure_id = NULL",
    "nombre = nombre + 1",
    "detail = '{\"page\":\"autre\"}'",
    "empreinte_avant = 'ff'",
    "empreinte = 'ff'",
];

async fn chain(base: &Base) -> Registry {
    let registry = base.open().await;
    for rang in 1..=LAST {
        let dossiers = match rang {
            2 => vec!["d1".to_owned(), "d2".to_owned()],
            5 => vec!["d1".to_owned()],
            _ => vec![],
        };
        append(&registry, at(8), &[NouvelleTrace { dossiers, ..entry("x", "p1", "A") }]).await;
    }
    assert_eq!(sound(&registry).await, LAST);
    keep(&registry).await;
    registry
}

async fn sql(registry: &Registry, sql: impl Into<String>) {
    registry.pool.execute(AssertSqlSafe(sql.into())).await.unwrap();
}

const TABLES: [&str; 4] = ["trace", "trace_dossier", "trace_tete", "trace_ancre"];

/// Copies the trace aside.
async fn keep(registry: &Registry) {
    for table in TABLES {
        sql(registry, format!("DROP TABLE IF EXISTS {table}_copie")).await;
        sql(registry, format!("CREATE TABLE {table}_copie AS SELECT * FROM {table}")).await;
    }
}

/// Puts the copy back.
async fn restore(registry: &Registry) {
    for table in ["trace_dossier", "trace", "trace_tete", "trace_ancre"] {
        sql(registry, format!("DELETE FROM {table}")).await;
    }
    for table in TABLES {
        sql(registry, format!("INSERT INTO {table} SELECT * FROM {table}_copie")).await;
    }
}

/// Attacks, checks what is found, puts all back.
async fn attack(registry: &Registry, statements: &[String], rang: i64, raison: RaisonRupture) {
    for statement in statements {
        sql(registry, statement).await;
    }
    let found = registry.verify_trace(&[]).await.unwrap();
    assert_eq!(found.rupture, Some(Rupture { rang, raison }), "{statements:?}");
    assert!(found.jusque < rang || !matches!(raison, Modifiee | Manquante | Deplacee));
    restore(registry).await;
    sound(registry).await;
}

async fn any_field_changed_is_seen_at_its_rank(base: &Base) {
    let registry = chain(base).await;
    for rang in 1..=LAST {
        for field in FIELDS {
            let change = format!("UPDATE trace SET {field} WHERE rang = {rang}");
            attack(&registry, &[change], rang, Modifiee).await;
        }
    }
    // The rank is a field too: the entry is missed where it was.
    for rang in [1, 4, LAST] {
        let change = format!("UPDATE trace SET rang = 99 WHERE rang = {rang}");
        let raison = if rang == LAST { Tronquee } else { Manquante };
        attack(&registry, &[change], rang, raison).await;
    }
    let change = "UPDATE trace SET rang = -3 WHERE rang = 4".to_owned();
    attack(&registry, &[change], -3, Ajoutee).await;
}

async fn any_dossier_changed_is_seen_at_its_rank(base: &Base) {
    let registry = chain(base).await;
    for rang in [2, 5] {
        for change in [
            format!("UPDATE trace_dossier SET dossier_id = 'd9' WHERE rang = {rang} AND ordre = 1"),
            format!("UPDATE trace_dossier SET ordre = ordre + 10 WHERE rang = {rang}"),
            format!("DELETE FROM trace_dossier WHERE rang = {rang} AND ordre = 1"),
            format!("DELETE FROM trace_dossier WHERE rang = {rang}"),
            format!("INSERT INTO trace_dossier (rang, ordre, dossier_id) VALUES ({rang}, 9, 'd1')"),
        ] {
            attack(&registry, &[change], rang, Modifiee).await;
        }
    }
    // One moved from an entry to another is seen at the first of both.
    let change = "UPDATE trace_dossier SET rang = 4 WHERE rang = 5".to_owned();
    attack(&registry, &[change], 4, Modifiee).await;
    let change =
        "INSERT INTO trace_dossier (rang, ordre, dossier_id) VALUES (3, 1, 'd1')".to_owned();
    attack(&registry, &[change], 3, Modifiee).await;
}

async fn any_entry_removed_is_seen(base: &Base) {
    let registry = chain(base).await;
    let remove = |condition: String| {
        [
            format!("DELETE FROM trace_dossier WHERE {condition}"),
            format!("DELETE FROM trace WHERE {condition}"),
        ]
    };
    for rang in 1..=LAST {
        let raison = if rang == LAST { Tronquee } else { Manquante };
        attack(&registry, &remove(format!("rang = {rang}")), rang, raison).await;
    }
    for rang in 1..=LAST {
        attack(&registry, &remove(format!("rang >= {rang}")), rang, Tronquee).await;
    }
    attack(&registry, &remove("rang <= 3".to_owned()), 1, Manquante).await;
}

async fn entries_swapped_are_seen(base: &Base) {
    let registry = chain(base).await;
    let bare = [1, 3, 4, 6, 7];
    for (index, first) in bare.iter().enumerate() {
        for second in &bare[index + 1..] {
            let swap = [
                format!("UPDATE trace SET rang = 1000 WHERE rang = {first}"),
                format!("UPDATE trace SET rang = {first} WHERE rang = {second}"),
                format!("UPDATE trace SET rang = {second} WHERE rang = 1000"),
            ];
            attack(&registry, &swap, *first, Deplacee).await;
        }
    }
}

async fn entries_inserted_are_seen(base: &Base) {
    let registry = chain(base).await;
    let forged = |rang: i64, avant: &str| {
        format!(
            "INSERT INTO trace (rang, le, acte, nombre, detail, empreinte_avant, empreinte) \
             SELECT {rang}, le, 'faux', 1, '{{}}', {avant}, 'ff' FROM trace WHERE rang = {LAST}"
        )
    };
    attack(&registry, &[forged(LAST + 1, "empreinte")], LAST + 1, Ajoutee).await;
    attack(&registry, &[forged(LAST + 5, "empreinte")], LAST + 1, Ajoutee).await;
    attack(&registry, &[forged(0, "empreinte")], 0, Ajoutee).await;
    let head = format!("UPDATE trace_tete SET rang = {}, empreinte = 'ff'", LAST + 1);
    attack(&registry, &[forged(LAST + 1, "empreinte"), head.clone()], LAST + 1, Modifiee).await;
    // Room made in the middle.
    let room = [
        "UPDATE trace SET rang = rang + 1000 WHERE rang >= 6".to_owned(),
        "UPDATE trace SET rang = rang - 999 WHERE rang >= 1006".to_owned(),
        forged(6, "'ff'").replace(&format!("rang = {LAST}"), &format!("rang = {}", LAST + 1)),
        head,
    ];
    attack(&registry, &room, 6, Modifiee).await;
}

async fn the_head_moved_is_seen(base: &Base) {
    let registry = chain(base).await;
    for (change, rang, raison) in [
        ("UPDATE trace_tete SET empreinte = 'ff'", LAST, Tete),
        ("UPDATE trace_tete SET rang = rang - 1", LAST - 1, Tete),
        ("UPDATE trace_tete SET rang = rang + 1", LAST + 1, Tronquee),
        ("UPDATE trace_tete SET rang = 0, empreinte = ''", 1, Ajoutee),
        (
            "UPDATE trace_tete SET rang = 6, empreinte = (SELECT empreinte FROM trace WHERE rang = 6)",
            LAST,
            Ajoutee,
        ),
        ("DELETE FROM trace_tete", 1, Tete),
    ] {
        attack(&registry, &[change.to_owned()], rang, raison).await;
    }
}

async fn what_was_noted_elsewhere_is_compared(base: &Base) {
    let registry = chain(base).await;
    let noted = registry.trace_head().await.unwrap().unwrap();
    let seen = async || {
        let found = registry.verify_trace(std::slice::from_ref(&noted)).await.unwrap();
        found.rupture.map(|rupture| (rupture.rang, rupture.raison))
    };
    assert_eq!(seen().await, None);
    append(&registry, at(9), &[entry("y", "p1", "A")]).await;
    assert_eq!(seen().await, None, "still there, further back");
    restore(&registry).await;
    // The tail cut off with its head, so that the chain alone cannot tell.
    let cut = async || {
        for change in [
            "DELETE FROM trace WHERE rang = 7",
            "UPDATE trace_tete SET rang = 6, empreinte = (SELECT empreinte FROM trace WHERE rang = 6)",
        ] {
            sql(&registry, change).await;
        }
    };
    cut().await;
    assert_eq!(sound(&registry).await, LAST - 1);
    assert_eq!(seen().await, Some((LAST, Tronquee)));
    // And made anew.
    append(&registry, at(8), &[entry("faux", "p1", "A")]).await;
    assert_eq!(sound(&registry).await, LAST);
    assert_eq!(seen().await, Some((LAST, RaisonRupture::Temoin)));
    restore(&registry).await;
    // Purged up to it, it is the anchor.
    registry.purge_trace(at(9), "r", "p9", at(9)).await.unwrap();
    assert_eq!(seen().await, None);
    let other = crate::Tete { empreinte: "ff".to_owned(), ..noted.clone() };
    let found = registry.verify_trace(&[other]).await.unwrap().rupture;
    assert_eq!(found, Some(Rupture { rang: LAST, raison: RaisonRupture::Temoin }));
}

async fn anchors_changed_are_seen(base: &Base) {
    let registry = base.open().await;
    for hour in 8..12 {
        append(&registry, at(hour), &[entry("x", "p1", "A")]).await;
    }
    registry.purge_trace(at(9), "r", "p9", at(12)).await.unwrap();
    registry.purge_trace(at(11), "r", "p9", at(13)).await.unwrap();
    assert_eq!(sound(&registry).await, 3);
    keep(&registry).await;
    // Anchors at 1 and 3; entries 4, then the purges 5 and 6.
    for field in ["empreinte = 'ff'", "nombre = nombre + 1", "le = 'x'", "par = 'x'"] {
        for rang in [1, 3] {
            let change = format!("UPDATE trace_ancre SET {field} WHERE rang = {rang}");
            attack(&registry, &[change], 3, Ancre).await;
        }
    }
    for (change, rang) in [
        ("DELETE FROM trace_ancre", 0),
        ("DELETE FROM trace_ancre WHERE rang = 1", 3),
        ("DELETE FROM trace_ancre WHERE rang = 3", 1),
        ("UPDATE trace_ancre SET rang = 2 WHERE rang = 3", 2),
        ("UPDATE trace_ancre SET rang = 4 WHERE rang = 3", 4),
        (
            "INSERT INTO trace_ancre SELECT 2, empreinte, 1, le, par FROM trace_ancre WHERE rang = 1",
            3,
        ),
    ] {
        attack(&registry, &[change.to_owned()], rang, Ancre).await;
    }
    // More removed, as if the purge had taken it.
    let further = [
        "DELETE FROM trace WHERE rang <= 4".to_owned(),
        "UPDATE trace_ancre SET rang = 4, nombre = 3, empreinte = \
         (SELECT empreinte_avant FROM trace WHERE rang = 5) WHERE rang = 3"
            .to_owned(),
    ];
    attack(&registry, &further, 4, Ancre).await;
    for (change, rang, raison) in [
        ("UPDATE trace SET detail = '{}' WHERE rang = 6", 6, Modifiee),
        ("UPDATE trace SET nombre = 9 WHERE rang = 4", 4, Modifiee),
        ("DELETE FROM trace WHERE rang = 5", 5, Manquante),
        ("DELETE FROM trace WHERE rang = 6", 6, Tronquee),
    ] {
        attack(&registry, &[change.to_owned()], rang, raison).await;
    }
}

async fn a_broken_chain_is_not_purged(base: &Base) {
    let registry = chain(base).await;
    sql(&registry, "UPDATE trace SET nombre = 9 WHERE rang = 3").await;
    let refused = registry.purge_trace(at(20), "r", "p9", at(20)).await.unwrap_err().to_string();
    assert!(refused.contains("au rang 3, l'entrée a été modifiée"), "{refused}");
    assert!(registry.trace_ancres().await.unwrap().is_empty());
    assert_eq!(registry.trace_head().await.unwrap().unwrap().rang, LAST);
}

async fn whatever_is_appended_verifies_and_whatever_is_changed_is_seen(base: &Base) {
    use proptest::collection::vec;
    use proptest::prelude::*;

    let registry = base.open().await;
    let texts = || "\\PC{0,12}";
    let entrees = (texts(), proptest::option::of(texts()), vec(texts(), 0..4), any::<i32>())
        .prop_map(|(acte, structure_id, dossiers, nombre)| NouvelleTrace {
            detail: serde_json::json!({ "texte": structure_id, "nombre": nombre }),
            acte,
            structure_id,
            dossiers,
            nombre: i64::from(nombre),
            ..NouvelleTrace::default()
        });
    let case = (vec(entrees, 1..6), any::<prop::sample::Index>(), 0..FIELDS.len());
    let config = Config { cases: 24, failure_persistence: None, ..Config::default() };
    let handle = tokio::runtime::Handle::current();
    let outcome = tokio::task::block_in_place(|| {
        TestRunner::new(config).run(&case, |(entrees, place, field)| {
            handle.block_on(async {
                let last = append(&registry, at(8), &entrees).await;
                prop_assert_eq!(sound(&registry).await, last);
                let rang = i64::try_from(place.index(usize::try_from(last).unwrap())).unwrap() + 1;
                keep(&registry).await;
                let nothing = matches!(FIELDS[field], "personne_id = NULL" | "structure_id = NULL");
                let field = if nothing { "nombre = nombre - 1" } else { FIELDS[field] };
                sql(&registry, format!("UPDATE trace SET {field} WHERE rang = {rang}")).await;
                let found = registry.verify_trace(&[]).await.unwrap().rupture;
                prop_assert_eq!(found, Some(Rupture { rang, raison: Modifiee }), "{}", field);
                restore(&registry).await;
                Ok::<_, TestCaseError>(())
            })
        })
    });
    outcome.unwrap();
    assert!(registry.trace_head().await.unwrap().unwrap().rang >= 24);
}

/// SQLite keeps in a column a value of any type.
#[tokio::test]
async fn a_value_of_another_type_is_seen() {
    let base = Base::sqlite().await;
    let registry = chain(&base).await;
    for change in ["nombre = 'abc'", "nombre = 1.5", "detail = x'00ff'", "le = x'00'", "acte = 12"]
    {
        let change = format!("UPDATE trace SET {change} WHERE rang = 4");
        attack(&registry, &[change], 4, Modifiee).await;
    }
}
