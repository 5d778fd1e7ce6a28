//! The keys that the session of a person opened.

use std::sync::Arc;

use mallette_warehouse::cles::Trousseau;

/// The keys that the session of a person opened, beyond those that the master key opens alone. They
/// are wiped from memory with the last copy.
#[derive(Debug, Clone, Default)]
pub struct Ouverture(Option<Arc<Trousseau>>);

impl Ouverture {
    /// Those of that keyring.
    pub(crate) fn new(trousseau: Trousseau) -> Self {
        Self(Some(Arc::new(trousseau)))
    }

    /// The keyring; `simple` makes the one of a session in which nothing was opened.
    pub(crate) fn trousseau(&self, simple: impl FnOnce() -> Trousseau) -> Trousseau {
        self.0.as_deref().cloned().unwrap_or_else(simple)
    }

    /// Whether the key of that centre was opened in the session.
    pub(crate) fn holds(&self, structure_id: &str) -> bool {
        self.0.as_ref().is_some_and(|held| held.unlocked().any(|id| id == structure_id))
    }
}

impl PartialEq for Ouverture {
    fn eq(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (Some(left), Some(right)) => Arc::ptr_eq(left, right),
            (left, right) => left.is_none() && right.is_none(),
        }
    }
}

impl Eq for Ouverture {}
