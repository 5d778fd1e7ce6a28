//! Where people stand from one moment to the next: a bar for each moment, cut by situation, and between
//! two bars a band for each group of people who went from one situation to another.
//!
//! Time goes down the page, so that the drawing holds on a telephone. Each situation has a letter beside
//! its colour. What is secret is not drawn, and the tables (`tableaux`) say so. Under a bar, a thin line with
//! ends says how far chance could move the end of each share (`hasard`).

mod hasard;
mod tableaux;

use std::fmt::Write as _;

use super::svg::{LARGEUR, Svg, escape, text_width};

/// Height of the name of a moment, of its bar, and of the bands under it.
const HAUTEUR_NOM: f64 = 16.0;
const HAUTEUR_BARRE: f64 = 18.0;
const HAUTEUR_BANDES: f64 = 46.0;
/// Room between two bars where no band may be drawn.
const HAUTEUR_SANS_BANDES: f64 = 8.0;

/// A situation at a moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Segment {
    /// Rank of the situation in the legend.
    pub situation: usize,
    /// Share of the bar, between 0 and 1; none when it is secret.
    pub part: Option<f64>,
    /// Its figure in words: `12 480`, `s`.
    pub valeur: String,
    /// How far chance could move its share, between 0 and 1; none where nothing is said.
    pub intervalle: Option<(f64, f64)>,
    /// The same in words; empty where nothing is said.
    pub hasard: String,
    /// The list of those counted, where it opens.
    pub liste: Option<String>,
}

/// People who went from one situation to another between a moment and the next.
#[derive(Debug, Clone, PartialEq)]
pub struct Passage {
    /// Rank in the legend of the situation they leave.
    pub de: usize,
    /// Rank of that which they come to.
    pub vers: usize,
    /// Share of the bar, between 0 and 1.
    pub part: f64,
    /// Their number in words.
    pub valeur: String,
    /// Their share of those of the situation that they leave, in words.
    pub depart: String,
    /// How far chance could move that share, in words; empty where nothing is said.
    pub hasard: String,
    /// The list of those counted, where it opens.
    pub liste: Option<String>,
}

/// A moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Etage {
    /// Its name.
    pub nom: String,
    /// Its situations, from left to right; all of them or only those met.
    pub segments: Vec<Segment>,
    /// Those who went on to the next moment; those whose number is secret are not there.
    pub passages: Vec<Passage>,
    /// How many the others are together, in words; none when there are none, or when nothing is told.
    pub autres: Option<String>,
}

/// A situation as the legend names it.
#[derive(Debug, Clone, PartialEq)]
pub struct Legende {
    /// Its letter.
    pub lettre: char,
    /// Its name.
    pub nom: String,
    /// The class that gives its colour.
    pub classe: &'static str,
}

/// The chart.
#[derive(Debug, Clone, PartialEq)]
pub struct Graphique {
    /// Unique in the page.
    pub id: String,
    /// The finding.
    pub titre: String,
    /// What the chart shows, in one line, with a figure.
    pub resume: String,
    /// Who is told, for the captions of its tables.
    pub sujet: String,
    /// Every situation.
    pub legende: Vec<Legende>,
    /// The moments, the first on top.
    pub etages: Vec<Etage>,
    /// What in the page says why its figures have no list; none when they have.
    pub raison: Option<&'static str>,
}

impl Graphique {
    /// The figure: the drawing, its legend, and its table.
    #[must_use]
    pub fn figure(&self) -> String {
        let mut text = String::with_capacity(8192);
        text.push_str("<figure class=\"graphique\">");
        let _ = write!(text, "<p class=\"graphique-titre\">{}</p>", escape(&self.titre));
        text.push_str(&self.drawing());
        text.push_str("<figcaption><ul class=\"flux-legende\">");
        for legende in self.used() {
            let _ = write!(
                text,
                "<li><span class=\"flux-pastille {}\">{}</span> {}</li>",
                legende.classe,
                legende.lettre,
                escape(&legende.nom)
            );
        }
        text.push_str("</ul></figcaption></figure>");
        text.push_str(&self.tables());
        text
    }

