//! Figures as French readers write them, and the four signs shown in place of one.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// Not calculable: the denominator is zero.
pub(crate) const NC: &str = "nc";
/// Secret: too few persons or acts behind it to be published.
pub(crate) const SECRET: &str = "s";
/// Not received: the centre has not sent this extract.
pub(crate) const NON_RECU: &str = "…";

/// Between groups of three digits: narrow and unbreakable.
const FINE: char = '\u{202f}';
/// Before a unit: unbreakable.
const INSECABLE: char = '\u{a0}';
/// A minus sign, as wide as a plus.
const MOINS: char = '\u{2212}';

/// `12 345`.
#[must_use]
pub(crate) fn entier(number: u64) -> String {
    group(&number.to_string())
}

/// The size of a portfolio, which stands beside each figure of a person; a dash where it is not known or not told.
#[must_use]
pub(crate) fn portefeuille(dossiers: Option<u64>) -> String {
    dossiers.map_or_else(|| "–".to_owned(), entier)
}

/// `12 345,60`, rounded to that many decimals; `nc` when it is not a number.
#[must_use]
pub(crate) fn nombre(number: f64, decimals: usize) -> String {
    if !number.is_finite() {
        return NC.to_owned();
    }
    let text = format!("{:.decimals$}", number.abs());
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let zero = text.bytes().all(|byte| matches!(byte, b'0' | b'.'));
    let mut shown = String::new();
    if number < 0.0 && !zero {
        shown.push(MOINS);
    }
    shown.push_str(&group(whole));
    if !fraction.is_empty() {
        shown.push(',');
        shown.push_str(fraction);
    }
    shown
}

/// A rate between 0 and 1 as `12,3 %`.
#[must_use]
pub(crate) fn pourcent(rate: f64) -> String {
    if rate.is_finite() {
        format!("{}{INSECABLE}%", nombre(rate * 100.0, 1))
    } else {
        NC.to_owned()
    }
}

/// `part` out of `whole` as a percentage; `nc` when there is nothing to divide by.
#[must_use]
pub(crate) fn part(part: u64, whole: u64) -> String {
    ratio(part, whole).map_or_else(|| NC.to_owned(), pourcent)
}

/// `part / whole`; none when there is nothing to divide by.
#[must_use]
pub(crate) fn ratio(part: u64, whole: u64) -> Option<f64> {
    #[expect(clippy::cast_precision_loss, reason = "a count of rows is far below 2^52")]
    let (part, whole) = (part as f64, whole as f64);
    (whole > 0.0).then(|| part / whole)
}

/// A change: `+12`, `−3`, `0`.
#[must_use]
pub(crate) fn ecart(change: i64) -> String {
    let size = entier(change.unsigned_abs());
    match change {
        0 => size,
        1.. => format!("+{size}"),
        _ => format!("{MOINS}{size}"),
    }
}

/// `1 centre`, `12 centres`: in French, zero and one are singular.
#[must_use]
pub(crate) fn compte(number: u64, singular: &str, plural: &str) -> String {
    let noun = if number < 2 { singular } else { plural };
    format!("{}{INSECABLE}{noun}", entier(number))
}

/// `05/09/2019`.
#[must_use]
pub(crate) fn jour(date: Date) -> String {
    format!("{:02}/{:02}/{:04}", date.day(), date.month(), date.year())
}

/// `05/09/2019 à 14 h 05`, by the clock of Paris; that of UTC, said so, where the machine has no
/// time zones.
#[must_use]
pub(crate) fn instant(timestamp: Timestamp) -> String {
    let (zone, suffix) = paris();
    let local = timestamp.to_zoned_datetime(zone);
    let (hour, minute) = (local.hour(), local.minute());
    format!("{} à {hour}{INSECABLE}h{INSECABLE}{minute:02}{suffix}", jour(local.date()))
}

/// The day of a moment, by the clock of [`instant`].
#[must_use]
pub(crate) fn local_day(timestamp: Timestamp) -> Date {
    timestamp.to_zoned_datetime(paris().0).date()
}

/// The zone of the clock, and what is said when it is not that of Paris.
fn paris() -> (TimeZone, &'static str) {
    match TimeZone::get("Europe/Paris") {
        Ok(zone) => (zone, ""),
        Err(_) => (TimeZone::UTC, " (temps universel)"),
    }
}

