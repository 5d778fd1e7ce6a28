//! The keys that the session of a person opened, and what stays shut for one request.

use std::collections::BTreeSet;
use std::sync::Arc;

use mallette_warehouse::cles::Trousseau;

/// The keys that the session of a person opened, beyond those that the master key opens alone. They
/// are wiped from memory with the last copy. And the centres that stay shut for this request: not from there, not at that hour.
#[derive(Debug, Clone, Default)]
pub struct Ouverture {
    cles: Option<Arc<Trousseau>>,
    fermes: Arc<BTreeSet<String>>,
    /// The centres where the person has a role: no vault of another opens, be its key in the hands of the installation. Every one
    /// when nobody is signed in because there are no accounts, and for the program itself.
    seuls: Option<Arc<BTreeSet<String>>>,
}

impl Ouverture {
    /// What opens no vault: where there are accounts, that of who is not signed in.
    #[must_use]
    pub fn none() -> Self {
        Self::default().within(BTreeSet::new())
    }

    /// Those of that keyring.
    pub(crate) fn new(trousseau: Trousseau) -> Self {
        Self { cles: Some(Arc::new(trousseau)), ..Self::default() }
    }

    /// The same, held to those centres.
    #[must_use]
    pub(crate) fn within(mut self, centres: BTreeSet<String>) -> Self {
        self.seuls = Some(Arc::new(centres));
        self
    }

    /// The same, those centres shut.
    #[must_use]
    pub(crate) fn without(mut self, centres: BTreeSet<String>) -> Self {
        self.fermes = Arc::new(centres);
        self
    }

    /// The same for what an import seals: it shows no name, and goes on whatever the hour. Which centres it may be of is decided
    /// where it starts.
    #[must_use]
    pub(crate) fn for_import(&self) -> Self {
        Self { cles: self.cles.clone(), ..Self::default() }
    }

    /// The keyring; `simple` makes the one of a session in which nothing was opened.
    pub(crate) fn trousseau(&self, simple: impl FnOnce() -> Trousseau) -> Trousseau {
        let mut trousseau = self.cles.as_deref().cloned().unwrap_or_else(simple);
        trousseau.shut(self.fermes.iter().cloned());
        if let Some(seuls) = &self.seuls {
            trousseau.confine((**seuls).clone());
        }
        trousseau
    }

    /// Whether that centre stays shut for this request.
    pub(crate) fn shuts(&self, structure_id: &str) -> bool {
        self.fermes.contains(structure_id)
    }

    /// Whether the key of that centre was opened in the session.
    pub(crate) fn holds(&self, structure_id: &str) -> bool {
        self.cles.as_ref().is_some_and(|held| held.unlocked().any(|id| id == structure_id))
    }
}

impl PartialEq for Ouverture {
    fn eq(&self, other: &Self) -> bool {
        let keys = match (&self.cles, &other.cles) {
            (Some(left), Some(right)) => Arc::ptr_eq(left, right),
            (left, right) => left.is_none() && right.is_none(),
        };
        keys && self.fermes == other.fermes && self.seuls == other.seuls
    }
}

impl Eq for Ouverture {}
