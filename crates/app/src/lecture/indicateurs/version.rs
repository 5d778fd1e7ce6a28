//! Which version of its definition a figure was computed under, in words.

use jiff::civil::Date;
use mallette_catalogue::Indicateur;
use mallette_domain::periode::Periode;

use super::periodes::day;

/// A definition that was, is or will be in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redaction<'a> {
    /// Its number, from 1.
    pub numero: usize,
    /// « depuis le 01/01/2020 », « jusqu'au 31/12/2019 ».
    pub quand: String,
    /// Its sentence.
    pub definition: &'a str,
    /// Where it comes from.
    pub source: &'a str,
    /// Whether it is the one of the period shown.
    pub courante: bool,
}

/// Every definition of an indicator, the oldest first, `rank` being that of the period shown; empty when
/// there is one only.
#[must_use]
pub fn history(indicateur: &Indicateur, rank: usize) -> Vec<Redaction<'_>> {
    if indicateur.versions.is_empty() {
        return Vec::new();
    }
    let all = indicateur.definitions().enumerate();
    let told = all.map(|(at, (_, known))| Redaction {
        numero: at + 1,
        quand: days(indicateur, at),
        definition: &known.definition,
        source: &known.source,
        courante: at == rank,
    });
    told.collect()
}

/// « unique », « 2 sur 2, en vigueur depuis le 01/01/2020 ».
#[must_use]
pub fn words(indicateur: &Indicateur, rank: usize) -> String {
    let count = indicateur.versions.len() + 1;
    if count == 1 {
        return "unique".to_owned();
    }
    format!("{} sur {count}, en vigueur {}", rank + 1, days(indicateur, rank))
}

/// From when to when a definition is in force.
fn days(indicateur: &Indicateur, rank: usize) -> String {
    let start = rank.checked_sub(1).and_then(|before| indicateur.versions.get(before));
    let next = indicateur.versions.get(rank);
    let last = next.and_then(|next| next.depuis.yesterday().ok());
    match (start.map(|version| version.depuis), last) {
        (None, None) => "depuis toujours".to_owned(),
        (None, Some(last)) => format!("jusqu'au {}", day(last)),
        (Some(start), None) => format!("depuis le {}", day(start)),
        (Some(start), Some(last)) => format!("du {} au {}", day(start), day(last)),
    }
}

/// That a definition changes inside a period, and which one counts; none when it does not.
#[must_use]
pub fn change(indicateur: &Indicateur, periode: Periode) -> Option<String> {
    let days = told(indicateur.changes_within(periode))?;
    Some(format!(
        "La définition change le {days}, au cours de cette période\u{a0}: celle du dernier jour compte pour \
         toute la période."
    ))
}

/// That a definition changes along a series, whose figures before and after do not compare; none when it
/// does not.
#[must_use]
pub fn rupture(indicateur: &Indicateur, serie: Periode) -> Option<String> {
    let days = told(indicateur.changes_within(serie))?;
    Some(format!(
        "La définition change le {days}\u{a0}: les chiffres d'avant et d'après ne se comparent pas."
    ))
}

fn told(days: impl Iterator<Item = Date>) -> Option<String> {
    let days: Vec<String> = days.map(day).collect();
    (!days.is_empty()).then(|| days.join(", puis le "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use mallette_catalogue::Catalogue;

    #[test]
    fn a_definition_says_from_when_to_when_it_holds_and_where_a_series_breaks() {
        let catalogue = Catalogue::builtin().unwrap();
        let find = |code| catalogue.indicateurs.iter().find(|i| i.code == code).unwrap();
        let (versioned, single) = (find("SOR-P"), find("PAC-P"));
        assert_eq!(words(single, 0), "unique");
        assert_eq!(words(versioned, 0), "1 sur 2, en vigueur jusqu'au 31/12/2019");
        assert_eq!(words(versioned, 1), "2 sur 2, en vigueur depuis le 01/01/2020");
        let told = history(versioned, 1);
        assert_eq!(told.iter().map(|known| known.courante).collect::<Vec<_>>(), [false, true]);
        assert!(history(single, 0).is_empty());
        let periode = |text: &str| text.parse::<Periode>().unwrap();
        assert_eq!(versioned.rank_at(periode("2019-12-31..2019-12-31")), 0);
        assert_eq!(versioned.rank_at(periode("2019-12-31..2020-01-01")), 1);
        assert!(
            change(versioned, periode("2019-06-01..2020-05-31")).unwrap().contains("01/01/2020")
        );
        // A period that begins with the definition has only one.
        assert_eq!(change(versioned, periode("2020")), None);
        assert_eq!(rupture(single, periode("2018-01-01..2021-12-31")), None);
        assert!(rupture(versioned, periode("2018-01-01..2021-12-31")).is_some());
    }
}
