//! How sure a share of a cohort is, in words and in cells.

use std::cmp::Ordering;

use mallette_app::observatoire::{Ecart, Intervalle};
use mallette_reports::bloc::Cellule;
use mallette_reports::graphique::nombre::Unite;

use crate::indicateurs::chiffres::limits;

/// Said of a share out of too few members to be read as a rate.
const FRAGILE: &str = "fragile";

/// The headers of the two columns of an interval, in files.
pub(super) const BORNES: [&str; 2] = ["Borne basse 95 %", "Borne haute 95 %"];

/// « 30,3 % à 36,5 % », « fragile »; empty where nothing is said.
pub(super) fn interval(intervalle: Intervalle) -> String {
    match intervalle {
        Intervalle::Tu => String::new(),
        Intervalle::Fragile => FRAGILE.to_owned(),
        Intervalle::Entre(low, high) => limits(Unite::Taux, Some((low, high))),
    }
}

/// The same in a file: two real numbers.
pub(super) fn bounds(intervalle: Intervalle) -> [Cellule; 2] {
    match intervalle {
        Intervalle::Tu => [Cellule::Vide, Cellule::Vide],
        Intervalle::Fragile => [FRAGILE, FRAGILE].map(Cellule::from),
        Intervalle::Entre(low, high) => [low, high].map(Cellule::Taux),
    }
}

/// Whether chance would do for a gap, and the gap; empty where nothing is said.
pub(super) fn gap(ecart: Ecart) -> String {
    let (ecart, words) = match ecart {
        Ecart::Tu => return String::new(),
        Ecart::Fragile => return FRAGILE.to_owned(),
        Ecart::Juge { ecart, cote: Ordering::Equal } => (ecart, "le hasard suffit"),
        Ecart::Juge { ecart, cote: Ordering::Greater } => (ecart, "plus haut, plus que le hasard"),
        Ecart::Juge { ecart, cote: Ordering::Less } => (ecart, "plus bas, plus que le hasard"),
    };
    format!("{words} ({})", Unite::Taux.write_gap(ecart))
}

/// Where a published share stands beside the interval of that of a cohort: its own uncertainty is not known.
pub(super) fn published(intervalle: Intervalle, publie: Option<f64>) -> &'static str {
    match (intervalle, publie.and_then(|value| intervalle.place(value))) {
        (Intervalle::Fragile, _) => FRAGILE,
        (_, None) => "",
        (_, Some(Ordering::Less)) => "publié plus bas que l'intervalle",
        (_, Some(Ordering::Equal)) => "publié dans l'intervalle",
        (_, Some(Ordering::Greater)) => "publié plus haut que l'intervalle",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interval_is_told_with_its_unit_and_a_small_share_is_fragile() {
        assert_eq!(interval(Intervalle::Entre(0.303, 0.3648)), "30,3\u{a0}% à 36,5\u{a0}%");
        assert_eq!(interval(Intervalle::Entre(0.0, 1.0)), "0,0\u{a0}% à 100,0\u{a0}%");
        assert_eq!(interval(Intervalle::Fragile), "fragile");
        assert_eq!(interval(Intervalle::Tu), "");
        assert_eq!(bounds(Intervalle::Entre(0.25, 0.5)), [Cellule::Taux(0.25), Cellule::Taux(0.5)]);
        assert_eq!(bounds(Intervalle::Tu), [Cellule::Vide, Cellule::Vide]);
        assert!(bounds(Intervalle::Fragile).iter().all(|cell| *cell == "fragile".into()));
    }

    #[test]
    fn a_gap_says_whether_chance_would_do_and_its_side_only_when_it_would_not() {
        let told = |ecart, cote| gap(Ecart::Juge { ecart, cote });
        assert_eq!(told(0.012, Ordering::Equal), "le hasard suffit (+1,2\u{a0}point)");
        assert_eq!(told(-0.3, Ordering::Equal), "le hasard suffit (\u{2212}30,0\u{a0}points)");
        assert_eq!(
            told(0.5, Ordering::Greater),
            "plus haut, plus que le hasard (+50,0\u{a0}points)"
        );
        assert_eq!(
            told(-0.5, Ordering::Less),
            "plus bas, plus que le hasard (\u{2212}50,0\u{a0}points)"
        );
        assert_eq!((gap(Ecart::Tu), gap(Ecart::Fragile)), (String::new(), "fragile".to_owned()));
    }

    #[test]
    fn a_published_value_is_within_the_interval_or_on_a_side_of_it() {
        let shown = Intervalle::Entre(0.25, 0.5);
        assert_eq!(published(shown, Some(0.4)), "publié dans l'intervalle");
        assert_eq!(published(shown, Some(0.2)), "publié plus bas que l'intervalle");
        assert_eq!(published(shown, Some(0.6)), "publié plus haut que l'intervalle");
        assert_eq!(published(shown, None), "");
        assert_eq!(published(Intervalle::Tu, Some(0.4)), "");
        assert_eq!(published(Intervalle::Fragile, Some(0.4)), "fragile");
    }
}
