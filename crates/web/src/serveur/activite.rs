//! Whether a connection is used: the requests under way on it, counted until their answers have
//! gone.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes};
use http_body::{Body as HttpBody, Frame, SizeHint};
use tokio::sync::watch;

/// The requests under way on one connection.
#[derive(Debug, Clone)]
pub(super) struct Activite(Arc<watch::Sender<usize>>);

/// A request under way.
#[derive(Debug)]
pub(super) struct Tour(Activite);

impl Activite {
    pub(super) fn new() -> Self {
        Self(Arc::new(watch::Sender::new(0)))
    }

    /// A request begins.
    pub(super) fn enter(&self) -> Tour {
        self.0.send_modify(|held| *held = held.saturating_add(1));
        Tour(self.clone())
    }

    /// Ends once nothing was under way for `first` before the first request, for `after` later;
    /// counted from this call.
    pub(super) fn idle(
        &self,
        first: Duration,
        after: Duration,
    ) -> impl Future<Output = ()> + Send + use<> {
        let mut held = self.0.subscribe();
        async move {
            let mut limit = first;
            loop {
                if held.has_changed().unwrap_or(true) {
                    limit = after;
                }
                // Without anybody left to begin a request, nothing is waited for.
                if held.wait_for(|held| *held == 0).await.is_err() {
                    return;
                }
                tokio::select! {
                    () = tokio::time::sleep(limit) => return,
                    _ = held.changed() => limit = after,
                }
            }
        }
    }
}

impl Drop for Tour {
    fn drop(&mut self) {
        self.0.0.send_modify(|held| *held = held.saturating_sub(1));
    }
}

/// The body of an answer: its request is under way until it has gone.
#[derive(Debug)]
pub(super) struct Reponse {
    pub(super) corps: Body,
    pub(super) _tour: Tour,
}

impl HttpBody for Reponse {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.corps).poll_frame(cx)
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
    use futures::poll;
    use std::pin::pin;

    const SOON: Duration = Duration::from_millis(20);
    const NEVER: Duration = Duration::from_secs(3600);

    #[tokio::test]
    async fn a_connection_without_a_first_request_is_idle_soon() {
        Activite::new().idle(SOON, NEVER).await;
    }

    #[tokio::test]
    async fn a_request_that_came_before_the_first_look_is_a_request() {
        let activite = Activite::new();
        let idle = activite.idle(NEVER, SOON);
        drop(activite.enter());
        idle.await;
        let activite = Activite::new();
        let idle = activite.idle(NEVER, SOON);
        let tour = activite.enter();
        let mut idle = pin!(idle);
        assert!(poll!(&mut idle).is_pending());
        drop(tour);
        idle.await;
    }

    #[tokio::test]
    async fn a_connection_is_idle_once_its_answers_have_gone() {
        let activite = Activite::new();
        let mut idle = pin!(activite.idle(NEVER, SOON));
        assert!(poll!(&mut idle).is_pending());
        let (first, second) = (activite.enter(), activite.enter());
        drop(first);
        tokio::time::sleep(SOON * 3).await;
        assert!(poll!(&mut idle).is_pending(), "one is still under way");
        drop(second);
        idle.await;
    }
}
