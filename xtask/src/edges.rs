//! Edges between the crates of the workspace: dependencies point up the list of rooms only.

use cargo_metadata::{DependencyKind, Metadata};

use crate::finding::Finding;
use crate::house::House;

/// A crate of the workspace, as far as the checks look at it.
#[derive(Debug, Clone)]
pub(crate) struct Crate {
    /// Package name: `mallette-<room>`, or `xtask`.
    pub(crate) name: String,
    /// Path of its manifest from the root.
    pub(crate) manifest: String,
    /// Every dependency it declares.
    pub(crate) dependencies: Vec<Dependency>,
}

/// A dependency declared by a crate of the workspace.
#[derive(Debug, Clone)]
pub(crate) struct Dependency {
    /// Package name.
    pub(crate) name: String,
    /// Declared for tests only.
    pub(crate) dev: bool,
    /// Given by a path: a crate of the workspace.
    pub(crate) by_path: bool,
    /// The version asked for.
    pub(crate) version: String,
    /// Line of the manifest that declares it.
    pub(crate) line: usize,
}

impl Crate {
    /// The room: the name without the product's prefix.
    pub(crate) fn room(&self) -> &str {
        room(&self.name)
    }
}

fn room(name: &str) -> &str {
    name.strip_prefix("mallette-").unwrap_or(name)
}

/// The crates of the workspace with what they declare.
pub(crate) fn workspace(metadata: &Metadata) -> Vec<Crate> {
    let root = metadata.workspace_root.as_path();
    let packages = metadata.workspace_packages();
    packages
        .into_iter()
        .map(|package| {
            let path = &package.manifest_path;
            // Only to give line numbers: a manifest that vanished since gives line 1.
            let text = std::fs::read_to_string(path).unwrap_or_default();
            let dependencies = package.dependencies.iter().map(|dependency| {
                let dev = dependency.kind == DependencyKind::Development;
                Dependency {
                    name: dependency.name.clone(),
                    dev,
                    by_path: dependency.path.is_some(),
                    version: dependency.req.to_string(),
                    line: line_of(&text, &dependency.name, dev),
                }
            });
            Crate {
                name: package.name.to_string(),
                manifest: path.strip_prefix(root).unwrap_or(path).to_string(),
                dependencies: dependencies.collect(),
            }
        })
        .collect()
}

/// The line of a manifest that declares a dependency, among those of tests or the others.
fn line_of(manifest: &str, name: &str, dev: bool) -> usize {
    let mut in_tests = false;
    for (number, line) in manifest.lines().enumerate() {
        if line.starts_with('[') {
            in_tests = line.contains("dev-dependencies");
        }
        let key = line.split(['=', '.']).next().unwrap_or_default().trim();
        if in_tests == dev && (key == name || line.contains(&format!("package = \"{name}\""))) {
            return number + 1;
        }
    }
    1
}

/// Every edge between rooms that the list of rooms does not allow.
pub(crate) fn check(house: &House, crates: &[Crate]) -> Vec<Finding> {
    let rank = |room: &str| house.rooms.iter().position(|known| known == room);
    let mut findings = Vec::new();
    for from in crates.iter().filter(|from| from.name != "xtask") {
        let Some(from_rank) = rank(from.room()) else {
            findings.push(Finding::error(
                &from.manifest,
                1,
                format!(
                    "crate `{}` has no place in `rooms` of xtask/house.toml: give it one, and a \
                     row in ARCHITECTURE.md",
                    from.room()
                ),
            ));
            continue;
        };
        for dependency in from.dependencies.iter().filter(|dependency| dependency.by_path) {
            let to = room(&dependency.name);
            if dependency.dev && !house.strict_dev.iter().any(|strict| strict == from.room()) {
                continue;
            }
            let refusal = if rank(to).is_none_or(|to_rank| to_rank >= from_rank) {
                Some(format!(
                    "`{}` may not depend on `{to}`: dependencies point up the list of rooms only; \
                     move the shared part up, or see `{to}` through a trait wired in `cli`",
                    from.room()
                ))
            } else {
                let refused = house
                    .forbidden_edges
                    .iter()
                    .find(|edge| edge.from == from.room() && edge.to == to);
                refused
                    .map(|edge| format!("`{}` may not depend on `{to}`: {}", from.room(), edge.why))
            };
            findings.extend(
                refusal.map(|message| Finding::error(&from.manifest, dependency.line, message)),
            );
        }
    }
    findings
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A crate of a made-up workspace: `+name` is a path, `?name` a dev-dependency by path,
    /// `~name` an external dev-dependency, else an external dependency.
    pub(crate) fn made_up(name: &str, dependencies: &[&str]) -> Crate {
        Crate {
            name: format!("mallette-{name}"),
            manifest: format!("crates/{name}/Cargo.toml"),
            dependencies: dependencies
                .iter()
                .map(|text| {
                    let bare = text.trim_start_matches(['+', '?', '~']);
                    let by_path = text.starts_with(['+', '?']);
                    Dependency {
                        name: if by_path { format!("mallette-{bare}") } else { bare.to_owned() },
                        dev: text.starts_with(['?', '~']),
                        by_path,
                        version: if by_path { "*".to_owned() } else { "^1".to_owned() },
                        line: 1,
                    }
                })
                .collect(),
        }
    }

    fn refused(name: &str, dependencies: &[&str]) -> usize {
        check(&House::read().unwrap(), &[made_up(name, dependencies)]).len()
    }

    #[test]
    fn dependencies_point_up_only() {
        assert_eq!(refused("engine", &["+domain", "+warehouse", "serde"]), 0);
        assert_eq!(refused("domain", &["+engine"]), 1);
        assert_eq!(refused("stats", &["+stats"]), 1, "oneself");
        assert_eq!(refused("app", &["+reports"]), 1, "reports is below app");
        assert_eq!(refused("app", &["+nowhere"]), 1, "an unknown room");
    }

    #[test]
    fn pages_and_use_cases_never_see_the_engine() {
        assert_eq!(refused("web", &["+engine"]), 1);
        assert_eq!(refused("app", &["+engine"]), 1);
        assert_eq!(refused("cli", &["+engine", "+web"]), 0);
    }

    #[test]
    fn tests_may_reach_further() {
        assert_eq!(refused("domain", &["?testkit"]), 0);
        assert_eq!(refused("cli", &["?testkit"]), 0);
        assert_eq!(refused("domain", &["+testkit"]), 1);
    }

    #[test]
    fn a_crate_without_a_place_is_refused() {
        assert_eq!(refused("portal", &[]), 1);
    }

    #[test]
    fn a_dependency_is_found_on_its_line() {
        let manifest = "[package]\nname = \"a\"\n\n[dependencies]\ntower.workspace = true\n\
            tower-http = { workspace = true }\nother = { package = \"renamed\" }\n\n\
            [dev-dependencies]\ntower = { workspace = true }\n";
        assert_eq!(line_of(manifest, "tower", false), 5);
        assert_eq!(line_of(manifest, "tower-http", false), 6);
        assert_eq!(line_of(manifest, "renamed", false), 7);
        assert_eq!(line_of(manifest, "tower", true), 10);
        assert_eq!(line_of(manifest, "absent", false), 1);
    }
}
