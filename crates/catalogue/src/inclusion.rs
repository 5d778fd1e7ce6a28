//! Which indicators count among what others count: the exits in lasting employment among those in employment.
//! Whoever reads both of one centre reads their difference too; disclosure asks for it here.
//!
//! Derived from the definitions: the same view, the same date, and conditions that say all that the other ones
//! say, a list of codes within a longer one, one side of an « or », or a fact that `inclusions.toml` declares to
//! imply another. What is not seen to be included is not said to be: two conditions may mean the same thing in
//! other words.

use std::collections::{BTreeMap, BTreeSet};

use mallette_domain::periode::Periode;

use crate::lecteur::Lecteur;
use crate::{Calcul, Catalogue, CatalogueError, Indicateur};

/// Facts that imply others, by view: each with all that follow from it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Inclusions(BTreeMap<(String, String), BTreeSet<String>>);

impl Inclusions {
    /// Reads `inclusions.toml`.
    pub(crate) fn parse(fichier: &str, text: &str) -> Result<Self, CatalogueError> {
        let mut lecteur = Lecteur::parse(fichier, text)?;
        let mut declared = Self::default();
        for mut sub in lecteur.subs("inclusions")? {
            let key = (sub.text("vue")?, sub.text("si")?);
            let then = sub.text("alors")?;
            if key.1 == then {
                return Err(
                    sub.error("alors", "un fait s'implique toujours lui-même. Retirer ce bloc.")
                );
            }
            sub.finish()?;
            declared.0.entry(key).or_default().insert(then);
        }
        lecteur.finish()?;
        declared.close();
        Ok(declared)
    }

    /// What follows from what follows.
    fn close(&mut self) {
        loop {
            let mut more = Vec::new();
            for ((vue, si), then) in &self.0 {
                let next = then.iter().filter_map(|fact| self.0.get(&(vue.clone(), fact.clone())));
                let next = next.flatten().filter(|fact| !then.contains(*fact) && *fact != si);
                more.extend(next.map(|fact| ((vue.clone(), si.clone()), fact.clone())));
            }
            if more.is_empty() {
                return;
            }
            for (key, fact) in more {
                self.0.entry(key).or_default().insert(fact);
            }
        }
    }

    /// Every pair of facts of a view of which the first implies the second, for what tries them on rows.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str, &str)> {
        let all = self.0.iter();
        all.flat_map(|((vue, si), then)| {
            then.iter().map(move |a| (vue.as_str(), si.as_str(), a.as_str()))
        })
    }

    fn holds(&self, vue: &str, si: &str, then: &str) -> bool {
        let known = self.0.get(&(vue.to_owned(), si.to_owned()));
        known.is_some_and(|facts| facts.contains(then))
    }
}

/// What an indicator counts: rows or young people of a view, at a date, under conditions that all hold.
#[derive(Debug, PartialEq, Eq)]
struct Compte<'a> {
    vue: &'a str,
    date: Option<&'a str>,
    distinct: bool,
    conditions: BTreeSet<String>,
}

impl<'a> Compte<'a> {
    /// What stands above the bar of a rate, what a count counts; none for what counts nothing.
    fn of(indicateur: &'a Indicateur, periode: Periode) -> Option<Self> {
        let definition = indicateur.at(periode);
        let mut conditions = conditions(&definition.sql(periode, &definition.population));
        match definition.calcul {
            Calcul::Taux => {
                let above = definition.condition.as_deref()?;
                conditions.extend(self::conditions(&definition.sql(periode, above)));
            }
            Calcul::Effectif | Calcul::Distinct => {}
            _ => return None,
        }
        conditions.remove("true");
        Some(Self {
            vue: &definition.vue,
            date: definition.date.as_deref(),
            distinct: definition.calcul == Calcul::Distinct,
            conditions,
        })
    }

    /// Whether all that this counts is counted by the other, and is not the very same. What the other counts
    /// besides for want of a cell says how data is entered, not who: it is left out.
    fn is_within(&self, other: &Self, declared: &Inclusions) -> bool {
        let alike = (self.vue, self.date, self.distinct) == (other.vue, other.date, other.distinct);
        if !alike || self.conditions == other.conditions {
            return false;
        }
        let implied = |wanted: &String| {
            self.conditions.iter().any(|own| implies(declared, self.vue, own, wanted))
        };
        let mut more = self.conditions.difference(&other.conditions);
        other.conditions.iter().all(implied) && more.any(|own| !own.ends_with(" IS NOT NULL"))
    }
}

