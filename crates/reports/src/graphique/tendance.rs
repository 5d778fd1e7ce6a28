//! A figure month by month, or campaign by campaign: a line that stops where the figure cannot be calculated, and a
//! reference line beside it.

use std::fmt::Write as _;

use super::echelle::Echelle;
use super::nombre::Unite;
use super::svg::{LARGEUR, Svg, centre_within, escape, shorten, text_width};

/// Top of the plot, under the name of the axis.
const HAUT: f64 = 12.0;
/// Half the dash of a reference that is alone.
const SEUL: f64 = 7.0;
/// Bottom of the plot, above the months.
const BAS: f64 = 172.0;
/// Height of the drawing.
const HAUTEUR: f64 = 196.0;
/// The sign of what was not received.
const NON_RECU: &str = "…";

/// What the marks of a line stand for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pas {
    /// A month each.
    Mois,
    /// A campaign each.
    Campagne,
}

impl Pas {
    /// The word for one.
    #[must_use]
    pub fn mot(self) -> &'static str {
        match self {
            Self::Mois => "mois",
            Self::Campagne => "campagne",
        }
    }

    /// The words over the first column, and for the whole table.
    fn titres(self) -> (&'static str, &'static str) {
        match self {
            Self::Mois => ("Mois", "Tableau des mois"),
            Self::Campagne => ("Campagne", "Tableau des campagnes"),
        }
    }
}

/// A figure, or the sign that stands in its place: « nc », « s », « … ».
pub type Valeur = Result<f64, &'static str>;

/// One mark of a line: a month, or a campaign.
#[derive(Debug, Clone, PartialEq)]
pub struct Mois {
    /// « janv. 2019 », « 2019-11 ».
    pub nom: String,
    /// Where its mark leads.
    pub lien: String,
    /// The figure.
    pub valeur: Valeur,
    /// The figure of the reference, if any.
    pub repere: Option<Valeur>,
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
    /// Whose line it is.
    pub nom: String,
    /// Whose line the reference is, when there is one.
    pub repere: Option<String>,
    /// What its marks stand for.
    pub pas: Pas,
    /// The marks, the oldest first.
    pub mois: Vec<Mois>,
}

impl Graphique {
    /// The figure: the drawing, how to read it, and its table.
    #[must_use]
    pub fn figure(&self) -> String {
        let mut text = String::with_capacity(8192);
        text.push_str("<figure class=\"graphique\">");
        let _ = write!(text, "<p class=\"graphique-titre\">{}</p>", escape(&self.titre));
        text.push_str(&self.drawing());
        let _ = write!(text, "<figcaption>{}</figcaption>", escape(&self.legend()));
        text.push_str("</figure>");
        text.push_str(&self.table());
        text
    }

    fn drawing(&self) -> String {
        let mut svg = Svg::open(&self.id, "tendance", HAUTEUR, &self.titre, &self.resume);
        // The axis starts at zero: a line over a cut axis exaggerates small changes.
        let known = |mois: &Mois| [mois.valeur.ok(), mois.repere.and_then(Result::ok)];
        let values = self.mois.iter().flat_map(known).flatten();
        let echelle = Echelle::new(values.chain([0.0]), self.unite.smallest_step());
        let left = self.draw_axis(&mut svg, &echelle);
        let plot = Plot { echelle: &echelle, left, count: self.mois.len() };
        self.draw_months(&mut svg, &plot);
        if self.repere.is_some() {
            let known = self.mois.iter().map(|mois| mois.repere.and_then(Result::ok));
            for segment in segments(&plot, known) {
                match segment.as_slice() {
                    // Alone between two that are not known, it has no line to be on.
                    [(x, y)] => svg.path("ligne repere", &[(x - SEUL, *y), (x + SEUL, *y)], false),
                    segment => svg.path("ligne repere", segment, false),
                }
            }
        }
        let known = self.mois.iter().map(|mois| mois.valeur.ok());
        for segment in segments(&plot, known).into_iter().filter(|segment| segment.len() > 1) {
            svg.path("ligne", &segment, false);
        }
        for (index, mois) in self.mois.iter().enumerate() {
            self.draw_point(&mut svg, &plot, index, mois);
        }
        svg.close()
    }

