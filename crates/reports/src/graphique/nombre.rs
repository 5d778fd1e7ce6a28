//! Numbers as French readers write them: decimal comma, narrow no-break space between thousands,
//! no-break space before a unit.

/// Narrow no-break space, between thousands.
const FINE: char = '\u{202f}';
/// No-break space, before a unit.
const INSECABLE: char = '\u{a0}';

/// What a figure counts, and so how it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unite {
    /// A number of things; the quartiles of such numbers may have a decimal.
    Effectif,
    /// A rate between 0 and 1, written as a percentage with one decimal.
    Taux,
    /// Days, with one decimal when there is one.
    Jours,
    /// Euros.
    Euros,
    /// Any other number, with one decimal.
    Nombre,
}

impl Unite {
    /// The figure with its unit: « 45,2 % », « 28 jours », « 1 234 € ».
    #[must_use]
    pub fn write(self, value: f64) -> String {
        match self {
            Self::Effectif => whole_or_tenth(value),
            Self::Taux => format!("{}{INSECABLE}%", decimal(value * 100.0, 1)),
            Self::Jours => self.days(value),
            Self::Euros => format!("{}{INSECABLE}€", decimal(value, 0)),
            Self::Nombre => decimal(value, 1),
        }
    }

    /// The figure for a narrow cell whose header names the unit: as [`Unite::write`], without
    /// the word « jours » and the sign « € ».
    #[must_use]
    pub fn write_short(self, value: f64) -> String {
        match self {
            Self::Jours => whole_or_tenth(value),
            Self::Euros => decimal(value, 0),
            _ => self.write(value),
        }
    }

    /// A difference between two figures, signed: « +4,2 points », « −12 jours ».
    #[must_use]
    pub fn write_gap(self, gap: f64) -> String {
        let (text, word) = match self {
            Self::Effectif => (whole_or_tenth(gap.abs()), ""),
            Self::Taux => {
                let text = decimal(gap.abs() * 100.0, 1);
                let word = if is_plural(&text) { "points" } else { "point" };
                (text, word)
            }
            Self::Jours => {
                let text = whole_or_tenth(gap.abs());
                let word = if is_plural(&text) { "jours" } else { "jour" };
                (text, word)
            }
            Self::Euros => (decimal(gap.abs(), 0), "€"),
            Self::Nombre => (decimal(gap.abs(), 1), ""),
        };
        let zero = text.chars().all(|c| matches!(c, '0' | ','));
        let sign = match (zero, gap < 0.0) {
            (true, _) => "",
            (false, true) => "\u{2212}",
            (false, false) => "+",
        };
        if word.is_empty() {
            format!("{sign}{text}")
        } else {
            format!("{sign}{text}{INSECABLE}{word}")
        }
    }

    /// The label of a graduation, of which `decimales` tell its neighbours apart.
    #[must_use]
    pub fn write_tick(self, value: f64, decimales: usize) -> String {
        match self {
            Self::Taux => {
                format!("{}{INSECABLE}%", decimal(value * 100.0, decimales.saturating_sub(2)))
            }
            _ => decimal(value, decimales),
        }
    }

    /// The smallest step of an axis of such figures.
    #[must_use]
    pub fn smallest_step(self) -> f64 {
        if self == Self::Effectif { 1.0 } else { 0.0 }
    }

    fn days(self, value: f64) -> String {
        let text = whole_or_tenth(value);
        let word = if is_plural(&text) { "jours" } else { "jour" };
        format!("{text}{INSECABLE}{word}")
    }
}

/// A number with `decimals` digits after the comma: « 1 234,5 », « −3 ».
#[must_use]
pub fn decimal(value: f64, decimals: usize) -> String {
    if !value.is_finite() {
        return "nc".to_owned();
    }
    let plain = format!("{:.*}", decimals.min(12), value.abs());
    let (whole, fraction) = plain.split_once('.').unwrap_or((&plain, ""));
    let mut text = String::with_capacity(plain.len() + 8);
    if value < 0.0 && plain.chars().any(|c| matches!(c, '1'..='9')) {
        text.push('\u{2212}');
    }
    let length = whole.len();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (length - index).is_multiple_of(3) {
            text.push(FINE);
        }
        text.push(digit);
    }
    if !fraction.is_empty() {
        text.push(',');
        text.push_str(fraction);
    }
    text
}

/// A count, or a quantile of counts: without a decimal when it is whole.
fn whole_or_tenth(value: f64) -> String {
    let whole = (value * 10.0).round() % 10.0 == 0.0;
    decimal(value, if whole { 0 } else { 1 })
}

/// Whether a written number takes the French plural: two and more, whatever the sign.
fn is_plural(text: &str) -> bool {
    let whole = text.trim_start_matches('\u{2212}').split(',').next().unwrap_or_default();
    !matches!(whole, "0" | "1")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_written_in_french() {
        for (unite, value, expected) in [
            (Unite::Effectif, 1_234_567.0, "1\u{202f}234\u{202f}567"),
            (Unite::Effectif, 0.0, "0"),
            (Unite::Effectif, 12.5, "12,5"),
            (Unite::Effectif, -0.0, "0"),
            (Unite::Taux, 0.4523, "45,2\u{a0}%"),
            (Unite::Taux, 1.0, "100,0\u{a0}%"),
            (Unite::Jours, 28.0, "28\u{a0}jours"),
            (Unite::Jours, 28.5, "28,5\u{a0}jours"),
            (Unite::Jours, 1.5, "1,5\u{a0}jour"),
            (Unite::Jours, -12.0, "\u{2212}12\u{a0}jours"),
            (Unite::Euros, 12_345.6, "12\u{202f}346\u{a0}€"),
            (Unite::Nombre, 12.34, "12,3"),
            (Unite::Nombre, f64::NAN, "nc"),
        ] {
            assert_eq!(unite.write(value), expected);
        }
    }

    #[test]
    fn gaps_are_signed_and_agree() {
        for (unite, gap, expected) in [
            (Unite::Taux, 0.042, "+4,2\u{a0}points"),
            (Unite::Taux, -0.011, "\u{2212}1,1\u{a0}point"),
            (Unite::Taux, 0.0001, "0,0\u{a0}point"),
            (Unite::Jours, -12.0, "\u{2212}12\u{a0}jours"),
            (Unite::Effectif, 3.0, "+3"),
            (Unite::Euros, -1500.0, "\u{2212}1\u{202f}500\u{a0}€"),
        ] {
            assert_eq!(unite.write_gap(gap), expected);
        }
    }

    #[test]
    fn graduations_tell_neighbours_apart() {
        assert_eq!(Unite::Taux.write_tick(0.3, 1), "30\u{a0}%");
        assert_eq!(Unite::Taux.write_tick(0.305, 3), "30,5\u{a0}%");
        assert_eq!(Unite::Jours.write_tick(12.0, 0), "12");
    }
}
