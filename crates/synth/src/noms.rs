//! Names that young people and conseillers of a made-up region may have: common first names and
//! surnames of France, put together by chance. None stands for a real person. The lists are the
//! text files of `noms/`, one name per line.

use std::sync::LazyLock;

/// First names of young women.
pub(crate) static PRENOMS_FEMININS: LazyLock<Vec<&'static str>> =
    LazyLock::new(|| include_str!("../noms/prenoms_feminins.txt").lines().collect());

/// First names of young men.
pub(crate) static PRENOMS_MASCULINS: LazyLock<Vec<&'static str>> =
    LazyLock::new(|| include_str!("../noms/prenoms_masculins.txt").lines().collect());

/// Surnames.
pub(crate) static NOMS: LazyLock<Vec<&'static str>> =
    LazyLock::new(|| include_str!("../noms/noms.txt").lines().collect());

#[cfg(test)]
mod tests {
    use super::*;
    use mallette_catalogue::normalise;
    use std::collections::BTreeSet;

    #[test]
    fn the_lists_are_long_without_doubles_and_safe_to_write() {
        for list in [&PRENOMS_FEMININS, &PRENOMS_MASCULINS, &NOMS] {
            assert!(list.len() >= 150);
            let distinct: BTreeSet<String> = list.iter().map(|name| normalise(name)).collect();
            assert!(distinct.len() >= list.len() - 1, "{} {}", distinct.len(), list.len());
            for name in list.iter() {
                assert!(name.chars().all(char::is_alphabetic), "{name}");
                let (_, _, unmappable) = encoding_rs::WINDOWS_1252.encode(name);
                assert!(!unmappable, "{name}");
            }
        }
    }
}
