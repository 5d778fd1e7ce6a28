//! The rules of the house, read from `xtask/house.toml`.

use anyhow::{Context, Result};
use serde::Deserialize;

/// Everything that `house.toml` says.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct House {
    /// The rooms in order: a crate may depend only on crates that stand before it.
    pub(crate) rooms: Vec<String>,
    /// Rooms whose dev-dependencies follow the order too.
    pub(crate) strict_dev: Vec<String>,
    /// Edges refused although the order would let them pass.
    pub(crate) forbidden_edges: Vec<ForbiddenEdge>,
    /// External crates and the rooms that may name them.
    pub(crate) externals: Vec<External>,
    /// Limits of size.
    pub(crate) sizes: Sizes,
    /// Rules about names.
    pub(crate) names: Names,
    /// Rules about dependencies' licences.
    pub(crate) licences: Licences,
}

/// An edge that is refused whatever the order says.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ForbiddenEdge {
    /// The room that must not depend…
    pub(crate) from: String,
    /// …on this room.
    pub(crate) to: String,
    /// Why, and what to do instead (shown as it is).
    pub(crate) why: String,
}

/// A family of external crates with the rooms that may name it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct External {
    /// The crate's name; `name-*` and `name_*` belong to the family.
    pub(crate) family: String,
    /// Rooms that may depend on it.
    pub(crate) rooms: Vec<String>,
    /// Rooms that may name it in their tests only.
    #[serde(default)]
    pub(crate) dev_rooms: Vec<String>,
}

/// Limits of size.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Sizes {
    /// Production lines beyond which a file is listed.
    pub(crate) warn: usize,
    /// Production lines beyond which a file is refused.
    pub(crate) max: usize,
    /// Bytes beyond which a committed file is refused.
    pub(crate) max_bytes: u64,
    /// Folders (with their final slash) whose files may be larger.
    pub(crate) data_folders: Vec<String>,
}

/// Rules about names.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Names {
    /// Unaccented French verbs that start no function name.
    pub(crate) french_verbs: Vec<String>,
    /// Names of other people's code that we have to write as they are.
    pub(crate) foreign_names: Vec<String>,
    /// Words that no committed text file may hold.
    pub(crate) forbidden_words: Vec<ForbiddenWord>,
}

/// A word that no file may hold.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ForbiddenWord {
    /// The word, compared without case.
    pub(crate) word: String,
    /// What to write instead.
    pub(crate) instead: String,
}

/// Rules about dependencies' licences.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Licences {
    /// SPDX identifiers (with their exception) that are accepted.
    pub(crate) allow: Vec<String>,
    /// Crates of which one version only may be linked.
    pub(crate) single_version: Vec<String>,
}

impl House {
    /// The rules as committed.
    ///
    /// # Errors
    /// `house.toml` has a syntax error, an unknown key or a missing one.
    pub(crate) fn read() -> Result<Self> {
        toml::from_str(include_str!("../house.toml")).context("xtask/house.toml")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn the_rules_name_only_rooms_that_exist() {
        let house = House::read().unwrap();
        let rooms: BTreeSet<_> = house.rooms.iter().collect();
        assert_eq!(rooms.len(), house.rooms.len(), "a room stands twice");
        for external in &house.externals {
            for room in external.rooms.iter().chain(&external.dev_rooms) {
                assert!(rooms.contains(room), "{}: {room}", external.family);
            }
        }
        for edge in &house.forbidden_edges {
            assert!(rooms.contains(&edge.from) && rooms.contains(&edge.to), "{edge:?}");
        }
    }

    #[test]
    fn deny_toml_accepts_the_same_licences() {
        let deny: toml::Table = toml::from_str(include_str!("../../deny.toml")).unwrap();
        let allow: Vec<String> = deny["licenses"]["allow"].clone().try_into().unwrap();
        assert_eq!(allow, House::read().unwrap().licences.allow);
    }
}
