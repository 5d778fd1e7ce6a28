//! The pace of what a client sends: a body that stops coming is not waited for, nor a form that
//! takes for ever.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Version, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http_body::{Body as HttpBody, Frame, SizeHint};
use tokio::time::{Instant, Sleep};

use super::limites::Limites;
use crate::erreur::Erreur;

/// What is known of the pace of one body.
#[derive(Debug, Clone, Default)]
struct Allure(Arc<Faits>);

#[derive(Debug, Default)]
struct Faits {
    /// Files: as long as they come, they may take their time.
    fichiers: AtomicBool,
    /// It was too slow.
    lent: AtomicBool,
}

/// A body that is not waited for any longer.
#[derive(Debug, thiserror::Error)]
#[error("le corps de la demande vient trop lentement")]
struct Lent;

/// Bounds the time of each body; one that is too slow is answered with a 408.
pub(super) async fn pace(
    State(limites): State<Arc<Limites>>,
    mut request: Request,
    next: Next,
) -> Response {
    if request.body().is_end_stream() {
        return next.run(request).await;
    }
    let allure = Allure::default();
    request.extensions_mut().insert(allure.clone());
    let old = request.version() <= Version::HTTP_11;
    let request = request.map(|corps| Body::new(Corps::new(corps, allure.clone(), &limites)));
    let response = next.run(request).await;
    if !allure.0.lent.load(Ordering::Relaxed) {
        return response;
    }
    let text = "L'envoi s'est arrêté avant la fin, ou a pris trop de temps : rien n'a été changé. \
                Vérifier la connexion, puis recommencer.";
    let mut response = Erreur::TropLent(text.to_owned()).into_response();
    if old {
        // What may still come of that body is not the next request.
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

/// For the routes that receive files: no bound on the whole time.
pub(crate) async fn lift(request: Request, next: Next) -> Response {
    if let Some(allure) = request.extensions().get::<Allure>() {
        allure.0.fichiers.store(true, Ordering::Relaxed);
    }
    next.run(request).await
}

/// A body and its clock.
struct Corps {
    corps: Body,
    allure: Allure,
    muet: Duration,
    /// Whether the client is waited for: the silence has begun.
    attend: bool,
    silence: Pin<Box<Sleep>>,
    fin: Pin<Box<Sleep>>,
}

impl Corps {
    fn new(corps: Body, allure: Allure, limites: &Limites) -> Self {
        let muet = limites.corps_muet;
        let silence = Box::pin(tokio::time::sleep(muet));
        let fin = Box::pin(tokio::time::sleep(limites.formulaire));
        Self { corps, allure, muet, attend: false, silence, fin }
    }
}

impl HttpBody for Corps {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let this = self.get_mut();
        if let Poll::Ready(frame) = Pin::new(&mut this.corps).poll_frame(cx) {
            this.attend = false;
            return Poll::Ready(frame);
        }
        // From the moment the client is waited for: the time we took to write is not its own.
        if !this.attend {
            this.silence.as_mut().reset(Instant::now() + this.muet);
            this.attend = true;
        }
        let endless = this.allure.0.fichiers.load(Ordering::Relaxed);
        let silent = this.silence.as_mut().poll(cx).is_ready();
        if silent || (!endless && this.fin.as_mut().poll(cx).is_ready()) {
            this.allure.0.lent.store(true, Ordering::Relaxed);
            return Poll::Ready(Some(Err(axum::Error::new(Lent))));
        }
        Poll::Pending
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
    use axum::http::StatusCode;
    use axum::middleware::{from_fn, from_fn_with_state};
    use axum::routing::post;
    use futures::stream::{self, StreamExt};
    use std::convert::Infallible;
    use tower::ServiceExt;

    const SOON: Duration = Duration::from_millis(40);
    const NEVER: Duration = Duration::from_secs(3600);

    /// The status and the number of bytes of an answer to a body.
    async fn answer(limites: Limites, path: &str, body: Body) -> (StatusCode, String) {
        let count = async |bytes: Result<Bytes, axum::extract::rejection::BytesRejection>| {
            bytes.map(|bytes| bytes.len().to_string())
        };
        let files = post(count).layer(from_fn(lift));
        let router = Router::new().route("/formulaire", post(count)).route("/fichiers", files);
        let router = router.layer(from_fn_with_state(Arc::new(limites), pace));
        let response = router.oneshot(Request::post(path).body(body).unwrap()).await.unwrap();
        let status = response.status();
        let bytes = axum::body::to_bytes(response.into_body(), 100_000).await.unwrap();
        (status, String::from_utf8(bytes.to_vec()).unwrap())
    }

    fn limits(corps_muet: Duration, formulaire: Duration) -> Limites {
        Limites { corps_muet, formulaire, ..Limites::default() }
    }

    /// One byte, again and again, then the end.
    fn drops(count: usize) -> Body {
        let drops = stream::iter(0..count).then(async |_| {
            tokio::time::sleep(SOON / 4).await;
            Ok::<_, Infallible>("x")
        });
        Body::from_stream(drops)
    }

    /// One byte, then nothing for ever.
    fn mute() -> Body {
        let first = stream::once(async { Ok::<_, Infallible>("x") });
        Body::from_stream(first.chain(stream::pending()))
    }

    #[tokio::test]
    async fn a_body_that_stops_is_not_waited_for() {
        for path in ["/formulaire", "/fichiers"] {
            let (status, html) = answer(limits(SOON, NEVER), path, mute()).await;
            assert_eq!(status, StatusCode::REQUEST_TIMEOUT, "{path}");
            assert!(html.contains("rien n&#39;a été changé"), "{html}");
        }
    }

    #[tokio::test]
    async fn a_form_does_not_take_for_ever_and_files_may() {
        let (status, _) = answer(limits(NEVER, SOON), "/formulaire", mute()).await;
        assert_eq!(status, StatusCode::REQUEST_TIMEOUT);
        let (status, count) = answer(limits(NEVER, SOON), "/fichiers", drops(20)).await;
        assert_eq!((status, count.as_str()), (StatusCode::OK, "20"));
    }

    #[tokio::test]
    async fn what_comes_in_time_is_whole() {
        let whole = answer(limits(NEVER, NEVER), "/formulaire", drops(5)).await;
        assert_eq!(whole, (StatusCode::OK, "5".to_owned()));
        let empty = answer(limits(NEVER, NEVER), "/formulaire", Body::empty()).await;
        assert_eq!(empty, (StatusCode::OK, "0".to_owned()));
    }
}
