//! Sending, or not: an installation works without a mail server.

use async_trait::async_trait;
use jiff::Timestamp;

use crate::erreur::Erreur;
use crate::message::Message;

/// What became of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Suite {
    /// The mail server took it.
    Envoye,
    /// There is no mail server: the caller shows the message to the administrator, who hands it on.
    ATransmettre,
}

/// Something that takes messages.
#[async_trait]
pub trait Envoi: std::fmt::Debug + Send + Sync {
    /// Sends that message, dated `now`.
    ///
    /// # Errors
    /// When it is not certain that the mail server took it.
    async fn send(&self, message: &Message, now: Timestamp) -> Result<Suite, Erreur>;

    /// Whether messages are sent at all; otherwise pages say that links are shown.
    fn is_active(&self) -> bool;
}

/// No mail server.
#[derive(Debug, Clone, Copy, Default)]
pub struct SansCourriel;

#[async_trait]
impl Envoi for SansCourriel {
    async fn send(&self, _: &Message, _: Timestamp) -> Result<Suite, Erreur> {
        Ok(Suite::ATransmettre)
    }

    fn is_active(&self) -> bool {
        false
    }
}
