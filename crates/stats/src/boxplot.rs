//! The boîte à moustaches of an indicator over a group of centres.

use crate::quartile::quantile;

/// A box plot with Tukey's whiskers: the furthest values within 1.5 × (Q3 − Q1) of the box.
#[derive(Debug, Clone, PartialEq)]
pub struct BoxPlot {
    /// Centres whose value is known.
    pub n: usize,
    /// Centres whose value cannot be calculated: counted apart, never in the box.
    pub nc: usize,
    /// Smallest value.
    pub min: f64,
    /// First quartile.
    pub q1: f64,
    /// Median.
    pub mediane: f64,
    /// Third quartile.
    pub q3: f64,
    /// Largest value.
    pub max: f64,
    /// Smallest value that is not an outlier.
    pub moustache_basse: f64,
    /// Largest value that is not an outlier.
    pub moustache_haute: f64,
    /// Outliers, in increasing order.
    pub extremes: Vec<f64>,
}

impl BoxPlot {
    /// The box of the values of a group, `None` standing for a centre that is `nc`. No box when no
    /// value is known.
    #[must_use]
    pub fn new(values: &[Option<f64>]) -> Option<Self> {
        let mut sorted: Vec<f64> = values.iter().flatten().copied().collect();
        sorted.sort_by(f64::total_cmp);
        let (min, max) = (*sorted.first()?, *sorted.last()?);
        let q1 = quantile(&sorted, 0.25)?;
        let mediane = quantile(&sorted, 0.5)?;
        let q3 = quantile(&sorted, 0.75)?;
        let reach = 1.5 * (q3 - q1);
        let within = |value: &f64| q1 - reach <= *value && *value <= q3 + reach;
        let inside: Vec<f64> = sorted.iter().copied().filter(within).collect();
        let extremes = sorted.iter().copied().filter(|value| !within(value)).collect();
        Some(Self {
            n: sorted.len(),
            nc: values.len() - sorted.len(),
            min,
            q1,
            mediane,
            q3,
            max,
            moustache_basse: *inside.first()?,
            moustache_haute: *inside.last()?,
            extremes,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_outlier_stands_beyond_the_whisker() {
        let values = [Some(1.0), Some(2.0), Some(3.0), Some(4.0), Some(100.0), None];
        let boite = BoxPlot::new(&values).unwrap();
        assert_eq!((boite.n, boite.nc), (5, 1));
        assert_eq!((boite.q1, boite.mediane, boite.q3), (2.0, 3.0, 4.0));
        assert_eq!((boite.moustache_basse, boite.moustache_haute), (1.0, 4.0));
        assert_eq!(boite.extremes, [100.0]);
        assert_eq!(BoxPlot::new(&[None, None]), None);
    }

    proptest! {
        #[test]
        fn every_value_is_inside_or_extreme(values in prop::collection::vec(prop::option::of(-1e3..1e3f64), 1..80)) {
            if let Some(boite) = BoxPlot::new(&values) {
                prop_assert_eq!(boite.n + boite.nc, values.len());
                let inside = values.iter().flatten()
                    .filter(|value| (boite.moustache_basse..=boite.moustache_haute).contains(value))
                    .count();
                prop_assert_eq!(inside + boite.extremes.len(), boite.n);
            }
        }
    }
}
