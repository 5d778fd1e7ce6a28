//! Periods: a year, a quarter, a month, or two days.

use jiff::civil::{Date, date};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// An interval of days, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Periode {
    /// First day.
    pub debut: Date,
    /// Last day.
    pub fin: Date,
}

/// A text that is not a period.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "« {0} » n'est pas une période. Écrire une année (2019), un trimestre (2019-T3), un mois (2019-09) \
     ou deux dates (2019-01-15..2019-03-31), la première avant la seconde."
)]
pub struct PeriodeError(String);

impl Periode {
    /// The days from `debut` to `fin`; none when they are in the wrong order.
    #[must_use]
    pub fn new(debut: Date, fin: Date) -> Option<Self> {
        (debut <= fin).then_some(Self { debut, fin })
    }

    /// Whether the day is in the period.
    #[must_use]
    pub fn contains(&self, day: Date) -> bool {
        self.debut <= day && day <= self.fin
    }

    /// Whether it is one whole calendar year.
    #[must_use]
    pub fn is_year(&self) -> bool {
        let (debut, fin) = (self.debut, self.fin);
        debut.year() == fin.year() && debut.day_of_year() == 1 && fin == fin.last_of_year()
    }

    fn months(year: i16, first: i8, count: i8) -> Option<Self> {
        let debut = Date::new(year, first, 1).ok()?;
        let last = Date::new(year, first + count - 1, 1).ok()?;
        Self::new(debut, last.last_of_month())
    }
}

impl FromStr for Periode {
    type Err = PeriodeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        parse(text.trim()).ok_or_else(|| PeriodeError(text.to_owned()))
    }
}

fn parse(text: &str) -> Option<Periode> {
    if let Some((debut, fin)) = text.split_once("..") {
        return Periode::new(debut.trim().parse().ok()?, fin.trim().parse().ok()?);
    }
    let (year, rest) = text.split_once('-').map_or((text, None), |(year, rest)| (year, Some(rest)));
    if year.len() != 4 || !year.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let year: i16 = year.parse().ok()?;
    match rest {
        None => Periode::months(year, 1, 12),
        Some(rest) => match rest.strip_prefix(['T', 't']) {
            Some(quarter) => match quarter.parse::<i8>().ok()? {
                q @ 1..=4 => Periode::months(year, 3 * q - 2, 3),
                _ => None,
            },
            None if rest.len() == 2 => Periode::months(year, rest.parse().ok()?, 1),
            None => None,
        },
    }
}

impl fmt::Display for Periode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}..{}", self.debut, self.fin)
    }
}

/// The civil year as a period.
#[must_use]
pub fn year(year: i16) -> Periode {
    Periode { debut: date(year, 1, 1), fin: date(year, 12, 31) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_four_forms() {
        for (text, debut, fin) in [
            ("2019", date(2019, 1, 1), date(2019, 12, 31)),
            ("2019-T1", date(2019, 1, 1), date(2019, 3, 31)),
            ("2019-T4", date(2019, 10, 1), date(2019, 12, 31)),
            ("2020-02", date(2020, 2, 1), date(2020, 2, 29)),
            ("2019-01-15..2019-03-31", date(2019, 1, 15), date(2019, 3, 31)),
        ] {
            assert_eq!(text.parse(), Ok(Periode { debut, fin }), "{text}");
        }
    }

    #[test]
    fn refuses_what_is_not_a_period() {
        for text in [
            "",
            "19",
            "2019-T5",
            "2019-13",
            "2019-1",
            "2019-02-30..2019-03-01",
            "2020-01-02..2020-01-01",
            "+201",
            "2019-T",
        ] {
            assert!(text.parse::<Periode>().is_err(), "{text}");
        }
    }
}
