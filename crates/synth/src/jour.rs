//! Days as whole numbers since 1 January 1970: a million young people make some two hundred
//! million dates, so they are plain arithmetic here, checked against the calendar of `domain`.

use jiff::civil::Date;

/// Days since 1 January 1970.
pub(crate) type Jour = i32;

/// Year, month and day of a day. After Howard Hinnant's public-domain algorithm, whose years
/// start in March.
pub(crate) fn civil(jour: Jour) -> (i32, i32, i32) {
    let days = jour + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    (year + era * 400 + i32::from(month <= 2), month, day)
}

/// The day of a year, a month (1 to 12) and a day of the month.
pub(crate) const fn day(year: i32, month: i32, day: i32) -> Jour {
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * month + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// Calendar months later, clamped to the month's last day, as `domain` does.
pub(crate) fn add_months(jour: Jour, months: i32) -> Jour {
    let (year, month, of_month) = civil(jour);
    let rank = year * 12 + month - 1 + months;
    let (year, month) = (rank.div_euclid(12), rank.rem_euclid(12) + 1);
    day(year, month, of_month.min(last_of_month(year, month)))
}

fn last_of_month(year: i32, month: i32) -> i32 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

/// Months since year 0: what two days of one month share.
pub(crate) fn month_rank(jour: Jour) -> i32 {
    let (year, month, _) = civil(jour);
    year * 12 + month - 1
}

/// First day of a month given by its rank.
pub(crate) fn month_start(rank: i32) -> Jour {
    day(rank.div_euclid(12), rank.rem_euclid(12) + 1, 1)
}

/// The same day, or the Friday before when it is on a weekend: centres are closed.
pub(crate) fn worked(jour: Jour) -> Jour {
    match weekday(jour) {
        5 => jour - 1,
        6 => jour - 2,
        _ => jour,
    }
}

/// 0 for Monday to 6 for Sunday; 1 January 1970 was a Thursday.
pub(crate) fn weekday(jour: Jour) -> i32 {
    (jour + 3).rem_euclid(7)
}

/// A civil day as a number.
pub(crate) fn from_date(civil_day: Date) -> Jour {
    day(civil_day.year().into(), civil_day.month().into(), civil_day.day().into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::ToSpan;
    use jiff::civil::date;
    use mallette_domain::calendrier;
    use proptest::prelude::*;

    fn to_date(jour: Jour) -> Date {
        let (year, month, of_month) = civil(jour);
        date(year.try_into().unwrap(), month.try_into().unwrap(), of_month.try_into().unwrap())
    }

    proptest! {
        #[test]
        fn days_follow_the_calendar(days in -20_000i32..60_000, months in -400i32..400) {
            let expected = date(1970, 1, 1).saturating_add(i64::from(days).days());
            prop_assert_eq!(to_date(days), expected);
            prop_assert_eq!(from_date(expected), days);
            let later = calendrier::add_months(expected, months);
            prop_assert_eq!(to_date(add_months(days, months)), later);
            let monday = i32::from(expected.weekday().to_monday_zero_offset());
            prop_assert_eq!(weekday(days), monday);
            prop_assert!(weekday(worked(days)) < 5 && days - worked(days) < 3);
            prop_assert_eq!(to_date(month_start(month_rank(days))), expected.first_of_month());
        }
    }
}
