//! The position of a centre from campaign to campaign: at each, the box of its group, upright, and the centre
//! in it.

use std::fmt::Write as _;

use mallette_stats::boxplot::BoxPlot;

use super::echelle::Echelle;
use super::nombre::Unite;
use super::svg::{LARGEUR, Svg, centre_within, escape, shorten, text_width};
use super::tendance::Valeur;

/// Top of the plot.
const HAUT: f64 = 12.0;
/// Bottom of the plot, above the campaigns.
const BAS: f64 = 182.0;
/// Height of the drawing.
const HAUTEUR: f64 = 206.0;

/// A campaign.
#[derive(Debug, Clone, PartialEq)]
pub struct Etape {
    /// Its name.
    pub nom: String,
    /// Where its mark leads.
    pub lien: String,
    /// The figure of the centre.
    pub valeur: Valeur,
    /// The box of what the centre is compared with; none when nothing could be compared.
    pub boite: Option<BoxPlot>,
    /// The position in words: « 3ᵉ quart de son groupe « Urbain » »; empty without one.
    pub position: String,
}

/// The chart.
#[derive(Debug, Clone, PartialEq)]
pub struct Graphique {
    /// Unique in the page.
    pub id: String,
    /// The finding.
    pub titre: String,
    /// What the chart shows, in one line.
    pub resume: String,
    /// How its figures are written.
    pub unite: Unite,
    /// Name of the centre.
    pub nom: String,
    /// The campaigns, the oldest first.
    pub etapes: Vec<Etape>,
}

impl Graphique {
    /// The figure: the drawing, how to read it, and its table.
    #[must_use]
    pub fn figure(&self) -> String {
        let mut text = String::with_capacity(8192);
        text.push_str("<figure class=\"graphique\">");
        let _ = write!(text, "<p class=\"graphique-titre\">{}</p>", escape(&self.titre));
        text.push_str(&self.drawing());
        let _ = write!(
            text,
            "<figcaption>Losanges\u{a0}: {}. À chaque campagne, la boîte de ce à quoi le centre est comparé\u{a0}: \
             moitié centrale des centres, trait épais à la médiane, moustaches aux dernières valeurs à moins de \
             1,5 fois la longueur de la boîte.</figcaption></figure>",
            escape(&shorten(&self.nom, 60))
        );
        text.push_str(&self.table());
        text
    }

    fn drawing(&self) -> String {
        let mut svg = Svg::open(&self.id, "boite trajet", HAUTEUR, &self.titre, &self.resume);
        let of = |etape: &Etape| {
            let ends = etape.boite.as_ref().map(|b| [b.moustache_basse, b.moustache_haute]);
            ends.into_iter().flatten().chain(etape.valeur.ok()).collect::<Vec<f64>>()
        };
        let values = self.etapes.iter().flat_map(of);
        let echelle = Echelle::new(values, self.unite.smallest_step());
        let y = |value: f64| BAS - echelle.place(value) * (BAS - HAUT);
        let label = |tick: f64| self.unite.write_tick(tick, echelle.decimales);
        let widths = echelle.graduations.iter().map(|tick| text_width(&label(*tick)));
        let left = widths.fold(0.0, f64::max) + 6.0;
        for tick in &echelle.graduations {
            svg.line("grille", (left, y(*tick)), (LARGEUR - 4.0, y(*tick)));
            svg.text("axe fin", (left - 5.0, y(*tick) + 4.0), &label(*tick));
        }
        svg.line("axe", (left, BAS), (LARGEUR - 4.0, BAS));
        #[expect(clippy::cast_precision_loss, reason = "there are a few dozen campaigns at most")]
        let step = (LARGEUR - 4.0 - left) / self.etapes.len().max(1) as f64;
        let mut free_from = left - 4.0;
        for (index, etape) in self.etapes.iter().enumerate() {
            #[expect(clippy::cast_precision_loss, reason = "the same few dozen")]
            let x = left + step * (index as f64 + 0.5);
            self.draw_step(&mut svg, etape, (x, (step * 0.3).clamp(2.0, 12.0)), y);
            let centre = centre_within(x, &etape.nom, 0.0);
            let half = text_width(&etape.nom) / 2.0;
            if centre - half >= free_from {
                svg.text("axe milieu", (centre, BAS + 17.0), &etape.nom);
                free_from = centre + half + 4.0;
            }
        }
        svg.close()
    }

    /// A campaign around `x`, half as wide as said.
    fn draw_step(
        &self,
        svg: &mut Svg,
        etape: &Etape,
        (x, half): (f64, f64),
        y: impl Fn(f64) -> f64,
    ) {
        svg.open_link(&etape.lien, &self.words(etape));
        if let Some(boite) = &etape.boite {
            svg.line("moustache", (x, y(boite.moustache_haute)), (x, y(boite.q3)));
            svg.line("moustache", (x, y(boite.q1)), (x, y(boite.moustache_basse)));
            let size = (2.0 * half, y(boite.q1) - y(boite.q3));
            svg.rect("corps", (x - half, y(boite.q3)), size);
            svg.line("mediane", (x - half, y(boite.mediane)), (x + half, y(boite.mediane)));
        }
        match etape.valeur {
            Ok(value) => {
                let (at, reach) = (y(value), half.min(7.0));
                let diamond = [(x, at - reach), (x + reach, at), (x, at + reach), (x - reach, at)];
                svg.path("marque", &diamond, true);
            }
            Err(_) => {
                svg.line("croix", (x - 3.0, BAS - 3.0), (x + 3.0, BAS + 3.0));
                svg.line("croix", (x - 3.0, BAS + 3.0), (x + 3.0, BAS - 3.0));
            }
        }
        svg.close_link();
    }

