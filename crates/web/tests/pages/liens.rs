//! Every link leads somewhere, from the front page on.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use mallette_catalogue::Catalogue;

use crate::banc::{get, site};
use crate::html;

/// Every path is walked; of the addresses that differ by the values of their parameters only
/// (periods × centres × pages are thousands), that many.
const PER_SHAPE: usize = 3;

/// An address without the values of its parameters.
fn shape(address: &str) -> String {
    let Some((path, query)) = address.split_once('?') else { return address.to_owned() };
    let names = query.split('&').filter_map(|pair| pair.split('=').next());
    format!("{path}?{}", names.collect::<Vec<_>>().join("&"))
}

#[tokio::test]
async fn every_link_leads_somewhere_and_every_page_is_sound() {
    let (router, _) = site();
    let mut todo: Vec<String> =
        ["/", "/imports/travaux/1", "/imports/travaux/2", "/imports/travaux/3", "/rien"]
            .map(String::from)
            .into();
    let mut seen: BTreeMap<String, String> = BTreeMap::new();
    let mut shapes: BTreeMap<String, usize> = BTreeMap::new();
    while let Some(path) = todo.pop() {
        if seen.contains_key(&path) {
            continue;
        }
        let answer = get(&router, &path).await;
        let expected = if path == "/rien" { StatusCode::NOT_FOUND } else { StatusCode::OK };
        assert!(
            answer.status == expected || answer.status == StatusCode::NO_CONTENT,
            "{path} : {}",
            answer.status
        );
        assert!(answer.header("content-security-policy").contains("default-src 'none'"));
        let text = answer.text();
        if answer.header("content-type").starts_with("text/html") {
            assert_eq!(html::faults(&text), Vec::<String>::new(), "{path}");
            assert!(!text.contains("<script>alert"), "{path}");
            assert_eq!(
                get(&router, &path).await.text(),
                text,
                "{path} change d'une fois à l'autre"
            );
            for link in html::links(&text) {
                let local = link.split('#').next().unwrap_or_default().to_owned();
                if link.starts_with("data:") || local.is_empty() {
                    continue;
                }
                assert!(local.starts_with('/'), "{path} renvoie à {link}");
                let held = shapes.entry(shape(&local)).or_default();
                if *held < PER_SHAPE && !seen.contains_key(&local) && !todo.contains(&local) {
                    *held += 1;
                    todo.push(local);
                }
            }
            seen.insert(path, text);
        } else {
            seen.insert(path, String::new());
        }
    }
    for path in ["/imports/imp-1", "/controles/PAC-07", "/imports/imp-2/rejets.xlsx"] {
        assert!(seen.contains_key(path), "aucun lien vers {path}");
    }
    let regles = Catalogue::builtin().unwrap().regles.len();
    let walked = seen.keys().filter(|path| path.starts_with("/controles/") && !path.contains('?'));
    assert!(walked.count() >= regles);
}

#[tokio::test]
async fn fragments_of_links_exist() {
    let (router, _) = site();
    for path in ["/", "/imports/imp-2", "/controles/PAC-07?centre=69382S00"] {
        for link in html::links(&get(&router, path).await.text()) {
            let Some((local, fragment)) = link.split_once('#') else { continue };
            let target = if local.is_empty() { path } else { local };
            let text = get(&router, target).await.text();
            assert!(text.contains(&format!("id=\"{fragment}\"")), "{path} → {link}");
        }
    }
}