impl Catalogue {
    /// The indicators that count, over a period, all that this one counts and something more.
    #[must_use]
    pub fn wider(&self, indicateur: &Indicateur, periode: Periode) -> Vec<&Indicateur> {
        let Some(own) = Compte::of(indicateur, periode) else { return Vec::new() };
        let others = self.indicateurs.iter().filter(|other| {
            let read = other.at(periode);
            other.code != indicateur.code
                && (read.vue.as_str(), read.date.as_deref()) == (own.vue, own.date)
        });
        let wider = others.filter(|other| {
            Compte::of(other, periode).is_some_and(|other| own.is_within(&other, &self.inclusions))
        });
        wider.collect()
    }
}

/// The conditions of a text that must all hold.
fn conditions(text: &str) -> BTreeSet<String> {
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
fn implies(declared: &Inclusions, vue: &str, own: &str, wanted: &str) -> bool {
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

    fn wider(code: &str, year: &str) -> Vec<String> {
        let catalogue = Catalogue::builtin().unwrap();
        let own = catalogue.indicateurs.iter().find(|own| own.code == code).unwrap();
        let found = catalogue.wider(own, year.parse().unwrap());
        found.into_iter().map(|found| found.code.clone()).collect()
    }

    #[test]
    fn what_the_definitions_include_is_found() {
        // Lasting employment is among positive exits; SOR leaves two reasons of the end out of the same.
        assert_eq!(wider("PAC-D", "2019"), ["PAC-F", "PAC-P"]);
        assert_eq!(wider("SOR-D", "2019"), ["PAC-D", "PAC-F", "PAC-P", "SOR-P"]);
        assert_eq!(wider("PAC-P", "2019"), ["PAC-F"]);
        // From 2020 on, SOR-P counts employment alone.
        assert_eq!(wider("SOR-P", "2020"), ["PAC-F", "PAC-P"]);
        assert_eq!(wider("CEJ-N", "2023"), ["CEJ-E"]);
        // Interviews are honoured events; minors among all.
        assert_eq!(wider("ACC-S", "2019"), ["ACC-C", "ACC-J"]);
        assert_eq!(wider("ACC-M", "2019"), ["ACC-C", "ACC-J"]);
        // One side of an « or ».
        assert!(wider("DAR-X", "2019").contains(&"PAC-M".to_owned()));
        // Some sides of an « or »: the minors are left, by subtraction, of ACC-K.
        assert_eq!(wider("RAT-11", "2019"), ["ACC-K", "ACC-N"]);
        // Until 2019 training counts at the exit of a Garantie jeunes; from 2020 on both count the same.
        assert_eq!(wider("GJ-P", "2019"), ["SOR-G"]);
        assert!(wider("GJ-P", "2020").is_empty() && wider("SOR-G", "2020").is_empty());
        assert_eq!(
            (wider("OBL-J", "2023"), wider("PAC-Y", "2019")),
            (vec!["OBL-E".to_owned()], vec!["PRG-J".to_owned()])
        );
        // A rate above a sum is none of it.
        assert!(wider("ALL-P", "2019").is_empty() && wider("ALL-M", "2019").is_empty());
        // Nothing is included in itself, nor in what counts at another date.
        assert!(!wider("PAC-E", "2019").contains(&"PAC-F".to_owned()));
    }

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

    #[test]
    fn what_follows_from_what_follows_does() {
        let text = "[[inclusions]]\nvue = \"v\"\nsi = \"a\"\nalors = \"b\"\n\
                    [[inclusions]]\nvue = \"v\"\nsi = \"b\"\nalors = \"c\"\n";
        let read = Inclusions::parse("inclusions.toml", text).unwrap();
        assert!(
            read.holds("v", "a", "c") && !read.holds("v", "c", "a") && !read.holds("w", "a", "b")
        );
        assert_eq!(read.pairs().count(), 3);
        let round = text.replace("alors = \"c\"", "alors = \"b\"");
        let told = Inclusions::parse("inclusions.toml", &round).unwrap_err().to_string();
        assert!(told.contains("inclusions.toml") && told.contains("lui-même"), "{told}");
    }
}
