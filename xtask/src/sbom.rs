//! The inventory of what a release is made of (SBOM), in CycloneDX JSON: every third-party crate with its version, licence, source,
//! checksum, and what asks for it. The same lock file always gives the same bytes: neither a date nor a random number.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use anyhow::{Context, Result};
use cargo_metadata::{DependencyKind, Metadata, PackageId};
use serde_json::{Value, json};
use toml::Table;

/// The crate that the binary is made of.
const BINARY: &str = "mallette-cli";

/// The inventory, as text with a final line break.
pub(crate) fn write(metadata: &Metadata, lock: &str) -> Result<String> {
    let checksums = checksums(lock)?;
    let linked = linked(metadata)?;
    let resolve = metadata.resolve.as_ref().context("cargo metadata gave no graph")?;
    let external = |id: &&PackageId| !metadata.workspace_members.contains(id);
    let refs: BTreeMap<&PackageId, String> = metadata
        .packages
        .iter()
        .filter(|package| external(&&package.id))
        .map(|package| (&package.id, format!("pkg:cargo/{}@{}", package.name, package.version)))
        .collect();
    let mut components = BTreeMap::new();
    for package in metadata.packages.iter().filter(|package| external(&&package.id)) {
        let Some(purl) = refs.get(&package.id) else { continue };
        let mut component = json!({
            "type": "library",
            "bom-ref": purl,
            "name": package.name.as_str(),
            "version": package.version.to_string(),
            // What is only built with, or tested with, is not in the binary.
            "scope": if linked.contains(&package.id) { "required" } else { "excluded" },
            "purl": purl,
        });
        if let Some(licence) = &package.license {
            // The former way of writing « or ».
            let expression = licence.replace('/', " OR ");
            component["licenses"] = json!([{ "expression": expression }]);
        }
        if let Some(repository) = &package.repository {
            component["externalReferences"] = json!([{ "type": "vcs", "url": repository }]);
        }
        let key = (package.name.to_string(), package.version.to_string());
        if let Some(checksum) = checksums.get(&key) {
            component["hashes"] = json!([{ "alg": "SHA-256", "content": checksum }]);
        }
        components.insert(purl.clone(), component);
    }
    let mut dependencies = BTreeMap::new();
    for node in &resolve.nodes {
        let Some(purl) = refs.get(&node.id) else { continue };
        let on: BTreeSet<&String> = node.deps.iter().filter_map(|dep| refs.get(&dep.pkg)).collect();
        dependencies.insert(purl.clone(), json!({ "ref": purl, "dependsOn": on }));
    }
    let version = metadata
        .packages
        .iter()
        .find(|package| package.name.as_str() == BINARY)
        .map(|package| package.version.to_string());
    let bom = json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {
            "component": { "type": "application", "bom-ref": "mallette", "name": "mallette", "version": version },
        },
        "components": components.into_values().collect::<Vec<Value>>(),
        "dependencies": dependencies.into_values().collect::<Vec<Value>>(),
    });
    Ok(format!("{}\n", serde_json::to_string_pretty(&bom)?))
}

/// Everything that the binary is linked with, through dependencies that are neither for its tests nor for its building.
fn linked(metadata: &Metadata) -> Result<BTreeSet<&PackageId>> {
    let resolve = metadata.resolve.as_ref().context("cargo metadata gave no graph")?;
    let start = metadata.packages.iter().find(|package| package.name.as_str() == BINARY);
    let start = &start.with_context(|| format!("no crate is called {BINARY}"))?.id;
    let nodes: BTreeMap<&PackageId, _> =
        resolve.nodes.iter().map(|node| (&node.id, node)).collect();
    let (mut seen, mut waiting) = (BTreeSet::from([start]), VecDeque::from([start]));
    while let Some(id) = waiting.pop_front() {
        let Some(node) = nodes.get(id) else { continue };
        for dep in &node.deps {
            let normal = dep.dep_kinds.iter().any(|kind| kind.kind == DependencyKind::Normal);
            if normal && seen.insert(&dep.pkg) {
                waiting.push_back(&dep.pkg);
            }
        }
    }
    Ok(seen)
}

/// The checksum of each package of the lock file that has one, by name and version.
fn checksums(lock: &str) -> Result<BTreeMap<(String, String), String>> {
    let lock: Table = lock.parse().context("Cargo.lock cannot be read")?;
    let packages = lock.get("package").and_then(|packages| packages.as_array());
    let mut found = BTreeMap::new();
    for package in packages.into_iter().flatten() {
        let said = |key: &str| package.get(key).and_then(|value| value.as_str()).map(str::to_owned);
        if let (Some(name), Some(version), Some(checksum)) =
            (said("name"), said("version"), said("checksum"))
        {
            found.insert((name, version), checksum);
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOCK: &str = include_str!("../../Cargo.lock");

    #[test]
    fn every_third_party_crate_of_the_lock_file_is_there_with_its_checksum() {
        let metadata = crate::metadata().unwrap();
        let text = write(&metadata, LOCK).unwrap();
        assert_eq!(text, write(&metadata, LOCK).unwrap(), "the same bytes twice");
        let bom: Value = serde_json::from_str(&text).unwrap();
        assert_eq!((&bom["bomFormat"], &bom["specVersion"]), (&json!("CycloneDX"), &json!("1.5")));
        let components = bom["components"].as_array().unwrap();
        let listed: BTreeSet<(String, String)> = components
            .iter()
            .map(|one| {
                let text = |key: &str| one[key].as_str().unwrap().to_owned();
                assert!(one["hashes"][0]["content"].as_str().is_some_and(|sum| sum.len() == 64));
                assert!(one["licenses"][0]["expression"].is_string(), "{one}");
                (text("name"), text("version"))
            })
            .collect();
        // Read by another way: the lines of the lock file.
        let lines: Vec<&str> = LOCK.lines().collect();
        let value = |line: &str, key: &str| {
            line.strip_prefix(key).map(|rest| rest.trim_matches('"').to_owned())
        };
        let mut expected = BTreeSet::new();
        for three in lines.windows(3) {
            let [name, version, source] = three else { continue };
            if let (Some(name), Some(version)) =
                (value(name, "name = "), value(version, "version = "))
                && source.starts_with("source = ")
            {
                expected.insert((name, version));
            }
        }
        assert!(expected.len() > 300, "{}", expected.len());
        assert_eq!(listed, expected);
    }

    #[test]
    fn what_only_tests_use_is_not_said_to_be_in_the_binary() {
        let bom = write(&crate::metadata().unwrap(), LOCK).unwrap();
        let bom: Value = serde_json::from_str(&bom).unwrap();
        let scope = |name: &str| {
            let mut all = bom["components"].as_array().unwrap().iter();
            all.find(|one| one["name"] == name).unwrap()["scope"].clone()
        };
        for linked in ["datafusion", "axum", "sqlx", "clap"] {
            assert_eq!(scope(linked), "required", "{linked}");
        }
        for tests in ["proptest", "rcgen", "cargo_metadata"] {
            assert_eq!(scope(tests), "excluded", "{tests}");
        }
        let graph = bom["dependencies"].as_array().unwrap();
        let axum =
            graph.iter().find(|one| one["ref"].as_str().unwrap().starts_with("pkg:cargo/axum@"));
        let on = axum.unwrap()["dependsOn"].as_array().unwrap();
        assert!(
            on.iter().any(|one| one.as_str().unwrap().starts_with("pkg:cargo/hyper@")),
            "{on:?}"
        );
    }
}
