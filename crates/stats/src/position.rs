//! The position of one centre in a group.

use crate::quartile::quartiles;

/// Where a value stands among those of its group, its own included.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Position {
    /// 1 (value ≤ Q1), 2 (≤ median), 3 (≤ Q3) or 4 (above).
    pub quart: u8,
    /// Best and worst rank among equals, 1 being the highest value.
    pub rang: (usize, usize),
    /// Value less the median, in the indicator's unit.
    pub ecart_mediane: f64,
}

/// The quarter of `value` between three quartiles.
#[must_use]
pub fn quarter(value: f64, [q1, mediane, q3]: [f64; 3]) -> u8 {
    if value <= q1 {
        1
    } else if value <= mediane {
        2
    } else if value <= q3 {
        3
    } else {
        4
    }
}

/// The position of `value` among `values`, which must hold it; none when the group is empty.
#[must_use]
pub fn position(value: f64, values: &[f64]) -> Option<Position> {
    let quartiles = quartiles(values)?;
    let above = values.iter().filter(|other| **other > value).count();
    let equal = values.iter().filter(|other| (**other).total_cmp(&value).is_eq()).count();
    Some(Position {
        quart: quarter(value, quartiles),
        rang: (above + 1, above + equal.max(1)),
        ecart_mediane: value - quartiles[1],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equals_share_an_interval_of_ranks() {
        let values = [0.9, 0.5, 0.5, 0.1];
        let middle = position(0.5, &values).unwrap();
        assert_eq!((middle.quart, middle.rang, middle.ecart_mediane), (2, (2, 3), 0.0));
        assert_eq!(position(0.9, &values).unwrap().quart, 4);
        assert_eq!(position(0.1, &values).unwrap().quart, 1);
    }
}
