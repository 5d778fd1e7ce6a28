//! What a figure of several centres covers: « 58 centres sur 61, extractions du 01/10/2019 au
//! 04/11/2019 ». Every regional figure, on a page, in a workbook or in a terminal, says it with
//! these words.

use std::fmt;

use jiff::civil::Date;

use super::indicateurs::periodes::day;
use super::reseau;
use crate::etat::Etat;

/// Over how many centres of how many, and which extraction dates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Portee {
    /// The campaign; none for the current versions.
    pub campagne: Option<String>,
    /// Centres counted.
    pub recus: usize,
    /// Centres known.
    pub connus: usize,
    /// Earliest and latest extraction dates of the centres counted.
    pub extractions: Option<(Date, Date)>,
}

impl Portee {
    /// From the extraction date of each centre counted.
    #[must_use]
    pub fn new(
        campagne: Option<&str>,
        connus: usize,
        dates: impl IntoIterator<Item = Date>,
    ) -> Self {
        let (mut recus, mut extractions) = (0, None);
        for date in dates {
            recus += 1;
            let (first, last) = extractions.unwrap_or((date, date));
            extractions = Some((date.min(first), date.max(last)));
        }
        Self { campagne: campagne.map(Into::into), recus, connus, extractions }
    }

    /// Over all centres of a snapshot.
    #[must_use]
    pub fn of(etat: &Etat) -> Self {
        let dates = etat.centres.values().map(|centre| centre.version.date_extraction);
        Self::new(etat.campagne.as_deref(), reseau::codes(etat).len(), dates)
    }

    /// Over some centres of a snapshot, each said to be counted or not.
    #[must_use]
    pub fn among<'a>(etat: &Etat, centres: impl IntoIterator<Item = (&'a str, bool)>) -> Self {
        let (mut connus, mut dates) = (0, Vec::new());
        for (id, counted) in centres {
            connus += 1;
            if let Some(centre) = etat.centres.get(id).filter(|_| counted) {
                dates.push(centre.version.date_extraction);
            }
        }
        Self::new(etat.campagne.as_deref(), connus, dates)
    }

    /// The extraction dates: « extractions du 01/10/2019 au 04/11/2019 »; empty without any.
    #[must_use]
    pub fn dates(&self) -> String {
        let noun = if self.recus < 2 { "extraction" } else { "extractions" };
        match self.extractions {
            None => String::new(),
            Some((first, last)) if first == last => format!("{noun} du {}", day(first)),
            Some((first, last)) => format!("{noun} du {} au {}", day(first), day(last)),
        }
    }
}

impl fmt::Display for Portee {
    /// Without a final stop.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(nom) = &self.campagne {
            write!(f, "Campagne {nom}\u{a0}: ")?;
        }
        let noun = if self.recus < 2 { "centre" } else { "centres" };
        write!(f, "{}\u{a0}{noun} sur {}", self.recus, self.connus)?;
        match self.dates() {
            dates if dates.is_empty() => Ok(()),
            dates => write!(f, ", {dates}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lecture::indicateurs::essai::region;
    use jiff::civil::date;

    #[test]
    fn the_sentence_says_centres_and_dates() {
        let (october, november) = (date(2019, 10, 1), date(2019, 11, 4));
        let told =
            |campagne, dates: &[Date]| Portee::new(campagne, 61, dates.iter().copied()).to_string();
        assert_eq!(
            told(None, &[november, october, november]),
            "3\u{a0}centres sur 61, extractions du 01/10/2019 au 04/11/2019"
        );
        assert_eq!(
            told(Some("2019-11"), &[november, november]),
            "Campagne 2019-11\u{a0}: 2\u{a0}centres sur 61, extractions du 04/11/2019"
        );
        assert_eq!(told(None, &[october]), "1\u{a0}centre sur 61, extraction du 01/10/2019");
        assert_eq!(told(None, &[]), "0\u{a0}centre sur 61");
    }

    #[test]
    fn only_the_centres_counted_give_their_dates() {
        // A to F on 30 November, G on 1 November, H not received.
        let etat = region();
        assert_eq!(
            Portee::of(&etat).to_string(),
            "7\u{a0}centres sur 8, extractions du 01/11/2019 au 30/11/2019"
        );
        let some = Portee::among(&etat, [("A", true), ("G", false), ("H", true), ("B", true)]);
        assert_eq!(some.to_string(), "2\u{a0}centres sur 4, extractions du 30/11/2019");
    }
}
