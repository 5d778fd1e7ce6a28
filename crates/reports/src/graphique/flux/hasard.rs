//! How far chance could move the shares of a bar: under it, a thin line with ends for each of them, where the end of
//! its segment could be. A line that would leave the drawing says where the beginning could be, from the other side.

use super::super::svg::{LARGEUR, Svg};
use super::Etage;

/// Room that a line takes under a bar, and half of the height of its ends.
const RANGEE: f64 = 6.0;
const BOUT: f64 = 2.0;
/// Least room between two lines side by side.
const ECART: f64 = 3.0;
/// What adding shares up leaves beside the whole.
const POUSSIERE: f64 = 0.05;

/// The lines of a bar: from where to where, and in which row under it, so that none is drawn on another one.
fn lines(etage: &Etage) -> Vec<(f64, f64, u32)> {
    let mut ends: Vec<f64> = Vec::new();
    let mut lines = Vec::new();
    for (segment, left, width) in etage.places() {
        let Some((low, high)) = segment.intervalle else { continue };
        let (low, high) = (low * LARGEUR, high * LARGEUR);
        let (from, to) = match left + high > LARGEUR + POUSSIERE {
            false => (left + low, left + high),
            true => (left + width - high, left + width - low),
        };
        let (from, to) = (from.clamp(0.0, LARGEUR), to.clamp(0.0, LARGEUR));
        let free = ends.iter().position(|end| end + ECART <= from);
        let row = free.unwrap_or(ends.len());
        match ends.get_mut(row) {
            Some(end) => *end = to,
            None => ends.push(to),
        }
        lines.push((from, to, u32::try_from(row).unwrap_or_default()));
    }
    lines
}

/// The room that the lines of a bar take under it.
pub(super) fn height(etage: &Etage) -> f64 {
    lines(etage).iter().map(|(.., row)| f64::from(row + 1) * RANGEE + BOUT).fold(0.0, f64::max)
}

/// Draws them, `top` being the bottom of the bar.
pub(super) fn draw(svg: &mut Svg, etage: &Etage, top: f64) {
    for (from, to, row) in lines(etage) {
        let y = top + RANGEE / 2.0 + 1.0 + f64::from(row) * RANGEE;
        let (high, low) = (y - BOUT, y + BOUT);
        // One stroke: an end, the line, the other end.
        let points = [(from, high), (from, low), (from, y), (to, y), (to, high), (to, low)];
        svg.path("hasard", &points, false);
    }
}

#[cfg(test)]
mod tests {
    use super::super::Segment;
    use super::*;

    /// A share, and its interval.
    type Part = (f64, Option<(f64, f64)>);

    fn etage(shares: &[Part]) -> Etage {
        let segment = |(situation, (part, intervalle)): (usize, &Part)| Segment {
            situation,
            part: Some(*part),
            valeur: String::new(),
            intervalle: *intervalle,
            hasard: String::new(),
            liste: None,
        };
        Etage {
            nom: String::new(),
            segments: shares.iter().enumerate().map(segment).collect(),
            passages: Vec::new(),
            autres: None,
        }
    }

    /// In hundredths of the drawing.
    fn told(shares: &[Part]) -> Vec<(i64, i64, u32)> {
        let hundredths = |x: f64| format!("{:.0}", x / LARGEUR * 100.0).parse().unwrap();
        let found = lines(&etage(shares)).into_iter();
        found.map(|(from, to, row)| (hundredths(from), hundredths(to), row)).collect()
    }

    #[test]
    fn a_line_stands_where_the_end_of_its_share_could_be() {
        // The second begins at 25: it could end between 65 and 80; the last could begin between 65 and 85.
        let shares =
            [(0.25, Some((0.2, 0.3))), (0.5, Some((0.4, 0.55))), (0.25, Some((0.15, 0.35)))];
        assert_eq!(told(&shares), [(20, 30, 0), (65, 80, 0), (65, 85, 1)]);
        assert!((height(&etage(&shares)) - 14.0).abs() < 1e-9);
    }

    #[test]
    fn all_of_them_and_a_share_without_interval_stay_in_the_drawing() {
        assert_eq!(told(&[(1.0, Some((0.84, 1.0)))]), [(84, 100, 0)]);
        assert_eq!(told(&[(0.3, None), (0.5, Some((0.2, 0.85))), (0.2, None)]), [(0, 60, 0)]);
        assert_eq!(told(&[(0.4, None), (0.6, None)]), []);
        assert!(height(&etage(&[(1.0, None)])).abs() < 1e-9);
    }
}