    /// The situations that some moment shows, in the order of the legend.
    fn used(&self) -> impl Iterator<Item = &Legende> {
        let met = |rank: usize| {
            self.etages.iter().flat_map(|etage| &etage.segments).any(|own| own.situation == rank)
        };
        self.legende.iter().enumerate().filter(move |(rank, _)| met(*rank)).map(|(_, own)| own)
    }

    fn drawing(&self) -> String {
        let count = f64::from(u32::try_from(self.etages.len()).unwrap_or(u32::MAX));
        let step = HAUTEUR_NOM + HAUTEUR_BARRE + self.gap();
        let height = (count * step - self.gap() + self.foot()).max(0.0);
        let mut svg = Svg::open(&self.id, "flux", height, &self.titre, &self.resume);
        let mut top = 0.0;
        for (rank, etage) in self.etages.iter().enumerate() {
            if let Some(next) = self.etages.get(rank + 1) {
                self.draw_bands(&mut svg, etage, next, top + HAUTEUR_NOM + HAUTEUR_BARRE);
            }
            self.draw_bar(&mut svg, etage, top);
            hasard::draw(&mut svg, etage, top + HAUTEUR_NOM + HAUTEUR_BARRE);
            top += step;
        }
        svg.close()
    }

    /// Room between two moments: that of bands, where some are drawn, and of the lines of chance.
    fn gap(&self) -> f64 {
        let flows = self.etages.iter().any(|etage| !etage.passages.is_empty());
        let room = if flows { HAUTEUR_BANDES } else { HAUTEUR_SANS_BANDES };
        self.etages.iter().map(hasard::height).fold(room, f64::max)
    }

    /// Room under the last bar: that of its lines of chance.
    fn foot(&self) -> f64 {
        self.etages.last().map_or(0.0, hasard::height)
    }

    fn draw_bar(&self, svg: &mut Svg, etage: &Etage, top: f64) {
        svg.text("libelle", (0.0, top + 11.0), &etage.nom);
        for (segment, left, width) in etage.places() {
            let Some(legende) = self.legende.get(segment.situation) else { continue };
            let sure = match segment.hasard.as_str() {
                "" => String::new(),
                sure => format!(" ({sure})"),
            };
            let figure = &segment.valeur;
            svg.open_mark(&format!("{}, {}\u{a0}: {figure}{sure}", etage.nom, legende.nom));
            let at = (left, top + HAUTEUR_NOM);
            svg.rect(&format!("segment {}", legende.classe), at, (width, HAUTEUR_BARRE));
            let label = format!("{}\u{a0}{:.0}\u{a0}%", legende.lettre, width / LARGEUR * 100.0);
            let label = [label, legende.lettre.to_string()]
                .into_iter()
                .find(|label| text_width(label) + 4.0 <= width);
            if let Some(label) = label {
                let middle = (left + width / 2.0, top + HAUTEUR_NOM + HAUTEUR_BARRE - 5.0);
                svg.text(&format!("milieu sur {}", legende.classe), middle, &label);
            }
            svg.close_mark();
        }
    }

    fn draw_bands(&self, svg: &mut Svg, etage: &Etage, next: &Etage, top: f64) {
        let start = |places: &[(&Segment, f64, f64)], situation: usize| {
            places.iter().find(|(segment, ..)| segment.situation == situation).map(|at| at.1)
        };
        let (above, below) = (etage.places(), next.places());
        // How much of each segment is taken by the bands already drawn.
        let (mut left, mut right) = (vec![0.0; self.legende.len()], vec![0.0; self.legende.len()]);
        let mut passages = etage.passages.clone();
        passages.sort_by_key(|passage| (passage.de, passage.vers));
        for Passage { de: from, vers: to, part, .. } in passages {
            let width = part * LARGEUR;
            let (Some(a), Some(b)) = (start(&above, from), start(&below, to)) else { continue };
            let (Some(taken), Some(given), Some(legende)) =
                (left.get_mut(from), right.get_mut(to), self.legende.get(from))
            else {
                continue;
            };
            let (a, b) = (a + *taken, b + *given);
            *taken += width;
            *given += width;
            let low = top + self.gap() + HAUTEUR_NOM;
            let band = [(a, top), (a + width, top), (b + width, low), (b, low)];
            svg.path(&format!("bande {}", legende.classe), &band, true);
        }
    }
}

