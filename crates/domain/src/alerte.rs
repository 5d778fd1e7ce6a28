//! What deserves attention, and whose: from what the extracts and the people say (facts) to alerts. Pure:
//! no file, no clock.
//!
//! An alert is named by what it is about ([`Cle`]), not by its figure: the same one stays the same from one
//! run to the next, changes its figure, and closes when the facts no longer give it. Alerts are counts:
//! none can hold a young person's name, nor a free text.
//!
//! Facts are looked at with the lowest thresholds that somebody asked for; each person then sees those that
//! pass the own ones ([`Alerte::passes`]): both ways give the same.

mod faits;
#[cfg(test)]
mod tests;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::acces::{Acces, Role};

pub use faits::{Faits, FaitsCentre, FaitsConseiller, FaitsRegle, Fins, Nombres, detect};

/// Days within which what ends is told: a justification, the day by which an anomaly is to be dealt with.
pub const DELAI_JOURS: i32 = 14;

/// The kind of an alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Genre {
    /// A rule catches many anomalies that the extract before did not have.
    Hausse,
    /// A rule that judged the extract before judges nothing of this one.
    Muette,
    /// A table that was received is not any more.
    Table,
    /// A centre is late with its extract.
    Retard,
    /// Entries of the last whole month are far below the months before.
    Baisse,
    /// Justifications end soon: their anomalies will be asked again.
    Justification,
    /// Anomalies to be dealt with by a day that comes, or has passed.
    Echeance,
    /// What rules of deadline say ends in a week that comes: a contract, a dispositif, an age.
    Fin,
    /// A rule that people published and that judges nothing: it no longer reads, or no longer computes.
    DeCote,
    /// The installation itself.
    Installation,
}

impl Genre {
    /// Every one, in the order in which pages offer them.
    pub const ALL: [Self; 10] = [
        Self::Hausse,
        Self::Muette,
        Self::Table,
        Self::Retard,
        Self::Baisse,
        Self::Justification,
        Self::Echeance,
        Self::Fin,
        Self::DeCote,
        Self::Installation,
    ];

    /// The code stored and sent by forms.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Hausse => "hausse",
            Self::Muette => "muette",
            Self::Table => "table",
            Self::Retard => "retard",
            Self::Baisse => "baisse",
            Self::Justification => "justification",
            Self::Echeance => "echeance",
            Self::Fin => "fin",
            Self::DeCote => "de_cote",
            Self::Installation => "installation",
        }
    }

    /// The one of that code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|genre| genre.code() == code)
    }
}

/// For whom an alert is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Public {
    /// Who runs the installation.
    Installation,
    /// Who animates the network.
    Reseau,
    /// The référent and the director of a centre.
    Centre,
    /// A conseiller: own portfolio.
    Conseiller,
}

impl Public {
    /// Every one, in the order in which pages list them.
    pub const ALL: [Self; 4] = [Self::Installation, Self::Reseau, Self::Centre, Self::Conseiller];

    /// The code stored.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Installation => "installation",
            Self::Reseau => "reseau",
            Self::Centre => "centre",
            Self::Conseiller => "conseiller",
        }
    }

    /// The one of that code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|public| public.code() == code)
    }
}

/// What an alert is about: the same from one run to the next.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cle {
    /// For whom.
    pub public: Public,
    /// Its kind.
    pub genre: Genre,
    /// I-MILO code of the centre that it speaks of; none for the network or the installation.
    pub structure_id: Option<String>,
    /// The conseiller whose portfolio it is about.
    pub conseiller_id: Option<String>,
    /// The rule, the table, the indicator, the week or the part of the installation; empty when the kind
    /// says all.
    pub objet: String,
}

impl Cle {
    /// One text, by which a form or a mark names the alert: compared with, never read back.
    #[must_use]
    pub fn text(&self) -> String {
        let centre = self.structure_id.as_deref().unwrap_or_default();
        let conseiller = self.conseiller_id.as_deref().unwrap_or_default();
        let parts =
            [self.public.code(), self.genre.code(), centre, conseiller, self.objet.as_str()];
        parts.map(|part| part.replace('%', "%25").replace('/', "%2F")).join("/")
    }
}

/// How much an alert matters: the order of lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Importance {
    /// To be looked at now.
    Haute,
    /// To be looked at.
    Moyenne,
}

impl Importance {
    /// The number stored.
    #[must_use]
    pub const fn rank(self) -> i64 {
        match self {
            Self::Haute => 0,
            Self::Moyenne => 1,
        }
    }

    /// The one of that number; those that nobody knows matter.
    #[must_use]
    pub const fn from_rank(rank: i64) -> Self {
        if rank == 1 { Self::Moyenne } else { Self::Haute }
    }
}

