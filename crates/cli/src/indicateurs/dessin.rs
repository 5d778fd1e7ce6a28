//! A box plot in one line of text.

use mallette_stats::boxplot::BoxPlot;

/// Characters from the smallest value to the largest.
const WIDTH: u32 = 60;

/// The box, its whiskers and its outliers, from the smallest value to the largest.
pub(super) fn draw(boite: &BoxPlot) -> String {
    let span = boite.max - boite.min;
    if span <= 0.0 {
        return "│".to_owned();
    }
    let place = |value: f64| place(value, boite.min, span);
    let mut cells = vec![' '; WIDTH as usize];
    let mut fill = |from: f64, to: f64, sign: char| {
        let (from, to) = (place(from), place(to));
        for cell in cells.iter_mut().take(to + 1).skip(from) {
            *cell = sign;
        }
    };
    fill(boite.moustache_basse, boite.q1, '─');
    fill(boite.q3, boite.moustache_haute, '─');
    fill(boite.q1, boite.q3, '▓');
    for (value, sign) in [
        (boite.moustache_basse, '├'),
        (boite.q1, '┤'),
        (boite.q3, '├'),
        (boite.moustache_haute, '┤'),
    ] {
        fill(value, value, sign);
    }
    fill(boite.mediane, boite.mediane, '│');
    for &extreme in &boite.extremes {
        fill(extreme, extreme, '●');
    }
    cells.into_iter().collect::<String>().trim_end().to_owned()
}

/// The rank of the character of a value.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "between 0 and the width, and clamped by the cast"
)]
fn place(value: f64, min: f64, span: f64) -> usize {
    ((value - min) / span * f64::from(WIDTH - 1)).round() as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_is_to_scale() {
        // 0 to 59: each character is one unit.
        let values: Vec<Option<f64>> =
            [10.0, 12.0, 14.0, 20.0, 24.0, 30.0, 31.0, 0.0, 59.0].into_iter().map(Some).collect();
        let boite = BoxPlot::new(&values).unwrap();
        // Sorted: 0 10 12 14 20 24 30 31 59; type 7 on nine values: Q1 = 12, median 20, Q3 = 30.
        assert_eq!((boite.q1, boite.mediane, boite.q3), (12.0, 20.0, 30.0));
        // Reach 27: whiskers 0 and 31, 59 beyond.
        let line = draw(&boite);
        let at = |rank: usize| line.chars().nth(rank).unwrap();
        assert_eq!(line.chars().count(), 60);
        assert_eq!((at(0), at(12), at(20), at(30), at(31)), ('├', '┤', '│', '├', '┤'));
        assert_eq!((at(59), at(45), at(5), at(15), at(25)), ('●', ' ', '─', '▓', '▓'));
    }

    #[test]
    fn a_group_of_equals_is_a_bar() {
        assert_eq!(draw(&BoxPlot::new(&[Some(3.0), Some(3.0)]).unwrap()), "│");
    }
}
