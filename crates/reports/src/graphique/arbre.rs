//! A tree of groups in groups (dendrogram), lying down: a centre per line at the left, the joinings to the
//! right, the farther the less alike; a dashed line where the tree is cut. The number of its group stands
//! before the name of each centre: nothing is said by colour alone.

use std::fmt::Write as _;

use mallette_stats::pairs::Arbre;

use super::svg::{LARGEUR, Svg, escape, shorten};

/// Height of a line: that of a text that is touched.
const LIGNE: f64 = 18.0;
/// Where the tree starts, right of the names.
const DEBUT: f64 = 188.0;
/// Room at the right of the last joining.
const MARGE: f64 = 8.0;
/// Room above the first line, for the axis in words.
const HAUT: f64 = 22.0;
/// Characters of a name.
const NOM: usize = 20;

/// A centre at the left of the tree.
#[derive(Debug, Clone, PartialEq)]
pub struct Feuille {
    /// Its name.
    pub nom: String,
    /// Where it leads.
    pub lien: String,
    /// Number of its group, from 1.
    pub groupe: usize,
    /// Name of its group.
    pub nom_groupe: String,
}

/// The chart.
#[derive(Debug, Clone, PartialEq)]
pub struct Graphique<'a> {
    /// Unique in the page.
    pub id: String,
    /// The finding.
    pub titre: String,
    /// What the chart shows, in one line.
    pub resume: String,
    /// The tree.
    pub arbre: &'a Arbre,
    /// Its centres, by their rank in the tree.
    pub feuilles: Vec<Feuille>,
    /// Into how many groups it is cut.
    pub groupes: usize,
}

impl Graphique<'_> {
    /// The figure: the drawing, and how to read it. Its table is the page's own.
    #[must_use]
    pub fn figure(&self) -> String {
        let mut text = String::with_capacity(8192);
        text.push_str("<figure class=\"graphique\">");
        let _ = write!(text, "<p class=\"graphique-titre\">{}</p>", escape(&self.titre));
        text.push_str(&self.drawing());
        text.push_str(
            "<figcaption>Un centre par ligne, précédé du numéro de son groupe. Plus deux centres ou deux groupes se \
             rejoignent à droite, moins leurs contextes se ressemblent\u{a0}; le trait en tirets est l'endroit où \
             l'arbre est coupé\u{a0}: ce qui se rejoint à sa gauche est un même groupe.</figcaption></figure>",
        );
        text
    }

    fn drawing(&self) -> String {
        let order = self.arbre.order();
        let bottom = HAUT + f64::from(u32::try_from(order.len()).unwrap_or(u32::MAX)) * LIGNE;
        let mut svg = Svg::open(&self.id, "arbre", bottom + 4.0, &self.titre, &self.resume);
        svg.text("axe", (DEBUT, 12.0), "proches");
        svg.text("axe fin", (LARGEUR - MARGE, 12.0), "éloignés");
        let farthest = self.arbre.fusions.iter().map(|fusion| fusion.hauteur).fold(0.0, f64::max);
        let x = |height: f64| match farthest > 0.0 {
            true => DEBUT + height / farthest * (LARGEUR - DEBUT - MARGE),
            false => DEBUT,
        };
        // Where each node ends: centres by rank, then joinings.
        let mut places = vec![(DEBUT, HAUT); self.arbre.feuilles];
        let mut top = HAUT;
        let mut before = None;
        for rank in order {
            let middle = top + LIGNE / 2.0;
            if let Some(place) = places.get_mut(rank) {
                *place = (DEBUT, middle);
            }
            if let Some(leaf) = self.feuilles.get(rank) {
                if before.is_some_and(|before| before != leaf.groupe) {
                    svg.line("grille", (0.0, top), (LARGEUR, top));
                }
                before = Some(leaf.groupe);
                self.draw_leaf(&mut svg, leaf, middle);
            }
            top += LIGNE;
        }
        for fusion in &self.arbre.fusions {
            let ends = fusion.noeuds.map(|node| places.get(node).copied().unwrap_or((DEBUT, HAUT)));
            let at = x(fusion.hauteur);
            let branch = [(ends[0].0, ends[0].1), (at, ends[0].1), (at, ends[1].1), ends[1]];
            svg.path("branche", &branch, false);
            places.push((at, f64::midpoint(ends[0].1, ends[1].1)));
        }
        if let Some(cut) = self.cut() {
            svg.line("coupe", (x(cut), HAUT), (x(cut), bottom));
        }
        svg.close()
    }

    fn draw_leaf(&self, svg: &mut Svg, leaf: &Feuille, middle: f64) {
        let words = format!("{}\u{a0}: groupe {}, {}", leaf.nom, leaf.groupe, leaf.nom_groupe);
        svg.open_link(&leaf.lien, &words);
        let label = format!("{} · {}", leaf.groupe, shorten(&leaf.nom, NOM));
        svg.text("libelle", (0.0, middle + 4.5), &label);
        svg.close_link();
    }

    /// The height at which the tree falls into the groups: halfway between the last joining within them
    /// and the first between them.
    fn cut(&self) -> Option<f64> {
        let joined = self.arbre.feuilles.checked_sub(self.groupes)?;
        let height = |rank: usize| self.arbre.fusions.get(rank).map(|fusion| fusion.hauteur);
        let above = height(joined)?;
        let below = joined.checked_sub(1).and_then(height).unwrap_or(0.0);
        Some(f64::midpoint(below, above))
    }
}