    /// Draws the horizontal grid and returns where the plot starts.
    fn draw_axis(&self, svg: &mut Svg, echelle: &Echelle) -> f64 {
        let label = |graduation: f64| self.unite.write_tick(graduation, echelle.decimales);
        let widths = echelle.graduations.iter().map(|tick| text_width(&label(*tick)));
        let left = widths.fold(0.0, f64::max) + 6.0;
        for graduation in &echelle.graduations {
            let y = ordinate(echelle, *graduation);
            svg.line("grille", (left, y), (LARGEUR - 4.0, y));
            svg.text("axe fin", (left - 5.0, y + 4.0), &label(*graduation));
        }
        left
    }

    fn draw_months(&self, svg: &mut Svg, plot: &Plot<'_>) {
        let widest = self.mois.iter().map(|mois| text_width(&mois.nom)).fold(1.0, f64::max) + 10.0;
        let room = (LARGEUR - plot.left) / widest;
        let fits = |step: &usize| plot.count.div_ceil(*step) as f64 <= room;
        let step = [1, 2, 3, 6, 12, 24, 60].into_iter().find(fits).unwrap_or(120);
        let mut free_from = 0.0;
        for (index, mois) in self.mois.iter().enumerate().step_by(step) {
            let x = plot.x(index);
            svg.line("axe", (x, BAS), (x, BAS + 4.0));
            let centre = centre_within(x, &mois.nom, 0.0);
            let half = text_width(&mois.nom) / 2.0;
            if centre - half >= free_from {
                svg.text("axe milieu", (centre, BAS + 17.0), &mois.nom);
                free_from = centre + half + 4.0;
            }
        }
        svg.line("axe", (plot.left, BAS), (LARGEUR - 4.0, BAS));
    }

    fn draw_point(&self, svg: &mut Svg, plot: &Plot<'_>, index: usize, mois: &Mois) {
        let x = plot.x(index);
        svg.open_link(&mois.lien, &self.words(mois));
        match mois.valeur {
            Ok(value) => svg.circle("point", (x, ordinate(plot.echelle, value)), 3.0),
            Err(_) => {
                // A cross on the axis: nothing to show that month, which is not a zero.
                svg.line("croix", (x - 3.0, BAS - 3.0), (x + 3.0, BAS + 3.0));
                svg.line("croix", (x - 3.0, BAS + 3.0), (x + 3.0, BAS - 3.0));
            }
        }
        svg.close_link();
    }

    fn words(&self, mois: &Mois) -> String {
        let mut words = format!("{}\u{a0}: {}", mois.nom, self.write(mois.valeur));
        if let Some(repere) = &self.repere {
            let own = mois.repere.unwrap_or(Err(NON_RECU));
            let _ = write!(words, " ({repere}\u{a0}: {})", self.write(own));
        }
        words
    }

    fn write(&self, valeur: Valeur) -> String {
        valeur.map_or_else(str::to_owned, |valeur| self.unite.write(valeur))
    }

    fn legend(&self) -> String {
        let mut text = format!("Trait plein et ronds\u{a0}: {}", shorten(&self.nom, 60));
        if let Some(repere) = &self.repere {
            let own = || self.mois.iter().map(|mois| mois.repere.unwrap_or(Err(NON_RECU)));
            let what = if own().any(|own| own.is_ok()) { "tirets" } else { "sans tirets" };
            let _ = write!(text, "\u{a0}; {what}\u{a0}: {repere}");
            if own().any(|own| own == Err("s")) {
                text.push_str(", au secret (s) là où ils manquent");
            }
        }
        let signs = [("nc", "non calculable"), ("s", "au secret"), (NON_RECU, "sans extraction")];
        let there = signs.iter().filter(|(s, _)| self.mois.iter().any(|m| m.valeur == Err(*s)));
        let said: Vec<String> = there.map(|(sign, words)| format!("{words} ({sign})")).collect();
        if !said.is_empty() {
            let mot = self.pas.mot();
            let _ = write!(text, "\u{a0}; croix sur l'axe\u{a0}: {mot} {}", said.join(" ou "));
        }
        text.push('.');
        text
    }

