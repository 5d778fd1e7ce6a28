//! The keys of the session on whose behalf the program works: given by the way in for as long as a
//! request is answered, found where a vault opens. Work of the program itself has none.

use std::future::Future;

use mallette_warehouse::cles::Trousseau;

use crate::atelier::{AtelierLocal, refuse};
use crate::port::{Ouverture, Refus};

tokio::task_local! {
    static CLES: Ouverture;
}

/// Does that work with the keys of a session.
pub async fn with_keys<F: Future>(cles: Ouverture, work: F) -> F::Output {
    CLES.scope(cles, work).await
}

impl AtelierLocal {
    /// The keyring of the session on whose behalf this is done.
    pub(crate) fn session_keys(&self) -> Trousseau {
        let cles = CLES.try_with(Clone::clone).unwrap_or_default();
        cles.trousseau(|| self.warehouse.trousseau())
    }
}

/// What reads and writes files, on a thread of its own, with the keys of the same session.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Refus> + Send + 'static,
) -> Result<T, Refus> {
    let cles = CLES.try_with(Clone::clone).unwrap_or_default();
    let task = tokio::task::spawn_blocking(move || CLES.sync_scope(cles, work));
    task.await.map_err(refuse)?
}
