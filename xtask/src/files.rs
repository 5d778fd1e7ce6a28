//! The files of the repository: those committed or about to be.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::lexer::{self, Token};

/// A file of the repository.
#[derive(Debug, Clone)]
pub(crate) struct File {
    /// Path from the root, with `/`.
    pub(crate) path: String,
    /// Size in bytes.
    pub(crate) bytes: u64,
}

/// A Rust source of the workspace, already cut into tokens.
#[derive(Debug)]
pub(crate) struct Source {
    /// Path from the root, with `/`.
    pub(crate) path: String,
    /// All its tokens, tests included.
    pub(crate) tokens: Vec<Token>,
    /// Lines outside test modules.
    pub(crate) production_lines: usize,
    /// Whether the whole file is tests.
    pub(crate) is_tests: bool,
}

impl Source {
    /// Cuts a text into tokens and counts the lines of its test modules apart.
    pub(crate) fn new(path: &str, text: &str) -> Self {
        let tokens = lexer::tokens(text);
        let is_tests = path.ends_with("/tests.rs") || path.contains("/tests/");
        let test_lines = if is_tests { usize::MAX } else { lexer::test_lines(&tokens) };
        let production_lines = text.lines().count().saturating_sub(test_lines);
        Self { path: path.to_owned(), tokens, production_lines, is_tests }
    }
}

/// Every file that git tracks or would add, with its size; a deleted one is left out.
///
/// # Errors
/// git is missing, or the folder is not a repository.
pub(crate) fn committed(root: &Path) -> Result<Vec<File>> {
    let output = Command::new("git")
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .current_dir(root)
        .output()
        .context("git is needed to know the files of the repository: install it")?;
    if !output.status.success() {
        bail!("git ls-files: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    let listed = String::from_utf8(output.stdout).context("a file name is not UTF-8: rename it")?;
    let files = listed.split('\0').filter(|path| !path.is_empty()).filter_map(|path| {
        let bytes = std::fs::metadata(root.join(path)).ok()?.len();
        Some(File { path: path.to_owned(), bytes })
    });
    Ok(files.collect())
}

/// The Rust sources among them.
///
/// # Errors
/// A source cannot be read.
pub(crate) fn rust_sources(root: &Path, files: &[File]) -> Result<Vec<Source>> {
    files
        .iter()
        .filter(|file| file.path.ends_with(".rs"))
        .map(|file| {
            let text = std::fs::read_to_string(root.join(&file.path))
                .with_context(|| format!("{} cannot be read as UTF-8 text", file.path))?;
            Ok(Source::new(&file.path, &text))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_are_not_production() {
        let text = "fn a() {}\n\n#[cfg(test)]\nmod tests {\n    fn b() {}\n}\n";
        assert_eq!(Source::new("crates/x/src/a.rs", text).production_lines, 2);
        assert!(Source::new("crates/x/src/tests.rs", text).is_tests);
        assert!(Source::new("crates/x/tests/journey.rs", text).is_tests);
        assert!(!Source::new("crates/x/src/contests.rs", text).is_tests);
    }

    #[test]
    fn this_repository_is_listed() {
        let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
        let files = committed(root).unwrap();
        assert!(files.iter().any(|file| file.path == "xtask/src/files.rs" && file.bytes > 0));
    }
}
