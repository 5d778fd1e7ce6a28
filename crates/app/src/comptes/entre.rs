//! What the conseillers of a centre see of each other: its director decides, the wall does it
//! ([`crate::mur`]).

use mallette_domain::acces::{Acces, Role};
use mallette_registry::{CENTRE_OUVERT, CHIFFRES, OUI};
use serde_json::json;

use super::habilitation::not_yours;
use super::{Comptes, act, refuse};
use crate::port::Refus;

/// What the conseillers of a centre see of each other, as its director decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntreConseillers {
    /// Nothing but their own.
    Rien,
    /// The figures of colleagues, without saying whose.
    Chiffres,
    /// The whole centre, lists and names included.
    Tout,
}

impl EntreConseillers {
    /// Every one, the most closed first.
    pub const ALL: [Self; 3] = [Self::Rien, Self::Chiffres, Self::Tout];

    /// The word of forms and of the trace.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Rien => "rien",
            Self::Chiffres => "chiffres",
            Self::Tout => "tout",
        }
    }

    /// That of that word.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|entre| entre.code() == code)
    }

    /// The value of the setting [`CENTRE_OUVERT`].
    const fn value(self) -> Option<&'static str> {
        match self {
            Self::Rien => None,
            Self::Chiffres => Some(CHIFFRES),
            Self::Tout => Some(OUI),
        }
    }
}

impl Comptes {
    /// Sets what the conseillers of a centre see of each other.
    ///
    /// # Errors
    /// When `par` is not director of that centre.
    pub async fn open_centre(
        &self,
        par: (&str, &Acces),
        structure_id: &str,
        entre: EntreConseillers,
    ) -> Result<(), Refus> {
        let (id, acces) = par;
        if !acces.has_in(Role::Directeur, structure_id) {
            return Err(not_yours());
        }
        let mut unite = self.registry().begin(self.now()).await.map_err(refuse)?;
        let set = unite.set_parametre(CENTRE_OUVERT, Some(structure_id), entre.value(), id).await;
        set.map_err(refuse)?;
        let detail = json!({ "ouvert": entre == EntreConseillers::Tout, "entre": entre.code() });
        unite
            .trace(&[act(id, "centre_ouvert", Some(structure_id), detail)])
            .await
            .map_err(refuse)?;
        unite.commit().await.map_err(refuse)
    }

    /// What the conseillers of a centre see of each other.
    ///
    /// # Errors
    /// When the registry does not answer.
    pub async fn between_conseillers(&self, structure_id: &str) -> Result<EntreConseillers, Refus> {
        let set = self.registry().parametre(CENTRE_OUVERT, Some(structure_id)).await;
        let set = set.map_err(refuse)?;
        let found = EntreConseillers::ALL.into_iter().find(|entre| entre.value() == set.as_deref());
        Ok(found.unwrap_or(EntreConseillers::Rien))
    }
}