    fn table(&self) -> String {
        let mut text = String::with_capacity(4096);
        let (entete, titre) = self.pas.titres();
        let _ = write!(
            text,
            "<details class=\"graphique-table\"><summary>Voir le tableau</summary>\
             <div class=\"defile\" role=\"region\" tabindex=\"0\" aria-label=\"{titre}\">\
             <table><caption>{}</caption><thead><tr><th scope=\"col\">{entete}</th>\
             <th scope=\"col\" class=\"nombre\">{}</th>",
            escape(&self.resume),
            escape(&self.nom)
        );
        if let Some(repere) = &self.repere {
            let _ = write!(text, "<th scope=\"col\" class=\"nombre\">{}</th>", escape(repere));
        }
        text.push_str("</tr></thead><tbody>");
        for mois in &self.mois {
            let _ = write!(
                text,
                "<tr><th scope=\"row\"><a href=\"{}\">{}</a></th><td class=\"nombre\">{}</td>",
                escape(&mois.lien),
                escape(&mois.nom),
                self.write(mois.valeur)
            );
            if self.repere.is_some() {
                let own = mois.repere.unwrap_or(Err(NON_RECU));
                let _ = write!(text, "<td class=\"nombre\">{}</td>", self.write(own));
            }
            text.push_str("</tr>");
        }
        text.push_str("</tbody></table></div></details>");
        text
    }
}

/// Where months and figures fall in the drawing.
struct Plot<'a> {
    echelle: &'a Echelle,
    left: f64,
    count: usize,
}

impl Plot<'_> {
    #[expect(clippy::cast_precision_loss, reason = "there are far fewer than 2^52 months")]
    fn x(&self, index: usize) -> f64 {
        let (left, right) = (self.left + 8.0, LARGEUR - 8.0);
        let steps = self.count.saturating_sub(1).max(1) as f64;
        left + (right - left) * index as f64 / steps
    }
}

fn ordinate(echelle: &Echelle, value: f64) -> f64 {
    BAS - echelle.place(value) * (BAS - HAUT)
}

/// The pieces of a line between which the figure is unknown.
fn segments(plot: &Plot<'_>, values: impl Iterator<Item = Option<f64>>) -> Vec<Vec<(f64, f64)>> {
    let mut segments = vec![Vec::new()];
    for (index, value) in values.enumerate() {
        match value {
            Some(value) => {
                if let Some(last) = segments.last_mut() {
                    last.push((plot.x(index), ordinate(plot.echelle, value)));
                }
            }
            None => segments.push(Vec::new()),
        }
    }
    segments.retain(|segment| !segment.is_empty());
    segments
}

#[cfg(test)]
mod tests {
    use super::super::lecture_xml::read;
    use super::*;
    use proptest::prelude::*;

    fn chart(values: &[Option<f64>], repere: bool, unite: Unite) -> Graphique {
        let mois = values.iter().enumerate().map(|(index, valeur)| Mois {
            nom: format!("janv. {}", 2000 + index),
            lien: format!("/indicateurs/X?periode={index}&centre=<a>"),
            valeur: valeur.ok_or("nc"),
            repere: valeur.map(|valeur| Ok(valeur / 2.0)),
        });
        Graphique {
            id: "essai".to_owned(),
            titre: "Ça monte".to_owned(),
            resume: "Par mois".to_owned(),
            unite,
            nom: "L'ML <Lyon>".to_owned(),
            repere: repere.then(|| "Région".to_owned()),
            pas: Pas::Mois,
            mois: mois.collect(),
        }
    }

