//! What every centre of a region shares: the extraction date, the seasons, the ceilings.

use mallette_catalogue::Plafond;

use crate::jour::{self, Jour};
use crate::tirage::Tirage;

/// Days of premiers accueils that an extract goes back to: three years.
const RECUL: Jour = 1_095;

/// Premiers accueils by month, January first, in thousandths of a year: the rush of September and
/// October and the empty August of every Mission Locale.
const SAISONS: [u32; 12] = [92, 80, 82, 74, 66, 72, 68, 44, 122, 126, 100, 74];

/// The frame in which lives are drawn.
#[derive(Debug, Clone)]
pub(crate) struct Monde {
    /// Extraction date.
    pub(crate) reference: Jour,
    /// Days on which someone may be received for the first time, with the weight of each and of
    /// those before it.
    jours: Vec<(Jour, u32)>,
    /// Months between this extract and the last one of the series: lives are those of the last one.
    pub(crate) recul: u32,
    /// First days and amounts, in cents, of the monthly PACEA ceilings.
    plafonds: Vec<(Jour, i64)>,
}

impl Monde {
    pub(crate) fn new(reference: Jour, plafonds: &[Plafond]) -> Self {
        let mut total = 0;
        let jours = (reference - RECUL + 1..=reference)
            .filter(|day| jour::weekday(*day) < 5)
            .map(|day| {
                let month = jour::month_rank(day).rem_euclid(12).unsigned_abs() as usize;
                total += SAISONS.get(month).copied().unwrap_or(1);
                (day, total)
            })
            .collect();
        let plafonds = plafonds
            .iter()
            .map(|plafond| (jour::from_date(plafond.debut), plafond.montant_centimes))
            .collect();
        Self { reference, jours, recul: 0, plafonds }
    }

    /// The day of a premier accueil.
    pub(crate) fn draw_accueil(&self, tirage: &mut Tirage) -> Jour {
        let total = self.jours.last().map_or(0, |(_, total)| *total);
        let drawn = tirage.below(total);
        let rank = self.jours.partition_point(|(_, until)| *until <= drawn);
        self.jours.get(rank).map_or(self.reference, |(day, _)| *day)
    }

    /// The ceiling of a month given by its first day, in cents.
    pub(crate) fn plafond(&self, mois: Jour) -> i64 {
        let known = self.plafonds.iter().rev().find(|(debut, _)| *debut <= mois);
        known.or(self.plafonds.first()).map_or(47_095, |(_, montant)| *montant)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn autumn_is_full_and_august_empty() {
        let monde = Monde::new(jour::day(2019, 11, 4), &[]);
        let mut tirage = Tirage::new(&[5]);
        let mut months = [0u32; 12];
        for _ in 0..30_000 {
            let day = monde.draw_accueil(&mut tirage);
            assert!(day <= monde.reference && day > monde.reference - RECUL);
            assert!(jour::weekday(day) < 5);
            months[jour::month_rank(day).rem_euclid(12) as usize] += 1;
        }
        let (august, october) = (months[7], months[9]);
        assert!(august * 2 < october, "{months:?}");
        assert!((3_300..4_300).contains(&october), "{months:?}");
        assert!((1_000..1_600).contains(&august), "{months:?}");
    }

    #[test]
    fn the_ceiling_is_that_in_force_on_the_first_day() {
        let catalogue = mallette_catalogue::Catalogue::builtin().unwrap();
        let monde = Monde::new(18_000, &catalogue.plafonds);
        assert_eq!(monde.plafond(jour::day(2019, 3, 1)), 48_482);
        assert_eq!(monde.plafond(jour::day(2019, 4, 1)), 49_257);
        assert_eq!(monde.plafond(jour::day(2010, 1, 1)), 47_095);
        assert_eq!(monde.plafond(jour::day(2030, 1, 1)), 56_168);
    }
}
