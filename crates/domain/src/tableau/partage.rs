//! Who reads a dashboard beside who made it, and who shares so.

use std::collections::BTreeSet;

use crate::acces::{Acces, Role};

/// Who may read a dashboard beside its author.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Partage {
    /// Nobody.
    Personnel,
    /// The people of that centre.
    Centre(String),
    /// Who holds that function, in any centre.
    Fonction(String),
    /// Everybody who reads figures.
    Reseau,
}

impl Partage {
    /// The word of the store and of forms.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Personnel => "personnel",
            Self::Centre(_) => "centre",
            Self::Fonction(_) => "fonction",
            Self::Reseau => "reseau",
        }
    }

    /// The centre or the function; empty for the others.
    #[must_use]
    pub fn portee(&self) -> &str {
        match self {
            Self::Centre(id) | Self::Fonction(id) => id,
            Self::Personnel | Self::Reseau => "",
        }
    }

    /// What was written by [`Partage::code`] and [`Partage::portee`]; none for another word.
    #[must_use]
    pub fn read(code: &str, portee: &str) -> Option<Self> {
        match (code, portee.trim()) {
            ("personnel", _) => Some(Self::Personnel),
            ("reseau", _) => Some(Self::Reseau),
            ("centre", id) if !id.is_empty() => Some(Self::Centre(id.to_owned())),
            ("fonction", id) if !id.is_empty() => Some(Self::Fonction(id.to_owned())),
            _ => None,
        }
    }

    /// Whether a person with that access shares so, and changes what is shared so: in a centre, its référent
    /// and its director; beyond, who animates the network.
    #[must_use]
    pub fn is_given_by(&self, acces: &Acces) -> bool {
        match self {
            Self::Personnel => true,
            Self::Centre(id) => acces.imports_for(id),
            Self::Fonction(_) | Self::Reseau => acces.has(Role::ChargeDeMission),
        }
    }

    /// Whether a person with that access and those functions reads what is shared so.
    #[must_use]
    pub fn is_open_to(&self, acces: &Acces, fonctions: &BTreeSet<String>) -> bool {
        match self {
            Self::Personnel => false,
            Self::Centre(id) => acces.has_centre(id),
            Self::Fonction(code) => fonctions.contains(code) || self.is_given_by(acces),
            Self::Reseau => acces.reads_figures(),
        }
    }
}
