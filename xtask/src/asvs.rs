//! `docs/asvs.md`: each requirement answered once, each claim with a test or a file that exists.
//!
//! Its tables have three columns: identifiers separated by commas, what Mallette does, proofs between
//! backquotes. A proof is the name of a test, or a path from the root. « Sans objet : » and « Pas
//! encore : » need none.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Context, Result};

use crate::files::{File, Source};
use crate::finding::Finding;
use crate::lexer::{Kind, Token};

const PAGE: &str = "docs/asvs.md";
const WANTED: &str = include_str!("../asvs.txt");

/// What claims nothing.
const WITHOUT_PROOF: [&str; 2] = ["Sans objet : ", "Pas encore : "];

/// Every check of the page.
///
/// # Errors
/// The page cannot be read.
pub(crate) fn check(root: &Path, sources: &[Source], files: &[File]) -> Result<Vec<Finding>> {
    let text = std::fs::read_to_string(root.join(PAGE))
        .with_context(|| format!("{PAGE} cannot be read"))?;
    let tests = sources.iter().flat_map(tests).collect();
    let paths = files.iter().map(|file| file.path.as_str()).collect();
    let wanted = WANTED.lines().filter(|line| !line.starts_with('#')).collect();
    Ok(check_text(&text, &wanted, &tests, &paths))
}

fn check_text(
    text: &str,
    wanted: &BTreeSet<&str>,
    tests: &BTreeSet<&str>,
    paths: &BTreeSet<&str>,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut answered: BTreeMap<&str, usize> = BTreeMap::new();
    for (number, line) in text.lines().enumerate() {
        let Some(row) = line.strip_prefix("| V") else { continue };
        let mut wrong = |message: String| findings.push(Finding::error(PAGE, number + 1, message));
        let cells: Vec<&str> = row.trim_end_matches('|').split('|').map(str::trim).collect();
        let [_, answer, proofs] = cells.as_slice() else {
            wrong(format!("{} cells instead of 3", cells.len()));
            continue;
        };
        // The letter was taken with the start of the row.
        let ids = line.trim_start_matches("| ").split('|').next().unwrap_or_default();
        for id in ids.split(',').map(str::trim) {
            if !wanted.contains(id) {
                wrong(format!("`{id}` is not a requirement of xtask/asvs.txt"));
            }
            if let Some(before) = answered.insert(id, number + 1) {
                wrong(format!("`{id}` is answered at line {before} already"));
            }
        }
        let proofs: Vec<&str> = proofs.split('`').skip(1).step_by(2).collect();
        let claims = !WITHOUT_PROOF.iter().any(|start| answer.starts_with(start));
        if claims && proofs.is_empty() {
            wrong("a claim needs the name of a test, or of a file".to_owned());
        }
        for proof in proofs.iter().filter(|proof| !tests.contains(**proof)) {
            if !paths.contains(proof) {
                wrong(format!("`{proof}` is neither a test nor a file of this repository"));
            }
        }
    }
    let missing = wanted.iter().filter(|id| !answered.contains_key(**id));
    findings.extend(missing.map(|id| Finding::error(PAGE, 1, format!("`{id}` is not answered"))));
    findings
}

/// The names of the tests of a source, and of the functions of a file that holds nothing else.
fn tests(source: &Source) -> Vec<&str> {
    let tokens = &source.tokens;
    let named = tokens.iter().enumerate().filter_map(|(at, token)| {
        let name = tokens.get(at + 1).filter(|name| name.kind == Kind::Word)?;
        let is_test = token.is("fn") && (source.is_tests || is_marked(tokens.get(..at)?));
        is_test.then_some(name.text.as_str())
    });
    named.collect()
}

/// Whether the attributes just before a function make it a test.
fn is_marked(before: &[Token]) -> bool {
    // Back to the end of what stands before: `#[test]`, `#[tokio::test(flavor = "…")]`, `async`.
    let ends = |token: &&Token| ["}", ";", "{"].iter().any(|end| token.is(end));
    before.iter().rev().take_while(|token| !ends(token)).any(|token| token.is("test"))
}

#[cfg(test)]
mod tests_of_page {
    use super::*;

    fn messages(text: &str) -> Vec<String> {
        let wanted = BTreeSet::from(["V1.1.1", "V1.1.2", "V2.1.1"]);
        let tests = BTreeSet::from(["a_thing_holds"]);
        let paths = BTreeSet::from(["SECURITY.md"]);
        let found = check_text(text, &wanted, &tests, &paths);
        found.into_iter().map(|finding| finding.message).collect()
    }

    #[test]
    fn a_whole_page_has_nothing_to_be_said() {
        let page = "| Exigence | x | Preuve |\n|---|---|---|\n\
                    | V1.1.1, V1.1.2 | Fait | `a_thing_holds`, `SECURITY.md` |\n\
                    | V2.1.1 | Sans objet : rien | |\n";
        assert_eq!(messages(page), Vec::<String>::new());
    }

    #[test]
    fn what_is_forgotten_doubled_unproved_or_invented_is_told() {
        let page = "| V1.1.1 | Fait | `a_thing_held` |\n| V1.1.1 | Fait | |\n| V9.9.9 | Pas encore : x | |\n";
        let told = messages(page).join("\n");
        for part in [
            "`a_thing_held` is neither",
            "`V1.1.1` is answered at line 1",
            "a claim needs",
            "`V9.9.9` is not a requirement",
            "`V1.1.2` is not answered",
            "`V2.1.1` is not answered",
        ] {
            assert!(told.contains(part), "{part}: {told}");
        }
    }

    #[test]
    fn tests_are_told_from_other_functions() {
        let text = "fn plain() {}\n#[cfg(test)]\nmod tests {\n fn helper() {}\n #[tokio::test(flavor = \"x\")]\n \
                    async fn one() {}\n #[test]\n fn two() {}\n}\n";
        assert_eq!(tests(&Source::new("crates/x/src/a.rs", text)), ["one", "two"]);
        assert_eq!(tests(&Source::new("crates/x/src/tests/a.rs", "fn three() {}")), ["three"]);
    }
}
