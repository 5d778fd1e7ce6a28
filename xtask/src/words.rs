//! Words that no file of the repository may hold.

use std::path::Path;

use crate::files::File;
use crate::finding::Finding;
use crate::house::ForbiddenWord;

/// Lines of text files that hold a forbidden word. The list itself is not looked at.
pub(crate) fn check(root: &Path, forbidden: &[ForbiddenWord], files: &[File]) -> Vec<Finding> {
    if forbidden.is_empty() {
        return Vec::new();
    }
    let mut findings = Vec::new();
    for file in files.iter().filter(|file| file.path != "xtask/house.toml") {
        // What is not text cannot hold a word.
        if let Ok(text) = std::fs::read_to_string(root.join(&file.path)) {
            findings.extend(check_text(&file.path, &text, forbidden));
        }
    }
    findings
}

fn check_text(path: &str, text: &str, forbidden: &[ForbiddenWord]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let lower = line.to_lowercase();
        for ForbiddenWord { word, instead } in forbidden {
            let mut words = lower.split(|c: char| !c.is_alphanumeric() && c != '-');
            if words.any(|found| found == word.to_lowercase()) {
                findings.push(Finding::error(
                    path,
                    number + 1,
                    format!("`{word}` is not written here: {instead}"),
                ));
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_forbidden_word_is_found_whole_and_without_case() {
        let forbidden = [ForbiddenWord { word: "Machin".to_owned(), instead: "truc".to_owned() }];
        let findings = check_text("a.md", "rien\nun MACHIN ici\nmachins", &forbidden);
        let lines: Vec<_> = findings.iter().map(|finding| finding.line).collect();
        assert_eq!(lines, [2]);
    }

    #[test]
    fn files_are_read_and_binaries_left() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let files = [File { path: "src/words.rs".to_owned(), bytes: 1 }];
        let forbidden = [ForbiddenWord { word: "findings".to_owned(), instead: "rien".to_owned() }];
        assert!(!check(root, &forbidden, &files).is_empty());
        assert!(check(root, &[], &files).is_empty());
    }
}
