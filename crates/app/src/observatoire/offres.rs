//! Which cohorts can be read outside of one's own centre: spans that nobody can subtract from one another.

use jiff::civil::{Date, date};
use mallette_domain::cohorte::{Evenement, Public, Question};

/// Years offered, the latest included.
const ANNEES: i16 = 6;

/// The years of the Garantie jeunes that are read together, as the regional observatory had them. One by one
/// they would be parts of that whole: whoever entered twice counts once in it, and in two of them.
const GJ: (i16, i16) = (2015, 2018);

/// Months after which most of a year is followed enough to say something.
const RECUL: i32 = 6;

/// The cohorts that can be read of several centres together: the Garantie jeunes from 2015 to 2018, as
/// the regional observatory had it, then each year of all entries, the latest first.
#[must_use]
pub fn offered(latest: i16) -> Vec<Question> {
    let span = |evenement, from: i16, to: i16| Question {
        evenement,
        du: date(from, 1, 1),
        au: date(to, 12, 31),
        public: Public::Tous,
    };
    let mut offered = vec![span(Evenement::Gj, GJ.0, GJ.1)];
    for annee in ((latest - ANNEES + 1)..=latest).rev() {
        let there = YEARLY.into_iter().filter(|evenement| is_year(*evenement, annee));
        offered.extend(there.map(|evenement| span(evenement, annee, annee)));
    }
    offered
}

/// What is read year by year.
const YEARLY: [Evenement; 5] =
    [Evenement::Pacea, Evenement::Cej, Evenement::Gj, Evenement::Pial, Evenement::PremierAccueil];

/// Whether a year of these entries is read by itself: one could enter, and it is in no longer span.
const fn is_year(evenement: Evenement, annee: i16) -> bool {
    match evenement {
        Evenement::Pacea => annee >= 2017,
        // The CEJ took the place of the Garantie jeunes in the course of 2022.
        Evenement::Cej => annee >= 2022,
        Evenement::Gj => annee > GJ.1 && annee <= 2022,
        Evenement::Pial | Evenement::PremierAccueil => true,
    }
}

/// Whether the span of a cohort may be read of several centres together. Its publics may be then: they are fixed
/// parts of it.
#[must_use]
pub fn is_offered(question: &Question) -> bool {
    let (from, to) = (question.du.year(), question.au.year());
    let whole = question.du == date(from, 1, 1) && question.au == date(to, 12, 31);
    let four = question.evenement == Evenement::Gj && (from, to) == GJ;
    whole && (four || (from == to && is_year(question.evenement, from)))
}

/// The same cohort with all its publics.
#[must_use]
pub fn whole(question: &Question) -> Question {
    Question { public: Public::Tous, ..question.clone() }
}

/// The cohort that is shown when none is asked for: the latest entries in PACEA whose year ended six months
/// before the extraction at least, since of a younger one nearly nobody has left; the latest offered otherwise.
#[must_use]
pub fn first(offers: &[Question], extraction: Option<Date>) -> Option<&Question> {
    let mut pacea = offers.iter().filter(|offer| offer.evenement == Evenement::Pacea);
    let months = jiff::Span::new().months(RECUL);
    let reached = |offer: &Question| offer.au.checked_add(months).ok();
    let followed = pacea
        .clone()
        .find(|offer| reached(offer).zip(extraction).is_some_and(|(end, day)| end <= day));
    followed.or_else(|| pacea.next()).or_else(|| offers.first())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn only_spans_that_cannot_be_subtracted_are_read_of_several_centres() {
        let offers = offered(2022);
        assert!(offers.iter().all(is_offered));
        let spans: BTreeSet<_> = offers.iter().map(|one| (one.evenement, one.du, one.au)).collect();
        assert_eq!(spans.len(), offers.len());
        for (evenement, du, au) in &spans {
            let same = spans.iter().filter(|(other, ..)| other == evenement);
            let apart = same.filter(|(_, from, to)| from <= au && du <= to).count();
            assert_eq!(apart, 1, "no two of a kind have a day in common");
        }
        let years = |evenement| -> Vec<(i16, i16)> {
            let of = offers.iter().filter(|offer| offer.evenement == evenement);
            of.map(|offer| (offer.du.year(), offer.au.year())).collect()
        };
        let gj = [(2015, 2018), (2022, 2022), (2021, 2021), (2020, 2020), (2019, 2019)];
        assert_eq!(years(Evenement::Gj), gj);
        assert_eq!(years(Evenement::Cej), [(2022, 2022)]);
        let year = offers.iter().find(|offer| offer.evenement == Evenement::Pacea).unwrap();
        for wrong in [
            Question { au: date(2022, 12, 30), ..year.clone() },
            Question { du: date(2018, 1, 1), ..year.clone() },
            Question {
                evenement: Evenement::Gj,
                du: date(2016, 1, 1),
                au: date(2016, 12, 31),
                ..year.clone()
            },
            Question {
                evenement: Evenement::Gj,
                du: date(2015, 1, 1),
                au: date(2017, 12, 31),
                ..year.clone()
            },
        ] {
            assert!(!is_offered(&wrong), "{wrong:?}");
        }
        assert!(is_offered(&Question { public: Public::Mineurs, ..year.clone() }));
    }

    #[test]
    fn the_first_cohorte_is_one_that_was_followed() {
        for (extraction, annee) in [
            (date(2019, 11, 4), 2018),
            (date(2020, 6, 29), 2018),
            (date(2020, 6, 30), 2019),
            (date(2020, 12, 31), 2019),
            (date(2021, 7, 1), 2020),
        ] {
            let offers = offered(extraction.year());
            let first = first(&offers, Some(extraction)).unwrap();
            assert_eq!(
                (first.evenement, first.du.year()),
                (Evenement::Pacea, annee),
                "{extraction}"
            );
        }
        // Before any was: the latest.
        let offers = offered(2017);
        assert_eq!(first(&offers, Some(date(2017, 11, 4))).unwrap().du.year(), 2017);
    }
}