impl Etage {
    /// Each segment that is drawn, with its left edge and its width.
    fn places(&self) -> Vec<(&Segment, f64, f64)> {
        let mut left = 0.0;
        let drawn = self.segments.iter().filter_map(|segment| Some((segment, segment.part?)));
        drawn
            .map(|(segment, part)| {
                let (at, width) = (left, part * LARGEUR);
                left += width;
                (segment, at, width)
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::lecture_xml::read;
    use super::*;

    fn legende(lettre: char, nom: &str, classe: &'static str) -> Legende {
        Legende { lettre, nom: nom.to_owned(), classe }
    }

    fn segment(situation: usize, part: Option<f64>, valeur: &str) -> Segment {
        Segment {
            situation,
            part,
            valeur: valeur.to_owned(),
            intervalle: None,
            hasard: String::new(),
            liste: None,
        }
    }

    fn passage(de: usize, vers: usize, part: f64, valeur: &str, depart: &str) -> Passage {
        let (depart, hasard) = (format!("{depart}\u{a0}%"), format!("autour de {depart}"));
        Passage { de, vers, part, valeur: valeur.to_owned(), depart, hasard, liste: None }
    }

    fn chart() -> Graphique {
        Graphique {
            id: "flux".to_owned(),
            titre: "Plus d'emplois <qu'à l'entrée>".to_owned(),
            resume: "50 jeunes sont passés de l'un à l'autre".to_owned(),
            sujet: "Cohorte d'essai".to_owned(),
            legende: vec![
                legende('D', "Emploi durable", "etat-durable"),
                legende('A', "Sans situation & autres", "etat-aucune"),
                legende('V', "Volontariat", "etat-volontariat"),
            ],
            etages: vec![
                Etage {
                    nom: "À l'entrée".to_owned(),
                    segments: vec![segment(0, Some(0.25), "25"), segment(1, Some(0.75), "75")],
                    passages: vec![
                        passage(1, 0, 0.5, "50", "66,7"),
                        passage(0, 0, 0.25, "25", "100,0"),
                        passage(1, 1, 0.2, "20", "26,7"),
                    ],
                    autres: Some("5".to_owned()),
                },
                Etage {
                    nom: "À la sortie".to_owned(),
                    segments: vec![
                        segment(0, Some(0.75), "75"),
                        segment(1, Some(0.2), "20"),
                        segment(2, None, "s"),
                    ],
                    passages: Vec::new(),
                    autres: None,
                },
            ],
            raison: None,
        }
    }

    #[test]
    fn bars_are_cut_by_share_and_bands_join_them() {
        let figure = chart().figure();
        let lu = read(&figure);
        assert!(
            lu.mots.iter().any(|mot| mot == "Plus d&#39;emplois &lt;qu&#39;à l&#39;entrée&gt;")
        );
        // Of 340 units: 85 then 255 at the entry; the bands leave where those before them end.
        assert!(figure.contains("class=\"segment etat-durable\" x=\"0\" y=\"16\" width=\"85\""));
        assert!(figure.contains("class=\"segment etat-aucune\" x=\"85\" y=\"16\" width=\"255\""));
        for band in [
            "etat-durable\" d=\"M0 34L85 34L85 96L0 96Z",
            "etat-aucune\" d=\"M85 34L255 34L255 96L85 96Z",
            "etat-aucune\" d=\"M255 34L323 34L323 96L255 96Z",
        ] {
            assert!(figure.contains(band), "{band} {figure}");
        }
    }

    #[test]
    fn where_no_band_may_be_drawn_moments_stand_close() {
        let mut close = chart();
        close.etages.iter_mut().for_each(|etage| etage.passages.clear());
        // 16 for the name, 18 for the bar, 8 of room, 16 for the next name.
        assert!(close.figure().contains("class=\"segment etat-durable\" x=\"0\" y=\"58\""));
    }

    #[test]
    fn what_is_secret_is_not_drawn_and_is_told() {
        let figure = chart().figure();
        assert!(!figure.contains("segment etat-volontariat"));
        assert!(figure.contains("<th scope=\"row\">Volontariat</th><td class=\"nombre\">0</td><td class=\"nombre\">s</td>"));
        assert!(figure.contains("flux-pastille etat-volontariat\">V<"));
    }

    #[test]
    fn who_went_from_where_to_where_stands_in_a_table() {
        let figure = chart().figure();
        let table = figure.split("<caption>").nth(2).unwrap();
        assert!(
            table.starts_with("Cohorte d&#39;essai\u{a0}: passages d&#39;un moment au suivant"),
            "{table}"
        );
        let rows: Vec<Vec<String>> = table
            .split("<tr>")
            .skip(2)
            .map(|row| {
                let cells = row.split("</td>").flat_map(|cell| cell.split("</th>"));
                let text = |cell: &str| cell.rsplit('>').next().unwrap_or_default().to_owned();
                cells.map(text).filter(|cell| !cell.is_empty()).collect()
            })
            .collect();
        let at = ["À l&#39;entrée", "À la sortie"];
        let row = |de: &str, vers: &str, count: &str, part: &str| {
            let (part, sure) = (format!("{part}\u{a0}%"), format!("autour de {part}"));
            [at[0], de, at[1], vers, count, &part, &sure].map(str::to_owned).to_vec()
        };
        let none = "Sans situation &amp; autres";
        assert_eq!(rows[0], row("Emploi durable", "Emploi durable", "25", "100,0"));
        assert_eq!(rows[1], row(none, "Emploi durable", "50", "66,7"));
        assert_eq!(rows[2], row(none, none, "20", "26,7"));
        assert_eq!(rows[3][1], "Les autres passages, ensemble");
        assert_eq!(rows[3].last().unwrap(), "5");
        assert_eq!(rows.len(), 4);
        // Where none is told, the table is not there.
        let mut silent = chart();
        silent.etages.iter_mut().for_each(|etage| etage.passages.clear());
        silent.etages[0].autres = None;
        assert_eq!(silent.figure().matches("<caption>").count(), 1);
    }

    #[test]
    fn cells_open_their_lists_or_say_why_they_do_not() {
        let mut opened = chart();
        opened.etages[0].segments[0].liste = Some("/liste?a=1&b=2".to_owned());
        opened.etages[0].passages[0].liste = Some("/liste?c=3".to_owned());
        let figure = opened.figure();
        let tables = figure.split("<details").nth(1).unwrap();
        assert_eq!(tables.matches("<a href=").count(), 2, "{tables}");
        assert!(tables.contains(
            "<a href=\"/liste?a=1&amp;b=2\">25<span class=\"invisible\">\u{a0}: liste, À l&#39;entrée, \
             Emploi durable</span></a>"
        ));
        assert!(
            tables.contains("<a href=\"/liste?c=3\">50<span class=\"invisible\">\u{a0}: liste, ")
        );
        assert!(!tables.contains("aria-describedby"));
        let closed = Graphique { raison: Some("pourquoi"), ..chart() }.figure();
        let tables = closed.split("<details").nth(1).unwrap();
        assert_eq!(tables.matches("<table aria-describedby=\"pourquoi\">").count(), 2, "{tables}");
    }

    #[test]
    fn how_far_chance_could_move_a_share_is_read_out_and_drawn_for_no_secret() {
        let mut sure = chart();
        let exit = &mut sure.etages[1].segments;
        for (segment, limits) in exit.iter_mut().zip([(0.65, 0.8), (0.1, 0.3), (0.0, 0.4)]) {
            segment.intervalle = Some(limits);
            segment.hasard = format!("de {} à {}", limits.0, limits.1);
        }
        let figure = sure.figure();
        assert!(
            figure.contains("À la sortie, Emploi durable\u{a0}: 75 (de 0.65 à 0.8)\">"),
            "{figure}"
        );
        assert_eq!(figure.matches("class=\"hasard\"").count(), 2, "the third is secret: {figure}");
        // Room under the last bar for them.
        assert!(figure.contains("viewBox=\"0 0 340 128\""), "{figure}");
    }

    #[test]
    fn a_chart_without_moments_is_a_figure_all_the_same() {
        let figure = Graphique { etages: Vec::new(), ..chart() }.figure();
        assert!(read(&figure).elements.iter().any(|element| element == "figure"));
    }
}
