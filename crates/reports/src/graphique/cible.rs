//! A target as small as a word: the figure so far as a bar from zero, the target as a tick, where the year would
//! end as an interval. It is decoration: what it shows stands beside it in words.

use super::echelle::Echelle;
use super::nombre::Unite;
use super::svg::{LARGEUR, Svg};

/// Room left and right.
const MARGE: f64 = 8.0;
/// Height of the drawing.
const HAUTEUR: f64 = 40.0;

/// The drawing of a figure beside its target; `fin` is the interval of the end of the year, where it is told.
#[must_use]
pub fn drawing(valeur: Option<f64>, cible: f64, fin: Option<(f64, f64)>, unite: Unite) -> String {
    let interval = fin.into_iter().flat_map(|(low, high)| [low, high]);
    let ends = [0.0, cible].into_iter().chain(valeur).chain(interval);
    let echelle = Echelle::new(ends, unite.smallest_step());
    let x = |value: f64| MARGE + echelle.place(value) * (LARGEUR - 2.0 * MARGE);
    let mut svg = Svg::open_hidden("cible", HAUTEUR);
    svg.rect("fond", (MARGE, 12.0), (LARGEUR - 2.0 * MARGE, 16.0));
    if let Some(valeur) = valeur {
        let (low, high) = (x(valeur.min(0.0)), x(valeur.max(0.0)));
        svg.rect("part", (low, 12.0), (high - low, 16.0));
    }
    if let Some((low, high)) = fin {
        svg.line("fourchette", (x(low), 34.0), (x(high), 34.0));
        for end in [low, high] {
            svg.line("fourchette", (x(end), 30.0), (x(end), 38.0));
        }
    }
    // The tick stands out of the bar on both sides: seen without colour, whatever the bar covers.
    svg.line("but", (x(cible), 4.0), (x(cible), 36.0));
    svg.close()
}

#[cfg(test)]
mod tests {
    use super::super::lecture_xml::read;
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_bar_ends_at_the_figure_and_the_tick_stands_at_the_target() {
        let drawn = drawing(Some(50.0), 80.0, Some((60.0, 100.0)), Unite::Nombre);
        // Axis from 0 to 100 over 324 units after a margin of 8: 50 falls at 170, 80 at 267.2.
        assert!(
            drawn.contains("<rect class=\"part\" x=\"8\" y=\"12\" width=\"162\" height=\"16\"/>")
        );
        assert!(
            drawn.contains("<line class=\"but\" x1=\"267.2\" y1=\"4\" x2=\"267.2\" y2=\"36\"/>")
        );
        assert_eq!(drawn.matches("class=\"fourchette\"").count(), 3);
        assert!(drawn.contains("aria-hidden=\"true\"") && read(&drawn).liens.is_empty());
        let unknown = drawing(None, 80.0, None, Unite::Nombre);
        assert!(!unknown.contains("part") && !unknown.contains("fourchette"), "{unknown}");
    }

    proptest! {
        #[test]
        fn any_target_is_well_formed(
            valeur in prop::option::of(-1e6..1e6f64),
            cible in -1e6..1e6f64,
            fin in prop::option::of((-1e6..1e6f64, -1e6..1e6f64)),
        ) {
            for unite in [Unite::Effectif, Unite::Taux, Unite::Jours, Unite::Euros, Unite::Nombre] {
                read(&drawing(valeur, cible, fin, unite));
            }
        }
    }
}
