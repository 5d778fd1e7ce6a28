//! The pages of the workshop of the tests, asked for and read.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use tower::ServiceExt;

use crate::commun::{Double, GRENOBLE, etat};

pub(crate) const FINE: &str = "\u{202f}";

pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) bytes: Vec<u8>,
}

impl Answer {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

pub(crate) fn site() -> (Router, Arc<Double>) {
    let double = Arc::new(Double::new(etat().unwrap()).unwrap());
    let atelier: Arc<Double> = Arc::clone(&double);
    (mallette_web::router(atelier, None), double)
}

/// The site, Grenoble never having sent its propositions nor its parcours.
pub(crate) fn lacking() -> Router {
    let mut etat = etat().unwrap();
    let version = &mut etat.centres.get_mut(GRENOBLE).unwrap().version;
    version.tables.retain(|table, _| !matches!(table.as_str(), "parcours" | "propositions"));
    mallette_web::router(Arc::new(Double::new(etat).unwrap()), None)
}

pub(crate) async fn send(router: &Router, request: Request<Body>) -> Answer {
    let response = router.clone().oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let bytes = to_bytes(body, usize::MAX).await.unwrap().to_vec();
    Answer { status: parts.status, headers: parts.headers, bytes }
}

pub(crate) async fn get(router: &Router, path: &str) -> Answer {
    let request = Request::get(path).header("host", "localhost:8080");
    send(router, request.body(Body::empty()).unwrap()).await
}

pub(crate) async fn page(path: &str) -> String {
    let answer = get(&site().0, path).await;
    assert_eq!(answer.status, StatusCode::OK, "{path}");
    answer.text()
}

pub(crate) fn post(path: &str, kind: &str, body: impl Into<Body>) -> Request<Body> {
    Request::post(path)
        .header("host", "localhost:8080")
        .header("origin", "http://localhost:8080")
        .header("content-type", kind)
        .body(body.into())
        .unwrap()
}

/// The words of a page, without its tags.
pub(crate) fn words(html: &str) -> String {
    let mut words = String::new();
    let mut inside = false;
    for letter in html.chars() {
        match letter {
            '<' => inside = true,
            '>' => {
                inside = false;
                words.push(' ');
            }
            _ if !inside => words.push(letter),
            _ => {}
        }
    }
    for (entity, letter) in
        [("&#39;", "'"), ("&#34;", "\""), ("&#60;", "<"), ("&#62;", ">"), ("&#38;", "&")]
    {
        words = words.replace(entity, letter);
    }
    // Unbreakable spaces are part of what is said.
    words.split_ascii_whitespace().collect::<Vec<_>>().join(" ")
}

/// The row of a table that holds a text.
pub(crate) fn row(html: &str, text: &str) -> String {
    let mut rows = html.split("<tr").filter_map(|row| row.split_once("</tr>")).map(|(row, _)| row);
    let found = rows.find(|row| row.contains(text));
    words(&format!("<tr{}", found.unwrap_or_else(|| panic!("aucune ligne « {text} »"))))
}
