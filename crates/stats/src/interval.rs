//! Uncertainty of a rate: Wilson's score interval (E. B. Wilson, 1927). Of a count: Byar's approximation of
//! the exact limits of Poisson's law (N. E. Breslow and N. E. Day, 1987, p. 69).

/// Two-sided 95 % quantile of the normal law.
pub const Z_95: f64 = 1.959_963_984_540_054;

/// The rate of a centre: cases of the numerator over cases of the denominator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// Cases above the bar, at most the denominator.
    pub numerateur: u32,
    /// Cases below the bar.
    pub denominateur: u32,
}

impl Rate {
    /// The rate with so many more cases above the bar.
    pub(crate) fn plus(self, cases: u32) -> f64 {
        f64::from(self.numerateur + cases) / f64::from(self.denominateur)
    }
}

/// The interval of a rate of `numerateur` cases over `denominateur`, for the normal quantile `z`;
/// none when the denominator is zero. Unlike the textbook interval it stays between 0 and 1 and
/// holds for small counts.
#[must_use]
pub fn wilson(numerateur: u32, denominateur: u32, z: f64) -> Option<(f64, f64)> {
    if denominateur == 0 {
        return None;
    }
    let n = f64::from(denominateur);
    let p = f64::from(numerateur.min(denominateur)) / n;
    let z2 = z * z;
    let centre = (p + z2 / (2.0 * n)) / (1.0 + z2 / n);
    let half = z / (1.0 + z2 / n) * (p * (1.0 - p) / n + z2 / (4.0 * n * n)).sqrt();
    Some(((centre - half).max(0.0), (centre + half).min(1.0)))
}

/// The interval of a count, for the normal quantile `z`.
#[must_use]
pub fn poisson(count: u32, z: f64) -> (f64, f64) {
    let limit = |n: f64, side: f64| {
        let root = 1.0 - 1.0 / (9.0 * n) + side * z / (3.0 * n.sqrt());
        n * root.max(0.0).powi(3)
    };
    let low = if count == 0 { 0.0 } else { limit(f64::from(count), -1.0) };
    (low, limit(f64::from(count) + 1.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_of_a_count_are_those_of_the_tables() {
        // Exact limits at 95 % of the tables of Poisson's law: 0: 0 to 3.689; 10: 4.795 to 18.390;
        // 100: 81.36 to 121.63.
        for (count, low, high) in [(0, 0.0, 3.689), (10, 4.795, 18.390), (100, 81.36, 121.63)] {
            let (found_low, found_high) = poisson(count, Z_95);
            assert!((found_low - low).abs() < 0.05 && (found_high - high).abs() < 0.05, "{count}");
        }
    }

    #[test]
    fn agrees_with_published_values() {
        // Newcombe (1998), table I, method 3: 81/263 gives 0.2553 to 0.3662; 0/20 gives 0 to 0.1611.
        let (low, high) = wilson(81, 263, Z_95).unwrap();
        assert!((low - 0.2553).abs() < 5e-5 && (high - 0.3662).abs() < 5e-5, "{low} {high}");
        let (low, high) = wilson(0, 20, Z_95).unwrap();
        assert!(low < 1e-12 && (high - 0.1611).abs() < 5e-5, "{low} {high}");
        assert_eq!(wilson(0, 0, Z_95), None);
    }
}
