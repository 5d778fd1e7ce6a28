//! The glossary: one word per concept, and every word of the tables in it.
//!
//! `docs/glossaire.md` holds tables of five columns: terme, définition, source, nom dans le code,
//! synonymes interdits. Names and synonyms are separated by commas, `–` says none.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Context, Result};

use crate::files::Source;
use crate::finding::Finding;
use crate::house::Names;
use crate::lexer::{self, Kind, Token};

const GLOSSARY: &str = "docs/glossaire.md";
const TABLES: &str = "crates/domain/src/table.rs";

/// One row of the glossary.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Term {
    line: usize,
    name: String,
    code_names: Vec<String>,
    synonyms: Vec<String>,
}

/// Every check that reads the glossary.
///
/// # Errors
/// The glossary cannot be read.
pub(crate) fn check(root: &Path, names: &Names, sources: &[Source]) -> Result<Vec<Finding>> {
    let text = std::fs::read_to_string(root.join(GLOSSARY))
        .with_context(|| format!("{GLOSSARY} cannot be read"))?;
    let (terms, mut findings) = parse(&text);
    findings.extend(check_unique(&terms));
    findings.extend(check_synonyms(&terms, &names.foreign_names, sources));
    match sources.iter().find(|source| source.path == TABLES) {
        Some(tables) => findings.extend(check_tables(&terms, tables)),
        None => findings.push(Finding::error(
            TABLES,
            1,
            "the tables of the field are no longer here: tell xtask/src/glossary.rs where they are",
        )),
    }
    Ok(findings)
}

fn parse(text: &str) -> (Vec<Term>, Vec<Finding>) {
    let (mut terms, mut findings) = (Vec::new(), Vec::new());
    for (number, line) in text.lines().enumerate() {
        let Some(row) = line.trim().strip_prefix('|') else { continue };
        let row = row.strip_suffix('|').unwrap_or(row);
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let [name, definition, source, code_names, synonyms] = cells.as_slice() else {
            findings.push(Finding::error(
                GLOSSARY,
                number + 1,
                format!(
                    "{} cells instead of 5: terme | définition | source | nom dans le code | \
                     synonymes interdits",
                    cells.len()
                ),
            ));
            continue;
        };
        let is_rule = name.chars().all(|c| matches!(c, '-' | ':'));
        if !name.is_empty() && (is_rule || name.eq_ignore_ascii_case("terme")) {
            continue;
        }
        if [name, definition, source].iter().any(|cell| cell.is_empty()) {
            findings.push(Finding::error(
                GLOSSARY,
                number + 1,
                "term, definition and source are all needed: fill the empty cell",
            ));
        }
        terms.push(Term {
            line: number + 1,
            name: (*name).to_owned(),
            code_names: list(code_names),
            synonyms: list(synonyms),
        });
    }
    (terms, findings)
}

fn list(cell: &str) -> Vec<String> {
    cell.split(',')
        .map(|item| item.trim().trim_matches('`').to_owned())
        .filter(|item| !matches!(item.as_str(), "" | "–" | "-"))
        .collect()
}

/// One name means one thing: no code name twice, none that is another term's forbidden synonym.
fn check_unique(terms: &[Term]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut owners: BTreeMap<&str, &Term> = BTreeMap::new();
    for term in terms {
        for code_name in &term.code_names {
            if let Some(owner) = owners.insert(code_name, term) {
                findings.push(Finding::error(
                    GLOSSARY,
                    term.line,
                    format!(
                        "`{code_name}` already names « {} » (line {}): one word per concept",
                        owner.name, owner.line
                    ),
                ));
            }
        }
    }
    for term in terms {
        for synonym in &term.synonyms {
            if let Some(owner) = owners.get(synonym.as_str()) {
                findings.push(Finding::error(
                    GLOSSARY,
                    term.line,
                    format!("`{synonym}` is forbidden here and names « {} »: choose", owner.name),
                ));
            }
        }
    }
    findings
}

/// Identifiers of the crates that hold a forbidden synonym, in one number or the other.
fn check_synonyms(terms: &[Term], foreign: &[String], sources: &[Source]) -> Vec<Finding> {
    let forbidden: Vec<(Vec<String>, &str, &Term)> = terms
        .iter()
        .flat_map(|term| term.synonyms.iter().map(move |synonym| (synonym, term)))
        .map(|(synonym, term)| (singular_words(synonym), synonym.as_str(), term))
        .filter(|(words, ..)| !words.is_empty())
        .collect();
    let mut findings = Vec::new();
    for source in sources.iter().filter(|source| source.path.starts_with("crates/")) {
        for token in source.tokens.iter().filter(|token| token.kind == Kind::Word) {
            if foreign.contains(&token.text) {
                continue;
            }
            let words = singular_words(&token.text);
            for (parts, synonym, term) in &forbidden {
                if words.windows(parts.len()).any(|window| window == parts.as_slice()) {
                    findings.push(Finding::error(
                        &source.path,
                        token.line,
                        format!(
                            "`{}` says `{synonym}`; the word of the house is « {} » ({}), see \
                             {GLOSSARY}:{}",
                            token.text,
                            term.name,
                            term.code_names.join(", "),
                            term.line
                        ),
                    ));
                }
            }
        }
    }
    findings
}

fn singular_words(identifier: &str) -> Vec<String> {
    let words = lexer::words_of(identifier).into_iter();
    words.map(|word| word.strip_suffix('s').map_or(word.clone(), str::to_owned)).collect()
}

