//! What ends, week by week: the lists of the rules of deadline, each object at its day. Every object of the
//! lists has its place: a week, before the extraction, or no day that can be told.

use std::collections::BTreeMap;

use jiff::civil::{Date, Weekday};
use mallette_catalogue::Catalogue;

use crate::comptes::Comptes;
use crate::port::Refus;
use crate::vie::Qui;
use crate::vie::liste::{Anomalie, Etat, Filtre, Vue};

/// An object of a rule of deadline, at its day.
#[derive(Debug, Clone, PartialEq)]
pub struct Fin {
    /// The object, with what was said of it.
    pub vue: Vue,
    /// Code of what ends, when its rule tells several apart.
    pub nature: Option<String>,
}

impl Fin {
    /// What names it in a calendar program: the same from one file to the next, and meaning nothing
    /// outside.
    #[must_use]
    pub fn uid(&self, structure_id: &str) -> String {
        let Anomalie { regle, objet, .. } = &self.vue.anomalie;
        let named = format!("{structure_id}|{regle}|{}|{}", objet.table, objet.id);
        let hash = blake3::hash(named.as_bytes()).to_hex();
        hash.get(..32).unwrap_or_default().to_owned()
    }
}

/// Where a line stands in the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// Before the week of the extraction.
    Avant,
    /// In the week of that Monday.
    Semaine(Date),
    /// Its day is not known.
    SansDate,
}

impl Place {
    /// The place of a day, in a calendar that starts at that extraction.
    #[must_use]
    pub fn of(le: Option<Date>, extraction: Date) -> Self {
        match le.map(monday) {
            None => Self::SansDate,
            Some(week) if week < monday(extraction) => Self::Avant,
            Some(week) => Self::Semaine(week),
        }
    }
}

/// Weeks shown at least, that of the extraction included: 13, as many as a quarter has.
pub const SEMAINES: usize = 13;

/// The Monday of the week of a day.
#[must_use]
pub fn monday(day: Date) -> Date {
    let back = i32::from(day.weekday().since(Weekday::Monday));
    day.checked_sub(jiff::Span::new().days(back)).unwrap_or(day)
}

/// The calendar of a centre.
#[derive(Debug, Clone, PartialEq)]
pub struct Calendrier {
    /// Extraction date of the version.
    pub date: Date,
    /// Every object of the lists, by place, then by day.
    pub fins: BTreeMap<Place, Vec<Fin>>,
    /// The conseillers who have something in hand, whatever the filter (none: nobody).
    pub conseillers: Vec<Option<String>>,
}

impl Calendrier {
    /// The Mondays to show: [`SEMAINES`] at least, more when an object ends later.
    #[must_use]
    pub fn weeks(&self) -> Vec<Date> {
        let mut weeks = Vec::new();
        let last = self.fins.keys().filter_map(|place| match place {
            Place::Semaine(week) => Some(*week),
            _ => None,
        });
        let last = last.max();
        let mut week = Some(monday(self.date));
        while let Some(at) = week {
            if weeks.len() >= SEMAINES && last.is_none_or(|last| at > last) {
                break;
            }
            weeks.push(at);
            week = at.checked_add(jiff::Span::new().weeks(1)).ok();
        }
        weeks
    }

    /// How many objects, over all places.
    #[must_use]
    pub fn total(&self) -> usize {
        self.fins.values().map(Vec::len).sum()
    }
}

impl Comptes {
    /// What ends in a centre, in the hands of a conseiller, or of everybody when none is said: as many
    /// objects as the lists of the rules of deadline, justified ones included.
    ///
    /// # Errors
    /// When none are open to who asks, or when they cannot be read.
    pub async fn read_calendrier(
        &self,
        qui: &Qui,
        structure_id: &str,
        conseiller: Option<&str>,
    ) -> Result<Calendrier, Refus> {
        let lues = self.read_anomalies(qui, structure_id, None).await?;
        let catalogue = self.atelier.catalogue();
        let date = lues.lot.tete.date;
        let mut calendrier = Calendrier { date, fins: BTreeMap::new(), conseillers: Vec::new() };
        let mut known = std::collections::BTreeSet::new();
        let all = Filtre { etat: Etat::Toutes, ..Filtre::default() };
        for (anomalie, suivi, _) in lues.kept(&all) {
            if !is_dated(&catalogue, &anomalie.regle) {
                continue;
            }
            let vue = lues.view(anomalie, suivi);
            known.insert(vue.responsable.clone());
            let hands = vue.responsable.as_deref().unwrap_or_default();
            if conseiller.is_some_and(|wanted| hands != wanted) {
                continue;
            }
            let nature = lues.terme(anomalie).and_then(|terme| terme.nature.clone());
            let place = Place::of(vue.terme, date);
            calendrier.fins.entry(place).or_default().push(Fin { vue, nature });
        }
        for fins in calendrier.fins.values_mut() {
            let key = |fin: &Fin| (fin.vue.terme, fin.vue.anomalie.cible());
            fins.sort_by_key(key);
        }
        calendrier.conseillers = known.into_iter().collect();
        Ok(calendrier)
    }
}

/// Whether a rule dates what it catches.
fn is_dated(catalogue: &Catalogue, code: &str) -> bool {
    catalogue.regles.iter().any(|regle| regle.code == code && regle.echeance.is_some())
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_day_falls_in_the_week_of_its_monday() {
        // 4 November 2019 is a Monday; 10 November a Sunday.
        assert_eq!(monday(date(2019, 11, 4)), date(2019, 11, 4));
        assert_eq!(monday(date(2019, 11, 10)), date(2019, 11, 4));
        assert_eq!(monday(date(2021, 1, 1)), date(2020, 12, 28));
        let at = |day| Place::of(Some(day), date(2019, 11, 6));
        assert_eq!(at(date(2019, 11, 4)), Place::Semaine(date(2019, 11, 4)));
        assert_eq!(at(date(2019, 11, 3)), Place::Avant);
        assert_eq!(Place::of(None, date(2019, 11, 6)), Place::SansDate);
    }

    #[test]
    fn no_week_is_skipped_and_none_that_holds_something_is_left_out() {
        let mut calendrier =
            Calendrier { date: date(2019, 11, 6), fins: BTreeMap::new(), conseillers: Vec::new() };
        let weeks = calendrier.weeks();
        assert_eq!((weeks.len(), weeks[0], weeks[12]), (13, date(2019, 11, 4), date(2020, 1, 27)));
        calendrier.fins.insert(Place::Semaine(date(2020, 2, 3)), Vec::new());
        assert_eq!(calendrier.weeks().last(), Some(&date(2020, 2, 3)));
    }
}
