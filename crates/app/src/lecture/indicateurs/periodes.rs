//! The periods of which figures are stored: years, quarters and months.

use std::collections::BTreeSet;

use jiff::civil::Date;
use mallette_domain::periode::Periode;

use crate::etat::Etat;

/// Names of the months, as on a chart.
const MOIS_COURTS: [&str; 12] = [
    "janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.",
    "déc.",
];
/// Names of the months.
const MOIS: [&str; 12] = [
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
];

/// The kind of a period, the longest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Genre {
    /// A civil year.
    Annee,
    /// A civil quarter.
    Trimestre,
    /// A month.
    Mois,
    /// Two days.
    Jours,
}

impl Genre {
    /// What a person chooses among: « Années », « Trimestres »…
    #[must_use]
    pub fn titre(self) -> &'static str {
        match self {
            Self::Annee => "Années",
            Self::Trimestre => "Trimestres",
            Self::Mois => "Mois",
            Self::Jours => "Autres périodes",
        }
    }
}

/// The kind of a period.
#[must_use]
pub fn genre(periode: Periode) -> Genre {
    let (debut, fin) = (periode.debut, periode.fin);
    let whole_months = debut.day() == 1 && fin == fin.last_of_month() && debut.year() == fin.year();
    match (whole_months, debut.month(), fin.month() - debut.month() + 1) {
        (true, 1, 12) => Genre::Annee,
        (true, first, 3) if (first - 1) % 3 == 0 => Genre::Trimestre,
        (true, _, 1) => Genre::Mois,
        _ => Genre::Jours,
    }
}

/// The period as it is written in an address, and read back by [`Periode`]: `2019`, `2019-T3`,
/// `2019-09`.
#[must_use]
pub fn code(periode: Periode) -> String {
    let (year, month) = (periode.debut.year(), periode.debut.month());
    match genre(periode) {
        Genre::Annee => format!("{year:04}"),
        Genre::Trimestre => format!("{year:04}-T{}", (month - 1) / 3 + 1),
        Genre::Mois => format!("{year:04}-{month:02}"),
        Genre::Jours => periode.to_string(),
    }
}

/// The period in words: « 2019 », « 3ᵉ trimestre 2019 », « septembre 2019 ».
#[must_use]
pub fn label(periode: Periode) -> String {
    let (year, month) = (periode.debut.year(), periode.debut.month());
    match genre(periode) {
        Genre::Annee => year.to_string(),
        Genre::Trimestre if month == 1 => format!("1ᵉʳ trimestre {year}"),
        Genre::Trimestre => format!("{}ᵉ trimestre {year}", (month - 1) / 3 + 1),
        Genre::Mois => format!("{} {year}", month_name(&MOIS, month)),
        Genre::Jours => format!("du {} au {}", day(periode.debut), day(periode.fin)),
    }
}

/// A month as an axis names it: « sept. 2019 ».
#[must_use]
pub fn short_month(periode: Periode) -> String {
    format!("{} {}", month_name(&MOIS_COURTS, periode.debut.month()), periode.debut.year())
}

fn month_name(names: &[&'static str; 12], month: i8) -> &'static str {
    let index = usize::try_from(month - 1).unwrap_or_default();
    names.get(index).copied().unwrap_or_default()
}

/// A day as French readers write it: « 05/09/2019 ».
pub(crate) fn day(date: Date) -> String {
    format!("{:02}/{:02}/{:04}", date.day(), date.month(), date.year())
}

/// Every period stored for some centre: years, then quarters, then months, each the latest first.
#[must_use]
pub fn available(etat: &Etat) -> Vec<Periode> {
    let stored = etat.centres.values().flat_map(|centre| &centre.resultats.indicateurs);
    let distinct: BTreeSet<Periode> = stored.map(|mesures| mesures.periode).collect();
    let mut periodes: Vec<Periode> = distinct.into_iter().collect();
    periodes.sort_by(|left, right| {
        genre(*left).cmp(&genre(*right)).then_with(|| right.debut.cmp(&left.debut))
    });
    periodes
}

/// The period shown when none is asked for: the latest year of which the extracts know at least
/// three months, else the latest year stored.
#[must_use]
pub fn default(periodes: &[Periode], extraction: Option<Date>) -> Option<Periode> {
    let known_enough = |periode: &&Periode| {
        extraction
            .is_some_and(|day| day >= mallette_domain::calendrier::add_months(periode.debut, 3))
    };
    let mut years = periodes.iter().filter(|periode| genre(**periode) == Genre::Annee);
    let latest = years.clone().next();
    years.find(known_enough).or(latest).or(periodes.first()).copied()
}

/// The period asked for when it is stored, else the default.
#[must_use]
pub fn choose(etat: &Etat, asked: Option<&str>) -> Option<Periode> {
    let periodes = available(etat);
    let asked: Option<Periode> = asked.and_then(|text| text.parse().ok());
    match asked.filter(|periode| periodes.contains(periode)) {
        Some(periode) => Some(periode),
        None => default(&periodes, etat.date_extraction()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_code_is_read_back_as_the_same_period() {
        for (text, words) in [
            ("2019", "2019"),
            ("2019-T1", "1ᵉʳ trimestre 2019"),
            ("2019-T4", "4ᵉ trimestre 2019"),
            ("2020-02", "février 2020"),
            ("2019-12", "décembre 2019"),
            ("2019-02-01..2019-04-30", "du 01/02/2019 au 30/04/2019"),
            ("2019-01-01..2020-12-31", "du 01/01/2019 au 31/12/2020"),
        ] {
            let periode: Periode = text.parse().unwrap();
            assert_eq!(code(periode), text);
            assert_eq!(label(periode), words);
        }
        assert_eq!(short_month("2019-01".parse().unwrap()), "janv. 2019");
    }

    #[test]
    fn a_year_that_has_just_begun_is_not_the_default() {
        let periodes: Vec<Periode> =
            ["2020", "2019", "2019-T4"].iter().map(|text| text.parse().unwrap()).collect();
        let chosen = |day| default(&periodes, Some(day)).map(code);
        assert_eq!(chosen(date(2020, 1, 15)).as_deref(), Some("2019"));
        assert_eq!(chosen(date(2020, 4, 1)).as_deref(), Some("2020"));
        assert_eq!(chosen(date(2019, 2, 1)).as_deref(), Some("2020"));
        assert_eq!(default(&[], None), None);
    }
}