/// Something that deserves attention.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alerte {
    /// What it is about.
    pub cle: Cle,
    /// Its figure: how long the list behind its link is, or days for an extract that is late.
    pub chiffre: u64,
    /// What the figure is compared with: the extract before, the usual month; days until the first of those
    /// that end.
    pub reference: u64,
    /// The day that it speaks of: an extraction date, the first day of a month, the Monday of a week.
    pub jour: Option<Date>,
    /// How much it matters.
    pub importance: Importance,
}

impl Alerte {
    /// What a mark put on it holds for: another text once what it says has changed.
    #[must_use]
    pub fn etat(&self) -> String {
        let jour = self.jour.map(|jour| jour.to_string()).unwrap_or_default();
        match self.cle.genre {
            // One more day late says nothing new; one more month does.
            Genre::Retard => format!("{jour}/{}", self.chiffre / 30),
            // Nor does one day less before the same ends.
            Genre::Fin => format!("{jour}/{}", self.chiffre),
            _ => format!("{jour}/{}/{}/{}", self.chiffre, self.reference, self.importance.rank()),
        }
    }

    /// Whether it is told under these thresholds.
    #[must_use]
    pub fn passes(&self, seuils: &Seuils) -> bool {
        let Self { chiffre, reference, .. } = self;
        match self.cle.genre {
            Genre::Hausse => seuils.is_rise(*chiffre, *reference),
            Genre::Retard => *chiffre > u64::from(seuils.retard_jours),
            Genre::Baisse => seuils.is_fall(*chiffre, *reference),
            Genre::Fin => *reference <= u64::from(seuils.fin_jours),
            Genre::Muette
            | Genre::Table
            | Genre::Justification
            | Genre::Echeance
            | Genre::DeCote
            | Genre::Installation => true,
        }
    }

    /// Whether a person with that access is to be told.
    #[must_use]
    pub fn concerns(&self, acces: &Acces) -> bool {
        let Cle { public, structure_id, conseiller_id, .. } = &self.cle;
        let centre = structure_id.as_deref().unwrap_or_default();
        match public {
            Public::Installation => acces.has(Role::Administrateur),
            Public::Reseau => acces.reads_network(),
            Public::Centre => acces.imports_for(centre),
            Public::Conseiller => acces.habilitations().iter().any(|held| {
                held.role == Role::Conseiller
                    && held.structure_id == *structure_id
                    && held.conseiller_id.is_some()
                    && held.conseiller_id == *conseiller_id
            }),
        }
    }
}

/// Whether alerts are for a person with that access at all.
#[must_use]
pub fn are_for(acces: &Acces) -> bool {
    acces.reads_figures() || acces.has(Role::Administrateur)
}

/// From where on something is told. What was kept before there was a threshold gets the default one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Seuils {
    /// New anomalies of a rule, at least.
    pub hausse_nombre: u32,
    /// And that share of those of the extract before, in percent.
    pub hausse_part: u32,
    /// Days after which the extract of a centre is late.
    pub retard_jours: u32,
    /// Fall of the entries of a month below the months before, in percent.
    pub baisse_part: u32,
    /// Days before what ends, from which it is told.
    pub fin_jours: u32,
}

impl Default for Seuils {
    fn default() -> Self {
        Self {
            hausse_nombre: 10,
            hausse_part: 50,
            retard_jours: 35,
            baisse_part: 50,
            fin_jours: 14,
        }
    }
}

impl Seuils {
    /// Whether every one is in its bounds: what a form may ask for.
    #[must_use]
    pub fn are_sound(&self) -> bool {
        (1..=100_000).contains(&self.hausse_nombre)
            && self.hausse_part <= 1_000
            && (1..=366).contains(&self.retard_jours)
            && (1..=100).contains(&self.baisse_part)
            && (1..=90).contains(&self.fin_jours)
    }

    /// Of each, the one that tells more: whatever passes one of both passes these.
    #[must_use]
    pub fn lower(&self, other: &Self) -> Self {
        Self {
            hausse_nombre: self.hausse_nombre.min(other.hausse_nombre),
            hausse_part: self.hausse_part.min(other.hausse_part),
            retard_jours: self.retard_jours.min(other.retard_jours),
            baisse_part: self.baisse_part.min(other.baisse_part),
            fin_jours: self.fin_jours.max(other.fin_jours),
        }
    }

    /// Whether that many new ones, over those before, are many.
    fn is_rise(&self, nouvelles: u64, avant: u64) -> bool {
        let share = u128::from(avant) * u128::from(self.hausse_part);
        nouvelles > 0
            && nouvelles >= u64::from(self.hausse_nombre)
            && u128::from(nouvelles) * 100 >= share
    }

    /// Whether that many entries, where there are usually so many, are few.
    fn is_fall(&self, entrees: u64, usuel: u64) -> bool {
        let left = u128::from(100_u32.saturating_sub(self.baisse_part));
        entrees < usuel && u128::from(entrees) * 100 <= u128::from(usuel) * left
    }
}
