//! One cell, read as what its column holds. What cannot be read says why, in French.

use jiff::civil::{Date, date};
use jiff::{Span, ToSpan};

use crate::source::Cell;

/// Days since 1 January 1970, as Arrow's `Date32`.
pub(crate) type Jour = i32;

/// The reason why a cell cannot be read, and the value as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Illisible {
    pub(crate) valeur: String,
    pub(crate) raison: String,
}

fn refuse(valeur: &str, raison: &str) -> Illisible {
    Illisible { valeur: valeur.to_owned(), raison: raison.to_owned() }
}

/// What surrounds a text without being part of it: spaces, no-break and zero-width ones included.
pub(crate) fn is_padding(letter: char) -> bool {
    letter.is_whitespace() || matches!(letter, '\u{feff}' | '\u{200b}' | '\0')
}

/// The text without what surrounds it.
pub(crate) fn trim(text: &str) -> &str {
    let plain = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_graphic);
    // Nearly every cell: nothing to look for.
    if plain(text.as_bytes().first()) && plain(text.as_bytes().last()) {
        return text;
    }
    text.trim_matches(is_padding)
}

/// Whether the cell holds nothing.
pub(crate) fn is_blank(cell: &Cell<'_>) -> bool {
    match cell {
        Cell::Empty => true,
        Cell::Text(text) => trim(text).is_empty(),
        _ => false,
    }
}

/// The text of a cell: what is written, or the plain form of a typed one. None when empty.
pub(crate) fn text<'a>(
    cell: Cell<'a>,
    scratch: &'a mut String,
) -> Result<Option<&'a str>, Illisible> {
    match cell {
        Cell::Empty => return Ok(None),
        Cell::Text(text) => {
            let text = trim(text);
            return Ok((!text.is_empty()).then_some(text));
        }
        Cell::Invalid(text) => {
            let raison = "cette valeur contient des octets illisibles ou une erreur de tableur : \
                          corriger le fichier, ou l'enregistrer à nouveau en UTF-8";
            return Err(refuse(text, raison));
        }
        Cell::Number(number) => *scratch = number.to_string(),
        Cell::Date(day) => *scratch = day.to_string(),
        Cell::Bool(true) => "oui".clone_into(scratch),
        Cell::Bool(false) => "non".clone_into(scratch),
    }
    Ok(Some(scratch.as_str()))
}

const EPOCH: Date = date(1970, 1, 1);

fn to_day(day: Date) -> Jour {
    EPOCH.until(day).map_or(0, |span| span.get_days())
}

/// A day as `2019-09-05`; none for one beyond the calendar.
pub(crate) fn iso(day: Jour) -> Option<String> {
    date_of(day).map(|date| date.to_string())
}

/// A day as a date; none for one beyond the calendar.
pub(crate) fn date_of(day: Jour) -> Option<Date> {
    EPOCH.checked_add(i64::from(day).days()).ok()
}

/// A calendar day. None when empty.
pub(crate) fn day(cell: Cell<'_>, date_1904: bool) -> Result<Option<Jour>, Illisible> {
    match cell {
        Cell::Empty => Ok(None),
        Cell::Date(day) => Ok(Some(to_day(day))),
        Cell::Number(number) => match number_day(number, date_1904) {
            Some(day) => Ok(Some(to_day(day))),
            None => Err(refuse(&number.to_string(), NOT_A_DAY)),
        },
        Cell::Text(written) => {
            let written = trim(written);
            if written.is_empty() {
                return Ok(None);
            }
            match iso_day(written.as_bytes()) {
                Some(day) => Ok(Some(day)),
                None => text_day(written, date_1904).map(|day| Some(to_day(day))),
            }
        }
        other => {
            let mut scratch = String::new();
            let written = text(other, &mut scratch)?.unwrap_or_default();
            Err(refuse(written, NOT_A_DAY))
        }
    }
}

const NOT_A_DAY: &str = "ce n'est pas une date : écrire 05/09/2019 ou 2019-09-05";

/// `2019-09-05` and nothing else: the fast path of the canonical form.
fn iso_day(bytes: &[u8]) -> Option<Jour> {
    let [a, b, c, d, b'-', e, f, b'-', g, h] = *bytes else { return None };
    let digit = |byte: u8| byte.is_ascii_digit().then(|| i32::from(byte - b'0'));
    let year = digit(a)? * 1000 + digit(b)? * 100 + digit(c)? * 10 + digit(d)?;
    let month = digit(e)? * 10 + digit(f)?;
    let day = digit(g)? * 10 + digit(h)?;
    let last = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => return None,
    };
    if year < 1 || day < 1 || day > last {
        return None;
    }
    // Days from civil, after Howard Hinnant's public-domain algorithm: months counted from March.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * month + 2) / 5 + day - 1;
    Some(era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468)
}

