//! What was typed of a rule, complete or not: kept as it is, so that nothing typed is lost.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// Groups of conditions of one rule.
pub const MAX_GROUPES: usize = 8;

/// A condition, as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Condition {
    /// Column of the view, or `lie:` and the name of rows to count.
    pub champ: String,
    /// One of [`super::OPERATEURS`].
    pub operateur: String,
    /// The value compared with; several are separated by semicolons.
    pub valeur: String,
    /// The other end of an interval.
    pub valeur2: String,
    /// Column of another field of the same kind.
    pub autre: String,
    /// `jours` or `mois`, of a delay or of the time over which rows are counted.
    pub unite: String,
    /// Name under which the value may be changed by a region; empty when it may not.
    pub parametre: String,
    /// Over how long rows are counted, in `unite`; all of them when empty.
    pub fenetre: String,
    /// From which date of the object they are counted: `avant:` or `apres:` and a column; back from the
    /// extraction when empty.
    pub repere: String,
}

/// Conditions that hold together, or one of which is enough.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Groupe {
    /// Whether one of them is enough.
    pub au_moins_une: bool,
    /// The conditions.
    pub conditions: Vec<Condition>,
}

/// How the condition of a rule is said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Forme {
    /// By groups of conditions.
    Conditions {
        /// The objects it speaks of, beyond those of a known dossier.
        sujet: Groupe,
        /// Whether one group is enough.
        au_moins_un: bool,
        /// What is caught.
        groupes: Vec<Groupe>,
    },
    /// By SQL over the columns of the view, for the trained.
    Sql {
        /// The objects it speaks of; all of them when empty.
        applicable: String,
        /// What is caught.
        condition: String,
    },
}

impl Default for Forme {
    fn default() -> Self {
        let groupes = vec![Groupe { conditions: vec![Condition::default()], ..Groupe::default() }];
        Self::Conditions { sujet: Groupe::default(), au_moins_un: false, groupes }
    }
}

/// An example, as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ExempleRedige {
    /// Whether the rule must catch it.
    pub attendu: bool,
    /// Text of each column; an empty one is unknown.
    pub valeurs: BTreeMap<String, String>,
}

/// A rule being written.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Ebauche {
    /// Short title.
    pub titre: String,
    /// The view whose rows it judges.
    pub vue: String,
    /// Family; the view's own when empty.
    pub famille: String,
    /// `medium` or `info`.
    pub gravite: String,
    /// One sentence for the person.
    pub message: String,
    /// Why it matters.
    pub pourquoi: String,
    /// How to correct it in I-MILO.
    pub correction: String,
    /// Where it comes from: a text, an instruction, a decision of the network.
    pub source: String,
    /// The only centre that it judges; every one when none.
    pub centre: Option<String>,
    /// First extraction date that it judges.
    pub du: Option<Date>,
    /// Last one.
    pub au: Option<Date>,
    /// What it catches.
    pub forme: Forme,
    /// Objects with the expected verdict.
    pub exemples: Vec<ExempleRedige>,
}

/// What keeps a rule being written from being one: where, and why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{ou} : {quoi}")]
pub struct Reproche {
    /// Which part of the page.
    pub ou: String,
    /// What is wrong, and what to do.
    pub quoi: String,
}

impl Reproche {
    /// One.
    pub fn new(ou: impl Into<String>, quoi: impl Into<String>) -> Self {
        Self { ou: ou.into(), quoi: quoi.into() }
    }
}
