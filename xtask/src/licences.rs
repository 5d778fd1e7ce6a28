//! Dependencies: their licence, their source, their versions.

use std::collections::BTreeMap;

use cargo_metadata::Metadata;

use crate::edges::Crate;
use crate::finding::Finding;
use crate::house::Licences;
use crate::spdx;

const LOCK: &str = "Cargo.lock";

/// An external dependency, direct or not.
#[derive(Debug, Clone)]
pub(crate) struct External {
    /// Package name.
    pub(crate) name: String,
    /// Resolved version.
    pub(crate) version: String,
    /// Licence expression; none when the package gives only a file, or nothing.
    pub(crate) licence: Option<String>,
    /// Where it comes from; none for a path.
    pub(crate) source: Option<String>,
    /// Line of the lock file.
    pub(crate) line: usize,
}

/// Every package of the graph that is not a crate of the workspace.
pub(crate) fn dependencies(metadata: &Metadata) -> Vec<External> {
    // Only to give line numbers.
    let lock = std::fs::read_to_string(metadata.workspace_root.join(LOCK)).unwrap_or_default();
    metadata
        .packages
        .iter()
        .filter(|package| !metadata.workspace_members.contains(&package.id))
        .map(|package| External {
            name: package.name.to_string(),
            version: package.version.to_string(),
            licence: package.license.clone(),
            source: package.source.as_ref().map(|source| source.repr.clone()),
            line: line_of(&lock, &package.name, &package.version.to_string()),
        })
        .collect()
}

/// The line of the lock file where that version of that package starts.
fn line_of(lock: &str, name: &str, version: &str) -> usize {
    let (name, version) = (format!("name = \"{name}\""), format!("version = \"{version}\""));
    let mut pairs = lock.lines().zip(lock.lines().skip(1));
    pairs.position(|(first, second)| first == name && second == version).map_or(1, |at| at + 1)
}

/// Refused licences, sources other than a registry, and heavy crates linked twice.
pub(crate) fn check(rules: &Licences, dependencies: &[External]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut heavy: BTreeMap<&str, Vec<(&str, usize)>> = BTreeMap::new();
    for External { name, version, licence, source, line } in dependencies {
        let line = *line;
        match licence {
            None => findings.push(Finding::error(
                LOCK,
                line,
                format!("{name} {version} names no licence: choose another crate"),
            )),
            Some(licence) if !spdx::is_accepted(licence, &rules.allow) => {
                findings.push(Finding::error(
                    LOCK,
                    line,
                    format!(
                        "{name} {version} is under « {licence} », which is not in `licences.allow` \
                         of xtask/house.toml: choose another crate, or argue for the licence in \
                         ARCHITECTURE.md and add it there and in deny.toml"
                    ),
                ));
            }
            Some(_) => {}
        }
        let from_registry = source
            .as_deref()
            .is_some_and(|source| source.starts_with("registry+") || source.starts_with("sparse+"));
        if !from_registry {
            findings.push(Finding::error(
                LOCK,
                line,
                format!(
                    "{name} {version} comes from {}: take a published version from the registry",
                    source.as_deref().unwrap_or("a path outside the workspace")
                ),
            ));
        }
        if rules.single_version.contains(name) {
            heavy.entry(name).or_default().push((version, line));
        }
    }
    for (name, versions) in heavy.into_iter().filter(|(_, versions)| versions.len() > 1) {
        let line = versions.first().map_or(1, |(_, line)| *line);
        let versions: Vec<&str> = versions.into_iter().map(|(version, _)| version).collect();
        findings.push(Finding::error(
            LOCK,
            line,
            format!(
                "{name} is linked {} times ({}): align the versions that ask for it (cargo tree -d)",
                versions.len(),
                versions.join(", ")
            ),
        ));
    }
    findings
}

/// Dependencies declared with any version at all.
pub(crate) fn check_wildcards(crates: &[Crate]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for owner in crates {
        for dependency in &owner.dependencies {
            if !dependency.by_path && dependency.version.contains('*') {
                findings.push(Finding::error(
                    &owner.manifest,
                    dependency.line,
                    format!("{} asks for version « * »: name the version", dependency.name),
                ));
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edges::tests::made_up;
    use crate::house::House;

    fn external(name: &str, version: &str) -> External {
        External {
            name: name.to_owned(),
            version: version.to_owned(),
            licence: Some("MIT OR Apache-2.0".to_owned()),
            source: Some("registry+https://example.org/index".to_owned()),
            line: 1,
        }
    }

    fn refused(dependencies: &[External]) -> Vec<String> {
        let findings = check(&House::read().unwrap().licences, dependencies);
        findings.into_iter().map(|finding| finding.message).collect()
    }

    #[test]
    fn a_licence_outside_the_list_is_refused() {
        let licence = |text: Option<&str>| External {
            licence: text.map(str::to_owned),
            ..external("a", "1.0.0")
        };
        assert_eq!(refused(&[licence(Some("MPL-2.0 AND ISC"))]).len(), 0);
        assert_eq!(refused(&[licence(Some("AGPL-3.0-only"))]).len(), 1);
        assert_eq!(refused(&[licence(Some("MIT AND AGPL-3.0-only"))]).len(), 1);
        assert_eq!(refused(&[licence(None)]).len(), 1);
    }

    #[test]
    fn only_registries_are_sources() {
        let source = |text: Option<&str>| External {
            source: text.map(str::to_owned),
            ..external("a", "1.0.0")
        };
        assert_eq!(refused(&[source(Some("sparse+https://example.org/"))]).len(), 0);
        assert_eq!(refused(&[source(Some("git+https://example.org/a?rev=1#1"))]).len(), 1);
        assert_eq!(refused(&[source(None)]).len(), 1);
    }

    #[test]
    fn heavy_crates_are_linked_once() {
        assert_eq!(refused(&[external("arrow", "59.0.0"), external("syn", "1.0.0")]).len(), 0);
        assert_eq!(refused(&[external("syn", "1.0.0"), external("syn", "2.0.0")]).len(), 0);
        let twice = refused(&[external("arrow", "58.0.0"), external("arrow", "59.0.0")]);
        assert!(matches!(twice.as_slice(), [only] if only.contains("58.0.0, 59.0.0")));
    }

    #[test]
    fn wildcards_are_refused_outside_the_workspace() {
        let mut owner = made_up("engine", &["+domain", "serde"]);
        assert_eq!(check_wildcards(std::slice::from_ref(&owner)), []);
        owner.dependencies.iter_mut().for_each(|dependency| dependency.version = "*".to_owned());
        assert_eq!(check_wildcards(&[owner]).len(), 1);
    }

    #[test]
    fn a_package_is_found_on_its_line() {
        let lock = "[[package]]\nname = \"a\"\nversion = \"1.0.0\"\n\n[[package]]\nname = \"a\"\nversion = \"2.0.0\"\n";
        assert_eq!(line_of(lock, "a", "2.0.0"), 6);
        assert_eq!(line_of(lock, "b", "1.0.0"), 1);
    }
}
