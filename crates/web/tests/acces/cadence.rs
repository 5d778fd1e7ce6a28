//! Nobody reads about young people faster than anybody reads.

use std::num::NonZeroU32;

use axum::http::StatusCode;
use mallette_registry::TraceFiltre;
use mallette_testkit::postgres::Base;

use crate::commun::{GRENOBLE, LYON};
use crate::html;
use crate::reseau::Reseau;

crate::on_both!(a_program_that_reads_everything_is_stopped_and_traced);

async fn a_program_that_reads_everything_is_stopped_and_traced(base: Option<Base>) {
    // The clock of the network stands still: one minute for the whole test.
    let reseau = Reseau::peuple(base).await.with_cadence(NonZeroU32::new(3).unwrap());
    let list = format!("/controles/PAC-07?centre={LYON}");
    let file = format!("/controles/PAC-07/objets.csv?centre={LYON}");
    for path in [&list, &file, &list] {
        let read = reseau.get(Some("referent"), path).await;
        assert_eq!(read.status, StatusCode::OK, "{path}");
        assert!(read.text().contains("DUPONT"), "{path}");
    }
    for path in [&list, &file] {
        let refused = reseau.get(Some("referent"), path).await;
        assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS, "{path}");
        assert_eq!(refused.header("retry-after"), "60");
        let text = refused.text();
        assert!(!text.contains("DUPONT") && text.contains("Lectures trop rapides"), "{text}");
        assert_eq!(html::faults(&text), Vec::<String>::new());
    }
    // What names nobody is not counted, and nobody waits for another.
    assert_eq!(reseau.get(Some("referent"), "/controles").await.status, StatusCode::OK);
    assert!(reseau.get(Some("directeur"), &list).await.text().contains("DUPONT"));
    let other = format!("/controles/PAC-07?centre={GRENOBLE}");
    assert_eq!(reseau.get(Some("voisin"), &other).await.status, StatusCode::OK);

    let registry = reseau.registry().await;
    let asked = |acte: &str| TraceFiltre {
        acte: Some(acte.to_owned()),
        personne_id: Some(reseau.ids["referent"].clone()),
        ..TraceFiltre::default()
    };
    let tries = registry.trace_page(&asked("tentative"), None, 10).await.unwrap().entrees;
    assert!(tries.iter().any(|entry| entry.detail["genre"] == "cadence"), "{tries:?}");
    // What was refused was not read: it is not in the trace of readings.
    let lists = registry.trace_page(&asked("lecture_liste"), None, 10).await.unwrap().total;
    let files = registry.trace_page(&asked("lecture_fichier"), None, 10).await.unwrap().total;
    assert_eq!((lists, files), (2, 1));
}
