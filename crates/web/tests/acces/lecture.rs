//! An installation that is read only: no request of anybody changes a byte of the data directory nor a
//! row of the base, and no name is shown, as no reading could be traced.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use axum::http::{Method, StatusCode};
use mallette_domain::acces::Exigence;
use mallette_testkit::postgres::Base;

use crate::commun::{GRENOBLE, LYON};
use crate::comptes::sign_in;
use crate::html;
use crate::matrice::{QUI, passes, path, sent_to_sign_in};
use crate::reseau::{MOT_DE_PASSE, Reseau};

crate::on_both!(
    no_request_changes_a_byte_where_nothing_may_be_written,
    what_cannot_be_done_is_told_and_until_when,
);

/// Everything that is kept: files to the byte, rows.
fn kept(reseau: &Reseau) -> (BTreeMap<PathBuf, Vec<u8>>, BTreeMap<String, Vec<String>>) {
    let mut files = BTreeMap::new();
    walk(reseau.dir.path(), &mut files);
    let rows = reseau.base.as_ref().map(Base::contents).unwrap_or_default();
    (files, rows)
}

fn walk(dir: &Path, files: &mut BTreeMap<PathBuf, Vec<u8>>) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => {
                files.insert(path.clone(), Vec::new());
                walk(&path, files);
            }
            false => {
                let bytes = std::fs::read(&path).unwrap();
                files.insert(path, bytes);
            }
        }
    }
}

async fn no_request_changes_a_byte_where_nothing_may_be_written(base: Option<Base>) {
    let reseau = Reseau::peuple(base).await;
    // What is compared below does change when something is written.
    let before = kept(&reseau);
    let list = "/controles/PAC-07?centre=69382S00";
    assert!(reseau.get(Some("directeur"), list).await.text().contains("DUPONT"));
    reseau.local.close().await;
    assert_ne!(kept(&reseau), before, "the trace of a reading");

    let reseau = reseau.read_only(None).await;
    let before = kept(&reseau);
    for route in &mallette_web::declared() {
        for centre in [LYON, GRENOBLE] {
            let path = path(route.chemin, centre);
            for qui in QUI.map(Some).into_iter().chain([None]) {
                let cell = format!("{} {path} by {qui:?}", route.methode);
                let request = reseau.request(route.methode.as_str(), qui, &path, "");
                let answer = reseau.send(request).await;
                let passed = match qui {
                    Some(qui) => passes(route.exigence).contains(&qui),
                    None => route.exigence == Exigence::Publique,
                };
                assert_eq!(reseau.double.appels(), Vec::<String>::new(), "{cell}");
                let unavailable = answer.status == StatusCode::SERVICE_UNAVAILABLE;
                assert_eq!(unavailable, passed && route.ecrit, "{cell}: {}", answer.status);
                assert_eq!(unavailable, !answer.header("retry-after").is_empty(), "{cell}");
                assert!(answer.status != StatusCode::INTERNAL_SERVER_ERROR, "{cell}");
                assert!(answer.header("set-cookie").is_empty(), "{cell}");
                assert_eq!(sent_to_sign_in(&answer) && !passed, qui.is_none() && !passed, "{cell}");
                let page = answer.text();
                for name in ["DUPONT", "DURAND", "Zoé"] {
                    assert!(!page.contains(name), "{cell}: a name is shown");
                }
                let html = answer.header("content-type").starts_with("text/html");
                assert!(!html || page.contains("en lecture seule"), "{cell}: not said");
            }
        }
    }
    assert!(kept(&reseau) == before, "something was written");
}

async fn what_cannot_be_done_is_told_and_until_when(base: Option<Base>) {
    // The clock of the network stands at noon in universal time, one o'clock in Paris.
    let jusque = "2026-11-25T13:30:00Z".parse().ok();
    let reseau = Reseau::peuple(base).await.read_only(jusque).await;
    let page = reseau.get(None, "/connexion").await.text().replace("&#39;", "'");
    assert!(page.contains("en lecture seule jusqu'à 14\u{a0}h\u{a0}30"), "{page}");
    assert!(page.contains("personne ne se connecte"), "{page}");
    let refused = reseau.post(None, "/connexion", &sign_in("dir@lyon.example", MOT_DE_PASSE)).await;
    assert_eq!(refused.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(refused.header("retry-after"), "5400");
    assert_eq!(html::faults(&refused.text()), Vec::<String>::new());
    assert!(refused.text().contains("pas été fait"), "{}", refused.text());
    // Who was signed in reads figures, and rows without names.
    let list = reseau.get(Some("directeur"), "/controles/PAC-07?centre=69382S00").await;
    assert_eq!(list.status, StatusCode::OK);
    assert!(list.text().contains(">d-"), "{}", list.text());
    let file = reseau.get(Some("directeur"), "/controles/PAC-07/objets.csv?centre=69382S00").await;
    assert_eq!(file.status, StatusCode::OK);
    assert!(!file.text().contains("DUPONT") && file.text().lines().count() > 1, "{}", file.text());
    let found = "/controles/PAC-07?centre=69382S00&dossier=DUPONT";
    let found = reseau.get(Some("directeur"), found).await.text();
    assert_eq!(reseau.double.appels(), Vec::<String>::new(), "nobody is looked for by name");
    assert!(!found.contains(">d-"), "{found}");
    let trace = reseau.get(Some("auditeur"), "/trace").await;
    assert_eq!(trace.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(trace.text().contains("laisse une trace"), "{}", trace.text());
    let traced = |route: &&mallette_web::Route| route.ecrit && route.methode == Method::GET;
    assert!(mallette_web::declared().iter().filter(traced).count() >= 8);
}