#[cfg(test)]
mod tests {
    use mallette_stats::pairs::ward;
    use proptest::prelude::*;

    use super::super::lecture_xml::read;
    use super::*;

    fn chart(points: &[Vec<f64>], groupes: usize) -> String {
        let arbre = ward(points);
        let cut = arbre.cut(groupes);
        let feuilles = cut.iter().enumerate().map(|(rank, group)| Feuille {
            nom: format!("69-ML <{rank}> & \"fils\""),
            lien: format!("/centres/{rank}?a=1&b=2"),
            groupe: group + 1,
            nom_groupe: "Dense".to_owned(),
        });
        let chart = Graphique {
            id: "arbre".to_owned(),
            titre: "Deux groupes <nets>".to_owned(),
            resume: "Une ligne".to_owned(),
            arbre: &arbre,
            feuilles: feuilles.collect(),
            groupes,
        };
        chart.figure()
    }

    #[test]
    fn each_centre_is_a_link_that_says_its_group_and_the_cut_falls_between() {
        // 0 and 1 at a distance of 1; 10 and 12 of 2; the two pairs far apart.
        let points = [0.0, 1.0, 10.0, 12.0].map(|value| vec![value]);
        let figure = chart(&points, 2);
        let lu = read(&figure);
        assert_eq!(lu.liens.len(), 4);
        assert!(
            lu.mots.iter().any(|mot| mot.ends_with("\u{a0}: groupe 2, Dense")),
            "{:?}",
            lu.mots
        );
        assert_eq!(lu.elements.iter().filter(|element| *element == "path").count(), 3);
        // Ward's height of the last joining: the distance of the means, 10.5, times √2 (2·2·2/4).
        let last = 10.5 * 2.0_f64.sqrt();
        let at = DEBUT + f64::midpoint(2.0, last) / last * (LARGEUR - DEBUT - MARGE);
        let dash = format!("<line class=\"coupe\" x1=\"{at:.1}\"");
        assert!(figure.contains(&dash), "{dash} in {figure}");
        // A line between the groups, and no other.
        assert_eq!(figure.matches("class=\"grille\"").count(), 1);
    }

    proptest! {
        #[test]
        fn any_tree_is_well_formed(
            points in prop::collection::vec(prop::collection::vec(-9.0..9.0f64, 2), 1..40),
            groups in 1..12usize,
        ) {
            let groups = groups.min(points.len());
            let lu = read(&chart(&points, groups));
            prop_assert_eq!(lu.liens.len(), points.len());
        }
    }
}
