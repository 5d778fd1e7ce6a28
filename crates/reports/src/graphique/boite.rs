//! Horizontal box plots, one line per group on a common axis, a centre marked by a shape and its
//! name. Definition of the box: `reference.md` §4 (Tukey's whiskers, spreadsheet quartiles).

use std::fmt::Write as _;

use mallette_stats::boxplot::BoxPlot;

use super::echelle::Echelle;
use super::nombre::{Unite, decimal};
use super::svg::{LARGEUR, Svg, centre_within, escape, shorten, text_width};

/// Room left and right of the axis.
const MARGE: f64 = 14.0;
/// Height of a line: its words, then its box.
const HAUTEUR_LIGNE: f64 = 44.0;
/// More, when a centre is named under the box.
const HAUTEUR_MARQUE: f64 = 18.0;
/// Height of the axis and of its labels.
const HAUTEUR_AXE: f64 = 24.0;

/// One centre on the axis.
#[derive(Debug, Clone, PartialEq)]
pub struct Point {
    /// Name of the centre.
    pub nom: String,
    /// Where its mark leads; none for a centre that the reader may not look into.
    pub lien: Option<String>,
    /// Its figure.
    pub valeur: f64,
}

/// One group.
#[derive(Debug, Clone, PartialEq)]
pub struct Ligne {
    /// Name of the group.
    pub nom: String,
    /// Where its box leads.
    pub lien: String,
    /// Its box.
    pub boite: BoxPlot,
    /// Centres of the group that are not in the box because their figure is secret.
    pub secrets: usize,
    /// Centres of the group that are not in the box because their figure is over too few cases.
    pub fragiles: usize,
    /// The centres beyond the whiskers.
    pub extremes: Vec<Point>,
    /// The centre to mark, when it is of this group and has a figure.
    pub marque: Option<Point>,
}

/// The chart.
#[derive(Debug, Clone, PartialEq)]
pub struct Graphique {
    /// Unique in the page.
    pub id: String,
    /// The finding (see [`super::mots`]).
    pub titre: String,
    /// What the chart shows, in one line.
    pub resume: String,
    /// How its figures are written.
    pub unite: Unite,
    /// The groups, the first on top.
    pub lignes: Vec<Ligne>,
}

fn close_point(svg: &mut Svg, point: &Point) {
    if point.lien.is_some() {
        svg.close_link();
    } else {
        svg.close_mark();
    }
}

impl Graphique {
    /// The figure: the drawing, how to read it, and its table.
    #[must_use]
    pub fn figure(&self) -> String {
        let mut text = String::with_capacity(4096);
        text.push_str("<figure class=\"graphique\">");
        let _ = write!(text, "<p class=\"graphique-titre\">{}</p>", escape(&self.titre));
        text.push_str(&self.drawing());
        let _ = write!(text, "<figcaption>{}</figcaption>", escape(&self.legend()));
        text.push_str("</figure>");
        text.push_str(&self.table());
        text
    }

    fn drawing(&self) -> String {
        let heights = self.lignes.iter().map(Ligne::height);
        let body: f64 = heights.sum();
        let mut svg = Svg::open(&self.id, "boite", body + HAUTEUR_AXE, &self.titre, &self.resume);
        let echelle = self.echelle();
        self.draw_axis(&mut svg, &echelle, body);
        let mut top = 0.0;
        for ligne in &self.lignes {
            self.draw_line(&mut svg, &echelle, ligne, top);
            top += ligne.height();
        }
        svg.close()
    }

    fn echelle(&self) -> Echelle {
        let values = self.lignes.iter().flat_map(|ligne| {
            let ends = [ligne.boite.min, ligne.boite.max];
            ends.into_iter().chain(ligne.marque.iter().map(|point| point.valeur))
        });
        Echelle::new(values, self.unite.smallest_step())
    }

