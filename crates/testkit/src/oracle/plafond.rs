//! The monthly PACEA ceilings of `domain.md` §3.3, typed from that page, in cents of euro.

/// First month in force, and the ceiling.
const PLAFONDS: [(&str, i64); 12] = [
    ("2016-09", 47_095),
    ("2017-04", 47_237),
    ("2017-09", 48_002),
    ("2018-04", 48_482),
    ("2019-04", 49_257),
    ("2020-04", 49_701),
    ("2021-04", 49_750),
    ("2022-03", 50_000),
    ("2022-07", 52_000),
    ("2023-04", 52_800),
    ("2024-04", 55_229),
    ("2025-04", 56_168),
];

/// The ceiling in force on the first day of the month (`AAAA-MM`), in cents; none before the first.
#[must_use]
pub fn of_month(month: &str) -> Option<i64> {
    let mut found = None;
    for (from, amount) in PLAFONDS {
        if from <= month {
            found = Some(amount);
        }
    }
    found
}

/// The most that a dossier may receive in the calendar year (`AAAA`), in cents.
#[must_use]
pub fn of_year(year: &str) -> Option<i64> {
    let highest = (1..=12).filter_map(|m| of_month(&format!("{year}-{m:02}"))).max()?;
    Some(if year <= "2020" { 3 * highest } else { 6 * highest })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ceiling_is_that_of_the_first_day() {
        assert_eq!(of_month("2016-08"), None);
        assert_eq!(of_month("2019-03"), Some(48_482));
        assert_eq!(of_month("2019-04"), Some(49_257));
        assert_eq!(of_month("2022-02"), Some(49_750));
        assert_eq!(of_month("2030-01"), Some(56_168));
    }

    #[test]
    fn the_year_takes_its_highest_month() {
        assert_eq!(of_year("2019"), Some(147_771));
        assert_eq!(of_year("2020"), Some(149_103));
        assert_eq!(of_year("2021"), Some(298_500));
        assert_eq!(of_year("2015"), None);
    }
}
