//! Centres that merged or were divided: which count at a date, and which no longer do.
//!
//! A centre that others follow counts until all of these have sent data of their own, extracted on or
//! after the day on which they follow it: never both, which would count its young persons twice, and
//! never neither. From that day on, it is not waited for when it has no data, and those that follow it
//! are. What it sent stays where campaigns hold it.

use std::collections::BTreeMap;

use jiff::civil::Date;
use mallette_domain::resultat::Rattachement;

pub use mallette_registry::{GenreSuite, Suite};

/// Centres of a network, by code.
pub type Centres = BTreeMap<String, Rattachement>;

/// The day from which others follow a centre, when it has come at that date.
#[must_use]
pub fn ended(suites: &[Suite], structure_id: &str, on: Date) -> Option<Date> {
    let own = suites.iter().filter(|suite| suite.ancien == structure_id && suite.le <= on);
    own.map(|suite| suite.le).min()
}

/// Whether a centre no longer counts among these extraction dates: every one that follows it has
/// data of its own, or is replaced in turn.
#[must_use]
pub fn is_replaced(suites: &[Suite], structure_id: &str, dates: &BTreeMap<&str, Date>) -> bool {
    let mut own = suites.iter().filter(|suite| suite.ancien == structure_id).peekable();
    let sent = |suite: &Suite| {
        dates.get(suite.nouveau.as_str()).is_some_and(|extrait| *extrait >= suite.le)
    };
    // Declarations make no circle: the store refuses one.
    own.peek().is_some()
        && own.all(|suite| sent(suite) || is_replaced(suites, &suite.nouveau, dates))
}

/// The extraction dates that count among these: those of replaced centres are left out.
#[must_use]
pub fn counted<'a>(suites: &[Suite], dates: &BTreeMap<&'a str, Date>) -> BTreeMap<&'a str, Date> {
    let kept = dates.iter().filter(|(id, _)| !is_replaced(suites, id, dates));
    kept.map(|(id, date)| (*id, *date)).collect()
}

/// Whether a centre follows others, and only from days that had not come at that date.
fn is_to_come(suites: &[Suite], structure_id: &str, on: Date) -> Option<Date> {
    let own = suites.iter().filter(|suite| suite.nouveau == structure_id);
    own.map(|suite| suite.le).min().filter(|first| *first > on)
}