/// Names of tables and columns that no row of the glossary explains.
fn check_tables(terms: &[Term], tables: &Source) -> Vec<Finding> {
    let known: BTreeSet<&str> =
        terms.iter().flat_map(|term| &term.code_names).map(String::as_str).collect();
    let mut seen = BTreeSet::new();
    let mut findings = Vec::new();
    for (name, line) in names_of_tables(&tables.tokens) {
        let explained = [name.as_str(), noun(&name)].iter().any(|word| known.contains(word));
        if !explained && seen.insert(name.clone()) {
            findings.push(Finding::error(
                TABLES,
                line,
                format!(
                    "`{name}` is not in {GLOSSARY}: add a row whose « nom dans le code » is \
                     `{}`, with its definition and source",
                    noun(&name)
                ),
            ));
        }
    }
    findings
}

/// The noun of a column or table: `date_entree` → `entree`, `dossier_id` → `dossier`,
/// `dossiers` → `dossier`.
fn noun(name: &str) -> &str {
    let name = name.strip_prefix("date_").unwrap_or(name);
    let name = name.strip_suffix("_id").unwrap_or(name);
    match name.strip_suffix('s') {
        Some(singular) if name != "parcours" && name != "mois" => singular,
        _ => name,
    }
}

/// The texts in `name: "…"`, `col("…"` and `identity("…"`.
fn names_of_tables(tokens: &[Token]) -> Vec<(String, usize)> {
    tokens
        .windows(3)
        .filter_map(|window| {
            let [word, sign, text] = window else { return None };
            let names = word.is("name") && sign.is(":")
                || (word.is("col") || word.is("identity")) && sign.is("(");
            (names && text.kind == Kind::Text).then(|| (text.text.clone(), text.line))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "| Terme | Définition | Source | Nom dans le code | Synonymes interdits |\n|---|---|---|---|---|\n";

    fn terms(rows: &str) -> Vec<Term> {
        let (terms, findings) = parse(&format!("# Glossaire\n\n{HEADER}{rows}"));
        assert_eq!(findings, []);
        terms
    }

    fn lines(findings: &[Finding]) -> Vec<usize> {
        findings.iter().map(|finding| finding.line).collect()
    }

    #[test]
    fn rows_are_read_with_their_lists() {
        let terms = terms(
            "| Dossier | le jeune | [K] | `dossier`, `dossiers` | usager, `case file` |\n| PACEA | un parcours | [K] | – | – |\n",
        );
        assert_eq!(terms[0].line, 5);
        assert_eq!(terms[0].code_names, ["dossier", "dossiers"]);
        assert_eq!(terms[0].synonyms, ["usager", "case file"]);
        assert_eq!((terms[1].code_names.len(), terms[1].synonyms.len()), (0, 0));
    }

    #[test]
    fn incomplete_rows_are_refused() {
        let (_, findings) =
            parse(&format!("{HEADER}| a | b | c |\n| a | b |  | – | – |\n|  | b | c | – | – |\n"));
        assert_eq!(lines(&findings), [3, 4, 5]);
    }

    #[test]
    fn one_word_means_one_thing() {
        let twice = terms("| A | a | [K] | `x` | – |\n| B | b | [K] | `x` | – |\n");
        assert_eq!(lines(&check_unique(&twice)), [6]);
        let crossed = terms("| A | a | [K] | `x` | – |\n| B | b | [K] | `y` | x |\n");
        assert_eq!(lines(&check_unique(&crossed)), [6]);
    }

    #[test]
    fn forbidden_synonyms_are_found_in_identifiers_only() {
        let terms = terms("| Dossier | le jeune | [K] | `dossier` | usager, case file |\n");
        let text = "struct ListeUsagers;\nlet usager_id = 1;\nfn read_case_files() {}\n// usager\nlet a = \"usager\";\nlet usageres = 1; let case = file;\n";
        let source = Source::new("crates/x/src/a.rs", text);
        assert_eq!(lines(&check_synonyms(&terms, &[], &[source])), [1, 2, 3]);
        let source = Source::new("crates/x/src/a.rs", text);
        let foreign = ["ListeUsagers".to_owned()];
        assert_eq!(lines(&check_synonyms(&terms, &foreign, &[source])), [2, 3]);
        let outside = Source::new("xtask/src/a.rs", text);
        assert_eq!(check_synonyms(&terms, &[], &[outside]), []);
    }

    #[test]
    fn every_column_and_table_has_its_term() {
        let terms = terms(
            "| Dossier | le jeune | [K] | `dossier` | – |\n| Entrée | le jour | [K] | `entree` | – |\n| Mois | un mois | [K] | `mois` | – |\n",
        );
        let text = "Table {\n name: \"dossiers\",\n columns: &[\n col(\"dossier_id\", Id),\n col(\"date_entree\", Date), col(\"mois\", Mois),\n identity(\"prenom\"),\n col(\"qpv\", Text), col(\"qpv\", Text)] }";
        let findings = check_tables(&terms, &Source::new(TABLES, text));
        assert_eq!(lines(&findings), [6, 7]);
    }

    #[test]
    fn the_tables_of_the_house_are_seen() {
        let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
        let text = std::fs::read_to_string(root.join(TABLES)).unwrap();
        let names = names_of_tables(&Source::new(TABLES, &text).tokens);
        assert!(names.len() > 80, "{} names", names.len());
        assert!(names.iter().any(|(name, _)| name == "enveloppes"));
        assert!(names.iter().any(|(name, _)| name == "num_cerfa"));
    }
}