    fn write(&self, valeur: Valeur) -> String {
        valeur.map_or_else(str::to_owned, |valeur| self.unite.write(valeur))
    }

    fn words(&self, etape: &Etape) -> String {
        let mut words = format!("{}\u{a0}: {}", etape.nom, self.write(etape.valeur));
        if !etape.position.is_empty() {
            let _ = write!(words, ", {}", etape.position);
        }
        words
    }

    fn table(&self) -> String {
        let mut text = String::with_capacity(4096);
        let _ = write!(
            text,
            "<details class=\"graphique-table\"><summary>Voir le tableau</summary>\
             <div class=\"defile\" role=\"region\" tabindex=\"0\" aria-label=\"Tableau des positions\">\
             <table><caption>{}</caption><thead><tr><th scope=\"col\">Campagne</th>\
             <th scope=\"col\" class=\"nombre\">{}</th>",
            escape(&self.resume),
            escape(&self.nom)
        );
        for header in ["Centres comparés", "1ᵉʳ quartile", "Médiane", "3ᵉ quartile"] {
            let _ = write!(text, "<th scope=\"col\" class=\"nombre\">{header}</th>");
        }
        text.push_str("<th scope=\"col\">Position</th></tr></thead><tbody>");
        for etape in &self.etapes {
            let _ = write!(
                text,
                "<tr><th scope=\"row\"><a href=\"{}\">{}</a></th><td class=\"nombre\">{}</td>",
                escape(&etape.lien),
                escape(&etape.nom),
                self.write(etape.valeur)
            );
            let cells = match &etape.boite {
                Some(boite) => [boite.q1, boite.mediane, boite.q3].map(|v| self.unite.write(v)),
                None => ["…", "…", "…"].map(str::to_owned),
            };
            let n = etape.boite.as_ref().map_or(0, |boite| boite.n);
            let _ = write!(text, "<td class=\"nombre\">{n}</td>");
            for cell in cells {
                let _ = write!(text, "<td class=\"nombre\">{cell}</td>");
            }
            let _ = write!(text, "<td>{}</td></tr>", escape(&etape.position));
        }
        text.push_str("</tbody></table></div></details>");
        text
    }
}

#[cfg(test)]
mod tests {
    use super::super::lecture_xml::read;
    use super::*;
    use proptest::prelude::*;

    fn chart(steps: Vec<(Valeur, Option<BoxPlot>)>, unite: Unite) -> Graphique {
        let etapes = steps.into_iter().enumerate().map(|(index, (valeur, boite))| Etape {
            nom: format!("2019-{index:02}"),
            lien: format!("/indicateurs/X?campagne={index}&a=<b>"),
            valeur,
            position: boite.as_ref().map(|_| "3ᵉ quart".to_owned()).unwrap_or_default(),
            boite,
        });
        Graphique {
            id: "trajet".to_owned(),
            titre: "Reste au <milieu>".to_owned(),
            resume: "Une ligne".to_owned(),
            unite,
            nom: "L'ML & fils".to_owned(),
            etapes: etapes.collect(),
        }
    }

    #[test]
    fn each_campaign_has_its_box_its_mark_and_its_row() {
        let boite = BoxPlot::new(&[0.1, 0.2, 0.3, 0.4, 0.5].map(Some));
        let figure =
            chart(vec![(Ok(0.4), boite.clone()), (Err("s"), boite), (Err("…"), None)], Unite::Taux)
                .figure();
        let lu = read(&figure);
        assert_eq!(lu.liens.len(), 6, "each campaign in the drawing and in the table");
        assert_eq!(figure.matches("class=\"corps\"").count(), 2);
        assert_eq!(figure.matches("class=\"marque\"").count(), 1);
        assert_eq!(figure.matches("class=\"croix\"").count(), 4);
        assert!(figure.contains("aria-label=\"2019-00\u{a0}: 40,0\u{a0}%, 3ᵉ quart\""));
        assert!(figure.contains("<td class=\"nombre\">s</td>"));
    }

    proptest! {
        #[test]
        fn any_campaigns_give_a_well_formed_chart(
            steps in prop::collection::vec(
                (prop::option::of(-1e6..1e6f64), prop::collection::vec(-1e6..1e6f64, 0..9)),
                0..30,
            ),
        ) {
            let steps: Vec<(Valeur, Option<BoxPlot>)> = steps
                .into_iter()
                .map(|(own, group)| {
                    let group: Vec<Option<f64>> = group.into_iter().map(Some).collect();
                    (own.ok_or("nc"), BoxPlot::new(&group))
                })
                .collect();
            for unite in [Unite::Effectif, Unite::Taux, Unite::Jours, Unite::Euros, Unite::Nombre] {
                read(&chart(steps.clone(), unite).figure());
            }
        }
    }
}
