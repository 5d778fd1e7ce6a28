//! The life of anomalies from one extract to the next: what is new, what persists, what is gone, since
//! when; and how one stands, once what people said of it is added. Pure: no file, no clock.
//!
//! Only extracts prove: an anomaly is corrected when a rule judged again and does not catch it any
//! more, never because somebody said so. A rule that could not judge, or that is no longer the same,
//! proves nothing: what it caught before is neither gone nor new.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

#[cfg(test)]
mod tests;

/// What an extract says of an anomaly that stands in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sort {
    /// The extract before was judged by the same rule, and did not have it.
    Nouvelle,
    /// It stood in the extract before.
    Persistante,
    /// Nothing before could tell: first extract of the centre, rule new, changed, or that could not
    /// judge the extract before.
    PremiereVue,
}

impl Sort {
    /// Every one.
    pub const ALL: [Self; 3] = [Self::Nouvelle, Self::Persistante, Self::PremiereVue];

    /// The code stored and sent by forms.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Nouvelle => "nouvelle",
            Self::Persistante => "persistante",
            Self::PremiereVue => "premiere_vue",
        }
    }
}

/// An anomaly that stands in an extract.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Vive {
    /// Extraction date of the first version of the unbroken run in which it stands.
    pub depuis: Date,
    /// What this extract says of it.
    pub sort: Sort,
}

/// What one rule left behind in the version before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Avant<K> {
    /// Those that stood, or were held over, with the date of their first version.
    pub vives: BTreeMap<K, Date>,
    /// Whether the rule, as it is now, judged that version or the last one that it could judge.
    pub comparable: bool,
}

/// What one rule says of a version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Apres<K> {
    /// Those that stand, in the order in which they were given.
    pub vives: Vec<Vive>,
    /// Those that the version before had and this one does not, the rule having judged both, with the
    /// date of their first version.
    pub disparues: Vec<(K, Date)>,
    /// Those held over: the rule could not judge this version.
    pub suspendues: Vec<(K, Date)>,
    /// Those of the version before that the rule, changed since, does not catch: neither here nor gone.
    pub ecartees: usize,
}

/// The life of what one rule catches, from the version before to this one of that extraction date.
/// `avant` is none when no version comes before, or when the rule said nothing of any; `trouvees` is none
/// when the rule could not judge this version.
#[must_use]
pub fn follow<K: Ord>(avant: Option<Avant<K>>, trouvees: Option<&[K]>, date: Date) -> Apres<K> {
    let comparable = avant.as_ref().is_some_and(|avant| avant.comparable);
    let mut gone = avant.map(|avant| avant.vives).unwrap_or_default();
    let mut apres =
        Apres { vives: Vec::new(), disparues: Vec::new(), suspendues: Vec::new(), ecartees: 0 };
    let Some(trouvees) = trouvees else {
        apres.suspendues = gone.into_iter().collect();
        return apres;
    };
    apres.vives.extend(trouvees.iter().map(|key| match gone.get(key) {
        Some(depuis) => Vive { depuis: *depuis, sort: Sort::Persistante },
        None if comparable => Vive { depuis: date, sort: Sort::Nouvelle },
        None => Vive { depuis: date, sort: Sort::PremiereVue },
    }));
    for key in trouvees {
        gone.remove(key);
    }
    if comparable {
        apres.disparues = gone.into_iter().collect();
    } else {
        apres.ecartees = gone.len();
    }
    apres
}

/// A reason given to keep an anomaly as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Justification {
    /// The row that it was given for; none for an object that is no row of a table.
    pub empreinte: Option<u64>,
    /// Last day on which it holds.
    pub jusqu_au: Date,
}

/// Why a justified anomaly is asked again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cause {
    /// The row is not the one that was justified.
    LigneChangee,
    /// The justification held until a day that has passed.
    DelaiPasse,
}

impl Cause {
    /// The code that files for programs have.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::LigneChangee => "ligne_changee",
            Self::DelaiPasse => "delai_passe",
        }
    }
}

/// How an anomaly that stands in the extract is to be looked at today.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Situation {
    /// Justified before, asked again.
    Revenue(Cause),
    /// To be dealt with.
    AFaire(Sort),
    /// Somebody marked it to be checked.
    AVerifier,
    /// Justified until that day: not asked.
    Justifiee(Date),
}

impl Situation {
    /// The code that files for programs have.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Revenue(_) => "revenue",
            Self::AFaire(sort) => sort.code(),
            Self::AVerifier => "a_verifier",
            Self::Justifiee(_) => "justifiee",
        }
    }

    /// Whether somebody is asked to deal with it.
    #[must_use]
    pub const fn is_asked(self) -> bool {
        !matches!(self, Self::Justifiee(_))
    }
}

/// How an anomaly stands: what the extract says (`sort`, `empreinte` of its row) and what people said.
/// A justified and unchanged anomaly is never asked again before its day; a mark « à vérifier » put on one
/// that returned is seen once it has been justified again.
#[must_use]
pub fn situation(
    (sort, empreinte): (Sort, Option<u64>),
    justification: Option<Justification>,
    a_verifier: bool,
    aujourd_hui: Date,
) -> Situation {
    match justification {
        Some(given) if given.empreinte != empreinte => Situation::Revenue(Cause::LigneChangee),
        Some(given) if given.jusqu_au < aujourd_hui => Situation::Revenue(Cause::DelaiPasse),
        Some(given) => Situation::Justifiee(given.jusqu_au),
        None if a_verifier => Situation::AVerifier,
        None => Situation::AFaire(sort),
    }
}

/// Days from a date to another; zero when it is after.
#[must_use]
pub fn age(depuis: Date, date: Date) -> u32 {
    let days = depuis.until(date).map_or(0, |span| span.get_days());
    u32::try_from(days).unwrap_or_default()
}
