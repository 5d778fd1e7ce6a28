//! The Missions Locales of France with their I-MILO code: `donnees/structures.csv`, embedded.
//! Source: the public repository SocialGouv/pass-emploi-api.

use std::collections::BTreeMap;
use std::sync::LazyLock;

/// One Mission Locale of the built-in list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Structure {
    /// I-MILO code, such as `69382S00`.
    pub structure_id: &'static str,
    /// Official short name.
    pub nom: &'static str,
    /// Code of the département.
    pub departement: &'static str,
    /// Code of the région (INSEE), such as `84`.
    pub region: &'static str,
}

static STRUCTURES: LazyLock<BTreeMap<&'static str, Structure>> = LazyLock::new(|| {
    include_str!("../../../donnees/structures.csv")
        .lines()
        .skip(1)
        .filter_map(|line| {
            // Only the third column, the usual name, may be quoted and hold commas: read around it.
            let mut first = line.split(',');
            let (structure_id, nom) = (first.next()?, first.next()?);
            let mut last = line.rsplit(',');
            let region = last.nth(2)?;
            let departement = last.nth(1)?;
            Some((structure_id, Structure { structure_id, nom, departement, region }))
        })
        .collect()
});

/// The centre of that code in the built-in list.
#[must_use]
pub fn find(structure_id: &str) -> Option<&'static Structure> {
    STRUCTURES.get(structure_id)
}

/// Every centre of the built-in list, by code.
pub fn all() -> impl Iterator<Item = &'static Structure> {
    STRUCTURES.values()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_read_whole() {
        assert_eq!(all().count(), 449);
        assert_eq!(all().filter(|s| s.region == "84").count(), 61);
        let lyon = find("69382S00").map(|s| (s.nom, s.departement));
        assert_eq!(lyon, Some(("69-ML LYON", "69")));
        let quoted = find("91377S00").map(|s| (s.departement, s.region));
        assert_eq!(quoted, Some(("91", "11")));
    }
}
