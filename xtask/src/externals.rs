//! External crates in their room only: what is heavy or sensitive is named in one place.

use crate::edges::Crate;
use crate::finding::Finding;
use crate::house::{External, House};

/// Every external crate declared by a room that may not name it.
pub(crate) fn check(house: &House, crates: &[Crate]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for owner in crates {
        for dependency in owner.dependencies.iter().filter(|dependency| !dependency.by_path) {
            let Some(external) = family(house, &dependency.name) else { continue };
            let tests = if dependency.dev { external.dev_rooms.as_slice() } else { &[] };
            if external.rooms.iter().chain(tests).any(|room| room == owner.room()) {
                continue;
            }
            findings.push(Finding::error(
                &owner.manifest,
                dependency.line,
                format!(
                    "`{}` may not name `{}`: only {} may; ask that room for what you need, or \
                     change `externals` in xtask/house.toml with the reason in ARCHITECTURE.md",
                    owner.room(),
                    dependency.name,
                    external.rooms.join(", ")
                ),
            ));
        }
    }
    findings
}

/// The most precise family of a crate: `tower-http` before `tower`.
fn family<'a>(house: &'a House, name: &str) -> Option<&'a External> {
    house
        .externals
        .iter()
        .filter(|external| {
            name.strip_prefix(external.family.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(['-', '_']))
        })
        .max_by_key(|external| external.family.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edges::tests::made_up;

    fn refused(name: &str, dependencies: &[&str]) -> usize {
        check(&House::read().unwrap(), &[made_up(name, dependencies)]).len()
    }

    #[test]
    fn each_in_its_room() {
        assert_eq!(refused("engine", &["datafusion", "parquet", "arrow", "serde"]), 0);
        assert_eq!(refused("app", &["datafusion"]), 1);
        assert_eq!(refused("app", &["sqlx"]), 1);
        assert_eq!(refused("cli", &["axum", "askama", "tower-http"]), 3);
        assert_eq!(refused("cli", &["clap", "clap_complete"]), 0);
        assert_eq!(refused("web", &["clap"]), 1);
        assert_eq!(refused("engine", &["chacha20poly1305"]), 1);
    }

    #[test]
    fn a_family_covers_its_members_and_nothing_else() {
        assert_eq!(refused("app", &["datafusion-common", "clap_complete"]), 2);
        assert_eq!(refused("app", &["arrow-array"]), 1);
        assert_eq!(refused("app", &["arrows", "tower"]), 0);
    }

    #[test]
    fn some_only_in_tests() {
        assert_eq!(refused("ingest", &["~rust_xlsxwriter"]), 0);
        assert_eq!(refused("ingest", &["rust_xlsxwriter"]), 1);
        assert_eq!(refused("reports", &["~calamine"]), 0);
        assert_eq!(refused("app", &["~calamine"]), 1);
    }
}
