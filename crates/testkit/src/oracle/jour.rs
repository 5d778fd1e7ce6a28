//! Calendar arithmetic done the slow way, apart from the product's.

use jiff::civil::Date;

/// The day after (`n` > 0) or before (`n` < 0), stepping one day at a time.
pub(crate) fn plus_days(day: Date, n: i64) -> Date {
    let mut day = day;
    for _ in 0..n.abs() {
        let next = if n > 0 { day.tomorrow() } else { day.yesterday() };
        day = next.unwrap_or(day);
    }
    day
}

/// Same day of the month `n` months later, or the month's last day when it has no such day.
pub(crate) fn plus_months(day: Date, n: i32) -> Date {
    let months = i32::from(day.year()) * 12 + i32::from(day.month()) - 1 + n;
    let year = i16::try_from(months.div_euclid(12)).unwrap_or(i16::MAX);
    let month = i8::try_from(months.rem_euclid(12) + 1).unwrap_or(1);
    (0..4).find_map(|less| Date::new(year, month, day.day() - less).ok()).unwrap_or(day)
}

/// `day − from` in calendar days.
pub(crate) fn days_between(from: Date, day: Date) -> i64 {
    day.duration_since(from).as_hours() / 24
}

/// The largest n with `birth + n years ≤ day`, 29 February clamped to the 28th; −1 before birth.
pub(crate) fn age(birth: Date, day: Date) -> i32 {
    let mut n = -1;
    while plus_months(birth, 12 * (n + 1)) <= day {
        n += 1;
    }
    n
}

/// The month of a day, `AAAA-MM`: two of them compare as months do.
pub(crate) fn month(day: Date) -> String {
    format!("{:04}-{:02}", day.year(), day.month())
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn months_clamp() {
        assert_eq!(plus_months(date(2019, 11, 30), 3), date(2020, 2, 29));
        assert_eq!(plus_months(date(2018, 11, 30), 3), date(2019, 2, 28));
        assert_eq!(plus_months(date(2020, 3, 31), -1), date(2020, 2, 29));
        assert_eq!(plus_months(date(2020, 1, 31), -2), date(2019, 11, 30));
        assert_eq!(plus_months(date(2019, 12, 31), 24), date(2021, 12, 31));
    }

    #[test]
    fn days_and_ages() {
        assert_eq!(plus_days(date(2020, 2, 28), 2), date(2020, 3, 1));
        assert_eq!(plus_days(date(2020, 3, 1), -1), date(2020, 2, 29));
        assert_eq!(days_between(date(2019, 12, 31), date(2020, 3, 1)), 61);
        assert_eq!(days_between(date(2020, 3, 1), date(2020, 2, 28)), -2);
        assert_eq!(age(date(2004, 2, 29), date(2022, 2, 27)), 17);
        assert_eq!(age(date(2004, 2, 29), date(2022, 2, 28)), 18);
        assert_eq!(age(date(2004, 2, 29), date(2004, 2, 28)), -1);
        assert_eq!(month(date(2019, 9, 5)), "2019-09");
    }
}
