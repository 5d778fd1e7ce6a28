//! The publics of cohorts: parts of those who entered, each told by one trait.

use serde::{Deserialize, Serialize};

use super::{MINEURS, Membre, TRAITS};

/// Who is kept of those who entered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Public {
    /// All of them.
    #[default]
    Tous,
    /// Under 18 on the day of the entry.
    Mineurs,
    /// Living in a quartier prioritaire.
    Qpv,
    /// Living in a zone de revitalisation rurale.
    Zrr,
    /// Recognised as disabled workers.
    Rqth,
    /// Women.
    Femmes,
    /// Men.
    Hommes,
}

impl Public {
    /// Every one, in the order in which pages offer them.
    pub const ALL: [Self; 7] =
        [Self::Tous, Self::Mineurs, Self::Qpv, Self::Zrr, Self::Rqth, Self::Femmes, Self::Hommes];

    /// Those that are a part of all.
    pub const PARTS: [Self; 6] =
        [Self::Mineurs, Self::Qpv, Self::Zrr, Self::Rqth, Self::Femmes, Self::Hommes];

    /// What tells who is of it: a trait (of [`super::TRAITS`]) and its value; none for all.
    #[must_use]
    pub const fn mark(self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::Tous => None,
            Self::Mineurs => Some(("age_entree", MINEURS)),
            Self::Qpv => Some(("qpv", "oui")),
            Self::Zrr => Some(("zrr", "oui")),
            Self::Rqth => Some(("rqth", "oui")),
            Self::Femmes => Some(("sexe", "F")),
            Self::Hommes => Some(("sexe", "M")),
        }
    }

    /// Whether a member is of it.
    #[must_use]
    pub fn holds(self, membre: &Membre) -> bool {
        let Some((name, value)) = self.mark() else { return true };
        let known = TRAITS.iter().zip(&membre.traits).find(|(own, _)| **own == name);
        known.is_some_and(|(_, own)| own.as_deref() == Some(value))
    }

    /// The word of an address.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Tous => "tous",
            Self::Mineurs => "mineurs",
            Self::Qpv => "qpv",
            Self::Zrr => "zrr",
            Self::Rqth => "rqth",
            Self::Femmes => "femmes",
            Self::Hommes => "hommes",
        }
    }

    /// That of that word.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.code() == code)
    }
}
