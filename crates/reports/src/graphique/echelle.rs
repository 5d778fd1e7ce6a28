//! Axes: round graduations that cover the values.

/// An axis from its first graduation to its last.
#[derive(Debug, Clone, PartialEq)]
pub struct Echelle {
    /// Graduations, in increasing order: 3 to 8 multiples of the step.
    pub graduations: Vec<f64>,
    /// Distance between two graduations: 1, 2 or 5 times a power of ten.
    pub pas: f64,
    /// Digits after the decimal point that tell two graduations apart.
    pub decimales: usize,
}

impl Echelle {
    /// The axis of these values; those that are not finite are left out. Graduations are at least
    /// `pas_minimal` apart (1 for counts, 0 when any step will do). Without values: from 0 up.
    #[must_use]
    pub fn new(values: impl IntoIterator<Item = f64>, pas_minimal: f64) -> Self {
        let (low, high) = bounds(values);
        let floor = if pas_minimal.is_finite() { pas_minimal.max(0.0) } else { 0.0 };
        let wanted = ((high - low) / 5.0).max(floor);
        let (pas, decimales) = round_step(wanted);
        let first = (low / pas).floor();
        // Two steps at least, so that there are three graduations to read between.
        let last = (high / pas).ceil().max(first + 2.0);
        let mut graduations = Vec::with_capacity(8);
        let mut index = first;
        while index <= last && graduations.len() < 8 {
            graduations.push(index * pas);
            index += 1.0;
        }
        Self { graduations, pas, decimales }
    }

    /// First graduation.
    #[must_use]
    pub fn debut(&self) -> f64 {
        self.graduations.first().copied().unwrap_or(0.0)
    }

    /// Last graduation.
    #[must_use]
    pub fn fin(&self) -> f64 {
        self.graduations.last().copied().unwrap_or(1.0)
    }

    /// Where a value falls on the axis: 0 at the first graduation, 1 at the last.
    #[must_use]
    pub fn place(&self, value: f64) -> f64 {
        let place = (value - self.debut()) / (self.fin() - self.debut());
        if place.is_finite() { place.clamp(0.0, 1.0) } else { 0.0 }
    }
}

/// The range of the values. A range too narrow to be divided opens towards zero, so that the axis
/// of a single value says how large it is.
fn bounds(values: impl IntoIterator<Item = f64>) -> (f64, f64) {
    // Beyond this, distances between values would overflow.
    let drawable = |value: &f64| value.abs() < 1e300;
    let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
    for value in values.into_iter().filter(drawable) {
        low = low.min(value);
        high = high.max(value);
    }
    if low > high {
        return (0.0, 1.0);
    }
    let size = low.abs().max(high.abs());
    if high - low > size * 1e-9 && high - low > 1e-300 {
        return (low, high);
    }
    if size < 1e-290 { (0.0, 1.0) } else { (low.min(0.0), high.max(0.0)) }
}

/// The smallest of 1, 2 and 5 times a power of ten that reaches `wanted`, and the decimals it has.
fn round_step(wanted: f64) -> (f64, usize) {
    let exponent = wanted.log10().floor();
    let power = 10f64.powf(exponent);
    let (factor, exponent) = match wanted / power {
        ratio if ratio <= 1.0 + 1e-12 => (1.0, exponent),
        ratio if ratio <= 2.0 + 1e-12 => (2.0, exponent),
        ratio if ratio <= 5.0 + 1e-12 => (5.0, exponent),
        _ => (1.0, exponent + 1.0),
    };
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a power of ten of a finite number is between 0 and 330"
    )]
    let decimales = (-exponent).max(0.0) as usize;
    (factor * 10f64.powf(exponent), decimales)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn close(left: &[f64], right: &[f64]) -> bool {
        left.len() == right.len()
            && left.iter().zip(right).all(|(left, right)| (left - right).abs() < 1e-9)
    }

    #[test]
    fn graduations_are_those_a_person_would_draw() {
        for (values, pas_minimal, expected) in [
            (vec![0.31, 0.62], 0.0, vec![0.3, 0.4, 0.5, 0.6, 0.7]),
            (vec![12.0, 431.0], 1.0, vec![0.0, 100.0, 200.0, 300.0, 400.0, 500.0]),
            (vec![-7.0, 5.0], 0.0, vec![-10.0, -5.0, 0.0, 5.0]),
            (vec![2.0], 1.0, vec![0.0, 1.0, 2.0]),
            (vec![-3.0], 1.0, vec![-3.0, -2.0, -1.0, 0.0]),
            (vec![0.0], 1.0, vec![0.0, 1.0, 2.0]),
            (vec![f64::NAN, f64::INFINITY], 1.0, vec![0.0, 1.0, 2.0]),
        ] {
            let echelle = Echelle::new(values.clone(), pas_minimal);
            assert!(close(&echelle.graduations, &expected), "{values:?} {echelle:?}");
        }
        assert_eq!(Echelle::new([0.31, 0.62], 0.0).decimales, 1);
        assert_eq!(Echelle::new([0.0, 0.02], 0.0).decimales, 3);
    }

    #[test]
    fn a_rate_never_gets_an_axis_beyond_one() {
        for low in 0..100 {
            for high in low..=100 {
                let echelle = Echelle::new([f64::from(low) / 100.0, f64::from(high) / 100.0], 0.0);
                assert!(high == 0 || echelle.fin() < 1.0 + 1e-9, "{low} {high} {echelle:?}");
                assert!(echelle.debut() > -1e-9, "{low} {high} {echelle:?}");
            }
        }
    }

    proptest! {
        #[test]
        fn graduations_cover_the_values_and_are_few_and_round(
            values in prop::collection::vec(prop_oneof![-1e-3..1e-3f64, -1e2..1e2f64, -1e9..1e9f64], 0..20),
            whole in any::<bool>(),
        ) {
            let echelle = Echelle::new(values.clone(), if whole { 1.0 } else { 0.0 });
            let count = echelle.graduations.len();
            prop_assert!((3..=8).contains(&count), "{:?}", echelle);
            let slack = echelle.pas * 1e-6;
            for value in &values {
                prop_assert!(echelle.debut() <= value + slack && *value <= echelle.fin() + slack);
                prop_assert!((0.0..=1.0).contains(&echelle.place(*value)));
            }
            for pair in echelle.graduations.windows(2) {
                prop_assert!((pair[1] - pair[0] - echelle.pas).abs() < slack);
            }
            // A round step is written with one significant digit, 1, 2 or 5.
            let written = format!("{:e}", echelle.pas);
            let digits = written.split('e').next().unwrap();
            let digit: f64 = digits.parse().unwrap();
            prop_assert!([1.0, 2.0, 5.0, 10.0].iter().any(|d| (d - digit).abs() < 1e-6), "{}", written);
            prop_assert!(!whole || echelle.pas >= 1.0 - 1e-9);
        }

        #[test]
        fn any_number_gives_an_axis(values in prop::collection::vec(any::<f64>(), 0..6)) {
            let echelle = Echelle::new(values, 0.0);
            prop_assert!((3..=8).contains(&echelle.graduations.len()), "{:?}", echelle);
            prop_assert!(echelle.graduations.iter().all(|tick| tick.is_finite()));
        }
    }
}