fn group(digits: &str) -> String {
    let mut shown = String::with_capacity(digits.len() * 2);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            shown.push(FINE);
        }
        shown.push(digit);
    }
    shown
}

/// A size in bytes: « 12,3 Mo ».
#[must_use]
pub(crate) fn taille(octets: u64) -> String {
    #[expect(clippy::cast_precision_loss, reason = "a size is shown with three figures")]
    let size = octets as f64;
    match octets {
        0..1_000 => compte(octets, "octet", "octets"),
        1_000..1_000_000 => format!("{}\u{a0}ko", nombre(size / 1e3, 0)),
        1_000_000..1_000_000_000 => format!("{}\u{a0}Mo", nombre(size / 1e6, 1)),
        _ => format!("{}\u{a0}Go", nombre(size / 1e9, 1)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn thousands_are_set_apart_by_a_narrow_space() {
        let cases = [
            (0, "0"),
            (7, "7"),
            (999, "999"),
            (1_000, "1\u{202f}000"),
            (12_345, "12\u{202f}345"),
            (123_456, "123\u{202f}456"),
            (1_234_567, "1\u{202f}234\u{202f}567"),
        ];
        for (number, shown) in cases {
            assert_eq!(entier(number), shown);
        }
        assert_eq!(entier(u64::MAX).chars().filter(|&c| c == FINE).count(), 6);
    }

    #[test]
    fn decimals_follow_a_comma() {
        assert_eq!(nombre(1234.56, 1), "1\u{202f}234,6");
        assert_eq!(nombre(1234.0, 0), "1\u{202f}234");
        assert_eq!(nombre(-1234.5, 2), "\u{2212}1\u{202f}234,50");
        assert_eq!(nombre(-0.04, 1), "0,0");
        assert_eq!(nombre(0.0, 2), "0,00");
        assert_eq!(nombre(f64::NAN, 1), "nc");
        assert_eq!(nombre(f64::INFINITY, 1), "nc");
    }

    #[test]
    fn a_rate_of_nothing_cannot_be_calculated() {
        assert_eq!(part(1, 0), "nc");
        assert_eq!(part(0, 5), "0,0\u{a0}%");
        assert_eq!(part(1, 3), "33,3\u{a0}%");
        assert_eq!(pourcent(1.0), "100,0\u{a0}%");
        assert_eq!(pourcent(f64::NAN), "nc");
    }

    #[test]
    fn a_change_bears_its_sign() {
        assert_eq!(ecart(0), "0");
        assert_eq!(ecart(1200), "+1\u{202f}200");
        assert_eq!(ecart(-3), "\u{2212}3");
        assert_eq!(ecart(i64::MIN).chars().next(), Some(MOINS));
    }

    #[test]
    fn zero_and_one_are_singular() {
        assert_eq!(compte(0, "centre", "centres"), "0\u{a0}centre");
        assert_eq!(compte(1, "centre", "centres"), "1\u{a0}centre");
        assert_eq!(compte(2, "centre", "centres"), "2\u{a0}centres");
    }

    #[test]
    fn days_come_before_months() {
        assert_eq!(jour(date(2019, 9, 5)), "05/09/2019");
        assert_eq!(jour(date(987, 12, 31)), "31/12/0987");
    }

    #[test]
    fn an_instant_is_told_by_the_clock_of_paris() {
        let summer: Timestamp = "2019-09-05T12:05:59Z".parse().unwrap();
        let winter: Timestamp = "2019-12-31T23:00:00Z".parse().unwrap();
        let shown = (instant(summer), instant(winter));
        if TimeZone::get("Europe/Paris").is_ok() {
            assert_eq!(shown.0, "05/09/2019 à 14\u{a0}h\u{a0}05");
            assert_eq!(shown.1, "01/01/2020 à 0\u{a0}h\u{a0}00");
        } else {
            assert_eq!(shown.0, "05/09/2019 à 12\u{a0}h\u{a0}05 (temps universel)");
        }
    }

    #[test]
    fn sizes_are_short() {
        assert_eq!(taille(1), "1\u{a0}octet");
        assert_eq!(taille(1_234), "1\u{a0}ko");
        assert_eq!(taille(12_345_678), "12,3\u{a0}Mo");
        assert_eq!(taille(8_000_000_000), "8,0\u{a0}Go");
    }
}
