//! The text of a drawing: elements, attributes, escaping, coordinates.

use std::fmt::Write as _;

/// Width of every drawing, in its own units. It is also the narrowest width, in pixels, at which
/// the largest text (13.5 units) must be legible: the style sheet shrinks text as the drawing grows.
pub(crate) const LARGEUR: f64 = 340.0;
/// Widest a character of 13.5 units gets on average, for keeping labels within the drawing.
const CARACTERE: f64 = 7.5;

/// A drawing being written.
#[derive(Debug, Default)]
pub(crate) struct Svg {
    text: String,
}

impl Svg {
    /// Opens the drawing: names, height, title and description.
    pub(crate) fn open(id: &str, classe: &str, height: f64, titre: &str, resume: &str) -> Self {
        let mut svg = Self::default();
        let id = escape(id);
        let _ = write!(
            svg.text,
            "<svg class=\"graphique-dessin {classe}\" viewBox=\"0 0 {LARGEUR} {}\" role=\"group\" \
             aria-labelledby=\"{id}-titre\" aria-describedby=\"{id}-resume\" focusable=\"false\">\
             <title id=\"{id}-titre\">{}</title><desc id=\"{id}-resume\">{}</desc>",
            coordinate(height),
            escape(titre),
            escape(resume),
        );
        svg
    }

    /// Opens a drawing that words beside it already tell.
    pub(crate) fn open_hidden(classe: &str, height: f64) -> Self {
        let mut svg = Self::default();
        let _ = write!(
            svg.text,
            "<svg class=\"graphique-dessin {classe}\" viewBox=\"0 0 {LARGEUR} {}\" \
             aria-hidden=\"true\" focusable=\"false\">",
            coordinate(height),
        );
        svg
    }

    /// Closes the drawing and returns it.
    pub(crate) fn close(mut self) -> String {
        self.text.push_str("</svg>");
        self.text
    }

    /// A line.
    pub(crate) fn line(&mut self, classe: &str, from: (f64, f64), to: (f64, f64)) {
        let _ = write!(
            self.text,
            "<line class=\"{classe}\" x1=\"{}\" y1=\"{}\" x2=\"{}\" y2=\"{}\"/>",
            coordinate(from.0),
            coordinate(from.1),
            coordinate(to.0),
            coordinate(to.1),
        );
    }

    /// A rectangle, from its top left corner.
    pub(crate) fn rect(&mut self, classe: &str, at: (f64, f64), size: (f64, f64)) {
        let _ = write!(
            self.text,
            "<rect class=\"{classe}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"/>",
            coordinate(at.0),
            coordinate(at.1),
            coordinate(size.0.max(0.0)),
            coordinate(size.1.max(0.0)),
        );
    }

    /// A disc.
    pub(crate) fn circle(&mut self, classe: &str, centre: (f64, f64), radius: f64) {
        let _ = write!(
            self.text,
            "<circle class=\"{classe}\" cx=\"{}\" cy=\"{}\" r=\"{}\"/>",
            coordinate(centre.0),
            coordinate(centre.1),
            coordinate(radius),
        );
    }

    /// A path through points, closed or not. Nothing when there are fewer than two.
    pub(crate) fn path(&mut self, classe: &str, points: &[(f64, f64)], closed: bool) {
        if points.len() < 2 {
            return;
        }
        let _ = write!(self.text, "<path class=\"{classe}\" d=\"");
        for (index, (x, y)) in points.iter().enumerate() {
            let command = if index == 0 { 'M' } else { 'L' };
            let _ = write!(self.text, "{command}{} {}", coordinate(*x), coordinate(*y));
        }
        self.text.push_str(if closed { "Z\"/>" } else { "\"/>" });
    }

    /// A text that starts (`debut`), is centred (`milieu`) or ends (`fin`) at a point: the class
    /// says which.
    pub(crate) fn text(&mut self, classe: &str, at: (f64, f64), text: &str) {
        let _ = write!(
            self.text,
            "<text class=\"{classe}\" x=\"{}\" y=\"{}\">{}</text>",
            coordinate(at.0),
            coordinate(at.1),
            escape(text),
        );
    }

    /// Opens a link whose words are read out and shown on hover.
    pub(crate) fn open_link(&mut self, lien: &str, words: &str) {
        let words = escape(words);
        let _ = write!(
            self.text,
            "<a href=\"{}\" aria-label=\"{words}\"><title>{words}</title>",
            escape(lien)
        );
    }

    /// Closes the link.
    pub(crate) fn close_link(&mut self) {
        self.text.push_str("</a>");
    }

    /// Opens a mark that leads nowhere, whose words are read out and shown on hover.
    pub(crate) fn open_mark(&mut self, words: &str) {
        let words = escape(words);
        let _ = write!(self.text, "<g role=\"img\" aria-label=\"{words}\"><title>{words}</title>");
    }

    /// Closes the mark.
    pub(crate) fn close_mark(&mut self) {
        self.text.push_str("</g>");
    }
}

/// Where a text centred on `x` must be centred to stay within the drawing.
pub(crate) fn centre_within(x: f64, text: &str, margin: f64) -> f64 {
    let half = text_width(text) / 2.0;
    let (low, high) = (margin + half, LARGEUR - margin - half);
    if low < high { x.clamp(low, high) } else { LARGEUR / 2.0 }
}

/// An upper estimate of the width of a text.
pub(crate) fn text_width(text: &str) -> f64 {
    let count = u32::try_from(text.chars().count()).unwrap_or(u32::MAX);
    f64::from(count) * CARACTERE
}

/// A text cut to `most` characters, the cut shown by an ellipsis.
pub(crate) fn shorten(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let kept: String = text.chars().take(most.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}

/// A coordinate with one decimal; what is not a number is drawn at zero.
pub(crate) fn coordinate(value: f64) -> String {
    let value = if value.is_finite() { value } else { 0.0 };
    let text = format!("{value:.1}");
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
}

/// A text for an element or an attribute; characters that XML refuses are left out.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            '\t' | '\n' | '\r' => escaped.push(' '),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => {}
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_escaped_and_never_breaks_xml() {
        assert_eq!(escape("<b>\"L'&\u{0}\n"), "&lt;b&gt;&quot;L&#39;&amp; ");
    }

    #[test]
    fn labels_stay_within_the_drawing() {
        assert!((centre_within(0.0, "abcd", 10.0) - 25.0).abs() < 1e-9);
        assert!((centre_within(400.0, "abcd", 10.0) - 315.0).abs() < 1e-9);
        assert!((centre_within(150.0, "abcd", 10.0) - 150.0).abs() < 1e-9);
        assert!((centre_within(5.0, &"x".repeat(80), 10.0) - 170.0).abs() < 1e-9);
    }

    #[test]
    fn a_long_name_is_cut_between_characters() {
        assert_eq!(shorten("Événement", 20), "Événement");
        assert_eq!(shorten("Événement", 4), "Évé…");
    }
}
