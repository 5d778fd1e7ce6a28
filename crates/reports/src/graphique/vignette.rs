//! A box plot as small as a word, for a page of many: the box, the centres beyond, the centre marked. It is
//! decoration: what it shows stands beside it in words.

use mallette_stats::boxplot::BoxPlot;

use super::echelle::Echelle;
use super::nombre::Unite;
use super::svg::{LARGEUR, Svg};

/// Room left and right.
const MARGE: f64 = 10.0;
/// Height of the drawing: the box, then the ends of its axis.
const HAUTEUR: f64 = 46.0;
/// Where the box is centred.
const MILIEU: f64 = 14.0;

/// The drawing of a box, and of the centre in it when it has a figure.
#[must_use]
pub fn drawing(boite: &BoxPlot, valeur: Option<f64>, unite: Unite) -> String {
    let ends = [boite.min, boite.max].into_iter().chain(valeur);
    let echelle = Echelle::new(ends, unite.smallest_step());
    let x = |value: f64| MARGE + echelle.place(value) * (LARGEUR - 2.0 * MARGE);
    let mut svg = Svg::open_hidden("boite vignette", HAUTEUR);
    svg.line("axe", (MARGE, 30.0), (LARGEUR - MARGE, 30.0));
    for (class, at, value) in
        [("axe", MARGE, echelle.debut()), ("axe fin", LARGEUR - MARGE, echelle.fin())]
    {
        svg.line("axe", (at, 27.0), (at, 33.0));
        svg.text(class, (at, 44.0), &unite.write_tick(value, echelle.decimales));
    }
    svg.line("moustache", (x(boite.moustache_basse), MILIEU), (x(boite.q1), MILIEU));
    svg.line("moustache", (x(boite.q3), MILIEU), (x(boite.moustache_haute), MILIEU));
    for end in [boite.moustache_basse, boite.moustache_haute] {
        svg.line("moustache", (x(end), MILIEU - 4.0), (x(end), MILIEU + 4.0));
    }
    let (high, tall) = (MILIEU - 9.0, 18.0);
    svg.rect("corps", (x(boite.q1), high), (x(boite.q3) - x(boite.q1), tall));
    svg.line("mediane", (x(boite.mediane), high), (x(boite.mediane), high + tall));
    for value in &boite.extremes {
        svg.circle("extreme", (x(*value), MILIEU), 3.0);
    }
    if let Some(at) = valeur.map(x) {
        let diamond =
            [(at, MILIEU - 8.0), (at + 8.0, MILIEU), (at, MILIEU + 8.0), (at - 8.0, MILIEU)];
        svg.path("marque", &diamond, true);
    }
    svg.close()
}

#[cfg(test)]
mod tests {
    use super::super::lecture_xml::read;
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_centre_stands_where_its_figure_is_and_nothing_is_read_twice() {
        let boite = BoxPlot::new(&[0.0, 2.0, 5.0, 8.0, 10.0].map(Some)).unwrap();
        let drawn = drawing(&boite, Some(5.0), Unite::Nombre);
        let lu = read(&drawn);
        // Axis from 0 to 10 over 320 units after a margin of 10: 5 falls at 170.
        assert!(drawn.contains("<path class=\"marque\" d=\"M170 6L178 14L170 22L162 14Z\"/>"));
        assert!(lu.liens.is_empty() && drawn.contains("aria-hidden=\"true\""));
        assert!(!drawing(&boite, None, Unite::Nombre).contains("marque"));
    }

    proptest! {
        #[test]
        fn any_box_is_well_formed(
            values in prop::collection::vec(-1e6..1e6f64, 1..60),
            own in prop::option::of(-1e6..1e6f64),
        ) {
            let values: Vec<Option<f64>> = values.into_iter().map(Some).collect();
            let boite = BoxPlot::new(&values).unwrap();
            for unite in [Unite::Effectif, Unite::Taux, Unite::Jours, Unite::Euros, Unite::Nombre] {
                read(&drawing(&boite, own, unite));
            }
        }
    }
}
