//! Where a row stands in time: in a month when all periods are made of whole months, in a period by
//! its number otherwise.

use std::ops::RangeInclusive;

use jiff::civil::Date;
use mallette_domain::periode::Periode;

/// A place in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Rang {
    /// A month, counted from the year 0.
    Mois(i32),
    /// A period, by its number among those asked for.
    Periode(u32),
}

impl Rang {
    /// The period of that number.
    pub(super) fn of_period(number: usize) -> Self {
        Self::Periode(u32::try_from(number).unwrap_or(u32::MAX))
    }
}

/// The periods of an evaluation.
#[derive(Debug)]
pub(super) struct Calendrier {
    periodes: Vec<Periode>,
    monthly: bool,
}

/// The days that a scan reads, and how it ranks them.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Passe {
    /// The days.
    pub(super) jours: Periode,
    /// The period that they are; none when rows are ranked by month.
    pub(super) periode: Option<usize>,
}

impl Passe {
    /// The SQL of the month of a row by its date column, a constant when rows are not ranked by month.
    pub(super) fn sql_rank(&self, date: &str) -> String {
        match self.periode {
            Some(_) => "0".to_owned(),
            None => format!("12 * date_part('year', {date}) + date_part('month', {date})"),
        }
    }

    /// The place of a row of that rank.
    pub(super) fn rang(&self, rank: i64) -> Rang {
        let month = || Rang::Mois(i32::try_from(rank).unwrap_or(i32::MAX));
        self.periode.map_or_else(month, Rang::of_period)
    }
}

impl Calendrier {
    /// For those periods.
    pub(super) fn new(periodes: Vec<Periode>) -> Self {
        let whole = |periode: &Periode| {
            periode.debut == periode.debut.first_of_month()
                && periode.fin == periode.fin.last_of_month()
        };
        // Months are worth their ranks when several periods share them.
        let monthly = periodes.len() > 1 && periodes.iter().all(whole);
        Self { periodes, monthly }
    }

    /// The periods, by number.
    pub(super) fn periodes(&self) -> &[Periode] {
        &self.periodes
    }

    /// The scans to make: one when periods are made of months, one per period otherwise.
    pub(super) fn passes(&self) -> Vec<Passe> {
        if !self.monthly {
            let each = self.periodes.iter().enumerate();
            return each
                .map(|(rank, periode)| Passe { jours: *periode, periode: Some(rank) })
                .collect();
        }
        let debut = self.periodes.iter().map(|periode| periode.debut).min();
        let fin = self.periodes.iter().map(|periode| periode.fin).max();
        let whole = debut.zip(fin).and_then(|(debut, fin)| Periode::new(debut, fin));
        whole.into_iter().map(|jours| Passe { jours, periode: None }).collect()
    }

    /// The places that are in the period of that number: its months, and itself.
    pub(super) fn places(&self, number: usize) -> [RangeInclusive<Rang>; 2] {
        let own = Rang::of_period(number);
        let months = match self.periodes.get(number) {
            Some(periode) => Rang::Mois(month(periode.debut))..=Rang::Mois(month(periode.fin)),
            None => own..=own,
        };
        [months, own..=own]
    }
}

fn month(day: Date) -> i32 {
    12 * i32::from(day.year()) + i32::from(day.month())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn calendrier(periodes: &[&str]) -> Calendrier {
        Calendrier::new(periodes.iter().map(|text| text.parse().unwrap()).collect())
    }

    #[test]
    fn periods_of_whole_months_share_one_scan() {
        let months = calendrier(&["2018", "2019-T2", "2019-11"]);
        let [passe] = &months.passes()[..] else { panic!("one scan") };
        assert_eq!(passe.jours, "2018-01-01..2019-11-30".parse().unwrap());
        let covers =
            |number, rang: Rang| months.places(number).iter().any(|places| places.contains(&rang));
        let april = passe.rang(12 * 2019 + 4);
        assert!(covers(1, april) && !covers(0, april) && !covers(2, april));
        assert!(covers(0, passe.rang(12 * 2018 + 12)));
        assert!(!covers(0, Rang::Periode(1)) && covers(0, Rang::Periode(0)));
    }

    #[test]
    fn other_periods_are_read_one_by_one() {
        let days = calendrier(&["2019", "2019-01-15..2019-03-31"]);
        assert_eq!(days.passes().len(), 2);
        assert_eq!(days.passes()[1].rang(0), Rang::Periode(1));
        assert_eq!(calendrier(&["2019"]).passes()[0].periode, Some(0));
    }
}