    fn draw_axis(&self, svg: &mut Svg, echelle: &Echelle, body: f64) {
        let mut free_from = 0.0;
        for graduation in &echelle.graduations {
            let x = abscissa(echelle, *graduation);
            svg.line("grille", (x, 18.0), (x, body));
            let label = self.unite.write_tick(*graduation, echelle.decimales);
            let centre = centre_within(x, &label, 0.0);
            let half = text_width(&label) / 2.0;
            // Labels that would touch the one before are left out; their grid line stays.
            if centre - half >= free_from {
                svg.text("axe milieu", (centre, body + 16.0), &label);
                free_from = centre + half + 4.0;
            }
        }
        svg.line("axe", (MARGE, body), (LARGEUR - MARGE, body));
    }

    fn draw_line(&self, svg: &mut Svg, echelle: &Echelle, ligne: &Ligne, top: f64) {
        let boite = &ligne.boite;
        let x = |value: f64| abscissa(echelle, value);
        let (high, middle, low) = (top + 20.0, top + 28.0, top + 36.0);
        svg.open_link(&ligne.lien, &self.words(ligne));
        svg.text("libelle", (0.0, top + 12.0), &shorten(&ligne.nom, 24));
        let median = format!("médiane {}", self.unite.write(boite.mediane));
        svg.text("libelle fin", (LARGEUR, top + 12.0), &median);
        svg.line("moustache", (x(boite.moustache_basse), middle), (x(boite.q1), middle));
        svg.line("moustache", (x(boite.q3), middle), (x(boite.moustache_haute), middle));
        for end in [boite.moustache_basse, boite.moustache_haute] {
            svg.line("moustache", (x(end), middle - 4.0), (x(end), middle + 4.0));
        }
        svg.rect("corps", (x(boite.q1), high), (x(boite.q3) - x(boite.q1), low - high));
        svg.line("mediane", (x(boite.mediane), high), (x(boite.mediane), low));
        svg.close_link();
        for point in &ligne.extremes {
            self.open_point(svg, point);
            svg.circle("extreme", (x(point.valeur), middle), 3.0);
            close_point(svg, point);
        }
        if let Some(point) = &ligne.marque {
            self.open_point(svg, point);
            let at = x(point.valeur);
            let diamond =
                [(at, middle - 7.0), (at + 7.0, middle), (at, middle + 7.0), (at - 7.0, middle)];
            svg.path("marque", &diamond, true);
            let value = self.unite.write(point.valeur);
            let name = shorten(&point.nom, 42usize.saturating_sub(value.chars().count()));
            let label = format!("{name}\u{a0}: {value}");
            svg.text("marque-nom milieu", (centre_within(at, &label, 0.0), top + 50.0), &label);
            close_point(svg, point);
        }
    }

    fn open_point(&self, svg: &mut Svg, point: &Point) {
        let words = format!("{}\u{a0}: {}", point.nom, self.unite.write(point.valeur));
        match &point.lien {
            Some(lien) => svg.open_link(lien, &words),
            None => svg.open_mark(&words),
        }
    }

    /// A group's box in words.
    fn words(&self, ligne: &Ligne) -> String {
        let boite = &ligne.boite;
        let write = |value| self.unite.write(value);
        format!(
            "{}\u{a0}: médiane {}, moitié centrale de {} à {}, étendue de {} à {}",
            ligne.nom,
            write(boite.mediane),
            write(boite.q1),
            write(boite.q3),
            write(boite.min),
            write(boite.max),
        )
    }

    /// How to read the shapes.
    fn legend(&self) -> String {
        let mut text = String::from(
            "Boîte\u{a0}: moitié centrale des centres (du 1ᵉʳ au 3ᵉ quartile)\u{a0}; trait épais\u{a0}: \
             médiane\u{a0}; moustaches\u{a0}: dernières valeurs à moins de 1,5 fois la longueur de la boîte",
        );
        if self.lignes.iter().any(|ligne| !ligne.extremes.is_empty()) {
            text.push_str("\u{a0}; ronds\u{a0}: centres au-delà");
        }
        if let Some(point) = self.lignes.iter().find_map(|ligne| ligne.marque.as_ref()) {
            let _ = write!(text, "\u{a0}; losange\u{a0}: {}", point.nom);
        }
        let apart = |count: usize, why: &str| match count {
            0 => String::new(),
            1 => format!(" 1\u{a0}centre n'y est pas\u{a0}: {why}."),
            n => format!(" {}\u{a0}centres n'y sont pas\u{a0}: {why}.", whole(n)),
        };
        text.push('.');
        if let Some(first) = self.lignes.first() {
            text.push_str(&apart(first.boite.nc, "chiffre non calculable (nc)"));
            text.push_str(&apart(
                first.secrets,
                "chiffre au secret (s), trop peu de personnes ou taux sur moins de 20",
            ));
            text.push_str(&apart(
                first.fragiles,
                "chiffre fragile, sous le plancher de l'indicateur",
            ));
        }
        text
    }

