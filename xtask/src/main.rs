//! The checks of the house, run by `cargo xtask check` and `cargo xtask licences`; the inventory of a release, by `cargo xtask sbom`.
//!
//! What is allowed is data, in `xtask/house.toml`; each module here holds one kind of check, as a
//! pure function over what was read, so that a test can show it failing.

mod asvs;
mod edges;
mod externals;
mod files;
mod finding;
mod functions;
mod glossary;
mod house;
mod lexer;
mod licences;
mod sbom;
mod sizes;
mod spdx;
mod words;

use std::io::Write as _;
use std::process::ExitCode;

use anyhow::{Context, Result};
use cargo_metadata::{Metadata, MetadataCommand};

use finding::Finding;
use house::House;

const USAGE: &str = "usage: cargo xtask check | licences | sbom";

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let outcome = match (arguments.next().as_deref(), arguments.next()) {
        (Some("check"), None) => check(),
        (Some("licences"), None) => check_licences(),
        (Some("sbom"), None) => return write_sbom(),
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match outcome {
        Ok(findings) => finding::report(&findings),
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::from(2)
        }
    }
}

/// Writes the inventory on standard output.
fn write_sbom() -> ExitCode {
    let written = metadata().and_then(|metadata| {
        let path = metadata.workspace_root.join("Cargo.lock");
        let lock = std::fs::read_to_string(&path).with_context(|| format!("cannot read {path}"))?;
        let text = sbom::write(&metadata, &lock)?;
        std::io::stdout().lock().write_all(text.as_bytes()).context("cannot write")
    });
    match written {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::from(2)
        }
    }
}

fn metadata() -> Result<Metadata> {
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.toml");
    MetadataCommand::new()
        .manifest_path(manifest)
        .exec()
        .context("cargo metadata failed: run `cargo metadata` at the root to see why")
}

fn check() -> Result<Vec<Finding>> {
    let house = House::read()?;
    let metadata = metadata()?;
    let root = metadata.workspace_root.as_std_path();
    let crates = edges::workspace(&metadata);
    let files = files::committed(root)?;
    let sources = files::rust_sources(root, &files)?;

    let mut findings = edges::check(&house, &crates);
    findings.extend(externals::check(&house, &crates));
    findings.extend(sizes::check_lines(&house.sizes, &sources));
    findings.extend(sizes::check_bytes(&house.sizes, &files));
    findings.extend(functions::check(&house.names, &sources));
    findings.extend(glossary::check(root, &house.names, &sources)?);
    findings.extend(asvs::check(root, &sources, &files)?);
    findings.extend(words::check(root, &house.names.forbidden_words, &files));
    Ok(findings)
}

fn check_licences() -> Result<Vec<Finding>> {
    let house = House::read()?;
    let metadata = metadata()?;
    let mut findings = licences::check(&house.licences, &licences::dependencies(&metadata));
    findings.extend(licences::check_wildcards(&edges::workspace(&metadata)));
    Ok(findings)
}
