//! The tables of cohorts: a column for each cohort, a line for each count of them.

use mallette_app::observatoire::{Lue, Part};
use mallette_domain::cohorte::{Question, case};
use mallette_reports::bloc::Cellule;

use super::ecarts::Lieu;
use super::hasard;
use crate::format::{SECRET, entier, part, ratio};

/// A cohort in a column of the tables.
pub(super) struct Colonne {
    /// Whose it is.
    pub(super) titre: String,
    pub(super) lieu: Lieu,
    /// Which cohort.
    pub(super) cohorte: Question,
    pub(super) lue: Lue,
    /// The cohort, where who its members are opens.
    pub(super) membres: Option<Question>,
}

/// A table: rows of a heading, then a count, a share and its interval by column, then what is said of gaps.
pub(super) struct Tableau {
    pub(super) id: String,
    pub(super) titre: String,
    pub(super) lignes: Vec<Ligne>,
}

pub(super) struct Ligne {
    pub(super) nom: String,
    /// Which members its counts are those of.
    pub(super) quoi: Option<case::Case>,
    pub(super) cases: Vec<Case>,
    /// Whether chance would do for each gap that is judged, in words; none before they are.
    pub(super) ecarts: Vec<String>,
}

impl Ligne {
    pub(super) fn new(nom: String, quoi: Option<case::Case>, cases: Vec<Case>) -> Self {
        Self { nom, quoi, cases, ecarts: Vec::new() }
    }
}

/// A count in a column, and its share.
pub(super) struct Case {
    /// In words, as the page shows it.
    pub(super) nombre: String,
    /// In words; empty where no share is told.
    pub(super) part: String,
    /// As numbers; what is secret of it is not there.
    pub(super) share: Part,
    /// The list of those counted, where it opens.
    pub(super) liste: Option<String>,
}

impl Case {
    pub(super) fn new(compte: Option<u64>, sur: Option<u64>) -> Self {
        let secret = || SECRET.to_owned();
        Self {
            nombre: compte.map_or_else(secret, entier),
            part: compte.zip(sur).map_or_else(secret, |(count, whole)| part(count, whole)),
            share: Part { compte, sur },
            liste: None,
        }
    }

    /// Whether it counts somebody, and says so.
    pub(super) fn counts(&self) -> bool {
        self.share.compte.is_some_and(|count| count > 0)
    }

    /// How far chance could move its share, in words.
    pub(super) fn interval(&self) -> String {
        hasard::interval(self.share.interval())
    }

    /// A count alone.
    pub(super) fn alone(compte: Option<u64>) -> Self {
        Self { part: String::new(), ..Self::new(compte, None) }
    }

    /// The same in a file: real numbers, the signs as text; its count, its share, the limits of this one.
    pub(super) fn cells(&self) -> [Cellule; 4] {
        let Part { compte, sur } = self.share;
        let nombre = match compte.map(i64::try_from) {
            Some(Ok(count)) => Cellule::Entier(count),
            _ => self.nombre.as_str().into(),
        };
        let share = compte.zip(sur).and_then(|(count, whole)| ratio(count, whole));
        let part = match share {
            Some(share) => Cellule::Taux(share),
            None if self.part.is_empty() => Cellule::Vide,
            None => self.part.as_str().into(),
        };
        let [low, high] = hasard::bounds(self.share.interval());
        [nombre, part, low, high]
    }
}