    fn table(&self) -> String {
        let mut text = String::with_capacity(2048);
        let _ = write!(
            text,
            "<details class=\"graphique-table\"><summary>Voir le tableau</summary>\
             <div class=\"defile\" role=\"region\" tabindex=\"0\" aria-label=\"Tableau du graphique\">\
             <table><caption>{}</caption><thead><tr><th scope=\"col\">Groupe</th>",
            escape(&self.resume)
        );
        for header in [
            "Centres",
            "nc",
            "Secret (s)",
            "Sous le plancher",
            "Minimum",
            "Moustache basse",
            "1ᵉʳ quartile",
            "Médiane",
            "3ᵉ quartile",
            "Moustache haute",
            "Maximum",
        ] {
            let _ = write!(text, "<th scope=\"col\" class=\"nombre\">{header}</th>");
        }
        text.push_str("<th scope=\"col\">Centres extrêmes</th></tr></thead><tbody>");
        for ligne in &self.lignes {
            self.table_row(&mut text, ligne);
        }
        text.push_str("</tbody></table></div></details>");
        text
    }

    fn table_row(&self, text: &mut String, ligne: &Ligne) {
        let boite = &ligne.boite;
        let _ = write!(
            text,
            "<tr><th scope=\"row\"><a href=\"{}\">{}</a></th>",
            escape(&ligne.lien),
            escape(&ligne.nom)
        );
        for count in [boite.n, boite.nc, ligne.secrets, ligne.fragiles] {
            let _ = write!(text, "<td class=\"nombre\">{}</td>", whole(count));
        }
        for value in [
            boite.min,
            boite.moustache_basse,
            boite.q1,
            boite.mediane,
            boite.q3,
            boite.moustache_haute,
            boite.max,
        ] {
            let _ = write!(text, "<td class=\"nombre\">{}</td>", self.unite.write(value));
        }
        text.push_str("<td>");
        for (index, point) in ligne.extremes.iter().enumerate() {
            let nom = escape(&point.nom);
            let nom = match &point.lien {
                Some(lien) => format!("<a href=\"{}\">{nom}</a>", escape(lien)),
                None => nom.to_string(),
            };
            let separator = if index == 0 { "" } else { ", " };
            let _ = write!(text, "{separator}{nom}\u{a0}: {}", self.unite.write(point.valeur));
        }
        text.push_str("</td></tr>");
    }
}

impl Ligne {
    fn height(&self) -> f64 {
        if self.marque.is_some() { HAUTEUR_LIGNE + HAUTEUR_MARQUE } else { HAUTEUR_LIGNE }
    }
}

fn whole(count: usize) -> String {
    decimal(f64::from(u32::try_from(count).unwrap_or(u32::MAX)), 0)
}

fn abscissa(echelle: &Echelle, value: f64) -> f64 {
    MARGE + echelle.place(value) * (LARGEUR - 2.0 * MARGE)
}

#[cfg(test)]
mod tests {
    use super::super::lecture_xml::read;
    use super::*;
    use proptest::prelude::*;

    fn point(nom: &str, valeur: f64) -> Point {
        Point { nom: nom.to_owned(), lien: Some(format!("/centres/{nom}?a=1&b=2")), valeur }
    }