/// A spreadsheet's serial day, or a day written `20190905` as a number.
fn number_day(number: f64, date_1904: bool) -> Option<Date> {
    if !(1.0..1e8).contains(&number) {
        return None;
    }
    #[expect(clippy::cast_possible_truncation, reason = "bounded just above")]
    let whole = number.trunc() as i64;
    if whole > 2_958_465 {
        let (year, month, day) = (whole / 10_000, whole / 100 % 100, whole % 100);
        return (number.fract() == 0.0).then(|| new_day(year, month, day)).flatten();
    }
    // Day 60 of the 1900 system is a 29 February that never was; before it, days are one off.
    let origin = match (date_1904, whole) {
        (true, _) => date(1904, 1, 1),
        (false, 60) => return None,
        (false, 1..60) => date(1899, 12, 31),
        (false, _) => date(1899, 12, 30),
    };
    let span: Span = Span::new().try_days(whole).ok()?;
    origin.checked_add(span).ok()
}

fn new_day(year: i64, month: i64, day: i64) -> Option<Date> {
    let year = i16::try_from(year).ok()?;
    if year < 1 {
        return None;
    }
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

fn text_day(written: &str, date_1904: bool) -> Result<Date, Illisible> {
    let (jour, heure) = split_time(written);
    if !heure.is_empty() && !is_time(heure) {
        return Err(refuse(written, NOT_A_DAY));
    }
    let parts: Vec<&str> = jour.split(['/', '-', '.']).map(str::trim).collect();
    let numbers: Option<Vec<i64>> = parts.iter().map(|part| digits(part)).collect();
    let impossible = || refuse(written, "cette date n'existe pas au calendrier");
    match (parts.as_slice(), numbers.as_deref()) {
        ([first, _, last], Some(&[a, b, c])) => match (first.len(), last.len()) {
            (4, 1..=2) => new_day(a, b, c).ok_or_else(impossible),
            (1..=2, 4) => new_day(c, b, a).ok_or_else(impossible),
            (1..=2, 1..=2) => {
                let raison = "date ambiguë, l'année n'a que deux chiffres : écrire 05/06/2019";
                Err(refuse(written, raison))
            }
            _ => Err(refuse(written, NOT_A_DAY)),
        },
        ([_, _], Some(_)) => Err(refuse(written, "il manque l'année : écrire 05/09/2019")),
        ([alone], Some(&[number])) if alone.len() == 8 => {
            new_day(number / 10_000, number / 100 % 100, number % 100).ok_or_else(impossible)
        }
        // A serial day that a spreadsheet wrote into a text file.
        ([alone], Some(&[number])) if alone.len() == 5 => {
            #[expect(clippy::cast_precision_loss, reason = "five digits")]
            let number = number as f64;
            number_day(number, date_1904).ok_or_else(|| refuse(written, NOT_A_DAY))
        }
        _ => Err(refuse(written, NOT_A_DAY)),
    }
}

fn digits(part: &str) -> Option<i64> {
    let plain = !part.is_empty() && part.len() <= 8 && part.bytes().all(|b| b.is_ascii_digit());
    if plain { part.parse().ok() } else { None }
}

/// The day and the time of `2019-09-05 00:00:00` or `05/09/2019T14:30`.
fn split_time(written: &str) -> (&str, &str) {
    match written.split_once([' ', 'T', '\u{a0}']) {
        Some((jour, heure)) => (jour, heure.trim()),
        None => (written, ""),
    }
}

fn is_time(heure: &str) -> bool {
    heure.starts_with(|first: char| first.is_ascii_digit())
        && heure.contains([':', 'h'])
        && heure.bytes().all(|byte| {
            byte.is_ascii_digit() || matches!(byte, b':' | b'.' | b'h' | b'Z' | b'+' | b'-')
        })
}

const MOIS: [&str; 12] = [
    "janvier",
    "fevrier",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "aout",
    "septembre",
    "octobre",
    "novembre",
    "decembre",
];

/// A month, as its first day. None when empty.
pub(crate) fn month(cell: Cell<'_>, date_1904: bool) -> Result<Option<Jour>, Illisible> {
    if let Cell::Text(written) = cell {
        let written = trim(written);
        if let Some(first) = text_month(written) {
            return Ok(Some(to_day(first)));
        }
    }
    if let Cell::Number(number) = cell
        && number.fract() == 0.0
        && (190_001.0..=299_912.0).contains(&number)
    {
        #[expect(clippy::cast_possible_truncation, reason = "bounded just above")]
        let number = number as i64;
        if let Some(first) = new_day(number / 100, number % 100, 1) {
            return Ok(Some(to_day(first)));
        }
    }
    let day = day(cell, date_1904).map_err(|mut illisible| {
        if illisible.raison == NOT_A_DAY {
            "ce n'est pas un mois : écrire 2019-09 ou 09/2019".clone_into(&mut illisible.raison);
        }
        illisible
    })?;
    Ok(day.map(|day| to_day(date_of(day).unwrap_or(EPOCH).first_of_month())))
}

fn text_month(written: &str) -> Option<Date> {
    if let Some((left, right)) = written.split_once(['-', '/', ' ', '.']) {
        let (left, right) = (left.trim(), right.trim());
        return match (left.len(), right.len()) {
            (4, 1..=2) => new_day(digits(left)?, digits(right)?, 1),
            (1..=2, 4) => new_day(digits(right)?, digits(left)?, 1),
            (_, 4) => {
                let name = mallette_catalogue::normalise(left);
                let rank = MOIS.iter().position(|month| {
                    *month == name || (name.len() >= 3 && name != "jui" && month.starts_with(&name))
                })?;
                new_day(digits(right)?, i64::try_from(rank).ok()? + 1, 1)
            }
            _ => None,
        };
    }
    if written.len() == 6 {
        let number = digits(written)?;
        return new_day(number / 100, number % 100, 1);
    }
    None
}

/// Hundredths of a number with decimals. None when empty.
pub(crate) fn decimal(cell: Cell<'_>) -> Result<Option<i64>, Illisible> {
    let number = match cell {
        Cell::Empty => return Ok(None),
        Cell::Number(number) => number,
        Cell::Text(written) => {
            let written = trim(written);
            if written.is_empty() {
                return Ok(None);
            }
            return text_hundredths(written).map(Some);
        }
        other => {
            let mut scratch = String::new();
            let written = text(other, &mut scratch)?.unwrap_or_default();
            return Err(refuse(written, NOT_A_NUMBER));
        }
    };
    let hundredths = (number * 100.0).round();
    if !hundredths.is_finite() || hundredths.abs() >= 1e14 {
        return Err(refuse(&number.to_string(), TOO_LARGE));
    }
    #[expect(clippy::cast_possible_truncation, reason = "bounded just above")]
    let hundredths = hundredths as i64;
    Ok(Some(hundredths))
}

/// A whole number. None when empty.
pub(crate) fn integer(cell: Cell<'_>) -> Result<Option<i64>, Illisible> {
    let Some(hundredths) = decimal(cell)? else { return Ok(None) };
    if hundredths % 100 == 0 {
        return Ok(Some(hundredths / 100));
    }
    let mut scratch = String::new();
    let written = text(cell, &mut scratch)?.unwrap_or_default();
    Err(refuse(written, "ce n'est pas un nombre entier"))
}

const NOT_A_NUMBER: &str = "ce n'est pas un nombre : écrire 1234,50";
const TOO_LARGE: &str = "ce nombre est trop grand";

fn text_hundredths(written: &str) -> Result<i64, Illisible> {
    let not_a_number = || refuse(written, NOT_A_NUMBER);
    let bare = strip_unit(written);
    let (negative, bare) = match bare.strip_prefix(['-', '\u{2212}']) {
        Some(rest) => (true, rest.trim_start()),
        None => (false, bare.strip_prefix('+').unwrap_or(bare)),
    };
    let mut signs = bare.char_indices().filter(|(_, letter)| matches!(letter, ',' | '.'));
    let sign = signs.next();
    if signs.next().is_some() {
        return Err(refuse(written, "ce nombre a deux signes décimaux : écrire 1234,50"));
    }
    let (whole, cents) = match sign {
        Some((at, _)) => (bare.get(..at).unwrap_or(bare), bare.get(at + 1..).unwrap_or_default()),
        None => (bare, ""),
    };
    if whole.is_empty() && cents.is_empty() || !cents.bytes().all(|b| b.is_ascii_digit()) {
        return Err(not_a_number());
    }
    let units = whole_units(whole).ok_or_else(not_a_number)?;
    let cents = round_cents(cents);
    let hundredths = units.checked_mul(100).and_then(|units| units.checked_add(cents));
    match hundredths {
        Some(hundredths) if hundredths < 100_000_000_000_000 => {
            Ok(if negative { -hundredths } else { hundredths })
        }
        _ => Err(refuse(written, TOO_LARGE)),
    }
}

fn strip_unit(written: &str) -> &str {
    const UNITS: [&str; 8] = ["€", "euros", "euro", "EUR", "minutes", "min", "mn", "h"];
    let stripped = UNITS.iter().find_map(|unit| written.strip_suffix(unit));
    trim(stripped.unwrap_or(written))
}

/// The whole part, whose thousands may be set apart by any space.
fn whole_units(whole: &str) -> Option<i64> {
    let groups: Vec<&str> = whole.split(char::is_whitespace).collect();
    let apart = groups.len() > 1;
    let mut units: i64 = 0;
    for (rank, group) in groups.iter().enumerate() {
        let ill_sized = apart && (rank > 0 && group.len() != 3 || group.is_empty());
        if ill_sized || !group.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        for byte in group.bytes() {
            units = units.checked_mul(10)?.checked_add(i64::from(byte - b'0'))?;
        }
    }
    Some(units)
}

/// Two decimals, the third rounding up from five.
fn round_cents(decimals: &str) -> i64 {
    let mut digits = decimals.bytes().map(|byte| i64::from(byte - b'0'));
    let cents = digits.next().unwrap_or(0) * 10 + digits.next().unwrap_or(0);
    cents + i64::from(digits.next().unwrap_or(0) >= 5)
}

#[cfg(test)]
mod tests;
