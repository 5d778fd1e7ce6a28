//! What the chart of flows draws, as tables: situations at each moment, then who went from which to which.

use std::fmt::Write as _;

use super::super::svg::escape;
use super::{Etage, Graphique};

impl Graphique {
    /// The tables, folded.
    pub(super) fn tables(&self) -> String {
        let mut text = String::with_capacity(8192);
        text.push_str("<details class=\"graphique-table\"><summary>Voir les tableaux</summary>");
        self.write_situations(&mut text);
        let flows = |etage: &Etage| !etage.passages.is_empty() || etage.autres.is_some();
        if self.etages.iter().any(flows) {
            self.write_passages(&mut text);
        }
        text.push_str("</details>");
        text
    }

    fn open_table(&self, text: &mut String, nom: &str, titre: &str) {
        let _ = write!(
            text,
            "<div class=\"defile\" role=\"region\" tabindex=\"0\" aria-label=\"{}\">\
             <table{}><caption>{}\u{a0}: {}</caption><thead><tr>",
            escape(nom),
            self.raison.map(|id| format!(" aria-describedby=\"{id}\"")).unwrap_or_default(),
            escape(&self.sujet),
            escape(titre)
        );
    }

    fn write_situations(&self, text: &mut String) {
        self.open_table(text, "Tableau du graphique", "situations à chaque moment");
        text.push_str("<th scope=\"col\">Situation</th>");
        for etage in &self.etages {
            let _ = write!(text, "<th scope=\"col\" class=\"nombre\">{}</th>", escape(&etage.nom));
        }
        text.push_str("</tr></thead><tbody>");
        for (rank, legende) in self.legende.iter().enumerate() {
            let at = |etage: &Etage| {
                let own = etage.segments.iter().find(|own| own.situation == rank)?;
                let words = format!("{}, {}", etage.nom, legende.nom);
                Some(figure(&own.valeur, own.liste.as_deref(), &words))
            };
            let cells: Vec<Option<String>> = self.etages.iter().map(at).collect();
            if cells.iter().all(Option::is_none) {
                continue;
            }
            let _ = write!(text, "<tr><th scope=\"row\">{}</th>", escape(&legende.nom));
            for cell in cells {
                let cell = cell.unwrap_or_else(|| "0".to_owned());
                let _ = write!(text, "<td class=\"nombre\">{cell}</td>");
            }
            text.push_str("</tr>");
        }
        text.push_str("</tbody></table></div>");
    }

    fn write_passages(&self, text: &mut String) {
        self.open_table(text, "Tableau des passages", "passages d'un moment au suivant");
        text.push_str(
            "<th scope=\"col\">Moment</th><th scope=\"col\">Situation</th><th scope=\"col\">Moment suivant</th>\
             <th scope=\"col\">Situation alors</th><th scope=\"col\" class=\"nombre\">Jeunes</th>\
             <th scope=\"col\" class=\"nombre\">Part de la situation quittée</th>\
             <th scope=\"col\">À 95\u{a0}%</th></tr></thead><tbody>",
        );
        let nom = |rank: usize| self.legende.get(rank).map_or("", |own| &own.nom);
        for (etage, next) in self.etages.iter().zip(self.etages.iter().skip(1)) {
            let mut passages: Vec<_> = etage.passages.iter().collect();
            passages.sort_by_key(|passage| (passage.de, passage.vers));
            for passage in passages {
                let (de, vers) = (nom(passage.de), nom(passage.vers));
                let words = format!("{}, {de}, puis {}, {vers}", etage.nom, next.nom);
                let _ = write!(
                    text,
                    "<tr><td>{}</td><th scope=\"row\">{}</th><td>{}</td><td>{}</td>\
                     <td class=\"nombre\">{}</td><td class=\"nombre\">{}</td><td class=\"court\">{}</td></tr>",
                    escape(&etage.nom),
                    escape(de),
                    escape(&next.nom),
                    escape(vers),
                    figure(&passage.valeur, passage.liste.as_deref(), &words),
                    escape(&passage.depart),
                    escape(&passage.hasard),
                );
            }
            if let Some(autres) = &etage.autres {
                let _ = write!(
                    text,
                    "<tr><td>{}</td><th scope=\"row\">Les autres passages, ensemble</th><td>{}</td><td></td>\
                     <td class=\"nombre\">{}</td><td class=\"nombre\"></td><td></td></tr>",
                    escape(&etage.nom),
                    escape(&next.nom),
                    escape(autres),
                );
            }
        }
        text.push_str("</tbody></table></div>");
    }
}

/// A figure, which leads to its list where that opens; `words` say of whom.
fn figure(valeur: &str, liste: Option<&str>, words: &str) -> String {
    match liste {
        None => escape(valeur),
        Some(liste) => format!(
            "<a href=\"{}\">{}<span class=\"invisible\">\u{a0}: liste, {}</span></a>",
            escape(liste),
            escape(valeur),
            escape(words)
        ),
    }
}
