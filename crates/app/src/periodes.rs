//! The periods evaluated at import and kept with each version: the year of the extraction and the
//! one before, at all levels; their quarters and their months, for the centre.

use jiff::civil::Date;
use mallette_domain::periode::Periode;

/// The periods kept for an extraction of that date, years first, none that begins after it.
#[must_use]
pub fn kept(date_extraction: Date) -> Vec<Periode> {
    let year = date_extraction.year();
    let mut texts = vec![format!("{year:04}"), format!("{:04}", year - 1)];
    for year in [year - 1, year] {
        texts.extend((1..=4).map(|quarter| format!("{year:04}-T{quarter}")));
        texts.extend((1..=12).map(|month| format!("{year:04}-{month:02}")));
    }
    let periodes = texts.iter().filter_map(|text| text.parse::<Periode>().ok());
    periodes.filter(|periode| periode.debut <= date_extraction).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn two_years_their_quarters_and_months_until_the_extraction() {
        let kept = kept(date(2019, 11, 4));
        // 2 years, 4 + 4 quarters begun, 12 + 11 months begun.
        assert_eq!(kept.len(), 2 + 8 + 23);
        assert!(kept[0].is_year() && kept[1].is_year() && !kept[2].is_year());
    }
}
