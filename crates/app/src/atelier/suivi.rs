//! What another process does to the data shows in the pages being served: an import, an undo or a
//! campaign from the terminal.

use std::sync::Arc;
use std::time::Duration;

use super::import::Progres;
use super::{AtelierLocal, refuse};
use crate::port::Refus;

impl AtelierLocal {
    /// Looks at the registry again and again, and reads the snapshot anew when it has moved, the
    /// results that pages need computed first. `trouble` is told of what fails; the snapshot of
    /// before is then kept, and the next look tries again.
    pub async fn follow(
        self: Arc<Self>,
        every: Duration,
        progres: Progres,
        trouble: impl Fn(&Refus),
    ) {
        let mut seen = self.registry.tour().await.ok();
        loop {
            tokio::time::sleep(every).await;
            match self.catch_up(seen, &progres).await {
                Ok(tour) => seen = Some(tour),
                Err(refus) => trouble(&refus),
            }
        }
    }

    /// Reads the snapshot again when the registry is no longer at `seen`; where it is now.
    async fn catch_up(&self, seen: Option<i64>, progres: &Progres) -> Result<i64, Refus> {
        let tour = self.registry.tour().await.map_err(refuse)?;
        let before = self.catalogue();
        // Also when nothing was written: a rule may wait for its first day.
        self.read_redigees().await?;
        if seen != Some(tour) || !Arc::ptr_eq(&before, &self.catalogue()) {
            self.evaluate_stale(progres).await?;
            self.refresh().await?;
        }
        Ok(tour)
    }
}
