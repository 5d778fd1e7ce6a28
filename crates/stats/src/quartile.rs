//! Quantiles by linear interpolation: type 7 of Hyndman and Fan (1996), the spreadsheet's
//! `QUARTILE.INC`, so that a director can check a figure with a spreadsheet.

/// The quantile of order `p` (between 0 and 1) of values sorted in increasing order; none without
/// values.
#[must_use]
pub fn quantile(sorted: &[f64], p: f64) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    #[expect(clippy::cast_precision_loss, reason = "a network has far fewer than 2^52 centres")]
    let rank = last as f64 * p.clamp(0.0, 1.0);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the rank is between 0 and the last index"
    )]
    let below = rank.floor() as usize;
    let low = *sorted.get(below)?;
    let high = sorted.get(below + 1).copied().unwrap_or(low);
    Some(low + (high - low) * (rank - rank.floor()))
}

/// Q1, median and Q3 of values in any order; none without values.
#[must_use]
pub fn quartiles(values: &[f64]) -> Option<[f64; 3]> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    Some([quantile(&sorted, 0.25)?, quantile(&sorted, 0.5)?, quantile(&sorted, 0.75)?])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn agrees_with_the_spreadsheet() {
        // QUARTILE.INC({1;2;4;7;8;9;10;12}) = 3.5, 7.5, 9.25: the example of its documentation.
        let values = [12.0, 1.0, 2.0, 4.0, 7.0, 8.0, 9.0, 10.0];
        assert_eq!(quartiles(&values), Some([3.5, 7.5, 9.25]));
        assert_eq!(quartiles(&[5.0]), Some([5.0, 5.0, 5.0]));
        assert_eq!(quartiles(&[]), None);
    }

    proptest! {
        #[test]
        fn order_of_the_values_does_not_matter(values in prop::collection::vec(-1e6..1e6f64, 1..60)) {
            let mut reversed = values.clone();
            reversed.reverse();
            prop_assert_eq!(quartiles(&values), quartiles(&reversed));
        }

        #[test]
        fn quartiles_are_ordered_and_within_the_values(values in prop::collection::vec(-1e6..1e6f64, 1..60)) {
            let [q1, median, q3] = quartiles(&values).unwrap();
            let low = values.iter().copied().fold(f64::INFINITY, f64::min);
            let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            prop_assert!(low <= q1 && q1 <= median && median <= q3 && q3 <= high);
        }
    }
}
