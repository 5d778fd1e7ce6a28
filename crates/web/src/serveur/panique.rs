//! The last resort: a panic while a request is answered gives the page of our failures, not a cut connection, and takes nothing else down.
//! What is kept of it is where it happened, never what it says: its message may hold a value.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, PanicHookInfo};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures::FutureExt as _;
use jiff::Timestamp;

use crate::erreur::Erreur;

static NOMBRE: AtomicU64 = AtomicU64::new(0);
static DERNIERE: Mutex<Option<(Timestamp, String)>> = Mutex::new(None);

thread_local! {
    /// Where the last panic of this thread was.
    static LIEU: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Has every panic of the program told by its place only, counted, and shown by the health of the installation. To be called once, by
/// the program itself.
pub fn tell_panics(clock: fn() -> Timestamp) {
    std::panic::set_hook(Box::new(move |info| note(info, clock())));
}

/// Keeps where a panic is, tells it.
fn note(info: &PanicHookInfo<'_>, now: Timestamp) {
    let lieu = info.location().map_or_else(
        || "lieu inconnu".to_owned(),
        |place| format!("{}:{}:{}", place.file(), place.line(), place.column()),
    );
    NOMBRE.fetch_add(1, Ordering::Relaxed);
    *DERNIERE.lock().unwrap_or_else(PoisonError::into_inner) = Some((now, lieu.clone()));
    eprintln!("panique : {lieu}");
    LIEU.with(|kept| *kept.borrow_mut() = Some(lieu));
}

/// How many panics there were since the start.
pub(super) fn count() -> u64 {
    NOMBRE.load(Ordering::Relaxed)
}

/// How many panics there were since the start, and when and where the last one was.
pub(crate) fn last() -> Option<(u64, Timestamp, String)> {
    let last = DERNIERE.lock().unwrap_or_else(PoisonError::into_inner).clone();
    last.map(|(when, lieu)| (count(), when, lieu))
}

/// Answers for a handler that panics.
pub(super) async fn catch(request: Request, next: Next) -> Response {
    // What the handler held is dropped with it; what it shares with others is whole at every moment, or poisoned, which is looked for
    // where it counts.
    let Ok(response) = AssertUnwindSafe(next.run(request)).catch_unwind().await else {
        let lieu = LIEU.with(|kept| kept.borrow_mut().take());
        let lieu = lieu.unwrap_or_else(|| "lieu inconnu".to_owned());
        return Erreur::Interne(format!("panique à {lieu}")).into_response();
    };
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::Router;
    use axum::body::{Body, to_bytes};
    use axum::http::StatusCode;
    use axum::middleware::from_fn;
    use axum::routing::get;
    use tower::ServiceExt as _;

    /// A route that panics, as the whole server answers for it.
    fn router() -> Router {
        Router::new()
            .route("/panique", get(async || -> &'static str { panic!("CANARI {}", 1234) }))
            .route("/va", get(async || "bien"))
            .layer(from_fn(catch))
    }

    async fn ask(router: Router, path: &str) -> (StatusCode, String) {
        let request = Request::get(path).body(Body::empty()).unwrap();
        let response = router.oneshot(request).await.unwrap();
        let status = response.status();
        let bytes = to_bytes(response.into_body(), 100_000).await.unwrap();
        (status, String::from_utf8(bytes.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn a_route_that_panics_is_answered_counted_and_told_by_its_place_only() {
        // Ours hears this thread alone: the panics of the other tests are told as they were.
        let (own, before) = (std::thread::current().id(), std::panic::take_hook());
        let now: Timestamp = "2026-11-25T12:00:00Z".parse().unwrap();
        std::panic::set_hook(Box::new(move |info| {
            if std::thread::current().id() == own { note(info, now) } else { before(info) }
        }));
        let counted = count();
        let (status, html) = ask(router(), "/panique").await;
        assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
        assert!(html.contains("Incident nº") && !html.contains("CANARI"), "{html}");
        assert!(!html.contains("panique.rs"), "the cause is not shown: {html}");
        assert_eq!(count(), counted + 1);
        let (number, when, lieu) = last().unwrap();
        assert_eq!((number, when), (counted + 1, now));
        assert!(lieu.contains("panique.rs:") && !lieu.contains("CANARI"), "{lieu}");
        // And it goes on answering.
        assert_eq!(ask(router(), "/va").await, (StatusCode::OK, "bien".to_owned()));
    }
}
