//! Texts that no message may show.

use std::fmt;

/// A text that the registry keeps without reading it: a fingerprint of a password, a sealed key.
/// Its debug form does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct Scelle(pub String);

impl fmt::Debug for Scelle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Scelle(…)")
    }
}

impl From<&str> for Scelle {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}
