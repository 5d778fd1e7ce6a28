//! Names of functions: verbs are in English, so that a name says at once what is mechanics and
//! what is a word of the field.

use crate::files::Source;
use crate::finding::Finding;
use crate::house::Names;
use crate::lexer::{self, Kind};

/// Functions of the crates, public or not, whose name starts with a French verb.
pub(crate) fn check(names: &Names, sources: &[Source]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for source in sources.iter().filter(|source| source.path.starts_with("crates/")) {
        for pair in source.tokens.windows(2) {
            let [keyword, name] = pair else { continue };
            if !keyword.is("fn") || name.kind != Kind::Word {
                continue;
            }
            let verb = lexer::words_of(&name.text).into_iter().next();
            let Some(verb) = verb.filter(|verb| names.french_verbs.contains(verb)) else {
                continue;
            };
            findings.push(Finding::error(
                &source.path,
                name.line,
                format!(
                    "function `{}` starts with the French verb `{verb}`: name the action in \
                     English, and keep the field's noun (`read_dossier`)",
                    name.text
                ),
            ));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::house::House;

    fn refused(text: &str) -> Vec<usize> {
        let source = Source::new("crates/x/src/a.rs", text);
        let findings = check(&House::read().unwrap().names, &[source]);
        findings.into_iter().map(|finding| finding.line).collect()
    }

    #[test]
    fn french_verbs_start_no_function() {
        let text =
            "pub fn importer_dossier() {}\npub(crate) async fn lire() {}\nfn ouvrir_base() {}";
        assert_eq!(refused(text), [1, 2, 3]);
    }

    #[test]
    fn nouns_strings_and_english_stay() {
        assert_eq!(
            refused("fn import_dossier() {}\nfn lirefait() {}\nmod importer {}"),
            [0_usize; 0]
        );
        assert_eq!(refused("const A: &str = \"fn lire()\"; // fn lire()"), [0_usize; 0]);
        assert_eq!(refused("const F: fn() = read;"), [0_usize; 0]);
    }

    #[test]
    fn only_the_crates_are_looked_at() {
        let source = Source::new("xtask/src/a.rs", "fn lire() {}");
        assert_eq!(check(&House::read().unwrap().names, &[source]), []);
    }
}
