//! Box plots of `reference.md` §4: type 7 quartiles, whiskers at the furthest values within 1.5 IQR.

/// The box of an indicator over a group of centres.
#[derive(Debug, Clone, PartialEq)]
pub struct Boite {
    /// Centres with a value.
    pub n: usize,
    /// Centres without.
    pub nc: usize,
    /// Lowest, first quartile, median, third quartile, highest; none without values.
    pub cinq: Option<[f64; 5]>,
    /// Ends of the whiskers.
    pub moustaches: Option<[f64; 2]>,
    /// Values beyond the whiskers, in order.
    pub extremes: Vec<f64>,
}

/// The value at the fraction `p` of the sorted list, by linear interpolation (QUARTILE.INC).
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a rank in a list of a few hundred centres"
)]
fn quantile(sorted: &[f64], p: f64) -> Option<f64> {
    let rank = p * sorted.len().checked_sub(1)? as f64;
    let low = *sorted.get(rank.floor() as usize)?;
    let high = *sorted.get(rank.ceil() as usize)?;
    Some(low + (rank - rank.floor()) * (high - low))
}

/// The box of the values of a group of centres, `None` being `nc`.
#[must_use]
pub fn of(values: &[Option<f64>]) -> Boite {
    let mut known: Vec<f64> = values.iter().flatten().copied().collect();
    known.sort_by(f64::total_cmp);
    let nc = values.len() - known.len();
    let five = || {
        Some([
            *known.first()?,
            quantile(&known, 0.25)?,
            quantile(&known, 0.5)?,
            quantile(&known, 0.75)?,
            *known.last()?,
        ])
    };
    let Some(cinq @ [_, q1, _, q3, _]) = five() else {
        return Boite { n: 0, nc, cinq: None, moustaches: None, extremes: Vec::new() };
    };
    let reach = 1.5 * (q3 - q1);
    let inside = |v: &f64| q1 - reach <= *v && *v <= q3 + reach;
    let within: Vec<f64> = known.iter().copied().filter(inside).collect();
    let moustaches = within.first().zip(within.last()).map(|(low, high)| [*low, *high]);
    let extremes = known.iter().copied().filter(|v| !inside(v)).collect();
    Boite { n: known.len(), nc, cinq: Some(cinq), moustaches, extremes }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quartiles_are_those_of_the_spreadsheet() {
        // QUARTILE.INC(1;2;3;4) = 1.75, 2.5, 3.25.
        let boite = of(&[Some(4.0), None, Some(1.0), Some(3.0), Some(2.0)]);
        assert_eq!(boite.cinq, Some([1.0, 1.75, 2.5, 3.25, 4.0]));
        assert_eq!((boite.n, boite.nc), (4, 1));
        assert_eq!(boite.moustaches, Some([1.0, 4.0]));
    }

    #[test]
    fn a_far_value_is_beyond_the_whisker() {
        let boite = of(&[1.0, 2.0, 3.0, 4.0, 100.0].map(Some));
        assert_eq!(boite.cinq, Some([1.0, 2.0, 3.0, 4.0, 100.0]));
        assert_eq!(boite.moustaches, Some([1.0, 4.0]));
        assert_eq!(boite.extremes, [100.0]);
        assert_eq!(of(&[None]).cinq, None);
    }
}
