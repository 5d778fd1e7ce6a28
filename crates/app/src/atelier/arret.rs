//! A person's word to stop an import under way.

use std::sync::Arc;

use tokio::sync::watch;

/// Shared by the one who asks and the import that obeys.
#[derive(Debug, Clone)]
pub(super) struct Arret {
    asked: Arc<watch::Sender<bool>>,
}

impl Default for Arret {
    fn default() -> Self {
        Self { asked: Arc::new(watch::Sender::new(false)) }
    }
}

impl Arret {
    /// Asks to stop.
    pub(super) fn ask(&self) {
        self.asked.send_replace(true);
    }

    /// Whether it was asked.
    pub(super) fn is_asked(&self) -> bool {
        *self.asked.borrow()
    }

    /// Waits until it is asked.
    pub(super) async fn asked(&self) {
        // The sender lives as long as this value: waiting cannot fail.
        let _ = self.asked.subscribe().wait_for(|asked| *asked).await;
    }
}
