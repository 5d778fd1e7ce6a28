//! The pages of a region of the tests, asked for and read.

use std::io::Cursor;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};
use calamine::{Reader, Xlsx};
use tower::ServiceExt;

use crate::region::Double;

pub(crate) fn site() -> Router {
    mallette_web::router(Arc::new(Double::new().unwrap()), None)
}

pub(crate) async fn get(router: &Router, path: &str) -> (StatusCode, Vec<u8>) {
    let request = Request::get(path).header("host", "localhost:8080");
    let request = request.body(Body::empty()).unwrap();
    let answer = router.clone().oneshot(request).await.unwrap();
    let status = answer.status();
    (status, to_bytes(answer.into_body(), usize::MAX).await.unwrap().to_vec())
}

pub(crate) async fn page(router: &Router, path: &str) -> String {
    let (status, bytes) = get(router, path).await;
    assert_eq!(status, StatusCode::OK, "{path}");
    String::from_utf8(bytes).unwrap()
}

pub(crate) async fn sheet(router: &Router, path: &str) -> Xlsx<Cursor<Vec<u8>>> {
    let (status, bytes) = get(router, path).await;
    assert_eq!(status, StatusCode::OK, "{path}");
    Xlsx::new(Cursor::new(bytes)).unwrap()
}

/// What stands between two marks.
pub(crate) fn between<'a>(text: &'a str, start: &str, end: &str) -> &'a str {
    let (_, rest) = text.split_once(start).unwrap_or_else(|| panic!("sans {start}"));
    rest.split_once(end).map_or(rest, |(found, _)| found)
}