    #[test]
    fn a_line_may_go_from_campaign_to_campaign() {
        let own = chart(&[Some(1.0), None], false, Unite::Nombre);
        let figure = Graphique { pas: Pas::Campagne, ..own }.figure();
        read(&figure);
        assert!(figure.contains("<th scope=\"col\">Campagne</th>"));
        assert!(figure.contains("campagne non calculable (nc)") && !figure.contains("mois non"));
    }

    #[test]
    fn the_line_stops_where_the_figure_is_unknown() {
        let values = [Some(1.0), Some(2.0), None, Some(3.0), None, Some(2.0), Some(1.0)];
        let figure = chart(&values, false, Unite::Nombre).figure();
        let lu = read(&figure);
        assert_eq!(figure.matches("class=\"ligne\"").count(), 2);
        assert_eq!(figure.matches("class=\"point\"").count(), 5);
        assert_eq!(figure.matches("class=\"croix\"").count(), 4);
        assert_eq!(lu.liens.len(), 14, "each month in the drawing and in the table");
        assert!(figure.contains("mois non calculable (nc)"));
        assert_eq!(figure.matches(">nc</td>").count(), 2);
    }

    #[test]
    fn the_reference_is_told_apart_by_its_dashes_and_its_words() {
        let figure = chart(&[Some(0.2), Some(0.4)], true, Unite::Taux).figure();
        read(&figure);
        assert!(figure.contains("class=\"ligne repere\""));
        assert!(figure.contains("tirets\u{a0}: Région"));
        assert!(figure.contains("janv. 2001\u{a0}: 40,0\u{a0}% (Région\u{a0}: 20,0\u{a0}%)"));
    }

    #[test]
    fn a_reference_known_here_and_there_is_drawn_there_and_said_secret_elsewhere() {
        let mut own = chart(&[Some(0.2), Some(0.4), Some(0.4), Some(0.6)], true, Unite::Taux);
        for rank in [1, 3] {
            own.mois[rank].repere = Some(Err("s"));
        }
        let figure = own.figure();
        read(&figure);
        assert_eq!(figure.matches("class=\"ligne repere\"").count(), 2);
        assert!(figure.contains("tirets\u{a0}: Région, au secret (s) là où ils manquent"));
        own.mois.iter_mut().for_each(|mois| mois.repere = Some(Err("s")));
        let figure = own.figure();
        assert!(!figure.contains("class=\"ligne repere\""));
        assert!(figure.contains("sans tirets\u{a0}: Région, au secret (s)"), "{figure}");
    }

    #[test]
    fn each_sign_keeps_its_own_meaning() {
        let mut own = chart(&[Some(1.0), None, None, None], true, Unite::Effectif);
        own.mois[2].valeur = Err("s");
        own.mois[3].valeur = Err("…");
        let figure = own.figure();
        read(&figure);
        assert!(figure.contains(
            "croix sur l&#39;axe\u{a0}: mois non calculable (nc) ou au secret (s) ou sans extraction (…)"
        ));
        for sign in ["nc", "s", "…"] {
            assert!(figure.contains(&format!("<td class=\"nombre\">{sign}</td>")), "{sign}");
        }
    }

    #[test]
    fn no_month_or_one_month_can_be_drawn() {
        for values in [vec![], vec![None], vec![Some(0.0)], vec![Some(-3.0)]] {
            read(&chart(&values, true, Unite::Jours).figure());
        }
    }

    proptest! {
        #[test]
        fn any_months_give_a_well_formed_chart(
            values in prop::collection::vec(prop::option::of(-1e7..1e7f64), 0..40),
            repere in any::<bool>(),
        ) {
            for unite in [Unite::Effectif, Unite::Taux, Unite::Jours, Unite::Euros, Unite::Nombre] {
                read(&chart(&values, repere, unite).figure());
            }
        }
    }
}
