//! Calendar arithmetic on days, with the field's conventions (`reference.md` §2).

use jiff::ToSpan;
use jiff::civil::Date;

/// `date + n` calendar months, clamped to the month's last day (31 January + 1 month = 28 February).
#[must_use]
pub fn add_months(date: Date, months: i32) -> Date {
    date.saturating_add(months.months())
}

/// A day as people write it, `31/12/2026`, or as programs do, `2026-12-31`; none for anything else, a
/// year of two digits included.
#[must_use]
pub fn read_day(text: &str) -> Option<Date> {
    let text = text.trim();
    let french = || {
        let mut parts = text.split(['/', '.']);
        let (day, month, year) = (parts.next()?, parts.next()?, parts.next()?);
        let whole = parts.next().is_none() && year.len() == 4;
        let date = Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()?;
        whole.then_some(date)
    };
    text.parse().ok().or_else(french)
}

/// Age in completed years on `day`: the largest n with `birth + n years ≤ day`, a birth on
/// 29 February counting as the 28th in common years. Negative before birth.
#[must_use]
pub fn age(birth: Date, day: Date) -> i32 {
    let mut years = i32::from(day.year()) - i32::from(birth.year());
    if add_months(birth, years * 12) > day {
        years -= 1;
    }
    years
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use proptest::prelude::*;

    #[test]
    fn a_leap_day_counts_on_the_28th() {
        let birth = date(2000, 2, 29);
        assert_eq!(age(birth, date(2018, 2, 27)), 17);
        assert_eq!(age(birth, date(2018, 2, 28)), 18);
        assert_eq!(age(birth, date(2020, 2, 28)), 19);
        assert_eq!(age(birth, date(2020, 2, 29)), 20);
    }

    #[test]
    fn days_are_read_as_people_and_programs_write_them() {
        for text in ["2026-12-31", "31/12/2026", " 31.12.2026 "] {
            assert_eq!(read_day(text), Some(date(2026, 12, 31)), "{text}");
        }
        for text in ["", "31/12/26", "31/02/2026", "31/12", "31/12/2026/1", "bientôt"] {
            assert_eq!(read_day(text), None, "{text}");
        }
    }

    #[test]
    fn months_clamp_to_the_last_day() {
        assert_eq!(add_months(date(2019, 1, 31), 1), date(2019, 2, 28));
        assert_eq!(add_months(date(2019, 11, 30), 3), date(2020, 2, 29));
    }

    proptest! {
        #[test]
        fn age_is_the_largest_n(days in 0i64..36_525, after in 0i64..36_525) {
            let birth = date(1950, 1, 1).saturating_add(days.days());
            let day = birth.saturating_add(after.days());
            let n = age(birth, day);
            prop_assert!(add_months(birth, n * 12) <= day);
            prop_assert!(add_months(birth, (n + 1) * 12) > day);
        }
    }
}
