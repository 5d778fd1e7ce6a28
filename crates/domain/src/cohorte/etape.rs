//! The moments of the follow-up of a cohort. Two readings of it share the entry and the exit, and count their months
//! from one or from the other: both are counted at once, so that what is hidden of one is never told by the other.

use std::fmt;

use serde::{Deserialize, Serialize};

/// From when the months of the follow-up are counted.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Origine {
    /// From the exit: who has not left has no such day.
    #[default]
    Sortie,
    /// From the entry, as panels do.
    Entree,
}

impl Origine {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Sortie, Self::Entree];

    /// The moments that are read together: the entry, the exit, then the months counted from there.
    #[must_use]
    pub const fn etapes(self) -> [Etape; 6] {
        [
            Etape::Entree,
            Etape::Sortie,
            Etape::Mois(self, 6),
            Etape::Mois(self, 12),
            Etape::Mois(self, 18),
            Etape::Mois(self, 24),
        ]
    }
}

/// A moment of the follow-up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Etape {
    /// The day of the entry.
    Entree,
    /// The day of the exit.
    Sortie,
    /// That many months after the exit or after the entry.
    Mois(Origine, u8),
}

impl Etape {
    /// Every one: each comes after the one [`before`](Self::before) it.
    pub const ALL: [Self; 10] = [
        Self::Entree,
        Self::Sortie,
        Self::Mois(Origine::Sortie, 6),
        Self::Mois(Origine::Sortie, 12),
        Self::Mois(Origine::Sortie, 18),
        Self::Mois(Origine::Sortie, 24),
        Self::Mois(Origine::Entree, 6),
        Self::Mois(Origine::Entree, 12),
        Self::Mois(Origine::Entree, 18),
        Self::Mois(Origine::Entree, 24),
    ];

    /// The one that is read before it; none before the entry.
    #[must_use]
    pub const fn before(self) -> Option<Self> {
        match self {
            Self::Entree => None,
            Self::Sortie => Some(Self::Entree),
            Self::Mois(_, ..=6) => Some(Self::Sortie),
            Self::Mois(origine, months) => Some(Self::Mois(origine, months - 6)),
        }
    }

    /// Whether it is the exit, or months counted from there: who has not left is so at each of these.
    #[must_use]
    pub const fn is_from_exit(self) -> bool {
        matches!(self, Self::Sortie | Self::Mois(Origine::Sortie, _))
    }

    /// Whether it is the exit or after it, and the other one is months counted from the entry, read elsewhere than
    /// just after it.
    #[must_use]
    pub fn crosses(self, other: Self) -> bool {
        let apart = matches!(other, Self::Mois(Origine::Entree, _)) && self.is_from_exit();
        apart && other.before() != Some(self)
    }
}

/// Both origins say their months alike: one is read at a time.
impl fmt::Display for Etape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Entree => f.write_str("à l'entrée"),
            Self::Sortie => f.write_str("à la sortie"),
            Self::Mois(_, months) => write!(f, "à {months} mois"),
        }
    }
}