/// The centres to count over these extraction dates, then those that ended: what is known of each, by
/// code. A centre made by a merger or a division is not waited for before its day, unless
/// `sent_before` says that it sent data of before that day: it was there, and took in another. Without
/// any date, nobody is known to have ended.
#[must_use]
pub fn split(
    mut known: Centres,
    suites: &[Suite],
    dates: &BTreeMap<&str, Date>,
    sent_before: impl Fn(&str, Date) -> bool,
) -> (Centres, Centres) {
    let Some(on) = dates.values().max().copied() else { return (known, Centres::new()) };
    let followers =
        suites.iter().filter(|suite| suite.le <= on).map(|suite| suite.nouveau.as_str());
    for id in dates.keys().copied().chain(followers) {
        known.entry(id.to_owned()).or_default();
    }
    known.retain(|id, _| {
        dates.contains_key(id.as_str())
            || is_to_come(suites, id, on).is_none_or(|first| sent_before(id, first))
    });
    known.into_iter().partition(|(id, _)| match dates.contains_key(id.as_str()) {
        true => !is_replaced(suites, id, dates),
        false => ended(suites, id, on).is_none(),
    })
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn suite(ancien: &str, nouveau: &str, le: Date, genre: GenreSuite) -> Suite {
        Suite { le, ancien: ancien.to_owned(), nouveau: nouveau.to_owned(), genre }
    }

    /// A and B merge into C on 1 January; D is divided into E and F on 1 March.
    fn suites() -> Vec<Suite> {
        let (january, march) = (date(2026, 1, 1), date(2026, 3, 1));
        vec![
            suite("A", "C", january, GenreSuite::Fusion),
            suite("B", "C", january, GenreSuite::Fusion),
            suite("D", "E", march, GenreSuite::Scission),
            suite("D", "F", march, GenreSuite::Scission),
        ]
    }

    fn seen(dates: &[(&'static str, Date)]) -> (String, String) {
        let known: Centres =
            ["A", "B", "D", "G"].map(|id| (id.to_owned(), Rattachement::default())).into();
        let dates: BTreeMap<&str, Date> = dates.iter().copied().collect();
        let (counted, ended) = split(known, &suites(), &dates, |_, _| false);
        let codes = |centres: Centres| centres.into_keys().collect::<Vec<_>>().concat();
        (codes(counted), codes(ended))
    }

    #[test]
    fn before_the_day_nothing_changes() {
        let december = date(2025, 12, 31);
        let all = [("A", december), ("B", december), ("G", december)];
        assert_eq!(seen(&all), ("ABDG".to_owned(), String::new()));
        assert_eq!(seen(&[]), ("ABDG".to_owned(), String::new()));
    }

    #[test]
    fn a_centre_that_ended_without_data_is_not_waited_for_and_its_follower_is() {
        // A never sent anything; B's last data stand until C sends its own.
        let dates = [("B", date(2025, 12, 31)), ("G", date(2026, 1, 31))];
        assert_eq!(seen(&dates), ("BCDG".to_owned(), "A".to_owned()));
    }

    #[test]
    fn young_persons_are_never_counted_twice_nor_left_out() {
        let (december, february) = (date(2025, 12, 31), date(2026, 2, 1));
        let early = [("A", december), ("B", december), ("C", december)];
        assert_eq!(seen(&early).0, "ABCDG", "C's data of before the day replace nobody");
        let after = [("A", december), ("B", february), ("C", february)];
        assert_eq!(seen(&after), ("CDG".to_owned(), "AB".to_owned()));
        // D stands until both halves have come.
        let half = [("D", february), ("E", date(2026, 3, 2))];
        assert_eq!(seen(&half), ("CDEFG".to_owned(), "AB".to_owned()));
        let both = [("D", february), ("E", date(2026, 3, 2)), ("F", date(2026, 3, 1))];
        assert_eq!(seen(&both), ("CEFG".to_owned(), "ABD".to_owned()));
        let dates: BTreeMap<&str, Date> = both.into();
        let left: Vec<&str> = counted(&suites(), &dates).into_keys().collect();
        assert_eq!(left, ["E", "F"]);
    }

    #[test]
    fn a_centre_made_by_a_merger_is_not_waited_for_before_its_day() {
        let known: Centres =
            ["A", "B", "C"].map(|id| (id.to_owned(), Rattachement::default())).into();
        let dates: BTreeMap<&str, Date> = [("A", date(2025, 12, 1))].into();
        let count = |sent: bool| split(known.clone(), &suites(), &dates, |_, _| sent).0.len();
        assert_eq!(count(false), 2, "C does not exist yet");
        assert_eq!(count(true), 3, "C was there, and is missing");
        let later: BTreeMap<&str, Date> = [("A", date(2026, 1, 1))].into();
        assert!(split(known.clone(), &suites(), &later, |_, _| false).0.contains_key("C"));
    }

    #[test]
    fn a_chain_is_followed_to_its_end() {
        let mut all = suites();
        all.push(suite("C", "H", date(2026, 6, 1), GenreSuite::Fusion));
        let dates: BTreeMap<&str, Date> =
            [("A", date(2025, 12, 1)), ("H", date(2026, 6, 2))].into();
        assert!(is_replaced(&all, "A", &dates), "C sent nothing, and H stands for it");
        assert_eq!(ended(&all, "C", date(2026, 5, 31)), None);
        assert_eq!(ended(&all, "C", date(2026, 6, 1)), Some(date(2026, 6, 1)));
    }
}
