//! What is kept of each request: a count, and a line of the journal when one is asked for. Never an
//! address, a parameter, a name of program: the pattern of the route says enough.

use std::fmt;
use std::io::Write as _;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Instant;

use axum::body::{Body, Bytes};
use axum::extract::{MatchedPath, Request, State};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::Response;
use http_body::{Body as HttpBody, Frame, SizeHint};
use jiff::Timestamp;
use mallette_app::tentative::Tentative;
use serde::Serialize;

use super::mesures::Mesures;

/// What the route of a request is called when none answers to its address.
const NO_ROUTE: &str = "none";

/// What takes a line of the journal.
type Plume = dyn Fn(&str) + Send + Sync;

/// Where the lines of the journal go.
#[derive(Clone, Default)]
pub struct Journal(Option<Arc<Plume>>);

impl fmt::Debug for Journal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Journal({})", if self.0.is_some() { "json" } else { "none" })
    }
}

impl Journal {
    /// No line for each request; failures of ours are still told on standard error.
    #[must_use]
    pub fn none() -> Self {
        Self(None)
    }

    /// One JSON object a line, on standard error.
    #[must_use]
    pub fn json() -> Self {
        // A closed standard error must not stop the pages.
        Self::to(|line| drop(writeln!(std::io::stderr().lock(), "{line}")))
    }

    /// One JSON object a line, to `write`.
    #[must_use]
    pub fn to(write: impl Fn(&str) + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(write)))
    }
}

/// A line of the journal.
#[derive(Serialize)]
struct Ligne<'a> {
    time: String,
    method: &'static str,
    route: &'a str,
    status: Option<u16>,
    duration_ms: u64,
    bytes: u64,
}

/// What follows the requests of a server.
#[derive(Clone)]
pub(crate) struct Suivi {
    pub(super) mesures: Arc<Mesures>,
    pub(super) journal: Journal,
    /// The clock.
    pub(super) now: Arc<dyn Fn() -> Timestamp + Send + Sync>,
}

impl Suivi {
    /// Counts for nobody, writes nothing.
    pub(crate) fn quiet() -> Self {
        let now = Arc::new(|| Timestamp::UNIX_EPOCH);
        Self { mesures: Arc::default(), journal: Journal::none(), now }
    }

    /// Counts what was refused.
    pub(crate) fn count_tentative(&self, tentative: Tentative) {
        self.mesures.count_tentative(tentative);
    }
}

/// Follows a request from its header to the last byte of its answer.
pub(super) async fn follow(State(suivi): State<Suivi>, request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().map(|path| Arc::from(path.as_str()));
    let method = named(request.method());
    let start = Instant::now();
    // Kept on the way out, however it ends: a client that leaves drops what is under way.
    let mut passage = Passage { suivi, route, method, start, status: None, bytes: 0 };
    let response = next.run(request).await;
    passage.status = Some(response.status().as_u16());
    response.map(|corps| Body::new(Reponse { corps, passage }))
}

/// The methods that have a name here: any other is a text of the client's.
pub(crate) fn named(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

/// A request under way.
struct Passage {
    suivi: Suivi,
    route: Option<Arc<str>>,
    method: &'static str,
    start: Instant,
    status: Option<u16>,
    bytes: u64,
}

impl Drop for Passage {
    fn drop(&mut self) {
        let duree = self.start.elapsed();
        let route = self.route.as_deref().unwrap_or(NO_ROUTE);
        self.suivi.mesures.count(route, self.method, self.status, duree);
        let Some(write) = &self.suivi.journal.0 else { return };
        let ligne = Ligne {
            time: (self.suivi.now)().to_string(),
            method: self.method,
            route,
            status: self.status,
            duration_ms: u64::try_from(duree.as_millis()).unwrap_or(u64::MAX),
            bytes: self.bytes,
        };
        if let Ok(line) = serde_json::to_string(&ligne) {
            write(&line);
        }
    }
}

/// The body of an answer, counted as it goes.
struct Reponse {
    corps: Body,
    passage: Passage,
}

impl HttpBody for Reponse {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let polled = Pin::new(&mut self.corps).poll_frame(cx);
        if let Poll::Ready(Some(Ok(frame))) = &polled {
            let length = frame.data_ref().map_or(0, Bytes::len);
            let length = u64::try_from(length).unwrap_or(u64::MAX);
            self.passage.bytes = self.passage.bytes.saturating_add(length);
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.corps.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.corps.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::Router;
    use axum::middleware::from_fn_with_state;
    use axum::routing::get;
    use std::sync::Mutex;
    use tower::ServiceExt;

    async fn lines(requests: &[(&str, &str)]) -> (Vec<String>, String) {
        let kept = Arc::new(Mutex::new(Vec::new()));
        let held = Arc::clone(&kept);
        let journal = Journal::to(move |line| held.lock().unwrap().push(line.to_owned()));
        let now = Arc::new(|| Timestamp::from_second(1_573_031_700).unwrap());
        let suivi = Suivi { mesures: Arc::default(), journal, now };
        let router = Router::new()
            .route("/centres/{id}", get(async || "bonjour"))
            .fallback(async || axum::http::StatusCode::NOT_FOUND)
            .layer(from_fn_with_state(suivi.clone(), follow));
        for (method, address) in requests {
            let request = Request::builder().method(*method).uri(*address);
            let request = request.header("user-agent", "CANARI-AGENT").body(Body::empty()).unwrap();
            let response = router.clone().oneshot(request).await.unwrap();
            axum::body::to_bytes(response.into_body(), 1000).await.unwrap();
        }
        let kept = kept.lock().unwrap().clone();
        (kept, suivi.mesures.text().unwrap())
    }

    #[tokio::test]
    async fn a_line_says_the_route_and_nothing_of_the_person() {
        let (lines, text) = lines(&[
            ("GET", "/centres/CANARI-CHEMIN?nom=CANARI-QUESTION"),
            ("GET", "/CANARI-AILLEURS"),
            ("CANARIMETHODE", "/centres/1"),
        ])
        .await;
        let read: Vec<serde_json::Value> =
            lines.iter().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(read.len(), 3);
        let said = |rank: usize| {
            let line = &read[rank];
            assert!(line["duration_ms"].is_u64());
            assert_eq!(line["time"], "2019-11-06T09:15:00Z");
            (line["method"].clone(), line["route"].clone(), line["status"].clone())
        };
        assert_eq!(said(0), ("GET".into(), "/centres/{id}".into(), 200.into()));
        assert_eq!(read[0]["bytes"], "bonjour".len());
        assert_eq!(said(1), ("GET".into(), "none".into(), 404.into()));
        assert_eq!(said(2), ("other".into(), "/centres/{id}".into(), 405.into()));
        let kept = format!("{text}{}", lines.concat()).to_uppercase();
        assert!(!kept.contains("CANARI"), "{kept}");
    }

    #[tokio::test]
    async fn who_leaves_before_the_answer_is_counted() {
        let suivi = Suivi::quiet();
        let router = Router::new()
            .route("/", get(async || std::future::pending::<()>().await))
            .layer(from_fn_with_state(suivi.clone(), follow));
        let mut answer = Box::pin(router.oneshot(Request::get("/").body(Body::empty()).unwrap()));
        assert!(futures::poll!(&mut answer).is_pending());
        drop(answer);
        let text = suivi.mesures.text().unwrap();
        assert!(text.contains("status=\"abandon\"} 1"), "{text}");
    }
}
