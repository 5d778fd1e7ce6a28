//! Until when the names of a dossier are kept, from its dates alone.
//!
//! The age and what follows a programme under way come from I-MILO's decree (2015 wording, art. 6: data
//! readable until the 26th birthday, or until the end of the programme under way at that date). The
//! months after the last contact are the installation's choice, not the law's.

use jiff::ToSpan as _;
use jiff::civil::Date;
use mallette_warehouse::{Passage, Suivi};

/// Age from which names go, unless the centre says otherwise.
pub const AGE: i16 = 26;
/// Months after the last contact from which names go, unless the centre says otherwise.
pub const MOIS: i32 = 24;

/// What a centre keeps, and how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Regles {
    /// Whether names are removed; otherwise what would go is only counted.
    pub active: bool,
    /// Birthday from which names go.
    pub age: i16,
    /// Months after the end of the last programme and the last evenement; none when that rule is not
    /// used.
    pub mois: Option<i32>,
}

impl Default for Regles {
    fn default() -> Self {
        // What cannot be undone waits for a person to say so.
        Self { active: false, age: AGE, mois: Some(MOIS) }
    }
}

/// Why names go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Raison {
    /// The birthday came, without a programme under way, or after it.
    Age,
    /// The last programme and the last evenement are far enough.
    FinDeParcours,
}

/// What becomes of the names of a dossier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    /// Kept.
    Garde,
    /// Kept beyond the birthday, by a programme that was under way then and is still open.
    Ouvert,
    /// To go since that day.
    Part(Raison, Date),
    /// Nothing tells until when.
    SansDate,
}

/// What becomes of the names of a dossier on that day.
#[must_use]
pub fn judge(suivi: &Suivi, regles: &Regles, today: Date) -> Sort {
    let by_age = suivi.naissance.map(|born| by_age(born, &suivi.passages, regles.age));
    let by_contact = regles.mois.and_then(|mois| by_contact(suivi, mois));
    let reached = |day: &Date| *day <= today;
    match (by_age, by_contact.filter(reached)) {
        (Some(Some(day)), contact) if reached(&day) => match contact {
            Some(other) if other < day => Sort::Part(Raison::FinDeParcours, other),
            _ => Sort::Part(Raison::Age, day),
        },
        (_, Some(day)) => Sort::Part(Raison::FinDeParcours, day),
        (Some(None), None) if is_past(suivi.naissance, regles.age, today) => Sort::Ouvert,
        (None, None) if suivi.passages.is_empty() => Sort::SansDate,
        _ => Sort::Garde,
    }
}

fn birthday(born: Date, age: i16) -> Date {
    // Born a 29 February: the 28th of a common year.
    born.saturating_add(i32::from(age).years())
}

fn is_past(born: Option<Date>, age: i16, today: Date) -> bool {
    born.is_some_and(|born| birthday(born, age) <= today)
}

/// The day from which age lets names go: the birthday, or the day after the end of the programmes
/// that were under way then; none while one of those is open.
fn by_age(born: Date, passages: &[Passage], age: i16) -> Option<Date> {
    let birthday = birthday(born, age);
    let under_way = passages.iter().filter(|passage| {
        passage.entree <= birthday && passage.fin.is_none_or(|fin| fin >= birthday)
    });
    let mut day = birthday;
    for passage in under_way {
        day = day.max(passage.fin?.saturating_add(1.day()));
    }
    Some(day)
}

/// The day from which the last contact is far enough; none without a programme, or while one is open.
fn by_contact(suivi: &Suivi, mois: i32) -> Option<Date> {
    let mut last = None;
    for passage in &suivi.passages {
        last = last.max(Some(passage.fin?));
    }
    let last = last?.max(suivi.dernier.unwrap_or(Date::MIN));
    Some(last.saturating_add(mois.months()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    const REGLES: Regles = Regles { active: true, age: 26, mois: Some(24) };

    fn suivi(born: Option<Date>, passages: &[(Date, Option<Date>)]) -> Suivi {
        let passages = passages.iter().map(|(entree, fin)| Passage { entree: *entree, fin: *fin });
        Suivi { naissance: born, passages: passages.collect(), dernier: None }
    }

    #[test]
    fn names_go_on_the_birthday_and_not_the_day_before() {
        let young = suivi(Some(date(2000, 3, 10)), &[]);
        assert_eq!(judge(&young, &REGLES, date(2026, 3, 9)), Sort::Garde);
        let gone = Sort::Part(Raison::Age, date(2026, 3, 10));
        assert_eq!(judge(&young, &REGLES, date(2026, 3, 10)), gone);
        assert_eq!(judge(&young, &REGLES, date(2040, 1, 1)), gone);
        let leap = suivi(Some(date(2000, 2, 29)), &[]);
        assert_eq!(judge(&leap, &REGLES, date(2026, 2, 27)), Sort::Garde);
        assert!(matches!(judge(&leap, &REGLES, date(2026, 2, 28)), Sort::Part(..)));
    }

    #[test]
    fn a_programme_under_way_at_the_birthday_keeps_them_until_its_end() {
        let born = Some(date(2000, 3, 10));
        let ended = suivi(born, &[(date(2025, 9, 1), Some(date(2026, 8, 31)))]);
        assert_eq!(judge(&ended, &REGLES, date(2026, 8, 31)), Sort::Garde);
        let gone = Sort::Part(Raison::Age, date(2026, 9, 1));
        assert_eq!(judge(&ended, &REGLES, date(2026, 9, 1)), gone);
        let open = suivi(born, &[(date(2025, 9, 1), None)]);
        assert_eq!(judge(&open, &REGLES, date(2026, 3, 9)), Sort::Garde);
        assert_eq!(judge(&open, &REGLES, date(2026, 3, 10)), Sort::Ouvert);
        // Entered after the birthday: it keeps nothing.
        let late = suivi(born, &[(date(2026, 3, 11), None)]);
        assert_eq!(
            judge(&late, &REGLES, date(2026, 4, 1)),
            Sort::Part(Raison::Age, date(2026, 3, 10))
        );
    }

    #[test]
    fn the_last_contact_counts_when_every_programme_is_over() {
        let born = Some(date(2006, 1, 1));
        let mut over = suivi(born, &[(date(2022, 1, 1), Some(date(2022, 6, 30)))]);
        assert_eq!(judge(&over, &REGLES, date(2024, 6, 29)), Sort::Garde);
        let gone = Sort::Part(Raison::FinDeParcours, date(2024, 6, 30));
        assert_eq!(judge(&over, &REGLES, date(2024, 6, 30)), gone);
        assert_eq!(judge(&over, &Regles { mois: None, ..REGLES }, date(2024, 6, 30)), Sort::Garde);
        over.dernier = Some(date(2023, 1, 15));
        assert_eq!(judge(&over, &REGLES, date(2025, 1, 14)), Sort::Garde);
        assert!(matches!(judge(&over, &REGLES, date(2025, 1, 15)), Sort::Part(..)));
        over.passages.push(Passage { entree: date(2022, 7, 1), fin: None });
        assert_eq!(judge(&over, &REGLES, date(2030, 1, 1)), Sort::Garde);
    }

    #[test]
    fn without_any_date_nothing_is_decided() {
        assert_eq!(judge(&suivi(None, &[]), &REGLES, date(2090, 1, 1)), Sort::SansDate);
        let followed = suivi(None, &[(date(2022, 1, 1), None)]);
        assert_eq!(judge(&followed, &REGLES, date(2090, 1, 1)), Sort::Garde);
    }
}
