//! Sizes: a source file has one reason to exist, a repository holds no large binary.

use crate::files::{File, Source};
use crate::finding::Finding;
use crate::house::Sizes;

/// Sources with too many production lines.
pub(crate) fn check_lines(sizes: &Sizes, sources: &[Source]) -> Vec<Finding> {
    sources
        .iter()
        .filter(|source| !source.is_tests && source.production_lines > sizes.warn)
        .map(|source| {
            let (path, lines) = (&source.path, source.production_lines);
            if lines > sizes.max {
                let max = sizes.max;
                Finding::error(
                    path,
                    max + 1,
                    format!("{lines} production lines, {max} at most: split it by reason to change"),
                )
            } else {
                let aim = sizes.warn;
                Finding::warning(
                    path,
                    aim + 1,
                    format!("{lines} production lines, {aim} aimed at: is there a second reason to change?"),
                )
            }
        })
        .collect()
}

/// Committed files that are too large, data folders aside.
pub(crate) fn check_bytes(sizes: &Sizes, files: &[File]) -> Vec<Finding> {
    files
        .iter()
        .filter(|file| file.bytes > sizes.max_bytes)
        .filter(|file| !sizes.data_folders.iter().any(|folder| file.path.starts_with(folder)))
        .map(|file| {
            Finding::error(
                &file.path,
                1,
                format!(
                    "{} bytes, {} at most outside {}: generate it, or leave it out of git",
                    file.bytes,
                    sizes.max_bytes,
                    sizes.data_folders.join(", ")
                ),
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Level;
    use crate::house::House;

    fn levels(path: &str, lines: usize) -> Vec<Level> {
        let source = Source::new(path, &"// a line\n".repeat(lines));
        let findings = check_lines(&House::read().unwrap().sizes, &[source]);
        findings.into_iter().map(|finding| finding.level).collect()
    }

    #[test]
    fn long_files_are_listed_then_refused() {
        assert_eq!(levels("crates/x/src/a.rs", 300), []);
        assert_eq!(levels("crates/x/src/a.rs", 301), [Level::Warning]);
        assert_eq!(levels("crates/x/src/a.rs", 500), [Level::Warning]);
        assert_eq!(levels("crates/x/src/a.rs", 501), [Level::Error]);
        assert_eq!(levels("crates/x/src/tests.rs", 900), []);
    }

    #[test]
    fn large_files_live_in_data_folders_only() {
        let file = |path: &str, bytes| File { path: path.to_owned(), bytes };
        let files = [
            file("docs/a.pdf", 1_048_577),
            file("docs/b.pdf", 1_048_576),
            file("donnees/c.csv", 9_000_000),
            file("x/donnees/d.csv", 9_000_000),
        ];
        let findings = check_bytes(&House::read().unwrap().sizes, &files);
        let paths: Vec<_> = findings.iter().map(|finding| finding.path.as_str()).collect();
        assert_eq!(paths, ["docs/a.pdf", "x/donnees/d.csv"]);
    }
}
