//! Conditions as they are written in definitions: where they are joined, and which of them says another.

use std::collections::BTreeSet;

use super::Inclusions;

/// The conditions of a text that must all hold.
pub(super) fn conditions(text: &str) -> BTreeSet<String> {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let text = unwrapped(&text);
    if text.contains(" BETWEEN ") || split(text, " OR ").len() > 1 {
        return BTreeSet::from([text.to_owned()]);
    }
    match split(text, " AND ") {
        alone if alone.len() < 2 => BTreeSet::from([text.to_owned()]),
        parts => parts.into_iter().flat_map(conditions).collect(),
    }
}

/// Without the parentheses that hold it all, nor the default of what is not known: it is not counted either way.
fn unwrapped(text: &str) -> &str {
    let inner = text.strip_prefix("coalesce(").and_then(|rest| rest.strip_suffix(", false)"));
    let inner = inner.or_else(|| text.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')));
    match inner {
        Some(inner) if is_balanced(inner) => unwrapped(inner.trim()),
        _ => text,
    }
}

/// Whether every parenthesis that closes was opened there.
fn is_balanced(text: &str) -> bool {
    let mut depth = 0_i32;
    for letter in text.chars() {
        depth += match letter {
            '(' => 1,
            ')' => -1,
            _ => 0,
        };
        if depth < 0 {
            return false;
        }
    }
    depth == 0
}

/// The parts of a text around a word that stands outside of parentheses and quotes.
fn split<'a>(text: &'a str, word: &str) -> Vec<&'a str> {
    let (mut parts, mut depth, mut quoted, mut from) = (Vec::new(), 0_i32, false, 0);
    let is_word = |at: usize| text.get(at..).is_some_and(|rest| rest.starts_with(word));
    for (at, letter) in text.char_indices() {
        match letter {
            '\'' => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted => depth -= 1,
            ' ' if !quoted && depth == 0 && at >= from && is_word(at) => {
                parts.extend(text.get(from..at));
                from = at + word.len();
            }
            _ => {}
        }
    }
    parts.extend(text.get(from..));
    parts
}

/// Whether a condition says another one too.
pub(super) fn implies(declared: &Inclusions, vue: &str, own: &str, wanted: &str) -> bool {
    if own == wanted || declared.holds(vue, own, wanted) {
        return true;
    }
    let own_sides = split(own, " OR ");
    if own_sides.len() > 1 {
        // Each of its sides must say it: an « or » within a longer one.
        return own_sides.into_iter().all(|side| implies(declared, vue, unwrapped(side), wanted));
    }
    let sides = split(wanted, " OR ");
    if sides.len() > 1 {
        return sides.into_iter().any(|side| implies(declared, vue, own, unwrapped(side)));
    }
    match (codes(own), codes(wanted)) {
        (Some((left, few)), Some((right, many))) => left == right && few.is_subset(&many),
        _ => false,
    }
}

/// A column and the codes that a condition lets it have.
fn codes(text: &str) -> Option<(&str, BTreeSet<&str>)> {
    if let Some((column, list)) = text.split_once(" IN (") {
        let list = list.strip_suffix(')')?;
        let all: BTreeSet<&str> = list.split(',').map(str::trim).collect();
        return (!column.contains(' ')).then_some((column, all));
    }
    let (column, code) = text.split_once(" = ")?;
    let is_code = code.starts_with('\'') && !column.contains(' ');
    is_code.then(|| (column, BTreeSet::from([code])))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_are_told_apart_where_they_are_joined_and_nowhere_else() {
        let told = |text: &str| conditions(text).into_iter().collect::<Vec<_>>();
        assert_eq!(told("b AND (a AND c = 'x AND y')"), ["a", "b", "c = 'x AND y'"]);
        assert_eq!(told("a OR b AND c"), ["a OR b AND c"]);
        assert_eq!(told("coalesce(a <= b, false)"), ["a <= b"]);
        assert_eq!(told("(a OR b) AND (c OR d)"), ["a OR b", "c OR d"]);
        assert_eq!(told("d BETWEEN a AND b"), ["d BETWEEN a AND b"]);
    }

    #[test]
    fn a_list_of_codes_within_another_says_less() {
        let none = Inclusions::default();
        let says = |own, wanted| implies(&none, "v", own, wanted);
        assert!(says("c = 'A'", "c IN ('A', 'B')") && says("c IN ('B')", "c IN ('A', 'B')"));
        assert!(!says("c IN ('A', 'C')", "c IN ('A', 'B')") && !says("d = 'A'", "c IN ('A', 'B')"));
        assert!(!says("c NOT IN ('A')", "c NOT IN ('A', 'B')"), "the other way round: not told");
        assert!(says("a", "a OR b") && !says("a OR b", "a"));
        let (few, more) = ("coalesce(a, false) OR b", "b OR (c) OR coalesce(a, false)");
        assert!(says(few, more) && !says(more, few) && says("a OR a", "a"));
    }
}