    fn chart(values: &[Option<f64>], marque: Option<f64>, unite: Unite) -> Graphique {
        let boite = BoxPlot::new(values).unwrap();
        let extremes = boite.extremes.iter().map(|value| point("au-delà", *value)).collect();
        let marque = marque.map(|value| point("69-ML <Lyon> & \"fils\"", value));
        let ligne = Ligne {
            nom: "Région".to_owned(),
            lien: "/indicateurs".to_owned(),
            boite,
            secrets: 0,
            fragiles: 0,
            extremes,
            marque,
        };
        Graphique {
            id: "essai".to_owned(),
            titre: "L'écart <grandit> & dure".to_owned(),
            resume: "Une ligne".to_owned(),
            unite,
            lignes: vec![ligne.clone(), Ligne { nom: "x".repeat(90), marque: None, ..ligne }],
        }
    }

    #[test]
    fn every_mark_is_a_link_and_names_are_escaped() {
        let values = [0.1, 0.2, 0.3, 0.4, 9.0].map(Some);
        let figure = chart(&values, Some(0.2), Unite::Nombre).figure();
        let lu = read(&figure);
        // Box, outlier and mark of the first line, box and outlier of the second; then the table:
        // for each line, the group and its outlier.
        assert_eq!(lu.liens.len(), 5 + 4);
        assert!(lu.liens.iter().all(|lien| lien.starts_with('/')));
        assert_eq!(lu.mots[0], "L&#39;écart &lt;grandit&gt; &amp; dure");
        assert_eq!(lu.mots[1], "Une ligne");
        assert!(
            lu.mots.iter().any(|mot| mot == "69-ML &lt;Lyon&gt; &amp; &quot;fils&quot;\u{a0}: 0,2")
        );
        assert!(figure.contains("losange\u{a0}: 69-ML &lt;Lyon&gt;"));
        assert!(lu.elements.iter().any(|element| element == "details"));
    }

    #[test]
    fn the_mark_falls_between_the_graduations_around_it() {
        let values = [0.0, 10.0].map(Some);
        let figure = chart(&values, Some(5.0), Unite::Nombre).figure();
        // Axis from 0 to 10 over 312 units after a margin of 14: 5 falls in the middle, at 170.
        assert!(figure.contains("<path class=\"marque\" d=\"M170 21L177 28L170 35L163 28Z\"/>"));
    }

    #[test]
    fn centres_left_out_are_told_apart_each_with_its_reason() {
        let mut drawn = chart(&[Some(0.1), Some(0.4), None], None, Unite::Taux);
        let legend = drawn.figure();
        assert!(
            legend.contains("1\u{a0}centre n&#39;y est pas\u{a0}: chiffre non calculable"),
            "{legend}"
        );
        assert!(!legend.contains("fragile") && !legend.contains("au secret"), "{legend}");
        drawn.lignes[0].secrets = 2;
        drawn.lignes[0].fragiles = 3;
        let legend = drawn.figure();
        assert!(
            legend.contains("2\u{a0}centres n&#39;y sont pas\u{a0}: chiffre au secret"),
            "{legend}"
        );
        assert!(
            legend.contains("3\u{a0}centres n&#39;y sont pas\u{a0}: chiffre fragile"),
            "{legend}"
        );
        let counts = "<td class=\"nombre\">2</td><td class=\"nombre\">1</td><td class=\"nombre\">2</td>\
                      <td class=\"nombre\">3</td>";
        assert!(legend.contains(counts), "{legend}");
    }

    #[test]
    fn a_single_value_or_zeros_can_be_drawn() {
        for values in [vec![Some(0.0)], vec![Some(0.43)], vec![Some(0.0), Some(0.0), None]] {
            read(&chart(&values, values[0], Unite::Taux).figure());
            read(&chart(&values, values[0], Unite::Effectif).figure());
        }
    }

    proptest! {
        #[test]
        fn any_group_gives_a_well_formed_chart(
            values in prop::collection::vec(prop::option::of(-1e6..1e6f64), 1..70),
            mark in any::<bool>(),
        ) {
            prop_assume!(values.iter().any(Option::is_some));
            let marque = values.iter().flatten().next().copied().filter(|_| mark);
            for unite in [Unite::Effectif, Unite::Taux, Unite::Jours, Unite::Euros, Unite::Nombre] {
                read(&chart(&values, marque, unite).figure());
            }
        }
    }
}
